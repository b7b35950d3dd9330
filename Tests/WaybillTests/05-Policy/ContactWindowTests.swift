import XCTest

@testable import Waybill

final class ContactWindowTests: XCTestCase {
    // MARK: Clock changes

    func testAWindowWhollyInASkippedHourDoesNotOpenThatDay() {
        // Berlin, 2026-03-29: 02:00 is 03:00.
        let hours = hours([window("02:15", "02:45")], ["Europe/Berlin"])
        XCTAssertEqual(next(hours, "2026-03-28T02:00Z"), "2026-03-30T00:15Z")
    }

    func testAWindowThatBeginsInASkippedHourOpensAfterIt() {
        let hours = hours([window("02:30", "04:00")], ["Europe/Berlin"])
        XCTAssertEqual(spans(hours, from: "2026-03-29T00:00Z", to: "2026-03-30T00:00Z"), ["01:00–02:00"])
    }

    func testAWindowThatEndsInASkippedHourClosesAtTheChange() {
        let hours = hours([window("01:00", "02:30")], ["Europe/Berlin"])
        XCTAssertEqual(spans(hours, from: "2026-03-28T23:30Z", to: "2026-03-29T12:00Z"), ["00:00–01:00"])
    }

    func testBothPassesOfARepeatedHourCount() {
        // Berlin, 2026-10-25: 03:00 is 02:00 again.
        let whole = hours([window("02:00", "03:00")], ["Europe/Berlin"])
        XCTAssertEqual(spans(whole, from: "2026-10-24T22:00Z", to: "2026-10-25T12:00Z"), ["00:00–02:00"])
        let part = hours([window("02:15", "02:45")], ["Europe/Berlin"])
        XCTAssertEqual(
            spans(part, from: "2026-10-24T22:00Z", to: "2026-10-25T12:00Z"), ["00:15–00:45", "01:15–01:45"])
    }

    func testAClockChangeOfHalfAnHourIsFollowed() {
        // Lord Howe, 2026-04-05: 02:00 (+11) is 01:30 (+10:30); 2026-10-04: 02:00 is 02:30.
        let repeated = hours([window("01:40", "01:50")], ["Australia/Lord_Howe"])
        XCTAssertEqual(
            spans(repeated, from: "2026-04-04T12:00Z", to: "2026-04-05T00:00Z"), ["14:40–14:50", "15:10–15:20"])
        let skipped = hours([window("02:00", "02:30")], ["Australia/Lord_Howe"])
        XCTAssertEqual(spans(skipped, from: "2026-10-03T12:00Z", to: "2026-10-04T00:00Z"), [])
    }

    func testADayThatWasSkippedHasNoWindow() {
        // Apia went from Thursday, 2011-12-29, to Saturday, 2011-12-31.
        let hours = hours([window("09:00", "17:00", days: "fri")], ["Pacific/Apia"])
        XCTAssertEqual(next(hours, "2011-12-29T10:00Z"), "2012-01-05T19:00Z")
    }

    // MARK: Several zones

    func testEveryZoneMustBeInside() {
        // Kentucky: Eastern and Central time.
        let hours = hours([window("08:00", "21:00")], ["America/New_York", "America/Chicago"])
        XCTAssertEqual(spans(hours, from: "2026-11-21T10:00Z", to: "2026-11-22T10:00Z"), ["14:00–02:00"])
        XCTAssertEqual(
            hours.reason(at: moment("2026-11-21T13:30Z"))?.words,
            "outside sms hours 08:00–21:00 in America/Chicago (one of 2 zones) until 2026-11-21T08:00:00-06:00")
    }

    func testZonesThatAreNeverInsideTogetherNeverOpen() {
        let hours = hours([window("08:00", "12:00")], ["Europe/Berlin", "Pacific/Honolulu"])
        XCTAssertNil(hours.nextOpen(from: moment("2026-11-21T10:00Z")))
        XCTAssertEqual(
            hours.reason(at: moment("2026-11-21T10:00Z"))?.words,
            "outside sms hours 08:00–12:00 in Pacific/Honolulu (one of 2 zones), and not open again in time")
    }

