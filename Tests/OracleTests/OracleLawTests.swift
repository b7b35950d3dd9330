import XCTest

@testable import IndependentOracle

/// What the oracle makes of rule files and of rates.
final class OracleLawTests: XCTestCase {
    private let cases = OracleCases()

    private static let germany = """
        {
          country: "DE", // not the real ones
          checked: "2026-01-01",
          holidays: { a: [{ name: "a day", on: "03-05", observed: "nearest" }] },
          rules: [
            { id: "old", title: "t", kinds: ["live"], to: "2026-03-02", hours: [{ from: "09:00", to: "12:00" }] },
            { id: "new", title: "t", kinds: ["live"], purposes: ["marketing", "debt"], from: "2026-03-03",
              holidays: ["a"], hours: [{ days: ["mon-fri"], from: "14:00", to: "16:00" }] },
            { id: "agreed", title: "t", kinds: ["prerecorded"], consent: true },
            { id: "once", title: "t", kinds: ["automated"], counts: [{ limit: 1, within: "2h" }] },
          ],
        }
        """

    private func law(_ stage: inout OracleCases.Stage, _ kind: String, _ purpose: String = "marketing") {
        stage.ruleTexts = ["de": Self.germany]
        stage.policy.rules = ["de"]
        (stage.kinds, stage.purpose) = (["voice": kind], purpose)
    }

    func testRulesHoldFromTheirDayOnForTheirKindsAndPurposes() {
        cases.finds("the old hours", "the rule old forbids it") { law(&$0, "live") }
        cases.clean("the new hours") {
            law(&$0, "live")
            $0.sent[0].at = "2026-03-03T13:00Z"
        }
        cases.finds("long after the new hours began", "late") {
            law(&$0, "live")
            $0.sent[0].at = "2026-03-03T13:15Z"
        }
        cases.clean("another kind") { law(&$0, "text") }
        cases.finds("a kind that is not named", "the rule old forbids it") {
            law(&$0, "live")
            $0.kinds = [:]
        }
        cases.clean("another purpose") {
            law(&$0, "live", "service")
            $0.dropped = "2026-03-03T07:30Z"
            $0.sent[0].at = "2026-03-03T07:30Z"
        }
        cases.finds("a holiday", "the rule new forbids it") {
            law(&$0, "live")
            $0.dropped = "2026-03-05T10:00Z"
            $0.sent[0].at = "2026-03-05T14:00Z"
        }
        cases.clean("after the holiday") {
            law(&$0, "live")
            $0.dropped = "2026-03-05T10:00Z"
            $0.sent[0].at = "2026-03-06T13:00Z"
        }
        cases.finds("without consent", "the rule agreed forbids it") { law(&$0, "prerecorded") }
        cases.clean("with consent") {
            law(&$0, "prerecorded")
            $0.contact.hasConsent = true
        }
        cases.clean("waiting for consent") {
            law(&$0, "prerecorded")
            ($0.sent, $0.label) = ([], "Pending")
        }
        cases.finds("a policy without them", "late") {
            law(&$0, "prerecorded")
            $0.policy.rules = []
            ($0.sent, $0.label) = ([], "Pending")
        }
    }

    func testConsentIsAskedForAtEachMoment() {
        func order(_ stage: inout OracleCases.Stage, _ at: String, grants: Bool, said: String, expires: String = "") {
            law(&stage, "prerecorded")
            let number = stage.contact.phones[0].number
            stage.orders.append(
                (
                    OracleCases.moment(at),
                    .consent(
                        number: number,
                        word: PolicyScenario.Consent(
                            grants: grants, said: OracleCases.moment(said),
                            expires: expires.isEmpty ? 0 : OracleCases.moment(expires)))
                ))
        }
        let (before, dropped) = ("2026-03-01T10:00Z", "2026-02-01T10:00Z")
        cases.clean("agreed before") { order(&$0, before, grants: true, said: dropped) }
        cases.finds("taken back since", "the rule agreed forbids it") {
            order(&$0, before, grants: true, said: dropped)
            order(&$0, before, grants: false, said: "2026-02-02T10:00Z")
        }
        cases.clean("agreed again, in whatever order it comes") {
            order(&$0, before, grants: true, said: "2026-02-03T10:00Z")
            order(&$0, before, grants: false, said: "2026-02-02T10:00Z")
        }
        cases.finds("it has ended", "the rule agreed forbids it") {
            order(&$0, before, grants: true, said: dropped, expires: "2026-03-01T11:00Z")
        }
        cases.finds("it begins later", "the rule agreed forbids it") {
            order(&$0, before, grants: true, said: "2026-04-01T11:00Z")
        }
        cases.finds("nothing stood in its way", "late") {
            order(&$0, before, grants: true, said: dropped)
            ($0.sent, $0.label) = ([], "Pending")
        }
    }

