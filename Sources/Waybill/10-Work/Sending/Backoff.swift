/// How long something that failed is left alone: 1, 2, 4 … 60 s after the first, second, third … failure in a row, and
/// up to a quarter longer by chance, so that what failed together does not come back together.
struct Backoff {
    private let failures: Int
    private let longest: TimeSpan
    private let isHalt: Bool
    /// When it is tried again.
    let next: Timestamp
    let reason: HoldReason

    /// - Parameters:
    ///   - isHalt: a transport says itself that nothing should be given to it.
    ///   - isLasting: it does not expect to change its mind: minutes, where else it is seconds.
    init(
        after earlier: Backoff?, at now: Timestamp, chance: Double, reason: HoldReason, isHalt: Bool = false,
        isLasting: Bool = false
    ) {
        failures = (earlier?.failures ?? 0) + 1
        let span = min(60, 1 << min(failures - 1, 6)) * (isLasting ? 60_000 : 1_000)
        longest = .minutes(isLasting ? 90 : 2)
        next = now.adding(TimeSpan(milliseconds: Int64(Double(span) * (1 + chance / 4))))
        self.reason = reason
        self.isHalt = isHalt
    }

    private init(failures: Int, next: Timestamp, reason: HoldReason) {
        self.failures = failures
        self.next = next
        self.reason = reason
        longest = .minutes(2)
        isHalt = false
    }

    /// Somebody said for how long they are to be left alone, whoever else is due too.
    init(resting span: TimeSpan, at now: Timestamp, reason: HoldReason) {
        failures = 1
        next = now.adding(span)
        self.reason = reason
        longest = span
        isHalt = true
    }

    /// Nothing failed: it may be tried at once.
    static func none(at now: Timestamp) -> Backoff { Backoff(failures: 0, next: now, reason: .due) }

    /// A clock that was set back must not make it wait for longer than it ever would.
    func isDue(at now: Timestamp) -> Bool { next <= now || next > now.adding(longest) }

    /// For a transport: after five failures in a row, or when it says so, whoever else is due waits too, until one of
    /// them is tried.
    var isOpen: Bool { failures >= 5 || isHalt }
}

/// A transport could not make a parcel ready; the reason goes into the store, the description into the log.
struct Unprepared: Error {
    let reason: HoldReason
    let description: String
}
