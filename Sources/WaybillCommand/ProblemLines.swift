import Waybill

/// What is wrong with a file's records, for a person: `3 × phone1.invalid: record 2, line 3, "555": …`. Values are as
/// they were written, since they have to be found; `ColumnsText` shows examples in part.
struct ProblemLines {
    private let tally: ViolationTally

    /// How many kinds of problems are shown; errors.csv has all problems.
    private static let shown = 20

    init(_ tally: ViolationTally) { self.tally = tally }

    /// One line for each kind, the most frequent first.
    var text: String {
        let reasons = tally.reasons
        let left = reasons.count - Self.shown
        return reasons.prefix(Self.shown).map(Self.words).joined()
            + (left > 0 ? "  and \(left.counted("other kind", "other kinds")) of problems\n" : "")
    }

    /// One line for a kind of problem, with the first value that has it; where what to do differs, one for each.
    private static func words(_ reason: ViolationTally.Reason) -> String {
        var remedies: Set<String> = []
        return reason.examples.filter { remedies.insert($0.violation.remedy).inserted }.enumerated().map {
            line(reason, $0.element, isFirst: $0.offset == 0)
        }.joined()
    }

    private static func line(_ reason: ViolationTally.Reason, _ row: ViolationTally.Row, isFirst: Bool) -> String {
        let violation = row.violation
        let value = String(decoding: violation.value, as: UTF8.self)
        let shown = value.isEmpty ? "" : ", \"\(value.count > 40 ? value.prefix(39) + "…" : value)\""
        let record = "record \(row.record), line \(row.line)\(shown)"
        let start = isFirst ? "\(reason.count.grouped) × \(reason.code)" : "  also"
        return "  \(start): \(record): \(violation.message) \(violation.hint)".plain + "\n"
    }
}
