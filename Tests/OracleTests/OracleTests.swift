import XCTest

@testable import IndependentOracle

/// What the oracle finds, and what it lets pass.
final class OracleTests: XCTestCase {
    private let cases = OracleCases()

    private static func moment(_ text: String) -> Int { OracleCases.moment(text) }

    private func clean(_ name: String, _ edit: (inout OracleCases.Stage) -> Void) { cases.clean(name, edit) }

    private func finds(_ name: String, _ words: String, _ edit: (inout OracleCases.Stage) -> Void) {
        cases.finds(name, words, edit)
    }

    private func hours(
        _ name: String, zones: [String], from: Int, to: Int, days: [Int] = Array(0...6), open: [String], shut: [String]
    ) {
        cases.hours(name, zones: zones, from: from, to: to, days: days, open: open, shut: shut)
    }

    /// The configuration reader refuses what would hold for nobody.
    func testNoDrawnCapOrDemandIsOverAChannelThatNoStepUses() {
        let phone = PolicyScenario.Phone(number: "+491", zones: ["Europe/Berlin"], country: "DE", regions: [])
        for seed in 1...300 {
            let maker = ScenarioMaker(seed: UInt64(seed), zones: ["Europe/Berlin"], phones: [phone])
            let campaigns = maker.make(contacts: 4, days: 3).campaigns
            let used = Set(campaigns.flatMap { $0.steps.map(\.channel) }).union(["sms", "voice", "email"])
            let named = campaigns.flatMap { campaign in
                campaign.policy.caps.flatMap(\.channels) + campaign.policy.requires.flatMap(\.channels)
            }
            XCTAssertEqual(Set(named).subtracting(used), [], "seed \(seed)")
        }
    }

    func testHoursFollowTheWallClock() {
        // Berlin goes from 02:00 to 03:00 on 29 March (01:00 UTC) and from 03:00 back to 02:00 on 25 October.
        hours(
            "Berlin gap", zones: ["Europe/Berlin"], from: 120, to: 180,
            open: ["2026-03-28T01:00Z", "2026-03-30T00:00Z"],
            shut: ["2026-03-29T00:59:59Z", "2026-03-29T01:00Z", "2026-03-29T01:59Z", "2026-03-29T00:30Z"])
        hours(
            "Berlin gap within", zones: ["Europe/Berlin"], from: 105, to: 195,
            open: ["2026-03-29T00:45Z", "2026-03-29T01:00Z", "2026-03-29T01:14:59Z"],
            shut: ["2026-03-29T00:44:59Z", "2026-03-29T01:15Z"])
        hours(
            "Berlin fold", zones: ["Europe/Berlin"], from: 120, to: 180,
            open: ["2026-10-25T00:00Z", "2026-10-25T00:59:59Z", "2026-10-25T01:00Z", "2026-10-25T01:59:59Z"],
            shut: ["2026-10-24T23:59:59Z", "2026-10-25T02:00Z"])
        hours(
            "Berlin fold, half hour", zones: ["Europe/Berlin"], from: 120, to: 150,
            open: ["2026-10-25T00:29:59Z", "2026-10-25T01:00Z"],
            shut: ["2026-10-25T00:30Z", "2026-10-25T00:59:59Z", "2026-10-25T01:30Z"])
        // New York: 8 March at 07:00 UTC and 1 November at 06:00 UTC.
        hours(
            "New York gap", zones: ["America/New_York"], from: 120, to: 180,
            open: ["2026-03-07T07:00Z", "2026-03-09T06:00Z"], shut: ["2026-03-08T06:59:59Z", "2026-03-08T07:00Z"])
        hours(
            "New York fold", zones: ["America/New_York"], from: 60, to: 120,
            open: ["2026-11-01T05:00Z", "2026-11-01T06:00Z", "2026-11-01T06:59:59Z"],
            shut: ["2026-11-01T04:59:59Z", "2026-11-01T07:00Z"])
        // Lord Howe moves by half an hour: on 4 October from 02:00 to 02:30 (15:30 UTC the day before), on 5 April
        // back.
        hours(
            "Lord Howe gap", zones: ["Australia/Lord_Howe"], from: 120, to: 165,
            open: ["2026-10-03T15:30Z", "2026-10-03T15:44:59Z"], shut: ["2026-10-03T15:29:59Z", "2026-10-03T15:45Z"])
        hours(
            "Lord Howe fold", zones: ["Australia/Lord_Howe"], from: 90, to: 120,
            open: ["2026-04-04T14:30Z", "2026-04-04T14:59:59Z", "2026-04-04T15:00Z", "2026-04-04T15:29:59Z"],
            shut: ["2026-04-04T14:29:59Z", "2026-04-04T15:30Z"])
        // From Friday 22:00 to Saturday 06:00, and not from Saturday on.
        hours(
            "overnight", zones: ["Europe/Berlin"], from: 1_320, to: 360, days: [4],
            open: ["2026-03-06T21:00Z", "2026-03-06T23:30Z", "2026-03-07T04:59:59Z"],
            shut: ["2026-03-06T03:00Z", "2026-03-06T20:59:59Z", "2026-03-07T05:00Z", "2026-03-07T21:30Z"])
        hours(
            "two zones", zones: ["America/New_York", "America/Los_Angeles"], from: 540, to: 1_020,
            open: ["2026-01-12T17:00Z", "2026-01-12T21:59:59Z"], shut: ["2026-01-12T16:59:59Z", "2026-01-12T22:00Z"])
        // Liberia was 44 minutes and a half behind until 1972: no quarter hours.
        hours(
            "odd offset", zones: ["Africa/Monrovia"], from: 0, to: 720,
            open: ["1971-06-01T00:44:30Z", "1971-06-01T12:44:29Z"],
            shut: ["1971-06-01T00:44:29Z", "1971-06-01T12:44:30Z"])
    }

