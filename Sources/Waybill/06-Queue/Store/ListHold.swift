import Foundation

/// A do-not-contact list that was refused, or of which too many entries name nobody: as long as it is not settled,
/// nothing leaves for the campaigns it concerns. Or one of which somebody has to know, though it holds nothing.
package struct ListHold: Codable, Hashable, Sendable {
    package let batch: BatchID
    package let drop: String
    /// Empty for all.
    package let campaigns: [String]
    package let problem: String
    /// Nothing waits for it. Nil in stores of before there was such.
    private let isTold: Bool?
    /// The named list that it is all of: once it is accepted, who stands on it by earlier drops alone is taken off.
    package let replaces: String?

    package init(
        batch: BatchID, drop: String, campaigns: [String], problem: String, isOnlyTold: Bool = false,
        replaces: String? = nil
    ) {
        self.batch = batch
        self.drop = drop
        self.campaigns = campaigns
        self.problem = problem
        isTold = isOnlyTold ? true : nil
        self.replaces = replaces
    }

    package var isOnlyTold: Bool { isTold ?? false }

    /// What it is and what somebody can do.
    package var words: String {
        "\(drop) (batch \(batch)) \(problem): correct it and drop it again, or waybill suppress accept \(batch)"
    }

    /// Where the names of the configuration are known, a campaign that is gone may be any of them.
    package func concerns(_ campaign: String, among names: NamesInForce?) -> Bool {
        if isOnlyTold { return false }
        return names?.mayMean(campaign, by: campaigns) ?? (campaigns.isEmpty || campaigns.contains(campaign))
    }
}

extension Settings {
    package func listHolds() throws -> [ListHold] {
        guard let kept = try setting(.listHolds) else { return [] }
        do {
            return try decoded.value(of: kept, .listHolds)
        } catch {
            throw StoreProblem.damaged(what: "which do-not-contact lists hold campaigns")
        }
    }

    /// Call it inside a transaction.
    package func hold(_ hold: ListHold) throws {
        try set(try listHolds().filter { $0.batch != hold.batch } + [hold])
    }

    /// What was held since it would have taken many off a named list is settled by a later one. Call it inside a
    /// transaction.
    package func releaseHolds(replacing list: String) throws {
        let holds = try listHolds()
        let others = holds.filter { $0.replaces != list }
        if others.count < holds.count { try set(others) }
    }

    /// The list holds nothing any more; false when it held nothing. Call it inside a transaction.
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
