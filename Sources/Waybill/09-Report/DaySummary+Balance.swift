/// Two sums of a day's summary that should be equal.
package struct UnbalancedSummary: Error, Hashable, CustomStringConvertible {
    package let campaign: String
    /// Nil when the sums are the campaign's own.
    package let batch: BatchID?
    package let first: Sum
    package let second: Sum

    package struct Sum: Hashable, Sendable {
        package let name: String
        package let count: Int
    }

    package var description: String {
        let place = "campaign \(campaign)" + (batch.map { ", batch \($0)" } ?? "")
        return "The day's report does not add up for \(place): \(first.name) is \(first.count), but \(second.name) is "
            + "\(second.count). It was not published; the contacts are not affected. Run `waybill report` again; if it "
            + "fails again, stop Waybill and keep a copy of the state folder for whoever looks into it."
    }
}

extension DaySummary {
    /// Refuses a summary that does not add up: each batch and each campaign by itself, the states of a batch with its
    /// totals, and each campaign with its batches.
    package func checkBalance() throws(UnbalancedSummary) {
        for campaign in campaigns {
            var sums = ReportTotals()
            for batch in campaign.batches {
                try check(batch.totals, campaign.campaign, batch.batch)
                try checkStates(of: batch, campaign.campaign)
                sums += batch.totals
            }
            try check(campaign.totals, campaign.campaign, nil)
            for (own, summed) in zip(campaign.totals.named, sums.named) where own.count != summed.count {
                throw UnbalancedSummary(
                    campaign: campaign.campaign, batch: nil, first: .init(name: own.name, count: own.count),
                    second: .init(name: "the sum of \(own.name) over its batches", count: summed.count))
            }
        }
    }

    private func check(_ totals: ReportTotals, _ campaign: String, _ batch: BatchID?) throws(UnbalancedSummary) {
        guard totals.received == totals.accountedFor else {
            throw UnbalancedSummary(
                campaign: campaign, batch: batch, first: .init(name: "received", count: totals.received),
                second: .init(
                    name: "rejected + duplicates + skipped + open + success + failure", count: totals.accountedFor))
        }
    }

    private func checkStates(of batch: BatchSummary, _ campaign: String) throws(UnbalancedSummary) {
        for total in Total.allCases {
            let states = batch.byState.reduce(0) { $0 + ($1.key.total == total ? $1.value : 0) }
            guard states == batch.totals.count(of: total) else {
                throw UnbalancedSummary(
                    campaign: campaign, batch: batch.batch,
                    first: .init(name: total.rawValue, count: batch.totals.count(of: total)),
                    second: .init(name: "the sum of its states", count: states))
            }
        }
    }
}
