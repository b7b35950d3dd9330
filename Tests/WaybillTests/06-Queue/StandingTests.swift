import Support
import XCTest

@testable import Waybill

final class StandingTests: XCTestCase {
    private static let segment = SegmentID(batch: BatchID(rawValue: 1), number: 0)

    /// The layout is stored: it must never change.
    func testEveryFieldHasItsPlace() throws {
        var record = Standing()
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
        let bytes = Standing.encode([Standing(), record])
        XCTAssertEqual(bytes.count, 2 * Standing.size)
        XCTAssertEqual(
            Array(bytes[Standing.size...]),
            [ContactState.sampledOut.rawValue, ContactStage.sampling.rawValue, 3, 2] + Array(1...0x18)
                + [0xFE] + Array(repeating: 0xFF, count: 7))
        XCTAssertEqual(try Array(Standings(bytes: bytes, of: Self.segment)), [Standing(), record])
        var records = Standings(count: 3)
        records[1] = record
        XCTAssertEqual(Array(records), [Standing(), record, Standing()])
    }

    func testRecordsOfFewKindsTakeAByteEach() throws {
        var records = Standings(count: 1_000)
        var sent = Standing()
        sent.state = .handedOver
        for index in 0..<1_000 where index % 3 == 0 { records[index] = sent }
        XCTAssertEqual(records.bytes.count, 2 + 2 * Standing.size + 1_000)
        XCTAssertEqual(
            records.bytes,
            [0xFF, 2] + Standing.encode([Standing(), sent]) + (0..<1_000).map { $0 % 3 == 0 ? 1 : 0 })
        XCTAssertEqual(Standings(count: 0).count, 0)
        XCTAssertEqual(try Standings(bytes: [], of: Self.segment).count, 0)
    }

    func testRecordsThatDifferInOneFieldAreOfTwoKinds() throws {
        let changes: [(inout Standing) -> Void] = [
            { $0.state = .dangling }, { $0.stage = .sampling }, { $0.attempts = 1 }, { $0.stepAttempts = 1 },
            { $0.step = NameID(rawValue: 1) }, { $0.code = NameID(rawValue: 1) }, { $0.reason = NameID(rawValue: 1) },
            { $0.parcel = 1 }, { $0.lastAttemptAt = Timestamp(milliseconds: 1 << 40) },
            { $0.changedAt = Timestamp(milliseconds: 1 << 40) },
        ]
        var records = Standings(count: changes.count + 1)
        for (index, change) in changes.enumerated() {
            var record = Standing()
            change(&record)
            records[index] = record
            XCTAssertEqual(records[index], record)
        }
        XCTAssertEqual(Set(records).count, changes.count + 1)
        XCTAssertEqual(records.bytes[1], UInt8(changes.count + 1))
    }

    func testRecordsAreWhatTheyWereSetToHoweverManyKindsThereAre() throws {
        var random = SeededGenerator(seed: 7)
        for most in [1, 2, 100, 254, 255, 256, 600] {
            var plain = Array(repeating: Standing(), count: 700)
            var records = Standings(count: plain.count)
            for change in 0..<6_000 {
                var record = Standing()
                // Kinds come and go, so that the unused ones have to make room.
                record.parcel = UInt32(change / 700 * 1_000) + .random(in: 0..<UInt32(most), using: &random)
                let index = Int.random(in: plain.indices, using: &random)
                plain[index] = record
                records[index] = record
                guard change % 500 == 0 else { continue }
                records = try Standings(bytes: records.bytes, of: Self.segment)
                XCTAssertEqual(Array(records), plain, "\(most) kinds, change \(change)")
            }
            XCTAssertEqual(Array(records), plain, "\(most) kinds")
        }
    }

    func testKindsThatNobodyIsOfAnyMoreMakeRoom() throws {
        var records = Standings(count: 10)
        for step in 1...1_000 {
            var record = Standing()
            record.parcel = UInt32(step)
            for index in 0..<10 { records[index] = record }
            XCTAssertEqual(Array(records), Array(repeating: record, count: 10), "\(step)")
            XCTAssertLessThanOrEqual(records.bytes.count, 2 + 255 * Standing.size + 10)
            XCTAssertEqual(records.bytes.first, 0xFF)
        }
    }

    /// What was changed of a segment is written when others are opened, and found again.
    func testOneTransactionMovesContactsOfAnyNumberOfSegments() throws {
        let workspace = try TestWorkspace()
        let store = try SQLiteStore(path: workspace.path("store.db"))
        let batch = try store.recordClaim(
            token: "owner~a", purpose: .contacts, name: "a", folder: "", size: 1, at: Timestamp(milliseconds: 1))
        try store.transiently {
            for number in 0..<150 {
                var builder = ContactSegment.Builder()
                builder.append([0x61].span)
                builder.finish(record: UInt32(number + 1))
                try store.insert(builder.build(), as: SegmentID(batch: batch, number: number))
            }
            var told = Acknowledgement(
                batch: batch, drop: "a", sha256: "", campaign: "c", status: .accepted,
                startedAt: Timestamp(milliseconds: 1), finishedAt: Timestamp(milliseconds: 1))
            told.accepted = 150
            try store.finish(
                batch,
                BatchOutcome(
                    status: .visible, campaign: "c", identity: DropIdentity(sha256: [1]),
                    visibleAt: Timestamp(milliseconds: 1), segments: 150, acknowledgement: told,
                    states: [.pending: 150]))
        }
        for needsValues in [true, false] {
            try store.durably {
                let changes = StandingChanges(
                    store: store, batch: batch, campaign: "c", config: "", needsValues: needsValues,
                    now: Timestamp(milliseconds: 2))
                // Held while all others are moved.
                let first = try XCTUnwrap(changes.contact(1))
                var standing = first.standing
                standing.attempts += 1
                for record in 2...150 as ClosedRange<UInt32> {
                    let contact = try XCTUnwrap(changes.contact(record))
                    XCTAssertEqual(try contact.segment.record(at: contact.index), record)
                    try changes.move(contact, to: standing)
                }
                try changes.move(first, to: standing)
                try changes.finish()
            }
        }
        for number in 0..<150 {
            XCTAssertEqual(try store.standings(of: SegmentID(batch: batch, number: number))?[0].attempts, 2)
        }
        XCTAssertEqual(try store.states(of: batch), [.pending: 150])
    }
}
