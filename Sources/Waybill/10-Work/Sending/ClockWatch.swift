/// Notices that the clock was set back, also while nobody ran: what was due before stays due, and what is tried again
/// after a while is not waited for anew.
///
/// Hours, and moments that the contacts' own columns name, are those of the clock as it is now.
final class ClockWatch {
    private let context: WorkContext
    /// The latest moment that was seen.
    private var latest: Timestamp?
    /// The one that the store knows.
    private var noted: Timestamp?

    /// Clocks are corrected by less all the time.
    private static let tolerance: Int64 = 1_000
    private static let lease = TimeSpan.minutes(5)

    init(_ context: WorkContext) { self.context = context }

    /// True when the clock is behind the latest moment that was seen; the store has been told by then.
    func wentBack() throws -> Bool {
        if context.isRehearsal { return false }
        let (store, now) = (context.store, context.now)
        let known = try latest ?? store.latestMoment() ?? now
        latest = max(known, now)
        guard now.milliseconds < known.milliseconds - Self.tolerance else { return false }
        let effect = try store.transiently {
            try store.setLatestMoment(now)
            return try store.followClock(backFrom: known, to: now, lease: now.adding(Self.lease))
        }
        (latest, noted) = (now, now)
        context.contactTimes.readAgain()
        context.log.warning(
            "clock.back",
            [
                "seconds": .number(Int((known.milliseconds - now.milliseconds) / 1_000)),
                "parcelsDueAgain": .number(effect.due), "contactsThatWaitLonger": .number(effect.waiting),
            ])
        return true
    }

    /// Keeps the latest moment for the next start.
    func note() throws {
        guard !context.isRehearsal, let latest, latest != noted else { return }
        try context.store.transiently { try context.store.setLatestMoment(latest) }
        noted = latest
    }
}
