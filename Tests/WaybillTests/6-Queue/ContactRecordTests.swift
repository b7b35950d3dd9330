import XCTest

@testable import Waybill

final class ContactRecordTests: XCTestCase {
    /// The layout is stored: it must never change.
    func testEveryFieldHasItsPlace() {
        var record = ContactRecord()
        record.state = .sampledOut
        record.stage = .sampling
        record.attempts = 3
        record.stepAttempts = 2
        record.step = NameID(rawValue: 0x0403_0201)
        record.code = NameID(rawValue: 0x0807_0605)
        record.reason = NameID(rawValue: 0x0C0B_0A09)
        record.parcel = 0x100F_0E0D
        record.lastAttemptAt = Timestamp(milliseconds: 0x1817_1615_1413_1211)
        record.changedAt = Timestamp(milliseconds: -2)
        let bytes = ContactRecord.encode([ContactRecord(), record])
        XCTAssertEqual(bytes.count, 2 * ContactRecord.size)
        XCTAssertEqual(
            Array(bytes[ContactRecord.size...]),
            [ContactState.sampledOut.rawValue, ContactStage.sampling.rawValue, 3, 2] + Array(1...0x18)
                + [0xFE] + Array(repeating: 0xFF, count: 7))
        XCTAssertEqual(Array(ContactRecords(bytes: bytes)), [ContactRecord(), record])
        var records = ContactRecords(count: 3)
        records[1] = record
        XCTAssertEqual(Array(records), [ContactRecord(), record, ContactRecord()])
    }
}
