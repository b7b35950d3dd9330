import Support
import XCTest

@testable import Waybill

final class ContactSegmentTests: XCTestCase {
    private let rows: [[String]] = [
        ["+14155550100", "", "Ann"], ["", "", ""], ["+14155550101", String(repeating: "x", count: 300)],
        ["", "Zoë", "", "q"], ["+14155550102"],
    ]

    private func builder(_ rows: [[String]]) -> ContactSegment.Builder {
        var builder = ContactSegment.Builder()
        for (index, row) in rows.enumerated() {
            for value in row { builder.append(Array(value.utf8).span) }
            builder.finish(record: UInt32(10 * index + 7))
        }
        return builder
    }

    private func texts(_ segment: ContactSegment, at index: Int) -> [String] {
        segment.values(at: index, columns: 4).map { String(decoding: $0, as: UTF8.self) }
    }

    func testOneColumnsValueIsThatOfAllColumns() throws {
        let segment = builder(rows).build()
        XCTAssertNotNil(ContactSegment(bytes: segment.bytes))
        for index in rows.indices {
            let all = texts(segment, at: index)
            for column in 0..<4 {
                let row = rows[index]
                XCTAssertEqual(all[column], column < row.count ? row[column] : "")
                XCTAssertEqual(
                    String(decoding: segment.value(at: index, column: column), as: UTF8.self), all[column])
            }
        }
    }

    func testValuesTakenTogetherAreThoseTakenOneByOne() {
        let text = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var random = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            let fields = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                let length = [0, 1, 7, 15, 16, 17, 31, 32, 33, 254, 255, 300].randomElement(using: &random) ?? 0
                // Half of them end where the text does.
                let end = Bool.random(using: &random) ? text.count : Int.random(in: 300...1_999, using: &random)
                return FieldSpan(offset: end - length, length: length, kind: .text)
            }
            var together = ContactSegment.Builder()
            var slowly = ContactSegment.Builder()
            var oneByOne = ContactSegment.Builder()
            for record: UInt32 in 0..<3 {
                together.append(fields.span, of: text.span)
                slowly.append(fields.span, of: text.span, usesKernels: false)
                for field in fields { oneByOne.append(text[field.offset..<field.end].span) }
                together.finish(record: record)
                slowly.finish(record: record)
                oneByOne.finish(record: record)
            }
            XCTAssertEqual(together.build().bytes, oneByOne.build().bytes)
            XCTAssertEqual(slowly.build().bytes, oneByOne.build().bytes)
        }
    }

    func testRemovedContactsLeaveTheOthersAsTheyWere() {
        let whole = builder(rows).build()
        for choice in 0..<(1 << rows.count) {
            let removed = rows.indices.filter { choice >> $0 & 1 == 1 }
            let kept = rows.indices.filter { choice >> $0 & 1 == 0 }
            var some = ContactSegment.Builder()
            for index in kept {
                for value in rows[index] { some.append(Array(value.utf8).span) }
                some.finish(record: UInt32(10 * index + 7))
            }
            XCTAssertEqual(whole.removing(removed).bytes, some.build().bytes, "without \(removed)")
        }
    }

    func testASegmentIsTheSameWhateverRoomWasMadeForIt() {
        func built(_ builder: ContactSegment.Builder) -> [UInt8] {
            var builder = builder
            for (index, row) in rows.enumerated() {
                for value in row { builder.append(Array(value.utf8).span) }
                builder.finish(record: UInt32(10 * index + 7))
            }
            return builder.build().bytes
        }
        let plain = built(ContactSegment.Builder())
        XCTAssertEqual(plain, builder(rows).build().bytes)
        for contacts in 0...2 * rows.count {
            XCTAssertEqual(built(ContactSegment.Builder(contacts: contacts, bytes: 3)), plain, "room for \(contacts)")
        }
        XCTAssertEqual(ContactSegment.Builder(contacts: 3, bytes: 9).build().bytes, ContactSegment.empty.bytes)
    }
}
