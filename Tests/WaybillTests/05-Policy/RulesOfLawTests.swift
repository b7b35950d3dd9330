import XCTest

@testable import Waybill

/// What the rules of law leave of a policy's hours: by place, kind of contact, purpose and day.
final class RulesOfLawTests: XCTestCase {
    private func window(
        _ rules: String = "\"us\"", campaign: String = "", policy: String = "", file: String? = nil
    ) -> ContactWindow {
        let text = """
            {campaigns: {c: {policy: "p", \(campaign)}}, policies: {p: {rules: \(rules), \(policy)}}}
            """
        let (configuration, problems) = ConfigurationReader.read(
            Array(text.utf8), file: "w", reading: { _ in Array((file ?? "").utf8) },
            listing: { file == nil ? [] : ["us.json5"] })
        XCTAssertEqual(problems.filter { $0.severity == .error }.map(\.description), [])
        let found = configuration.campaign(named: "c")!
        let policy = configuration.policies["p"]!
        return ContactWindow(
            policy: policy, campaignZone: .utc, law: CampaignLaw(of: found, policy, in: configuration))
    }

    /// Whether contact is allowed at each half hour of a day, as "8-20".
    private func hours(
        _ window: ContactWindow, _ regions: [String], _ day: String, channel: Channel = "voice",
        country: String? = nil, consent: Bool = false
    ) -> String {
        let hours = window.hours(
            channel: channel, zones: [.utc], country: country ?? String(regions[0].prefix(2)), regions: regions,
            lack: consent ? nil : .unknown)
        let start = Timestamp(day: CalendarDay(day)!)
        var spans: [Range<Int>] = []
        for half in 0..<48 where hours.isOpen(at: start.adding(.minutes(Int64(half) * 30))) {
            if let last = spans.last, last.upperBound == half {
                spans[spans.count - 1] = last.lowerBound..<half + 1
            } else {
                spans.append(half..<half + 1)
            }
        }
        func clock(_ half: Int) -> String { half % 2 == 0 ? "\(half / 2)" : "\(half / 2):30" }
        return spans.isEmpty
            ? "-" : spans.map { clock($0.lowerBound) + "-" + clock($0.upperBound) }.joined(separator: " ")
    }

    /// 23 November 2026 was a Monday; 28 a Saturday, 29 a Sunday.
    func testFederalHoursHoldEverywhereAndStatesNarrowThem() {
        let window = window(campaign: "kind: {voice: \"live\"}")
        for (state, monday, saturday, sunday) in [
            ("NY", "8-21", "8-21", "8-21"), ("FL", "8-20", "8-20", "8-20"), ("AL", "8-20", "8-20", "-"),
            ("CT", "9-20", "9-20", "9-20"), ("MI", "9-21", "9-21", "9-21"), ("KY", "10-21", "10-21", "10-21"),
            ("RI", "9-18", "10-17", "-"), ("TX", "9-21", "9-21", "12-21"), ("MD", "8-20", "8-20", "8-20"),
        ] {
            let regions = ["US", "US-" + state]
            XCTAssertEqual(hours(window, regions, "2026-11-23"), monday, state)
            XCTAssertEqual(hours(window, regions, "2026-11-28"), saturday, state)
            XCTAssertEqual(hours(window, regions, "2026-11-29"), sunday, state)
        }
        XCTAssertEqual(hours(window, ["DE"], "2026-11-29"), "0-24")
    }

    func testOfSeveralStatesAllCount() {
        XCTAssertEqual(hours(window(), ["US", "US-KY", "US-RI"], "2026-11-23"), "10-18")
    }