    // MARK: Days and holidays

    func testAfterMidnightBelongsToTheDayOnWhichTheWindowBegan() {
        // 2026-11-20 is a Friday.
        let hours = hours([window("22:00", "02:00", days: "fri")], ["UTC"])
        XCTAssertEqual(spans(hours, from: "2026-11-20T00:00Z", to: "2026-11-24T00:00Z"), ["22:00–02:00"])
        XCTAssertTrue(hours.isOpen(at: moment("2026-11-21T01:59Z")))
        XCTAssertFalse(hours.isOpen(at: moment("2026-11-20T01:00Z")))
    }

    func testFromAndToAlikeIsAWholeDayFromThere() {
        let hours = hours([window("09:00", "09:00", days: "sat")], ["UTC"])
        XCTAssertEqual(spans(hours, from: "2026-11-20T00:00Z", to: "2026-11-26T00:00Z"), ["09:00–09:00"])
    }

    func testAHolidayForbidsItsPartOfANight() {
        var policy = Policy()
        policy.windows = [window("22:00", "02:00")]
        policy.holidays = ["US": [CalendarDay("2026-11-26")!]]
        let hours = hours(policy, ["UTC"], country: "US")
        XCTAssertEqual(
            spans(hours, from: "2026-11-25T12:00Z", to: "2026-11-27T12:00Z"), ["22:00–00:00", "00:00–02:00"])
        XCTAssertEqual(next(hours, "2026-11-26T00:00Z"), "2026-11-27T00:00Z")
    }

    func testAHolidayIsJudgedOnTheDateOfEachZone() {
        var policy = Policy()
        policy.holidays = ["*": [CalendarDay("2026-12-25")!]]
        let hours = hours(policy, ["Asia/Kathmandu", "America/New_York"])
        XCTAssertEqual(hours.openUntil(at: moment("2026-12-20T00:00Z"))?.description, "2026-12-24T18:15:00.000Z")
        XCTAssertEqual(next(hours, "2026-12-24T18:15Z"), "2026-12-26T05:00Z")
        XCTAssertEqual(
            hours.reason(at: moment("2026-12-25T12:00Z"))?.words,
            "holiday 2026-12-25 in America/New_York (one of 2 zones) until 2026-12-26T00:00:00-05:00")
    }

    func testHolidaysOfCountryAndRegionConcernOnlyThem() {
        var policy = Policy()
        policy.holidays = ["us": [CalendarDay("2026-11-26")!], "DE-BY": [CalendarDay("2026-11-01")!]]
        let thanksgiving = moment("2026-11-26T12:00Z")
        let allSaints = moment("2026-11-01T12:00Z")
        func isOpen(_ moment: Timestamp, _ country: String?, _ regions: [String]) -> Bool {
            hours(policy, ["UTC"], country: country, regions: regions).isOpen(at: moment)
        }
        XCTAssertFalse(isOpen(thanksgiving, "US", []))
        XCTAssertFalse(isOpen(thanksgiving, nil, ["US-FL"]))
        XCTAssertTrue(isOpen(thanksgiving, "DE", ["DE-BY"]))
        XCTAssertTrue(isOpen(thanksgiving, nil, []))
        XCTAssertFalse(isOpen(allSaints, "DE", ["DE-BY"]))
        XCTAssertTrue(isOpen(allSaints, "DE", ["DE-BE"]))
    }

    // MARK: Regions

