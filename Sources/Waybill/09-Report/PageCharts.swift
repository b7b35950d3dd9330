/// The charts of the pages: bars as inline SVG, each with its figures in words for people who cannot see it.
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

    /// How the parts share one bar; empty parts are left out, the others are at least a hairline wide.
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

    /// How often each reason occurs, longest bar first; from the thirteenth on they share one bar.
    static func bars(
        label: String, _ entries: [(name: String, count: Int)], colour: Colour = .rejected
    ) -> Markup {
        var shown = Array(entries.prefix(12))
        let others = entries.dropFirst(12)
        if !others.isEmpty {
            shown.append(("\(others.count.grouped) more", others.reduce(0) { $0 + $1.count }))
        }
        guard let most = shown.map(\.count).max(), most > 0 else { return "" }
        let drawn = shown.map { entry in
            // In thousandths of the row's width, which leaves room for long names and narrow screens.
            let length = max(4, entry.count * 1_000 / most)
            return """
                <li><span class="name">\(entry.name)</span><span class="count">\(entry.count)</span>\
                <svg viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">\
                <rect class="\(colour.rawValue)" width="\(at: length)" height="8"></rect></svg></li>
                """ as Markup
        }
        return """
            <ul class="bars" aria-label="\(label)">
            \(drawn)
            </ul>
            """
    }

    /// A column for each hour of the day.
    static func hours(label: String, _ counts: [Int]) -> Markup {
        guard let most = counts.max(), most > 0 else { return "" }
        let drawn = counts.enumerated().map { hour, count in
            let height = count == 0 ? 0 : max(2, count * 80 / most)
            return """
                <rect class="open" x="\(at: hour * 30 + 3)" y="\(at: 84 - height)" width="24" height="\(at: height)">\
                <title>\(hour):00 to \(hour + 1):00: \(count)</title></rect>
                """ as Markup
        }
        // Text in the picture would shrink with it.
        let marks = [0, 6, 12, 18].map { hour in "<span>\(hour):00</span>" as Markup }
        let words = counts.enumerated().filter { $0.element > 0 }.map { "\($0.offset):00 \($0.element.grouped)" }
            .joined(separator: ", ")
        return """
            <div class="hours"><svg role="img" viewBox="0 0 720 86" aria-label="\(label): \(words)">
            \(drawn)
            </svg>
            <div class="scale" aria-hidden="true">\(Markup(joined: marks))</div></div>
            """
    }

    /// Some days as a small line, the last one marked.
    static func line(label: String, _ days: [(day: String, count: Int)], colour: Colour) -> Markup {
        guard days.count > 1, let most = days.map(\.count).max() else { return "" }
        let points = days.enumerated().map { index, day in
            "\(index * 110 / (days.count - 1) + 5),\(33 - (most == 0 ? 0 : day.count * 28 / most))"
        }
        let words = days.map { "\($0.day) \($0.count.grouped)" }.joined(separator: ", ")
        let end = points[points.count - 1].split(separator: ",")
        return """
            <svg class="line \(colour.rawValue)" role="img" viewBox="0 0 120 38" aria-label="\(label): \(words)">
            <polyline points="\(points.joined(separator: " "))"></polyline>\
            <circle cx="\(String(end[0]))" cy="\(String(end[1]))" r="3"></circle>
            </svg>
            """
    }

    /// `12.3 %`; never 0.0 or 100.0 unless exact.
    static func percent(_ part: Int, of whole: Int) -> String {
        if part == 0 { return "0 %" }
        if part == whole { return "100 %" }
        let tenths = min(999, max(1, (part * 1_000 + whole / 2) / whole))
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
