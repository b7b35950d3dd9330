/// Reads the records themselves: the hot loop over an object's keys and values, and the answers of a dispatch request.
///
/// Both return the position after the record, or the complement of the position of its fault; `count` means that the
/// text ended first. The fields are then in `fields`, the copied ones listed in `copiedColumns`.
extension JSONRecordScanner {
    /// Reads the object whose `{` is at `start`.
    ///
    /// Most of the time is spent here. Members that are written as usual, with a string for a value, are read many at
    /// once (`JSONUsual`). Of others the usual key is recognised by comparing it with the key that last followed its
    /// predecessor, and the usual value is a string without escapes, whose end takes one search. Everything else is out
    /// of line.
    mutating func object(_ bytes: JSONBytes, at start: Int, _ fields: JSONFields) -> Int {
        fields.clear(keys.schema.columns.count)
        keys.clearOthers(fields)
        var next = usual.begin(bytes)
        var strange = 0
        var position = start
        var previous = JSONKeys.start
        while true {
            var column: Int?
            if next < usual.count {
                let found = fields.take(usual.form, of: bytes, usual.survey, at: &position, from: next)
                if found.member > next { previous = usual.spelling(of: found.member - 1) }
                next = found.member
                if found.isAtValue {
                    column = usual.form.place(of: next)
                    previous = usual.spelling(of: next)
                    next += 1
                    if bytes[position] <= 0x20 { position = bytes.skipWhiteSpace(position) }
                }
            }
            if column == nil {
                let leadStart = position
                column = key(bytes, of: start, &position, after: &previous, fields)
                if position < 0 { return position }
                guard let column else {
                    usual.end(bytes, strange: strange, sink: fields.sink)
                    return position
                }
                strange += 1
                if usual.isLearning {
                    usual.learn(leadStart..<position, column: column, spelling: previous)
                } else {
                    next = usual.member(behind: previous) ?? next
                }
            }
            guard let column else { continue }
            position = value(bytes, at: position, of: column, fields)
            if position < 0 { return position }
        }
    }

    /// Reads the next key, and what stands around it, up to its value.
    ///
    /// - Parameter position: behind the value before it, or at the object's beginning; then at its own value. The
    ///   complement of the position of a fault.
    /// - Returns: the column of the value; nil if there is none, and the object ends before `position`.
    @inline(__always)
    private mutating func key(
        _ bytes: JSONBytes, of start: Int, _ position: inout Int, after previous: inout Int, _ fields: JSONFields
    ) -> Int? {
        let isFirst = position == start
        if isFirst { position += 1 }
        if bytes[position] <= 0x20 { position = bytes.skipWhiteSpace(position) }
        if isFirst || bytes[position] == UInt8(ascii: ",") {
            if !isFirst {
                position += 1
                if bytes[position] <= 0x20 { position = bytes.skipWhiteSpace(position) }
            } else if bytes[position] == UInt8(ascii: "}") {
                position += 1
                return nil
            }
        } else {
            position = bytes[position] == UInt8(ascii: "}") ? position + 1 : ~position
            return nil
        }
        let keyStart = position
        let column: Int
        let guess = keys.successor(of: previous, in: bytes, at: position)
        if guess != 0 {
            previous = guess
            position += keys.length(of: guess)
            column = keys.column(of: guess)
        } else {
            guard bytes[position] == UInt8(ascii: "\"") else {
                position = ~position
                return nil
            }
            position = bytes.stringEnd(position)
            if position < 0 { return nil }
            column = self.column(bytes, key: keyStart..<position, after: &previous, fields)
        }
        // RFC 8259 §4 leaves duplicate keys open; the contract does not.
        if fields.isTaken(column) {
            reach = position
            position = ~keyStart
            return nil
        }
        if bytes[position] != UInt8(ascii: ":") {
            position = bytes.skipWhiteSpace(position)
            guard bytes[position] == UInt8(ascii: ":") else {
                position = ~position
                return nil
            }
        }
        position += 1
        if bytes[position] <= 0x20 { position = bytes.skipWhiteSpace(position) }
        return column
    }