    func testARegionNarrowsTheWindowAndNeverWidensIt() {
        var policy = Policy()
        policy.windows = [window("08:00", "21:00")]
        var florida = Policy.RegionRule()
        florida.to = TimeOfDay("20:00")
        var texas = Policy.RegionRule()
        texas.from = TimeOfDay("07:00")
        texas.to = TimeOfDay("22:00")
        policy.regions = ["US-FL": florida, "US-TX": texas]
        let day = ("2026-11-21T00:00Z", "2026-11-22T00:00Z")
        XCTAssertEqual(
            spans(hours(policy, ["UTC"], regions: ["US-FL"]), from: day.0, to: day.1), ["08:00–20:00"])
        XCTAssertEqual(
            spans(hours(policy, ["UTC"], regions: ["US-TX"]), from: day.0, to: day.1), ["08:00–21:00"])
        XCTAssertEqual(
            spans(hours(policy, ["UTC"], regions: ["US-TX", "US-FL"]), from: day.0, to: day.1), ["08:00–20:00"])
        XCTAssertEqual(spans(hours(policy, ["UTC"], country: "US"), from: day.0, to: day.1), ["08:00–21:00"])
        XCTAssertEqual(
            hours(policy, ["UTC"], regions: ["US-FL"]).reason(at: moment("2026-11-21T20:30Z"))?.words,
            "outside sms hours 08:00–20:00 (US-FL) in UTC until 2026-11-22T08:00:00+00:00")
    }

    func testARegionNarrowsAPolicyWithoutWindowsAndANight() {
        var policy = Policy()
        var rule = Policy.RegionRule()
        rule.to = TimeOfDay("20:00")
        policy.regions = ["US-FL": rule]
        let day = ("2026-11-21T00:00Z", "2026-11-22T00:00Z")
        XCTAssertEqual(
            spans(hours(policy, ["UTC"], regions: ["US-FL"]), from: day.0, to: day.1), ["00:00–20:00"])
        rule.from = TimeOfDay("18:30")
        policy.regions = ["US-FL": rule]
        policy.windows = [window("18:00", "02:00")]
        XCTAssertEqual(
            spans(hours(policy, ["UTC"], regions: ["US-FL"]), from: day.0, to: day.1), ["18:30–20:00"])
    }

    func testRulesThatLeaveNoHoursSaySo() {
        var policy = Policy()
        var rule = Policy.RegionRule()
        rule.to = TimeOfDay("20:00")
        policy.regions = ["US-FL": rule]
        policy.windows = [window("21:00", "23:00")]
        let florida = hours(policy, ["UTC"], regions: ["US-FL"])
        XCTAssertNil(florida.nextOpen(from: moment("2026-11-21T00:00Z")))
        XCTAssertTrue(florida.hasNoHours(from: moment("2026-11-21T00:00Z")))
        XCTAssertEqual(florida.reason(at: moment("2026-11-21T00:00Z"))?.words, "the rules of US-FL leave no sms hours")
    }

    func testTheDaysOfARegionHoldForTheNightToo() {
        var policy = Policy()
        policy.windows = [window("20:00", "04:00")]
        var rule = Policy.RegionRule()
        rule.days = 0b011_1111
        policy.regions = ["US-LA": rule]
        // 2026-11-21 is a Saturday: Sunday's hours fall out, also those of the night before.
        let hours = hours(policy, ["UTC"], regions: ["US-LA"])
        XCTAssertEqual(
            spans(hours, from: "2026-11-21T12:00Z", to: "2026-11-23T12:00Z"),
            ["20:00–00:00", "00:00–04:00"])
        XCTAssertEqual(next(hours, "2026-11-22T00:00Z"), "2026-11-23T00:00Z")
    }

    // MARK: Channels

    func testAPolicyWithoutWindowsIsAlwaysOpen() {
        let hours = hours([], [])
        XCTAssertEqual(next(hours, "2026-11-21T03:00Z"), "2026-11-21T03:00Z")
        XCTAssertNil(hours.openUntil(at: moment("2026-11-21T03:00Z")))
        XCTAssertNil(hours.reason(at: moment("2026-11-21T03:00Z")))
    }

    func testAChannelWithoutAWindowIsNeverOpenAndTheReasonSaysSo() {
        let window = ContactWindow(
            policy: policy([self.window("08:00", "21:00", channels: ["voice"])]), campaignZone: .utc)
        let now = moment("2026-11-21T10:00Z")
        XCTAssertNil(window.nextOpen(from: now, channel: "sms", zones: [.utc], country: nil))
        XCTAssertEqual(
            window.reason(at: now, channel: "sms", zones: [.utc], country: nil)?.words,
            "no window for channel sms in the policy")
        XCTAssertTrue(window.isOpen(at: now, channel: "voice", zones: [.utc], country: nil))
        XCTAssertEqual(
            window.openUntil(at: now, channel: "voice", zones: [.utc], country: nil), moment("2026-11-21T21:00Z"))
    }

