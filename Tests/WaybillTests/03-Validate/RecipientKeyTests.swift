import Waybill
import XCTest

final class RecipientKeyTests: XCTestCase {
    private func email(_ text: String) -> UInt64 { RecipientKey.email(Array(text.utf8).span) }
    private func id(_ text: String) -> UInt64 { RecipientKey.id(Array(text.utf8).span) }

    /// These values are stored by every version: a change here breaks caps, suppression and look-ups.
    func testANumberCanBeHadBackFromItsKeyAndNothingElseCan() {
        for digits: UInt64 in [14_155_550_123, 4_930_123_456, 999_999_999_999_999] {
            XCTAssertEqual(RecipientKey.number(of: RecipientKey.phone(E164Number(digits: digits)))?.digits, digits)
        }
        XCTAssertNil(RecipientKey.number(of: RecipientKey.email(Array("ann@example.com".utf8).span)))
        XCTAssertNil(RecipientKey.number(of: RecipientKey.id(Array("7".utf8).span)))
        XCTAssertNil(RecipientKey.number(of: RecipientKey.none))
    }

    func testKeysNeverChange() {
        XCTAssertEqual(RecipientKey.phone(E164Number(digits: 14_155_550_100)), 4_930_508_766_394_764_233)
        XCTAssertEqual(RecipientKey.phone(E164Number(digits: 999_999_999_999_999)), 6_783_003_619_184_705_976)
        XCTAssertEqual(email("ann@example.com"), 14_750_427_271_842_686_052)
        XCTAssertEqual(email("a-rather-long.address+tag@mail.example.co.uk"), 18_037_187_698_699_750_340)
        XCTAssertEqual(id("C-1"), 12_038_225_783_987_868_417)
        XCTAssertEqual(id("12345678"), 3_634_193_925_018_056_548)
    }

    func testCaseCountsInIDsOnly() {
        XCTAssertEqual(email("Ann@Example.COM"), email("ann@example.com"))
        XCTAssertNotEqual(id("a"), id("A"))
    }

    func testKindsAndLengthsDoNotMeet() {
        XCTAssertNotEqual(email("14155550100"), id("14155550100"))
        XCTAssertNotEqual(id("14155550100"), RecipientKey.phone(E164Number(digits: 14_155_550_100)))
        XCTAssertNotEqual(id("a"), id("\0a"))
        XCTAssertNotEqual(id("abcdefgh"), id("abcdefgh\0"))
    }

    func testManyKeysAreAllDifferentAndEvenlySpread() {
        var keys = Set<UInt64>()
        var upperHalf = 0
        for number in 0..<50_000 {
            for key in [
                RecipientKey.phone(E164Number(digits: 14_155_000_000 + UInt64(number))),
                email("person\(number)@example.com"),
                id("\(number)"),
            ] {
                keys.insert(key)
                if key >> 63 == 1 { upperHalf += 1 }
            }
        }
        XCTAssertEqual(keys.count, 150_000)
        XCTAssertEqual(Double(upperHalf), 75_000, accuracy: 1_500)
    }
}
