extension ProgressBar {
    /// How many of `width` characters each part of a shared bar gets: at least one if the part is not empty, and
    /// `width` in total.
    static func shares(_ parts: [Int], width: Int) -> [Int] {
        let whole = parts.reduce(0, +)
        guard whole > 0, width > 0 else { return parts.map { _ in 0 } }
        var shares = parts.map { part in
            part == 0 ? 0 : max(1, Int((Double(part) / Double(whole) * Double(width)).rounded(.down)))
        }
        // The largest part takes the rounding difference.
        let largest = parts.indices.max { parts[$0] < parts[$1] } ?? 0
        shares[largest] = max(0, shares[largest] + width - shares.reduce(0, +))
        return shares
    }
}