    func testAWindowForNoChannelInParticularIsForAll() {
        let window = ContactWindow(
            policy: policy([self.window("08:00", "10:00"), self.window("12:00", "14:00", channels: ["sms"])]),
            campaignZone: .utc)
        func spans(_ channel: Channel) -> [String] {
            self.spans(
                window.hours(channel: channel, zones: [.utc], country: nil), from: "2026-11-21T00:00Z",
                to: "2026-11-22T00:00Z")
        }
        XCTAssertEqual(spans("sms"), ["08:00–10:00", "12:00–14:00"])
        XCTAssertEqual(spans("fax"), ["08:00–10:00"])
    }

    func testADayWithoutHoursIsNamedInTheReason() {
        let hours = hours([window("08:00", "21:00", days: "sat")], ["Europe/Berlin"])
        XCTAssertEqual(
            hours.reason(at: moment("2026-11-22T10:00Z"))?.words,
            "no sms hours on Sunday in Europe/Berlin until 2026-11-28T08:00:00+01:00")
    }

    // MARK: Bounds

    func testBlackoutsAreHalfOpenAndMayTouch() {
        var policy = Policy()
        policy.blackouts = [
            .init(from: moment("2026-11-21T12:00Z"), to: moment("2026-11-21T13:00Z")),
            .init(from: moment("2026-11-21T10:00Z"), to: moment("2026-11-21T12:00Z")),
            .init(from: moment("2026-11-21T16:00Z"), to: moment("2026-11-21T15:00Z")),
        ]
        let hours = hours(policy, ["UTC"])
        XCTAssertEqual(
            spans(hours, from: "2026-11-21T09:00Z", to: "2026-11-22T09:00Z"), ["09:00–10:00", "13:00–09:00"])
        XCTAssertEqual(hours.reason(at: moment("2026-11-21T10:30Z"))?.words, "blackout until 2026-11-21T13:00:00+00:00")
        XCTAssertTrue(hours.isOpen(at: moment("2026-11-21T10:00Z").adding(TimeSpan(milliseconds: -1))))
    }

    func testThePolicyHasABeginningAndAnEnd() {
        var policy = policy([window("08:00", "21:00")])
        policy.startAfter = moment("2026-11-21T12:00Z")
        policy.endBefore = moment("2026-11-22T09:00Z")
        let hours = hours(policy, ["UTC"])
        XCTAssertEqual(
            spans(hours, from: "2026-11-01T00:00Z", to: "2026-12-01T00:00Z"), ["12:00–21:00", "08:00–09:00"])
        XCTAssertNil(hours.nextOpen(from: moment("2026-11-22T09:00Z")))
        XCTAssertEqual(hours.reason(at: moment("2026-11-20T12:00Z"))?.words, "policy starts 2026-11-21T12:00:00+00:00")
        XCTAssertEqual(hours.reason(at: moment("2026-11-23T12:00Z"))?.words, "policy ended 2026-11-22T09:00:00+00:00")
    }

    func testTheSearchGoesFourHundredDaysFromWhereTheBoundsAllow() {
        var policy = policy([window("08:00", "21:00")])
        policy.blackouts = [.init(from: moment("2026-01-01T00:00Z"), to: moment("2027-02-04T00:00Z"))]
        XCTAssertEqual(next(hours(policy, ["UTC"]), "2026-01-01T08:00Z"), "2027-02-04T08:00Z")
        policy.blackouts = [.init(from: moment("2026-01-01T00:00Z"), to: moment("2027-02-06T00:00Z"))]
        XCTAssertNil(hours(policy, ["UTC"]).nextOpen(from: moment("2026-01-01T08:00Z")))
        policy.startAfter = moment("2027-02-01T00:00Z")
        XCTAssertEqual(next(hours(policy, ["UTC"]), "2026-01-01T08:00Z"), "2027-02-06T08:00Z")
    }

