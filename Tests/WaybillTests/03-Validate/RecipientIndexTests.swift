import Support
import XCTest

@testable import Waybill

final class RecipientIndexTests: XCTestCase {
    /// So small that a few thousand keys spill many times and merge on several levels.
    private var tiny: RecipientIndex.Limits {
        var limits = RecipientIndex.Limits()
        limits.tableSlots = 64
        limits.filterBytes = 2_048
        limits.runsPerLevel = 3
        return limits
    }

    private func all(_ index: RecipientIndex) throws -> [RecipientEntry] {
        var entries: [RecipientEntry] = []
        var sorted = try index.sorted()
        while let entry = try sorted.next() { entries.append(entry) }
        return entries
    }

    func testSpillingChangesNothing() throws {
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        let spill = HeldSpill()
        var spilling = RecipientIndex(spill: spill, keepsRepeats: false, limits: tiny)
        var holding = RecipientIndex(spill: HeldSpill(), keepsRepeats: false)
        var known: [UInt64: UInt32] = [:]
        for record in UInt32(1)...20_000 {
            let key = RecipientKey.phone(E164Number(digits: .random(in: 1...9_000, using: &random)))
            let earlier = known[key]
            if earlier == nil { known[key] = record }
            XCTAssertEqual(try spilling.insert(key, record: record), earlier, "seed \(seed)")
            XCTAssertEqual(try holding.insert(key, record: record), earlier, "seed \(seed)")
        }
        let expected = known.map { RecipientEntry(key: $0.key, record: $0.value) }.sorted()
        XCTAssertTrue(try all(spilling) == expected, "seed \(seed)")
        XCTAssertTrue(try all(holding) == expected, "seed \(seed)")
        XCTAssertGreaterThan(spill.bytes.count, 12 * 5_000)
    }

    func testARecipientIsFoundWhenItsTableIsSpilledForIt() throws {
        var index = RecipientIndex(spill: HeldSpill(), keepsRepeats: false, limits: tiny)
        for record in UInt32(1)...48 {
            XCTAssertNil(try index.insert(RecipientKey.phone(E164Number(digits: UInt64(record))), record: record))
        }
        XCTAssertEqual(try index.insert(RecipientKey.phone(E164Number(digits: 20)), record: 49), 20)
    }

    func testRepeatsAreKeptInRecordOrder() throws {
        var index = RecipientIndex(spill: HeldSpill(), keepsRepeats: true, limits: tiny)
        var expected: [RecipientEntry] = []
        for record in UInt32(1)...3_000 {
            let key = RecipientKey.phone(E164Number(digits: UInt64(record % 7)))
            XCTAssertNil(try index.insert(key, record: record))
            expected.append(RecipientEntry(key: key, record: record))
        }
        XCTAssertTrue(try all(index) == expected.sorted())
    }

    func testKeysThatCrowdOnePlaceAreStillFound() throws {
        // The keys a hostile sender would make: all with one home.
        let spill = HeldSpill()
        var index = RecipientIndex(spill: spill, keepsRepeats: false)
        for record in UInt32(1)...5_000 {
            XCTAssertNil(try index.insert(7 << 32 | UInt64(record) &* 2_654_435 & 0xFFFF_FFFF, record: record))
        }
        XCTAssertGreaterThan(spill.bytes.count, 0)
        for record in UInt32(1)...5_000 {
            XCTAssertEqual(
                try index.insert(7 << 32 | UInt64(record) &* 2_654_435 & 0xFFFF_FFFF, record: 9_999), record)
        }
        XCTAssertEqual(try all(index).count, 5_000)
    }

    func testRecipientsWithOneKeyAndAnotherCheckAreToldApartInMemoryAndInRuns() throws {
        var random = SeededGenerator(seed: TestSeed.next())
        let spill = HeldSpill()
        var index = RecipientIndex(spill: spill, keepsRepeats: false, limits: tiny)
        struct Known: Hashable {
            let key: UInt64
            let check: UInt32
        }
        var known: [Known: UInt32] = [:]
        // First numbers alone, whose runs have no checks; then as many ids, of which many share a key.
        for record in UInt32(1)...20_000 {
            let key = RecipientKey.mixed(.random(in: 1...900, using: &random))
            let check: UInt32 = record <= 2_000 ? 0 : .random(in: 0...6, using: &random)
            let earlier = known[Known(key: key, check: check)]
            if earlier == nil { known[Known(key: key, check: check)] = record }
            XCTAssertEqual(try index.insert(key, record: record, check: check), earlier)
        }
        XCTAssertGreaterThan(known.count, 5_000)
        let expected = known.map { RecipientEntry(key: $0.key.key, record: $0.value, check: $0.key.check) }.sorted()
        XCTAssertTrue(try all(index) == expected)
        XCTAssertGreaterThan(spill.bytes.count, 12 * 5_000)
    }

    func testWhereRecipientsMayRepeatTheirChecksCountForNothing() throws {
        var index = RecipientIndex(spill: HeldSpill(), keepsRepeats: true, limits: tiny)
        for record in UInt32(1)...300 { XCTAssertNil(try index.insert(9, record: record, check: 300 - record)) }
        XCTAssertEqual(try all(index).map(\.record), Array(1...300))
    }

    func testTheExtremeKeysHaveAPlace() throws {
        var index = RecipientIndex(spill: HeldSpill(), keepsRepeats: false, limits: tiny)
        for (record, key) in ([.max, 1, .max - 1, 2] as [UInt64]).enumerated() {
            XCTAssertNil(try index.insert(key, record: UInt32(record + 1)))
        }
        XCTAssertEqual(try all(index).map(\.key), [1, 2, .max - 1, .max])
    }

    func testAnEmptyIndexHasNoEntries() throws {
        XCTAssertEqual(try all(RecipientIndex(spill: HeldSpill(), keepsRepeats: false)), [])
    }

    func testAShortSpillIsAnError() throws {
        final class Forgetful: RecipientSpill {
            func append(_ bytes: [UInt8]) -> Int64 { 0 }
            func read(at offset: Int64, count: Int) -> [UInt8] { [] }
        }
        var index = RecipientIndex(spill: Forgetful(), keepsRepeats: false, limits: tiny)
        XCTAssertThrowsError(
            try (UInt32(1)...1_000).forEach {
                _ = try index.insert(RecipientKey.phone(E164Number(digits: UInt64($0))), record: $0)
            }
        ) { XCTAssertTrue($0 is ShortSpill) }
    }
}
