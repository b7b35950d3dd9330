/// A piece of HTML that cannot be broken out of: interpolated values are escaped, unless they are markup themselves.
struct Markup: ExpressibleByStringInterpolation, Sendable {
    private(set) var html: String

    init(stringLiteral value: String) {
        html = value
    }

    init(stringInterpolation: StringInterpolation) {
        html = stringInterpolation.html
    }

    /// The pieces one after the other.
    init(_ pieces: [Markup]) {
        html = pieces.map(\.html).joined(separator: "\n")
    }

    /// The pieces in one line.
    init(joined pieces: [Markup], by separator: String = "") {
        html = pieces.map(\.html).joined(separator: separator)
    }

    struct StringInterpolation: StringInterpolationProtocol {
        var html = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            html.reserveCapacity(literalCapacity)
        }

        mutating func appendLiteral(_ literal: String) { html += literal }

        mutating func appendInterpolation(_ markup: Markup) { html += markup.html }

        mutating func appendInterpolation(_ pieces: [Markup]) { html += Markup(pieces).html }

        /// A count for reading: `1,000`.
        mutating func appendInterpolation(_ number: Int) { html += number.grouped }

        /// A length or place in a drawing, in its own units.
        mutating func appendInterpolation(at place: Int) { html += String(place) }

        /// Text of whatever source.
        mutating func appendInterpolation(_ text: some StringProtocol) {
            for scalar in text.unicodeScalars {
                switch scalar {
                case "<": html += "&lt;"
                case ">": html += "&gt;"
                case "&": html += "&amp;"
                case "\"": html += "&quot;"
                case "'": html += "&#39;"
                case "\t", "\n": html.unicodeScalars.append(scalar)
                // Control characters are no HTML (HTML Living Standard, "preprocessing the input stream").
                case "\0"..<" ", "\u{7F}"..<"\u{A0}": html += "\u{FFFD}"
                default: html.unicodeScalars.append(scalar)
                }
            }
        }
    }
}
