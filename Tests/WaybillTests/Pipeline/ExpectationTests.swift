import Foundation
import Support
import XCTest

@testable import Waybill

/// Drops that do not come, that are far from their usual size, and that somebody has to approve.
final class ExpectationTests: XCTestCase {
    private func rows(_ count: Int, from first: Int = 0) -> String {
        "phone1\n" + (0..<count).map { "+1415555\(String(format: "%04d", first + $0))\n" }.joined()
    }

    private func told(_ bench: PipelineBench) throws -> [String] {
        try bench.pipeline.tellOthers()
        guard bench.files("outbox/events").contains("events.jsonl") else { return [] }
        return try bench.text("outbox/events/events.jsonl").split(separator: "\n").compactMap { line in
            let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            let type = (event?["type"] as? String ?? "").dropFirst("waybill.".count)
            let text = (event?["data"] as? [String: Any])?["text"] as? String ?? ""
            return ["drop.missing", "batch.held", "batch.approved"].contains(String(type)) ? "\(type): \(text)" : nil
        }
    }

    private func look(_ bench: PipelineBench, at moment: String) throws {
        try bench.set(Timestamp(iso8601: Array(moment.utf8)[...])!)
        let later = bench.pipeline.context.monotonic() + 20_000
        bench.pipeline.context.monotonic = { later }
        try bench.pipeline.tellMissing()
    }

    private func attention(_ bench: PipelineBench, _ kind: String) throws -> [String] {
        try bench.pipeline.writeStatus()
        return try XCTUnwrap(bench.json("outbox/status.json")["attention"] as? [[String: Any]])
            .filter { $0["kind"] as? String == kind }.compactMap { $0["what"] as? String }
    }

    // 2026-11-20 was a Friday; the clock of Berlin is an hour ahead.
    private let daily = "{campaigns: {a: {timezone: 'Europe/Berlin', expect: {by: '09:00', days: ['mon-fri']}}, b: {}}}"
    private let missing = "drop.missing: no drop has come for a, which expects one by 09:00"

    func testADropThatDoesNotComeIsToldOnceADayAndNamedUntilItComes() throws {
        let bench = try PipelineBench(daily, at: "2026-11-20T07:00:00Z", standing: true)
        try bench.drop(rows(1), as: "b/1.csv")
        try look(bench, at: "2026-11-20T07:59:59Z")
        XCTAssertEqual(try told(bench), [])
        XCTAssertEqual(try attention(bench, "missing"), [])
        for moment in ["2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z"] {
            try look(bench, at: moment)
            XCTAssertEqual(try told(bench), [missing])
            XCTAssertEqual(try attention(bench, "missing"), ["no drop has come for a, which expects one by 09:00"])
        }
        XCTAssertTrue(try bench.text("outbox/metrics.prom").contains("waybill_drops_missing 1\n"))
        try bench.drop("phone1\n12\n", as: "a/refused.csv")
        XCTAssertEqual(try attention(bench, "missing").count, 1, "a drop that was refused has not come")
        try bench.drop(rows(1), as: "a/1.csv")
        XCTAssertEqual(try attention(bench, "missing"), [])
        // Nobody expects one on a Saturday; on Monday it is missing again, told after a restart once.
        try look(bench, at: "2026-11-21T12:00:00Z")
        XCTAssertEqual(try attention(bench, "missing"), [])
        for _ in 1...2 {
            try bench.restart(at: "2026-11-23T12:00:00Z")
            try look(bench, at: "2026-11-23T12:00:00Z")
        }
        XCTAssertEqual(try told(bench), [missing], "that of Friday is put away with its day")
    }

    func testADropThatCameInTimeIsNotMissing() throws {
        let bench = try PipelineBench(daily, at: "2026-11-20T05:00:00Z", standing: true)
        try bench.drop(rows(1), as: "a/1.csv")
        try look(bench, at: "2026-11-20T12:00:00Z")
        XCTAssertEqual(try told(bench), [])
        // That of Friday is not the one of Monday.
        try look(bench, at: "2026-11-23T12:00:00Z")
        XCTAssertEqual(try told(bench), [missing])
    }

