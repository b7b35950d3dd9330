/// A piece of HTML that cannot be broken out of: interpolated values are escaped, unless they are markup themselves.
struct Markup: ExpressibleByStringInterpolation, Sendable {
    /// In UTF-8.
    private(set) var html: [UInt8]

    init(stringLiteral value: String) {
        html = Array(value.utf8)
    }

    init(stringInterpolation: StringInterpolation) {
        html = stringInterpolation.html
    }

    /// The pieces one after the other.
    init(_ pieces: [Markup]) {
        self.init(joined: pieces, by: "\n")
    }

    /// The pieces in one line.
    init(joined pieces: [Markup], by separator: String = "") {
        html = Array(pieces.map(\.html).joined(separator: separator.utf8))
    }

    struct StringInterpolation: StringInterpolationProtocol {
        var html: [UInt8] = []

        init(literalCapacity: Int, interpolationCount: Int) {
            html.reserveCapacity(literalCapacity)
        }

        mutating func appendLiteral(_ literal: String) { html += literal.utf8 }

        mutating func appendInterpolation(_ markup: Markup) { html += markup.html }

        mutating func appendInterpolation(_ pieces: [Markup]) { html += Markup(pieces).html }

        /// A count for reading: `1,000`.
        mutating func appendInterpolation(_ number: Int) { html += number.grouped.utf8 }

        /// A length or place in a drawing, in its own units.
        mutating func appendInterpolation(at place: Int) { html += String(place).utf8 }

        /// Text of whatever source.
        mutating func appendInterpolation(_ text: String) {
            if text.allBytes(Self.isPlain) { return html += text.utf8 }
            for scalar in text.unicodeScalars {
                switch scalar {
                case "<": html += "&lt;".utf8
                case ">": html += "&gt;".utf8
                case "&": html += "&amp;".utf8
                case "\"": html += "&quot;".utf8
                case "'": html += "&#39;".utf8
                case "\t", "\n": html += UTF8.encode(scalar)!
                // Control characters are no HTML (HTML Living Standard, "preprocessing the input stream").
                case "\0"..<" ", "\u{7F}"..<"\u{A0}": html += "\u{FFFD}".utf8
                default: html += UTF8.encode(scalar)!
                }
            }
        }

        /// Whether a byte is part of a character that stands for itself; 0xC2 also begins control characters.
        private static func isPlain(_ byte: UInt8) -> Bool {
            switch byte {
            case 0..<0x20, 0x22, 0x26, 0x27, 0x3C, 0x3E, 0x7F, 0xC2: false
            default: true
            }
        }
    }
}