    func testAContactIsNotBeforeItsLaterBound() {
        let hours = hours([window("08:00", "21:00")], ["UTC"])
        let bounds = ContactBounds(notBefore: moment("2026-11-22T07:00Z"), callbackAt: moment("2026-11-22T09:30Z"))
        let now = moment("2026-11-21T10:00Z")
        XCTAssertEqual(hours.nextOpen(from: now, bounds: bounds), moment("2026-11-22T09:30Z"))
        XCTAssertFalse(hours.isOpen(at: now, bounds: bounds))
        XCTAssertEqual(hours.reason(at: now, bounds: bounds)?.words, "callback at 2026-11-22T09:30:00+00:00")
        XCTAssertEqual(
            hours.reason(at: now, bounds: ContactBounds(notBefore: moment("2026-11-22T07:00Z")))?.words,
            "not before 2026-11-22T07:00:00+00:00")
    }

    func testAContactThatCannotBeReachedInTimeHasNoNextMoment() {
        let hours = hours([window("08:00", "21:00")], ["UTC"])
        let bounds = ContactBounds(expiresAt: moment("2026-11-22T08:00Z"))
        let evening = moment("2026-11-21T21:00Z")
        XCTAssertNil(hours.nextOpen(from: evening, bounds: bounds))
        XCTAssertEqual(
            hours.reason(at: evening, bounds: bounds)?.words,
            "outside sms hours 08:00–21:00 in UTC, and not open again in time")
        XCTAssertEqual(
            hours.reason(at: moment("2026-11-22T10:00Z"), bounds: bounds)?.words, "expired 2026-11-22T08:00:00+00:00")
        XCTAssertEqual(
            hours.openUntil(
                at: moment("2026-11-21T20:00Z"), bounds: ContactBounds(expiresAt: moment("2026-11-21T20:30Z"))),
            moment("2026-11-21T20:30Z"))
    }

    func testAPolicyThatSendsLateDoesNotExpireContacts() {
        var policy = policy([window("08:00", "21:00")])
        policy.late = .send
        let bounds = ContactBounds(expiresAt: moment("2026-11-22T08:00Z"))
        XCTAssertEqual(
            hours(policy, ["UTC"]).nextOpen(from: moment("2026-11-22T22:00Z"), bounds: bounds),
            moment("2026-11-23T08:00Z"))
    }

    func testOpenUntilOfAClosedMomentIsThatMoment() {
        let hours = hours([window("08:00", "21:00")], ["UTC"])
        XCTAssertEqual(hours.openUntil(at: moment("2026-11-21T22:00Z")), moment("2026-11-21T22:00Z"))
    }

    func testAMomentWithinAWindowStaysAsItIsToTheMillisecond() {
        let hours = hours([window("08:00", "21:00")], ["UTC"])
        let inside = moment("2026-11-21T20:59Z").adding(TimeSpan(milliseconds: 59_999))
        XCTAssertEqual(hours.nextOpen(from: inside), inside)
        XCTAssertEqual(
            hours.nextOpen(from: inside.adding(TimeSpan(milliseconds: 1))), moment("2026-11-22T08:00Z"))
    }

    // MARK: Which zone

    func testTheColumnOverridesTheNumber() {
        let window = ContactWindow(policy: Policy(), campaignZone: .utc)
        let number = [Zone.named("America/New_York")!, Zone.named("America/Chicago")!]
        XCTAssertEqual(window.zones(timezone: "Europe/Berlin", number: number), [Zone.named("Europe/Berlin")!])
        XCTAssertEqual(window.zones(timezone: "", number: number), number)
        XCTAssertEqual(window.zones(timezone: nil, number: []), [])
        XCTAssertEqual(window.zones(timezone: "Nowhere/Land", number: number), [])
    }

