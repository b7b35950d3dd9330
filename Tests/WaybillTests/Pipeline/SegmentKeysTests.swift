import Support
import SystemIO
import XCTest

@testable import Waybill

/// Which segments of a large batch may have somebody, noted beside its file.
final class SegmentKeysTests: XCTestCase {
    /// 9,000 contacts, some seven segments.
    private func bench() throws -> PipelineBench {
        let bench = try PipelineBench()
        let filler = String(repeating: "x", count: 120)
        let rows = (0..<9_000).map {
            "A\($0),+1415555\(1_000 + $0),+49301\(100_000 + $0),u\($0)@b.example,\(filler)"
        }
        try bench.drop("id,phone1,phone2,email,note\n" + rows.joined(separator: "\n") + "\n", as: "default/1.csv")
        return bench
    }

    private let batch = BatchID("20261120-000001")!

    private func note(_ bench: PipelineBench) throws {
        while try bench.pipeline.useLeisure() { usleep(1_000) }
    }

    private func path(_ bench: PipelineBench) -> String {
        SegmentKeys.path(of: batch, store: bench.workspace.store(bench.configuration))
    }

    private func keys(_ text: String) -> Set<UInt64> {
        let bytes = Array(text.utf8)
        let readings = AddressReading.all(of: bytes, AddressRules(regions: ["US"], takesAnyDigits: false))
        return Set(readings.map(\.key) + [RecipientKey.id(bytes.span)])
    }

    private func records(_ text: String, _ bench: PipelineBench) throws -> [UInt32] {
        try Explanation.of(
            anyOf: keys(text), store: bench.pipeline.store, configuration: bench.configuration, at: bench.pipeline.now
        ).map(\.record)
    }

    func testEverybodyIsFoundInTheirSegmentAndHardlyAnywhereElse() throws {
        let bench = try bench()
        try note(bench)
        let store = bench.pipeline.store
        var (asked, looked) = (0, 0)
        var segments = 0
        try store.forEachSegment(of: batch) { segment in
            segments += 1
            for index in stride(from: 0, to: segment.contacts.count, by: 50) {
                let record = segment.contacts.record(at: index)
                for text in ["A\(record - 1)", "u\(record - 1)@b.example", "+49301\(100_000 + record - 1)"] {
                    let found = try XCTUnwrap(store.segments(of: self.batch, mayHave: self.keys(text)))
                    XCTAssertTrue(found.contains(segment.id), text)
                    asked += 1
                    looked += found.count
                }
            }
        }
        XCTAssertGreaterThan(segments, 5)
        // Nearly nobody is looked for in a second segment.
        XCTAssertLessThan(looked, asked + asked / 20)
        XCTAssertEqual(try store.segments(of: batch, mayHave: keys("nobody@b.example")), [])
    }

    func testWhatIsFoundIsTheSameWithThemAndWithoutThem() throws {
        let bench = try bench()
        let asked = ["A17", "U8999@B.example", "+49301100400", "+14155551000", "A9000"]
        let before = try asked.map { try records($0, bench) }
        XCTAssertEqual(before, [[18], [9_000], [401], before[3], []])
        XCTAssertNil(try bench.pipeline.store.segments(of: batch, mayHave: [1]))
        try note(bench)
        XCTAssertNotNil(try bench.pipeline.store.segments(of: batch, mayHave: [1]))
        XCTAssertEqual(try asked.map { try records($0, bench) }, before)
    }

    func testWhereTheFileIsDamagedAllSegmentsAreRead() throws {
        let bench = try bench()
        try note(bench)
        let whole = try Files.read(path(bench), limit: 1 << 24)
        for place in stride(from: 0, to: whole.count, by: whole.count / 40) {
            var bytes = whole
            bytes[place] ^= 4
            try Files.writeAtomically(bytes, to: path(bench))
            XCTAssertEqual(try records("A17", bench), [18], "byte \(place)")
        }
        for length in [0, 7, 8, 30, whole.count / 2, whole.count - 1] {
            try Files.writeAtomically(Array(whole.prefix(length)), to: path(bench))
            XCTAssertEqual(try records("A8999", bench), [9_000], "\(length) bytes")
        }
    }

    func testAFileOfAnotherBatchCountsForNothingAndIsMadeAnew() throws {
        let bench = try bench()
        let filler = String(repeating: "x", count: 120)
        let rows = (0..<9_000).map { "B\($0),+1212555\(1_000 + $0),,v\($0)@b.example,\(filler)" }
        try bench.drop("id,phone1,phone2,email,note\n" + rows.joined(separator: "\n") + "\n", as: "default/2.csv")
        try note(bench)
        let other = Files.folder(of: path(bench)) + "/20261120-000002.keys"
        try bench.restart(at: "2026-11-20T15:30:00Z")
        try note(bench)
        let (first, second) = (try Files.read(path(bench), limit: 1 << 24), try Files.read(other, limit: 1 << 24))
        try Files.writeAtomically(second, to: path(bench))
        try Files.writeAtomically(Array("WBKEYS1\n".utf8) + first.dropFirst(8), to: other)
        XCTAssertNil(try bench.pipeline.store.segments(of: batch, mayHave: [1]))
        XCTAssertEqual(try records("A17", bench), [18])
        XCTAssertEqual(try records("B17", bench), [18])
        for time in ["16:00:00Z", "16:30:00Z"] {
            try bench.restart(at: "2026-11-20T\(time)")
            try note(bench)
        }
        XCTAssertEqual(try Files.read(path(bench), limit: 1 << 24), first)
        XCTAssertEqual(try Files.read(other, limit: 1 << 24), second)
    }

    func testAnIDIsFoundInAnotherWritingWhereNobodyHasItAsItIs() throws {
        let bench = try bench()
        try bench.drop("id,phone1\n007,+12125559901\na18,+12125559902\nJos\u{E9},+12125559903\n", as: "default/2.csv")
        for isNoted in [false, true] {
            if isNoted { try note(bench) }
            for (asked, found) in [
                ("7", ["007"]), ("7.0", ["007"]), ("007", ["007"]), ("A18", ["A18"]), ("a19", ["A19"]),
                ("a18", ["a18"]), ("JOSE\u{301}", ["Jos\u{E9}"]), ("Jose\u{301}", ["Jos\u{E9}"]), ("x1", []),
            ] {
                let explained = try Explanation.of(
                    anyOf: keys(asked), id: Array(asked.utf8), store: bench.pipeline.store,
                    configuration: bench.configuration, at: bench.pipeline.now)
                XCTAssertEqual(explained.map(\.id), found, "\(asked), noted: \(isNoted)")
            }
        }
    }

    func testTheyGoWithTheirBatchAndAreMadeAnewWhereTheyAreMissing() throws {
        let bench = try bench()
        try note(bench)
        try Files.remove(path(bench))
        try bench.restart(at: "2026-11-20T10:00:00Z")
        try note(bench)
        XCTAssertTrue(try Files.exists(path(bench)))
        let folder = Files.folder(of: path(bench))
        try Files.writeAtomically([1], to: folder + "/.20261120-000001.keys.abc.tmp")
        try Files.remove(folder + "/20261120-000001")
        try bench.pipeline.store.removeLeftovers()
        XCTAssertEqual(try Files.list(folder), [])
    }
}
