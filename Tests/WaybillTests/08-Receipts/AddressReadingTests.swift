import Support
import XCTest

@testable import Waybill

/// Whom an address in results, replies and lists can mean.
final class AddressReadingTests: XCTestCase {
    private func numbers(_ text: String, _ regions: [String], takesAnyDigits: Bool = false) -> [String] {
        let rules = AddressRules(regions: regions, takesAnyDigits: takesAnyDigits)
        let readings = AddressReading.all(of: Array(text.utf8), rules).map(\.key)
        let candidates = [
            "+491711234578", "+49491711234578", "+4155551234", "+14155551234", "+491711234567", "+4912", "+6582345678",
            "+16582345678", "+999123456789",
        ]
        return candidates.filter { candidate in
            readings.contains(RecipientKey.phone(E164Number(digits: UInt64(candidate.dropFirst())!)))
        }
    }

    func testANumberWithAPlusIsItself() {
        XCTAssertEqual(numbers("+491711234578", ["DE"]), ["+491711234578"])
        XCTAssertEqual(numbers("+49 171 1234578", ["US"]), ["+491711234578"])
    }

    func testDigitsAreEveryNumberThatTheyCanBe() {
        XCTAssertEqual(numbers("491711234578", ["DE"]), ["+491711234578", "+49491711234578"])
        XCTAssertEqual(numbers("4155551234", ["US"]), ["+14155551234"])
        XCTAssertEqual(numbers("6582345678", ["US"]), ["+6582345678", "+16582345678"])
        XCTAssertEqual(numbers("01711234578", ["US", "DE"]), ["+491711234578"])
        XCTAssertEqual(numbers("00491711234578", ["US"]), ["+491711234578"])
    }

    func testWhatWasAcceptedWithoutAPlanIsFoundAgain() {
        XCTAssertEqual(numbers("+999123456789", ["US"], takesAnyDigits: true), ["+999123456789"])
        XCTAssertEqual(numbers("999123456789", ["US"], takesAnyDigits: true), ["+999123456789"])
        XCTAssertEqual(numbers("+4912", ["DE"], takesAnyDigits: true), ["+4912"])
    }

    /// A list of such values once was accepted, and nobody on it left alone.
    func testWhatIsNoNumberAnywhereIsNobodyUnlessACampaignTakesAnyDigits() {
        for text in ["5550100", "415555014", "+14155", "+999123", "4155550142.50"] {
            let rules = AddressRules(regions: ["US"], takesAnyDigits: false)
            XCTAssertEqual(AddressReading.all(of: Array(text.utf8), rules), [], text)
        }
    }

    func testANumberIsHeardWhateverSpreadsheetsPhonesAndPeoplePutAroundIt() {
        let ann = RecipientKey.phone(E164Number(digits: 14_155_550_142))
        for text in [
            "4155550142.0", "4155550142.00", "4155550142,000", "415.555.0142.0", "(415) 555-0142.0", "+1 (0)4155550142",
            "=\"4155550142\"", "whatsapp:+14155550142", "tel:+1-415-555-0142", "\u{202A}+14155550142\u{202C}",
            "4155550142\u{A0}", "4155550142 4155550150", "4155550142\t4155550150", "415-555-0142\n415-555-0150",
        ] {
            let rules = AddressRules(regions: ["US"], takesAnyDigits: false)
            XCTAssertTrue(AddressReading.all(of: Array(text.utf8), rules).contains { $0.key == ann }, text)
        }
    }

