/// Notices that the clock was set back, even between runs. What was due before stays due, and retries do not wait
/// again.
///
/// Hours, and times in the contacts' own columns, follow the clock as it is now.
final class ClockWatch {
    private let context: WorkContext
    /// The latest time seen.
    private var latest: Timestamp?
    /// The latest time that the store has.
    private var noted: Timestamp?

    /// Smaller corrections of clocks happen all the time.
    private static let tolerance: Int64 = 1_000
    private static let lease = TimeSpan.minutes(5)

    init(_ context: WorkContext) { self.context = context }

    /// True if the clock is behind the latest time seen; the store has been adjusted by then.
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

    /// Keeps the latest time for the next start.
    func note() throws {
        guard !context.isRehearsal, let latest, latest != noted else { return }
        try context.store.transiently { try context.store.setLatestMoment(latest) }
        noted = latest
    }
}