    func testADropFarFromItsUsualSizeIsHeldUntilItIsApproved() throws {
        let bench = try PipelineBench("{campaigns: {a: {expect: {records: '±50%'}}}}")
        for number in 0..<3 { try bench.drop(rows(10 + number, from: 100 * number), as: "a/\(number).csv") }
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 33)
        try bench.drop(rows(5, from: 500), as: "a/few.csv")
        try bench.drop(rows(6, from: 600), as: "a/enough.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 39, "the others leave")
        let words =
            "few.csv is held: 5 records, where 11 are usual; waybill campaign approve a --batch 20261120-000004, or withdraw it"
        XCTAssertEqual(try told(bench), ["batch.held: " + words])
        XCTAssertEqual(
            try bench.acknowledgement(4)["held"] as? [String], ["5 records, where 11 are usual"])
        XCTAssertNil(try bench.acknowledgement(5)["held"])
        XCTAssertEqual(bench.logged.with("batch.held").count, 1)
        XCTAssertEqual(
            try attention(bench, "approval"),
            [
                "few.csv for a is held: 5 records, where 11 are usual; waybill campaign approve a --batch 20261120-000004, or withdraw it"
            ])
        try bench.restart(at: "2026-11-21T15:00:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 39)
        try bench.pipeline.carryOut(
            ControlCommand(json: Array(#"{"command": "approve", "batch": "20261120-000004"}"#.utf8)))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 44)
        XCTAssertEqual(try attention(bench, "approval"), [])
    }

    func testManyContactsWaitForApprovalWhichAFileCanGive() throws {
        let bench = try PipelineBench("{campaigns: {a: {approve: {above: 3}}, b: {approve: {above: 3}}}}")
        try bench.drop(rows(3), as: "a/3.csv")
        try bench.drop(rows(4, from: 10), as: "a/4.csv")
        try bench.drop(rows(5, from: 20), as: "b/5.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 3)
        XCTAssertEqual(try bench.dispatched("b").count, 0)
        XCTAssertEqual(try bench.acknowledgement(2)["held"] as? [String], ["4 contacts, and more than 3 need approval"])
        try bench.drop(#"{"command": "approve", "campaign": "b"}"#, as: "_control/1.json")
        XCTAssertEqual(try bench.acknowledgement(4)["contacts"] as? Int, 5)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 3)
        XCTAssertEqual(try bench.dispatched("b").count, 5)
        try bench.drop(#"{"command": "approve", "campaign": "b"}"#, as: "_control/2.json")
        XCTAssertTrue(try bench.refusal(5).contains("nothing of campaign \"b\" waits for approval"))
        // Withdrawn, it waits for nobody.
        try bench.pipeline.carryOut(
            ControlCommand(json: Array(#"{"command": "withdraw", "batch": "20261120-000002"}"#.utf8)))
        XCTAssertEqual(try attention(bench, "approval"), [])
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 3)
        XCTAssertEqual(try told(bench).map { $0.prefix(14) }, ["batch.held: 4.", "batch.held: 5.", "batch.approved"])
    }

    func testNothingLeavesWhereNobodyCanReadWhichBatchesWait() throws {
        let bench = try PipelineBench("{campaigns: {a: {approve: {above: 3}}}}")
        try bench.drop(rows(4), as: "a/4.csv")
        try bench.pipeline.store.durably { try bench.pipeline.store.set(.approvalHolds, to: Array("{".utf8)) }
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 0)
    }

    func testWhatIsUsualIsTheMiddleOfTheLastTen() {
        var expectation = Expectation()
        expectation.records = 50
        XCTAssertTrue(expectation.fits(1_000_000, [10, 10]), "of two nobody knows")
        XCTAssertTrue(expectation.fits(15, [10, 10, 90]))
        XCTAssertFalse(expectation.fits(16, [10, 10, 90]))
        XCTAssertTrue(expectation.fits(5, [10, 10, 90]))
        XCTAssertFalse(expectation.fits(4, [10, 10, 90]))
        func problems(_ text: String) -> [String] {
            ConfigurationReader.read(Array(text.utf8), file: "w").problems.map(\.description)
        }
        XCTAssertEqual(
            problems("{campaigns: {a: {expect: {by: '24:00', records: 'half'}}}}"),
            [
                "w:1:31: campaigns.a.expect.by: \"24:00\" is not a time within the day, such as \"09:00\"",
                "w:1:49: campaigns.a.expect.records: \"half\" is not how many per cent more or fewer, such as \"±50%\"",
            ])
    }
}
