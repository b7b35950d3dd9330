/// Finds a record that swallowed others because one of its quotes is out of place.
extension CSVCutter {
    /// How many lines of a record to check for swallowed records behind them; values with more lines are rare.
    private static let linesDoubted = 64
    /// How many bytes may be read for this altogether: 1 MiB and 256 bytes per record, so a drop made of such records
    /// costs about as much as any other.
    private var doubtsAllowed: Int { 1 << 20 + Int(number) << 8 }

    /// Whether the lines that a record spans, from some line on, are all good records with the expected fields. Safe:
    /// nothing is read outside `text`.
    ///
    /// A value that rightly has line ends is not taken for records: its closing quote would then stand inside a field.
    /// A record that has the expected fields itself (`isRight`) is doubted only from its second line on, and only for
    /// records of one line each. Nil if more text is needed to tell; how far it looks does not depend on where blocks
    /// end.
    mutating func hasSwallowed(
        _ text: UnsafeBufferPointer<UInt8>, _ record: Range<Int>, isRight: Bool, isLast: Bool
    ) -> Bool? {
        guard doubts <= doubtsAllowed else { return false }
        let before = doubts
        var position = record.lowerBound
        for _ in 0..<(isRight ? 1 : Self.linesDoubted) {
            guard let lineEnd = unsafe Self.lineEnd(in: text, from: position), lineEnd < record.upperBound else {
                return false
            }
            switch unsafe isGood(
                text, from: lineEnd, within: record, linesInside: !isRight, isLast: isLast)
            {
            case nil:
                // Counted when it is asked again with more text.
                doubts = before
                return nil
            case true: return true
            case false: position = lineEnd + 1
            }
        }
        return false
    }

    /// Whether only good records follow a line end, up to or beyond the end of the larger record. Safe: reads up to
    /// `text.count`.
    private mutating func isGood(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, within record: Range<Int>, linesInside: Bool, isLast: Bool
    ) -> Bool? {
        let end = min(text.count, record.lowerBound + dialect.recordBytes)
        var fields = 0
        var isQuoted = false
        // At the start of a field, and after a closing quote, which may be the first of two.
        var mayOpen = true
        var hasClosed = false
        var position = start
        defer { doubts += position - start }
        while position < end {
            let byte = unsafe text[position]
            if isQuoted {
                if byte == dialect.quote { (isQuoted, mayOpen, hasClosed) = (false, true, true) }
                if !linesInside, byte == dialect.lineByte { return false }
            } else if byte == dialect.quote {
                guard mayOpen else { return false }
                fields = max(fields, 1)
                (isQuoted, hasClosed) = (true, false)
            } else if byte == dialect.delimiter {
                fields = max(fields, 1) + 1
                (mayOpen, hasClosed) = (true, false)
            } else if byte == ASCII.lineFeed || byte == ASCII.carriageReturn {
                if fields > 0, fields != expectedFields { return false }
                if fields > 0, position >= record.upperBound { return true }
                (fields, mayOpen, hasClosed) = (0, true, false)
            } else {
                if hasClosed { return false }
                fields = max(fields, 1)
                mayOpen = false
            }
            position += 1
        }
        if isLast, end == text.count { return !isQuoted && (fields == 0 || fields == expectedFields) }
        return text.count - record.lowerBound >= dialect.recordBytes ? false : nil
    }
}