    func testAMisspeltNumberIsHeardForAllThatItCanHaveBeen() {
        let rules = AddressRules(regions: ["US", "DE"], takesAnyDigits: false)
        for (text, own) in [
            ("4,155,550,142", 14_155_550_142), ("+1,415,555,142", nil), ("4'155'550'142", 14_155_550_142),
            ("++14155550142", 14_155_550_142), ("+ +1 415 555 0142", 14_155_550_142),
            ("+014155550142", 14_155_550_142), ("+00491711234578", 491_711_234_578), ("+0171 1234578", 491_711_234_578),
            ("415 555 O142", 14_155_550_142), ("+l4I5555O142", 14_155_550_142), ("4155550142¹", 14_155_550_142),
            ("⁴¹⁵⁵⁵⁵⁰¹⁴²", 14_155_550_142), ("Hello", nil), ("1,234", nil),
        ] as [(String, UInt64?)] {
            let (readings, damage) = AddressReading.read(Array(text.utf8), rules)
            guard let own else {
                XCTAssertEqual(readings, [], text)
                continue
            }
            XCTAssertTrue(readings.contains { $0.key == RecipientKey.phone(E164Number(digits: own)) }, text)
            XCTAssertNotNil(damage, text)
        }
    }

    func testInATextThatWasNotWrittenAsANumberOnlyNumbersOfAPlanStand() {
        let rules = AddressRules(regions: ["US", "DE"], takesAnyDigits: false)
        for text in ["2026-11-01", "01.11.2026", "2026-11-01 10:00:00", "94107", "12345", "C-10442"] {
            XCTAssertEqual(AddressReading.standing(in: Array(text.utf8), rules), [], text)
        }
        let found = AddressReading.standing(in: Array("asked 2026-11-01 from +14155550142".utf8), rules)
        XCTAssertEqual(found.map(\.key), [RecipientKey.phone(E164Number(digits: 14_155_550_142))])
    }

    func testAnAddressIsHeardWithWhatCannotBeSeenOrEndsASentence() {
        let own = RecipientKey.email(Array("ann@example.com".utf8).span)
        for text in [
            "ann@example.com\u{A0}", "\u{FEFF}ann@example.com", "ann@example.com.", "ann@exa\u{200B}mple.com",
            "Write to ann@example.com.",
        ] {
            let rules = AddressRules(regions: ["US"], takesAnyDigits: false)
            XCTAssertEqual(AddressReading.all(of: Array(text.utf8), rules).map(\.key), [own], text)
        }
    }

    /// Whatever a campaign accepts must be reachable by a stop.
    func testEveryNumberThatAnyCheckAcceptsHasItsOwnKeyAmongItsReadings() {
        var random = SeededGenerator(seed: 12)
        for check in Campaign.NumberCheck.allCases {
            let judge = NumberJudge(rule: Campaign.NumberRule(check: check), defaultRegion: "DE")
            var accepted = 0
            for _ in 0..<20_000 {
                let digits = String(UInt64.random(in: 1_000..<1_000_000_000_000_000, using: &random))
                let text = ["+", "", "0", "00", "+49"].randomElement(using: &random)! + digits
                guard case .valid(let number, _) = judge.judge(Array(text.utf8).span, region: nil) else { continue }
                accepted += 1
                let own = RecipientKey.phone(number)
                for written in ["+\(number.digits)", "\(number.digits)"] {
                    let rules = AddressRules(regions: ["DE"], takesAnyDigits: check != .plan)
                    let readings = AddressReading.all(of: Array(written.utf8), rules)
                    XCTAssertTrue(readings.contains { $0.key == own }, "\(check) \(text) \(written)")
                }
            }
            XCTAssertGreaterThan(accepted, 1_000)
        }
    }

    func testNeitherNumberNorAddressIsNobody() {
        XCTAssertEqual(
            AddressReading.all(of: Array("nobody".utf8), AddressRules(regions: ["US"], takesAnyDigits: false)), [])
        XCTAssertEqual(AddressReading.all(of: [], AddressRules(regions: ["US"], takesAnyDigits: false)), [])
        XCTAssertEqual(
            AddressReading.all(of: Array("Ann@Example.com".utf8), AddressRules(regions: ["US"], takesAnyDigits: false))
                .map(\.kind.label), ["email"])
    }
}
