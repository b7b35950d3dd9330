/// What a relay answers to a command (RFC 5321 §4.2): a code, and one line or several, of any shape.
struct SMTPReply: Hashable, Sendable {
    /// 200 … 599.
    let code: Int
    /// The lines as they are, without codes: what EHLO says.
    let lines: [String]

    /// Class, subject and detail.
    struct Status: Hashable, Sendable, CustomStringConvertible {
        let group: Int
        let subject: Int
        let detail: Int

        var description: String { "\(group).\(subject).\(detail)" }

        /// Reads `5.1.1` and nothing else.
        init?(_ text: some StringProtocol) {
            let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].count == 1,
                parts.allSatisfy({ (1...3).contains($0.count) && $0.allSatisfy { $0 &- 0x30 < 10 } })
            else { return nil }
            let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 &- 0x30) } }
            guard [2, 4, 5].contains(numbers[0]) else { return nil }
            (group, subject, detail) = (numbers[0], numbers[1], numbers[2])
        }
    }

    /// RFC 3463; nil where the relay gives none.
    var status: Status? { lines.lazy.compactMap { split($0).status }.first }

    /// Without code and status, one line.
    var words: String { lines.lazy.map { String(split($0).words) }.filter { !$0.isEmpty }.joined(separator: " ") }

    /// The status that a line begins with, if it is one of this code's.
    private func split(_ line: String) -> (status: Status?, words: Substring) {
        let end = line.utf8.firstIndex(of: UInt8(ascii: " ")) ?? line.endIndex
        guard let found = Status(line[..<end]), found.group == code / 100 else { return (nil, Substring(line)) }
        return (found, Substring(line[end...].utf8.drop { $0 == UInt8(ascii: " ") }))
    }
}

/// Cuts what a relay sends into replies, wherever it is chopped.
struct SMTPReplies {
    /// What no relay should send.
    struct Nonsense: Error {}

    private var bytes: [UInt8] = []
    private var lines: [String] = []
    /// How many bytes those have.
    private var length = 0
    /// The code of the lines so far.
    private var begun: Int?

    /// Of a whole reply: some say more than the 512 octets of RFC 5321 §4.5.3.1.5, and its code counts all the same.
    private static let longest = 65_536
    private static let mostLines = 512

    mutating func take(_ more: [UInt8]) { bytes += more }

    /// The next whole reply; nil until more comes.
    mutating func next() throws(Nonsense) -> SMTPReply? {
        while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            var line = bytes[..<end]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            let digits = line.prefix(3)
            let mark = line.dropFirst(3).first
            length += line.count
            guard length <= Self.longest, digits.count == 3, digits.allSatisfy({ $0 &- 0x30 < 10 }),
                (0x32...0x35).contains(digits[0]), mark == nil || mark == 0x20 || mark == 0x2D,
                lines.count < Self.mostLines
            else { throw Nonsense() }
            let code = digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
            // Lines that say yes and no are no answer.
            if let begun, begun / 100 != code / 100 { throw Nonsense() }
            begun = code
            lines.append(Self.readable(line.dropFirst(4)))
            bytes.removeSubrange(...end)
            guard mark != 0x2D else { continue }
            defer { (lines, length, begun) = ([], 0, nil) }
            return SMTPReply(code: code, lines: lines)
        }
        guard length + bytes.count <= Self.longest else { throw Nonsense() }
        return nil
    }

    private static func readable(_ bytes: ArraySlice<UInt8>) -> String {
        func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }
        guard bytes.contains(where: isControl) else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: bytes.map { isControl($0) ? 0x20 : $0 }, as: UTF8.self)
    }
}
