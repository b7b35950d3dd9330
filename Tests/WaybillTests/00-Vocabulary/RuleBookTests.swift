import XCTest

@testable import Waybill

/// Rule files: what they may say, and what is told of those that are wrong.
final class RuleBookTests: XCTestCase {
    private static let row = "id: \"r\", title: \"t\", kinds: [\"live\"], source: \"s\", confidence: \"low\""

    private func problems(_ text: String, country: String = "US") -> [String] {
        RuleBookReader.read(Array(text.utf8), file: "rules/us.json5", country: country).problems.map(\.description)
    }

    private func book(_ rules: String, _ rest: String = "") -> RuleBook {
        let text = "{country: \"US\", checked: \"2026-11-30\", \(rest) rules: [\(rules)]}"
        let (book, problems) = RuleBookReader.read(Array(text.utf8), file: "rules/us.json5", country: "US")
        XCTAssertEqual(problems.map(\.description), [])
        return book
    }

    func testEveryShippedTextIsARuleFileOfItsCountry() throws {
        XCTAssertEqual(
            ShippedRules.texts.keys.sorted(),
            ["at", "au", "br", "ca", "de", "es", "fr", "gb", "in", "it", "sg", "us"])
        for (name, text) in ShippedRules.texts {
            let (book, problems) = RuleBookReader.read(Array(text.utf8), file: name, country: name.uppercased())
            XCTAssertEqual(problems.map(\.description), [], name)
            XCTAssertEqual(book.country, name.uppercased())
            XCTAssertFalse(book.rules.isEmpty, name)
            XCTAssertTrue(text.hasSuffix("}\n"), name)
            for rule in book.rules {
                XCTAssertNotNil(rule.checked, rule.id)
                XCTAssertTrue(rule.id.hasPrefix(name) || book.country == "US", rule.id)
                XCTAssertTrue(rule.confidence != .high || rule.isPrimary, "\(rule.id) is sure of what nobody read")
            }
        }
    }

    func testTheTwoDatesThatAreKnownAheadStandInTheFiles() throws {
        let shelf = RuleShelf { _ in [] }
        func rule(_ country: String, _ id: String) throws -> Rule {
            try XCTUnwrap(shelf.book(country)?.rules.first { $0.id == id })
        }
        XCTAssertEqual(try rule("us", "us-revoke-all").from, CalendarDay("2027-01-31"))
        XCTAssertEqual(try rule("us", "us-revoke-all").revocation, .all)
        XCTAssertEqual(try rule("us", "us-revoke-list").revocation, .list)
        XCTAssertEqual(try rule("fr", "fr-consent").from, CalendarDay("2026-08-11"))
        XCTAssertTrue(try rule("fr", "fr-consent").needsConsent)
    }

    func testWhatIsWrongIsToldWithItsPlaceAndWhatToDo() {
        for (text, words) in [
            ("{country: \"US\", rules: []}", "there are no rules"),
            ("{country: \"FR\", rules: [{\(Self.row), note: \"n\"}]}", "this file is named for US"),
            ("{country: \"US\"}", "the key \"rules\" is missing"),
            ("{country: \"US\", rules: [{\(Self.row), note: \"n\"}]}", "nobody can tell how old the rule is"),
            ("{country: \"US\", rules: [{\(Self.row), hour: [], checked: \"2026-11-30\"}]}", "did you mean \"hours\"?"),
            ("{country: \"US\", rules: [{\(Self.row), checked: \"2026-11-31\"}]}", "is not a day"),
            ("{country: \"US\", checked: \"2026-11-30\", rules: [{\(Self.row)}]}", "the rule says nothing"),
            (
                "{country: \"US\", checked: \"2026-11-30\", rules: [{\(Self.row), hours: [{from: \"21:00\", to: \"08:00\"}]}]}",
                "write two spans for hours over midnight"
            ),
            (
                "{country: \"US\", checked: \"2026-11-30\", rules: [{\(Self.row), hours: [{from: \"08:00\", to: \"13:00\"}, "
                    + "{from: \"12:00\", to: \"21:00\"}]}]}",
                "overlap on one day"
            ),
            (
                "{country: \"US\", checked: \"2026-11-30\", rules: [{\(Self.row), states: [\"Texas\"], hours: []}]}",
                "\"Texas\" is no part of US"
            ),
            (
                "{country: \"US\", checked: \"2026-11-30\", rules: [{\(Self.row), holidays: [\"xmas\"]}]}",
                "there is no list \"xmas\" in holidays"
            ),
            (
                "{country: \"US\", checked: \"2026-11-30\", rules: [{\(Self.row), hours: [], from: \"2027-01-02\", to: \"2027-01-01\"}]}",
                "before it begins"
            ),
            ("{country: \"US\", rules: [", "the text ends"), ("", "the text is empty"),
        ] {
            let found = problems(text)
            XCTAssertTrue(found.contains { $0.contains(words) }, "\(words)\n\(found)")
            XCTAssertTrue(found.allSatisfy { $0.hasPrefix("rules/us.json5:1:") }, "\(found)")
        }
    }

