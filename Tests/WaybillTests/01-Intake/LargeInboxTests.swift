import Foundation
import Support
import XCTest

import struct Synchronization.Atomic

@testable import SystemIO
@testable import Waybill

/// Inboxes in which much lies that is known already, or much that is new.
final class LargeInboxTests: XCTestCase {
    private let rules = ReadinessRules(Configuration())

    private func request(wantsAll: Bool = false, touched: Set<InboxScan.Place>? = nil) -> InboxView.Request {
        var request = InboxView.Request(rules)
        (request.wantsAll, request.touched) = (wantsAll, touched)
        return request
    }

    func testAFileThatIsReadyIsToldOnce() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        _ = try bench.view.scan(request(), at: 0)
        XCTAssertEqual(try bench.view.scan(request(), at: 5_000).ready.map(\.name), ["a.csv"])
        let again = try bench.view.scan(request(), at: 6_000)
        XCTAssertEqual(again.ready.map(\.name), [])
        XCTAssertTrue(again.hasReady)
        let all = try bench.view.scan(request(wantsAll: true), at: 7_000)
        XCTAssertEqual(all.ready.map(\.name), ["a.csv"])
        XCTAssertTrue(all.tellsAll)
    }

    func testAFileThatWasNotAsToldIsLookedAtAgain() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        _ = try bench.view.scan(request(), at: 0)
        let found = try XCTUnwrap(try bench.view.scan(request(), at: 5_000).ready.first)
        XCTAssertTrue(try bench.inbox.isAsJudged(found, at: 5_000))
        try bench.append("2\n", to: "a.csv")
        XCTAssertFalse(try bench.inbox.isAsJudged(found, at: 5_000))
        var changed = request()
        changed.changed = [.init(place: .init(folder: ""), name: "a.csv")]
        let scan = try bench.view.scan(changed, at: 6_000)
        XCTAssertEqual(scan.ready, [])
        XCTAssertEqual(scan.unready.map(\.reason), [.changing])
        XCTAssertEqual(try bench.view.scan(request(), at: 7_000).ready.map(\.size), [11])
    }

    func testAFileThatSomebodyOpenedWhileItWaitedIsNotTaken() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        _ = try bench.view.scan(request(), at: 0)
        let found = try XCTUnwrap(try bench.view.scan(request(), at: 5_000).ready.first)
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: bench.root + "/a.csv"))
        defer { try? writer.close() }
        XCTAssertFalse(try bench.inbox.isAsJudged(found, at: 7_000))
    }

    func testAFileThatIsGoneIsForgottenAndOneOfItsNameIsNew() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        XCTAssertEqual(try bench.look(after: 0), [])
        XCTAssertEqual(try bench.look(after: 1_000), ["a.csv"])
        try Files.remove(bench.root + "/a.csv")
        XCTAssertEqual(try bench.look(after: 1_000), [])
        try bench.write("phone1\n1\n", to: "a.csv")
        XCTAssertEqual(try bench.look(after: 0), [])
        XCTAssertEqual(try bench.look(after: 1_000), ["a.csv"])
    }

    func testASidecarThatComesLaterIsHeardThoughTheFileWasReady() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        _ = try bench.look()
        XCTAssertEqual(try bench.scan(after: 1_000).ready.map(\.priority), [5])
        try bench.write("{\"priority\": 8}", to: "a.csv.meta.json")
        XCTAssertEqual(try bench.scan().ready.map(\.priority), [8])
        try Files.remove(bench.root + "/a.csv.meta.json")
        XCTAssertEqual(try bench.scan().ready.map(\.priority), [5])
    }

    func testAllRepliesAreSeenAtOnceWhateverElseIsNew() throws {
        let bench = try InboxBench()
        for number in 0..<4_500 { try Files.writeAtomically([0x61, 0x0A], to: bench.root + "/drop-\(number).csv") }
        try bench.write("from,text\n1,STOP\n", to: "_replies/a.csv")
        try bench.write("from,text\n1,STOP\n", to: "_replies/b.csv")
        var scan = try bench.scan()
        XCTAssertEqual(scan.words.map(\.path), ["_replies/a.csv", "_replies/b.csv"])
        XCTAssertFalse(scan.isWhole)
        XCTAssertEqual(scan.lookAgainAt, bench.now)
        XCTAssertLessThan(scan.unready.count, 4_500)
        var looks = 1
        while !scan.isWhole {
            scan = try bench.scan()
            looks += 1
        }
        XCTAssertEqual(looks, 3)
        XCTAssertEqual(scan.unready.count, 4_502)
    }

    func testNoFolderWaitsForEverBehindOneWithManyUnreadyFiles() throws {
        let bench = try InboxBench()
        for number in 0..<2_100 { try bench.write("", to: "busy/drop-\(number).csv") }
        try bench.write("phone1\n1\n", to: "calm/a.csv")
        for _ in 0..<3 { _ = try bench.scan() }
        XCTAssertEqual(
            try (0..<2).flatMap { _ in try bench.scan(after: 2_000).ready.map(\.name) }.sorted().first, "a.csv")
    }

    func testBesidesTheInboxAndRepliesOnlyTheFolderInWhichSomethingHappenedIsListed() throws {
        let listed = Mutex<[String]>([])
        let folder = try InboxBench()
        let root = folder.root
        let view = InboxView(
            folder.inbox, watch: { _ in true },
            list: { path in
                listed.withLock { $0.append(String(path.dropFirst(root.count))) }
                return try Files.listing(path)
            })
        for name in ["a", "b", "_replies"] { try folder.write("phone1\n1\n", to: name + "/one.csv") }
        for now in [0, 5_000] as [Int64] { _ = try view.scan(request(), at: now) }
        listed.withLock { $0 = [] }
        try folder.write("phone1\n1\n", to: "a/two.csv")
        let scan = try view.scan(request(touched: [.init(folder: "a")]), at: 5_500)
        XCTAssertEqual(listed.withLock { $0 }.sorted(), ["", "/_replies", "/a"])
        XCTAssertEqual(scan.unready.map(\.path), ["a/two.csv"])
        XCTAssertEqual(scan.words.map(\.path), ["_replies/one.csv"])
    }

    /// A look at where something happened goes through these only.
    func testWhateverHappensNoPlaceThatHasSomethingToTellCountsAsQuietAndOthersDo() throws {
        let bench = try InboxBench()
        let view = InboxView(bench.inbox, watch: { !$0.path.hasPrefix("unwatched") })
        var random = SeededGenerator(seed: TestSeed.next())
        let folders = (1...70).map { "folder\($0)" } + ["", "unwatched", "_replies", "folder7/_urgent"]
        for folder in folders { try Files.createFolder(bench.root + "/" + folder, durably: false) }
        var mostQuiet = 0
        for step in 0..<150 {
            var touched: Set<InboxScan.Place> = []
            var seen = request(wantsAll: Int.random(in: 0..<10, using: &random) == 0)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let folder = folders[Int.random(in: 0..<folders.count, using: &random)]
                let place =
                    folder.hasSuffix("/_urgent")
                    ? InboxScan.Place(folder: "folder7", isUrgent: true) : InboxScan.Place(folder: folder)
                let name = "\(Int.random(in: 0..<3, using: &random)).csv"
                let path = (folder.isEmpty ? "" : folder + "/") + name
                switch Int.random(in: 0..<6, using: &random) {
                case 0 where !folder.isEmpty: try Files.removeTree(bench.root + "/" + folder)
                case 1: try? Files.remove(bench.root + "/" + path)
                case 2:
                    try bench.write("phone1\n1\n", to: path)
                    seen.arrivals.append(.init(place: place, name: name))
                case 3: seen.changed.append(.init(place: place, name: name))
                default: try bench.write("phone1\n1\n", to: path)
                }
                touched.formUnion([place, .init(folder: ""), .init(folder: place.folder)])
            }
            seen.touched = step % 4 == 0 ? nil : touched
            _ = try view.scan(seen, at: Int64(step) * 700)
            for place in view.places.values {
                XCTAssertTrue(place.isQuiet || view.astir[place.place] === place, "\(place.place.path), step \(step)")
            }
            XCTAssertTrue(view.astir.allSatisfy { view.places[$0.key] === $0.value }, "step \(step)")
            mostQuiet = max(mostQuiet, view.places.count - view.astir.count)
        }
        XCTAssertGreaterThan(mostQuiet, 0)
    }

    func testAFolderThatIsNewIsFoundAndOneThatWasRemovedIsForgotten() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a/one.csv")
        _ = try bench.scan()
        XCTAssertEqual(try bench.look(after: 1_000), ["a/one.csv"])
        try Files.removeTree(bench.root + "/a")
        try bench.write("phone1\n1\n", to: "b/_urgent/two.csv")
        XCTAssertEqual(try bench.look(arrived: "b/_urgent/two.csv"), ["b/_urgent/two.csv"])
        XCTAssertEqual(try bench.reasons(), [:])
    }
}
