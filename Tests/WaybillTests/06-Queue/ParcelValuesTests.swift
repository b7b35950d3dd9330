import XCTest

@testable import Waybill

final class ParcelValuesTests: XCTestCase {
    private let long = "C" + String(repeating: "x", count: 299)

    /// phone1, phone2, email, id; columns at a contact's end are left out where they are empty.
    private var rows: [[String]] {
        [
            ["+14155550100", "", "Ann@example.com", "A"], ["", "", "", ""],
            ["+14155550101", "+442079460000", "", long],
            ["", "+14155550102", "x@example.com", ""], ["not a number", "", "", ""],
        ]
    }

    /// The contacts in two segments, and in another order.
    private func values(width: Int) -> (values: ParcelValues, rows: [[String]]) {
        func segment(_ rows: ArraySlice<[String]>) -> ContactSegment {
            var builder = ContactSegment.Builder()
            for (index, row) in rows.enumerated() {
                for value in row { builder.append(Array(value.utf8).span) }
                builder.finish(record: UInt32(index + 1))
            }
            return builder.build()
        }
        let (first, second) = (segment(rows[..<3]), segment(rows[3...]))
        let values = ParcelValues(
            [(second, 1), (first, 2), (first, 0), (second, 0), (first, 1)], width: width)
        return (values, [rows[4], rows[2], rows[0], rows[3], rows[1]])
    }

    func testTheFirstColumnsStandAsInTheSegments() {
        for width in 0...4 {
            let (values, rows) = values(width: width)
            XCTAssertEqual(values.count, rows.count)
            for (place, row) in rows.enumerated() {
                for column in 0..<width {
                    XCTAssertEqual(
                        String(decoding: values[place, column], as: UTF8.self), row[column], "\(place), \(column)")
                }
            }
        }
        XCTAssertEqual(ParcelValues([], width: 4).count, 0)
    }

    func testKeysAreThoseOfTheValuesByThemselves() {
        let (values, rows) = values(width: 4)
        let columns: [(position: Int, field: Field)] = [(0, .phone1), (1, .phone2), (2, .email), (3, .id)]
        let (keys, places) = values.keys(of: columns)
        var expected: [UInt64] = []
        var expectedPlaces: [Int32] = []
        for (place, row) in rows.enumerated() {
            for (column, field) in columns where !row[column].isEmpty {
                guard let key = RecipientKeys.key(of: Array(row[column].utf8)[...], field: field) else { continue }
                expected.append(key)
                expectedPlaces.append(Int32(place))
                guard field == .id else { continue }
                expected.append(IDForm.listedKey(Array(row[column].utf8).span))
                expectedPlaces.append(Int32(place))
            }
        }
        XCTAssertEqual(keys, expected)
        XCTAssertEqual(places, expectedPlaces)
        // Two numbers, one, an address and a number; `not a number` has no key, an id two.
        XCTAssertEqual(places, [1, 1, 1, 1, 2, 2, 2, 2, 3, 3])
    }

    func testAddressesAndNumbersAreOfTheFirstColumnThatIsNotEmpty() {
        let (values, rows) = values(width: 4)
        let columns = values.firstColumns(of: [1, 0])
        XCTAssertEqual(columns, [0, 1, 0, 1, -1])
        XCTAssertEqual(
            values.addressKeys(in: columns),
            zip(rows, columns).map { row, column in
                column < 0
                    ? RecipientKey.none
                    : RecipientKeys.key(ofAddress: Array(row[column].utf8)[...]) ?? RecipientKey.none
            })
        XCTAssertEqual(
            values.numbers(of: [1, 0], .world).map { $0?.e164Text },
            [nil, "+442079460000", "+14155550100", "+14155550102", nil])
    }
}
