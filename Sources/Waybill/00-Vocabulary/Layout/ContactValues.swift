/// The values of one contact, one for each column of its batch's schema, as places in one text. Columns that the
/// contact lacks are empty.
///
/// In loops, `ContactSegment.fill` writes the next contact's into the same, which takes no memory for each.
package struct ContactValues: RandomAccessCollection, Sendable {
    /// The text that has the values, and others.
    package fileprivate(set) var bytes: [UInt8] = []
    fileprivate var ranges: [Range<Int>] = []
    /// How many of the columns are in the text; the others are left out at the end.
    fileprivate var present = 0
    /// Whether one byte stands between a value and the next.
    fileprivate var areAdjacent = false

    package init() {}

    package init(_ values: [ArraySlice<UInt8>]) {
        for value in values {
            ranges.append(bytes.count..<bytes.count + value.count)
            bytes += value
        }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { ranges.count }

    package subscript(column: Int) -> ArraySlice<UInt8> { bytes[ranges[column]] }

    /// Where a column's value is in `bytes`; empty for a column that is not there.
    @inline(__always)
    package func range(_ column: Int) -> Range<Int> {
        column >= 0 && column < ranges.count ? ranges[column] : 0..<0
    }

    /// Appends the values of these columns in one piece, and a separator in front of each. False, and nothing is
    /// appended, where they are not adjacent.
    func append(_ columns: Range<Int>, each separator: UInt8, to text: inout [UInt8]) -> Bool {
        let end = Swift.min(columns.upperBound, present)
        guard areAdjacent, columns.lowerBound < end else { return false }
        let start = ranges[columns.lowerBound].lowerBound
        let shift = text.count + 1 - start
        text.append(separator)
        text.append(copying: bytes.span.extracting(start..<ranges[end - 1].upperBound))
        var written = text.mutableSpan
        for column in columns.lowerBound..<end - 1 { written[ranges[column].upperBound + shift] = separator }
        for _ in end..<columns.upperBound { text.append(separator) }
        return true
    }
}

extension ContactSegment {
    /// Writes the values of the contact at `index` into `values`, one for each of `columns`.
    package func fill(_ values: inout ContactValues, at index: Int, columns: Int) {
        values.bytes = bytes
        (values.present, values.areAdjacent) = fill(&values.ranges, at: index, columns: columns)
    }

    /// The values of the contact at `index`, one for each of `columns`.
    package func values(at index: Int, columns: Int) -> ContactValues {
        var values = ContactValues()
        fill(&values, at: index, columns: columns)
        return values
    }
}
