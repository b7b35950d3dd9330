/// The grammar of JSON values (RFC 8259 §3 to §7), checked strictly and without recursion.
extension JSONBytes {
    /// How deep arrays and objects may nest, the record's own included (RFC 8259 §9 leaves the limit to us).
    static let maximumDepth = 512

    /// The end of the value that begins at `position` inside `depth` arrays and objects, or the complement of the
    /// position of its fault.
    func valueEnd(_ position: Int, depth: Int = 0) -> Int {
        switch self[position] {
        case UInt8(ascii: "\""): stringEnd(position)
        case UInt8(ascii: "{"), UInt8(ascii: "["): nestedEnd(position, depth: depth).end
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): numberEnd(position)
        default: literalEnd(position)
        }
    }

    /// The end of `true`, `false` or `null`.
    func literalEnd(_ position: Int) -> Int {
        switch self[position] {
        case UInt8(ascii: "t"): wordEnd("true", position)
        case UInt8(ascii: "f"): wordEnd("false", position)
        case UInt8(ascii: "n"): wordEnd("null", position)
        default: ~position
        }
    }

    private func wordEnd(_ word: StaticString, _ start: Int) -> Int {
        var position = start
        for offset in 0..<word.utf8CodeUnitCount {
            // Safe: static strings live for ever.
            let byte = unsafe word.utf8Start[offset]
            if self[position] != byte { return ~position }
            position += 1
        }
        return position
    }

    /// The end of a number: `-`, an integer without leading zeros, a fraction, an exponent (RFC 8259 §6).
    func numberEnd(_ start: Int) -> Int {
        var position = start
        if self[position] == UInt8(ascii: "-") { position += 1 }
        guard isDigit(position) else { return ~position }
        let leadsWithZero = self[position] == UInt8(ascii: "0")
        position += 1
        if !leadsWithZero {
            while isDigit(position) { position += 1 }
        } else if isDigit(position) {
            return ~position
        }
        if self[position] == UInt8(ascii: ".") {
            position += 1
            guard isDigit(position) else { return ~position }
            while isDigit(position) { position += 1 }
        }
        if self[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if self[position] == UInt8(ascii: "+") || self[position] == UInt8(ascii: "-") { position += 1 }
            guard isDigit(position) else { return ~position }
            while isDigit(position) { position += 1 }
        }
        return position
    }

    @inline(__always)
    private func isDigit(_ position: Int) -> Bool { self[position] &- UInt8(ascii: "0") <= 9 }

    /// The position after the closing quotation mark of the string whose opening one is at `start`.
    ///
    /// Escapes are checked, lone surrogates included (§7, §8.2); bytes from 0x80 on are left to validation.
    func stringEnd(_ start: Int) -> Int {
        var position = stringStop(start + 1)
        while self[position] == UInt8(ascii: "\\") {
            position = escapeEnd(position)
            if position < 0 { return position }
            position = stringStop(position)
        }
        return self[position] == UInt8(ascii: "\"") ? position + 1 : ~position
    }

    /// The position after an escape; a surrogate pair counts as one escape. A lone surrogate is reported at the byte
    /// that proves it.
    private func escapeEnd(_ start: Int) -> Int {
        switch self[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"):
            let unit = codeUnit(start + 2)
            if unit < 0 { return unit }
            if !(0xD800...0xDFFF).contains(unit) { return start + 6 }
            if unit >= 0xDC00 { return ~(start + 5) }
            if start + 6 >= count { return ~count }
            guard self[start + 6] == UInt8(ascii: "\\") else { return ~(start + 6) }
            if start + 7 >= count { return ~count }
            guard self[start + 7] == UInt8(ascii: "u") else { return ~(start + 7) }
            let second = codeUnit(start + 8)
            if second < 0 { return second }
            return (0xDC00...0xDFFF).contains(second) ? start + 12 : ~(start + 11)
        default:
            return ~(start + 1)
        }
    }

    /// Four hexadecimal digits, or the complement of the position where one is missing.
    private func codeUnit(_ start: Int) -> Int {
        var unit = 0
        for position in start..<start + 4 {
            let byte = self[position]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | Int(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | Int(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | Int(byte - UInt8(ascii: "A") + 10)
            default: return ~position
            }
        }
        return unit
    }

    /// Appends the characters of a string that `stringEnd` accepted, with escapes decoded.
    func unescape(_ range: Range<Int>, into result: inout [UInt8]) {
        var position = range.lowerBound
        while position < range.upperBound {
            let stop = min(stringStop(position), range.upperBound)
            append(position..<stop, to: &result)
            position = stop
            if position == range.upperBound { break }
            switch self[position + 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = UInt32(codeUnit(position + 2))
                if scalar & 0xF800 == 0xD800 {
                    scalar = 0x10000 + (scalar & 0x3FF) << 10 | UInt32(codeUnit(position + 8)) & 0x3FF
                    position += 6
                }
                if let scalar = Unicode.Scalar(scalar) { result.append(contentsOf: UTF8.encode(scalar)!) }
                position += 4
            case let itself: result.append(itself)
            }
            position += 2
        }
    }

    /// The string's characters as text; bytes that are not UTF-8 become U+FFFD.
    func text(ofString start: Int, end: Int) -> String {
        var bytes: [UInt8] = []
        unescape(start + 1..<end - 1, into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @inline(__always)
    private func append(_ range: Range<Int>, to result: inout [UInt8]) {
        for position in range { result.append(self[position]) }
    }

    /// Appends a nested value that `nestedEnd` accepted, without the white space between its tokens.
    func compact(_ range: Range<Int>, into result: inout [UInt8]) {
        var position = range.lowerBound
        while position < range.upperBound {
            if self[position] == UInt8(ascii: "\"") {
                let end = stringEnd(position)
                append(position..<end, to: &result)
                position = end
            } else {
                if !isWhiteSpace(self[position]) { result.append(self[position]) }
                position += 1
            }
        }
    }

    /// What the grammar expects next inside a nested value.
    private enum Wanted {
        case value
        case valueOrEnd
        case key
        case keyOrEnd
        case commaOrEnd
    }

    /// The end of the array or object that begins at `start` inside `depth` others, and whether there is white space
    /// between its tokens.
    func nestedEnd(_ start: Int, depth outer: Int) -> (end: Int, hasWhiteSpace: Bool) {
        // One bit per level: 1 inside an object, 0 inside an array.
        var levels = InlineArray<8, UInt64>(repeating: 0)
        var depth = 0
        var wanted = Wanted.value
        var hasWhiteSpace = false
        var position = start
        while true {
            if isWhiteSpace(self[position]) {
                hasWhiteSpace = true
                position = skipWhiteSpace(position)
            }
            let byte = self[position]
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                guard wanted == .value || wanted == .valueOrEnd, depth + outer < Self.maximumDepth else {
                    return (~position, hasWhiteSpace)
                }
                let isObject = byte == UInt8(ascii: "{")
                let bit: UInt64 = 1 << UInt64(depth & 63)
                levels[depth >> 6] = isObject ? levels[depth >> 6] | bit : levels[depth >> 6] & ~bit
                depth += 1
                wanted = isObject ? .keyOrEnd : .valueOrEnd
                position += 1
                continue
            }
            let isInObject = depth > 0 && levels[(depth - 1) >> 6] >> UInt64((depth - 1) & 63) & 1 == 1
            if byte == (isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                guard wanted == .commaOrEnd || wanted == .keyOrEnd || wanted == .valueOrEnd else {
                    return (~position, hasWhiteSpace)
                }
                depth -= 1
                position += 1
                if depth == 0 { return (position, hasWhiteSpace) }
                wanted = .commaOrEnd
                continue
            }
            switch wanted {
            case .commaOrEnd:
                guard byte == UInt8(ascii: ",") else { return (~position, hasWhiteSpace) }
                position += 1
                wanted = isInObject ? .key : .value
            case .key, .keyOrEnd:
                guard byte == UInt8(ascii: "\"") else { return (~position, hasWhiteSpace) }
                position = stringEnd(position)
                if position < 0 { return (position, hasWhiteSpace) }
                if isWhiteSpace(self[position]) {
                    hasWhiteSpace = true
                    position = skipWhiteSpace(position)
                }
                guard self[position] == UInt8(ascii: ":") else { return (~position, hasWhiteSpace) }
                position += 1
                wanted = .value
            case .value, .valueOrEnd:
                // This is never a bracket, so `valueEnd` does not call this function again.
                position =
                    byte == UInt8(ascii: "\"")
                    ? stringEnd(position)
                    : byte == UInt8(ascii: "-") || isDigit(position) ? numberEnd(position) : literalEnd(position)
                if position < 0 { return (position, hasWhiteSpace) }
                wanted = .commaOrEnd
            }
        }
    }
}
