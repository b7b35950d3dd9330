import Support
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

    func testRecordsOfFewKindsTakeAByteEach() {
        var records = ContactRecords(count: 1_000)
        var sent = ContactRecord()
        sent.state = .handedOver
        for index in 0..<1_000 where index % 3 == 0 { records[index] = sent }
        XCTAssertEqual(records.bytes.count, 2 + 2 * ContactRecord.size + 1_000)
        XCTAssertEqual(
            records.bytes,
            [0xFF, 2] + ContactRecord.encode([ContactRecord(), sent]) + (0..<1_000).map { $0 % 3 == 0 ? 1 : 0 })
        XCTAssertEqual(ContactRecords(count: 0).count, 0)
        XCTAssertEqual(ContactRecords(bytes: []).count, 0)
    }

    func testRecordsThatDifferInOneFieldAreOfTwoKinds() {
        let changes: [(inout ContactRecord) -> Void] = [
            { $0.state = .dangling }, { $0.stage = .sampling }, { $0.attempts = 1 }, { $0.stepAttempts = 1 },
            { $0.step = NameID(rawValue: 1) }, { $0.code = NameID(rawValue: 1) }, { $0.reason = NameID(rawValue: 1) },
            { $0.parcel = 1 }, { $0.lastAttemptAt = Timestamp(milliseconds: 1 << 40) },
            { $0.changedAt = Timestamp(milliseconds: 1 << 40) },
        ]
        var records = ContactRecords(count: changes.count + 1)
        for (index, change) in changes.enumerated() {
            var record = ContactRecord()
            change(&record)
            records[index] = record
            XCTAssertEqual(records[index], record)
        }
        XCTAssertEqual(Set(records).count, changes.count + 1)
        XCTAssertEqual(records.bytes[1], UInt8(changes.count + 1))
    }

    func testRecordsAreWhatTheyWereSetToHoweverManyKindsThereAre() {
        var random = SeededGenerator(seed: 7)
        for most in [1, 2, 100, 254, 255, 256, 600] {
            var plain = Array(repeating: ContactRecord(), count: 700)
            var records = ContactRecords(count: plain.count)
            for change in 0..<6_000 {
                var record = ContactRecord()
                // Kinds come and go, so that the unused ones have to make room.
                record.parcel = UInt32(change / 700 * 1_000) + .random(in: 0..<UInt32(most), using: &random)
                let index = Int.random(in: plain.indices, using: &random)
                plain[index] = record
                records[index] = record
                guard change % 500 == 0 else { continue }
                records = ContactRecords(bytes: records.bytes)
                XCTAssertEqual(Array(records), plain, "\(most) kinds, change \(change)")
            }
            XCTAssertEqual(Array(records), plain, "\(most) kinds")
        }
    }

    func testKindsThatNobodyIsOfAnyMoreMakeRoom() {
        var records = ContactRecords(count: 10)
        for step in 1...1_000 {
            var record = ContactRecord()
            record.parcel = UInt32(step)
            for index in 0..<10 { records[index] = record }
            XCTAssertEqual(Array(records), Array(repeating: record, count: 10), "\(step)")
            XCTAssertLessThanOrEqual(records.bytes.count, 2 + 255 * ContactRecord.size + 10)
            XCTAssertEqual(records.bytes.first, 0xFF)
        }
    }
}
