import XCTest

@testable import Waybill

final class RefusedRecordTests: XCTestCase {
    private let records = [
        RefusedRecord(
            record: 1, isDuplicate: false, id: Array("c1".utf8), address: [], code: "phone1.invalid",
            reason: "phone1.invalid", fingerprint: RecordFingerprint(sum: 0xFEDC_BA98_7654_3210, leftOut: [7, 9])),
        RefusedRecord(
            record: 70_000, isDuplicate: true, id: [], address: Array("+14155550100".utf8), code: "row.duplicate",
            reason: "row.duplicate"),
        RefusedRecord(
            record: 4, isDuplicate: false, id: Array(repeating: 0x61, count: 300), address: [], code: "row.stray-quote",
            reason: "row.stray-quote"),
        RefusedRecord(
            record: 5, isDuplicate: false, id: [], address: [], code: "email.invalid", reason: "email.invalid",
            fingerprint: RecordFingerprint(sum: 1, leftOut: [])),
    ]

    func testWhatIsStoredComesBack() {
        XCTAssertEqual(try RefusedRecord.decode(RefusedRecord.encode(records), of: BatchID(rawValue: 1)), records)
    }

    func testBytesOfEarlierVersionsAreRead() {
        let bytes: [UInt8] =
            [3, 0, 0, 0, 0, 2, 0, 0x63, 0x31, 0, 0, 1, 0, 0x61, 1, 0, 0x62]
            + [4, 1, 0, 0, 1, 0, 0, 1, 0, 0x2B, 1, 0, 0x63, 0, 0]
        XCTAssertEqual(
            try RefusedRecord.decode(bytes, of: BatchID(rawValue: 1)),
            [
                RefusedRecord(
                    record: 3, isDuplicate: false, id: Array("c1".utf8), address: [], code: "a", reason: "b"),
                RefusedRecord(record: 260, isDuplicate: true, id: [], address: Array("+".utf8), code: "c", reason: ""),
            ])
    }

    func testTheLayoutIsAsDrawn() {
        let bytes = RefusedRecord.encode([
            RefusedRecord(
                record: 2, isDuplicate: false, id: [0x69], address: [], code: "c", reason: "r",
                fingerprint: RecordFingerprint(sum: 0x0102_0304_0506_0708, leftOut: [0x0A0B_0C0D]))
        ])
        XCTAssertEqual(
            bytes,
            [2, 0, 0, 0, 2, 1, 0, 0x69, 0, 0, 1, 0, 0x63, 1, 0, 0x72]
                + [8, 7, 6, 5, 4, 3, 2, 1, 1, 0x0D, 0x0C, 0x0B, 0x0A])
    }

    func testBytesThatAreDamagedAreAnErrorWhereverTheyEnd() throws {
        let whole = RefusedRecord.encode(records)
        let ends = (0...records.count).map { RefusedRecord.encode(Array(records[..<$0])).count }
        for count in 0...whole.count {
            let cut = Array(whole[..<count])
            if ends.contains(count) {
                XCTAssertNoThrow(try RefusedRecord.decode(cut, of: BatchID(rawValue: 20_261_120_000_001)))
            } else {
                XCTAssertThrowsError(try RefusedRecord.decode(cut, of: BatchID(rawValue: 20_261_120_000_001))) {
                    XCTAssertTrue("\($0)".contains("the rejected records of batch 20261120-000001"), "\($0)")
                }
            }
        }
    }
}
