import Foundation

/// A do-not-contact list that was refused, or has too many entries that name nobody: until it is settled, nothing
/// leaves for the campaigns it concerns.
package struct ListHold: Codable, Hashable, Sendable {
    package let batch: BatchID
    package let drop: String
    /// Empty for all.
    package let campaigns: [String]
    package let problem: String

    package init(batch: BatchID, drop: String, campaigns: [String], problem: String) {
        self.batch = batch
        self.drop = drop
        self.campaigns = campaigns
        self.problem = problem
    }

    package func concerns(_ campaign: String) -> Bool { campaigns.isEmpty || campaigns.contains(campaign) }
}

extension Settings {
    package func listHolds() throws -> [ListHold] {
        guard let kept = try setting(.listHolds) else { return [] }
        do {
            return try JSONDecoder().decode([ListHold].self, from: Data(kept))
        } catch {
            throw StoreProblem.damaged(what: "which do-not-contact lists hold campaigns")
        }
    }

    /// Call it inside a transaction.
    package func hold(_ hold: ListHold) throws {
        try set(try listHolds().filter { $0.batch != hold.batch } + [hold])
    }

    /// Ends a list's hold; false if it held nothing. Call it inside a transaction.
    package func releaseHold(of list: BatchID) throws -> Bool {
        let holds = try listHolds()
        let others = holds.filter { $0.batch != list }
        if others.count < holds.count { try set(others) }
        return others.count < holds.count
    }

    private func set(_ holds: [ListHold]) throws {
        try set(.listHolds, to: Array(try JSONEncoder().encode(holds)))
    }
}
