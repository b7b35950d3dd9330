import Foundation
import SystemIO
import XCTest

import struct Synchronization.Atomic

@testable import Waybill

/// Lines of a log, kept.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ bytes: [UInt8]) { lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }

    /// The lines with this word.
    func with(_ word: String) -> [String] { lines.withLock { $0.filter { $0.contains(word) } } }
}

/// A workspace in a temporary folder, with a pipeline that is driven pass by pass and a clock that tests set.
final class PipelineBench {
    let root: String
    let workspace: Workspace
    private(set) var pipeline: Pipeline
    private(set) var configuration: Configuration
    private let clockStart: Int64
    /// The clock's time where it stands still but for `advance`.
    private let time: StandingTime?
    /// What was logged at level warning and above, a line each.
    let logged: LogLines
    private let listing: @Sendable (String) throws -> Files.Listing
    /// The inbox that may hang. A look waits for the scans of the others, however long they take on a busy machine.
    private let hanging: String?

    /// 2026-11-20 was a Friday. The workspace has a store already where its file's bytes are given, and the files of
    /// another one where they are, by their paths in it.
    init(
        _ configuration: String = "{}", at start: String = "2026-11-20T15:00:00Z", standing: Bool = false,
        store: [UInt8]? = nil, rules: [String: String] = [:], files: [String: [UInt8]] = [:],
        hanging: String? = nil,
        listing: @escaping @Sendable (String) throws -> Files.Listing = { try Files.listing($0) }
    ) throws {
        self.hanging = hanging
        self.listing = listing
        root = FileManager.default.temporaryDirectory.path + "/waybill-" + UUID().uuidString
        try Files.createFolder(root)
        for (path, bytes) in files {
            try Files.createFolder(Files.folder(of: root + "/" + path))
            try Files.writeAtomically(bytes, to: root + "/" + path)
        }
        if let store {
            try Files.createFolder(root + "/state", mode: 0o700)
            try Files.writeAtomically(store, to: root + "/state/waybill.db")
        }
        workspace = Workspace(root: root)
        for (name, text) in rules {
            try Files.createFolder(root + "/rules")
            try Files.writeAtomically(Array(text.utf8), to: root + "/rules/\(name).json5")
        }
        let (read, problems) = Self.read(configuration, workspace)
        XCTAssertEqual(problems.filter { $0.severity == .error }.map(\.description), [])
        self.configuration = read
        clockStart = Timestamp(iso8601: ArraySlice(start.utf8))!.milliseconds
        let logged = LogLines()
        self.logged = logged
        time = standing ? StandingTime(milliseconds: clockStart) : nil
        pipeline = try Self.open(workspace, read, Self.clock(time, clockStart), logged, listing)
    }

    deinit { try? Files.removeTree(root) }

    private static func read(
        _ text: String, _ workspace: Workspace
    ) -> (Configuration, [ConfigurationProblem]) {
        ConfigurationReader.read(
            Array(text.utf8), file: "waybill.json5",
            reading: {
                try Files.read(
                    $0.hasPrefix("rules/") ? workspace.path($0) : $0, limit: ConfigurationReader.mostFileBytes)
            }, listing: workspace.ruleFiles)
    }

    private static func open(
        _ workspace: Workspace, _ configuration: Configuration, _ clock: SystemIO.WallClock, _ logged: LogLines,
        _ listing: @escaping @Sendable (String) throws -> Files.Listing, stateIsRight: Bool = false
    ) throws -> Pipeline {
        try Pipeline(
            workspace: workspace, configuration: configuration, clock: clock,
            log: Log(level: .warning, format: .text, clock: clock) { logged.add($0) },
            stateIsRight: stateIsRight,
            letters: { stateIsRight ? StoreLetters.drawn() : StoreLetters("bcdfgh".utf8)! }, listing: listing)
    }

