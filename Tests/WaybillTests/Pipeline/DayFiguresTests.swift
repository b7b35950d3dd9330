import XCTest

@testable import Waybill

/// What a day's summary tells beyond its sums.
final class DayFiguresTests: XCTestCase {
    private func campaign(_ bench: PipelineBench, day: String = "2026-11-20") throws -> [String: Any] {
        let campaigns = try bench.json("outbox/reports/\(day)/summary.json")["campaigns"] as? [[String: Any]]
        return try XCTUnwrap(campaigns?.first)
    }

    func testAStepTellsWhatWasSentWhatArrivedAndWhatWasAnswered() throws {
        let bench = try PipelineBench(
            """
            { policies: { day: { zone: "recipient", windows: [{ from: "08:00", to: "20:00" }] } },
              strategies: { text: { steps: [{ name: "text", channel: "sms", expires: "24h", template: "note",
                on: { failed: "close" } }] } },
              campaigns: { default: { strategy: "text", policy: "day", templates: { note: "note.txt" } } } }
            """, files: ["note.txt": Array("Hello".utf8)])
        // New York and San Francisco, at 10 and 7 o'clock there.
        try bench.drop("phone1\n+12125550101\n+12125550102\n+12125550103\n+14155550104\n", as: "a.csv")
        try bench.send()
        let references = try bench.dispatched().map { String($0.prefix { $0 != "," }) }
        XCTAssertEqual(references.count, 3)
        try bench.drop(
            "reference,event,detail\n\(references[0]),delivered,\n\(references[1]),responded,\n\(references[2]),failed,no\n",
            as: "_receipts/r.csv")
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let campaign = try campaign(bench)
        XCTAssertEqual(campaign["contacted"] as? Int, 3)
        let steps = try XCTUnwrap(campaign["steps"] as? [[String: Any]])
        XCTAssertEqual(steps.count, 1)
        XCTAssertEqual(steps[0]["template"] as? String, "note")
        XCTAssertEqual(["sent", "delivered", "answered"].map { steps[0][$0] as? Int }, [3, 2, 1])
        let hours = try XCTUnwrap(campaign["hours"] as? [Int])
        XCTAssertEqual(hours[10], 3)
        XCTAssertEqual(hours.reduce(0, +), 3)
        XCTAssertEqual((campaign["failures"] as? [String: Int])?.values.reduce(0, +), 1)
        XCTAssertEqual(campaign["late"] as? Int, 0)
        XCTAssertEqual(campaign["dayHours"] as? Int, 24)
    }

    func testAResultThatComesWhenAllAreDoneIsInTheReportOfItsDay() throws {
        let bench = try PipelineBench(
            """
            { strategies: { text: { steps: [{ name: "text", channel: "sms", expires: "1h", on: { failed: "close" } }] } },
              campaigns: { default: { strategy: "text" } } }
            """)
        try bench.drop("phone1\n+12125550101\n", as: "a.csv")
        try bench.send()
        let reference = String(try bench.dispatched()[0].prefix { $0 != "," })
        try bench.restart(at: "2026-11-20T20:00:00Z")
        try bench.send()
        try bench.restart(at: "2026-11-23T12:00:00Z")
        try bench.drop("reference,event,at\n\(reference),failed,2026-11-20T16:00:00Z\n", as: "_receipts/r.csv")
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertEqual(try campaign(bench, day: "2026-11-23")["late"] as? Int, 1)
        let attempts = try bench.report("attempts", day: "2026-11-23")
        XCTAssertEqual(attempts.count, 1, attempts.joined(separator: "\n"))
        XCTAssertTrue(attempts.last?.contains(",failed,2026-11-20T16:00:00+00:00,,,true,") == true, "\(attempts)")
    }