    func testWhatLeavesWhenItMayNotIsFound() {
        clean("sent at once") { _ in }
        clean("sent within the tolerance") { $0.sent[0].at = "2026-03-02T12:01:00Z" }
        finds("late", "late") { $0.sent[0].at = "2026-03-02T12:01:02Z" }
        finds("never", "late") {
            $0.sent = []; $0.label = "Pending"
        }
        finds("before the drop", "its drop came later") { $0.sent[0].at = "2026-03-02T11:59:59Z" }
        finds("outside the window", "outside the window") { $0.sent[0].at = "2026-03-02T19:00Z" }
        clean("waits for the window") {
            $0.dropped = "2026-03-02T20:00Z"; $0.sent[0].at = "2026-03-03T07:00Z"
        }
        finds("window opened long ago", "late") {
            $0.dropped = "2026-03-02T20:00Z"
            $0.sent[0].at = "2026-03-03T07:15Z"
        }
        finds("wrong step", "expected is step call attempt 1") { $0.sent[0].attempt = 2 }
        finds("no such step", "no step of that name") { $0.sent[0].step = "shout" }
        finds("wrong channel", "the step's channel is voice") { $0.channel = "sms" }
        finds("wrong address", "the step goes to +491") { $0.address = "+492" }
        finds("twice", "sent twice") { $0.sent.append(("2026-03-02T12:30Z", "call", 1)) }
        finds("holiday", "holiday") { $0.policy.holidays = ["DE": ["2026-03-02"]] }
        clean("after a holiday") {
            $0.policy.holidays = ["*": ["2026-03-02"]]; $0.sent[0].at = "2026-03-03T07:00Z"
        }
        finds("region", "region's hours") { $0.policy.regions = ["DE": .init(from: 840)] }
        finds("region's days", "region's hours") { $0.policy.regions = ["DE": .init(days: [1, 2])] }
        clean("other region") { $0.policy.regions = ["FR": .init(from: 840)] }
        finds("blackout", "blackout") {
            $0.policy.blackouts = [(Self.moment("2026-03-02T11:00Z"), Self.moment("2026-03-02T13:00Z"))]
        }
        finds("startAfter", "startAfter") { $0.policy.startAfter = Self.moment("2026-03-02T13:00Z") }
        finds("endBefore", "endBefore") { $0.policy.endBefore = Self.moment("2026-03-02T12:00Z") }
        finds("notbefore", "notbefore") { $0.contact.notBefore = Self.moment("2026-03-02T12:00:01Z") }
        finds("callbackat", "callbackat") { $0.contact.callbackAt = Self.moment("2026-03-02T12:00:01Z") }
        finds("expiresat", "expiresat") { $0.contact.expiresAt = Self.moment("2026-03-02T11:59:59Z") }
        clean("sends late") {
            $0.contact.expiresAt = Self.moment("2026-03-02T11:00Z"); $0.policy.sendsLate = true
        }
        finds("timezone column", "outside the window") { $0.contact.timezone = "America/Los_Angeles" }
        finds("campaign's zone", "outside the window") {
            $0.timezone = "Pacific/Auckland"; $0.policy.zone = .campaign
        }
        finds("named zone", "outside the window") { $0.policy.zone = .named("Asia/Tokyo") }
        finds("one of two zones", "outside the window") {
            $0.contact.phones[0].zones = ["Europe/Berlin", "America/New_York"]
        }
        finds("outage", "nobody ran") {
            $0.outages = [(Self.moment("2026-03-02T11:30Z"), Self.moment("2026-03-02T12:30Z"))]
        }
        clean("after an outage") {
            $0.outages = [(Self.moment("2026-03-02T11:30Z"), Self.moment("2026-03-02T12:31:07Z"))]
            $0.sent[0].at = "2026-03-02T12:31:07Z"
        }
        finds("long after an outage", "late") {
            $0.outages = [(Self.moment("2026-03-02T11:30Z"), Self.moment("2026-03-02T12:31:07Z"))]
            $0.sent[0].at = "2026-03-02T12:32:09Z"
        }
    }

