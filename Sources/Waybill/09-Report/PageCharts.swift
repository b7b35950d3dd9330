/// The drawings of the pages: bars as inline SVG, each with its figures in words for those who do not see it.
enum PageCharts {
    /// One part of a stacked bar.
    struct Segment {
        let name: String
        let count: Int
        let colour: Colour
    }

    /// The parts of a whole, each with one colour on all pages (`PageFrame` gives it for light and dark).
    enum Colour: String {
        case success, open, failure, skipped, rejected, duplicates
    }

    private static let width = 720

    /// How the parts share one bar; parts of nothing are left out, the others are at least a hair wide.
    static func stackedBar(label: String, _ segments: [Segment]) -> Markup {
        let parts = segments.filter { $0.count > 0 }
        let whole = parts.reduce(0) { $0 + $1.count }
        guard whole > 0 else { return "" }
        let free = width - 4 * parts.count
        var start = 0
        var drawn: [Markup] = []
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let length = isLast ? width - start : 2 + Int(Double(free) * Double(part.count) / Double(whole))
            drawn.append(
                """
                <rect class="\(part.colour.rawValue)" x="\(at: start)" width="\(at: length)" height="22" rx="3">\
                <title>\(part.name): \(part.count)</title></rect>
                """)
            start += length + 2
        }
        let words = parts.map { "\($0.name) \($0.count.grouped)" }.joined(separator: ", ")
        return """
            <svg class="stack" role="img" viewBox="0 0 \(at: width) 22" preserveAspectRatio="none" \
            aria-label="\(label): \(words)">
            \(drawn)
            </svg>
            """
    }

    /// The figures of a stacked bar with their colours.
    static func legend(received: Int, _ segments: [Segment]) -> Markup {
        let entries = segments.map { part in
            let share = received > 0 ? percent(part.count, of: received) : ""
            return """
                <div><dt><i class="dot \(part.colour.rawValue)" aria-hidden="true"></i>\(part.name)</dt>\
                <dd>\(part.count)<small>\(share)</small></dd></div>
                """ as Markup
        }
        return """
            <dl class="figures">
            <div><dt>received</dt><dd>\(received)</dd></div>
            \(entries)
            </dl>
            """
    }

    /// How often each reason occurs, longest bar first; from the thirteenth on they are one bar.
    static func bars(label: String, _ entries: [(name: String, count: Int)]) -> Markup {
        var shown = Array(entries.prefix(12))
        let others = entries.dropFirst(12)
        if !others.isEmpty {
            shown.append(("\(others.count.grouped) more", others.reduce(0) { $0 + $1.count }))
        }
        guard let most = shown.map(\.count).max(), most > 0 else { return "" }
        let drawn = shown.enumerated().map { index, entry in
            let length = max(2, entry.count * 320 / most)
            let top = index * 28
            return """
                <text x="0" y="\(at: top + 17)">\(entry.name)</text>\
                <rect class="rejected" x="210" y="\(at: top + 4)" width="\(at: length)" height="18" rx="3"></rect>\
                <text class="count" x="\(at: 210 + length + 8)" y="\(at: top + 17)">\(entry.count)</text>
                """ as Markup
        }
        let words = shown.map { "\($0.name) \($0.count.grouped)" }.joined(separator: ", ")
        return """
            <div class="wide"><svg class="bars" role="img" viewBox="0 0 600 \(at: shown.count * 28)" \
            aria-label="\(label): \(words)">
            \(drawn)
            </svg></div>
            """
    }

    /// `12.3 %`, and never 0.0 or 100.0 for what is only near it.
    static func percent(_ part: Int, of whole: Int) -> String {
        if part == 0 { return "0 %" }
        if part == whole { return "100 %" }
        let tenths = min(999, max(1, (part * 1_000 + whole / 2) / whole))
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