    func testAPolicyMayNameTheZone() {
        var policy = Policy()
        policy.zone = .campaign
        let berlin = Zone.named("Europe/Berlin")!
        let campaign = ContactWindow(policy: policy, campaignZone: berlin)
        XCTAssertEqual(campaign.zones(timezone: "Asia/Tokyo", number: [.utc]), [berlin])
        policy.zone = .named("Asia/Kolkata")
        let named = ContactWindow(policy: policy, campaignZone: berlin)
        XCTAssertEqual(named.zones(timezone: nil, number: [.utc]), [Zone.named("Asia/Kolkata")!])
    }

    func testAnUnknownZoneHoldsTheContact() {
        let hours = hours([window("08:00", "21:00")], [])
        XCTAssertNil(hours.nextOpen(from: moment("2026-11-21T10:00Z")))
        XCTAssertFalse(hours.isOpen(at: moment("2026-11-21T10:00Z")))
        XCTAssertEqual(hours.reason(at: moment("2026-11-21T10:00Z"))?.words, "time zone unknown")
    }

    func testAnUnknownZoneMayBeTheCampaigns() {
        var policy = policy([window("08:00", "21:00")])
        policy.unknownZone = .campaign
        let window = ContactWindow(policy: policy, campaignZone: Zone.named("Asia/Kolkata")!)
        XCTAssertEqual(
            window.nextOpen(from: moment("2026-11-21T00:00Z"), channel: "sms", zones: [], country: nil),
            moment("2026-11-21T02:30Z"))
    }

    func testAnUnknownZoneDoesNotMatterWhereAllHoursAreOpen() {
        var policy = policy([window("00:00", "24:00")])
        XCTAssertTrue(hours(policy, []).isOpen(at: moment("2026-11-21T10:00Z")))
        // Christmas lasts from its beginning in Kiritimati (+14) to its end on Baker Island (−12).
        policy.holidays = ["*": [CalendarDay("2026-12-25")!]]
        let hours = hours(policy, [])
        XCTAssertEqual(hours.openUntil(at: moment("2026-12-20T00:00Z")), moment("2026-12-24T10:00Z"))
        XCTAssertEqual(next(hours, "2026-12-24T10:00Z"), "2026-12-26T12:00Z")
    }

    // MARK: Shorthand

    private func window(
        _ from: String, _ to: String, days: String = "all", channels: [Channel] = []
    ) -> Policy.Window {
        var window = Policy.Window()
        window.from = TimeOfDay(from)!
        window.to = TimeOfDay(to)!
        window.channels = channels
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        window.days = names.firstIndex(of: days).map { 1 << UInt8($0) } ?? 0x7F
        return window
    }

    private func policy(_ windows: [Policy.Window]) -> Policy {
        var policy = Policy()
        policy.windows = windows
        return policy
    }

    private func hours(_ windows: [Policy.Window], _ zones: [String]) -> ContactHours { hours(policy(windows), zones) }

    private func hours(
        _ policy: Policy, _ zones: [String], country: String? = nil, regions: [String] = []
    ) -> ContactHours {
        ContactWindow(policy: policy, campaignZone: .utc)
            .hours(channel: "sms", zones: zones.map { Zone.named($0)! }, country: country, regions: regions)
    }

    /// `2026-11-21T10:00Z`.
    private func moment(_ text: String) -> Timestamp {
        Timestamp(
            day: CalendarDay(text.prefix(10))!,
            secondsOfDay: TimeOfDay(String(text.dropFirst(11).prefix(5)))!.minutes * 60)
    }

    private func next(_ hours: ContactHours, _ from: String) -> String? {
        hours.nextOpen(from: moment(from)).map { $0.description.replacing(":00.000Z", with: "Z") }
    }

    /// The open spans between two moments, as UTC clock times.
    private func spans(_ hours: ContactHours, from: String, to: String) -> [String] {
        var spans: [String] = []
        var position = moment(from)
        let end = moment(to)
        while let open = hours.nextOpen(from: position), open < end {
            let close = min(hours.openUntil(at: open) ?? end, end)
            spans.append([open, close].map { String($0.description.dropFirst(11).prefix(5)) }.joined(separator: "–"))
            position = close
        }
        return spans
    }
}