    func testCapsAreCounted() {
        func cap(_ limit: Int, _ span: PolicyScenario.Cap.Span, drops: Bool = false) -> [PolicyScenario.Cap] {
            [.init(limit: limit, span: span, channels: [], by: .address, isOwn: false, drops: drops)]
        }
        func retried(_ stage: inout OracleCases.Stage, at second: String) {
            stage.answers = [(0, "busy", "2026-03-02T12:10Z", "2026-03-02T12:12Z")]
            stage.sent.append((second, "call", 2))
        }
        finds("rolling cap", "was full") {
            $0.policy.caps = cap(1, .rolling(seconds: 7_200))
            retried(&$0, at: "2026-03-02T13:59:59Z")
        }
        clean("rolling cap over") {
            $0.policy.caps = cap(1, .rolling(seconds: 7_200))
            retried(&$0, at: "2026-03-02T14:00:00Z")
        }
        clean("rolling cap, a minute later") {
            $0.policy.caps = cap(1, .rolling(seconds: 7_200))
            retried(&$0, at: "2026-03-02T14:01:00Z")
        }
        finds("rolling cap, too late", "late") {
            $0.policy.caps = cap(1, .rolling(seconds: 7_200))
            retried(&$0, at: "2026-03-02T14:01:02Z")
        }
        clean("other channel's cap") {
            $0.policy.caps = [
                .init(
                    limit: 1, span: .day, channels: ["sms"], by: .id, isOwn: false, drops: false)
            ]
            retried(&$0, at: "2026-03-02T12:20:00Z")
        }
        finds("by id", "was full") {
            $0.policy.caps = [
                .init(
                    limit: 1, span: .day, channels: ["voice"], by: .id, isOwn: true, drops: false)
            ]
            retried(&$0, at: "2026-03-02T12:20:00Z")
        }
        clean("throttled") {
            $0.policy.caps = cap(1, .rolling(seconds: 7_200), drops: true)
            $0.answers = [(0, "busy", "2026-03-02T12:10Z", "2026-03-02T12:12Z")]
            $0.label = "Throttled"
        }
        finds("not throttled", "should be Throttled") {
            $0.policy.caps = cap(1, .rolling(seconds: 7_200), drops: true)
            retried(&$0, at: "2026-03-02T14:00:00Z")
        }
        // Midnight in Berlin is 23:00 UTC. The window is open all night.
        func night(_ stage: inout OracleCases.Stage, second: String) {
            stage.policy.windows[0].from = 0
            stage.policy.windows[0].to = 1_440
            stage.policy.caps = cap(1, .day)
            stage.dropped = "2026-03-02T22:30Z"
            stage.sent = [("2026-03-02T22:30Z", "call", 1), (second, "call", 2)]
            stage.answers = [(0, "busy", "2026-03-02T22:31Z", "2026-03-02T22:31Z")]
        }
        clean("day cap over midnight") { night(&$0, second: "2026-03-02T23:00:00Z") }
        finds("day cap before midnight", "was full") { night(&$0, second: "2026-03-02T22:59:59Z") }
        finds("day cap, late after midnight", "late") { night(&$0, second: "2026-03-02T23:01:02Z") }
    }

