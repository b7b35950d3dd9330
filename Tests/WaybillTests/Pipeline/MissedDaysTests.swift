import XCTest

@testable import Waybill

final class MissedDaysTests: XCTestCase {
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
