/// JSON Lines: one object a line, ended by LF, CRLF or CR; blank lines are not records. Objects may also follow one
/// another with or without white space between them, on one line or over several.
///
/// Damage ends with its line; for an object over several lines, it ends where a line begins with the next object. Lines
/// are counted by their line feeds, as `sed` counts them.
extension JSONRecordScanner {
    mutating func scanLines(_ bytes: JSONBytes, _ fields: JSONFields, isLast: Bool) throws(RefusedDrop) {
        while cursor < bytes.count {
            switch place {
            case .restOfLine:
                if !skipLine(bytes, isLast: isLast) { return }
                continue
            case .inDamage(let nextLine):
                skipLines(bytes, nextLine)
                continue
            case .line, .documentStart, .firstRequest, .nextRequest, .firstKey, .nextKey, .afterValue, .firstElement,
                .nextElement, .afterElement, .afterRequest, .documentEnd, .inElement, .rest, .restReported:
                break
            }
            let first = bytes.skipWhiteSpace(cursor)
            if isAtLineStart { lineIndentation = first - cursor }
            let mark = mark
            var position: Int
            if bytes[first] == UInt8(ascii: "{") {
                position = object(bytes, at: first, fields)
                if position >= 0 {
                    if bytes[position] <= 0x20 { position = bytes.skipWhiteSpace(position) }
                    if isRecordEnd(bytes, position, isLast), position - cursor <= recordBytes {
                        try accept(cursor..<position, line: line, fields)
                        passRecordEnd(bytes, at: position)
                        continue
                    }
                    position = ~position
                }
                forget(from: mark)
                if isLineEndByte(bytes, ~position), ~position - cursor <= recordBytes {
                    switch try lines(bytes, first, upTo: ~position, fields, isLast: isLast) {
                    case .done: continue
                    case .waiting: return
                    case .oneLine: break
                    }
                }
            } else if isLineEnd(bytes, first, isLast), first - cursor <= recordBytes {
                passLineEnd(bytes, at: first)
                continue
            } else {
                position = bytes.valueEnd(first)
                if position >= 0 { position = bytes.skipWhiteSpace(position) }
            }
            // Damaged, too large, or not complete yet; `position` is negative if the grammar was broken.
            if !rejectInLine(bytes, first, position, isLast: isLast) { return }
        }
    }

    /// Rejects the text at the cursor up to the line's end, or to where another object begins on the line. False: more
    /// text is needed.
    private mutating func rejectInLine(_ bytes: JSONBytes, _ first: Int, _ position: Int, isLast: Bool) -> Bool {
        let end = bytes.lineEnd(cursor)
        let isLong = end - cursor > recordBytes
        if end == bytes.count, !isLast, !isLong { return false }
        let window = cursor..<min(end, cursor + recordBytes)
        let shown = min(position < 0 ? ~position : position, end)
        if bytes[first] == UInt8(ascii: "{"), let next = nextInLine(bytes, window, behind: UInt8(ascii: "}")) {
            reject(cursor..<next, line: line, lastLine: line, .invalidJSON, at: min(shown, next))
            (cursor, isAtLineStart) = (next, false)
        } else if isLong {
            let limit = bytes.characterStart(cursor + recordBytes, notBefore: cursor)
            reject(cursor..<limit, line: line, lastLine: line, .tooLarge, at: limit)
            (cursor, isAtLineStart) = (limit, false)
            place = .restOfLine
        } else {
            let isOther = position == end
            reject(
                cursor..<end, line: line, lastLine: line, isOther ? .notAnObject : .invalidJSON,
                at: isOther ? first : shown)
            passLineEnd(bytes, at: end)
        }
        return true
    }

    // MARK: - Over several lines

    private enum Lines {
        case done
        case waiting
        /// Damage on the first line concerns that line alone.
        case oneLine
    }

    /// Reads the object at `first`, which is incomplete at its line's end, at `lineEnd`, as an object over several
    /// lines.
    private mutating func lines(
        _ bytes: JSONBytes, _ first: Int, upTo lineEnd: Int, _ fields: JSONFields, isLast: Bool
    ) throws(RefusedDrop) -> Lines {
        guard doubts <= 1 << 20 + Int(number) << 8 else { return .oneLine }
        let any = bytes.with(whiteSpace: JSONBytes.anyWhiteSpace)
        let next = any.skipWhiteSpace(lineEnd)
        if next == bytes.count, !isLast, next - cursor <= recordBytes { return .waiting }
        if next == bytes.count || next - cursor > recordBytes { return .oneLine }
        let mark = mark
        var position = object(any, at: first, fields)
        if position >= 0 {
            let end = position
            if bytes[position] <= 0x20 { position = bytes.skipWhiteSpace(position) }
            if isRecordEnd(bytes, position, isLast), position - cursor <= recordBytes {
                try accept(cursor..<position, line: line, fields)
                line += bytes.lineFeeds(in: cursor..<position)
                passRecordEnd(bytes, at: position)
                return .done
            }
            forget(from: mark)
            if position == bytes.count, !isLast, position - cursor <= recordBytes { return .waiting }
            return rejectLines(bytes, at: end - cursor > recordBytes ? bytes.count : position, isLast: isLast)
        }
        forget(from: mark)
        position = ~position
        if position == bytes.count, !isLast, position - cursor <= recordBytes { return .waiting }
        // If the next line does not continue it, it is not an object over several lines.
        if position <= next {
            doubts += position - cursor
            return .oneLine
        }
        return rejectLines(bytes, at: position, isLast: isLast)
    }

