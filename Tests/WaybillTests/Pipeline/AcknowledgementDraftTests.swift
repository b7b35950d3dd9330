import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// The acknowledgement of contacts goes to the disk before the commit of what it says.
final class AcknowledgementDraftTests: XCTestCase {
    private static let drops = [
        ("whole.csv", "phone1,id\n+14155550101,A\n"),
        ("part.csv", "phone1,id\n+14155550102,B\n12,C\n"),
        ("none.csv", "phone1,id\n12,D\n"),
        ("refused.csv", "colour\nred\n"),
        ("again.csv", "phone1,id\n+14155550101,A\n"),
    ]

    override func tearDown() { Faults.takeBack() }

    /// Each acknowledgement says what the store knows, and nothing else lies beside them.
    private func check(_ bench: PipelineBench, _ count: Int, _ what: String = "") throws {
        let files = bench.files("outbox/acks")
        XCTAssertEqual(files.count, count, "\(what): \(files)")
        for file in files {
            let told = try bench.json("outbox/acks/" + file)
            let batch = try XCTUnwrap(BatchID(try XCTUnwrap(told["batch"] as? String)))
            let row = try XCTUnwrap(try bench.pipeline.store.batch(batch))
            XCTAssertTrue(row.isPublished, what)
            var stored = try XCTUnwrap(row.acknowledgement)
            stored.finishedAt = try XCTUnwrap(Timestamp(iso8601: Array("\(told["finishedAt"]!)".utf8)[...]))
            XCTAssertEqual(try bench.text("outbox/acks/" + file).utf8.map(\.self), stored.json(pretty: true), what)
        }
    }

    func testWhateverBecomesOfADropItsAcknowledgementSaysWhatTheStoreKnows() throws {
        let bench = try PipelineBench(standing: true)
        for (name, text) in Self.drops { try bench.drop(text, as: name) }
        try check(bench, Self.drops.count)
        // What it ended is known in the commit only.
        try bench.put("{\"mode\": \"cancel\"}", as: "cancel.csv.meta.json")
        try bench.drop("id\nA\n", as: "cancel.csv")
        try check(bench, Self.drops.count + 1)
        let last = try XCTUnwrap(bench.files("outbox/acks").first { $0.contains("cancel") })
        XCTAssertEqual(try bench.json("outbox/acks/" + last)["contacts"] as? Int, 1)
    }

    func testOneThatCannotBePutOnTheDiskBeforeTheCommitIsWrittenBehindIt() throws {
        for call in [SystemCall.create, .write, .fsync] {
            let bench = try PipelineBench(standing: true)
            try bench.drop("phone1\n+14155550100\n", as: "first.csv")
            Faults.handIn(Fault(.fails(EIO), of: [call], beneath: bench.root + "/outbox/acks/2026-11-20/"))
            try bench.drop("phone1,id\n+14155550102,B\n12,C\n", as: "part.csv")
            XCTAssertGreaterThan(Faults.takeBack().struck, 0, "\(call)")
            XCTAssertEqual(bench.logged.with("drop.postponed").count, 0, "\(call)")
            try check(bench, 2, "\(call)")
        }
    }

    func testADropThatIsNotTakenAfterAllLeavesNothingBehind() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n+14155550100\n", as: "first.csv")
        // What is made last before the commit.
        Faults.handIn(Fault(.fails(ENOSPC), of: [.create], beneath: bench.root + "/inbox/.waybill/"))
        try bench.drop("phone1\n+14155550101\n", as: "second.csv")
        XCTAssertEqual(Faults.takeBack().struck, 1)
        XCTAssertEqual(bench.files("outbox/acks").count, 1)
        let now = MonotonicClock.nanoseconds() / 1_000_000
        bench.pipeline.context.monotonic = { now + 60_000 }
        for _ in 1...2 { try bench.take() }
        try check(bench, 2)
    }

    /// Whoever collects acknowledgements takes them away the moment they are there.
    func testAnAcknowledgementMayBeGoneBeforeItIsSynced() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n+14155550100\n", as: "first.csv")
        let folder = bench.root + "/outbox/acks/2026-11-20"
        for name in try Files.list(folder) { try Files.remove(folder + "/" + name) }
        Faults.handIn(Fault(.fails(ENOENT), of: [.open], beneath: folder + "/second.csv."))
        try bench.drop("phone1\n+14155550101\n", as: "second.csv")
        XCTAssertEqual(Faults.takeBack().struck, 1)
        XCTAssertEqual(bench.logged.with("drop.postponed").count, 0)
        try check(bench, 1)
    }
}
