/// A day as those are told of it who subscribed to warnings or information.
extension DaySummary.CampaignSummary {
    func sentence(_ day: CalendarDay) -> String {
        let figures = [
            (totals.open, "open"), (totals.success, "ended well"), (totals.failure, "ended otherwise"),
            (totals.skipped, "skipped"), (totals.rejected, "rejected"), (totals.duplicates, "duplicates"),
        ].filter { $0.0 > 0 }.map { "\($0.0.grouped) \($0.1)" }
        return "\(campaign), \(day): of \(totals.received.counted("record", "records")) "
            + (figures.isEmpty ? "none is left to tell of" : figures.joined(separator: ", "))
    }

    /// What somebody may want to look at, in words: the first ten, and how many there are beside them.
    ///
    /// - Parameter batches: those that came in that day.
    func problems(of batches: [BatchRow]) -> [String] {
        var found = batches.compactMap { batch -> String? in
            guard let acknowledgement = batch.acknowledgement else { return nil }
            switch acknowledgement.status {
            case .accepted: return nil
            case .rejected, .duplicate: return acknowledgement.headline
            case .partial:
                let codes = acknowledgement.rejectsByCode.prefix(3).map { "\($0.code) \($0.count.grouped)" }
                return "\(acknowledgement.headline) (\(codes.joined(separator: ", "))), "
                    + (acknowledgement.notice ?? "")
            }
        }
        if let late, late > 0 { found.append("\(late.counted("result", "results")) came too late to count") }
        let most = 10
        guard found.count > most else { return found }
        return found.prefix(most) + ["and \((found.count - most).grouped) more, in the report"]
    }
}
