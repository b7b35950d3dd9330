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

    func testWhoHasEndedDoesNotWaitThoughItsParcelDoes() throws {
        let bench = try PipelineBench(
            """
            { policies: { day: { zone: "campaign", windows: [{ from: "08:00", to: "12:00" }] } },
              campaigns: { a: { policy: "day" } } }
            """)
        let rows = (1...5).map { "+1415555010\($0),\($0)," + ($0 > 3 ? "2026-11-22T09:00:00Z\n" : "\n") }
        try bench.drop("phone1,id,notbefore\n" + rows.joined(), as: "a/1.csv")
        func told() throws -> [Int] {
            try bench.pipeline.writeStatus()
            let campaigns = try XCTUnwrap(try bench.json("outbox/status.json")["campaigns"] as? [[String: Any]])
            let held = try XCTUnwrap(campaigns.first?["held"] as? [[String: Any]])
            let series = try bench.text("outbox/metrics.prom").split(separator: "\n")
                .filter { $0.hasPrefix("waybill_contacts_held{") }
            XCTAssertEqual(
                series.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +),
                campaigns.first?["open"] as? Int)
            return held.compactMap { $0["contacts"] as? Int }
        }
        XCTAssertEqual(try told().reduce(0, +), 5)
        try bench.drop("id,action\n1,cancel\n2,cancel\n", as: "a/2.csv")
        XCTAssertEqual(try told().reduce(0, +), 3)
        try bench.drop("id,action\n4,cancel\n5,cancel\n", as: "a/3.csv")
        XCTAssertEqual(try told().reduce(0, +), 1)
        try bench.drop("id,action\n3,cancel\n", as: "a/4.csv")
        XCTAssertEqual(try told(), [])
    }

    func testAPausedCampaignSaysSinceWhenAndByWhat() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        try bench.drop(#"{"command": "pause", "campaign": "a"}"#, as: "_control/stop.json")
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.pipeline.writeStatus()
        let campaign = try XCTUnwrap((try bench.json("outbox/status.json")["campaigns"] as? [[String: Any]])?.first)
        XCTAssertEqual(campaign["paused"] as? Bool, true)
        XCTAssertTrue(try XCTUnwrap(campaign["pausedSince"] as? String).hasPrefix("2026-11-20T15:00:"))
        XCTAssertEqual(campaign["pausedBy"] as? String, "stop.json (batch 20261120-000001)")
        let held = try XCTUnwrap((campaign["held"] as? [[String: Any]])?.first)
        XCTAssertEqual(held["reason"] as? String, "the campaign is paused")
        let status = try WorkspaceStatus(
            store: bench.pipeline.store, configuration: bench.configuration, now: bench.pipeline.now)
        let text = StatusText.render(status, width: 80, colour: false)
        XCTAssertTrue(text.contains("by stop.json (batch 20261120-000001)"), text)
        XCTAssertTrue(text.contains("1 wait: the campaign is paused"), text)
        try bench.pipeline.carryOut(ControlCommand(json: Array(#"{"command": "resume", "campaign": "a"}"#.utf8)))
        try bench.pipeline.carryOut(ControlCommand(json: Array(#"{"command": "pause", "campaign": "a"}"#.utf8)))
        try bench.pipeline.writeStatus()
        let again = try XCTUnwrap((try bench.json("outbox/status.json")["campaigns"] as? [[String: Any]])?.first)
        XCTAssertEqual(again["pausedBy"] as? String, "a command")
    }

    func testWhoPausedACampaignStaysKnownWhenItIsPausedOnceMore() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}", standing: true)
        try bench.drop(#"{"command": "pause", "campaign": "a"}"#, as: "_control/stop.json")
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.advance(seconds: 60)
        try bench.pipeline.carryOut(ControlCommand(json: Array(#"{"command": "pause", "campaign": "a"}"#.utf8)))
        try bench.pipeline.writeStatus()
        let campaign = try XCTUnwrap((try bench.json("outbox/status.json")["campaigns"] as? [[String: Any]])?.first)
        XCTAssertEqual(campaign["pausedBy"] as? String, "stop.json (batch 20261120-000001)")
    }

    func testAPauseAndItsRowInTheAuditChainHaveOneMomentThoughTheClockMoves() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        let store = bench.pipeline.store
        for _ in 1...100 {
            try bench.pipeline.carryOut(ControlCommand(json: Array(#"{"command": "pause", "campaign": "a"}"#.utf8)))
            let since = try XCTUnwrap(store.pauses()["a"])
            XCTAssertNotNil(try store.audited(.paused, about: "a", at: since))
            try bench.pipeline.carryOut(ControlCommand(json: Array(#"{"command": "resume", "campaign": "a"}"#.utf8)))
        }
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

    func testNobodySaysWhenACampaignEndsForWhichSomebodyHasToDecide() throws {
        XCTAssertNil(try expectedEnd("", paused: true), "paused")
    }

    func testARateThatLetsAllOfThemLeaveAtOnceDelaysNobody() throws {
        XCTAssertEqual(try expectedEnd("rate: { perHour: 5 }"), "2026-11-22T09:30:00.000Z")
    }

    func testACampaignEndsLaterByItsRateAndByHowLongResultsAreAwaited() throws {
        let bench = try PipelineBench(
            """
            { policies: { day: { startAfter: "2026-11-21T08:00:00Z" } },
              strategies: { call: { steps: [{ name: "call", channel: "voice", resultWithin: "6h" }] } },
              campaigns: { a: { policy: "day", strategy: "call", rate: { perHour: 10 } } } }
            """, standing: true)
        try bench.drop("phone1\n" + (10..<40).map { "+141555510\($0)\n" }.joined(), as: "a/1.csv")
        try bench.send()
        try bench.pipeline.writeStatus()
        let campaigns = try XCTUnwrap(try bench.json("outbox/status.json")["campaigns"] as? [[String: Any]])
        // Ten leave at once, ten more each hour; and the last result may take six.
        XCTAssertEqual(campaigns.first?["expectedEnd"] as? String, "2026-11-21T16:00:00.000Z")
    }

    func testThoseWhoWaitAreToldByTheQuarterOfAnHourInWhichTheyCanGoOn() throws {
        let bench = try PipelineBench(
            """
            { policies: { day: { zone: "recipient", windows: [{ from: "12:00", to: "20:00" }] } },
              campaigns: { a: { policy: "day" } } }
            """, at: "2026-11-20T12:00:00Z", standing: true)
        // New York and San Francisco.
        try bench.drop("phone1\n+12125550101\n+12125550102\n+14155550103\n", as: "a/1.csv")
        try bench.send()
        let held = try bench.pipeline.store.holdings()
        XCTAssertEqual(held.map(\.contacts), [3])
        XCTAssertEqual(held[0].openings.map(\.contacts), [2, 1])
        XCTAssertEqual(
            held[0].openings.map(\.at.description), ["2026-11-20T17:00:00.000Z", "2026-11-20T20:00:00.000Z"])
        XCTAssertEqual(held[0].next, held[0].openings[0].at)
        XCTAssertEqual(held[0].last, held[0].openings[1].at)
    }

    func testRefusedDropsAndTheConfigurationThatIsNotInForceAreInTheLiveFiles() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n12\n", as: "bad.csv")
        bench.pipeline.context.configurationProblem = "it cannot be used"
        try bench.pipeline.writeStatus()
        let status = try bench.json("outbox/status.json")
        let attention = try XCTUnwrap(status["attention"] as? [[String: Any]])
        XCTAssertEqual(attention.map { $0["kind"] as? String }, ["configuration", "refused"])
        XCTAssertEqual(
            (attention[1]["what"] as? String)?.hasPrefix("bad.csv for default was refused: "),
            true)
        let metrics = try bench.text("outbox/metrics.prom")
        XCTAssertTrue(metrics.contains("\nwaybill_last_reload_successful 0\n"))
        XCTAssertTrue(metrics.contains("\nwaybill_refused_drops 1\n"))
    }

    // MARK: - What somebody has to mend

    private let mornings =
        "policies: { day: { zone: 'campaign', windows: [{ from: '08:00', to: '20:00' }] } }, campaigns: { a: { policy: 'day' }, b: {} }"
    private let tomorrow = "phone1,notbefore\n+14155551001,2026-11-21T09:00:00Z\n"

    private func standing(of bench: PipelineBench) throws -> (end: String?, explanation: Explanation) {
        try bench.pipeline.writeStatus()
        let campaigns = try XCTUnwrap(try bench.json("outbox/status.json")["campaigns"] as? [[String: Any]])
        let batch = try XCTUnwrap(bench.pipeline.store.batches(ofCampaign: "a").first?.id)
        let found = try Explanation.of(
            record: 1, batch: batch, store: bench.pipeline.store, configuration: bench.configuration,
            at: bench.pipeline.now)
        return (try XCTUnwrap(campaigns.first)["expectedEnd"] as? String, try XCTUnwrap(found))
    }

    func testNobodyIsPromisedAnHourWhileAListHolds() throws {
        let bench = try PipelineBench("{\(mornings)}", standing: true)
        try bench.drop(tomorrow, as: "a/1.csv")
        try bench.send()
        let before = try standing(of: bench)
        XCTAssertEqual(before.end, "2026-11-21T09:00:00.000Z")
        XCTAssertEqual(before.explanation.nextAt?.description, "2026-11-21T09:00:00.000Z")
        try bench.drop("value,campaign\nwho,b\n", as: "_suppress/other.csv")
        XCTAssertEqual(try standing(of: bench).end, before.end, "it holds another campaign")
        try bench.drop("value,campaign\nwho,a\n", as: "_suppress/l.csv")
        let after = try standing(of: bench)
        XCTAssertNil(after.end)
        XCTAssertNil(after.explanation.nextAt)
        for words in ["not before 2026-11-21", "l.csv (batch 20261120-000003) has 1 of 1 entries that name nobody"] {
            XCTAssertTrue(after.explanation.present.contains(words), after.explanation.present)
        }
        // As it is when the message would have left: the list is told once.
        try bench.advance(seconds: 86_400)
        try bench.send()
        let due = try standing(of: bench)
        XCTAssertNil(due.explanation.nextAt)
        XCTAssertEqual(due.explanation.present.components(separatedBy: "l.csv").count, 2, due.explanation.present)
    }

    func testNobodyIsPromisedAnHourWhileANamedListIsMissingOrABatchIsNotApproved() throws {
        for setting in ["lists: {named: {dnc: {files: 'dnc*', required: true}}}", ""] {
            let text =
                setting.isEmpty
                ? mornings.replacing("policy: 'day'", with: "policy: 'day', approve: {above: 0}")
                : mornings + ", " + setting
            let bench = try PipelineBench("{\(text)}", standing: true)
            try bench.drop(tomorrow, as: "a/1.csv")
            try bench.send()
            let found = try standing(of: bench)
            XCTAssertNil(found.end, setting)
            XCTAssertNil(found.explanation.nextAt, setting)
            let words = setting.isEmpty ? "waits until somebody approves it" : "the list dnc (dnc*): it has not come"
            XCTAssertTrue(found.explanation.present.contains(words), found.explanation.present)
        }
    }

    func testWhatSomebodyHasToMendHasNoOpeningTime() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', templates: {t: 'gone.txt'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', template: 't'}]}}}
            """, standing: true)
        try bench.drop("phone1\n+14155551001\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.pipeline.store.holdings().map(\.kind), [.template])
        try bench.pipeline.writeStatus()
        let status = try XCTUnwrap(
            StatusFile.read(Array(try bench.text("outbox/status.json").utf8), at: bench.pipeline.now))
        XCTAssertEqual(status.campaigns[0].held.map(\.nextAt), [nil])
        let text = StatusText.render(status, width: 200, colour: false)
        XCTAssertTrue(text.contains("1 wait: template t cannot be used"), text)
        XCTAssertFalse(text.contains("opens"), text)
    }
}
