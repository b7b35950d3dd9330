/// A bar of Unicode blocks that fills in eighths of a character.
package enum ProgressBar {
    private static let eighths: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// A bar of `width` characters; it is full only when everything is done, and never empty once anything is.
    package static func text(_ done: Int64, of whole: Int64, width: Int) -> String {
        guard whole > 0, width > 0 else { return String(repeating: "░", count: max(0, width)) }
        if done >= whole { return String(repeating: "█", count: width) }
        let steps = width * 8
        let filled = done <= 0 ? 0 : min(steps - 1, max(1, Int(Double(done) / Double(whole) * Double(steps))))
        var bar = String(repeating: "█", count: filled / 8)
        if filled % 8 > 0 { bar.append(eighths[filled % 8 - 1]) }
        return bar + String(repeating: "░", count: width - bar.count)
    }

    /// ` 62 %`, four or five characters wide; 100 only when everything is done.
    package static func percent(_ done: Int64, of whole: Int64) -> String {
        let percent = whole <= 0 ? 0 : done >= whole ? 100 : min(99, max(0, Int(Double(done) * 100 / Double(whole))))
        let digits = String(percent)
        return String(repeating: " ", count: 3 - digits.count) + digits + " %"
    }
}
