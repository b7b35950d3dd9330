import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// An inbox in a temporary folder that tests look at with a clock of their own.
final class InboxBench {
    let root: String
    let inbox: Inbox
    let view: InboxView
    /// Monotonic milliseconds.
    var now: Int64 = 1_000_000
    private let rules: ReadinessRules

    init(
        _ configuration: String = "{}",
        list: @escaping @Sendable (String) throws -> Files.Listing = { try Files.listing($0) }
    ) throws {
        root = FileManager.default.temporaryDirectory.path + "/waybill-inbox-" + UUID().uuidString
        try Files.createFolder(root)
        let (read, problems) = ConfigurationReader.read(Array(configuration.utf8), file: "waybill.json5")
        XCTAssertEqual(problems.filter { $0.severity == .error }.map(\.description), [])
        rules = ReadinessRules(read, of: read.inbox[0])
        inbox = Inbox(path: root, owner: .current, store: "test")
        view = InboxView(inbox, list: list)
    }

    deinit { try? Files.removeTree(root) }

    func write(_ text: String, to name: String) throws {
        let path = root + "/" + name
        try Files.createFolder(Files.folder(of: path))
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    func append(_ text: String, to name: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: root + "/" + name))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// Returns when the file system's clock, which ticks every few milliseconds, is past the file's last change.
    func awaitTick(after path: String) throws {
        let then = try XCTUnwrap(FileStatus.of(path)).changed
        let probe = root + "-tick"
        defer { try? Files.remove(probe) }
        repeat {
            try Files.createEmpty(probe)
            try Files.touch(probe)
        } while try XCTUnwrap(FileStatus.of(probe)).changed <= then
    }

    func rename(_ from: String, _ target: String) throws {
        try Files.rename(root + "/" + from, to: root + "/" + target, replacing: true)
    }

    /// Looks after so many milliseconds, and gives the paths of what is ready.
    @discardableResult
    func look(after milliseconds: Int64 = 0, arrived: String...) throws -> [String] {
        try scan(after: milliseconds, arrived: arrived).ready.map { $0.place.path(of: $0.name) }.sorted()
    }

    func scan(after milliseconds: Int64 = 0, arrived: [String] = []) throws -> InboxScan {
        now += milliseconds
        return try view.scan(
            rules,
            arrivals: arrived.map { path in
                let slash = path.lastIndex(of: "/")
                return .init(
                    place: .init(folder: slash.map { String(path[..<$0]) } ?? ""),
                    name: slash.map { String(path[path.index(after: $0)...]) } ?? path)
            }, at: now)
    }

    /// Why the files that are not ready are not.
    func reasons(after milliseconds: Int64 = 0) throws -> [String: Unready] {
        Dictionary(uniqueKeysWithValues: try scan(after: milliseconds).unready.map { ($0.path, $0.reason) })
    }
}
