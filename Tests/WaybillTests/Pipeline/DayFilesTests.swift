import SystemIO
import XCTest

@testable import Waybill

/// The rows of a day whose contacts went different ways.
final class DayFilesTests: XCTestCase {
    private func cells(_ rows: [String], _ places: [Int]) -> [String] {
        rows.map { row in
            let all = row.split(separator: ",", omittingEmptySubsequences: false)
            return places.map { String(all[$0]) }.joined(separator: "|")
        }
    }

    func testEachRowHasTheAddressOfItsStepAndWhatBecameOfItsContact() throws {
        let bench = try PipelineBench(
            """
            { reports: { addresses: "plain" },
              campaigns: { a: { strategy: "s" } },
              strategies: { s: { steps: [
                { name: "text", channel: "sms", to: "phone1", expires: "48h", on: { failed: "call", responded: "close" } },
                { name: "call", channel: "voice", to: "phone2", attempts: 2, resultWithin: "48h",
                  on: { busy: { retry: "1h" } } } ] } } }
            """)
        let people = (1...4).map { "+1415555010\($0),+1415555020\($0),\($0)\n" }
        try bench.drop("phone1,phone2,id\n" + people.joined(), as: "a/1.csv")
        try bench.send()
        let sent = try bench.dispatched("a").map { String($0.prefix { $0 != "," }) }
        try bench.drop(
            "reference,event,detail\n\(sent[1]),failed,\"no, never\"\n\(sent[2]),responded,\n\(sent[3]),failed,\n",
            as: "_receipts/1.csv")
        try bench.send()
        let calls = try bench.dispatched("a").map { String($0.prefix { $0 != "," }) }.filter { $0.contains("-call-") }
        XCTAssertEqual(calls.count, 2)
        try bench.drop("reference,event\n\(calls[1]),busy\n", as: "_receipts/2.csv")
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        // id, state, step, address, attempts
        XCTAssertEqual(
            cells(try bench.report("progress", campaign: "a"), [4, 5, 7, 9, 10]),
            [
                "1|SMS sent|text|+14155550101|1", "2|Sent to Dialer|call|+14155550202|2",
                "4|Pending|call|+14155550204|2",
            ])
        XCTAssertEqual(
            cells(try bench.report("success", campaign: "a"), [4, 5, 7, 9, 10]),
            ["3|SMS responded|text|+14155550103|1"])
        // id, step, attempt, address, event
        XCTAssertEqual(
            cells(try bench.report("attempts", campaign: "a").filter { !$0.contains("no, never") }, [4, 5, 6, 10, 12]),
            [
                "1|text|1|+14155550101|", "2|call|2|+14155550202|", "3|text|1|+14155550103|responded",
                "4|text|1|+14155550104|failed", "4|call|2|+14155550204|busy",
            ])
        let quoted = try bench.report("attempts", campaign: "a").filter { $0.contains(",\"no, never\",false,") }
        XCTAssertEqual(cells(quoted, [4, 5, 6, 10, 12]), ["2|text|1|+14155550102|failed"])
        for row in try bench.report("attempts", campaign: "a") {
            let all = row.split(separator: ",", omittingEmptySubsequences: false)
            XCTAssertTrue(all[9].hasSuffix("-\(all[3])-\(all[5])-\(all[6])"), row)
        }
    }

    func testTheListOfChecksumsIsThatOfTheFiles() throws {
        let bench = try PipelineBench("{ campaigns: { a: {}, b: {} } }")
        for name in ["a", "b"] { try bench.drop("phone1\n+14155550101\n", as: "\(name)/1.csv") }
        try bench.send()
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        _ = try bench.pipeline.report(day: nil, campaign: "a")
        let folder = bench.root + "/outbox/reports/2026-11-20"
        let lines = try bench.text("outbox/reports/2026-11-20/SHA256SUMS").split(separator: "\n")
        XCTAssertEqual(lines.count, 12)
        for line in lines {
            let parts = line.split(separator: " ", maxSplits: 1)
            let name = parts[1].trimmingPrefix { $0 == " " || $0 == "*" }
            XCTAssertEqual(SHA256.hex(try SHA256.hash(file: folder + "/" + name)), String(parts[0]), String(name))
        }
    }
}
