/// The elements of an array: which are records, and how far damage reaches.
extension JSONRecordScanner {
    /// The byte a record begins with.
    var opener: UInt8 { kind == .dispatchRequest ? UInt8(ascii: "[") : UInt8(ascii: "{") }

    /// Reads the element that begins at the cursor. False: the text ends first.
    mutating func element(_ bytes: JSONBytes, _ fields: JSONFields, isLast: Bool) throws(RefusedDrop) -> Bool {
        let start = cursor
        countLines(bytes, to: start)
        let mark = mark
        let isRecord = bytes[start] == opener
        var position: Int
        reach = 0
        if isRecord {
            position = kind == .dispatchRequest ? answers(bytes, at: start, fields) : object(bytes, at: start, fields)
        } else {
            position = bytes.valueEnd(start)
        }
        let end = position
        var isFollowed = false
        if position >= 0 {
            position = bytes.skipWhiteSpace(position)
            isFollowed = bytes[position] == UInt8(ascii: ",") || bytes[position] == UInt8(ascii: "]")
            // Twice the limit, so white space after a record cannot fill the memory.
            if isFollowed, end - start <= recordBytes, position - start <= 2 * recordBytes {
                if isRecord {
                    try accept(start..<end, line: line, fields)
                } else {
                    forget(from: mark)
                    let last = line + bytes.lineFeeds(in: start..<end)
                    reject(start..<end, line: line, lastLine: last, .notAnObject, at: start)
                }
                cursor = end
                place = .afterElement
                return true
            }
        } else {
            position = ~position
        }
        forget(from: mark)
        let reach = end >= 0 ? end : max(position, reach)
        if reach - start > recordBytes || end >= 0 && position - start > 2 * recordBytes {
            rejectTooLarge(bytes, start)
        } else if position == bytes.count {
            if !isLast { return false }
            rejectRest(bytes, from: start, at: position)
        } else {
            return rejectDamaged(bytes, start, at: position, isLast: isLast)
        }
        return true
    }

    /// Rejects the element at `start`, keeps as many bytes as a record may have, and skips the rest.
    private mutating func rejectTooLarge(_ bytes: JSONBytes, _ start: Int) {
        let limit = bytes.characterStart(start + recordBytes, notBefore: start)
        let last = line + bytes.lineFeeds(in: start..<limit)
        reject(start..<limit, line: line, lastLine: last, .tooLarge, at: limit)
        place = .inElement(JSONElementEnd(opener: opener))
    }

    /// Rejects the element at `start`, whose grammar is broken at `position`, as far as it reaches.
    private mutating func rejectDamaged(
        _ bytes: JSONBytes, _ start: Int, at position: Int, isLast: Bool
    ) -> Bool {
        let window = start..<min(bytes.count, start + recordBytes)
        let foresight = foresight(at: start)
        let near = start..<min(bytes.count, start + foresight)
        var elementEnd = JSONElementEnd(opener: opener)
        switch elementEnd.run(bytes, near) {
        case .followed(let follower):
            noteLook(follower - start)
            cursor = rejectDamaged(bytes, start, upTo: follower, at: position)
            place = .afterElement
            return true
        case .next(let next):
            noteLook(next - start)
            _ = rejectDamaged(bytes, start, upTo: next, at: position)
            cursor = next
            place = .nextElement
            return true
        case .more where bytes.count - start <= foresight && !isLast:
            return false
        case .overrun, .broken, .more:
            break
        }
        var nextLine = JSONNextLine(opener: opener, indentation: indentation(of: start))
        if let next = nextInLine(bytes, window, behind: UInt8(ascii: ",")) ?? nextLine.run(bytes, window) {
            _ = rejectDamaged(bytes, start, upTo: next, at: position)
            cursor = next
            place = .nextElement
        } else if bytes.count - start > recordBytes {
            let limit = bytes.characterStart(window.upperBound, notBefore: start)
            let last = line + bytes.lineFeeds(in: start..<limit)
            reject(start..<limit, line: line, lastLine: last, .invalidJSON, at: min(position, limit))
            cursor = window.upperBound
            place = .inDamage(nextLine)
        } else if isLast {
            rejectRest(bytes, from: start, at: position)
        } else {
            return false
        }
        noteLook(near.count)
        return true
    }

    /// Where the next record begins on the same line as a damaged one, as in arrays that are one long line: after a
    /// comma (a bracket in JSON Lines), with the first key of the drop's first record, and not in an array that begins
    /// inside the damaged record.
    func nextInLine(_ bytes: JSONBytes, _ window: Range<Int>, behind separator: UInt8) -> Int? {
        guard opener == UInt8(ascii: "{") else { return nil }
        let name = schema.columns.first?.name
        if name == nil, kind != .jsonLines { return nil }
        let key = name.map { Array("\"\($0)\"".utf8) } ?? [UInt8(ascii: "\"")]
        var isBehindSeparator = false
        // Where quotes are missing, nobody knows what is text. So both counts are kept: with the brackets inside texts,
        // and without.
        var all = OpenBrackets()
        var outside = OpenBrackets()
        var isText = false
        for position in window {
            let byte = bytes[position]
            if byte == 0x0A || byte == 0x0D { return nil }
            if byte == opener, isBehindSeparator, !all.isInArray, !outside.isInArray {
                var start = position + 1
                while start < window.upperBound, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
                guard start + key.count <= window.upperBound else { return nil }
                if key.indices.allSatisfy({ bytes[start + $0] == key[$0] }) { return position }
            }
            if byte == UInt8(ascii: "\"") { isText.toggle() }
            all.pass(byte)
            if !isText { outside.pass(byte) }
            if all.isListOver, separator == UInt8(ascii: ",") { return nil }
            isBehindSeparator = byte == separator || isBehindSeparator && (byte == 0x20 || byte == 0x09)
        }
        return nil
    }

