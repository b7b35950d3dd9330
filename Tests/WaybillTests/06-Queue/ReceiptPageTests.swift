import Support
import SystemIO
import XCTest

@testable import Waybill

/// Receipts as they lie in the store, many in a row.
final class ReceiptPageTests: XCTestCase {
    private static let batch = BatchID(rawValue: 20_261_120_000_001)

    private static func receipt(
        _ record: UInt32, _ event: String = "delivered", at moment: Int64 = 5, code: String = "", detail: String = "",
        isLate: Bool = false, attempt: Int = 1
    ) -> StoredReceipt {
        StoredReceipt(
            record: record, step: "text", attempt: attempt, event: event, at: Timestamp(milliseconds: moment),
            receivedAt: Timestamp(milliseconds: 9), code: code, detail: detail, isLate: isLate)
    }

    private func page(_ receipts: [StoredReceipt]) -> ReceiptPage {
        var page = ReceiptPage(of: receipts[0].record, batch: Self.batch)
        for receipt in receipts { page.append(receipt, source: BatchID(rawValue: 1)) }
        return page
    }

    func testWhatIsAsBeforeTakesAByteEach() {
        let page = page([Self.receipt(300, detail: "ok"), Self.receipt(301, at: 3, detail: "ok"), Self.receipt(301)])
        let circumstances: [UInt8] = [0, 4] + "text".utf8 + [9] + "delivered".utf8 + [0, 2, 0, 18, 2]
        let first = [0xAC, 2, 10] + circumstances + [1, 2] + "ok".utf8
        XCTAssertEqual(page.bytes, [1] + first + [1, 3, 1, 2, 0, 4, 1, 0])
        XCTAssertEqual([page.first, page.last], [300, 301])
    }

    func testAPageIsOfContactsThatLieNearEachOtherAndNoLongerThan256() {
        var page = page([Self.receipt(5)])
        XCTAssertTrue(page.takes(5, batch: Self.batch))
        XCTAssertTrue(page.takes(16_383, batch: Self.batch))
        XCTAssertFalse(page.takes(16_384, batch: Self.batch))
        XCTAssertFalse(page.takes(4, batch: Self.batch))
        XCTAssertFalse(page.takes(5, batch: BatchID(rawValue: 7)))
        for _ in 1..<256 { page.append(Self.receipt(5), source: Self.batch) }
        XCTAssertFalse(page.takes(5, batch: Self.batch))
    }

    /// Receipts as no two senders write them: words that differ only as Unicode has them, times of any year.
    private func anyReceipts(_ count: Int, using random: inout SeededGenerator) -> [StoredReceipt] {
        let words = [
            "", "", "ok", "\u{E9}", "e\u{301}", "a\u{300}\u{323}", "a\u{323}\u{300}",
            String(repeating: "x", count: 300),
        ]
        var record: UInt32 = 0
        return (0..<count).map { number in
            record += UInt32.random(in: 0...3, using: &random)
            return Self.receipt(
                record, ["read", "failed", "no-answer"].randomElement(using: &random)!,
                at: Bool.random(using: &random)
                    ? Int64.random(in: .min ... .max, using: &random) : Int64(1_790_000_000_000 + number),
                code: words.randomElement(using: &random)!,
                detail: Int.random(in: 0..<4, using: &random) == 0
                    ? "\(number)" : words.randomElement(using: &random)!,
                isLate: Bool.random(using: &random), attempt: Int.random(in: 0...999_999_999, using: &random) % 300)
        }
    }

    private func said(_ receipts: [StoredReceipt]?) -> [String]? {
        receipts?.map { one in
            let texts = [one.step, one.event, one.code, one.detail].map { Array($0.utf8) }
            return "\(one.record) \(texts) \(one.attempt) \(one.at.milliseconds) \(one.receivedAt) \(one.isLate)"
        }
    }

    func testEachIsReadAsItWasWritten() {
        var random = SeededGenerator(seed: TestSeed.next())
        for _ in 0..<40 {
            let receipts = anyReceipts(Int.random(in: 1...256, using: &random), using: &random)
            let bytes = page(receipts).bytes
            XCTAssertEqual(said(ReceiptPage.receipts(in: bytes, of: 0...UInt32.max)), said(receipts))
            let one = receipts.randomElement(using: &random)!.record
            let those = receipts.filter { $0.record == one }
            XCTAssertEqual(said(ReceiptPage.receipts(in: bytes, of: one...one)), said(those))
        }
    }

