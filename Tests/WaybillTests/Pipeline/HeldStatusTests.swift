import XCTest

@testable import Waybill

/// What the live files say of contacts that wait.
final class HeldStatusTests: XCTestCase {
    func testEightHundredCallbacksOfDifferentMomentsAreOneSeriesAndOneEntry() throws {
        let bench = try PipelineBench(
            """
            { policies: { day: { zone: "campaign", windows: [{ from: "08:00", to: "20:00" }] } },
              campaigns: { a: { policy: "day" } } }
            """)
        let rows = (0..<800).map { number in
            let minute = String(100 + number % 60).suffix(2)
            return "+1415555\(1_000 + number),2026-11-21T\(String(108 + number / 60 % 12).suffix(2)):\(minute):00Z\n"
        }
        try bench.drop("phone1,callbackat\n" + rows.joined(), as: "a/1.csv")
        try bench.send()
        try bench.pipeline.writeStatus()
        let series = try bench.text("outbox/metrics.prom").split(separator: "\n")
            .filter { $0.hasPrefix("waybill_contacts_held{") }
        XCTAssertEqual(series, ["waybill_contacts_held{campaign=\"a\",reason=\"callback\"} 800"])
        let status = try bench.text("outbox/status.json")
        XCTAssertLessThan(status.utf8.count, 4_000)
        let holdings = try bench.pipeline.store.holdings()
        XCTAssertEqual(holdings.map(\.kind), [.callback])
        XCTAssertEqual(holdings.map(\.contacts), [800])
        XCTAssertEqual(holdings.map(\.next?.description), ["2026-11-21T08:00:00.000Z"])
        XCTAssertEqual(holdings.map(\.words), ["a callback at the contact's own time"])
    }
}
