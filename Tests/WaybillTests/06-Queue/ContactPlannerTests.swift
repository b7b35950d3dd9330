import Foundation
import XCTest

@testable import Waybill

/// Whose clocks and whose rules count, by what a contact's record tells.
final class ContactPlannerTests: XCTestCase {
    private var policy = Policy()
    private var region = "US"
    private let step = Strategy.Step(name: "call", channel: "voice", to: .phone2)

    override func setUp() {
        var window = Policy.Window()
        window.from = TimeOfDay(minutes: 9 * 60)
        window.to = TimeOfDay(minutes: 21 * 60)
        policy.windows = [window]
    }

    /// The lane's zone and due time of a contact at a moment (2026-11-20 is a Friday); `-` where it waits for ever.
    private func plan(_ values: [Field: String], at moment: String = "2026-11-20T05:00:00Z") throws -> String {
        let fields = values.keys.sorted { $0.rawValue < $1.rawValue }
        let schema = Schema(fields.map { Column(name: $0.label, field: $0) })
        let zone = try XCTUnwrap(Zone.named("Europe/Berlin"))
        var planner = ContactPlanner(region: region, policy: policy, zone: zone, schema: schema, priority: 5)
        let now = try XCTUnwrap(Timestamp(iso8601: ArraySlice(moment.utf8)))
        let plan = planner.plan(step: step, earliest: now) { Array((values[fields[$0]] ?? "").utf8)[...] }
        guard case .queue(let lane) = plan else { return "expired" }
        return lane.due == ContactPlanner.never
            ? "-" : "\(lane.zone) \(lane.due.iso8601(offset: 0).replacingOccurrences(of: "+00:00", with: "Z"))"
    }

    func testTheNumberTellsTheZones() throws {
        XCTAssertEqual(try plan([.phone1: "+4930123456"]), "Europe/Berlin 2026-11-20T08:00:00Z")
        XCTAssertEqual(try plan([.phone1: "+12125550100"]), "America/New_York 2026-11-20T14:00:00Z")
        // Idaho has two zones: the later morning counts, and the earlier evening.
        XCTAssertEqual(
            try plan([.phone1: "+12085550100"]), "America/Boise+America/Los_Angeles 2026-11-20T17:00:00Z")
        XCTAssertEqual(
            try plan([.phone1: "+12085550100"], at: "2026-11-21T04:30:00Z"),
            "America/Boise+America/Los_Angeles 2026-11-21T17:00:00Z")
    }

    func testTheNumberOfTheStepCountsElseTheFirst() throws {
        XCTAssertEqual(
            try plan([.phone1: "+4930123456", .phone2: "+12125550100"]), "America/New_York 2026-11-20T14:00:00Z")
        XCTAssertEqual(try plan([.phone1: "+4930123456", .phone2: ""]), "Europe/Berlin 2026-11-20T08:00:00Z")
    }

    func testTheColumnOverridesTheNumber() throws {
        XCTAssertEqual(
            try plan([.phone1: "+12125550100", .timezone: "Asia/Tokyo"], at: "2026-11-20T15:00:00Z"),
            "Asia/Tokyo 2026-11-21T00:00:00Z")
        XCTAssertEqual(
            try plan([.phone1: "+12125550100", .timezone: ""]), "America/New_York 2026-11-20T14:00:00Z")
    }

    func testThePostcodeNarrowsTheZonesOfTheNumber() throws {
        XCTAssertEqual(
            try plan([.phone1: "+12085550100", .postcode: "83701"]), "America/Boise 2026-11-20T16:00:00Z")
        // Somebody who moved and kept the number may be at either place.
        XCTAssertEqual(
            try plan([.phone1: "+12125550100", .postcode: "90001"]),
            "America/New_York+America/Los_Angeles 2026-11-20T17:00:00Z")
        XCTAssertEqual(try plan([.phone1: "+12125550100", .postcode: "?"]), "America/New_York 2026-11-20T14:00:00Z")
    }

    func testTheStateInTheRecordCountsBesideTheNumber() throws {
        // 23:30 in New York is 20:30 in San Francisco.
        let late = "2026-11-24T04:30:00Z"
        for state in ["NY", "New York", "US-NY", "ny"] {
            XCTAssertEqual(
                try plan([.phone1: "+14155550147", .state: state], at: late),
                "America/Los_Angeles+America/New_York 2026-11-24T17:00:00Z", state)
        }
        XCTAssertEqual(try plan([.phone1: "+14155550147", .state: "CA"], at: late), "America/Los_Angeles \(late)")
        XCTAssertEqual(try plan([.phone1: "+14155550147", .state: "?"], at: late), "America/Los_Angeles \(late)")
        // Texas has two zones, and El Paso's number does not tell that its owner lives there.
        XCTAssertEqual(
            try plan([.phone1: "+19155550147", .state: "TX"]),
            "America/Denver+America/Chicago 2026-11-20T16:00:00Z")
        XCTAssertEqual(
            try plan([.phone1: "+12125550100", .state: "TX", .postcode: "79901"]),
            "America/New_York+America/Denver 2026-11-20T16:00:00Z")
        XCTAssertEqual(
            try plan([.phone1: "+14155550147", .state: "NY", .timezone: "America/Chicago"]),
            "America/Chicago 2026-11-20T15:00:00Z")
        XCTAssertEqual(
            try plan([.email: "ann@example.com", .state: "NY"]), "America/New_York 2026-11-20T14:00:00Z")
    }

