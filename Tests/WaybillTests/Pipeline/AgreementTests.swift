import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// `check`, `preview` and the pipeline say the same of a drop: every field of the acknowledgement, every row of
/// `errors.csv`, every byte of the rejects and every accepted contact.
final class AgreementTests: XCTestCase {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private func assertAgreement(_ drops: [JudgedThrice], line: UInt = #line) throws {
        XCTAssertFalse(drops.isEmpty, line: line)
        for drop in drops {
            XCTAssertEqual(try drop.disagreements(), [], line: line)
        }
    }

    /// The drops in a folder of the repository, in order, with the side-cars beside them.
    private func drops(in folder: String, configuration: String = "{}") throws -> [JudgedThrice] {
        let place = Self.root + "/" + folder
        let names = try Files.list(place).sorted()
        return try names.filter { !$0.hasSuffix(DropName.metaSuffix) }.map { name in
            var drop = JudgedThrice(
                folder + "/" + name, name, bytes: try Files.read(place + "/" + name, limit: 1 << 20),
                configuration: configuration)
            if names.contains(name + DropName.metaSuffix) {
                let meta = try Files.read(place + "/" + name + DropName.metaSuffix, limit: 1 << 16)
                drop.companions[DropName.metaSuffix] = String(decoding: meta, as: UTF8.self)
            }
            return drop
        }
    }

    // MARK: - Drops of the repository

    func testAllAgreeOnTheSamples() throws {
        let configuration = try Files.read(Self.root + "/samples/waybill.json5", limit: 1 << 20)
        try assertAgreement(
            try drops(in: "samples/drops", configuration: String(decoding: configuration, as: UTF8.self)))
    }

    func testAllAgreeOnTheFixturesOfErrors() throws {
        let fixtures = ErrorTableTests.fixtures
        let files = try Files.list(ErrorTableTests.folder).filter { !$0.hasSuffix(".expected.csv") }
        XCTAssertEqual(Set(files), Set(fixtures.map(\.drop)), "a fixture is not tested")
        try assertAgreement(
            try fixtures.map { fixture in
                let bytes = try Files.read(ErrorTableTests.folder + "/" + fixture.drop, limit: 1 << 20)
                var drop = JudgedThrice(
                    fixture.drop, fixture.drop, bytes: bytes, configuration: fixture.configuration)
                if let earlier = fixture.earlier {
                    drop.earlier = [("earlier.csv", Array(earlier.utf8))]
                    drop.name = "20261120-000001." + drop.name
                }
                return drop
            })
    }

    func testAllAgreeOnWhatFuzzingFound() throws {
        try assertAgreement(["csv", "json", "gzip"].flatMap { try drops(in: "Tests/Fuzz/" + $0) })
    }

    // MARK: - Drops that are taken

    private static let three = "phone1,name\n+14155550101,Ann\n+14155550102,Bob\n12,Cid\n"

    func testAllAgreeOnDropsThatAreTaken() throws {
        try assertAgreement([
            JudgedThrice("one of three is bad", "a.csv", Self.three),
            JudgedThrice("duplicates alone", "a.csv", "phone1\n+14155550101\n(415) 555-0101\n"),
            JudgedThrice(
                "duplicates are kept", "a.csv", "phone1,id\n+14155550101,a\n+14155550101,b\n",
                configuration: "{campaigns: {default: {duplicates: 'keep'}}}"),
            JudgedThrice(
                "values with quotes and line ends", "a.csv", "phone1,name\n+14155550101,\"A, \"\"b\"\"\nc\"\n"),
            JudgedThrice("a bad record with its line ends", "a.csv", "phone1,name\r\n12,\"A\r\nb\"\r\n+14155550101,C"),
            JudgedThrice(
                "unknown columns are left out", "a.csv", "phone1,shoe size,name\n+14155550101,44,Ann\n12,45,Bob\n",
                configuration: "{campaigns: {default: {unknownColumns: 'ignore'}}}"),
            JudgedThrice(
                "columns have names of their own", "a.csv", "Rufnummer;Kunde\n+14155550101;Ann\n",
                configuration: "{campaigns: {default: {columns: {Rufnummer: 'phone1', Kunde: 'name'}}}}"),
            JudgedThrice(
                "lines are skipped", "a.csv", "Export of today\nphone1\n12\n+14155550101\n",
                configuration: "{campaigns: {default: {skipLines: 1}}}"),
            JudgedThrice(
                "columns that only later objects have", "a.jsonl",
                "{\"phone1\": \"+14155550101\"}\n{\"phone1\": \"+14155550102\", \"late\": \"x\", \"id\": 7}\n[]\n"),
            JudgedThrice(
                "contacts of a campaign", "a.json",
                "{\"campaign\": \"clinic\", \"contacts\": [{\"phone1\": \"+14155550101\"}, {\"phone1\": 12}]}",
                configuration: "{campaigns: {clinic: {require: ['phone1']}}}"),
            JudgedThrice(
                "the folder's campaign", "a.csv", "email\na@b.example\nnobody\n", folder: "clinic",
                configuration: "{campaigns: {clinic: {require: ['email']}}}"),
            JudgedThrice(
                "the name's campaign", "clinic-1.csv", "email\na@b.example\nnobody\n",
                configuration: "{campaigns: {clinic: {require: ['email'], drops: ['clinic*']}}}"),
            JudgedThrice(
                "the side-car's campaign", "a.csv", "email\na@b.example\n",
                meta: "{\"campaign\": \"clinic\", \"records\": 1, \"reply\": \"job 7\", \"priority\": 3}",
                configuration: "{campaigns: {clinic: {require: ['email']}}}"),
        ])
    }