    func testWhoDoesNotWantToBeContactedIsNot() {
        let noon = Self.moment("2026-03-02T12:00Z")
        finds("stopped", "had said stop") { $0.orders = [(noon, .stop(number: "+491"))] }
        clean("suppressed") {
            $0.orders = [(noon, .stop(number: "+491"))]; $0.sent = []; $0.label = "Suppressed"
        }
        clean("started again") {
            $0.orders = [(noon - 60, .stop(number: "+491")), (noon - 30, .start(number: "+491"))]
        }
        finds("listed", "do-not-contact") {
            $0.orders = [(noon, .list(number: "+491", campaign: "", channel: "", expires: 0))]
        }
        clean("list of another channel") {
            $0.orders = [(noon, .list(number: "+491", campaign: "", channel: "sms", expires: 0))]
        }
        clean("listed for its channel") {
            $0.orders = [(noon, .list(number: "+491", campaign: "alpha", channel: "voice", expires: 0))]
            $0.sent = []
            $0.label = "DNC Listed"
        }
        clean("listing over") {
            $0.orders = [(noon - 90, .list(number: "+491", campaign: "", channel: "", expires: noon - 30))]
        }
        clean("suppressed while a result is awaited") {
            $0.orders = [(noon + 60, .stop(number: "+491"))]
            $0.label = "Suppressed"
        }
        finds("called after STOP closed it", "the contact was Suppressed") {
            $0.orders = [(noon + 60, .stop(number: "+491")), (noon + 90, .start(number: "+491"))]
            $0.answers = [(0, "busy", "2026-03-02T12:02Z", "2026-03-02T12:02Z")]
            $0.sent.append(("2026-03-02T12:12Z", "call", 2))
        }
        clean("complained") {
            $0.answers = [(0, "complained", "2026-03-02T12:02Z", "2026-03-02T12:02Z")]
            $0.label = "Suppressed"
            var other = $0.contact
            other.id = "B"
            $0.others = [(other, "2026-03-05T12:00Z", "", "Suppressed")]
        }
        finds("called after another's complaint", "had said stop") {
            $0.answers = [(0, "complained", "2026-03-02T12:02Z", "2026-03-02T12:02Z")]
            $0.label = "Suppressed"
            $0.others = [($0.contact, "2026-03-05T12:00Z", "2026-03-05T12:00Z", "Dangling")]
        }
        finds("paused", "paused") { $0.orders = [(noon - 60, .pause(campaign: "alpha"))] }
        clean("resumed") {
            $0.orders = [(noon - 60, .pause(campaign: "alpha")), (noon + 77, .resume(campaign: "alpha"))]
            $0.sent[0].at = "2026-03-02T12:01:17Z"
        }
    }

