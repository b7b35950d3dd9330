import SystemIO

/// Removes what was kept for as long as `keepDays` says: once after each closed day. What came before the clock was set
/// ahead is kept for as long as if it had been dated by the clock that is believed now.
struct Retention {
    private let context: WorkContext

    init(_ context: WorkContext) { self.context = context }

    private var store: any Store { context.store }

    /// Removes folders of days, and contacts of finished batches, older than `keepDays` allows.
    func removeExpired() throws {
        let zone = Zone.named(context.configuration.timezone) ?? .utc
        let days = DayClock(zone: zone, endOfDay: context.configuration.endOfDay)
        let today = days.day(of: context.now)
        let keep = context.configuration.keepDays
        for (folder, kept) in [
            (context.state("archive"), keep.archive), (context.state("quarantine"), keep.archive),
            (context.outbox("notices"), keep.notices), (context.outbox("acks"), keep.notices),
            (context.outbox("reports"), keep.reports), (context.outbox("events"), keep.events),
        ] {
            try attempt(folder) { try removeDays(in: folder, before: today.adding(days: -kept), days) }
        }
        try forgetContacts()
        try store.transiently { try store.removeExpiredListings(at: context.now) }
        let horizon = Timestamp(day: today.adding(days: -keep.contacts))
        // Removes the leftovers of batches that were removed at least a day ago.
        try attempt("segments") { try store.removeLeftovers() }
        for batch in try store.removableBatches(before: horizon) {
            // It came under a clock that was behind.
            if let row = try store.batch(batch), context.clockTrust.lived(row.changedAt) >= horizon { continue }
            try attempt(batch.description) {
                try removeTokens(of: batch)
                // The batch's row stays in the ledger, so the same content is still recognised as a duplicate.
                try store.removeContacts(of: batch)
                context.log.info("batch.removed", ["batch": .text(batch.description)])
            }
        }
    }

    /// What cannot be removed now is looked at again after the next day; nothing else waits for it.
    private func attempt(_ what: String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as SystemError {
            context.log.error("retention.kept", ["what": .text(what), "error": .text("\(error)")])
        }
    }

    /// Forgets contacts so long ago that no cap looks back to them. Without caps nothing is noted, and nothing is kept.
    func forgetContacts() throws {
        let span = context.configuration.capHorizon ?? TimeSpan(milliseconds: 0)
        let bound = Timestamp(milliseconds: context.now.milliseconds - span.milliseconds)
        try store.transiently { try store.forgetContacts(before: bound) }
        context.contactTimes.forget(before: bound)
    }

    /// Removes the files of the tokens that its links have, which name its contacts.
    private func removeTokens(of batch: BatchID) throws {
        let root = context.outbox("tokens")
        guard try Files.exists(root) else { return }
        for parcel in try store.parcels(ofBatch: batch) {
            let file = "\(root)/\(parcel.campaign)/\(parcel.id).csv"
            if try Files.exists(file) { try Files.remove(file) }
        }
    }

    private func removeDays(in folder: String, before first: CalendarDay, _ clock: DayClock) throws {
        // What stands there instead is told by whoever writes into the folder.
        guard try FileStatus.of(folder, followLinks: true)?.kind == .folder else { return }
        var removed: [CalendarDay] = []
        for name in try Files.list(folder) {
            guard let day = CalendarDay(name), day < first, context.clockTrust.lived(day, clock) < first else {
                continue
            }
            try Files.removeTree(folder + "/" + name)
            removed.append(day)
        }
        guard let last = removed.max() else { return }
        context.log.info(
            "days.removed",
            ["folder": .text(folder), "days": .number(removed.count), "last": .text(last.description)])
    }
}
