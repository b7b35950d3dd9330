import XCTest

@testable import Waybill

/// Mended records of a batch that somebody has to approve, or has withdrawn.
final class MendedWhileHeldTests: XCTestCase {
    private static let held = "{campaigns: {a: {approve: {above: 3}}}}"
    private static let list =
        "phone1,id\n+14155550101,1\n+14155550102,2\n+14155550103,3\n+14155550104,4\nbad,5\n"
    private static let mended = "phone1,id\n+14155550105,5\n"
    private static let first = "20261120-000001"

    private func carryOut(_ command: String, _ bench: PipelineBench, batch: String? = first) throws {
        let what = batch.map { #""batch": "\#($0)""# } ?? #""campaign": "a""#
        try bench.pipeline.carryOut(
            ControlCommand(json: Array("{\"command\": \"\(command)\", \(what)}".utf8)))
    }

    func testTheyWaitWithTheBatchAndLeaveWithIt() throws {
        let bench = try PipelineBench(Self.held)
        try bench.drop(Self.list, as: "a/list.csv")
        try bench.drop(Self.mended, as: "a/list-\(Self.first).csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 0)
        XCTAssertEqual(
            try bench.acknowledgement(2)["held"] as? [String],
            ["it corrects \(Self.first), which waits for approval"])
        try bench.restart(at: "2026-11-21T15:00:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 0)
        try carryOut("approve", bench)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 5)
    }

    func testTheyAreFoundByTheirContentAndInACorrectionOfACorrection() throws {
        let bench = try PipelineBench(Self.held)
        try bench.drop(Self.list + "worse,6\n", as: "a/list.csv")
        try bench.drop("phone1,id\n+14155550105,5\nworse,6\n", as: "a/mended.csv")
        try bench.drop("phone1,id\n+14155550106,6\n", as: "a/again-20261120-000002.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 0)
        XCTAssertEqual(try bench.acknowledgement(3)["corrects"] as? String, "20261120-000002")
        try carryOut("approve", bench)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 6)
    }

    func testThoseThatWaitWhenTheirBatchIsWithdrawnWaitOn() throws {
        let bench = try PipelineBench(Self.held)
        try bench.drop(Self.list, as: "a/list.csv")
        try bench.drop(Self.mended, as: "a/list-\(Self.first).csv")
        try carryOut("withdraw", bench)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 0)
        XCTAssertEqual(
            try bench.pipeline.store.approvalHolds().map(\.reason), ["it corrects \(Self.first), which was withdrawn"])
        try carryOut("approve", bench, batch: "20261120-000002")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
    }

    func testThoseOfAWithdrawnBatchAreRefused() throws {
        for (command, batch) in [("withdraw", Self.first), ("flush", Self.first), ("withdraw", nil)] {
            let bench = try PipelineBench("{campaigns: {a: {}}}")
            try bench.drop(Self.list, as: "a/list.csv")
            try bench.send()
            // Nobody of it waits any more; it is withdrawn all the same.
            try carryOut(command, bench, batch: batch)
            try bench.drop(Self.mended, as: "a/list-\(Self.first).csv")
            let refusal = try bench.refusal(2)
            XCTAssertTrue(refusal.hasPrefix("drop.corrects-unknown"), refusal)
            XCTAssertTrue(refusal.contains("it corrects \(Self.first) (list.csv), which was withdrawn"), refusal)
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a").count, 4)
            // Another list is not concerned.
            try bench.drop("phone1,id\n+14155550107,7\n", as: "a/other.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a").count, 5)
        }
    }

    func testWhoWantsThemSentAllTheSameSaysSo() throws {
        let bench = try PipelineBench("{campaigns: {default: {}}}")
        try bench.drop(bytes: Array(Self.list.utf8), as: "list.csv")
        try carryOut("withdraw", bench)
        try bench.drop(bytes: Array(Self.mended.utf8), as: "list-\(Self.first).csv", meta: #"{"resend": true}"#)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("default").count, 1)
        XCTAssertTrue(try bench.acknowledgement(2)["corrects"] is NSNull)
    }
}
