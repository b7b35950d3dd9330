/// Bodies of callbacks in the form of browsers and some providers, `name=value&name=value`, one per line. Each becomes
/// one line with a JSON object for the drop's decoder. Content that does not begin with such a line is not changed.
struct FormLines {
    private enum State {
        case beginning
        case form(rest: [UInt8])
        case other
    }

    private var state = State.beginning
    /// A longer line is not a callback.
    private static let longest = 65_536

    /// The next bytes of a drop, rewritten; nil: unchanged. The first bytes decide, and must include one line or the
    /// end.
    mutating func rewritten(_ block: [UInt8], isLast: Bool) -> [UInt8]? {
        let rest: [UInt8]
        switch state {
        case .other: return nil
        case .beginning:
            if block.isEmpty { return nil }
            guard Self.beginsForm(block) else {
                state = .other
                return nil
            }
            rest = []
        case .form(let left): rest = left
        }
        let text = rest + block
        var objects: [UInt8] = []
        var start = 0
        while let end = text[start...].firstIndex(of: ASCII.lineFeed) {
            Self.append(text[start..<end], to: &objects)
            start = end + 1
        }
        if isLast { Self.append(text[start...], to: &objects) }
        state = .form(rest: isLast ? [] : Array(text[start...]))
        return objects
    }

    /// A first line with at least two pairs, a plain first name, and no character that forms would encode.
    private static func beginsForm(_ text: [UInt8]) -> Bool {
        let line = text.prefix(longest).prefix { $0 != ASCII.lineFeed && $0 != 0x0D }
        guard let first = line.firstIndex(of: UInt8(ascii: "=")), first > 0, line.contains(UInt8(ascii: "&")),
            line[..<first].allSatisfy({
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || "0123456789_.-".utf8.contains($0)
            })
        else { return false }
        return line.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"'{}<>,;|".utf8.contains($0) }
    }

    private static func append(_ line: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        var members: [UInt8] = []
        for pair in line.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            if !members.isEmpty { members.append(UInt8(ascii: ",")) }
            append(decoded(parts[0]), to: &members)
            members.append(UInt8(ascii: ":"))
            append(decoded(parts.count > 1 ? parts[1] : []), to: &members)
        }
        guard !members.isEmpty else { return }
        bytes.append(UInt8(ascii: "{"))
        bytes += members
        bytes.append(UInt8(ascii: "}"))
        bytes.append(ASCII.lineFeed)
    }

    private static func append(_ text: [UInt8], to bytes: inout [UInt8]) {
        JSONText.append(string: text.span, to: &bytes)
    }

    /// Decodes percent escapes and pluses; an invalid escape stays. A line's CR is not part of its last value.
    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var place = text.startIndex
        while place < text.endIndex {
            let byte = text[place]
            if byte == UInt8(ascii: "%"), place + 2 < text.endIndex, let high = digit(text[place + 1]),
                let low = digit(text[place + 2])
            {
                bytes.append(high << 4 | low)
                place += 3
                continue
            }
            if byte != 0x0D { bytes.append(byte == UInt8(ascii: "+") ? 0x20 : byte) }
            place += 1
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): byte & 0x0F + 9
        case _: nil
        }
    }
}
