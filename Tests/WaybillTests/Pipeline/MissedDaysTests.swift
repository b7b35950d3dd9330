import XCTest

@testable import Waybill

final class MissedDaysTests: XCTestCase {
    func testADayThatWasMissedIsMarkedAlsoWhenItIsWrittenAgain() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n+14155550100\n", as: "default/1.csv")
        try bench.send()
        try bench.set(Timestamp(iso8601: Array("2026-11-21T00:00:05Z".utf8)[...])!)
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 1)
        try bench.restart(at: "2026-11-23T09:00:00Z")
        func isMissed(_ day: String) throws -> Bool? {
            let campaigns = try bench.json("outbox/reports/\(day)/summary.json")["campaigns"] as? [[String: Any]]
            return campaigns?.first?["missed"] as? Bool
        }
        XCTAssertNil(try isMissed("2026-11-20"))
        XCTAssertEqual(try isMissed("2026-11-21"), true)
        XCTAssertEqual(try isMissed("2026-11-22"), true)
        XCTAssertTrue(try bench.text("outbox/reports/2026-11-21/report.html").contains("made up later"))
        for day in ["2026-11-20", "2026-11-21"] {
            let before = try bench.text("outbox/reports/\(day)/SHA256SUMS")
            try bench.set(Timestamp(iso8601: Array("2026-11-23T12:00:00Z".utf8)[...])!)
            _ = try bench.pipeline.report(day: CalendarDay(day), campaign: nil)
            XCTAssertEqual(try bench.text("outbox/reports/\(day)/SHA256SUMS"), before, "the same bytes")
        }
    }

    func testTheReportsOfMissedDaysStopBetweenTwoAndGoOnAtTheNextStart() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550100\n", as: "default/1.csv")
        try bench.restart(at: "2026-11-24T15:00:00Z", recover: false)
        var asked = 0
        XCTAssertEqual(
            try bench.pipeline.writeMissedDays {
                asked += 1
                return asked > 2
            }, 2)
        XCTAssertEqual(bench.files("outbox/reports").filter { $0.hasSuffix("SHA256SUMS") }.count, 2)
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 2)
        XCTAssertEqual(bench.files("outbox/reports").filter { $0.hasSuffix("SHA256SUMS") }.count, 4)
    }
}