    /// Rejects the object at the cursor, which spans several lines and is damaged at `position`, up to the line that
    /// begins with the next object.
    private mutating func rejectLines(_ bytes: JSONBytes, at position: Int, isLast: Bool) -> Lines {
        let any = bytes.with(whiteSpace: JSONBytes.anyWhiteSpace)
        func trimmed(_ range: Range<Int>) -> Int {
            var end = range.upperBound
            while end > range.lowerBound, any.isWhiteSpace(bytes[end - 1]) { end -= 1 }
            return end
        }
        let start = cursor
        let window = start..<min(bytes.count, start + recordBytes)
        var nextLine = JSONNextLine(opener: UInt8(ascii: "{"), indentation: lineIndentation)
        if let next = nextLine.run(bytes, window) {
            doubts += max(0, min(position, window.upperBound) - next)
            let end = trimmed(start..<next)
            reject(
                start..<end, line: line, lastLine: line + bytes.lineFeeds(in: start..<end), .invalidJSON,
                at: min(position, end))
            line += bytes.lineFeeds(in: start..<next)
            (cursor, isAtLineStart) = (next, false)
        } else if bytes.count - start > recordBytes {
            let limit = bytes.characterStart(window.upperBound, notBefore: start)
            let isLarge = position > window.upperBound
            reject(
                start..<limit, line: line, lastLine: line + bytes.lineFeeds(in: start..<limit),
                isLarge ? .tooLarge : .invalidJSON, at: min(position, limit))
            line += bytes.lineFeeds(in: start..<window.upperBound)
            cursor = window.upperBound
            place = .inDamage(nextLine)
        } else if isLast {
            let end = trimmed(start..<bytes.count)
            reject(
                start..<end, line: line, lastLine: line + bytes.lineFeeds(in: start..<end), .invalidJSON,
                at: min(position, end))
            line += bytes.lineFeeds(in: start..<bytes.count)
            cursor = bytes.count
        } else {
            return .waiting
        }
        return .done
    }

    /// Skips lines that were already reported.
    private mutating func skipLines(_ bytes: JSONBytes, _ nextLine: JSONNextLine) {
        var nextLine = nextLine
        let next = nextLine.run(bytes, cursor..<bytes.count)
        line += bytes.lineFeeds(in: cursor..<(next ?? bytes.count))
        cursor = next ?? bytes.count
        isAtLineStart = false
        place = next == nil ? .inDamage(nextLine) : .line
    }

    // MARK: - Steps

    /// Skips the rest of a line that was already reported, up to its end or another object on it. False: the text ends
    /// first.
    private mutating func skipLine(_ bytes: JSONBytes, isLast: Bool) -> Bool {
        let end = bytes.lineEnd(cursor)
        switch nextObject(bytes, cursor..<end, isLast: isLast || end < bytes.count) {
        case .at(let position):
            cursor = position
            place = .line
            return true
        case .perhaps(let position):
            cursor = position
            return false
        case .none:
            cursor = end
            if end == bytes.count { return false }
            passLineEnd(bytes, at: end)
            place = .line
            return true
        }
    }

    private enum NextObject {
        case at(Int)
        /// Only more text tells whether an object begins after the bracket here.
        case perhaps(Int)
        case none
    }

    /// How many blanks are skipped between two objects on a line, or before the first key.
    private static let blanksPassed = 16

    /// The first object on a line whose beginning was lost: `}{"`, with a key that the drop has.
    private func nextObject(_ bytes: JSONBytes, _ range: Range<Int>, isLast: Bool) -> NextObject {
        let name = schema.columns.first.map { Array("\"\($0.name)\"".utf8) } ?? [UInt8(ascii: "\"")]
        func skip(_ position: Int) -> Int {
            var position = position
            let limit = min(range.upperBound, position + Self.blanksPassed)
            while position < limit, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
            return position
        }
        for position in range where bytes[position] == UInt8(ascii: "}") {
            let opening = skip(position + 1)
            var matched = opening
            if opening < range.upperBound {
                guard bytes[opening] == UInt8(ascii: "{") else { continue }
                matched = skip(opening + 1)
                var compared = 0
                while compared < name.count, matched < range.upperBound, bytes[matched] == name[compared] {
                    compared += 1
                    matched += 1
                }
                if compared == name.count { return .at(opening) }
            }
            if matched == range.upperBound, !isLast { return .perhaps(position) }
        }
        return .none
    }

    private func isLineEndByte(_ bytes: JSONBytes, _ position: Int) -> Bool {
        position >= 0 && position < bytes.count && (bytes[position] == 0x0A || bytes[position] == 0x0D)
    }

    private func isLineEnd(_ bytes: JSONBytes, _ position: Int, _ isLast: Bool) -> Bool {
        let byte = bytes[position]
        if position == bytes.count { return isLast }
        return byte == 0x0A || byte == 0x0D
    }

    /// Whether an object before `position` is a record: its line ends there, or another object begins.
    private func isRecordEnd(_ bytes: JSONBytes, _ position: Int, _ isLast: Bool) -> Bool {
        bytes[position] == UInt8(ascii: "{") || isLineEnd(bytes, position, isLast)
    }

    /// Skips one byte of a line end; the second one of CRLF then ends a blank line.
    private mutating func passLineEnd(_ bytes: JSONBytes, at position: Int) {
        if position < bytes.count, bytes[position] == 0x0A { line += 1 }
        cursor = min(position + 1, bytes.count)
        isAtLineStart = true
    }

    private mutating func passRecordEnd(_ bytes: JSONBytes, at position: Int) {
        guard bytes[position] == UInt8(ascii: "{") else { return passLineEnd(bytes, at: position) }
        cursor = position
        isAtLineStart = false
    }
}
