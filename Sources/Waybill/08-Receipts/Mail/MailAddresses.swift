/// Addresses in texts that hold other things as well.
enum MailAddresses {
    static func first(in text: some StringProtocol) -> String? { all(in: text).first }

    static func all(in text: some StringProtocol) -> [String] {
        let bytes = Array(text.utf8)
        var found: [String] = []
        var next = 0
        while let at = bytes[next...].firstIndex(of: UInt8(ascii: "@")), found.count < 100 {
            var start = at
            while start > next, isOfLocal(bytes[start - 1]) { start -= 1 }
            var end = at + 1
            while end < bytes.count, isOfDomain(bytes[end]) { end += 1 }
            while end > at + 1, bytes[end - 1] == UInt8(ascii: ".") || bytes[end - 1] == UInt8(ascii: "-") { end -= 1 }
            next = max(end, at + 1)
            while start < at, bytes[start] == UInt8(ascii: ".") || bytes[start] == UInt8(ascii: "'") { start += 1 }
            // A directory's form of one: `dda:SMTP=ann@b.example`.
            if String(decoding: bytes[start..<min(at, start + 5)], as: UTF8.self).lowercased() == "smtp=" { start += 5 }
            let address = Array(bytes[start..<end])
            if EmailAddress.fault(of: address.span) == nil { found.append(String(decoding: address, as: UTF8.self)) }
        }
        return found
    }

    /// Of each sender or recipient of a field (RFC 5322 §3.4) the mailbox: the last address in angle brackets outside
    /// of quotes and comments, else the address itself. Of a field that cannot be parted so, all.
    static func mailboxes(in field: String) -> [String] {
        let found = parted(Array(field.utf8)).flatMap { bare, angle in
            first(in: String(decoding: angle, as: UTF8.self)).map { [$0] }
                ?? all(in: String(decoding: bare, as: UTF8.self))
        }
        return found.isEmpty ? all(in: field) : found
    }

    /// What stands outside of angle brackets, and in the last ones, of each item, without quotes and comments.
    private static func parted(_ text: [UInt8]) -> [(bare: [UInt8], angle: [UInt8])] {
        var items: [(bare: [UInt8], angle: [UInt8])] = []
        var (bare, angle, quoted): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        var (isAngle, isQuoted, depth, place) = (false, false, 0, 0)
        while place < text.count {
            let byte = text[place]
            place += 1
            let isEscaped = byte == UInt8(ascii: "\\") && (isQuoted || depth > 0) && place < text.count
            if isEscaped {
                quoted.append(text[place])
                place += 1
            } else if isQuoted {
                isQuoted = byte != UInt8(ascii: "\"")
                if isQuoted {
                    quoted.append(byte)
                } else if place < text.count, text[place] == UInt8(ascii: "@") {
                    // A local part in quotes; of one that needs them there is no address.
                    let local = quoted.allSatisfy(isOfLocal) ? quoted : [UInt8(ascii: "\"")]
                    if isAngle { angle += local } else { bare += local }
                }
            } else if byte == UInt8(ascii: "(") || depth > 0 {
                if byte == UInt8(ascii: "(") { depth += 1 } else if byte == UInt8(ascii: ")") { depth -= 1 }
            } else if byte == UInt8(ascii: "\"") {
                (isQuoted, quoted) = (true, [])
            } else if byte == UInt8(ascii: "<") {
                (isAngle, angle) = (true, [])
            } else if byte == UInt8(ascii: ">") {
                isAngle = false
            } else if !isAngle, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") {
                items.append((bare, angle))
                (bare, angle) = ([], [])
            } else if isAngle {
                angle.append(byte)
            } else {
                bare.append(byte)
            }
        }
        return items + [(bare, angle)]
    }

    /// A recipient as reports write it, without its type: `rfc822; ann@b.example`, `utf-8; \x{7528}@b.example`.
    static func untyped(_ text: String) -> String {
        let sides = text.split(separator: ";", maxSplits: 1)
        guard sides.count == 2 else { return text }
        return String(sides[1]).replacing(/\\x\{([0-9A-Fa-f]{1,6})\}/) { match in
            UInt32(match.output.1, radix: 16).flatMap { Unicode.Scalar($0) }.map { String($0) } ?? ""
        }
    }

    private static func isOfLocal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x22, 0x28, 0x29, 0x2C, 0x3A, 0x3B, 0x3C, 0x3E, 0x40, 0x5B, 0x5C, 0x5D, 0x7F: false
        case _: true
        }
    }

    private static func isOfDomain(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte >= 0x80
    }
}
