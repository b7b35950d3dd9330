import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// The contacts of a large batch stand in a file of their own beside the database.
final class SegmentFileTests: XCTestCase {
    private static let file = "state/waybill.db-segments/20261120-000001"

    private func batch(_ number: Int) throws -> BatchID {
        try XCTUnwrap(BatchID("20261120-00000\(number)"))
    }

    /// A record's name, as the store has it.
    private func name(of record: UInt32, _ store: any Store) throws -> String? {
        guard let stored = try store.segment(of: record, batch: batch(1)),
            let index = stored.contacts.index(of: record)
        else { return nil }
        return String(decoding: stored.contacts.value(at: index, column: 1), as: UTF8.self)
    }

    func testASmallBatchNeedsNone() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1,name\n+14155550100,Ann\n", as: "small.csv")
        XCTAssertEqual(bench.files("state/waybill.db-segments"), [])
        XCTAssertEqual(try name(of: 1, bench.pipeline.store), "Ann")
    }

    func testEveryContactOfALargeBatchIsFoundAndSent() throws {
        let bench = try PipelineBench()
        try bench.drop(IntakeTests.large(), as: "large.csv")
        let path = bench.root + "/" + Self.file
        let status = try XCTUnwrap(FileStatus.of(path))
        XCTAssertGreaterThan(status.size, 3 << 20)
        XCTAssertEqual(status.mode & 0o777, 0o600, "nobody else reads who is contacted")
        XCTAssertEqual(try FileStatus.of(Files.folder(of: path))?.mode, 0o700)
        let store = bench.pipeline.store
        let database = try Database(path: bench.root + "/state/waybill.db", readOnly: true)
        XCTAssertEqual(
            try [1, 2, 3, 4, 11_003, 11_004].map { try name(of: $0, store) }, ["Ann", "Bob", nil, "Cy", "Cy", nil])
        var records: [UInt32] = []
        var places: [Int64?] = []
        try store.forEachSegment(of: batch(1)) { stored in
            records += (0..<stored.contacts.count).map { stored.contacts.record(at: $0) }
            XCTAssertEqual(stored.id.number, places.count)
            places.append(
                try database.statement("SELECT place FROM segment WHERE id = \(stored.id.rawValue)").first {
                    $0.optionalInt64(0)
                } ?? nil)
        }
        XCTAssertEqual(records, [1, 2] + Array(4...11_003))
        XCTAssertEqual(places.prefix(SQLiteStore.segmentsInDatabase + 1), [nil, nil, nil, nil, 0])
        XCTAssertFalse(places.dropFirst(SQLiteStore.segmentsInDatabase).contains(nil))
        try bench.send()
        XCTAssertEqual(Set(try bench.dispatched().map { $0.prefix { $0 != "," } }).count, 11_002)
    }

    func testWhatASamplingRuleLeftOpenIsReadBackBeforeTheBatchIsVisible() throws {
        let bench = try PipelineBench("{campaigns: {c: {sampling: [{rule: 'random', take: 5000}]}}}")
        try bench.drop(IntakeTests.large(), as: "c/large.csv")
        XCTAssertEqual(try bench.pipeline.store.states(of: batch(1)), [.pending: 5_000, .sampledOut: 6_002])
    }

    func testAnInterruptedReadingsFileIsBegunAnew() throws {
        let bench = try PipelineBench()
        struct Killed: Error {}
        try bench.put(IntakeTests.large(), as: "large.csv")
        bench.pipeline.drops.onInterlude = { [self] reading in
            guard reading.records > 9_000 else { return }
            XCTAssertNil(try name(of: 1, bench.pipeline.store), "its rows are hidden")
            throw Killed()
        }
        XCTAssertThrowsError(try bench.take()) { XCTAssertTrue($0 is Killed) }
        let path = bench.root + "/" + Self.file
        XCTAssertGreaterThan(try XCTUnwrap(FileStatus.of(path)).size, 1 << 20)
        // As if a power failure had left something else there.
        try Files.writeAtomically(Array(repeating: 7, count: 9 << 20), to: path)
        try bench.restartAfterCrash(at: "2026-11-20T15:01:00Z")
        XCTAssertNil(try name(of: 11_003, bench.pipeline.store), "nor is what the crash left looked at")
        try bench.pipeline.recover()
        XCTAssertEqual(try bench.acknowledgement(1)["accepted"] as? Int, 11_002)
        XCTAssertLessThan(try XCTUnwrap(FileStatus.of(path)).size, 8 << 20)
        try bench.send()
        XCTAssertEqual(Set(try bench.dispatched().map { $0.prefix { $0 != "," } }).count, 11_002)
    }

    func testItGoesOnceTheContactsHaveGone() throws {
        let bench = try PipelineBench("{keepDays: {contacts: 1}}")
        try bench.drop(IntakeTests.large(), as: "large.csv")
        try bench.send()
        XCTAssertEqual(try bench.pipeline.store.states(of: batch(1)), [.handedOver: 11_002])
        try bench.restart(at: "2026-11-21T15:00:00Z")
        _ = try bench.pipeline.writeMissedDays()
        XCTAssertEqual(bench.files("state/waybill.db-segments"), ["20261120-000001"])
        try bench.restart(at: "2026-11-24T15:00:00Z")
        _ = try bench.pipeline.writeMissedDays()
        XCTAssertNil(try bench.pipeline.store.segment(of: 1, batch: batch(1)))
        XCTAssertEqual(
            bench.files("state/waybill.db-segments"), ["20261120-000001"], "somebody may be reading the store as it was"
        )
        try bench.restart(at: "2026-11-25T15:00:00Z")
        XCTAssertEqual(bench.files("state/waybill.db-segments"), [])
    }

    func testADuplicateLeavesNone() throws {
        let bench = try PipelineBench()
        try bench.drop(IntakeTests.large(), as: "large.csv")
        try bench.drop(IntakeTests.large(), as: "again.csv")
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "duplicate")
        XCTAssertEqual(bench.files("state/waybill.db-segments"), ["20261120-000001"])
    }

    func testTheEndOfADayLeavesThoseThatItsStoreDoesNotKnow() throws {
        let bench = try PipelineBench()
        try bench.drop(IntakeTests.large(), as: "large.csv")
        let folder = bench.root + "/state/waybill.db-segments/"
        try Files.writeAtomically([1], to: folder + "20261119-000007")
        try Files.writeAtomically([1], to: folder + "notes.txt")
        try bench.restart(at: "2026-11-21T15:01:00Z")
        XCTAssertEqual(bench.files("state/waybill.db-segments"), ["20261119-000007", "20261120-000001", "notes.txt"])
    }

    func testAFileThatIsMissingOrTooShortIsNamed() throws {
        let bench = try PipelineBench()
        try bench.drop(IntakeTests.large(), as: "large.csv")
        let store = { try SQLiteStore(path: bench.root + "/state/waybill.db", readOnly: true) }
        let path = bench.root + "/" + Self.file
        let whole = try Files.read(path, limit: 1 << 26)
        try Files.writeAtomically(Array(whole.prefix(1 << 20)), to: path)
        XCTAssertEqual(try name(of: 4, store()), "Cy")
        XCTAssertThrowsError(try name(of: 11_003, store())) { error in
            XCTAssertTrue("\(error)".contains("batch 20261120-000001"), "\(error)")
        }
        try Files.remove(path)
        XCTAssertEqual(try name(of: 4, store()), "Cy", "the first ones stand in the database")
        XCTAssertThrowsError(try name(of: 11_003, store())) { error in
            XCTAssertTrue("\(error)".contains(path), "\(error)")
        }
    }

    func testARehearsalReadsThemAndLeavesThemAsTheyAre() throws {
        let bench = try PipelineBench("{campaigns: {c: {}}}")
        try bench.drop(IntakeTests.large(), as: "c/large.csv")
        let folder = bench.root + "/rehearsal"
        try Files.createFolder(folder)
        let rehearsal = try Rehearsal(
            of: bench.workspace, bench.configuration, in: folder, startingAt: bench.pipeline.now,
            log: Log(level: .error, format: .text, clock: SystemIO.WallClock()) { _ in })
        // The real one takes a drop meanwhile, to which the rehearsal gives the same number.
        try bench.drop(IntakeTests.large(9_500), as: "c/second.csv")
        let path = bench.root + "/state/waybill.db-segments/20261120-000002"
        let before = try Files.read(path, limit: 1 << 26)
        let store = rehearsal.workspace.store(rehearsal.configuration)
        try Files.makeLink(to: path, as: store + "-segments/20261120-000002")
        let inbox = rehearsal.workspace.path("inbox/c")
        try Files.createFolder(inbox)
        try Files.writeAtomically(Array(IntakeTests.large(10_000).utf8), to: inbox + "/third.csv")
        XCTAssertTrue(try rehearsal.take(["third.csv"], from: "c"))
        var sent: Set<String> = []
        rehearsal.pipeline.dispatcher.onSending = { sent.insert($0.reference.description) }
        try rehearsal.run(until: rehearsal.now.adding(.hours(1)))
        XCTAssertEqual(sent.count, 11_002 + 10_002)
        XCTAssertEqual(try Files.read(path, limit: 1 << 26), before)
    }
}
