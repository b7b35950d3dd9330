/// How a record is found out that reaches over others because a quote of it is out of place.
extension CSVCutter {
    /// Lines of a record behind which others may begin that it has swallowed: a value of more lines than that is a rare
    /// text.
    private static let linesDoubted = 64
    /// Bytes that may be looked at for this altogether: as many for each record as a record has, and some for the
    /// first, so that a drop made of such records costs no more than another.
    private var doubtsAllowed: Int { 1 << 20 + Int(number) << 8 }

    /// Whether what a record reaches over, from some line of it on, is itself nothing but good records with the fields
    /// that they should have. Safe: nothing is read outside `text`.
    ///
    /// A value that has line ends by right is not read so: its closing quote stands within a field then. A record that
    /// has the fields it should have (`isRight`) is doubted only for records of one line each, from its second line on.
    /// Nil when only more text can tell; how far is looked does not depend on where blocks end.
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
                // Asked again with more text, it is counted then.
                doubts = before
                return nil
            case true: return true
            case false: position = lineEnd + 1
            }
        }
        return false
    }

    /// Whether there are only good records from a line end on to the end of a larger one or beyond. Safe: read up to
    /// `text.count`.
    private mutating func isGood(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, within record: Range<Int>, linesInside: Bool, isLast: Bool
    ) -> Bool? {
        let end = min(text.count, record.lowerBound + dialect.recordBytes)
        var fields = 0
        var isQuoted = false
        // At the beginning of a field, and behind a closing quote, which may be the first of two.
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
