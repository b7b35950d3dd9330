/// The seven figures of a batch or campaign: what came in, and where each record of it is now.
package struct ReportTotals: Hashable, Codable, Sendable {
    package var received = 0
    package var rejected = 0
    package var duplicates = 0
    package var skipped = 0
    package var open = 0
    package var success = 0
    package var failure = 0

    package init() {}

    package init(
        received: Int, rejected: Int = 0, duplicates: Int = 0, skipped: Int = 0, open: Int = 0, success: Int = 0,
        failure: Int = 0
    ) {
        self.received = received
        self.rejected = rejected
        self.duplicates = duplicates
        self.skipped = skipped
        self.open = open
        self.success = success
        self.failure = failure
    }

    /// What `received` must be: every record is in exactly one of these.
    package var accountedFor: Int { rejected + duplicates + skipped + open + success + failure }

    /// Records to which nothing more will happen.
    package var settled: Int { accountedFor - open }

    package func count(of total: Total) -> Int {
        switch total {
        case .open: open
        case .success: success
        case .failure: failure
        case .skipped: skipped
        }
    }

    package mutating func add(_ count: Int, to total: Total) {
        switch total {
        case .open: open += count
        case .success: success += count
        case .failure: failure += count
        case .skipped: skipped += count
        }
    }

    package static func += (left: inout ReportTotals, right: ReportTotals) {
        left.received += right.received
        left.rejected += right.rejected
        left.duplicates += right.duplicates
        left.skipped += right.skipped
        left.open += right.open
        left.success += right.success
        left.failure += right.failure
    }

    /// The figures by name, in the order of the reports.
    var named: [(name: String, count: Int)] {
        [
            ("received", received), ("rejected", rejected), ("duplicates", duplicates), ("skipped", skipped),
            ("open", open), ("success", success), ("failure", failure),
        ]
    }

    func write(to json: inout ReportJSON) {
        for (name, count) in named { json.member(name, count) }
    }
}