    /// Reads the value at `start` into its column.
    ///
    /// - Returns: its end, or the complement of the position of a fault.
    @inline(__always)
    private mutating func value(_ bytes: JSONBytes, at start: Int, of column: Int, _ fields: JSONFields) -> Int {
        var position = start
        let stop = bytes[position] == UInt8(ascii: "\"") ? bytes.stringStop(position + 1) : position
        if stop > position, bytes[stop] == UInt8(ascii: "\"") {
            // The quotation marks beside it are no spaces, so this is right for an empty value as well.
            let isTrimmed = bytes.isPlain(position + 1) && bytes.isPlain(stop - 1)
            fields.set(
                column, FieldSpan(offset: position + 1, length: stop - position - 1, kind: .text, isTrimmed: isTrimmed))
            position = stop + 1
        } else {
            var field = FieldSpan.absent
            let sideStart = side.count
            position = value(bytes, at: start, depth: 1, &field)
            if position < 0 { return position }
            var isCopied = side.count > sideStart
            if field.isNested, let twice = takeInner(bytes, at: start, column, &field, isCopied: &isCopied, fields) {
                reach = position
                return ~twice
            }
            if isCopied { copiedColumns.append(column) }
            fields.set(column, field)
        }
        if column == fields.sink { fields.set(column, .absent) }
        return position
    }

    /// The column of a key that was not the expected one.
    ///
    /// A key that refuses the drop gets the sink: the refusal only holds if the record turns out whole.
    @inline(never)
    private mutating func column(
        _ bytes: JSONBytes, key range: Range<Int>, after previous: inout Int, _ fields: JSONFields
    ) -> Int {
        let known = keys.find(range, in: bytes)
        if known != 0 {
            keys.follow(previous, with: known)
            previous = known
            return keys.column(of: known)
        }
        let isString = bytes[range.lowerBound] == UInt8(ascii: "\"")
        let name =
            isString
            ? bytes.text(ofString: range.lowerBound, end: range.upperBound)
            : String(decoding: bytes.copy(range), as: UTF8.self)
        let column: Int
        let columns = keys.schema.columns.count
        let others = keys.otherCount
        do {
            column = try keys.column(ofNew: name)
        } catch {
            if refusal == nil { refusal = error }
            return fields.sink
        }
        // A new slot may still have a value from an earlier attempt.
        if column == columns || keys.otherCount > others { fields.set(column, .absent) }
        let added = keys.remember(range, in: bytes, column: column)
        if added != 0 {
            keys.follow(previous, with: added)
            previous = added
        }
        return column
    }

    /// Reads a value; if it differs from its raw bytes, copies it to the side buffer.
    @inline(never)
    mutating func value(_ bytes: JSONBytes, at start: Int, depth: Int, _ field: inout FieldSpan) -> Int {
        let end: Int
        let byte = bytes[start]
        switch byte {
        case UInt8(ascii: "\""):
            let stop = bytes.stringStop(start + 1)
            if bytes[stop] == UInt8(ascii: "\"") {
                end = stop + 1
                field = FieldSpan(offset: start + 1, length: stop - start - 1, kind: .text)
            } else {
                end = bytes.stringEnd(start)
                if end < 0 { return end }
                let offset = side.count
                bytes.unescape(start + 1..<end - 1, into: &side)
                field = FieldSpan(offset: offset, length: side.count - offset, kind: .text)
            }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let nested = bytes.nestedEnd(start, depth: depth)
            end = nested.end
            if end < 0 { return end }
            if nested.hasWhiteSpace {
                let offset = side.count
                bytes.compact(start..<end, into: &side)
                field = FieldSpan(offset: offset, length: side.count - offset, kind: .nested)
            } else {
                field = FieldSpan(offset: start, length: end - start, kind: .nested)
            }
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            end = bytes.numberEnd(start)
            field = FieldSpan(offset: start, length: end - start, kind: .number, isTrimmed: true)
        default:
            end = bytes.literalEnd(start)
            field =
                byte == UInt8(ascii: "n")
                ? FieldSpan(offset: start, length: 0, kind: .absent)
                : FieldSpan(offset: start, length: end - start, kind: .boolean, isTrimmed: true)
        }
        return end
    }

