import Support
import XCTest

@testable import Waybill

final class EncodedTextTests: XCTestCase {
    private func text(_ bytes: [UInt8], _ encoding: TextEncoding, block: Int = 1 << 20) -> [UInt8] {
        var transcoder = TextTranscoder(encoding: encoding)
        return ReadDrop.blocks(bytes, of: block).flatMap { transcoder.text(of: $0.0, isLast: $0.1) }
    }

    private func utf16(_ string: String, bigEndian: Bool) -> [UInt8] {
        string.utf16.flatMap { unit in
            let pair = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            return bigEndian ? pair.reversed() : pair
        }
    }

    func testUTF16BecomesUTF8() {
        let string = "Łódź, 東京 😀\r\n\u{FEFF}\0"
        XCTAssertEqual(text(utf16(string, bigEndian: false), .utf16LE), Array(string.utf8))
        XCTAssertEqual(text(utf16(string, bigEndian: true), .utf16BE), Array(string.utf8))
    }

    func testWindows1252BecomesUTF8() {
        XCTAssertEqual(text([0x80, 0x41, 0xFC, 0x9F, 0xA0], .windows1252), Array("€AüŸ\u{A0}".utf8))
        XCTAssertEqual(text([0x80, 0xFC], .latin1), Array("\u{80}ü".utf8))
        XCTAssertEqual(
            text([0xA4, 0xA5, 0xA6, 0xA8, 0xB4, 0xB8, 0xBC, 0xBD, 0xBE, 0xFC], .latin9), Array("€¥ŠšŽžŒœŸü".utf8))
    }

    func testWhatIsInvalidBecomesInvalidUTF8() {
        for byte: UInt8 in [0x81, 0x8D, 0x8F, 0x90, 0x9D] {
            XCTAssertEqual(text([byte], .windows1252), [0xED, 0xB0 | byte >> 6, 0x80 | byte & 0x3F])
        }
        XCTAssertEqual(text([0x00, 0xD8, 0x41, 0x00], .utf16LE), [0xED, 0xA0, 0x80, 0x41])
        XCTAssertEqual(text([0xDC, 0x00], .utf16BE), [0xED, 0xB0, 0x80])
        XCTAssertEqual(text([0x41, 0x00, 0x0A], .utf16LE), [0x41, 0xFF, 0x80, 0x8A])
        for bytes: [UInt8] in [[0xED, 0xB2, 0x81], [0xED, 0xA0, 0x80], [0xFF, 0x80, 0x8A]] {
            XCTAssertNil(String(validating: bytes, as: UTF8.self))
        }
    }

    func testEveryByteSequenceComesBackFromEveryEncodingAtEveryBlockSize() {
        let seed: UInt64 = 20_261_121
        var chance = SeededGenerator(seed: seed)
        for round in 0..<400 {
            let length = Int.random(in: 0...40, using: &chance)
            // Surrogates, delimiters and plain bytes, mixed so that pairs and halves are common.
            let pool: [UInt8] = [0xD8, 0xDC, 0xD9, 0xDF, 0x00, 0x41, 0x0A, 0x81, 0xFF, 0xFE, 0x20]
            let bytes = (0..<length).map { _ in
                Bool.random(using: &chance)
                    ? pool.randomElement(using: &chance)! : UInt8.random(in: 0...255, using: &chance)
            }
            for encoding in TextEncoding.allCases {
                let whole = text(bytes, encoding)
                for block in [1, 3, 7] {
                    XCTAssertEqual(
                        text(bytes, encoding, block: block), whole, "seed \(seed) round \(round) \(encoding)")
                }
                XCTAssertEqual(
                    EncodedText.original(of: whole[...], encoding: encoding), bytes, "seed \(seed) round \(round)")
                XCTAssertEqual(EncodedText.originalLength(of: whole[...], encoding: encoding), length, "seed \(seed)")
            }
        }
    }
}
