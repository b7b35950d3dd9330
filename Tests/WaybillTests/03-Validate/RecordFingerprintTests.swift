import XCTest

@testable import Waybill

/// What a rejected record is known again by.
final class RecordFingerprintTests: XCTestCase {
    private func fingerprints(
        _ columns: [String], _ rows: [[WrittenDrop.Value]], campaign: Campaign = Campaign(name: "c"),
        kind: DropKind = .csv
    ) throws -> [RecordFingerprint?] {
        var drop = WrittenDrop(columns, rows)
        drop.format.kind = kind
        return try drop.verdicts(campaign).verdicts.rejected.map(\.fingerprint)
    }

    func testItIsTheSameForEveryOrderOfColumnsAndWayOfWriting() throws {
        let first = try fingerprints(["phone1", "name", "note"], [["12", "Ann", "a\nb"]])[0]
        XCTAssertNotNil(first)
        XCTAssertEqual(try fingerprints(["note", "phone1", "name"], [[" a\r\nb", "999", "Ann "]])[0], first)
        XCTAssertEqual(
            try fingerprints(["phone1", "name", "note", "more"], [["12", "Ann", "a\nb", " "]])[0], first,
            "an empty column is none")
    }

    func testAnotherValueColumnOrViolationMakesAnother() throws {
        let columns = ["phone1", "name", "note"]
        let all = try fingerprints(
            columns,
            [
                ["12", "Ann", "b"], ["12", "b", "Ann"], ["12", "Annb", ""], ["12", "", "Annb"], ["12", "Ann", ""],
                ["12", "ann", "b"],
            ])
        XCTAssertEqual(Set(all).count, 6)
        let other = try fingerprints(["phone1", "name", "priority"], [["12", "Ann", "x"]])[0]
        XCTAssertEqual(other?.sum, all[4]?.sum)
        XCTAssertEqual(other?.leftOut.count, 2)
    }

    func testARequiredColumnOfTheSendersOwnIsLeftOutToo() throws {
        var campaign = Campaign(name: "c")
        campaign.require = ["phone1", "contract"]
        let found = try fingerprints(
            ["phone1", "contract", "name"], [["+14155550100", "", "Ann"]], campaign: campaign)
        let key = RecordFingerprint.key(ofName: "contract")
        XCTAssertEqual(found[0]?.leftOut, [UInt32(truncatingIfNeeded: key)])
    }

    func testARecordWithoutItsColumnsOrWithoutOtherValuesHasNone() throws {
        XCTAssertEqual(try fingerprints(["phone1", "name"], [["12"]]), [nil])
        XCTAssertEqual(try fingerprints(["phone1", "name"], [["12", "Ann", "x"]]), [nil])
        XCTAssertEqual(try fingerprints(["phone1", "name"], [["12", " "]]), [nil])
        var chunk = WrittenDrop(["phone1", "name"], [["12", "Ann"]]).chunks()[0]
        chunk.records[0].damage = RecordSpan.Damage(.strayQuote, position: 0, lastLine: 2)
        var validator = WrittenDrop(["phone1", "name"], []).validator()
        XCTAssertEqual(try validator.validate(chunk).rejected.map(\.fingerprint), [nil])
    }

    func testAColumnWhoseBytesAreNoTextIsLeftOut() throws {
        let found = try fingerprints(
            ["phone1", "name", "note"], [["+14155550100", WrittenDrop.Value([0x41, 0xE9]), "b"]])[0]
        XCTAssertEqual(found?.leftOut, [UInt32(truncatingIfNeeded: RecordFingerprint.key(ofName: "name"))])
        XCTAssertEqual(
            found?.sum,
            RecordFingerprint.word(of: Array("+14155550100".utf8).span, key: RecordFingerprint.key(ofName: "phone1"))
                &+ RecordFingerprint.word(of: Array("b".utf8).span, key: RecordFingerprint.key(ofName: "note")))
    }

    func testDuplicatesHaveNone() throws {
        let drop = WrittenDrop(["phone1", "name"], [["+14155550100", "a"], ["+14155550100", "b"]])
        XCTAssertEqual(try drop.verdicts().verdicts.duplicates.map(\.fingerprint), [nil])
    }

    /// Fingerprints are stored.
    func testTheArithmeticStaysAsItIs() {
        let key = RecordFingerprint.key(of: Column(name: "Vorname", field: nil))
        XCTAssertEqual(key, 6_375_530_857_488_707_108)
        XCTAssertEqual(RecordFingerprint.key(of: Column(name: "Mobile", field: .phone1)), 9_565_121_962_802_253_957)
        XCTAssertEqual(RecordFingerprint.word(of: Array("Zoë".utf8).span, key: key), 4_185_532_272_174_359_557)
    }
}
