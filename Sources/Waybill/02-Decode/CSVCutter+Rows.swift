/// Rows that are not records, and fields that are quoted text although they do not begin with a quote.
extension CSVCutter {
    /// Whether a row that begins with this byte may be blank: asked for every record, and nearly always false.
    @inline(__always)
    func mayBeBlank(_ first: UInt8) -> Bool {
        first == dialect.delimiter || first == dialect.quote || first == 0x20 || first == ASCII.tab || first == 0xC2
    }

    /// Whether a row has only delimiters, quotes and white space, no-break spaces included. Safe: nothing is read
    /// outside `row`, which lies within `text`.
    func isBlank(_ text: UnsafeBufferPointer<UInt8>, _ row: Range<Int>) -> Bool {
        var position = row.lowerBound
        while position < row.upperBound {
            let byte = unsafe text[position]
            switch byte {
            case dialect.delimiter, dialect.quote, 0x20, ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn: break
            case 0xC2:
                guard position + 1 < row.upperBound, unsafe text[position + 1] == 0xA0 else { return false }
                position += 1
            default: return false
            }
            position += 1
        }
        return true
    }

    /// Whether a field that begins at `start` is `="text"`, with its first quote at `quote`: exporters write it so that
    /// a spreadsheet keeps leading zeros.
    ///
    /// The text has no quote, delimiter or line end, and nothing follows it. Nil if more text is needed to tell. Safe:
    /// nothing is read outside `text`.
    func isFormulaOfText(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, quote: Int, isLast: Bool
    ) -> Bool? {
        guard quote == start + 1, unsafe text[start] == UInt8(ascii: "=") else { return false }
        for position in quote + 1..<text.count {
            let byte = unsafe text[position]
            if byte == dialect.delimiter || byte == ASCII.lineFeed || byte == ASCII.carriageReturn { return false }
            guard byte == dialect.quote else { continue }
            guard position + 1 < text.count else { return isLast ? true : nil }
            let follower = unsafe text[position + 1]
            return follower == dialect.delimiter || follower == ASCII.lineFeed || follower == ASCII.carriageReturn
        }
        return isLast || text.count - quote > dialect.recordBytes ? false : nil
    }
}
