import XCTest

@testable import Waybill

final class ContactCapsTests: XCTestCase {
    private func at(_ hours: Int64) -> Timestamp { Timestamp(milliseconds: hours * 3_600_000) }

    private func cap(_ limit: Int, _ within: String, _ channels: [String] = [], then: Policy.CapAction = .delay) throws
        -> Policy.Cap
    {
        var cap = Policy.Cap(
            limit: limit, within: within == "day" ? .day : .rolling(try XCTUnwrap(TimeSpan(within))))
        cap.channels = channels
        cap.then = then
        return cap
    }

    /// Somebody's contacts of the past: hour, channel, and campaign or `r` for a response to `own`.
    private func verdict(
        _ caps: [Policy.Cap], _ channel: String, at hour: Int64, past: [(Int64, String, String)], zone: String = "UTC",
        key: UInt64? = 7
    ) throws -> ContactCaps.Verdict {
        var policy = Policy()
        policy.caps = caps
        let recent = RecentContacts()
        for (hour, channel, campaign) in past.sorted(by: { $0.0 < $1.0 }) {
            let lane = RecentContacts.Lane(
                channel: channel, campaign: campaign == "r" ? "own" : campaign,
                counted: campaign == "r" ? .responses : .contacts)
            recent.note(7, in: recent.place(of: lane), at: at(hour))
            // Others in the same bucket do not count.
            recent.note(7 + 1 << 40, in: recent.place(of: lane), at: at(hour))
        }
        let days = DayClock(zone: try XCTUnwrap(Zone.named(zone)), endOfDay: .midnight)
        let caps = ContactCaps(
            policy: policy, channel: channel, campaign: "own", days: days, at: at(hour), recent: recent)
        return caps.verdict { _ in key }
    }

    private func verdict(
        _ caps: [Policy.Cap], _ channel: String, at hour: Int64, past: [(Int64, String)]
    ) throws -> ContactCaps.Verdict {
        try verdict(caps, channel, at: hour, past: past.map { ($0.0, $0.1, "own") })
    }

    func testWithinTheSpanTheLimitHoldsAndAtItsEndItIsOver() throws {
        let daily = try cap(1, "24h")
        XCTAssertEqual(try verdict([daily], "sms", at: 10, past: [(Int64, String)]()), .free)
        XCTAssertEqual(try verdict([daily], "sms", at: 10, past: [(0, "sms")]), .delay(until: at(24), daily))
        XCTAssertEqual(try verdict([daily], "sms", at: 24, past: [(0, "sms")]), .free)
    }

    func testOneIsAllowedWhenEnoughOfThemHavePassed() throws {
        let three = try cap(3, "24h")
        let past: [(Int64, String)] = [(5, "sms"), (1, "sms"), (3, "voice"), (9, "sms")]
        // Four were sent, so two must pass: those of hours 1 and 3.
        XCTAssertEqual(try verdict([three], "sms", at: 10, past: past), .delay(until: at(27), three))
        XCTAssertEqual(try verdict([three], "sms", at: 27, past: past), .free)
    }

    func testACapOfOtherChannelsCountsNothingAndHoldsNothing() throws {
        let texts = try cap(1, "7d", ["sms"])
        XCTAssertEqual(try verdict([texts], "voice", at: 1, past: [(0, "sms")]), .free)
        XCTAssertEqual(try verdict([texts], "sms", at: 1, past: [(0, "voice")]), .free)
        XCTAssertEqual(try verdict([texts], "sms", at: 1, past: [(0, "sms")]), .delay(until: at(168), texts))
    }

    func testTheLongestHoldCountsAndOneThatDropsGoesFirst() throws {
        let daily = try cap(1, "24h")
        let weekly = try cap(2, "7d")
        let past: [(Int64, String)] = [(0, "sms"), (20, "sms")]
        XCTAssertEqual(try verdict([daily, weekly], "sms", at: 21, past: past), .delay(until: at(168), weekly))
        XCTAssertEqual(try verdict([weekly, daily], "sms", at: 21, past: past), .delay(until: at(168), weekly))
        let drop = try cap(2, "24h", then: .drop)
        XCTAssertEqual(try verdict([weekly, drop], "sms", at: 21, past: past), .drop(drop))
    }

    func testALimitOfZeroAllowsNone() throws {
        let none = try cap(0, "24h", ["voice"])
        XCTAssertEqual(try verdict([none], "voice", at: 0, past: [(Int64, String)]()), .delay(until: nil, none))
        XCTAssertEqual(
            try verdict([none, try cap(1, "24h")], "voice", at: 1, past: [(0, "voice")]), .delay(until: nil, none))
        XCTAssertEqual(
            try verdict([try cap(1, "24h"), none], "voice", at: 1, past: [(0, "voice")]), .delay(until: nil, none))
    }