    func testThePolicysOwnWindowsAndRegionsStayInForce() {
        let window = window(
            policy:
                "windows: [{from: \"10:00\", to: \"23:00\"}], region: {\"US-FL\": {to: \"20:30\"}, \"US-AL\": {to: \"19:00\"}}"
        )
        XCTAssertEqual(hours(window, ["US", "US-NY"], "2026-11-23"), "10-21")
        // The policy's own entry for Florida takes the place of the rules' hours, within the federal ones.
        XCTAssertEqual(hours(window, ["US", "US-FL"], "2026-11-23"), "10-20:30")
        // Not that of their holidays.
        XCTAssertEqual(hours(window, ["US", "US-AL"], "2026-11-29"), "10-19")
        XCTAssertEqual(hours(window, ["US", "US-AL"], "2026-12-25"), "-")
    }

    func testMailsAreNoCalls() {
        XCTAssertEqual(hours(window(), ["US", "US-RI"], "2026-11-29", channel: "email"), "0-24")
        XCTAssertEqual(hours(window(), ["US", "US-RI"], "2026-11-29", channel: "sms"), "-")
    }

    // MARK: Kinds and purposes

    func testAKindThatIsNotNamedIsTheNarrowestThatItCanBe() {
        let live = window(campaign: "kind: {voice: \"live\"}")
        let automated = window(campaign: "kind: {voice: \"automated\"}")
        let prerecorded = window(campaign: "kind: {voice: \"prerecorded\"}")
        let unknown = window()
        // South Dakota: automated dialling on weekdays only. Nebraska: recorded messages on Sundays from 13:00.
        for (window, saturday, nebraska) in [
            (live, "8-21", "8-21"), (automated, "-", "8-21"), (prerecorded, "-", "13-21"), (unknown, "-", "13-21"),
        ] {
            XCTAssertEqual(hours(window, ["US", "US-SD"], "2026-11-28"), saturday)
            XCTAssertEqual(hours(window, ["US", "US-NE"], "2026-11-29"), nebraska)
        }
        XCTAssertEqual(hours(prerecorded, ["US", "US-IL"], "2026-11-23"), "9-21")
        XCTAssertEqual(hours(live, ["US", "US-IL"], "2026-11-23"), "8-21")
        // Thanksgiving and the day after it are holidays in Nebraska.
        XCTAssertEqual(hours(prerecorded, ["US", "US-NE"], "2026-11-27"), "13-21")
        XCTAssertEqual(hours(prerecorded, ["US", "US-NE"], "2026-11-30"), "8-21")
        XCTAssertEqual(
            hours(unknown, ["US", "US-SD"], "2026-11-28", channel: "letter"), "-", "any channel can be a call")
    }

    func testAPurposeIsFreeOfWhatConcernsOthersAndNoneIsNot() {
        XCTAssertEqual(hours(window(), ["US", "US-RI"], "2026-11-29"), "-")
        XCTAssertEqual(hours(window(campaign: "purpose: \"marketing\""), ["US", "US-RI"], "2026-11-29"), "-")
        XCTAssertEqual(hours(window(campaign: "purpose: \"service\""), ["US", "US-RI"], "2026-11-29"), "8-21")
        let research = window("\"au\"", campaign: "purpose: \"survey\"")
        XCTAssertEqual(hours(research, ["AU"], "2026-11-29"), "9-17")
        XCTAssertEqual(hours(research, ["AU"], "2026-11-30"), "9-20:30")
        XCTAssertEqual(hours(window("\"au\"", campaign: "purpose: \"marketing\""), ["AU"], "2026-11-29"), "-")
    }

    // MARK: Holidays, countries, dates

    func testLegalHolidaysOfTheStatesThatHaveThemAreFree() {
        let window = window(campaign: "kind: {voice: \"live\"}")
        for (state, day, expected) in [
            ("AL", "2026-12-25", "-"), ("LA", "2026-12-25", "-"), ("MS", "2026-12-25", "-"), ("UT", "2026-07-24", "-"),
            ("RI", "2026-05-04", "-"), ("LA", "2026-01-08", "-"), ("LA", "2023-12-26", "-"),
            ("NY", "2026-12-25", "8-21"),
            ("UT", "2027-07-23", "-"), ("UT", "2027-07-24", "-"), ("AL", "2027-07-05", "-"),
            ("TX", "2026-07-24", "9-21"),
        ] {
            XCTAssertEqual(hours(window, ["US", "US-" + state], day), expected, "\(state) \(day)")
        }
    }

