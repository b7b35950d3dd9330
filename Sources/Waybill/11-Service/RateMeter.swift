/// How fast the contacts of campaigns leave, by how many have left since a few minutes ago.
struct RateMeter {
    private struct Sample {
        /// Monotonic milliseconds.
        let at: Int64
        let left: Int
    }

    private static let span: Int64 = 300_000
    /// From less than that nothing is told.
    private static let least: Int64 = 10_000
    private var samples: [String: [Sample]] = [:]

    /// Contacts that have left in a minute, or nil where too little is known.
    ///
    /// - Parameter left: those of the campaign that do not wait any more, whatever became of them.
    mutating func perMinute(_ campaign: String, left: Int, at moment: Int64) -> Int? {
        var known = samples[campaign, default: []].filter { moment - $0.at <= Self.span }
        // A withdrawal is no sending, and what comes back to be tried again has left before; but neither lasts.
        if known.isEmpty || moment - known[known.count - 1].at >= Self.least / 2 {
            known.append(Sample(at: moment, left: left))
        }
        samples[campaign] = known
        guard let first = known.first, moment - first.at >= Self.least else { return nil }
        return Int(Int64(max(0, left - first.left)) * 60_000 / (moment - first.at))
    }
}