    func testWhatTheLawCountsIsCounted() {
        func again(_ stage: inout OracleCases.Stage, at second: String) {
            law(&stage, "automated")
            stage.answers = [(0, "busy", "2026-03-02T12:10Z", "2026-03-02T12:12Z")]
            stage.sent.append((second, "call", 2))
        }
        cases.finds("the second within two hours", "was full") { again(&$0, at: "2026-03-02T13:59:59Z") }
        cases.clean("the second after two hours") { again(&$0, at: "2026-03-02T14:00:00Z") }
        cases.finds("the second long after", "late") { again(&$0, at: "2026-03-02T14:01:02Z") }
    }

    func testAFileThatCannotBeReadIsNotJudged() {
        cases.finds("damaged", "cannot be read here") {
            law(&$0, "live")
            $0.ruleTexts["de"] = "{ country: \"DE\", rules: [{ }"
        }
    }

    /// Known holidays: Easter from 2024 to 2027, Thanksgiving, the last Monday of May, observed days.
    func testHolidaysAreFound() throws {
        let clock = OracleClock()
        func list(_ text: String) throws -> OracleHolidays {
            OracleHolidays(try XCTUnwrap(OracleRuleValue("[\(text)]")).elements, clock)
        }
        for (text, days, others) in [
            ("{ easter: 0 }", ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25"], ["2026-04-06"]),
            ("{ easter: 39 }", ["2026-05-14"], ["2026-05-15"]),
            ("{ nth: 4, day: \"thu\", month: 11 }", ["2026-11-26", "2027-11-25"], ["2026-11-19"]),
            ("{ nth: 4, day: \"thu\", month: 11, plus: 1 }", ["2026-11-27"], ["2026-11-26"]),
            ("{ nth: -1, day: \"mon\", month: 5 }", ["2026-05-25", "2027-05-31"], ["2027-05-24"]),
            ("{ on: \"07-04\", observed: \"nearest\" }", ["2026-07-03", "2026-07-04", "2027-07-05"], ["2026-07-06"]),
            ("{ on: \"12-25\", observed: \"next-monday\" }", ["2027-12-27"], ["2027-12-24"]),
            ("{ dates: [\"2026-03-03\"] }", ["2026-03-03"], ["2027-03-03"]),
        ] {
            let holidays = try list(text)
            for day in days { XCTAssertTrue(holidays.contains(try XCTUnwrap(clock.dayNumber(day))), "\(text) \(day)") }
            for day in others {
                XCTAssertFalse(holidays.contains(try XCTUnwrap(clock.dayNumber(day))), "\(text) \(day)")
            }
        }
    }

    // MARK: - Rates

    /// Three people of one drop's time, and one an hour.
    private func hourly(_ stage: inout OracleCases.Stage, _ second: String, _ third: String) {
        stage.policy.rate.perHour = 1
        func other(_ number: String) -> PolicyScenario.Contact {
            var contact = stage.contact
            contact.id = number
            contact.phones[0].number = number
            return contact
        }
        stage.others = [
            (other("+492"), "2026-03-02T12:00Z", second, "Dangling"),
            (other("+493"), "2026-03-02T12:00Z", third, "Dangling"),
        ]
    }

    func testARateIsKeptAndUsed() {
        cases.clean("one an hour") { hourly(&$0, "2026-03-02T13:00:00Z", "2026-03-02T14:00:00Z") }
        cases.clean("a few minutes late each") { hourly(&$0, "2026-03-02T13:05:00Z", "2026-03-02T14:10:00Z") }
        cases.finds("two within an hour", "the rate of policy hours is 1") {
            hourly(&$0, "2026-03-02T12:59:59Z", "2026-03-02T14:00:00Z")
        }
        cases.finds("two hours for nothing", "late") { hourly(&$0, "2026-03-02T13:00:00Z", "2026-03-02T16:30:00Z") }
        cases.finds("never", "late") { stage in
            hourly(&stage, "2026-03-02T13:00:00Z", "")
            stage.others[1].label = "Pending"
        }
        cases.finds("without any need", "late") { stage in
            hourly(&stage, "2026-03-02T13:00:00Z", "2026-03-02T14:00:00Z")
            stage.policy.rate.perHour = 5
        }
    }

    /// Two a second: twelve hundred are out in ten minutes and the slack, not in an hour.
    func testManyAreOutAfterTheirNumberDividedByTheRate() {
        func crowd(_ stage: inout OracleCases.Stage, of count: Int, every milliseconds: Int) {
            stage.policy.rate.perSecond = 2
            for number in 1...count {
                var contact = stage.contact
                contact.id = "\(number)"
                contact.phones[0].number = "+49\(1_000 + number)"
                let second = number * milliseconds / 1_000
                func digits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
                let clock = "\(digits(12 + second / 3_600)):\(digits(second / 60 % 60)):\(digits(second % 60))"
                stage.others.append((contact, "2026-03-02T12:00Z", "2026-03-02T\(clock)Z", "Dangling"))
            }
        }
        cases.clean("two a second") { crowd(&$0, of: 1_000, every: 600) }
        cases.finds("one in three seconds", "late") { crowd(&$0, of: 1_000, every: 3_000) }
    }
}