    func testAStateOfTheOtherCountryWithTheSameCallingCodeCountsBesideTheNumber() throws {
        // 21:30 in Toronto is 18:30 in Vancouver.
        let late = "2026-11-24T02:30:00Z"
        for state in ["NY", "New York", "US-NY"] {
            let found = try plan([.phone1: "+16045550147", .state: state], at: late)
            XCTAssertTrue(found.hasSuffix("America/Vancouver+America/New_York 2026-11-24T17:00:00Z"), found)
        }
        for state in ["ON", "Ontario"] {
            let found = try plan([.phone1: "+14155550147", .state: state], at: late)
            XCTAssertTrue(found.hasPrefix("America/Los_Angeles+") && found.hasSuffix("2026-11-24T17:00:00Z"), found)
        }
        // A country in the record says which states are meant.
        let canadian = try plan([.phone1: "+16045550147"], at: late)
        XCTAssertTrue(canadian.hasSuffix(late), canadian)
        XCTAssertEqual(
            try plan([.phone1: "+16045550147", .country: "CA", .state: "NY"], at: late), canadian)
        // Germany has no such part, and no country shares its calling code.
        XCTAssertEqual(
            try plan([.phone1: "+4930123456", .state: "NY"]), "Europe/Berlin 2026-11-20T08:00:00Z")
    }

    func testAStateWhoseNumbersThePlanDoesNotTellIsAnywhereInItsCountry() throws {
        XCTAssertEqual(try plan([.phone1: "+4930123456", .state: "BY"]), "Europe/Berlin 2026-11-20T08:00:00Z")
        let perth = try plan([.phone1: "+61298765432", .state: "WA"])
        XCTAssertTrue(perth.contains("Australia/Sydney") && perth.contains("Australia/Perth"), perth)
        XCTAssertEqual(
            try plan([.phone1: "+61298765432", .state: "NSW", .postcode: "2000"]),
            try plan([.phone1: "+61298765432"]))
    }

    func testACountryThatIsNotTheNumbersCountsBesideIt() throws {
        XCTAssertEqual(
            try plan([.phone1: "+442079460123", .country: "DE"]), "Europe/London+Europe/Berlin 2026-11-20T09:00:00Z")
        XCTAssertEqual(try plan([.phone1: "+442079460123", .country: "GB"]), "Europe/London 2026-11-20T09:00:00Z")
        XCTAssertEqual(
            try plan([.phone1: "+442079460123", .country: "US", .state: "NY"]),
            "Europe/London+America/New_York 2026-11-20T14:00:00Z")
        XCTAssertEqual(try plan([.email: "ann@example.com", .country: "DE"]), "Europe/Berlin 2026-11-20T08:00:00Z")
    }

    func testNobodyIsContactedWhereNoZoneIsKnown() throws {
        XCTAssertEqual(try plan([.email: "ann@example.com"]), "-")
        // Satellite telephones are anywhere.
        XCTAssertEqual(try plan([.phone1: "+870773111632"]), "-")
        policy.unknownZone = .campaign
        XCTAssertEqual(try plan([.email: "ann@example.com"]), " 2026-11-20T08:00:00Z")
    }

    func testRulesOfTheNumbersStateNarrowTheHours() throws {
        var rule = Policy.RegionRule()
        rule.from = TimeOfDay(minutes: 10 * 60)
        policy.regions = ["US-FL": rule]
        XCTAssertEqual(try plan([.phone1: "+13055550100"]), "America/New_York 2026-11-20T15:00:00Z")
        XCTAssertEqual(try plan([.phone1: "+12125550100"]), "America/New_York 2026-11-20T14:00:00Z")
        // The rule of Florida holds on the clocks of Canada too, which the record names.
        let canada = try plan([.phone1: "+13055550100", .country: "CA"])
        XCTAssertTrue(canada.contains("America/New_York") && canada.contains("America/Vancouver"), canada)
        XCTAssertTrue(canada.hasSuffix(" 2026-11-20T18:00:00Z"), canada)
    }

