import Waybill
import XCTest

final class ConfigurationPolicyTests: XCTestCase {
    private func problems(_ text: String) -> [String] {
        ConfigurationReader.read(Array(text.utf8), file: "w").problems.map(\.description)
    }

    private func policy(_ text: String, rest: String = "", line: UInt = #line) -> Policy? {
        let (configuration, problems) = ConfigurationReader.read(Array("{policies: {p: \(text)}, \(rest)}".utf8))
        XCTAssertEqual(problems, [], line: line)
        return configuration.policies["p"]
    }

    func testEveryValueOfAPolicy() throws {
        let (configuration, problems) = ConfigurationReader.read(
            Array(
                """
                { policies: { p: {
                    windows: [ { channels: ["sms", "voice"], days: ["mon-sat"], from: "08:00", to: "21:00" }, {} ],
                    zone: "Europe/Berlin", unknownZone: "campaign", region: { "US-FL": { to: "20:00", days: "sun" } },
                    holidays: { US: ["2026-11-26", "2026-12-25"], "*": ["2027-01-01"] },
                    blackouts: [ { from: "2026-12-24", to: "2026-12-27T06:00:00Z" } ],
                    startAfter: "2026-01-01T00:00:00.5+01:00", endBefore: null,
                    caps: [ { limit: 1, within: "7d", channels: ["sms"], then: "drop" }, { limit: 3, within: "24h" } ],
                    rate: { perSecond: 50, perHour: 20000, perDay: null }, late: "send",
                } } }
                """.utf8))
        XCTAssertEqual(problems.map(\.path), [])
        let read = try XCTUnwrap(configuration.policies["p"])
        var window = Policy.Window()
        window.channels = ["sms", "voice"]
        window.days = 0b011_1111
        window.from = TimeOfDay(minutes: 480)
        window.to = TimeOfDay(minutes: 1_260)
        XCTAssertEqual(read.windows, [window, Policy.Window()])
        XCTAssertEqual(read.zone, .named("Europe/Berlin"))
        XCTAssertEqual(read.unknownZone, .campaign)
        XCTAssertEqual(read.regions["US-FL"]?.to, TimeOfDay(minutes: 1_200))
        XCTAssertEqual(read.regions["US-FL"]?.days, 0b100_0000)
        XCTAssertNil(read.regions["US-FL"]?.from)
        XCTAssertEqual(read.holidays["US"]?.map(\.description), ["2026-11-26", "2026-12-25"])
        XCTAssertEqual(read.holidays["*"]?.map(\.description), ["2027-01-01"])
        XCTAssertEqual(read.blackouts[0].from.description, "2026-12-24T00:00:00.000Z")
        XCTAssertEqual(read.blackouts[0].to.description, "2026-12-27T06:00:00.000Z")
        XCTAssertEqual(read.startAfter?.description, "2025-12-31T23:00:00.500Z")
        XCTAssertNil(read.endBefore)
        XCTAssertEqual(read.caps.map(\.limit), [1, 3])
        XCTAssertEqual(read.caps.map(\.within), [.rolling(.hours(168)), .rolling(.hours(24))])
        XCTAssertEqual(read.caps.map(\.then), [.drop, .delay])
        XCTAssertEqual(read.rate.perSecond, 50)
        XCTAssertEqual(read.rate.perHour, 20_000)
        XCTAssertEqual(read.late, .send)
    }

    func testDaysAreNamesRangesAndListsOfBoth() {
        let cases: [(String, UInt8)] = [
            ("'mon'", 0b000_0001), ("'mon-fri'", 0b001_1111), ("'sat,sun'", 0b110_0000), ("['sat', 'sun']", 0b110_0000),
            ("'mon, wed-fri'", 0b001_1101), ("'fri-mon'", 0b111_0001), ("['mon-tue', 'sun']", 0b100_0011),
            ("'mon-mon'", 1),
        ]
        for (text, days) in cases {
            XCTAssertEqual(policy("{windows: [{days: \(text)}]}")?.windows[0].days, days, text)
        }
    }

    func testLocalTimesAreReadInTheCampaignsZone() {
        let campaign = "campaigns: {a: {policy: 'p', timezone: 'America/Chicago'}}"
        func start(_ moment: String) -> String? {
            policy("{startAfter: '\(moment)'}", rest: campaign)?.startAfter?.description
        }
        XCTAssertEqual(start("2026-07-01T08:00"), "2026-07-01T13:00:00.000Z")
        XCTAssertEqual(start("2026-01-01 08:00:30.25"), "2026-01-01T14:00:30.250Z")
        XCTAssertEqual(start("2026-07-01"), "2026-07-01T05:00:00.000Z")
        // 01:30 occurs twice on 1 November 2026; 02:30 not at all on 8 March 2026.
        XCTAssertEqual(start("2026-11-01T01:30"), "2026-11-01T06:30:00.000Z")
        XCTAssertEqual(start("2026-03-08T02:30"), "2026-03-08T08:30:00.000Z")
    }

