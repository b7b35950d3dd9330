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

    func testAnEmptiedBuilderBeginsAnew() {
        var used = builder(rows)
        used.removeAll()
        used.append(Array("b".utf8).span)
        used.finish(record: 1)
        var fresh = ContactSegment.Builder()
        fresh.append(Array("b".utf8).span)
        fresh.finish(record: 1)
        XCTAssertEqual(used.build().bytes, fresh.build().bytes)
        used.removeAll()
        XCTAssertEqual(used.build().bytes, ContactSegment.empty.bytes)
    }
}
