import SystemIO

/// Removes what has been kept for as long as `keepDays` says: once after each day that was closed.
extension Pipeline {
    /// Removes folders of days, and contacts of batches that are done, older than they are to be kept.
    func removeExpired() throws {
        let zone = Zone.named(configuration.timezone) ?? .utc
        let today = DayClock(zone: zone, endOfDay: configuration.endOfDay).day(of: now)
        let keep = configuration.keepDays
        try removeDays(in: state("archive"), before: today.adding(days: -keep.archive))
        try removeDays(in: state("quarantine"), before: today.adding(days: -keep.archive))
        try removeDays(in: outbox("notices"), before: today.adding(days: -keep.notices))
        try removeDays(in: outbox("acks"), before: today.adding(days: -keep.notices))
        try removeDays(in: outbox("reports"), before: today.adding(days: -keep.reports))
        try forgetContacts()
        try store.transiently { try store.removeExpiredListings(at: now) }
        let horizon = Timestamp(day: today.adding(days: -keep.contacts))
        // Those of batches that were removed a day ago or longer.
        try store.removeStraySegmentFiles()
        for batch in try store.removableBatches(before: horizon) {
            // The ledger keeps its row: the same content is still known as a duplicate.
            try store.removeContacts(of: batch)
            log.info("batch.removed", ["batch": .text(batch.description)])
        }
    }

    /// Forgets who was contacted so long ago that no cap looks back to it. Without caps nothing is noted, and nothing is kept.
    func forgetContacts() throws {
        let span = configuration.capHorizon ?? TimeSpan(milliseconds: 0)
        let bound = Timestamp(milliseconds: now.milliseconds - span.milliseconds)
        try store.transiently { try store.forgetContacts(before: bound) }
        knownContacts?.forget(before: bound)
    }

    private func removeDays(in folder: String, before first: CalendarDay) throws {
        guard try Files.exists(folder) else { return }
        for name in try Files.list(folder) {
            guard let day = CalendarDay(name), day < first else { continue }
            try Files.removeTree(folder + "/" + name)
        }
    }
}