    func testSeveralCountriesHoldEachForItsOwnAndAContactInTwoForBoth() {
        let window = window("[\"us\", \"es\"]", campaign: "kind: {voice: \"live\"}")
        XCTAssertEqual(hours(window, ["ES"], "2026-11-28"), "-")
        XCTAssertEqual(hours(window, ["ES"], "2026-11-27"), "9-21")
        XCTAssertEqual(hours(window, ["US", "US-NY"], "2026-11-28"), "8-21")
        XCTAssertEqual(hours(window, ["US", "US-FL"], "2026-11-27", country: "ES"), "9-20")
        XCTAssertEqual(hours(window, ["GB"], "2026-11-28"), "0-24")
        let all = self.window("\"all\"", campaign: "kind: {voice: \"live\"}")
        XCTAssertEqual(hours(all, ["CA"], "2026-11-28"), "10-18")
        XCTAssertEqual(hours(all, ["CA"], "2026-11-27"), "9-21:30")
    }

    func testFranceAsksForConsentFromItsDayOn() {
        let window = window("\"fr\"", campaign: "purpose: \"marketing\"")
        XCTAssertEqual(hours(window, ["FR"], "2026-08-10"), "10-13 14-20")
        XCTAssertEqual(hours(window, ["FR"], "2026-08-11"), "-")
        XCTAssertEqual(hours(window, ["FR"], "2026-08-11", consent: true), "10-13 14-20")
        XCTAssertEqual(hours(window, ["FR"], "2026-11-11", consent: true), "-", "a holiday")
        XCTAssertEqual(hours(window, ["FR"], "2026-11-12", channel: "sms"), "0-24")
        let service = self.window("\"fr\"", campaign: "purpose: \"service\"")
        XCTAssertEqual(hours(service, ["FR"], "2026-08-11"), "0-24")
    }

    func testAChangeOfTheLawIsAChangeOfAFile() throws {
        let file = """
            {country: "US", checked: "2026-11-30", rules: [
              {id: "old", title: "Ohio until then", states: ["OH"], kinds: ["live"], to: "2027-03-14",
               hours: [{from: "08:00", to: "21:00"}], source: "s", confidence: "low"},
              {id: "new", title: "Ohio from then on", states: ["OH"], kinds: ["live"], from: "2027-03-15",
               hours: [{days: ["mon-fri"], from: "10:00", to: "12:00"}, {days: ["mon-fri"], from: "14:00", to: "18:00"}],
               source: "s", confidence: "low"},
            ]}
            """
        let window = window(file: file)
        XCTAssertEqual(hours(window, ["US", "US-OH"], "2027-03-14"), "8-21")
        XCTAssertEqual(hours(window, ["US", "US-OH"], "2027-03-15"), "10-12 14-18")
        XCTAssertEqual(hours(window, ["US", "US-FL"], "2027-03-15"), "0-24", "the file is all there is of the country")
        // What cannot leave on the last old day goes at the first moment of the new hours, and is closed by their end.
        let ohio = window.hours(
            channel: "voice", zones: [Zone.named("America/New_York")!], country: "US", regions: ["US", "US-OH"])
        let late = Timestamp(iso8601: Array("2027-03-15T01:00:00Z".utf8)[...])!
        XCTAssertEqual(ohio.nextOpen(from: late)?.description, "2027-03-15T14:00:00.000Z")
        XCTAssertEqual(
            ohio.openUntil(at: try XCTUnwrap(ohio.nextOpen(from: late)))?.description, "2027-03-15T16:00:00.000Z")
        XCTAssertEqual(
            ohio.reason(at: late)?.words,
            "outside voice hours 08:00–21:00 (US-OH: Ohio until then) in America/New_York until "
                + "2027-03-15T10:00:00-04:00")
    }