    private static func clock(_ time: StandingTime?, _ now: Int64) -> SystemIO.WallClock {
        time.map { SystemIO.WallClock($0) } ?? SystemIO.WallClock(startingAt: now)
    }

    /// Moves on a clock that stands.
    func advance(seconds: Int64) throws { try set(pipeline.now.adding(TimeSpan(milliseconds: seconds * 1_000))) }

    func set(_ moment: Timestamp) throws { try XCTUnwrap(time).set(milliseconds: moment.milliseconds) }

    /// What is in flight goes by this clock from now on: milliseconds since the system started.
    func fly(by time: StandingTime) { pipeline.context.sinceBoot = { time.milliseconds } }

    /// Up to nine parcels that are due now, as the pipeline claims them.
    func due() throws -> [Parcel] {
        let store = pipeline.store
        return try store.claimDue(
            limit: 9, owner: store.identity(), lease: pipeline.now.adding(.minutes(1)), now: pipeline.now, except: [],
            behind: []
        ).readable
    }

    /// Ends the process, as it were, and starts another at a later time.
    func restart(
        at moment: String, recover: Bool = true, stateIsRight: Bool = false, with changed: String? = nil
    ) throws {
        if let changed { configuration = Self.read(changed, workspace).0 }
        let now = Timestamp(iso8601: ArraySlice(moment.utf8))!.milliseconds
        // The lock goes with the old pipeline.
        withExtendedLifetime(pipeline) {}
        let workspace = workspace
        let configuration = configuration
        pipeline.close()
        time?.set(milliseconds: now)
        pipeline = try Self.open(
            workspace, configuration, Self.clock(time, now), logged, listing, stateIsRight: stateIsRight)
        if recover { try pipeline.recover() }
    }

    /// Takes another configuration, as at SIGHUP.
    func reload(_ changed: String) throws {
        configuration = Self.read(changed, workspace).0
        try pipeline.reload(configuration)
    }

    /// The same after the process was killed; what it left has not been looked for yet.
    func restartAfterCrash(at moment: String) throws {
        let claims = root + "/inbox/.waybill/"
        let owner = try XCTUnwrap(Files.list(claims).first { !$0.hasPrefix(".") })
        try restart(at: moment, recover: false)
        // As of a process that is gone: this one lives on.
        let dead = owner.split(separator: ".").enumerated().map { $0 == 2 ? "4194999" : $1 }.joined(separator: ".")
        try Files.rename(claims + owner, to: claims + dead, replacing: false)
    }

    /// Puts a file into the inbox, whole, and takes it.
    func drop(_ text: String, as name: String) throws { try drop(Array(text.utf8), as: name) }

    func drop(_ bytes: [UInt8], as name: String) throws {
        try put(bytes, as: name)
        try take()
    }

    func put(_ text: String, as name: String) throws { try put(Array(text.utf8), as: name) }

    func put(_ bytes: [UInt8], as name: String) throws {
        let path = root + "/inbox/" + name
        try Files.createFolder(Files.folder(of: path))
        try Files.writeAtomically(bytes, to: path)
        let slash = name.lastIndex(of: "/")
        pipeline.claims.noteArrival(
            place: .init(folder: slash.map { String(name[..<$0]) } ?? ""),
            name: slash.map { String(name[name.index(after: $0)...]) } ?? name)
    }

    /// Whether what is due may be sent in the middle of what is being read.
    var maySend: Bool {
        Scheduler.maySend(amid: pipeline.drops.readings, isScanNearlyDone: pipeline.claims.isNearlyDone)
    }

    func take() throws {
        var look = try pipeline.takeDrops { false }
        while isScanning, !look.hasMore {
            pipeline.claims.wait(milliseconds: 20, waking: nil)
            look = try pipeline.takeDrops { false }
        }
    }

    /// Whether an inbox that does not hang has not answered yet.
    private var isScanning: Bool { Self.isScanning(pipeline.claims, but: hanging.map(workspace.path)) }