    func testAPolicyThatNoCampaignUsesIsReadInTheWorkspacesZone() {
        XCTAssertEqual(
            policy("{startAfter: '2026-07-01'}", rest: "timezone: 'Europe/Berlin'")?.startAfter?.description,
            "2026-06-30T22:00:00.000Z")
    }

    func testALocalTimeIsRefusedWhereCampaignsOfSeveralZonesUseThePolicy() {
        let campaigns = "campaigns: {a: {policy: 'p', timezone: 'Europe/Berlin'}, b: {policy: 'p'}}"
        XCTAssertEqual(
            problems("{policies: {p: {startAfter: '2026-07-01T10:00:00'}}, \(campaigns)}"),
            [
                "w:1:29: policies.p.startAfter: \"2026-07-01T10:00:00\" has no offset, and the campaigns of this policy have "
                    + "several time zones (Europe/Berlin, UTC): write the offset, as in \"2026-07-01T08:00+01:00\""
            ])
        XCTAssertNotNil(policy("{startAfter: '2026-07-01T10:00:00-0330'}", rest: campaigns)?.startAfter)
    }

    func testWrongValuesOfAPolicyAreReportedAtTheirPlaces() {
        let moment = "a moment such as \"2026-11-26T08:00:00+01:00\" or \"2026-11-26\""
        let cases: [(String, String)] = [
            (
                "windows: {}",
                "w:1:27: policies.p.windows: expected a list of windows such as [{ from: \"08:00\", to: \"21:00\" }], found an object"
            ),
            (
                "windows: [{from: '8:00'}]",
                "w:1:35: policies.p.windows[0].from: \"8:00\" is not a clock time from \"00:00\" to \"24:00\""
            ),
            (
                "windows: [{from: '24:00'}]",
                "w:1:35: policies.p.windows[0].from: \"24:00\" is not a time at which a window begins: write \"00:00\""
            ),
            (
                "windows: [{days: ['mon-fry']}]",
                "w:1:36: policies.p.windows[0].days[0]: \"fry\" is not a day (mon, tue, wed, thu, fri, sat, sun), did you mean \"fri\"?"
            ),
            (
                "windows: [{days: []}]",
                "w:1:35: policies.p.windows[0].days: expected days such as [\"mon-fri\"] or [\"sat\", \"sun\"], found a list"
            ),
            (
                "windows: [{days: 'mon-tue-wed'}]",
                "w:1:35: policies.p.windows[0].days: \"mon-tue-wed\" is not a day or two days joined by -"
            ),
            (
                "windows: [{channels: ['smss']}]",
                "w:1:40: warning: policies.p.windows[0].channels[0]: nothing is sent over the channel \"smss\", did you mean \"sms\"?"
            ),
            (
                "windows: [{until: '20:00'}]",
                "w:1:29: policies.p.windows[0]: unknown key \"until\"; the keys here are \"channels\", \"days\", \"from\", \"to\""
            ),
            (
                "zone: 'recipiant'",
                "w:1:24: policies.p.zone: \"recipiant\" is not \"recipient\", \"campaign\" or a time zone of the IANA database, did you mean \"recipient\"?"
            ),
            ("unknownZone: 'holt'", "w:1:31: policies.p.unknownZone: unknown value \"holt\", did you mean \"hold\"?"),
            (
                "holidays: {USA: []}",
                "w:1:34: policies.p.holidays.USA: \"USA\" is no region: write it as \"US\", \"DE-BY\" or \"*\""
            ),
            (
                "holidays: {US: ['2026-02-30']}",
                "w:1:34: policies.p.holidays.US[0]: \"2026-02-30\" is not a day such as \"2026-12-24\""
            ),
            (
                "blackouts: [{from: '2026-12-24'}]",
                "w:1:30: policies.p.blackouts[0]: the key \"to\" is missing: write to: \"2026-12-27\""
            ),
            (
                "blackouts: [{from: '2026-12-24', to: '2026-12-23'}]",
                "w:1:30: policies.p.blackouts[0]: the blackout ends before it begins: to must be later than from"
            ),
            ("startAfter: '2026-13-01'", "w:1:30: policies.p.startAfter: \"2026-13-01\" is not \(moment)"),
            ("startAfter: '2026-12-01T25:00'", "w:1:30: policies.p.startAfter: \"2026-12-01T25:00\" is not \(moment)"),
            (
                "startAfter: '2026-12-01T10:00+1'",
                "w:1:30: policies.p.startAfter: \"2026-12-01T10:00+1\" is not \(moment)"
            ),
            (
                "startAfter: '2026-12-01', endBefore: '2026-12-01'",
                "w:1:55: policies.p.endBefore: endBefore is not later than startAfter, so nobody could ever be contacted"
            ),
            ("late: 'expires'", "w:1:24: policies.p.late: unknown value \"expires\", did you mean \"expire\"?"),
        ]
        for (text, problem) in cases { XCTAssertEqual(problems("{ policies: {p: {\(text)}} }"), [problem], text) }
    }