    func testTheReasonNamesTheRuleThatHolds() {
        let window = window(campaign: "kind: {voice: \"live\"}")
        func reason(_ regions: [String], _ moment: String, _ window: ContactWindow, channel: Channel = "voice")
            -> String?
        {
            window.reason(
                at: Timestamp(iso8601: Array(moment.utf8)[...])!, channel: channel, zones: [.utc], country: regions[0],
                regions: regions)?.words
        }
        XCTAssertEqual(
            reason(["US", "US-FL"], "2026-11-23T20:30:00Z", window),
            "outside voice hours 08:00–20:00 (US-FL: Florida Telephone Solicitation Act, hours) in UTC until "
                + "2026-11-24T08:00:00+00:00")
        XCTAssertEqual(
            reason(["US", "US-UT"], "2026-12-25T12:00:00Z", window),
            "holiday US-UT: no calls on legal holidays 2026-12-25 in UTC until 2026-12-26T08:00:00+00:00")
        XCTAssertEqual(
            reason(["FR"], "2026-11-23T10:30:00Z", self.window("\"fr\"")),
            "FR: loi 2025-594, no call without consent: no consent of the contact is known; send it in the column consent "
                + "or in inbox/_consent")
    }

    func testABlackoutMayHoldInSomeRegionsOnly() {
        let window = window(
            policy: """
                blackouts: [{from: "2026-11-23T00:00Z", to: "2026-11-23T12:00Z", regions: ["US-LA"]},
                            {from: "2026-11-23T18:00Z", to: "2026-11-23T19:00Z"}]
                """)
        XCTAssertEqual(hours(window, ["US", "US-LA"], "2026-11-23"), "12-18 19-20")
        XCTAssertEqual(hours(window, ["US", "US-FL"], "2026-11-23"), "8-18 19-20")
    }

    // MARK: What the configuration may say

    private func problems(_ policy: String, campaign: String = "", files: [String] = []) -> [String] {
        ConfigurationReader.read(
            Array("{campaigns: {c: {\(campaign)}}, policies: {p: {\(policy)}}}".utf8), file: "w",
            reading: { _ in Array("{".utf8) }, listing: { files }
        ).1.map(\.description)
    }

    func testTheRulesNeedTheClockOfThePersonAndCountriesThatThereAre() throws {
        XCTAssertEqual(problems("rules: 'us'"), [])
        XCTAssertEqual(problems("rules: ['us', 'fr']"), [])
        XCTAssertEqual(problems("rules: 'all'"), [])
        XCTAssertEqual(
            problems("zone: 'campaign', rules: 'us'"),
            ["w:1:62: policies.p.rules: laws count the hours where the person is: this needs zone: \"recipient\""])
        XCTAssertEqual(
            problems("rules: 'uk'"), ["w:1:44: policies.p.rules: there are no rules for \"uk\", did you mean \"gb\"?"])
        XCTAssertEqual(problems("rules: []").count, 1)
        XCTAssertEqual(problems("rules: 'us'", files: ["us.json5"]).count, 1, "a damaged file is an error")
        XCTAssertEqual(problems("", files: ["us.json5"]), [], "that nobody goes by is not")
    }

    func testACampaignSaysWhatItsCallsAreAndWhatFor() {
        XCTAssertEqual(problems("", campaign: "kind: {voice: 'live', sms: 'text'}, purpose: 'debt'"), [])
        XCTAssertEqual(
            problems("", campaign: "kind: {sms: 'live'}"),
            ["w:1:30: campaigns.c.kind.sms: what goes over sms is never \"live\": it can be \"text\""])
        XCTAssertEqual(problems("", campaign: "kind: {voice: 'robot'}").count, 1)
        XCTAssertEqual(problems("", campaign: "kind: {voise: 'live'}").count, 1, "a warning")
        XCTAssertEqual(problems("", campaign: "purpose: 'sales'").count, 1)
    }
}
