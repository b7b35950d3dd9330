/// JSON Lines: one object a line, ended by LF, CRLF or CR; blank lines are no records.
///
/// Damage stays in its line. Lines are counted by their line feeds, as `sed` counts them.
extension JSONRecordScanner {
    mutating func scanLines(_ bytes: JSONBytes, _ fields: JSONFields, isLast: Bool) throws(RefusedDrop) {
        while cursor < bytes.count {
            if case .restOfLine = place {
                let end = bytes.lineEnd(cursor)
                cursor = end
                if end == bytes.count { return }
                passLineEnd(bytes, at: end)
                place = .line
                continue
            }
            let first = bytes.skipWhiteSpace(cursor)
            let mark = mark
            var position: Int
            if bytes[first] == UInt8(ascii: "{") {
                position = object(bytes, at: first, fields)
                if position >= 0 {
                    if bytes[position] <= 0x20 { position = bytes.skipWhiteSpace(position) }
                    if isLineEnd(bytes, position, isLast), position - cursor <= recordBytes {
                        try accept(cursor..<position, line: line, fields)
                        passLineEnd(bytes, at: position)
                        continue
                    }
                    position = ~position
                }
                forget(from: mark)
            } else if isLineEnd(bytes, first, isLast), first - cursor <= recordBytes {
                passLineEnd(bytes, at: first)
                continue
            } else {
                position = bytes.valueEnd(first)
                if position >= 0 { position = bytes.skipWhiteSpace(position) }
            }
            // Damaged, too large, or not all here yet; `position` is negative where the grammar was broken.
            let end = bytes.lineEnd(cursor)
            if end - cursor > recordBytes {
                let limit = bytes.characterStart(cursor + recordBytes, notBefore: cursor)
                reject(cursor..<limit, line: line, lastLine: line, .tooLarge, at: limit)
                cursor = limit
                place = .restOfLine
            } else if end == bytes.count, !isLast {
                return
            } else {
                let shown = min(position < 0 ? ~position : position, end)
                let isOther = position == end
                reject(
                    cursor..<end, line: line, lastLine: line, isOther ? .notAnObject : .invalidJSON,
                    at: isOther ? first : shown)
                passLineEnd(bytes, at: end)
            }
        }
    }

    private func isLineEnd(_ bytes: JSONBytes, _ position: Int, _ isLast: Bool) -> Bool {
        let byte = bytes[position]
        if position == bytes.count { return isLast }
        return byte == 0x0A || byte == 0x0D
    }

    /// Steps over one line end byte; the second one of CRLF then ends a blank line.
    private mutating func passLineEnd(_ bytes: JSONBytes, at position: Int) {
        if position < bytes.count, bytes[position] == 0x0A { line += 1 }
        cursor = min(position + 1, bytes.count)
    }
}
