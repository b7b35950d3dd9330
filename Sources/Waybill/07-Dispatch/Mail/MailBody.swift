/// Writes a text as the body of a part: as it is where it is ASCII and its lines are short, else quoted-printable
/// (RFC 2045 §6.7), which every relay carries unchanged. All line ends are CRLF.
enum MailBody {
    private static let longestLine = 76
    private static let plainLine = 78

    /// Whether a text needs no encoding: neither its characters nor a line that a relay or a program would misread
    /// (`From `, a line that ends a part).
    static func isPlain(_ text: [UInt8]) -> Bool {
        var isPlain = true
        forEachLine(of: text) { isPlain = isPlain && self.isPlain(line: $0) }
        return isPlain
    }

    private static func isPlain(line: ArraySlice<UInt8>) -> Bool {
        guard let last = line.last else { return true }
        return line.count <= plainLine && last != 0x20 && last != 0x09
            && line.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 }
            && !line.starts(with: "From ".utf8) && !line.starts(with: "--".utf8)
    }

    /// Appends the text as it is, with a line end after its last line.
    static func appendPlain(_ text: [UInt8], to bytes: inout [UInt8]) {
        forEachLine(of: text) { line in
            bytes.append(contentsOf: line)
            bytes.append(contentsOf: "\r\n".utf8)
        }
    }

    static func appendQuotedPrintable(_ text: [UInt8], to bytes: inout [UInt8]) {
        forEachLine(of: text) { line in
            var column = 0
            for (place, byte) in line.enumerated() {
                let isLast = place == line.count - 1
                var isPlain = byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=")
                // A character that could end a mail here, or begin another in a file of mails, is always escaped.
                if column == 0, [UInt8(ascii: "."), UInt8(ascii: "F"), UInt8(ascii: "-")].contains(byte) {
                    isPlain = false
                }
                if byte == 0x20 || byte == 0x09 { isPlain = !isLast }
                let width = isPlain ? 1 : 3
                if column + width > longestLine - (isLast ? 0 : 1) {
                    bytes.append(contentsOf: "=\r\n".utf8)
                    column = 0
                }
                if isPlain { bytes.append(byte) } else { appendEscape(byte, to: &bytes) }
                column += width
            }
            bytes.append(contentsOf: "\r\n".utf8)
        }
    }

    /// `=C3`.
    static func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "="))
        bytes.append(digit(byte >> 4))
        bytes.append(digit(byte & 15))
    }

    static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x41 + value - 10 }

    /// The lines of a text, however they end, without their ends.
    private static func forEachLine(of text: [UInt8], _ take: (ArraySlice<UInt8>) -> Void) {
        var start = 0
        var place = 0
        while place < text.count {
            let byte = text[place]
            place += 1
            guard byte == 0x0A || byte == 0x0D else { continue }
            take(text[start..<(place - 1)])
            if byte == 0x0D, place < text.count, text[place] == 0x0A { place += 1 }
            start = place
        }
        if start < text.count { take(text[start...]) }
    }
}
