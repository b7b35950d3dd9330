import XCTest

@testable import Waybill

final class FoldedNameTests: XCTestCase {
    func testWhatSendersVaryDoesNotCount() {
        for (left, right) in [
            ("Kunden Nr", "kunden_nr"), ("Kunden\u{A0}Nr", "kundennr"), ("\u{FEFF}Kunden-Nr", "KUNDEN NR"),
            ("Kunden\u{2009}Nr", "kunden\tnr"), ("Kunden\u{2011}Nr", "kunden\u{AD}nr"),
            ("kunden\u{200B}nr", "Kunden\nNr"),
            ("Stra\u{DF}e", "STRASSE"), ("Gr\u{F6}\u{DF}e", "GRO\u{308}SSE"), ("\u{C4}nderung", "a\u{308}nderung"),
            ("\u{39F}\u{394}\u{39F}\u{3A3}", "\u{3BF}\u{3B4}\u{3BF}\u{3C2}"), ("", " _-"),
        ] {
            XCTAssertEqual(FoldedName(left), FoldedName(right), "\(left), \(right)")
            XCTAssertEqual(FoldedName(left).hashValue, FoldedName(right).hashValue, "\(left), \(right)")
            XCTAssertTrue(FoldedName(left).isWritten(Array(right.utf8)), "\(left), \(right)")
        }
    }

    func testMarksThatFormsPutAroundANameDoNot() {
        for (left, right) in [
            ("Consent?", "consent"), ("Phone:*", "phone"), ("*Phone", "PHONE"), ("E-Mail *", "email"),
            ("Consent ?:", "consent"), ("¿Consent?", "consent"), ("Phone：", "phone"), ("Tel.", "tel"),
            ("Stra\u{DF}e:", "STRASSE"), ("Name!", "name"), ("* Phone\u{A0}:", "phone"),
            ("\u{FEFF}Kunden-Nr.", "KUNDEN NR"),
        ] {
            XCTAssertEqual(FoldedName(left), FoldedName(right), "\(left), \(right)")
            XCTAssertTrue(FoldedName(left).isWritten(Array(right.utf8)), "\(left), \(right)")
            XCTAssertFalse(FoldedName(right).isWritten(Array(left.utf8)), "a word of a record: \(left)")
        }
        for (left, right) in [("a*b", "ab"), ("*", "?"), ("*", ""), ("phone #1", "phone 1"), ("a?b?", "ab")] {
            XCTAssertNotEqual(FoldedName(left), FoldedName(right), "\(left), \(right)")
            XCTAssertFalse(FoldedName(left).isWritten(Array(right.utf8)), "\(left), \(right)")
            XCTAssertFalse(FoldedName(right).isWritten(Array(left.utf8)), "\(right), \(left)")
        }
    }

    func testLettersDigitsAndMarksDo() {
        for (left, right) in [("phone1", "phone2"), ("phone", "phone1"), ("a.b", "ab"), ("\u{E9}", "e"), ("a", "")] {
            XCTAssertNotEqual(FoldedName(left), FoldedName(right), "\(left), \(right)")
            XCTAssertFalse(FoldedName(left).isWritten(Array(right.utf8)), "\(left), \(right)")
            XCTAssertFalse(FoldedName(right).isWritten(Array(left.utf8)), "\(right), \(left)")
        }
    }

    func testEachFieldIsFoundByItsOwnName() {
        for field in Field.allCases {
            XCTAssertEqual(Field(named: FoldedName(" " + field.label.uppercased())), field)
        }
        XCTAssertNil(Field(named: FoldedName("phone")))
    }
}
