import XCTest

@testable import Waybill

final class ReferenceTests: XCTestCase {
    private let letters = StoreLetters("bcdfgh".utf8)!

    func testAReferenceIsWrittenAndReadTheSame() throws {
        for (batch, record, step, attempt) in [
            (20_261_121_000_007, 12, "text", 1), (19_700_101_000_001, .max, "Step_9", 1_000),
            (20_261_231_999_999, 1, "a", 10),
        ] as [(Int64, UInt32, String, Int)] {
            for letters in [letters, .absent] {
                let reference = Reference(
                    letters: letters, batch: BatchID(rawValue: batch), record: record, step: step, attempt: attempt)
                XCTAssertEqual(Reference(reference.description), reference)
            }
        }
        let reference = try XCTUnwrap(Reference("bcdfgh-20261121-000007-12-text-1"))
        XCTAssertEqual(reference.description, "bcdfgh-20261121-000007-12-text-1")
        XCTAssertEqual(reference.letters, letters)
        XCTAssertEqual(reference.batch.description, "20261121-000007")
        XCTAssertEqual(try XCTUnwrap(Reference("20261121-000007-12-text-1")).letters, .absent)
    }

    func testLettersAreReadInEitherCase() {
        XCTAssertEqual(Reference("BcDFGH-20261121-000007-12-text-1")?.letters, letters)
    }

    func testTheLongestReferenceHasSeventyBytes() {
        let longest = Reference(
            letters: letters, batch: BatchID(rawValue: 99_991_231_999_999), record: .max,
            step: String(repeating: "s", count: 32),
            attempt: Int(ParcelContact(record: 1, attempt: .max, stepAttempt: 1).attempt))
        XCTAssertEqual(longest.description.utf8.count, 70)
    }

    func testDrawnLettersSpellNoWord() {
        XCTAssertTrue(StoreLetters.alphabet.allSatisfy { !"aeiouyl".utf8.contains($0) && (0x61...0x7A).contains($0) })
        XCTAssertEqual(Set(StoreLetters.alphabet).count, 19)
        for _ in 0..<100 {
            let drawn = StoreLetters.drawn()
            XCTAssertEqual(drawn.description.utf8.count, 6)
            XCTAssertTrue(drawn.description.utf8.allSatisfy(StoreLetters.alphabet.contains), drawn.description)
            XCTAssertEqual(StoreLetters(drawn.description.utf8), drawn)
        }
        XCTAssertFalse(StoreLetters.alphabet.contains(UInt8(ascii: "y")), "no store draws those of a rehearsal")
    }
}
