/// How fast the contacts of campaigns leave, from how many have left over the last minutes.
struct RateMeter {
    private struct Sample {
        /// Monotonic milliseconds.
        let at: Int64
        let left: Int
    }

    private static let span: Int64 = 300_000
    /// With less time than this, nothing is reported.
    private static let least: Int64 = 10_000
    private var samples: [String: [Sample]] = [:]

    /// Contacts per minute, or nil if too little is known.
    ///
    /// - Parameter left: the campaign's contacts that no longer wait, whatever became of them.
    mutating func perMinute(_ campaign: String, left: Int, at moment: Int64) -> Int? {
        var known = samples[campaign, default: []].filter { moment - $0.at <= Self.span }
        // A withdrawal is not sending, and a contact that is retried has left before; but neither effect lasts.
        if known.isEmpty || moment - known[known.count - 1].at >= Self.least / 2 {
            known.append(Sample(at: moment, left: left))
        }
        samples[campaign] = known
        guard let first = known.first, moment - first.at >= Self.least else { return nil }
        return Int(Int64(max(0, left - first.left)) * 60_000 / (moment - first.at))
    }
}
