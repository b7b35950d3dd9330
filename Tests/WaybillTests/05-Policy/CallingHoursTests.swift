import XCTest

@testable import Waybill

/// `rules: "us"`: what laws leave of a policy's hours.
final class CallingHoursTests: XCTestCase {
    private func policy(_ edit: (inout Policy) -> Void = { _ in }) -> ContactWindow {
        var policy = Policy()
        policy.rules = .us
        edit(&policy)
        return ContactWindow(policy: policy, campaignZone: .utc)
    }

    /// Whether contact is allowed at each full hour of a day in November 2026, as "8-20".
    private func hours(
        _ window: ContactWindow, _ regions: [String], day: Int, channel: Channel = "voice", country: String = "US"
    ) -> String {
        let open = (0..<24).filter { hour in
            window.isOpen(
                at: Timestamp(day: CalendarDay(year: 2026, month: 11, day: day)!, secondsOfDay: hour * 3_600),
                channel: channel, zones: [.utc], country: country, regions: regions)
        }
        guard let first = open.first, let last = open.last, open == Array(first...last) else {
            return open.isEmpty ? "-" : "\(open)"
        }
        return "\(first)-\(last + 1)"
    }

    /// 23 November 2026 was a Monday; 28 a Saturday, 29 a Sunday.
    func testFederalHoursHoldEverywhereAndStatesNarrowThem() {
        let window = policy()
        for (state, monday, saturday, sunday) in [
            ("NY", "8-21", "8-21", "8-21"), ("FL", "8-20", "8-20", "8-20"), ("AL", "8-20", "8-20", "-"),
            ("CT", "9-20", "9-20", "9-20"), ("MI", "9-21", "9-21", "9-21"), ("KY", "10-21", "10-21", "10-21"),
            ("RI", "9-18", "10-17", "-"), ("TX", "9-21", "9-21", "12-21"),
        ] {
            let regions = ["US", "US-" + state]
            XCTAssertEqual(hours(window, regions, day: 23), monday, state)
            XCTAssertEqual(hours(window, regions, day: 28), saturday, state)
            XCTAssertEqual(hours(window, regions, day: 29), sunday, state)
        }
        XCTAssertEqual(hours(window, ["DE"], day: 29, country: "DE"), "0-24")
    }

    func testOfSeveralStatesAllCount() {
        XCTAssertEqual(hours(policy(), ["US", "US-KY", "US-RI"], day: 23), "10-18")
    }

    func testThePolicysOwnWindowsAndRegionsStayInForce() {
        let window = policy { policy in
            var own = Policy.Window()
            own.from = TimeOfDay(minutes: 10 * 60)
            own.to = TimeOfDay(minutes: 23 * 60)
            policy.windows = [own]
            var florida = Policy.RegionRule()
            florida.to = TimeOfDay(minutes: 20 * 60 + 30)
            policy.regions["US-FL"] = florida
        }
        XCTAssertEqual(hours(window, ["US", "US-NY"], day: 23), "10-21")
        // The place of the table's own entry for Florida, within the federal hours: 20:00 is allowed.
        XCTAssertEqual(hours(window, ["US", "US-FL"], day: 23), "10-21")
    }

    func testMailsAreNoCalls() {
        XCTAssertEqual(hours(policy(), ["US", "US-RI"], day: 29, channel: "email"), "0-24")
        XCTAssertEqual(hours(policy(), ["US", "US-RI"], day: 29, channel: "sms"), "-")
    }

    func testTheTableNeedsTheClockOfThePerson() throws {
        func problems(_ text: String) -> [String] {
            ConfigurationReader.read(Array("{policies: {p: {\(text)}}}".utf8), file: "w").1.map(\.description)
        }
        XCTAssertEqual(problems("rules: 'us'"), [])
        XCTAssertEqual(
            problems("zone: 'campaign', rules: 'us'"),
            ["w:1:42: policies.p.rules: laws count the hours where the person is: this needs zone: \"recipient\""])
        XCTAssertEqual(
            problems("rules: 'uk'"), ["w:1:24: policies.p.rules: unknown value \"uk\", it can be \"us\""])
    }
}
