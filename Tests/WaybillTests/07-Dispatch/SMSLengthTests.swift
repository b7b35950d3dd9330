import XCTest

@testable import Waybill

final class SMSLengthTests: XCTestCase {
    private func check(
        _ text: String, _ alphabet: SMSLength.Alphabet, units: Int, segments: Int, line: UInt = #line
    ) {
        let length = SMSLength(text)
        XCTAssertEqual(length.alphabet, alphabet, line: line)
        XCTAssertEqual(length.units, units, line: line)
        XCTAssertEqual(length.segments, segments, line: line)
    }

    private func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    func testPlainTextInSeptets() {
        check("", .gsm7, units: 0, segments: 0)
        check("Hello @£$ äöü ñ Ω", .gsm7, units: 17, segments: 1)
        check(times("a", 160), .gsm7, units: 160, segments: 1)
        check(times("a", 161), .gsm7, units: 161, segments: 2)
        check(times("a", 306), .gsm7, units: 306, segments: 2)
        check(times("a", 307), .gsm7, units: 307, segments: 3)
        check("a\r\nb", .gsm7, units: 4, segments: 1)
    }

    func testExtensionCharactersTakeTwoSeptets() {
        for character in "^{}\\[~]|€\u{0C}" { check(String(character), .gsm7, units: 2, segments: 1) }
        check(times("€", 80), .gsm7, units: 160, segments: 1)
        check(times("€", 81), .gsm7, units: 162, segments: 2)
    }

    func testEscapePairIsNotSplit() {
        // 153 is odd: each segment of euro signs stays one septet short.
        check(times("€", 152), .gsm7, units: 304, segments: 2)
        check(times("€", 153), .gsm7, units: 306, segments: 3)
        check(times("a", 152) + "€" + times("a", 151), .gsm7, units: 305, segments: 2)
        check(times("a", 152) + "€" + times("a", 152), .gsm7, units: 306, segments: 3)
    }

    func testOneForeignCharacterMakesItAllUCS2() {
        check("ç", .ucs2, units: 1, segments: 1)
        check("`", .ucs2, units: 1, segments: 1)
        check("e\u{301}", .ucs2, units: 2, segments: 1)
        check(times("я", 70), .ucs2, units: 70, segments: 1)
        check(times("я", 71), .ucs2, units: 71, segments: 2)
        check(times("я", 134), .ucs2, units: 134, segments: 2)
        check(times("я", 135), .ucs2, units: 135, segments: 3)
        check(times("€", 69) + "я", .ucs2, units: 70, segments: 1)
    }

    func testALinkIsNotSplit() {
        let link = "https://example.com/0123456789"
        check(times("a", 140) + " " + link + " " + times("b", 122), .gsm7, units: 294, segments: 2)
        check(times("a", 140) + " " + link + " " + times("b", 123), .gsm7, units: 295, segments: 3)
        check(times("a", 140) + " " + link.dropFirst(8) + " " + times("b", 131), .gsm7, units: 295, segments: 2)
        check(times("я", 60) + " " + link + " " + times("я", 37), .ucs2, units: 129, segments: 3)
        check("https://" + times("a", 298), .gsm7, units: 306, segments: 2)
    }

    func testTheCharactersThatTakeAnotherAlphabetAreNamed() {
        XCTAssertEqual(SMSLength("Hello {you} €").foreign, [])
        XCTAssertEqual(SMSLength("“a” “b” …").foreign, ["“", "”", "…"])
        XCTAssertEqual(SMSLength("😀").foreign, ["😀"])
        XCTAssertEqual(SMSLength("абвгдежзийк").foreign.count, 8)
    }

    func testSurrogatePairIsNotSplit() {
        check(times("😀", 35), .ucs2, units: 70, segments: 1)
        check(times("😀", 66), .ucs2, units: 132, segments: 2)
        check(times("😀", 67), .ucs2, units: 134, segments: 3)
    }

    func testDefaultAlphabetHasItsOneHundredTwentySevenCharacters() {
        let basic = (0..<0x10FFFF as Range<UInt32>).prefix(0x3000).compactMap(Unicode.Scalar.init).filter {
            let length = SMSLength(String(Character($0)))
            return length.alphabet == .gsm7 && length.units == 1
        }
        XCTAssertEqual(basic.count, 127)
    }
}
