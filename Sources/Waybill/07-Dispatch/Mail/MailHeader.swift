/// Writes the header fields of a mail, in ASCII and folded to 78 columns (RFC 5322 §2.2.3). Text that is not ASCII, or
/// ambiguous, becomes encoded words of UTF-8 (RFC 2047). Line ends and other control characters in a value become
/// spaces, so no value can begin a field.
struct MailHeader {
    private(set) var bytes: [UInt8] = []

    private static let columns = 78
    /// The longest encoded word.
    private static let longestWord = 75

    /// Adds a field whose words may be separated at spaces.
    mutating func add(_ name: String, words: [String]) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: ":"))
        var column = name.utf8.count + 1
        for (place, word) in words.enumerated() {
            let isFolded = place > 0 && column + 1 + word.utf8.count > Self.columns
            if isFolded {
                bytes.append(contentsOf: "\r\n".utf8)
                column = 0
            }
            bytes.append(UInt8(ascii: " "))
            bytes.append(contentsOf: word.utf8)
            column += 1 + word.utf8.count
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }

    /// A field that is text.
    mutating func add(_ name: String, text: [UInt8]) {
        let text = Self.line(text)
        let words = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        if Self.isPlain(text.utf8), words.allSatisfy({ (1...60).contains($0.count) && !Self.looksEncoded($0) }) {
            add(name, words: words.map { String(Substring($0)) })
        } else {
            add(name, words: Self.encoded(text, behind: name.utf8.count + 2))
        }
    }

    /// A field with a mailbox.
    mutating func add(_ name: String, mailbox: Mailbox) {
        let address = String(decoding: mailbox.address.bytes, as: UTF8.self)
        if mailbox.name.isEmpty { return add(name, words: [address]) }
        let text = Self.line(Array(mailbox.name.utf8))
        let isAtoms = text.utf8.allSatisfy { $0 == 0x20 || Self.isLetterOrDigit($0) || $0 == 0x2D }
        let isQuotable = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
        let words: [String]
        if isAtoms, text.utf8.count <= 60 {
            words = text.split(separator: " ").map(String.init)
        } else if isQuotable, text.utf8.count <= 60 {
            words = ["\"\(text)\""]
        } else {
            words = Self.encoded(text, behind: name.utf8.count + 2)
        }
        add(name, words: words + ["<\(address)>"])
    }

    /// A text on one line: each control character becomes a space, and outer white space is removed.
    static func line(_ text: [UInt8]) -> String {
        if isPlain(text) {
            let start = text.firstIndex { $0 != 0x20 } ?? text.endIndex
            let end = text.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? start
            return String(decoding: text[start..<end], as: UTF8.self)
        }
        var line = String.UnicodeScalarView()
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line.append(" ")
            case _: line.append(scalar)
            }
        }
        while line.last == " " { line.removeLast() }
        return String(String(line).drop { $0 == " " })
    }

    /// Whether it is ASCII without control characters.
    private static func isPlain(_ text: some Sequence<UInt8>) -> Bool { text.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }

    /// Whether a reader might take a word, or a part of it, for an encoded one.
    private static func looksEncoded(_ word: Substring.UTF8View) -> Bool {
        zip(word, word.dropFirst()).contains { $0 == UInt8(ascii: "=") && $1 == UInt8(ascii: "?") }
    }

    /// Encoded words, each of whole characters, in the shorter of the two encodings.
    ///
    /// - Parameter column: the column at which the first one begins.
    private static func encoded(_ text: String, behind column: Int) -> [String] {
        let length = text.utf8.reduce(0) { $0 + (isQ($1) ? 1 : 3) }
        let usesQ = length <= (text.utf8.count + 2) / 3 * 4
        let frame = usesQ ? "=?utf-8?q?" : "=?utf-8?b?"
        var words: [String] = []
        var room = min(longestWord, columns - column) - frame.utf8.count - 2
        var part: [UInt8] = []
        var used = 0
        func finish() { words.append(frame + (usesQ ? q(part) : Base64.text(part)) + "?=") }
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            let more = usesQ ? bytes.reduce(0) { $0 + (isQ($1) ? 1 : 3) } : bytes.count
            if !part.isEmpty, usesQ ? used + more > room : (used + more + 2) / 3 * 4 > room {
                finish()
                (part, used, room) = ([], 0, longestWord - frame.utf8.count - 2)
            }
            part += bytes
            used += more
        }
        if !part.isEmpty { finish() }
        return words
    }

    /// Characters that need no encoding in Q, even in a name (RFC 2047 §5 (3)); a space becomes `_`.
    private static func isQ(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || [0x20, 0x21, 0x2A, 0x2B, 0x2D, 0x2F].contains(byte)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 }

    private static func q(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            if byte == 0x20 {
                text.append(UInt8(ascii: "_"))
            } else if isQ(byte) {
                text.append(byte)
            } else {
                MailBody.appendEscape(byte, to: &text)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