    func testBytesThatSayNothingAreNoReceipts() {
        let bytes = page([Self.receipt(300, code: "c", detail: "ok"), Self.receipt(301, detail: "ok")]).bytes
        XCTAssertNil(ReceiptPage.receipts(in: [], of: 0...9))
        XCTAssertNil(ReceiptPage.receipts(in: [2] + bytes.dropFirst(), of: 0...9))
        // Behind the first receipt a page may end.
        let border = page([Self.receipt(300, code: "c", detail: "ok")]).bytes.count
        for end in 2..<bytes.count where end != border {
            XCTAssertNil(ReceiptPage.receipts(in: Array(bytes[..<end]), of: 0...UInt32.max), "\(end) bytes")
        }
        for byte in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[byte] ^= 1 << UInt8(bit)
                _ = ReceiptPage.receipts(in: flipped, of: 0...UInt32.max)
            }
        }
        // More than there can be.
        XCTAssertNil(ReceiptPage.receipts(in: [1, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F, 0, 0], of: 0...UInt32.max))
        XCTAssertNil(ReceiptPage.receipts(in: [1, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], of: 0...UInt32.max))
        XCTAssertNil(ReceiptPage.receipts(in: [1] + Array(repeating: 0xFF, count: 12), of: 0...UInt32.max))
    }

    // MARK: - In the store

    func testWhatComesInAnyOrderIsFoundByContactAndByBatch() throws {
        let workspace = try TestWorkspace()
        let store = try SQLiteStore(path: workspace.path("waybill.db"))
        var random = SeededGenerator(seed: TestSeed.next())
        let (batch, other) = (Self.batch, BatchID(rawValue: Self.batch.rawValue + 1))
        var expected: [UInt32: [StoredReceipt]] = [:]
        for commit in 0..<5 {
            let receipts = (0..<700).map { number in
                Self.receipt(UInt32.random(in: 1...40_000, using: &random) % 900 * 50, detail: "\(commit) \(number)")
            }
            for one in receipts { expected[one.record, default: []].append(one) }
            try store.durably {
                try store.insert(receipts, batch: batch, source: other)
                try store.insert([Self.receipt(100, detail: "of another")], batch: other, source: other)
            }
        }
        for record in expected.keys.prefix(200) {
            XCTAssertEqual(try store.receipts(ofBatch: batch, record: record), expected[record])
        }
        XCTAssertEqual(try store.receipts(ofBatch: batch, record: 7), [])
        XCTAssertEqual(try store.receipts(ofBatch: batch), expected.keys.sorted().flatMap { expected[$0]! })
        let pages = try store.database.statement("SELECT count(*) FROM receipt_page").first { $0.int(0) }
        XCTAssertLessThan(try XCTUnwrap(pages), 5 * 700 / 100)
        try store.removeContacts(of: batch)
        XCTAssertEqual(try store.receipts(ofBatch: batch), [])
        XCTAssertEqual(try store.receipts(ofBatch: other).count, 5)
    }

    func testAFlippedBitIsDamageThatIsNamedAndNeverAnotherWord() throws {
        let workspace = try TestWorkspace()
        let store = try SQLiteStore(path: workspace.path("waybill.db"))
        let receipts = (1...40).map { Self.receipt($0, $0 % 2 == 0 ? "failed" : "read", detail: "\($0)") }
        let far = Self.receipt(50_000)
        try store.durably { try store.insert(receipts + [far], batch: Self.batch, source: Self.batch) }
        let whole = try XCTUnwrap(
            store.database.statement("SELECT data FROM receipt_page WHERE first = 1").first { $0.blob(0) })
        var random = SeededGenerator(seed: TestSeed.next())
        for _ in 0..<60 {
            var flipped = whole
            flipped[Int.random(in: flipped.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            let update = try store.database.statement("UPDATE receipt_page SET data = :data WHERE first = 1")
            try update.run(withBlob: flipped, at: ":data")
            XCTAssertThrowsError(try store.receipts(ofBatch: Self.batch, record: 3)) {
                XCTAssertTrue("\($0)".contains("what came back of records 1 to 40 of batch 20261120-000001"), "\($0)")
            }
            XCTAssertThrowsError(try store.receipts(ofBatch: Self.batch))
            XCTAssertEqual(try store.receipts(ofBatch: Self.batch, record: 50_000), [far])
        }
        var named: [String] = []
        try store.forEachDamage { named.append($0) }
        XCTAssertEqual(named, ["what came back of records 1 to 40 of batch 20261120-000001"])
        try store.database.execute("UPDATE receipt_page SET sum = NULL WHERE first = 50000")
        XCTAssertThrowsError(try store.receipts(ofBatch: Self.batch, record: 50_000))
    }
}
