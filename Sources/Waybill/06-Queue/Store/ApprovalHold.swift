import Foundation

/// A batch of which nothing leaves until somebody approves it.
package struct ApprovalHold: Codable, Hashable, Sendable {
    package let batch: BatchID
    package let drop: String
    package let campaign: String
    /// In words.
    package let reason: String
    /// Records of its drop.
    package let received: Int
    package let at: Timestamp
    /// The batch that it corrects and waits with; nil if it waits for itself.
    package let with: BatchID?

    /// The batch that somebody has to approve.
    package var asked: BatchID { with ?? batch }

    package init(
        batch: BatchID, drop: String, campaign: String, reason: String, received: Int, at: Timestamp,
        with: BatchID? = nil
    ) {
        self.batch = batch
        self.drop = drop
        self.campaign = campaign
        self.reason = reason
        self.received = received
        self.at = at
        self.with = with
    }

    /// The same without the batch that it waited with, which was withdrawn.
    package var alone: ApprovalHold {
        ApprovalHold(
            batch: batch, drop: drop, campaign: campaign,
            reason: with.map { "it corrects \($0), which was withdrawn" } ?? reason, received: received, at: at)
    }
}

extension Settings {
    /// The oldest first.
    package func approvalHolds() throws -> [ApprovalHold] {
        guard let kept = try setting(.approvalHolds) else { return [] }
        do {
            return try decoded.value(of: kept, .approvalHolds)
        } catch {
            throw StoreProblem.damaged(what: "which batches wait for approval")
        }
    }

    /// Call it inside a transaction.
    package func hold(_ hold: ApprovalHold) throws {
        try set(try approvalHolds().filter { $0.batch != hold.batch } + [hold])
    }

    /// Lets go of those that are meant, and returns them. Call it inside a transaction.
    package func releaseApprovals(where isMeant: (ApprovalHold) -> Bool) throws -> [ApprovalHold] {
        let holds = try approvalHolds()
        let released = holds.filter(isMeant)
        if !released.isEmpty { try set(holds.filter { !isMeant($0) }) }
        return released
    }

    private func set(_ holds: [ApprovalHold]) throws {
        if holds.isEmpty { return try removeSetting(.approvalHolds) }
        try set(.approvalHolds, to: Array(try JSONEncoder().encode(holds)))
    }

    // MARK: What is usual

    /// How many records the last drops of a campaign had, as far as anybody asked.
    package func usualSizes(of campaign: String) throws -> [Int] {
        guard let kept = try setting(.usualSizes(campaign)) else { return [] }
        return (try? JSONDecoder().decode([Int].self, from: Data(kept))) ?? []
    }

    /// Call it inside a transaction.
    package func noteSize(_ records: Int, of campaign: String) throws {
        let sizes = Array((try usualSizes(of: campaign) + [records]).suffix(10))
        try set(.usualSizes(campaign), to: Array(try JSONEncoder().encode(sizes)))
    }

    /// The last day on which it was told that a campaign's drop had not come.
    package func missingTold() throws -> [String: String] {
        guard let kept = try setting(.missingTold) else { return [:] }
        return (try? JSONDecoder().decode([String: String].self, from: Data(kept))) ?? [:]
    }

    /// Call it inside a transaction.
    package func noteMissingTold(_ day: CalendarDay, of campaign: String) throws {
        var told = try missingTold()
        told[campaign] = day.description
        try set(.missingTold, to: Array(try JSONEncoder().encode(told)))
    }
}
