import Support
import XCTest

@testable import SystemIO

final class ChecksumTests: XCTestCase {
    /// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
    func testPublishedValues() {
        XCTAssertEqual(Checksum.of(Array("123456789".utf8)), 0xE306_9283)
        XCTAssertEqual(Checksum.of(Array(repeating: 0, count: 32)), 0x8A91_36AA)
        XCTAssertEqual(Checksum.of(Array(repeating: 0xFF, count: 32)), 0x62A8_AB43)
        XCTAssertEqual(Checksum.of((0..<32).map { $0 }), 0x46DD_794E)
        XCTAssertEqual(Checksum.of([]), 0)
    }

    func testEveryWayGivesTheSame() {
        var random = SeededGenerator(seed: 11)
        for length in [1, 7, 8, 9, 63, 64, 65, 200, 3_071, 3_072, 3_081, 4_097, 20_000] {
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            XCTAssertEqual(Checksum.of(bytes, byInstruction: false), Checksum.of(bytes), "\(length) bytes")
            let half = Checksum.of(Array(bytes[..<(length / 2)]))
            let inPieces = Checksum.of(Array(bytes[(length / 2)...]), after: half, byInstruction: false)
            XCTAssertEqual(inPieces, Checksum.of(bytes))
        }
    }

    func testARowIsMarkedTheSameByTheDatabase() throws {
        let database = try Database(path: ":memory:")
        var mark = RowMark()
        mark.add("listing")
        mark.add("")
        mark.add(-5)
        mark.add("é, and more than eight bytes")
        mark.add(.max)
        let sql = "SELECT row_mark('listing', '', -5, 'é, and more than eight bytes', \(Int64.max))"
        let found = try database.statement(sql).first { UInt64(bitPattern: $0.int64(0)) }
        XCTAssertEqual(found, mark.bits)
    }

    func testAnEntryIsFoundByItsFirstFourBytes() throws {
        let database = try Database(path: ":memory:")
        let select = try database.prepare("SELECT has_entry(:blob, :word)")
        func has(_ word: UInt32, in blob: [UInt8]) throws -> Bool {
            try select.bind(":blob", blob)
            try select.bind(":word", Int64(word))
            return try select.first { $0.int(0) } == 1
        }
        for count in [1, 2, 63, 64, 65, 200, 1_000] {
            // What is behind the word is another word's bytes, and must not count.
            var blob: [UInt8] = []
            for number in 1...UInt32(count) {
                for word in [number, 1_000_000 + number] {
                    blob += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
                }
            }
            for number in Set([1, count / 2 + 1, count]) {
                XCTAssertTrue(try has(UInt32(number), in: blob), "\(number) of \(count)")
            }
            for other in [0, UInt32(count) + 1, 1_000_001, 1 << 24, .max] {
                XCTAssertFalse(try has(other, in: blob), "\(other) of \(count)")
            }
            XCTAssertTrue(try has(0, in: blob + [0]), "a damaged one may have it")
        }
        XCTAssertFalse(try has(0, in: []))
    }

    func testASumTellsKindsAndLengthsApart() throws {
        let database = try Database(path: ":memory:")
        func sum(_ values: String) throws -> Int64? {
            try database.statement("SELECT row_sum(\(values))").first { $0.int64(0) }
        }
        let rows = [
            "'ab', 'c'", "'a', 'bc'", "'abc'", "x'616263'", "NULL, 'abc'", "1", "'1'", "1.0", "NULL", "x''", "''",
        ]
        XCTAssertEqual(Set(try rows.map(sum)).count, rows.count)
    }

    func testASumThatIsBroughtUpToDateDoesNotHideDamage() throws {
        let database = try Database(path: ":memory:")
        func one(_ sql: String) throws -> Int64? {
            try database.statement("SELECT " + sql).first { $0.optionalInt64(0) ?? -1 }
        }
        let fresh = "resum(row_sum('a'), NULL, NULL, 1, 100)"
        let later = try one("resum(row_sum('a'), NULL, NULL, 2, 200)")
        XCTAssertEqual(try one("resum(\(fresh), 1, 100, 2, 200)"), later)
        // The row said 3 in place of 1 when it was brought up to date.
        XCTAssertNotEqual(try one("resum(\(fresh), 3, 100, 2, 200)"), later)
        XCTAssertEqual(try one("resum(NULL, 1, 2)"), -1, "a row without a sum stays without")
        XCTAssertThrowsError(try one("resum(1, 2)"))
    }
}