    func testADayBeginsAnewAtTheMidnightOfTheCampaign() throws {
        let daily = try cap(2, "day")
        let past: [(Int64, String, String)] = [(0, "sms", "own"), (3, "sms", "own")]
        XCTAssertEqual(try verdict([daily], "sms", at: 23, past: past), .delay(until: at(24), daily))
        XCTAssertEqual(try verdict([daily], "sms", at: 24, past: past), .free)
        // In New York it was 19:00 and 22:00 of the day before.
        XCTAssertEqual(
            try verdict([daily], "sms", at: 4, past: past, zone: "America/New_York"), .delay(until: at(5), daily))
        XCTAssertEqual(try verdict([daily], "sms", at: 5, past: past, zone: "America/New_York"), .free)
    }

    func testACapOverTheCampaignCountsItsOwnContactsOnly() throws {
        var own = try cap(1, "24h")
        own.over = .campaign
        XCTAssertEqual(try verdict([own], "sms", at: 2, past: [(1, "sms", "other"), (1, "sms", "")]), .free)
        XCTAssertEqual(try verdict([own], "sms", at: 2, past: [(1, "sms", "own")]), .delay(until: at(25), own))
    }

    func testResponsesAndContactsAreCountedApart() throws {
        var responses = try cap(1, "90d")
        responses.counts = .responses
        XCTAssertEqual(try verdict([responses], "sms", at: 30, past: [(1, "sms", "own")]), .free)
        XCTAssertEqual(
            try verdict([responses], "sms", at: 30, past: [(2, "sms", "r")]), .delay(until: at(2 + 2_160), responses))
        XCTAssertEqual(try verdict([try cap(1, "90d")], "sms", at: 30, past: [(2, "sms", "r")]), .free)
    }

    func testWhoHasNothingToBeCountedByIsNotCapped() throws {
        var byID = try cap(0, "24h")
        byID.by = .column("id")
        XCTAssertEqual(try verdict([byID], "sms", at: 1, past: [], key: nil), .free)
        XCTAssertEqual(try verdict([byID], "sms", at: 1, past: []), .delay(until: nil, byID))
    }

    func testTheLabelSaysWhatIsCounted() throws {
        var cap = try cap(1, "7d", ["sms"])
        XCTAssertEqual(cap.label, "the cap of 1 within 7d over sms")
        cap.counts = .responses
        cap.by = .column("id")
        cap.over = .campaign
        cap.within = .day
        XCTAssertEqual(cap.label, "the cap of 1 response a day over sms by id in this campaign")
    }

    // MARK: - What is remembered

    func testManyContactsAreFoundAgainAndOldOnesAreForgotten() {
        let recent = RecentContacts()
        let lane = recent.place(of: .init(channel: "sms", campaign: "a", counted: .contacts))
        for number in 0..<10_000 {
            recent.note(UInt64(number % 5_000), in: lane, at: Timestamp(milliseconds: Int64(number)))
        }
        func latest(_ number: Int, _ key: UInt64, after: Int64) -> Int64? {
            recent.moment(ofLatest: number, of: key, after: Timestamp(milliseconds: after), in: [true])?.milliseconds
        }
        XCTAssertEqual(latest(1, 42, after: -5), 5_042)
        XCTAssertEqual(latest(2, 42, after: -5), 42)
        XCTAssertNil(latest(3, 42, after: -5))
        XCTAssertNil(latest(2, 42, after: 42), "not at that moment, but after it")
        XCTAssertNil(latest(1, 6_000, after: -5))
        recent.forget(before: Timestamp(milliseconds: 4_000))
        XCTAssertEqual(recent.count, 10_000, "not worth the trouble yet")
        recent.forget(before: Timestamp(milliseconds: 6_000))
        XCTAssertEqual(recent.count, 4_000)
        XCTAssertNil(latest(1, 42, after: -5))
        XCTAssertEqual(latest(1, 1_042, after: -5), 6_042)
        XCTAssertNil(latest(2, 1_042, after: -5))
    }

    func testAContactToldOfLateCountsFromTheLatestSoThatNoneIsOverlooked() {
        let recent = RecentContacts()
        let lane = recent.place(of: .init(channel: "sms", campaign: "a", counted: .contacts))
        recent.note(1, in: lane, at: at(10))
        // The system's clock was set back.
        recent.note(1, in: lane, at: at(5))
        XCTAssertEqual(recent.moment(ofLatest: 2, of: 1, after: at(7), in: [true]), at(10))
    }
}