    func testAllAgreeOnADropOfManyBlocks() throws {
        var text = "phone1,id,name\n"
        let name = String(repeating: "Ann ", count: 20)
        for number in 0..<4_000 {
            text += number % 500 == 0 ? "12,\(number),short\n" : "+1415555\(1_000 + number % 3_000),\(number),\(name)\n"
        }
        XCTAssertGreaterThan(text.utf8.count, DropReading.blockSize)
        try assertAgreement([
            JudgedThrice("many blocks", "a.csv", text),
            JudgedThrice(
                "many blocks are refused", "a.csv", text, configuration: "{campaigns: {default: {rejectLimit: 5}}}"),
        ])
    }

    // MARK: - Drops that are refused

    func testAllAgreeOnDropsThatAreRefused() throws {
        try assertAgreement([
            JudgedThrice("no records", "a.csv", "phone1,name\n"),
            JudgedThrice("no good record", "a.csv", "phone1,name\n12,Ann\n,Bob\n"),
            JudgedThrice("a letter", "a.csv", "Dear colleagues\nplease find the list attached\n"),
            JudgedThrice("no phone", "a.csv", "id,name\n1,Ann\n2,Bob\n"),
            JudgedThrice("a column twice", "a.csv", "phone1,phone1\n+14155550101,12\n12,\n"),
            JudgedThrice(
                "an unknown column", "a.csv", "phone1,shoe size\n+14155550101,44\n",
                configuration: "{campaigns: {default: {unknownColumns: 'reject'}}}"),
            JudgedThrice("a wrong count", "a.csv", Self.three, meta: "{\"records\": 4, \"reply\": \"job 7\"}"),
            JudgedThrice(
                "a wrong checksum", "a.csv", Self.three,
                meta: "{\"sha256\": \"" + String(repeating: "0", count: 64) + "\"}"),
            JudgedThrice("a damaged side-car", "a.csv", Self.three, meta: "{\"record\": 3}"),
            JudgedThrice(
                "a duplicate in a refused drop", "a.csv", Self.three + "+14155550101,Ann\n", meta: "{\"records\": 3}"),
            JudgedThrice(
                "too many are bad", "a.csv", Self.three, configuration: "{campaigns: {default: {rejectLimit: '10%'}}}"),
            JudgedThrice("too large", "a.csv", Self.three, configuration: "{limits: {dropBytes: 20}}"),
            JudgedThrice("cut JSON", "a.json", "{\"phone1\": "),
            JudgedThrice("an array cut short", "a.json", "[{\"phone1\": \"+14155550101\"}, {\"phone1\": \"+1415"),
            JudgedThrice("no JSON of ours", "a.json", "{\"rows\": 3}"),
            JudgedThrice(
                "no such campaign", "a.json",
                "{\"campaign\": \"clinik\", \"contacts\": [{\"phone1\": \"+14155550101\"}]}",
                configuration: "{campaigns: {clinic: {}}}"),
            JudgedThrice(
                "a name that no campaign takes", "b.csv", Self.three,
                configuration: "{campaigns: {default: {drops: ['a*']}, clinic: {}}}"),
            JudgedThrice(
                "a required column is missing", "a.csv", Self.three,
                configuration: "{campaigns: {default: {require: ['phone1', 'Vertrag']}}}"),
        ])
    }