    func testFinalStatesFollowFromWhatHappened() {
        clean("retry") {
            $0.answers = [(0, "busy", "2026-03-02T12:10Z", "2026-03-02T12:12Z")]
            $0.sent.append(("2026-03-02T12:20Z", "call", 2))
        }
        clean("retry, rounded up") {
            $0.answers = [(0, "busy", "2026-03-02T12:10Z", "2026-03-02T12:12Z")]
            $0.sent.append(("2026-03-02T12:21:11Z", "call", 2))
        }
        finds("retry too early", "too early") {
            $0.answers = [(0, "busy", "2026-03-02T12:10Z", "2026-03-02T12:12Z")]
            $0.sent.append(("2026-03-02T12:19:59Z", "call", 2))
        }
        finds("retry too late", "late") {
            $0.answers = [(0, "busy", "2026-03-02T12:10Z", "2026-03-02T12:12Z")]
            $0.sent.append(("2026-03-02T12:21:12Z", "call", 2))
        }
        finds("third of two", "Retries Completed") {
            $0.answers = [
                (0, "busy", "2026-03-02T12:10Z", "2026-03-02T12:12Z"),
                (1, "busy", "2026-03-02T12:21Z", "2026-03-02T12:21Z"),
            ]
            $0.sent += [("2026-03-02T12:20Z", "call", 2), ("2026-03-02T12:31Z", "call", 3)]
        }
        clean("late answer") { $0.answers = [(0, "connected", "2026-03-02T12:10Z", "2026-03-02T13:30Z")] }
        finds("late answer counted", "expected is Dangling") {
            $0.answers = [(0, "connected", "2026-03-02T12:10Z", "2026-03-02T13:30Z")]
            $0.label = "Connected"
        }
        finds("wrong label", "expected is Connected") {
            $0.answers = [(0, "connected", "2026-03-02T12:10Z", "2026-03-02T12:30Z")]
        }
        finds("went on after the end", "the contact was Connected") {
            $0.answers = [(0, "connected", "2026-03-02T12:10Z", "2026-03-02T12:30Z")]
            $0.sent.append(("2026-03-02T12:40Z", "call", 2))
            $0.label = "Connected"
        }
        clean("expired") {
            $0.dropped = "2026-03-02T20:00Z"
            $0.contact.expiresAt = Self.moment("2026-03-03T06:00Z")
            $0.sent = []
            $0.label = "Expired"
        }
        finds("expired too soon", "expected is Pending") {
            $0.dropped = "2026-03-02T20:00Z"
            $0.end = "2026-03-03T01:00Z"
            $0.contact.expiresAt = Self.moment("2026-03-03T08:00Z")
            $0.sent = []
            $0.label = "Expired"
        }
        clean("no window for the channel") {
            $0.policy.windows[0].channels = ["sms"]
            $0.sent = []
            $0.label = "Pending"
        }
        clean("zones never together") {
            $0.policy.windows[0].to = 720
            $0.contact.phones[0].zones = ["Europe/Berlin", "America/New_York"]
            $0.sent = []
            $0.label = "Pending"
        }
        finds("never together is not expired", "expected is Pending") {
            $0.policy.windows[0].to = 720
            $0.contact.phones[0].zones = ["Europe/Berlin", "America/New_York"]
            $0.sent = []
            $0.label = "Expired"
        }
        clean("text closes at once") {
            $0.steps[0].channel = "sms"
            $0.steps[0].on = [:]
            $0.label = "SMS sent and Closed"
        }
        clean("listed, so by e-mail") {
            $0.steps[0].on["failed"] = .go(step: "mail", seconds: 60)
            $0.steps.append(
                PolicyScenario.Step(
                    name: "mail", channel: "email", phone: 0, attempts: 1, expires: 3_600, resultWithin: 0, on: [:]))
            let order = PolicyScenario.Order.list(number: "+491", campaign: "", channel: "voice", expires: 0)
            $0.orders = [(Self.moment("2026-03-02T11:00Z"), order)]
            $0.sent = [("2026-03-02T12:01Z", "mail", 2)]
            $0.label = "Email sent and Closed"
        }
    }
}
