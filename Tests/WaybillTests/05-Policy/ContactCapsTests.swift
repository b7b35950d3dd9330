import XCTest

@testable import Waybill

final class ContactCapsTests: XCTestCase {
    private func at(_ hours: Int64) -> Timestamp { Timestamp(milliseconds: hours * 3_600_000) }

    private func cap(_ limit: Int, _ within: String, _ channels: [Channel] = [], then: Policy.CapAction = .delay) throws
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
        _ caps: [Policy.Cap], _ channel: Channel, at hour: Int64, past: [(Int64, Channel, String)],
        zone: String = "UTC",
        key: UInt64? = 7
    ) throws -> ContactCaps.Verdict? {
        var policy = Policy()
        policy.caps = caps
        let recent = RecentContacts(caps: caps)
        for (hour, channel, campaign) in past {
            recent.note(
                // Others do not count.
                [(7, .address), (7, .column("id")), (8, .address)], channel: channel,
                campaign: .init(campaign == "r" ? "own" : campaign), counted: campaign == "r" ? .responses : .contacts,
                at: at(hour))
        }
        let days = DayClock(zone: try XCTUnwrap(Zone.named(zone)), endOfDay: .midnight)
        let caps = ContactCaps(
            policy: policy, channel: channel, campaign: .init("own"), days: days, at: at(hour), recent: recent)
        return caps.verdict { _ in key ?? RecipientKey.none }
    }

    private func verdict(
        _ caps: [Policy.Cap], _ channel: Channel, at hour: Int64, past: [(Int64, Channel)]
    ) throws -> ContactCaps.Verdict? {
        try verdict(caps, channel, at: hour, past: past.map { ($0.0, $0.1, "own") })
    }

    func testWithinTheSpanTheLimitHoldsAndAtItsEndItIsOver() throws {
        let daily = try cap(1, "24h")
        XCTAssertNil(try verdict([daily], "sms", at: 10, past: [(Int64, Channel)]()))
        XCTAssertEqual(try verdict([daily], "sms", at: 10, past: [(0, "sms")]), .delay(until: at(24), daily))
        XCTAssertNil(try verdict([daily], "sms", at: 24, past: [(0, "sms")]))
    }

    func testOneIsAllowedWhenEnoughOfThemHavePassed() throws {
        let three = try cap(3, "24h")
        let past: [(Int64, Channel)] = [(5, "sms"), (1, "sms"), (3, "voice"), (9, "sms")]
        // Four were sent, so two must pass: those of hours 1 and 3.
        XCTAssertEqual(try verdict([three], "sms", at: 10, past: past), .delay(until: at(27), three))
        XCTAssertNil(try verdict([three], "sms", at: 27, past: past))
    }

    func testACapOfOtherChannelsCountsNothingAndHoldsNothing() throws {
        let texts = try cap(1, "7d", ["sms"])
        XCTAssertNil(try verdict([texts], "voice", at: 1, past: [(0, "sms")]))
        XCTAssertNil(try verdict([texts], "sms", at: 1, past: [(0, "voice")]))
        XCTAssertEqual(try verdict([texts], "sms", at: 1, past: [(0, "sms")]), .delay(until: at(168), texts))
    }

    func testTheLongestHoldCountsAndOneThatDropsGoesFirst() throws {
        let daily = try cap(1, "24h")
        let weekly = try cap(2, "7d")
        let past: [(Int64, Channel)] = [(0, "sms"), (20, "sms")]
        XCTAssertEqual(try verdict([daily, weekly], "sms", at: 21, past: past), .delay(until: at(168), weekly))
        XCTAssertEqual(try verdict([weekly, daily], "sms", at: 21, past: past), .delay(until: at(168), weekly))
        let drop = try cap(2, "24h", then: .drop)
        XCTAssertEqual(try verdict([weekly, drop], "sms", at: 21, past: past), .drop(drop))
    }

    func testALimitOfZeroAllowsNone() throws {
        let none = try cap(0, "24h", ["voice"])
        XCTAssertEqual(try verdict([none], "voice", at: 0, past: [(Int64, Channel)]()), .delay(until: nil, none))
        XCTAssertEqual(
            try verdict([none, try cap(1, "24h")], "voice", at: 1, past: [(0, "voice")]), .delay(until: nil, none))
        XCTAssertEqual(
            try verdict([try cap(1, "24h"), none], "voice", at: 1, past: [(0, "voice")]), .delay(until: nil, none))
    }

    func testADayBeginsAnewAtTheMidnightOfTheCampaign() throws {
        let daily = try cap(2, "day")
        let past: [(Int64, Channel, String)] = [(0, "sms", "own"), (3, "sms", "own")]
        XCTAssertEqual(try verdict([daily], "sms", at: 23, past: past), .delay(until: at(24), daily))
        XCTAssertNil(try verdict([daily], "sms", at: 24, past: past))
        // In New York it was 19:00 and 22:00 of the day before.
        XCTAssertEqual(
            try verdict([daily], "sms", at: 4, past: past, zone: "America/New_York"), .delay(until: at(5), daily))
        XCTAssertNil(try verdict([daily], "sms", at: 5, past: past, zone: "America/New_York"))
    }

    func testACapOverTheCampaignCountsItsOwnContactsOnly() throws {
        var own = try cap(1, "24h")
        own.over = .campaign
        XCTAssertNil(try verdict([own], "sms", at: 2, past: [(1, "sms", "other"), (1, "sms", "")]))
        XCTAssertEqual(try verdict([own], "sms", at: 2, past: [(1, "sms", "own")]), .delay(until: at(25), own))
    }

    func testResponsesAndContactsAreCountedApart() throws {
        var responses = try cap(1, "90d")
        responses.counts = .responses
        XCTAssertNil(try verdict([responses], "sms", at: 30, past: [(1, "sms", "own")]))
        XCTAssertEqual(
            try verdict([responses], "sms", at: 30, past: [(2, "sms", "r")]), .delay(until: at(2 + 2_160), responses))
        XCTAssertNil(try verdict([try cap(1, "90d")], "sms", at: 30, past: [(2, "sms", "r")]))
    }

    func testWhoHasNothingToBeCountedByIsNotCapped() throws {
        var byID = try cap(0, "24h")
        byID.by = .column("id")
        XCTAssertNil(try verdict([byID], "sms", at: 1, past: [], key: nil))
        XCTAssertEqual(try verdict([byID], "sms", at: 1, past: []), .delay(until: nil, byID))
    }

    func testTheWordsSayWhatIsCounted() throws {
        var cap = try cap(1, "7d", ["sms"])
        XCTAssertEqual(HoldReason.cap(cap).words, "the cap of 1 within 7d over sms is reached")
        cap.counts = .responses
        cap.by = .column("id")
        cap.over = .campaign
        cap.within = .day
        XCTAssertEqual(
            HoldReason.cap(cap).words, "the cap of 1 response a day over sms by id in this campaign is reached")
    }

    // MARK: - What is remembered

    private func note(_ key: UInt64, at moment: Timestamp, in recent: RecentContacts) {
        recent.note([(key, .address)], channel: "sms", campaign: .init("own"), counted: .contacts, at: moment)
    }

    func testManyContactsAreFoundAgainAndOldOnesAreForgotten() throws {
        for limit in [1, 2, 9] {
            let cap = try cap(limit, "7d")
            let recent = RecentContacts(caps: [cap])
            for number in 1...10_000 * limit {
                note(UInt64(number % 5_000 + 1), at: Timestamp(milliseconds: Int64(number)), in: recent)
            }
            func moment(_ key: UInt64) -> Int64? { recent.moment(for: cap, key: key)?.milliseconds }
            XCTAssertEqual(recent.count, 5_000)
            // Of 2 · limit contacts, the one that is `limit` back from the latest.
            XCTAssertEqual(moment(43), Int64(42 + 5_000 * limit), "limit \(limit)")
            XCTAssertNil(moment(6_000))
            recent.forget(before: Timestamp(milliseconds: Int64(10_000 * limit - 1_000)))
            XCTAssertEqual(recent.count, 1_001)
            XCTAssertNil(moment(43))
            XCTAssertNotNil(moment(4_500))
        }
    }

    func testContactsMayBeToldOfInAnyOrder() throws {
        for limit in [2, 9] {
            let cap = try cap(limit, "7d")
            let recent = RecentContacts(caps: [cap])
            for hour in [5, 40, 2, 9, 30, 7, 1, 8, 3, 6, 4, 10] as [Int64] { note(1, at: at(hour), in: recent) }
            XCTAssertEqual(
                recent.moment(for: cap, key: 1), at(limit == 2 ? 30 : 4), "limit \(limit)")
        }
    }

    func testCapsThatCountBySameShareATableAndNothingElse() throws {
        let weekly = try cap(1, "7d", ["sms"])
        let daily = try cap(3, "24h")
        let most = try cap(8, "30d")
        var responses = try cap(2, "7d")
        responses.counts = .responses
        var own = try cap(2, "7d")
        own.over = .campaign
        let recent = RecentContacts(caps: [weekly, daily, most, responses, own])
        for hour in 0..<10 as Range<Int64> { note(1, at: at(hour), in: recent) }
        recent.note([(1, .address)], channel: "voice", campaign: .init("b"), counted: .contacts, at: at(20))
        recent.note([(1, .address)], channel: "sms", campaign: .init("b"), counted: .responses, at: at(30))
        XCTAssertEqual(recent.moment(for: weekly, key: 1), at(9))
        XCTAssertEqual(recent.moment(for: daily, key: 1), at(8))
        XCTAssertEqual(recent.moment(for: most, key: 1), at(3))
        XCTAssertNil(recent.moment(for: responses, key: 1))
        XCTAssertEqual(recent.moment(for: own, key: 1), at(8))
        // The table of two caps, that of the one that does not fit beside them, the responses' and the campaign's own.
        XCTAssertEqual(recent.count, 4 + 1)
        recent.forget(before: at(15))
        XCTAssertEqual(recent.moment(for: weekly, key: 1), at(9), "a call that is not forgotten yet keeps it")
        XCTAssertNil(recent.moment(for: own, key: 1))
    }

    func testAMomentThatLiesAheadHoldsThatPersonOnly() throws {
        let hourly = try cap(1, "1h")
        let recent = RecentContacts(caps: [hourly])
        note(1, at: at(5_000), in: recent)
        note(2, at: at(10), in: recent)
        var policy = Policy()
        policy.caps = [hourly]
        let caps = ContactCaps(
            policy: policy, channel: "sms", campaign: .init("own"), days: DayClock(zone: .utc, endOfDay: .midnight),
            at: at(10),
            recent: recent)
        XCTAssertEqual(caps.verdict { _ in 1 }, .delay(until: at(5_001), hourly))
        XCTAssertEqual(caps.verdict { _ in 2 }, .delay(until: at(11), hourly))
    }
}

extension RecentContacts {
    /// What a cap knows of somebody; nil, too, where it has no tally.
    func moment(for cap: Policy.Cap, key: UInt64, campaign: String = "own") -> Timestamp? {
        place(of: cap).flatMap { moment(at: $0, key: key, campaign: Campaign(campaign)) }
    }
}