    func testAllAgreeOnCompressedDrops() throws {
        let whole = try gzip(Self.three)
        try assertAgreement([
            JudgedThrice("gzip", "a.csv.gz", bytes: whole),
            JudgedThrice("gzip cut short", "a.csv.gz", bytes: Array(whole.dropLast(9))),
            JudgedThrice("gzip with something behind it", "a.csv.gz", bytes: whole + Array("more".utf8)),
        ])
    }

    private func gzip(_ text: String) throws -> [UInt8] {
        let path = FileManager.default.temporaryDirectory.path + "/waybill-" + UUID().uuidString + ".gz"
        defer { try? Files.remove(path) }
        let writer = try ParallelGzipWriter(path: path)
        try writer.write(Array(text.utf8))
        try writer.commit()
        return try Files.read(path, limit: 1 << 20)
    }

    // MARK: - Drops that mend others

    private static let trailed = "{campaigns: {default: {trailer: {starts: 'T', count: 2}}}}"
    private static let first = "20261120-000001"
    private static let list = [(name: "list.csv", bytes: Array(three.utf8))]
    private static let trailedList = [(name: "list.csv", bytes: Array((three + "T,3\n").utf8))]

    func testAllAgreeOnDropsThatMendOthers() throws {
        let mended = Self.three.replacingOccurrences(of: "12,", with: "+14155550103,")
        try assertAgreement([
            JudgedThrice("mended, by its name", "list-\(Self.first).csv", mended, earlier: Self.list),
            JudgedThrice(
                "mended, by its side-car", "list.csv", mended, meta: "{\"corrects\": \"\(Self.first)\"}",
                earlier: Self.list),
            JudgedThrice("mended, by its records", "again.csv", "phone1,name\n+14155550103,Cid\n", earlier: Self.list),
            JudgedThrice("an id of no batch", "list-20261120-000009.csv", mended, earlier: Self.list),
            JudgedThrice(
                "mended, where a recipient may stand twice", "list-\(Self.first).csv",
                mended.replacingOccurrences(of: "Bob", with: "Bert"),
                configuration: "{campaigns: {default: {duplicates: 'keep'}}}", earlier: Self.list),
            JudgedThrice(
                "refused, though it mends", "list-\(Self.first).csv", mended, meta: "{\"records\": 9}",
                earlier: Self.list),
        ])
    }

    func testAllAgreeOnTrailers() throws {
        let mended = Self.three.replacingOccurrences(of: "12,", with: "+14155550103,")
        let name = "list-\(Self.first).csv"
        try assertAgreement([
            JudgedThrice("with a trailer", "a.csv", Self.three + "T,3\n", configuration: Self.trailed),
            JudgedThrice("without its trailer", "a.csv", Self.three, configuration: Self.trailed),
            JudgedThrice("another count", "a.csv", Self.three + "T,4\n", configuration: Self.trailed),
            JudgedThrice(
                "mended with its trailer", name, mended + "T,3\n", configuration: Self.trailed,
                earlier: Self.trailedList),
            JudgedThrice(
                "mended without its trailer", name, mended, configuration: Self.trailed, earlier: Self.trailedList),
            JudgedThrice(
                "mended with another count", name, mended + "T,9\n", configuration: Self.trailed,
                earlier: Self.trailedList),
            JudgedThrice(
                "no trailer, and an id of no batch", "list-20261120-000009.csv", mended, configuration: Self.trailed,
                earlier: Self.trailedList),
        ])
    }

    /// A sender's own machine has no store.
    func testWithoutAStoreABatchIDInTheNameIsBelieved() throws {
        let (configuration, _) = ConfigurationReader.read(Array(Self.trailed.utf8))
        let bench = try PipelineBench()
        for (name, text, status) in [
            ("list-\(Self.first).csv", Self.three, Acknowledgement.Status.partial),
            ("list-\(Self.first).trailer.csv", Self.three + "T,3\n", .partial), ("list.csv", Self.three, .rejected),
        ] {
            let path = bench.root + "/" + name
            try Files.writeAtomically(Array(text.utf8), to: path)
            let acknowledgement = try DropCheckRun(
                path: path, campaign: nil, configuration: configuration, store: nil, spillFolder: bench.root,
                now: { bench.pipeline.now }
            ).run(into: nil) { _, _ in }.acknowledgement
            XCTAssertEqual(acknowledgement.status, status, name)
            XCTAssertEqual(acknowledgement.received, 3, name)
            XCTAssertNil(acknowledgement.corrects, name)
        }
    }
}
