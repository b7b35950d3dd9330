import XCTest

@testable import IndependentOracle

/// Stops that are for one list, and lists that campaigns need.
final class OracleTopicsTests: XCTestCase {
    private let cases = OracleCases()

    private func moment(_ text: String) -> Int { OracleCases.moment(text) }

    private func secondAttempt(_ stage: inout OracleCases.Stage) {
        stage.answers = [(0, "busy", "2026-03-02T12:01Z", "2026-03-02T12:01Z")]
        stage.sent.append(("2026-03-02T12:11Z", "call", 2))
    }

    func testAStopIsForTheListThatItAnswersAndNoOther() {
        cases.clean("whoever said stop is suppressed") { stage in
            stage.list = "news"
            stage.orders = [(moment("2026-03-02T12:05Z"), .stop(number: "+491"))]
            stage.label = "Suppressed"
        }
        for isAll in [false, true] {
            cases.finds("a call after the stop", isAll ? "had said stop" : "had taken that back") { stage in
                stage.list = "news"
                stage.orders = [(moment("2026-03-02T12:05Z"), .stop(number: "+491", isAll: isAll))]
                secondAttempt(&stage)
            }
        }
        let news = OracleSort(purpose: "marketing", list: "news")
        XCTAssertTrue(OracleSort(list: "news").mayMean(news))
        XCTAssertFalse(OracleSort(list: "offers").mayMean(news))
        XCTAssertFalse(OracleSort(list: "news").mayMean(OracleSort(purpose: "marketing")))
        XCTAssertTrue(OracleSort(purpose: "marketing").mayMean(OracleSort(list: "news")), "it may be for any")
        XCTAssertFalse(OracleSort(purpose: "survey").mayMean(news))
    }

    /// The United States' rule, in small: from a day on a stop to a list is for everything.
    func testFromADayOnALawMakesItAStopForEverything() {
        let rules = """
            { country: "DE", rules: [
              { id: "a", kinds: ["live"], revocation: "list", to: "2026-03-10" },
              { id: "b", kinds: ["live"], revocation: "all", from: "2026-03-11" } ] }
            """
        func words(_ day: String) -> [String] {
            var stage = OracleCases.Stage()
            stage.list = "news"
            stage.ruleTexts = ["de": rules]
            stage.policy.rules = ["de"]
            stage.dropped = "\(day)T12:00Z"
            stage.sent = [("\(day)T12:00Z", "call", 1), ("\(day)T12:11Z", "call", 2)]
            stage.answers = [(0, "busy", "\(day)T12:01Z", "\(day)T12:01Z")]
            stage.orders = [(moment("\(day)T12:05Z"), .stop(number: "+491"))]
            return cases.judge(stage)
        }
        for day in ["2026-03-04", "2026-03-09"] {
            XCTAssertTrue(words(day).contains { $0.contains("had taken that back") }, "\(words(day))")
        }
        // On the day before, it is the day of the change somewhere on earth.
        for day in ["2026-03-10", "2026-03-11", "2026-03-20"] {
            XCTAssertTrue(words(day).contains { $0.contains("had said stop") }, "\(words(day))")
        }
    }

    func testACampaignWaitsForTheListThatItNeedsUntilItIsThereAndFresh() {
        let list = PolicyScenario.NamedList(name: "dnc", maxAge: 14 * 86_400, isRequired: true)
        func come(_ text: String, _ numbers: [String] = []) -> (at: Int, order: PolicyScenario.Order) {
            (moment(text), .named(list: "dnc", numbers: numbers, isWhole: true))
        }
        cases.clean("it came before") { stage in
            (stage.named, stage.orders) = ([list], [come("2026-03-02T11:00Z")])
        }
        for (name, when) in [("it never came", nil), ("it came later", "2026-03-02T13:00Z")] as [(String, String?)] {
            cases.finds(name, "the campaign was paused") { stage in
                (stage.named, stage.orders) = ([list], when.map { [come($0)] } ?? [])
            }
        }
        cases.finds("it is too old", "the campaign was paused") { stage in
            (stage.named, stage.orders) = ([list], [come("2026-03-02T11:00Z")])
            stage.dropped = "2026-03-17T12:00Z"
            stage.sent = [("2026-03-17T12:00Z", "call", 1)]
        }
        cases.finds("nobody called though it is there", "late, nothing stood in its way") { stage in
            (stage.named, stage.orders) = ([list], [come("2026-03-02T11:00Z")])
            (stage.sent, stage.label) = ([], "Pending")
        }
    }

    func testAWholeListReplacesWhatItHad() {
        let list = PolicyScenario.NamedList(name: "dnc", maxAge: nil, isRequired: false)
        func come(_ text: String, _ numbers: [String], isWhole: Bool) -> (at: Int, order: PolicyScenario.Order) {
            (moment(text), .named(list: "dnc", numbers: numbers, isWhole: isWhole))
        }
        let first = come("2026-03-02T10:00Z", ["+491"], isWhole: true)
        cases.finds("who stands on it is not called", "was on a do-not-contact list") { stage in
            (stage.named, stage.orders) = ([list], [first])
        }
        cases.clean("the next one takes off who is not on it") { stage in
            (stage.named, stage.orders) = ([list], [first, come("2026-03-02T11:00Z", ["+492"], isWhole: true)])
        }
        cases.finds("more of it takes nobody off", "was on a do-not-contact list") { stage in
            (stage.named, stage.orders) = ([list], [first, come("2026-03-02T11:00Z", ["+492"], isWhole: false)])
        }
    }
}
