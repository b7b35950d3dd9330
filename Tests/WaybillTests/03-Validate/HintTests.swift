import XCTest

@testable import Waybill

/// Every hint is a sentence that tells the sender what to do, or that nothing is to be done.
final class HintTests: XCTestCase {
    /// The words that a hint may begin with.
    private static let verbs: Set = [
        "Add", "Ask", "Check", "Close", "Correct", "Export", "Fill", "Fix", "Give", "Keep", "Look", "Put", "Remove",
        "Say", "Send", "Shorten", "Take", "Write",
    ]

    private func assertTells(_ message: String, _ hint: String, line: UInt = #line) {
        let first = hint.prefix { $0 != " " && $0 != "," }
        XCTAssertTrue(
            Self.verbs.contains(String(first)) || hint.hasPrefix("No correction is needed")
                || hint.hasPrefix("The spreadsheet turned the number into "), hint, line: line)
        for text in [message, hint] {
            XCTAssertTrue(text.hasSuffix("."), text, line: line)
            XCTAssertFalse(text.hasSuffix(".."), text, line: line)
            XCTAssertTrue(text.first?.isUppercase == true, text, line: line)
            XCTAssertFalse(text.contains("  ") || text.contains("\n"), text, line: line)
        }
        XCTAssertNotEqual(message, hint, line: line)
    }

    private func assertTells(_ violation: Violation, line: UInt = #line) {
        assertTells(violation.message, violation.remedy, setting: violation.setting, line: line)
    }

    /// What a sender is told has no words of our configuration: they stand in the sentence for whoever configures.
    private func assertTells(_ message: String, _ remedy: String, setting: String, line: UInt = #line) {
        assertTells(message, remedy, line: line)
        for word in ["`", "campaign", "columns:", "numbers:", "set the"] {
            XCTAssertFalse(remedy.contains(word), remedy, line: line)
        }
        guard !setting.isEmpty else { return }
        XCTAssertTrue(
            setting.hasPrefix("If ") || setting.hasPrefix("Or ") || setting.hasPrefix("Check "), setting, line: line)
        XCTAssertTrue(setting.hasSuffix("."), setting, line: line)
    }

    func testOfFields() {
        assertTells(.missing(nil, name: "Vertrag"))
        assertTells(.consentRefused(Array("no".utf8)))
        assertTells(.missingPhone(besides: "number1"))
        assertTells(.consentUnknown(Array("maybe".utf8), column: "Opt-in", campaign: "shop"))
        assertTells(.consentToCome(Array("2027-01-01".utf8)))
        for field in Field.allCases {
            assertTells(.missing(field, name: field.label))
            assertTells(.nested(field, value: [], column: "x"))
            assertTells(.tooLong(field, [], scalars: 41, most: 40, column: "x"))
            assertTells(.date(field, []))
            assertTells(.date(field, [], campaign: DateFormat("dd.MM.yyyy"), forms: ["MM/dd/yyyy"]))
        }
        assertTells(.country([], isUK: true, column: "x"))
        assertTells(.country([], isUK: false, column: "x"))
        assertTells(.zone(Array("Mars/Olympus".utf8), column: "x"))
        assertTells(.zone(Array("europe/berlin".utf8), column: "x"))
        assertTells(.priority([], column: "x"))
    }

    func testOfEMailAddresses() {
        let faults: [EmailAddress.Fault] = [
            .tooLong(255), .localTooLong(65), .oddCharacter, .foreignDomain, .noAt, .manyAts, .space, .angleBrackets,
            .localPart,
            .domainWithoutDot, .label, .numericDomain,
        ]
        for fault in faults { assertTells(fault.message, fault.hint) }
    }

    func testOfRecordsAsWholes() {
        let record = RecordSpan(number: 1, line: 2, start: 0, end: 1, firstField: 0, fieldCount: 0)
        for problem in Problem.allCases {
            for last in [UInt64(2), 5] {
                assertTells(
                    .damage(
                        RecordSpan.Damage(problem, position: 0, lastLine: last), of: record,
                        in: WrittenDrop(["phone1"], [["1"]]).chunks()[0]))
            }
        }
        assertTells(.tooFewFields(1, expected: 3, orAll: nil))
        for hasHeader in [false, true] { assertTells(.tooManyFields(4, expected: 3, hasHeader: hasHeader)) }
        for encoding in TextEncoding.allCases {
            assertTells(.invalidEncoding([0xED, 0xB2, 0x81], at: 3, column: "name", encoding: encoding))
            assertTells(.invalidEncoding([0xFF], at: nil, column: nil, encoding: encoding))
        }
        assertTells(.controlCharacter(7, column: nil))
        assertTells(.duplicate(of: 3, of: .phone1))
        for isEqual in [false, true] {
            assertTells(.alreadyAccepted(as: 3, of: BatchID(rawValue: 20_261_120_000_001), by: .id, isEqual: isEqual))
        }
    }

    /// Each says something else that is wrong with a number.
    private let numbers = [
        "12", "+491", "+1415555010", "+141555501099", "5550100", "+1 115 555 0100", "+999415555010", "011999415555010",
        "+0415555010", "4.91512E+12", "4915112345678.0", "+14155550100 x5", "+14155550100;+14155550101", "415+5550100",
        "415*555*0100", "no", "+", "+1415555010012345678", "12345678901234567890", "\u{FFFD}", "+4930231250",
        "+18003569377",
    ]

    func testOfNumbers() {
        var rule = Campaign.NumberRule()
        rule.accept = ["mobile"]
        var isSeen: Set<String> = []
        for check in Campaign.NumberCheck.allCases {
            rule.check = check
            for region in ["US", "DE", ""] {
                let judge = NumberJudge(rule: rule, defaultRegion: region)
                for number in numbers + ["491711234578"] {
                    switch judge.judge(Array(number.utf8).span, region: nil) {
                    case .valid: continue
                    case .invalid(let advice), .impossibleLength(let advice), .unknownCountry(let advice):
                        assertTells(advice.message, advice.hint, setting: advice.setting)
                        isSeen.insert(advice.hint)
                    }
                }
            }
        }
        XCTAssertGreaterThanOrEqual(isSeen.count, 14, "\(isSeen.sorted())")
    }
}
