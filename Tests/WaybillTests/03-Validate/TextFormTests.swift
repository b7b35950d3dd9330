import Support
import XCTest

@testable import Waybill

final class TextFormTests: XCTestCase {
    /// The standard library is the judge.
    private func agree(_ bytes: [UInt8], _ line: UInt = #line) {
        XCTAssertEqual(
            TextForm.isUTF8(bytes.span), TextForm.firstInvalidByte(in: bytes.span) == nil, "\(bytes)", line: line)
    }

    func testEveryLeadByteWithEverySecondByte() {
        for first in UInt8.min ... .max {
            for second in UInt8.min ... .max {
                for rest in [[], [0x80], [0x80, 0x80], [0xBF, 0x41], [0x41, 0x80]] as [[UInt8]] {
                    agree([first, second] + rest)
                }
            }
        }
    }

    func testTheBordersOfWellFormedSequences() {
        for scalar in [0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF] as [UInt32] {
            let text = Array(String(Unicode.Scalar(scalar)!).utf8)
            XCTAssertTrue(TextForm.isUTF8(text.span))
            let short = Array(text.dropLast())
            XCTAssertEqual(TextForm.isUTF8(short.span), text.count == 1, "a sequence cut short")
        }
        for bytes in [
            [0xC0, 0xAF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
        ] as [[UInt8]] {
            XCTAssertFalse(TextForm.isUTF8(bytes.span))
        }
    }

    func testFaultsAreSeenAtEveryPlaceOfAWord() {
        for length in 0...72 {
            let plain = Array(repeating: UInt8(ascii: "a"), count: length)
            agree(plain)
            for place in 0..<length {
                var bytes = plain
                bytes[place] = 0xC3
                agree(bytes)
                if place + 1 < length { bytes[place + 1] = 0xA9 }
                agree(bytes)
            }
        }
    }

    func testRunsOfLettersOfTwoBytesEndAnywhere() {
        for letters in 0...12 {
            for end in [[], [0xC3], [0xC3, 0x41], [0x80], [0xE2, 0x82, 0xAC], [0xE2, 0x82], [0x41]] as [[UInt8]] {
                for start in [[], [0x41], Array(repeating: 0x41, count: 31)] as [[UInt8]] {
                    agree(start + Array(String(repeating: "\u{41F}", count: letters).utf8) + end)
                }
            }
        }
    }

    func testControlCharactersAreNoText() {
        let valid = Array("Größe\t1\r\n".utf8)
        XCTAssertTrue(TextForm.isText(valid.span))
        for end in [0x0B, 0x00, 0xC3] as [UInt8] {
            let invalid = valid + [end]
            XCTAssertFalse(TextForm.isText(invalid.span))
        }
        let plain = Array("plain".utf8) + [0]
        XCTAssertFalse(TextForm.isText(plain.span))
    }
}