    private static func isScanning(_ claims: ClaimDesk, but hanging: String?) -> Bool {
        claims.scanners.contains { $0.isScanning && $0.inbox.path != hanging }
    }

    /// Lets a minute of the monotonic clock take a fraction of a second. It stands while an inbox is looked at: on a
    /// busy machine the thread that looks may sleep for what is long here.
    func hurry(_ times: Int64 = 100) {
        let hanging = hanging.map(workspace.path)
        var last = MonotonicClock.nanoseconds()
        var clock = last
        pipeline.context.monotonic = { [unowned claims = pipeline.claims] in
            let now = MonotonicClock.nanoseconds()
            if !Self.isScanning(claims, but: hanging) { clock += min(10_000_000_000, (now - last) * times) }
            last = now
            return clock / 1_000_000
        }
    }

    /// Looks, lets everything rest for as long as any rule asks, and takes what is ready then.
    func settle() throws {
        let start = MonotonicClock.nanoseconds() / 1_000_000
        for rest in [0, 15_000] as [Int64] {
            pipeline.context.monotonic = { start + rest }
            try take()
        }
        pipeline.context.monotonic = { MonotonicClock.nanoseconds() / 1_000_000 }
    }

    func send() throws {
        _ = try pipeline.dispatchDue { false }
        if try pipeline.settleOverdue(stopping: { false }) > 0 { _ = try pipeline.dispatchDue { false } }
    }

    /// Every file below a folder of the workspace, relative to it, sorted; without the sign that this process lives and
    /// the marks of folders.
    func files(_ folder: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: root + "/" + folder)?.allObjects as? [String] ?? []
        return found.filter {
            !$0.hasSuffix("/.store") && !$0.contains(".workspaces/") && !$0.contains(".waybill-state/")
                && !$0.hasSuffix("/.waybill-folder")
                && (try? FileStatus.of("\(root)/\(folder)/\($0)"))?.kind == .regular
        }.sorted()
    }

    func text(_ path: String) throws -> String {
        String(decoding: try Files.read(root + "/" + path, limit: 1 << 26), as: UTF8.self)
    }

    func json(_ path: String) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(try Files.read(root + "/" + path, limit: 1 << 26)))
        return try XCTUnwrap(object as? [String: Any])
    }

    /// The acknowledgement of the n-th batch of the day.
    func acknowledgement(_ number: Int, day: String = "2026-11-20") throws -> [String: Any] {
        let id = day.replacingOccurrences(of: "-", with: "") + "-" + String(format: "%06d", number)
        let name = try XCTUnwrap(files("outbox/acks/\(day)").first { $0.contains(id) })
        return try json("outbox/acks/\(day)/\(name)")
    }

    /// Why the n-th batch of the day was refused: `code: sentence`; empty when it was not.
    func refusal(_ number: Int) throws -> String {
        let ack = try acknowledgement(number)
        guard let code = ack["reason"] as? String else { return "" }
        XCTAssertTrue(DropRefusal.allCases.contains { $0.rawValue == code }, code)
        return code + ": " + (ack["detail"] as? String ?? "")
    }

    /// The lines of all dispatched files of a campaign, without headers.
    func dispatched(_ campaign: String = "default") throws -> [String] {
        try files("outbox/dispatch/\(campaign)").flatMap { name in
            try text("outbox/dispatch/\(campaign)/\(name)").split(separator: "\n").dropFirst().map(String.init)
        }
    }

    /// The lines of a day's report file without the header.
    func report(_ file: String, day: String = "2026-11-20", campaign: String = "default") throws -> [String] {
        let gzip = try Files.read(root + "/outbox/reports/\(day)/\(campaign).\(file).csv.gz", limit: 1 << 26)
        var bytes: [UInt8] = []
        let reader = GzipReader()
        var rest = gzip[...]
        while !rest.isEmpty { rest = rest.dropFirst(try reader.decompress(rest, into: &bytes, limit: 1 << 24)) }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().map(String.init)
    }
}
