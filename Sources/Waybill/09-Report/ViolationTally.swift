/// Counts a drop's violations by reason as they come, and keeps examples of each reason, and the first violations, for
/// the notice.
package struct ViolationTally: Sendable {
    /// How many violations `notice.html` shows in the order of the drop.
    package static let shownRows = 100
    /// How many it shows of each reason.
    package static let shownExamples = 3
    /// How many settings it names for each reason, where they differ.
    private static let shownSettings = 3

    package private(set) var total = 0
    package private(set) var rows: [Row] = []
    private var kinds: [Kind: Reason] = [:]

    package init() {}

    package struct Row: Sendable {
        package let record: UInt32
        package let line: UInt64
        /// The sender's own key, empty where there is none.
        package let id: [UInt8]
        /// Its position in the file of rejected records, from 1; nil if it is not in it.
        package let returned: Int?
        package let violation: Violation
    }

    /// All violations of one kind in one column, or in whole records.
    package struct Reason: Sendable {
        package let subject: Violation.Subject
        package let problem: Problem
        package let code: String
        package fileprivate(set) var count = 0
        /// What to do, if that is the same for all of them.
        package fileprivate(set) var remedy: String?
        /// The first ones, preferring examples with different remedies.
        package fileprivate(set) var examples: [Row] = []
        /// What can be set instead.
        package fileprivate(set) var settings: [String] = []

        /// Whether nobody has to correct anything: the recipient was accepted before.
        package var isRepeat: Bool { problem == .duplicate || problem == .alreadyAccepted }

        /// Whether the records are taken, and this is only said of them.
        package var isOfTaken: Bool { problem == .otherWriting }

        init(_ violation: Violation) {
            subject = violation.subject
            problem = violation.problem
            code = violation.code
            remedy = violation.remedy
        }

        fileprivate mutating func add(_ row: Row) {
            count += 1
            let violation = row.violation
            if remedy != nil, remedy != violation.remedy { remedy = nil }
            if examples.count < ViolationTally.shownExamples {
                examples.append(row)
            } else if remedy == nil, !examples.contains(where: { $0.violation.remedy == violation.remedy }),
                let place = examples.indices.dropFirst().last(where: { place in
                    examples[..<place].contains { $0.violation.remedy == examples[place].violation.remedy }
                })
            {
                examples.remove(at: place)
                examples.append(row)
            }
            if !violation.setting.isEmpty, settings.count < ViolationTally.shownSettings,
                !settings.contains(violation.setting)
            {
                settings.append(violation.setting)
            }
        }
    }

    private struct Kind: Hashable {
        let subject: Violation.Subject
        let problem: Problem
    }

    package mutating func add(
        record: UInt32, line: UInt64, id: [UInt8] = [], returned: Int? = nil, _ violation: Violation
    ) {
        total += 1
        let row = Row(record: record, line: line, id: id, returned: returned, violation: violation)
        if rows.count < Self.shownRows { rows.append(row) }
        kinds[Kind(subject: violation.subject, problem: violation.problem), default: Reason(violation)].add(row)
    }

    /// Most frequent first, then by code.
    package var reasons: [Reason] {
        kinds.values.sorted { one, other in
            if one.count != other.count { return one.count > other.count }
            return one.code != other.code ? one.code < other.code : "\(one.subject)" < "\(other.subject)"
        }
    }

    /// `rejectsByCode` of the acknowledgement, most frequent first. The four date columns have one code together.
    package var codeCounts: [Acknowledgement.CodeCount] {
        var counts: [String: Int] = [:]
        for reason in kinds.values { counts[reason.code, default: 0] += reason.count }
        return counts.map { Acknowledgement.CodeCount(code: $0.key, count: $0.value) }.sorted {
            $0.count != $1.count ? $0.count > $1.count : $0.code < $1.code
        }
    }
}
