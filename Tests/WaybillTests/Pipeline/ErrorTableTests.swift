import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// `errors.csv` of the drops in `Tests/Fixtures/errors`, against tables that were written by hand from the bytes of the
/// drops and the contract (§3 to §5): record, line, byte offset, field, code, value and hint of every violation.
final class ErrorTableTests: XCTestCase {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/errors").path

    /// A drop with its table, and what has to be so for every code to show.
    struct Fixture {
        let drop: String
        var configuration = "{}"
        /// A drop that came in before, which this one corrects.
        var earlier: String?

        var table: String { drop.prefix { $0 != "." } + ".expected.csv" }
    }

    static let fixtures = [
        Fixture(drop: "numbers.csv"),
        Fixture(drop: "parameters.csv"),
        Fixture(
            drop: "columns.csv",
            configuration:
                "{campaigns: {default: {require: ['phone1', 'email', 'consent', 'firstname', 'Vertrag'], "
                + "consentWords: {other: 'evidence'}}}}"),
        Fixture(drop: "damage.csv", configuration: "{limits: {recordBytes: 200}}"),
        Fixture(drop: "lines.jsonl"),
        Fixture(drop: "list.json"),
        Fixture(drop: "positional.csv"),
        Fixture(drop: "utf-16.csv"),
        Fixture(drop: "windows-1252.csv", configuration: "{campaigns: {default: {encoding: 'windows-1252'}}}"),
        Fixture(drop: "again.csv", earlier: "phone1,name\n+14155550101,Ann\n12,Bob\n"),
    ]

    /// The codes of a record that the contract lists.
    private static let codes: Set<String> = {
        var codes: Set = [
            "phone1.missing", "email.missing", "email.invalid", "email.too-long", "id.too-long", "timezone.unknown",
            "country.unknown", "priority.invalid", "date.invalid", "message.too-long", "consent.missing",
            "row.too-few-fields", "row.too-many-fields", "row.unterminated-quote", "row.stray-quote", "row.too-large",
            "row.invalid-encoding", "row.control-character", "row.not-an-object", "row.invalid-json", "row.duplicate",
            "row.already-accepted",
        ]
        for phone in 1...5 {
            for problem in ["too-long", "invalid", "impossible-length", "unknown-country"] {
                codes.insert("phone\(phone).\(problem)")
            }
        }
        for parameter in 1...12 { codes.insert("param\(parameter).too-long") }
        return codes
    }()

    private func bytes(_ file: String) throws -> [UInt8] { try Files.read(Self.folder + "/" + file, limit: 1 << 20) }

    /// The rows of a table by hand, or of `errors.csv` without its messages, as python's csv module reads them.
    private func rows(_ csv: [UInt8]) throws -> [[String]] {
        try Python.rows(ofCSV: csv).map { row in
            var cells = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            if cells.count == 8 { cells.remove(at: 6) }
            return cells
        }
    }

    /// What `errors.csv` has for a fixture, given in as `drop`.
    private func errors(_ fixture: Fixture, drop: [UInt8]? = nil, as name: String? = nil) throws -> [[String]] {
        let bench = try PipelineBench(fixture.configuration)
        var name = name ?? fixture.drop
        if let earlier = fixture.earlier {
            try bench.drop(earlier, as: "earlier.csv")
            name = "20261120-000001." + name
        }
        try bench.drop(bytes: try drop ?? bytes(fixture.drop), as: name)
        let number = fixture.earlier == nil ? 1 : 2
        XCTAssertEqual(try bench.acknowledgement(number)["status"] as? String, "partial", fixture.drop)
        return try rows(Array(try bench.notice(number, "errors.csv").utf8))
    }

    private func assertEqual(_ found: [[String]], _ expected: [[String]], _ name: String) {
        XCTAssertEqual(found.count, expected.count, name)
        for (found, expected) in zip(found, expected) { XCTAssertEqual(found, expected, name) }
    }

    func testEveryDropGivesTheTableThatWasWrittenForIt() throws {
        for fixture in Self.fixtures {
            assertEqual(try errors(fixture), try rows(bytes(fixture.table)), fixture.drop)
        }
    }

    func testLinesAndOffsetsOfACompressedDropAreThoseOfItsContent() throws {
        let fixture = try XCTUnwrap(Self.fixtures.first { $0.drop == "damage.csv" })
        let path = FileManager.default.temporaryDirectory.path + "/waybill-" + UUID().uuidString + ".gz"
        defer { try? Files.remove(path) }
        let writer = try ParallelGzipWriter(path: path)
        try writer.write(try bytes(fixture.drop))
        try writer.commit()
        let gzip = try Files.read(path, limit: 1 << 20)
        XCTAssertEqual(gzip.prefix(2), [0x1F, 0x8B])
        assertEqual(
            try errors(fixture, drop: gzip, as: "damage.csv.gz"), try rows(bytes(fixture.table)), fixture.drop)
    }

    /// As `sed -n Np` and `tail -c +$((byte + 1))` would show it.
    func testTheLineOfATableIsTheOneOnWhichItsOffsetLies() throws {
        for fixture in Self.fixtures {
            let drop = try bytes(fixture.drop)
            let width = drop.starts(with: [0xFF, 0xFE]) ? 2 : 1
            for row in try rows(bytes(fixture.table)).dropFirst() {
                let offset = try XCTUnwrap(Int(row[2]))
                XCTAssertEqual(offset % width, 0, "\(fixture.drop): \(row)")
                let before = stride(from: 0, to: offset, by: width)
                let line = before.count { drop[$0] == 0x0A && (width == 1 || drop[$0 + 1] == 0) } + 1
                XCTAssertEqual(Int(row[1]), line, "\(fixture.drop): \(row)")
                // In CSV and JSON Lines a record begins its line; an element of an array stands behind what parts it.
                let previous = offset >= width ? drop[offset - width] : 0x0A
                XCTAssertEqual(previous, fixture.drop.hasSuffix(".json") ? 0x20 : 0x0A, "\(fixture.drop): \(row)")
            }
        }
    }

    func testTheTablesHaveEveryCodeAndEveryProblem() throws {
        var found: Set<String> = []
        for fixture in Self.fixtures {
            for row in try rows(bytes(fixture.table)).dropFirst() { found.insert(row[4]) }
        }
        XCTAssertEqual(Self.codes.subtracting(found).sorted(), [])
        let problems = Set(found.map { String($0.drop { $0 != "." }.dropFirst()) })
        // A file alone cannot be about earlier contacts: `ChangedContactsTests` and `ChangedContactsByWritingTests` have
        // those.
        let ofEarlier = Set([Problem.underWay, .ended, .otherWriting].map(\.rawValue))
        XCTAssertEqual(Set(Problem.allCases.map(\.rawValue)).subtracting(problems), ofEarlier)
    }
}