    func testRulesOfTheNumbersCountryAndOfAStateBesideItBothHold() throws {
        var (early, late) = (Policy.RegionRule(), Policy.RegionRule())
        early.to = TimeOfDay(minutes: 18 * 60)
        late.from = TimeOfDay(minutes: 12 * 60)
        for (canadas, others) in [("CA", "US-NY"), ("CA-ON", "US"), ("CA", "US")] {
            policy.regions = [canadas: early, others: late]
            // Toronto has the clock of New York.
            XCTAssertTrue(
                try plan([.phone1: "+14165550100", .state: "NY"]).hasSuffix(" 2026-11-20T17:00:00Z"), canadas + others)
            XCTAssertTrue(
                try plan([.phone1: "+14165550100", .state: "NY"], at: "2026-11-20T23:30:00Z").hasSuffix(
                    " 2026-11-21T17:00:00Z"), canadas + others)
            XCTAssertTrue(try plan([.phone1: "+14165550100"]).hasSuffix(" 2026-11-20T14:00:00Z"), canadas + others)
            policy.zone = .campaign
            XCTAssertEqual(
                try plan([.phone1: "+14165550100", .state: "NY"]), "Europe/Berlin 2026-11-20T11:00:00Z",
                canadas + others)
            policy.zone = .recipient
        }
    }

    func testWhoseStateLeavesNoHoursWaitsForAnotherConfiguration() throws {
        var rule = Policy.RegionRule()
        rule.to = TimeOfDay(minutes: 6 * 60)
        policy.regions = ["US-FL": rule]
        XCTAssertEqual(try plan([.phone1: "+13055550100"]), "-")
        XCTAssertNotEqual(try plan([.phone1: "+12125550100"]), "-")
    }

    func testWhereTheStateIsNotKnownTheRulesOfAllCount() throws {
        var rule = Policy.RegionRule()
        rule.from = TimeOfDay(minutes: 10 * 60)
        policy.regions = ["DE-BY": rule]
        XCTAssertEqual(try plan([.phone1: "+4930123456"]), "Europe/Berlin 2026-11-20T09:00:00Z")
        XCTAssertEqual(try plan([.phone1: "+43123456789"]), "Europe/Vienna 2026-11-20T08:00:00Z")
    }

    func testRulesOfTheCountryCountForANumberThatNoPlanAllows() throws {
        var rule = Policy.RegionRule()
        rule.from = TimeOfDay(minutes: 10 * 60)
        policy.regions = ["DE": rule]
        XCTAssertEqual(try plan([.phone1: "+49301"]), "Europe/Berlin 2026-11-20T09:00:00Z")
    }

    func testWithoutNumberAndColumnTheRegionIsTheCampaignsOrTheWorkspaces() throws {
        policy.zone = .campaign
        policy.holidays = ["US": [try XCTUnwrap(CalendarDay("2026-11-20"))]]
        XCTAssertEqual(try plan([.email: "ann@example.com"]), "Europe/Berlin 2026-11-21T08:00:00Z")
        region = "DE"
        XCTAssertEqual(try plan([.email: "ann@example.com"]), "Europe/Berlin 2026-11-20T08:00:00Z")
    }

    func testAPostcodeThatLostItsZeroSaysNothing() throws {
        // 03800 is Alcoi; 38 would be Tenerife.
        let spain = try plan([.phone1: "+34612345679"])
        XCTAssertEqual(try plan([.phone1: "+34612345679", .postcode: "3800"]), spain)
        XCTAssertNotEqual(try plan([.phone1: "+34612345679", .postcode: "38001"]), spain)
    }

    func testWhoCanBeInZonesThatAreNeverOpenTogetherWaitsForSomebodyToSayWhere() throws {
        policy.windows[0].from = TimeOfDay(minutes: 9 * 60)
        policy.windows[0].to = TimeOfDay(minutes: 17 * 60)
        // A Russian mobile: eleven zones.
        XCTAssertEqual(try plan([.phone1: "+79161234567"]), "-")
        XCTAssertNotEqual(try plan([.phone1: "+79161234567", .timezone: "Europe/Moscow"]), "-")
    }

    func testTheCountryNarrowsTheZonesOfANumberThatTellsNoPlace() throws {
        // Toll-free numbers are North America's: of the United States, unless the record says Canada.
        let anywhere = try plan([.phone1: "+18003569377"])
        XCTAssertTrue(anywhere.contains("Pacific/Honolulu"), anywhere)
        let canada = try plan([.phone1: "+18003569377", .country: "CA"])
        XCTAssertFalse(canada.contains("Honolulu"), canada)
        XCTAssertTrue(canada.contains("America/St_Johns"), canada)
        XCTAssertEqual(
            try plan([.phone1: "+18003569377", .country: "DE"]),
            anywhere.replacingOccurrences(of: " ", with: "+Europe/Berlin "))
    }

    func testOneClockIsOneZone() throws {
        // Guernsey, Jersey, the Isle of Man and Great Britain share a calling code and a clock.
        XCTAssertFalse(try plan([.phone1: "+442079460123"]).contains("+"))
    }
}
