/// What somebody withdrew: records of it that come again, mended, are withdrawn, too.
extension Settings {
    /// Call it inside a transaction.
    ///
    /// - Parameter batch: nil: everything of the campaign so far.
    package func noteWithdrawal(of campaign: String, batch: BatchID?, at now: Timestamp) throws {
        if let batch { return try set(.withdrawnBatch(batch), to: [1]) }
        try set(.withdrawnCampaign(campaign), to: Array(String(now.milliseconds).utf8))
    }

    package func isWithdrawn(_ batch: BatchRow) throws -> Bool {
        do {
            if try setting(.withdrawnBatch(batch.id)) != nil { return true }
            guard let kept = try setting(.withdrawnCampaign(batch.campaign)) else { return false }
            let moment = Int64(String(decoding: kept, as: UTF8.self)) ?? .max
            return batch.claimedAt.milliseconds <= moment
        } catch is StoreProblem {
            // A damaged mark counts as a mark.
            return true
        }
    }
}
