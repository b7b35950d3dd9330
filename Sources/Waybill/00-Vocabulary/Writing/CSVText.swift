/// Writes CSV as RFC 4180 §2.5 to 2.7 defines it: a cell that has a comma, a quote or a line break is quoted, and each
/// quote in it is doubled.
///
/// Lines end with LF, not with CRLF as §2.1 says: line tools count and cut them without a stray CR, and all readers
/// accept them. Bytes are written as they are, even invalid text or what a spreadsheet would run as a formula.
package enum CSVText {
    package static let comma = UInt8(ascii: ",")
    package static let quote = UInt8(ascii: "\"")
    package static let lineEnd = UInt8(ascii: "\n")

    /// Appends one cell, without a separator.
    @inline(__always)
    package static func append(cell: borrowing Span<UInt8>, to bytes: inout [UInt8]) {
        if needsQuotes(cell) { append(quoted: cell, to: &bytes) } else { bytes.append(copying: cell) }
    }

    /// Appends a whole row with its line end.
    package static func append(row cells: [String], to bytes: inout [UInt8]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(comma) }
            append(cell: cell.utf8.span, to: &bytes)
        }
        bytes.append(lineEnd)
    }

    @inline(__always)
    private static func needsQuotes(_ cell: borrowing Span<UInt8>) -> Bool {
        for index in cell.indices {
            let byte = cell[index]
            // None of the four bytes that matter is greater than the comma, and few others are that small.
            if byte <= comma, byte == comma || byte == quote || byte == lineEnd || byte == 0x0D { return true }
        }
        return false
    }

    /// Whether none of the bytes from `start` on asks for quotes, but for so many commas.
    package static func isPlain(_ bytes: [UInt8], from start: Int, commas: Int) -> Bool {
        let all = bytes.span
        let one = SIMD16<UInt8>(repeating: 1)
        let (comma, quote, lineEnd, carriageReturn) = (
            SIMD16<UInt8>(repeating: comma), SIMD16<UInt8>(repeating: quote), SIMD16<UInt8>(repeating: lineEnd),
            SIMD16<UInt8>(repeating: 0x0D)
        )
        var place = start
        var found = 0
        // Bytes and no masks: masks that are combined are slow by a factor of a hundred.
        var asks = SIMD16<UInt8>.zero
        while all.count - place >= 16 {
            // Sixteen bytes at a time, each counting in a byte of its own, emptied before it can overflow.
            var counts = SIMD16<UInt8>.zero
            for _ in 0..<min(255, (all.count - place) / 16) {
                // Safe: the load is checked against the span's bounds, and every bit pattern is sixteen bytes.
                let next = unsafe all.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
                counts = counts.replacing(with: counts &+ one, where: next .== comma)
                asks = asks.replacing(with: one, where: next .== quote)
                asks = asks.replacing(with: one, where: next .== lineEnd)
                asks = asks.replacing(with: one, where: next .== carriageReturn)
                place += 16
            }
            found += Int(SIMD16<UInt16>(truncatingIfNeeded: counts).wrappedSum())
        }
        if asks != .zero { return false }
        while place < all.count {
            let byte = all[place]
            if byte == Self.quote || byte == Self.lineEnd || byte == 0x0D { return false }
            if byte == Self.comma { found += 1 }
            place += 1
        }
        return found == commas
    }

    /// Appends one cell in quotes.
    package static func append(quoted cell: borrowing Span<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(quote)
        var start = 0
        for index in cell.indices where cell[index] == quote {
            // Up to a quote, which then begins the next piece as well.
            bytes.append(copying: cell.extracting(start...index))
            start = index
        }
        bytes.append(copying: cell.extracting(start..<cell.count))
        bytes.append(quote)
    }
}
