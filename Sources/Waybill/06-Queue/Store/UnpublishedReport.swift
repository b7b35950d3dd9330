import Foundation

/// A closed day of a campaign without a report: the report did not add up, or could not be made.
package struct UnpublishedReport: Codable, Hashable, Sendable {
    /// The day as text.
    package let day: String
    package let campaign: String
    package let problem: String

    package init(day: CalendarDay, campaign: String, problem: String) {
        self.day = day.description
        self.campaign = campaign
        self.problem = problem
    }
}

extension Settings {
    package func unpublishedReports() throws -> [UnpublishedReport] {
        guard let kept = try setting(.unpublishedReports) else { return [] }
        // This is only for display, so a damaged value must not stop anything.
        return (try? JSONDecoder().decode([UnpublishedReport].self, from: Data(kept))) ?? []
    }

    /// Call it inside a transaction.
    package func note(_ report: UnpublishedReport) throws {
        let others = try unpublishedReports().filter { $0.day != report.day || $0.campaign != report.campaign }
        try set(.unpublishedReports, to: Array(try JSONEncoder().encode(others + [report])))
    }

    /// Notes that it was published after all. Call it inside a transaction.
    package func notePublished(_ day: CalendarDay, of campaign: String) throws {
        let all = try unpublishedReports()
        let others = all.filter { $0.day != day.description || $0.campaign != campaign }
        guard others.count < all.count else { return }
        try set(.unpublishedReports, to: Array(try JSONEncoder().encode(others)))
    }
}