    func testAPageBeginsWithWhatWaitsForSomebody() throws {
        let bench = try PipelineBench(
            """
            { campaigns: { a: { approve: { above: 1 } }, b: { expect: { by: "09:00", days: ["mon-sun"] } } } }
            """)
        try bench.drop("phone1\n+14155550100\n+14155550101\n", as: "a/1.csv")
        try bench.drop("phone1\n12\n", as: "b/1.csv")
        try bench.drop("kind,value\nphone,none\n", as: "_suppress/list.csv")
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let campaigns = try bench.json("outbox/reports/2026-11-20/summary.json")["campaigns"] as? [[String: Any]]
        let attention = (campaigns ?? []).map { $0["attention"] as? [String] ?? [] }
        XCTAssertEqual(attention.map(\.count), [2, 2], "\(attention)")
        XCTAssertTrue(attention[0][0].hasPrefix("list.csv holds all campaigns: "), attention[0][0])
        XCTAssertTrue(attention[0][1].hasPrefix("1.csv for a is held: 2 contacts, "), attention[0][1])
        XCTAssertEqual(attention[1][1], "no drop has come for b, which expects one by 09:00")
        let page = try bench.text("outbox/reports/2026-11-20/report.html")
        XCTAssertEqual(page.components(separatedBy: "list.csv holds all campaigns").count, 2, "said once")
    }

    func testSumsAreToldByTheColumnThatTheConfigurationNames() throws {
        let bench = try PipelineBench("{reports: {splitBy: 'Agent'}}")
        try bench.drop(
            "phone1,agent\n+14155550101,Bob\n+14155550102,<Ann>\n+14155550103,Bob\n+14155550104,\n", as: "a.csv")
        try bench.drop("phone1\n+14155550105\n", as: "b.csv")
        try bench.send()
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let campaign = try campaign(bench)
        XCTAssertEqual(campaign["splitBy"] as? String, "agent")
        let splits = try XCTUnwrap(campaign["splits"] as? [[String: Any]])
        XCTAssertEqual(splits.map { $0["value"] as? String }, ["", "Bob", "<Ann>"])
        XCTAssertEqual(splits.map { $0["contacts"] as? Int }, [2, 2, 1])
        XCTAssertEqual(splits.map { $0["success"] as? Int }, [2, 2, 1])
        XCTAssertTrue(try bench.text("outbox/reports/2026-11-20/report.html").contains("<bdi>&lt;Ann&gt;</bdi>"))
    }

    func testADropThatNamesNoCampaignIsInTheSummaryOfItsDay() throws {
        let bench = try PipelineBench("{campaigns: {default: {drops: []}, a: {}}}")
        try bench.drop("phone1\n+14155550100\n", as: "a/1.csv")
        try bench.drop("phone1\n+14155550100\n", as: "whose.csv")
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let drops = try bench.json("outbox/reports/2026-11-20/summary.json")["drops"] as? [[String: Any]]
        XCTAssertEqual(drops?.map { $0["drop"] as? String }, ["whose.csv"])
        XCTAssertEqual(drops?.first?["reason"] as? String, "drop.no-campaign")
        XCTAssertTrue(
            try bench.text("outbox/reports/2026-11-20/report.html").contains("<bdi>whose.csv</bdi></b>, which names no")
        )
    }

    func testDaysOnWhichClocksAreChangedAreMarked() throws {
        for (day, hours) in [("2026-10-25", 25), ("2026-03-29", 23)] {
            let bench = try PipelineBench("{timezone: 'Europe/Berlin'}", at: day + "T12:00:00Z")
            try bench.drop("phone1\n+14155550100\n", as: "1.csv")
            _ = try bench.pipeline.report(day: nil, campaign: nil)
            XCTAssertEqual(try campaign(bench, day: day)["dayHours"] as? Int, hours)
            XCTAssertTrue(try bench.text("outbox/reports/\(day)/report.html").contains("a day of \(hours) hours"))
        }
    }

    func testTheDaysBeforeAreSmallLines() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550100\n", as: "1.csv")
        try bench.send()
        try bench.restart(at: "2026-11-22T12:00:00Z")
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let page = try bench.text("outbox/reports/2026-11-22/report.html")
        XCTAssertTrue(page.contains("Rows of success by day: 2026-11-20 1, 2026-11-21 0, 2026-11-22 0"), page)
    }
}