    func testWrongCapsAndRates() {
        let found = problems(
            "{policies: {p: {caps: [{limit: 1, within: '0s'}, {}], rate: {perSecond: 0, perMinute: 5}}}}")
        XCTAssertEqual(
            found.filter { !$0.contains("not carried out") },
            [
                "w:1:43: policies.p.caps[0].within: \"0s\" is not a length of time from 1ms to 3650d",
                "w:1:50: policies.p.caps[1]: the key \"limit\" is missing: write limit: 1",
                "w:1:50: policies.p.caps[1]: the key \"within\" is missing: write within: \"7d\"",
                "w:1:73: policies.p.rate.perSecond: expected a whole number from 1 to 1000000, found the number 0",
                "w:1:76: policies.p.rate: unknown key \"perMinute\"; the keys here are \"perSecond\", \"perHour\", \"perDay\"",
            ])
    }

    func testACapCountsByTheDayByAColumnByCampaignAndResponses() throws {
        let (read, problems) = ConfigurationReader.read(
            Array(
                """
                {policies: {p: {caps: [{limit: 1, within: "day", by: "Param 4", over: "campaign", counts: "responses"},
                                       {limit: 2, within: "1h", by: "address"}, {limit: 3, within: "2h", by: "Household"}]}}}
                """.utf8), file: "w")
        XCTAssertEqual(problems.map(\.description), [])
        let caps = try XCTUnwrap(read.policies["p"]?.caps)
        XCTAssertEqual(caps.map(\.within), [.day, .rolling(.hours(1)), .rolling(.hours(2))])
        XCTAssertEqual(caps.map(\.by), [.column("param4"), .address, .column("Household")])
        XCTAssertEqual(caps.map(\.over), [.campaign, .all, .all])
        XCTAssertEqual(caps.map(\.counts), [.responses, .contacts, .contacts])
        XCTAssertEqual(read.capColumns, ["Household", "param4"])
        XCTAssertEqual(read.capHorizon, .hours(26))
        XCTAssertTrue(read.capsResponses)
        let (_, wrong) = ConfigurationReader.read(
            Array(
                "{policies: {p: {caps: [{limit: 1, within: \"days\"}, {limit: 1, within: \"1d\", over: \"al\"}]}}}".utf8
            ),
            file: "w")
        XCTAssertEqual(
            wrong.map(\.description),
            [
                "w:1:43: policies.p.caps[0].within: \"days\" is not a length of time such as \"30s\", \"10m\", \"24h\" or \"7d\", "
                    + "or \"day\"",
                "w:1:83: policies.p.caps[1].over: unknown value \"al\", did you mean \"all\"?",
            ])
    }

    func testOneEndOfARegionsHoursBesideANightCanMeanTwoThings() throws {
        func problems(_ windows: String, _ rule: String) -> [String] {
            ConfigurationReader.read(
                Array("{policies: {p: {windows: [\(windows)], region: {\"US-FL\": \(rule)}}}}".utf8), file: "w"
            ).1.map(\.description)
        }
        let day = "{from: \"08:00\", to: \"21:00\"}"
        let night = "{from: \"21:00\", to: \"06:00\"}"
        XCTAssertEqual(problems(day, "{to: \"20:00\"}"), [])
        XCTAssertEqual(problems("\(day), \(night)", "{from: \"08:00\", to: \"20:00\"}"), [])
        XCTAssertEqual(problems(night, "{days: [\"mon\"]}"), [])
        XCTAssertEqual(
            problems("\(day), \(night)", "{to: \"20:00\"}"),
            [
                "w:1:106: policies.p.region.US-FL: a window of this policy runs over midnight, so that one end of the region's "
                    + "hours can be meant both ways: write both, from and to"
            ])
    }
}
