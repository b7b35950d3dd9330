import Support
import XCTest

@testable import Waybill

/// How a sender's own ids are compared.
final class IDFormTests: XCTestCase {
    private func listed(_ id: String) -> UInt64 { IDForm.listedKey(Array(id.utf8).span) }

    func testAListingHoldsForTheSameIDInEachWriting() {
        for (id, others) in [
            ("1001", ["1001.0", "01001", "1.001E+03", "\"1001\"", " 1001 ", "１００１"]), ("A-17b", ["a-17B", "'A-17b'"]),
            ("É1", ["e\u{301}1", "é1"]), ("7", ["007"]), ("0", ["000", "0.0"]),
        ] {
            for other in others { XCTAssertEqual(listed(other), listed(id), other) }
        }
        for (one, other) in [("1001", "1002"), ("A1", "A-1"), ("0a1", "a1"), ("12e", "12"), ("1001", "10010")] {
            XCTAssertNotEqual(listed(one), listed(other), one)
        }
    }

    func testTheQuickWayFindsTheKeyOfTheSlowOne() {
        var random = SeededGenerator(seed: 20)
        let letters = Array("0011279aAbeEzZ-_.+\", é".unicodeScalars)
        for length in 1...70 {
            for _ in 0..<60 {
                var id = String.UnicodeScalarView()
                for _ in 0..<length { id.append(letters[Int.random(in: 0..<letters.count, using: &random)]) }
                let kept = length % 2 == 0 ? id : String.UnicodeScalarView(id.filter { $0.value < 0x80 && $0 != "." })
                let bytes = Array(String(kept).utf8)
                XCTAssertEqual(
                    IDForm.listedKey(bytes.span), RecipientKey.id(([0] + IDForm.plain(bytes)).span), String(kept))
            }
        }
        XCTAssertEqual(IDForm.listedKey([UInt8]().span), RecipientKey.id([UInt8]([0]).span))
    }
}
