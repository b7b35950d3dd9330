import XCTest

@testable import Waybill

/// The layouts that are drawn beside the code that reads them.
final class LayoutTests: XCTestCase {
    func testAFieldIsOneWordOf32And1And3And28Bits() {
        XCTAssertEqual(MemoryLayout<FieldSpan>.size, 8)
        let span = FieldSpan(offset: 0xFFFF_FFFE, length: 0x0FFF_FFFF, kind: .nested)
        XCTAssertEqual(span.bits, 0xFFFF_FFFE_0FFF_FFFF | UInt64(FieldKind.nested.rawValue) << 28)
        XCTAssertEqual(span.offset, 0xFFFF_FFFE)
        XCTAssertEqual(span.length, 0x0FFF_FFFF)
        XCTAssertEqual(span.kind, .nested)
        XCTAssertFalse(span.isTrimmed)
        let trimmed = FieldSpan(offset: 1, length: 2, kind: .nested, isTrimmed: true).of(.dialled)
        XCTAssertEqual(trimmed.bits, 1 << 32 | 1 << 31 | UInt64(FieldKind.dialled.rawValue) << 28 | 2)
        XCTAssertTrue(trimmed.isTrimmed && trimmed.kind == .dialled && trimmed.offset == 1 && trimmed.length == 2)
    }

    func testASegmentHasItsCountItsRecordsItsEndsAndItsValues() {
        let (long, pair, one, nothing) = (
            [UInt8](repeating: 7, count: 0x100), [1, 2] as [UInt8], [9] as [UInt8], [UInt8]()
        )
        var builder = ContactSegment.Builder()
        for value in [pair, nothing, one, nothing] { builder.append(value.span) }
        builder.finish(record: 3)
        builder.append(long.span)
        builder.finish(record: 0x0102_0304)
        let head: [UInt8] = [2, 0, 0, 0, 3, 0, 0, 0, 4, 3, 2, 1, 6, 0, 0, 0, 0x0B, 1, 0, 0]
        // Empty columns at the end are left out; a length of a byte or of five.
        XCTAssertEqual(builder.build().bytes, head + [2, 1, 2, 0, 1, 9] + [0xFF, 0, 1, 0, 0] + long)
    }

    func testTheKeyOfASegmentIsItsBatchAnd18BitsOfItsNumber() {
        let id = SegmentID(batch: BatchID(rawValue: 5), number: 1 << 18 - 1)
        XCTAssertEqual(id.rawValue, 6 << 18 - 1)
        XCTAssertEqual(id.batch, BatchID(rawValue: 5))
        XCTAssertEqual(id.number, 1 << 18 - 1)
    }

    func testAContactInAParcelHasEightBytes() {
        var contact = ParcelContact(record: 0x0102_0304, attempt: 5, stepAttempt: 6)
        contact.fate = .failed
        XCTAssertEqual(ParcelContact.encode([contact]), [4, 3, 2, 1, 5, 6, ParcelContact.Fate.failed.rawValue, 0])
    }
}
