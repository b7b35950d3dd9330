/// How long something that failed is left alone: 1, 2, 4 … 60 s after the first, second, third … failure in a row, and
/// up to a quarter longer at random, so that what failed together does not return together.
struct Backoff {
    let failures: Int
    private let longest: TimeSpan
    private let isHalt: Bool
    /// When it is tried again.
    let next: Timestamp
    let reason: HoldReason

    /// - Parameters:
    ///   - isHalt: the transport itself asks to be given nothing.
    ///   - isLasting: the transport expects this to last: minutes instead of seconds.
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

    /// For a transport that one message is to try at once.
    init(trialAfter earlier: Backoff?, at now: Timestamp, reason: HoldReason) {
        failures = earlier?.failures ?? 0
        next = now
        self.reason = reason
        longest = .minutes(2)
        isHalt = true
    }

    /// For a message that its transport refused so often, and no other one.
    init(alone count: Int, at now: Timestamp, chance: Double, reason: HoldReason) {
        self.init(
            after: Backoff(failures: count - 1, next: now, reason: reason), at: now, chance: chance, reason: reason,
            isLasting: true)
    }

    /// For a transport that was in doubt when an earlier process ended.
    init(kept pause: DoubtLedger.Pause, reason: HoldReason) {
        failures = pause.failures
        next = Timestamp(milliseconds: pause.next)
        self.reason = reason
        longest = .minutes(90)
        isHalt = true
    }

    /// For what said how long it must be left alone: for so long, or for longer if its failures in a row ask for that.
    init(
        resting span: TimeSpan, after earlier: Backoff? = nil, at now: Timestamp, chance: Double = 0,
        reason: HoldReason, isLasting: Bool = false
    ) {
        let own = Backoff(after: earlier, at: now, chance: chance, reason: reason, isLasting: isLasting)
        failures = own.failures
        next = max(own.next, now.adding(span))
        self.reason = reason
        longest = max(own.longest, span)
        isHalt = true
    }

    /// Nothing failed: it may be tried at once.
    static func none(at now: Timestamp) -> Backoff { Backoff(failures: 0, next: now, reason: .due) }

    /// Whether it has been tried for some seconds only.
    var isNew: Bool { failures <= 3 }

    /// A clock that was set back must not make it wait longer than it ever would.
    func isDue(at now: Timestamp) -> Bool { next <= now || next > now.adding(longest) }

    /// For a transport: after five failures in a row, or if it says so, every other parcel waits too, until one of them
    /// is tried.
    var isOpen: Bool { failures >= 5 || isHalt }

    /// Whether it waits so now.
    func isPause(at now: Timestamp) -> Bool { isOpen && !isDue(at: now) }
}

/// Whose messages wait together after a transport did not take them: those of a batch in one step.
struct LaterKey: Hashable {
    private let batch: BatchID
    private let step: String

    init(_ parcel: Parcel) { (batch, step) = (parcel.batch, parcel.step) }
}

/// Whose parcels are prepared in one place: those of a campaign by one transport, as in its folder.
struct PlaceKey: Hashable {
    let transport: String
    let campaign: String
}

/// A transport could not prepare a parcel; the reason goes into the store, the description into the log.
struct Unprepared: Error {
    let reason: HoldReason
    let description: String
}