    /// Reads one inner array of a dispatch request's `PreFill`: `[{"QuestionId": …, "Input": …}, …]`.
    mutating func answers(_ bytes: JSONBytes, at start: Int, _ fields: JSONFields) -> Int {
        fields.clear(keys.schema.columns.count)
        keys.clearOthers(fields)
        var position = bytes.skipWhiteSpace(start + 1)
        if bytes[position] == UInt8(ascii: "]") { return position + 1 }
        var previous = JSONKeys.start
        while true {
            guard bytes[position] == UInt8(ascii: "{") else { return ~position }
            position = answer(bytes, at: position, after: &previous, fields)
            if position < 0 { return position }
            position = bytes.skipWhiteSpace(position)
            if bytes[position] == UInt8(ascii: "]") { return position + 1 }
            guard bytes[position] == UInt8(ascii: ",") else { return ~position }
            position = bytes.skipWhiteSpace(position + 1)
        }
    }

    /// Reads one answer. Its keys may come in any order, with others among them.
    private mutating func answer(
        _ bytes: JSONBytes, at start: Int, after previous: inout Int, _ fields: JSONFields
    ) -> Int {
        var question: Range<Int>?
        var input: FieldSpan?
        var isCopied = false
        var position = bytes.skipWhiteSpace(start + 1)
        guard bytes[position] == UInt8(ascii: "\"") else { return ~position }
        while true {
            guard bytes[position] == UInt8(ascii: "\"") else { return ~position }
            let key = position
            position = bytes.stringEnd(position)
            if position < 0 { return position }
            let isQuestion = bytes.isName("questionid", key..<position)
            let isInput = !isQuestion && bytes.isName("input", key..<position)
            if isInput && input != nil || isQuestion && question != nil {
                reach = position
                return ~key
            }
            position = bytes.skipWhiteSpace(position)
            guard bytes[position] == UInt8(ascii: ":") else { return ~position }
            position = bytes.skipWhiteSpace(position + 1)
            if isInput {
                var field = FieldSpan.absent
                let sideStart = side.count
                position = value(bytes, at: position, depth: 2, &field)
                if position < 0 { return position }
                isCopied = side.count > sideStart
                input = field
            } else {
                let valueStart = position
                position = isQuestion ? bytes.labelEnd(position) : bytes.valueEnd(position, depth: 2)
                if position < 0 { return position }
                if isQuestion { question = valueStart..<position }
            }
            position = bytes.skipWhiteSpace(position)
            if bytes[position] == UInt8(ascii: "}") { break }
            guard bytes[position] == UInt8(ascii: ",") else { return ~position }
            position = bytes.skipWhiteSpace(position + 1)
        }
        guard let question else { return ~position }
        let guess = keys.successor(of: previous, in: bytes, at: question.lowerBound)
        let column: Int
        if guess != 0, keys.length(of: guess) == question.count {
            previous = guess
            column = keys.column(of: guess)
        } else {
            column = self.column(bytes, key: question, after: &previous, fields)
        }
        if column == fields.sink { return position + 1 }
        if fields.isTaken(column) {
            reach = position
            return ~question.lowerBound
        }
        if isCopied { copiedColumns.append(column) }
        fields.set(column, input ?? FieldSpan(offset: question.lowerBound, length: 0, kind: .absent))
        return position + 1
    }
}

extension JSONBytes {
    /// Whether the string in `range` is `name`, which is in lower case; the string's own case does not matter.
    func isName(_ name: StaticString, _ range: Range<Int>) -> Bool {
        guard range.count == name.utf8CodeUnitCount + 2 else { return false }
        var position = range.lowerBound + 1
        for offset in 0..<name.utf8CodeUnitCount {
            // Safe: static strings live for ever.
            let byte = unsafe name.utf8Start[offset]
            if self[position] | 0x20 != byte { return false }
            position += 1
        }
        return true
    }

    /// The end of a string or a number; campaigns and columns can be named by either.
    func labelEnd(_ position: Int) -> Int {
        self[position] == UInt8(ascii: "\"") ? stringEnd(position) : numberEnd(position)
    }
}
