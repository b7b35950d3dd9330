import Support
import SystemIO
import XCTest

@testable import Waybill

/// Who is looked up again and again is found as by whoever looks for the first time.
final class RecipientMemoryTests: XCTestCase {
    /// Keys of which many share their upper half, and some all of it.
    private func keys(_ count: Int, using random: inout SeededGenerator) -> [UInt64] {
        (0..<count).map { _ in
            UInt64.random(in: 0...40, using: &random) << 59 | UInt64.random(in: 0...30, using: &random)
        }
    }

    private func insert(_ store: SQLiteStore, _ name: String, using random: inout SeededGenerator) throws -> BatchID {
        let batch = try store.begin(name)
        let many = Int.random(in: 0..<8, using: &random) == 0
        var entries = zip(keys(many ? 9_000 : 5, using: &random), 1...).map { RecipientEntry(key: $0, record: $1) }
        entries.sort()
        try store.transiently {
            for (part, start) in stride(from: 0, to: entries.count, by: 4_096).enumerated() {
                try store.insertRecipients(
                    Array(entries[start..<min(start + 4_096, entries.count)]), batch: batch, part: part)
            }
        }
        return batch
    }

    private struct TakenBack: Error {}

    func testWhoIsLookedUpAgainIsFoundAsAtFirst() throws {
        let workspace = try TestWorkspace()
        let path = workspace.path("waybill.db")
        let store = try SQLiteStore(path: path)
        var random = SeededGenerator(seed: TestSeed.next())
        var visible: [BatchID] = []
        for round in 0..<60 {
            let batch = try insert(store, "\(round)", using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: break
            case 1:
                XCTAssertThrowsError(
                    try store.durably {
                        try store.complete(batch)
                        throw TakenBack()
                    })
            case 2: try store.forget(batch)
            case 3:
                let other = try SQLiteStore(path: path)
                try other.durably { try other.complete(batch) }
                visible.append(batch)
            case _:
                try store.durably { try store.complete(batch) }
                visible.append(batch)
            }
            if round % 9 == 8, !visible.isEmpty { try store.removeContacts(of: visible.remove(at: 0)) }
            let asked = Set(keys(round % 3 == 0 ? 1 : 60, using: &random))
            let found = try store.records(ofRecipients: asked)
            let first = try SQLiteStore(path: path, readOnly: true).records(ofRecipients: asked)
            XCTAssertEqual(Set(found.keys), Set(first.keys), "round \(round)")
            for (key, records) in first {
                XCTAssertEqual(
                    found[key].map { $0.map { "\($0.batch) \($0.record)" } },
                    records.map { "\($0.batch) \($0.record)" },
                    "round \(round)")
            }
        }
        XCTAssertNotNil(store.recipients)
    }

    func testARunThatCannotBeReadIsToldByWhomeverItMayHold() throws {
        let workspace = try TestWorkspace()
        let store = try SQLiteStore(path: workspace.path("waybill.db"))
        for name in ["a", "b"] {
            let batch = try store.begin(name)
            let key: UInt64 = name == "a" ? 1 << 40 : 2 << 40
            try store.transiently {
                try store.insertRecipients([RecipientEntry(key: key, record: 1)], batch: batch, part: 0)
            }
            try store.durably { try store.complete(batch) }
        }
        try store.database.execute(
            "UPDATE recipient SET data = x'00' WHERE first_key = \(SQLiteStore.signed(1 << 40))")
        for _ in 0..<3 {
            XCTAssertEqual(try store.records(ofRecipients: [2 << 40]).count, 1)
            XCTAssertThrowsError(try store.records(ofRecipients: [1 << 40])) {
                XCTAssertTrue("\($0)".contains("who is in batch"), "\($0)")
            }
        }
        XCTAssertNotNil(store.recipients)
    }

    func testOfARunWithThatHalfOfAKeyTheOtherHalfIsLookedAt() {
        var memory = RecipientMemory(version: 1)
        let ids = (0..<3).map { SegmentID(batch: BatchID(rawValue: 5), number: $0) }
        memory.add(ids[0], first: 1 << 32, last: 9 << 32, keys: [1 << 32, 9 << 32 | 5])
        memory.add(ids[1], first: 2 << 32, last: 4 << 32, keys: nil)
        memory.add(ids[2], first: 9 << 32, last: 9 << 32, keys: [9 << 32])
        XCTAssertEqual(memory.runs(of: [0, 1 << 32 | 77]), [ids[0]])
        XCTAssertEqual(memory.runs(of: [1 << 31, 3 << 32]), [ids[1]])
        XCTAssertEqual(memory.runs(of: [5 << 32, 9 << 32 | 1]), [ids[0], ids[2]])
        XCTAssertEqual(memory.runs(of: [5 << 32]), [])
    }

    func testWhatCameLongAgoIsFoundInItsPageAndBeyondTheLimitByItsBounds() {
        var random = SeededGenerator(seed: TestSeed.next())
        var memory = RecipientMemory(version: 1, limits: .init(most: 3_000, page: 64))
        var runs: [(id: SegmentID, keys: [UInt64])] = []
        for number in 0..<1_000 {
            let id = SegmentID(batch: BatchID(rawValue: Int64(number)), number: 0)
            let count = Int.random(in: 1...9, using: &random)
            let keys = (0..<count).map { _ in UInt64.random(in: 0 ... .max, using: &random) }.sorted()
            memory.add(id, first: keys[0], last: keys[keys.count - 1], keys: keys)
            runs.append((id, keys))
            // Looking puts in order what the next page will have.
            let one = runs[Int.random(in: runs.indices, using: &random)]
            XCTAssertTrue(memory.runs(of: [one.keys[0]]).contains(one.id))
        }
        for (id, keys) in runs { XCTAssertTrue(Set(memory.runs(of: keys)).contains(id)) }
        // Of the first three hundred hardly one is looked at in vain; the others lie between bounds.
        let strange = (0..<200).map { _ in UInt64.random(in: 0 ... .max, using: &random) }.sorted()
        let vain = memory.runs(of: strange).filter { $0.batch.rawValue < 300 }
        XCTAssertLessThan(vain.count, 3)
    }
}

extension SQLiteStore {
    /// A batch that nobody sees yet.
    fileprivate func begin(_ name: String) throws -> BatchID {
        try recordClaim(
            token: "owner~" + name, purpose: .contacts, name: name, folder: "", size: 100,
            at: Timestamp(milliseconds: 1))
    }

    /// Lets it be seen, with the open transaction.
    fileprivate func complete(_ batch: BatchID) throws {
        let now = Timestamp(milliseconds: 2)
        let acknowledgement = Acknowledgement(
            batch: batch, drop: "drop.csv", sha256: "00", campaign: "shop", status: .accepted, startedAt: now,
            finishedAt: now)
        try finish(
            batch,
            BatchOutcome(
                status: .visible, campaign: "shop", identity: DropIdentity(sha256: [1]), visibleAt: now, segments: 1,
                acknowledgement: acknowledgement, states: [:]))
    }
}
