/// A page of text for terminals, line by line, as wide as the terminal is.
struct StatusPage {
    enum Paint: String {
        case bold = "1"
        case faint = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
    }

    let width: Int
    let colour: Bool
    let bars: Bool
    private(set) var lines: [String] = []

    init(width: Int, colour: Bool, bars: Bool) {
        self.width = width
        self.colour = colour
        self.bars = bars
    }

    mutating func line(_ content: String) { lines.append(content) }

    mutating func heading(_ title: String) {
        lines.append("")
        lines.append(paint(title, .bold))
    }

    /// Words in lines of at most the page's width.
    mutating func wrapped(_ content: String, indent: Int, first: String? = nil, _ tone: Paint? = nil) {
        let margin = String(repeating: " ", count: indent)
        var start = first ?? margin
        var line = ""
        for word in content.split(separator: " ") {
            if !line.isEmpty, indent + line.count + 1 + word.count > width {
                self.line(start + (tone.map { paint(line, $0) } ?? line))
                line = ""
                start = margin
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        self.line(start + (tone.map { paint(line, $0) } ?? line))
    }

    /// Pieces with their lengths, as many on a line as there is room for.
    mutating func flow(_ pieces: [(text: String, length: Int)], indent: Int, between gap: Int = 2) {
        let margin = String(repeating: " ", count: indent)
        var line = ""
        var length = indent
        for piece in pieces {
            if !line.isEmpty, length + gap + piece.length > width {
                self.line(margin + line)
                (line, length) = ("", indent)
            }
            if !line.isEmpty {
                line += String(repeating: " ", count: gap)
                length += gap
            }
            line += piece.text
            length += piece.length
        }
        if !line.isEmpty { self.line(margin + line) }
    }

    /// Cuts a text to a length, so that the rest of the line has room; `…` marks the cut.
    static func cut(_ text: String, to length: Int) -> String {
        text.count <= length ? text : text.prefix(max(0, length - 1)) + "…"
    }

    func paint(_ content: String, _ tone: Paint) -> String {
        colour && !content.isEmpty ? "\u{1B}[\(tone.rawValue)m\(content)\u{1B}[0m" : content
    }
}
