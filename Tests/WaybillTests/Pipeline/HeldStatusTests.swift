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

    // MARK: - When it is expected to end

    /// What `status.json` says when two contacts were dropped of which one may be contacted tomorrow and one the day after.
    private func expectedEnd(_ campaign: String, _ others: String = "", paused: Bool = false) throws -> String? {
        let bench = try PipelineBench(
            """
            { policies: { day: { zone: "campaign", windows: [{ from: "08:00", to: "20:00" }] } }, \(others)
              campaigns: { a: { policy: "day", \(campaign) } } }
            """, standing: true)
        try bench.drop(
            "phone1,notbefore\n+14155551001,2026-11-21T06:00:00Z\n+14155551002,2026-11-22T09:30:00Z\n", as: "a/1.csv")
        try bench.send()
        if paused { try bench.pipeline.store.durably { try bench.pipeline.store.pause("a", at: bench.pipeline.now) } }
        try bench.pipeline.writeStatus()
        let campaigns = try XCTUnwrap(try bench.json("outbox/status.json")["campaigns"] as? [[String: Any]])
        let end = try XCTUnwrap(campaigns.first)["expectedEnd"] as? String
        if let end, !end.isEmpty {
            try bench.advance(seconds: 50 * 3_600)
            try bench.send()
            try bench.pipeline.writeStatus()
            let later = try XCTUnwrap(try bench.json("outbox/status.json")["campaigns"] as? [[String: Any]])
            XCTAssertEqual(later.first?["open"] as? Int, 0)
            XCTAssertTrue(later.first?["expectedEnd"] is NSNull, "nothing is open any more")
        }
        return end
    }

    func testACampaignThatWaitsForTheClockAloneEndsWhenItsLastContactIsDue() throws {
        XCTAssertEqual(try expectedEnd(""), "2026-11-22T09:30:00.000Z")
        let strategies = "strategies: { one: { steps: [{ name: \"text\", channel: \"sms\" }] } },"
        XCTAssertEqual(try expectedEnd("strategy: \"one\"", strategies), "2026-11-22T09:30:00.000Z")
    }

    func testNobodySaysWhenACampaignEndsForWhichMoreThanTheClockDecides() throws {
        XCTAssertNil(try expectedEnd("rate: { perHour: 5 }"), "a rate")
        let strategies = "strategies: { call: { steps: [{ name: \"call\", channel: \"voice\" }] } },"
        XCTAssertNil(try expectedEnd("strategy: \"call\"", strategies), "a result is awaited")
        XCTAssertNil(try expectedEnd("", paused: true), "paused")
    }
}
