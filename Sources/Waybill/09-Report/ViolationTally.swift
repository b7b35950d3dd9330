/// Counts a drop's violations by code as they come, and keeps the first of them for the notice.
package struct ViolationTally: Sendable {
    /// How many violations `notice.html` shows.
    package static let shownRows = 100

    package private(set) var total = 0
    package private(set) var rows: [Row] = []
    private var kinds: [Kind: Reason] = [:]

    package init() {}

    package struct Row: Sendable {
        package let record: UInt32
        package let line: UInt64
        package let violation: Violation
    }

    package struct Reason: Hashable, Sendable {
        package let code: String
        package fileprivate(set) var count: Int
        /// That of the first violation with this code.
        package let hint: String
    }

    private struct Kind: Hashable {
        let subject: Violation.Subject
        let problem: Problem
    }

    package mutating func add(record: UInt32, line: UInt64, _ violation: Violation) {
        total += 1
        if rows.count < Self.shownRows { rows.append(Row(record: record, line: line, violation: violation)) }
        kinds[
            Kind(subject: violation.subject, problem: violation.problem),
            default: Reason(code: violation.code, count: 0, hint: violation.hint)
        ].count += 1
    }

    /// Most frequent first, then by code. The four date columns have one code together.
    package var reasons: [Reason] {
        var byCode: [String: Reason] = [:]
        for reason in kinds.values.sorted(by: { $0.hint < $1.hint }) {
            byCode[reason.code, default: Reason(code: reason.code, count: 0, hint: reason.hint)].count += reason.count
        }
        return byCode.values.sorted { $0.count != $1.count ? $0.count > $1.count : $0.code < $1.code }
    }

    /// `rejectsByCode` of the acknowledgement.
    package var codeCounts: [Acknowledgement.CodeCount] {
        reasons.map { Acknowledgement.CodeCount(code: $0.code, count: $0.count) }
    }
}