    /// The open brackets in damaged text; a closing bracket also closes the unclosed ones inside it.
    private struct OpenBrackets {
        private var open: [UInt8] = []
        /// How many of `open` are of each kind, so no search is in vain.
        private var objects = 0
        private var arrays = 0
        /// Whether a bracket closed an array that did not begin here.
        private(set) var isListOver = false

        var isInArray: Bool { open.last == UInt8(ascii: "[") }

        mutating func pass(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                open.append(byte)
                if byte == UInt8(ascii: "[") { arrays += 1 } else { objects += 1 }
            case UInt8(ascii: "]") where arrays == 0: isListOver = true
            case UInt8(ascii: "}") where objects == 0: break
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                // In ASCII, each closing bracket is two after its opening one.
                while let last = open.popLast() {
                    if last == UInt8(ascii: "[") { arrays -= 1 } else { objects -= 1 }
                    if last == byte - 2 { break }
                }
            default: break
            }
        }
    }

    /// Rejects a damaged element whose end or follower lies before `limit`, and returns its end.
    private mutating func rejectDamaged(
        _ bytes: JSONBytes, _ start: Int, upTo limit: Int, at position: Int
    ) -> Int {
        let end = trimmed(bytes, start..<limit)
        let last = line + bytes.lineFeeds(in: start..<end)
        reject(start..<end, line: line, lastLine: last, .invalidJSON, at: min(position, limit))
        return end
    }

    /// Where a damaged record ends, without the separators after it.
    private func trimmed(_ bytes: JSONBytes, _ range: Range<Int>) -> Int {
        var end = range.upperBound
        while end > range.lowerBound, bytes.isWhiteSpace(bytes[end - 1]) || bytes[end - 1] == UInt8(ascii: ",") {
            end -= 1
        }
        return end
    }

    /// Rejects everything from `start` to the end of the drop as one record, without what closes the document.
    private mutating func rejectRest(_ bytes: JSONBytes, from start: Int, at position: Int) {
        var limit = bytes.count
        if position < bytes.count, let closing = closing(bytes, from: start), closing >= position { limit = closing }
        let end = trimmed(bytes, start..<limit)
        if limit < bytes.count {
            keeping = .trailing
            keep(bytes, end..<bytes.count)
        }
        let last = line + bytes.lineFeeds(in: start..<end)
        reject(start..<end, line: line, lastLine: last, .invalidJSON, at: min(position, bytes.count))
        cursor = bytes.count
        place = .restReported
    }

    /// Where the brackets that close the document begin at its very end, if they begin a line.
    private func closing(_ bytes: JSONBytes, from start: Int) -> Int? {
        let brackets: [UInt8] =
            switch kind {
            case .csv, .jsonLines, .jsonArray: [UInt8(ascii: "]")]
            case .jsonContacts: [UInt8(ascii: "}"), UInt8(ascii: "]")]
            case .dispatchRequest: [UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "]")]
            }
        var position = bytes.count
        for bracket in brackets {
            while position > start, bytes.isWhiteSpace(bytes[position - 1]) { position -= 1 }
            guard position > start, bytes[position - 1] == bracket else { return nil }
            position -= 1
        }
        var before = position
        while before > start, bytes[before - 1] == 0x20 || bytes[before - 1] == 0x09 { before -= 1 }
        guard before > start, bytes[before - 1] == 0x0A || bytes[before - 1] == 0x0D else { return nil }
        return position
    }

    /// Skips the rest of an element that was already reported.
    mutating func skipElement(_ bytes: JSONBytes, _ elementEnd: JSONElementEnd) {
        var elementEnd = elementEnd
        switch elementEnd.run(bytes, cursor..<bytes.count) {
        case .more:
            cursor = bytes.count
            place = .inElement(elementEnd)
        case .followed(let position):
            cursor = position
            place = .afterElement
        case .next(let position), .overrun(let position):
            cursor = position
            place = .nextElement
        case .broken(let position):
            cursor = position
            place = .inDamage(JSONNextLine(opener: opener, indentation: .max))
        }
    }

    /// Skips damage that was already reported.
    mutating func skipDamage(_ bytes: JSONBytes, _ nextLine: JSONNextLine) {
        var nextLine = nextLine
        if let position = nextLine.run(bytes, cursor..<bytes.count) {
            cursor = position
            place = .nextElement
        } else {
            cursor = bytes.count
            place = .inDamage(nextLine)
        }
    }
}