    func testTwoRowsThatSayTheSameOfTheSameContactsContradictEachOther() {
        func pair(_ first: String, _ second: String) -> [String] {
            let rest = "source: \"s\", confidence: \"low\""
            return problems(
                """
                {country: "US", checked: "2026-11-30", rules: [
                  {id: "a", title: "a", \(rest), \(first)},
                  {id: "b", title: "b", \(rest), \(second)},
                ]}
                """)
        }
        let live = "kinds: [\"live\"], hours: []"
        XCTAssertEqual(
            pair(live + ", to: \"2027-06-30\"", live + ", from: \"2027-06-30\""),
            [
                "rules/us.json5:3:3: rules[1]: \"b\" and \"a\" in line 2 both say the hours for US, live, from 2027-06-30 on: "
                    + "give the earlier one its last day (to: \"…\"), or them different kinds or purposes"
            ])
        XCTAssertEqual(pair(live + ", to: \"2027-06-29\"", live + ", from: \"2027-06-30\""), [])
        XCTAssertEqual(pair(live, "kinds: [\"text\"], hours: []"), [])
        XCTAssertEqual(pair(live + ", purposes: [\"debt\"]", live + ", purposes: [\"survey\"]"), [])
        XCTAssertEqual(pair(live + ", states: [\"TX\"]", live + ", states: [\"FL\"]"), [])
        XCTAssertEqual(pair(live, live + ", states: [\"FL\"]"), [], "a state's hours hold beside those of the country")
    }

    func testHolidaysFallOnTheirDays() {
        let book = book(
            "{\(Self.row), holidays: [\"all\"]}",
            """
            holidays: {all: [
              {name: "Independence Day", on: "07-04", observed: "nearest"}, {nth: 4, day: "thu", month: 11},
              {nth: -1, day: "mon", month: 5}, {easter: -2}, {on: "12-25", observed: "next-monday"},
              {on: "02-29"}, {nth: 1, day: "mon", month: 11, plus: 1}, {dates: ["2026-03-03"]},
            ]},
            """)
        func days(_ year: Int) -> [String] { book.holidays["all"]!.filter { $0.year == year }.map(\.description) }
        XCTAssertEqual(
            days(2026),
            [
                "2026-03-03", "2026-04-03", "2026-05-25", "2026-07-03", "2026-07-04", "2026-11-03", "2026-11-26",
                "2026-12-25",
            ])
        XCTAssertEqual(
            days(2027),
            [
                "2027-03-26", "2027-05-31", "2027-07-04", "2027-07-05", "2027-11-02", "2027-11-25", "2027-12-25",
                "2027-12-27",
            ])
        XCTAssertTrue(days(2028).contains("2028-02-29"))
    }

    /// Of the years 1961, 2000, 2038 (as late as it can be) and 2285 (as early).
    func testEasterIsWhereTheChurchesHaveIt() {
        for (year, day) in [
            (1961, "1961-04-02"), (2000, "2000-04-23"), (2024, "2024-03-31"), (2025, "2025-04-20"),
            (2026, "2026-04-05"), (2027, "2027-03-28"), (2038, "2038-04-25"), (2285, "2285-03-22"),
        ] {
            XCTAssertEqual(HolidayRule.easter(in: year).description, day)
        }
    }

    // MARK: - The folder of rules

    func testAFileInTheWorkspaceGoesBeforeTheShippedRules() {
        let own = "{country: \"US\", checked: \"2026-11-30\", rules: [{\(Self.row), hours: []}]}"
        let shelf = RuleShelf(
            read: { path in
                Array((path == "rules/us.json5" ? own : own.replacingOccurrences(of: "US", with: "NZ")).utf8)
            }, listing: { ["us.json5", "README.md", "nz.json5"] })
        XCTAssertEqual(shelf.book("us")?.rules.map(\.id), ["r"])
        XCTAssertEqual(shelf.book("us")?.file, "rules/us.json5")
        XCTAssertEqual(shelf.book("nz")?.country, "NZ", "a country that no rules come for")
        XCTAssertNil(shelf.book("ca")?.file)
        XCTAssertNil(shelf.book("jp"))
        XCTAssertTrue(shelf.names.contains("nz"))
        XCTAssertEqual(shelf.problems, [])
    }

    func testAFileThatCannotBeReadOrHasAnotherNameNeverMeansNoRules() {
        struct Refused: Error {}
        let unreadable = RuleShelf(read: { _ in throw Refused() }, listing: { ["us.json5"] })
        _ = unreadable.book("us")
        XCTAssertEqual(unreadable.problems.map(\.severity), [.error])
        for name in ["US.json5", "usa.json5", "us.json", "zz.json5"] {
            let shelf = RuleShelf(read: { _ in [] }, listing: { [name] })
            _ = shelf.names
            XCTAssertEqual(shelf.problems.count, 1, name)
        }
        let empty = RuleShelf(read: { _ in [] }, listing: { ["us.json5"] })
        _ = empty.book("us")
        XCTAssertEqual(
            empty.problems.map(\.message),
            ["the file is empty: remove it to go by the rules that come with Waybill"])
        let closed = RuleShelf(read: { _ in [] }, listing: { throw Refused() })
        _ = closed.book("us")
        XCTAssertEqual(closed.problems.count, 1)
    }
}
