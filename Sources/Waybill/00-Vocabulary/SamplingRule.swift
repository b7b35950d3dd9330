/// One rule of a campaign's sampling (contract §6); the rules apply in order, and the first that drops a contact
/// decides.
package enum SamplingRule: Hashable, Sendable {
    /// Keeps about `percent` of 100 by a keyed hash of the field `by`: the same person always gets the same answer.
    case percent(percent: Double, by: String)
    /// Keeps the first of every `n` contacts that reach the rule.
    case every(n: Int)
    /// Keeps at most `limit` per period, for each value of `by` (all contacts together when nil).
    case quota(limit: Int, per: QuotaPeriod, by: String?)
    /// Keeps exactly `take` of the batch (all if it has fewer), drawn by a keyed hash of the record.
    case random(take: Int)
    /// Keeps those whose field is in the list.
    case among(field: String, in: [String])
    /// Drops about `percent` of 100 as a control group, decided by a keyed hash of the field `by`.
    case holdout(percent: Double, by: String)
    /// Asks a program (its path and arguments): one JSON object per contact in; one line out with `keep` or `drop` and
    /// a reason. The program may spend `timeout` without reading, answering or ending.
    case command(run: [String], timeout: TimeSpan)

    package enum QuotaPeriod: String, CaseIterable, Sendable { case day, batch }

    package var isQuota: Bool {
        switch self {
        case .quota: true
        case .percent, .every, .random, .among, .holdout, .command: false
        }
    }

    /// The rule as the reports name it, such as `percent 20 by id`.
    package var label: String {
        switch self {
        case .percent(let percent, let by): "percent \(Self.text(percent)) by \(by)"
        case .every(let n): "every \(n)"
        case .quota(let limit, let per, let by): "quota \(limit) per \(per.rawValue)" + (by.map { " by \($0)" } ?? "")
        case .random(let take): "random \(take) from batch"
        case .among(let field, _): "where \(field)"
        case .holdout(let percent, let by): "holdout \(Self.text(percent)) by \(by)"
        case .command(let run, _): "command " + (run.first ?? "")
        }
    }

    private static func text(_ number: Double) -> String {
        Double(Int(number)) == number ? String(Int(number)) : String(number)
    }
}
