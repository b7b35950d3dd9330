import SystemIO

/// The loop: waits for events, time and signals, and runs the passes.
package final class Service {
    private let passes: Passes
    private let context: WorkContext
    private let signals: SignalReceiver
    private var received: [Int32] = []
    /// Called at SIGHUP; throws if the new configuration is unusable, and then the old one stays.
    private let reload: () throws -> Configuration
    /// Who started it, and wants to know how it is; nil where nobody does.
    private let manager: ServiceManager?
    /// Monotonic milliseconds.
    private var nextSign: Int64 = 0
    /// Monotonic milliseconds.
    private var nextStatus: Int64 = 0
    private var nextGivingBack: Int64 = 0
    private var isStatusWritten = true
    /// Whether what earlier runs left was completed.
    private var isRecovered = false
    /// When a configuration that could not be recorded is tried again, in monotonic milliseconds; nil if none waits.
    private var nextReload: Int64?
    /// Whether anything happened since the status was written.
    private var hasNews = true

    /// When the next day ends; nil while the clock is not trusted.
    private var nextDayEnd: Timestamp?
    /// Whether the last sending ended before everything due was sent.
    private var isInterrupted = false
    /// Whether a sampling program's answers were applied, so more may be due.
    private var hasDecided = false
    /// Whether a kept list was handed over and is to be taken.
    private var hasRepeated = false
    /// Whether a large batch's keys are being noted, or an archived file is being compressed.
    private var isUsingLeisure = false
    /// What arrived that the inboxes have not been asked for yet.
    private var arrivals = Scheduler.Arrivals.none
    /// Monotonic milliseconds of the last look at the inboxes and of the last sending while a long drop is read.
    private var lastLook: Int64 = 0
    private var lastSending: Int64 = 0

    init(
        _ passes: Passes, signals: SignalReceiver, manager: ServiceManager?,
        reload: @escaping () throws -> Configuration
    ) {
        self.passes = passes
        self.manager = manager
        context = passes.context
        self.signals = signals
        self.reload = reload
        passes.drops.onInterlude = { [unowned self] _ in try interlude() }
        passes.claims.followsEvents = true
        // Watched from the start, so files renamed into place from now on are known to be whole.
        passes.lookOnce()
    }

    /// Until SIGTERM or SIGINT.
    package func forever() throws { try tellingTheEnd(loop) }

    /// Does the work, and writes the status a last time however it ends: a drop whose reading was abandoned is no
    /// longer being read.
    private func tellingTheEnd(_ work: () throws -> Void) throws {
        do {
            try work()
        } catch let shared as OutboxShared {
            // The status there is another workspace's.
            throw shared
        } catch {
            passes.sampling.stop()
            if let trouble = PassingTrouble(error) { context.storeProblem = trouble.advice }
            // The reason for the end is more important. Where the store cannot be written, nobody is told of events.
            do { try writeStatus(force: true) } catch { try? passes.writeStatus(isLast: true) }
            throw error
        }
        do {
            try writeStatus(force: true)
            try tellOthers(waitingAtMost: received.isEmpty ? 10_000 : 1_000)
        } catch {
            // Whoever asks it to end need not wait for room: the next start tells what was not.
            guard !received.isEmpty, PassingTrouble(error) != nil else { throw error }
            try? passes.writeStatus(isLast: true, isStopped: true)
        }
        passes.settle()
    }

    private func loop() throws {
        defer { manager?.tell("STOPPING=1") }
        repeat {
            do {
                if !isRecovered { try recover() }
                if isStopping { break }
                let look = try pass()
                if isStopping { break }
                wait(until: try nextMoment(look))
            } catch {
                guard let trouble = PassingTrouble(error) else { throw error }
                try sitOut(trouble)
            }
        } while !isStopping
    }

    private func recover() throws {
        try passes.recover { isEnding }
        (isRecovered, context.storeProblem) = (true, nil)
        manager?.tell("READY=1", "STATUS=running")
    }

    /// What could not be written was rolled back, and is repeated when it can be.
    private func sitOut(_ trouble: PassingTrouble) throws {
        context.storeProblem = trouble.advice
        // Whoever looks at the status learns why nothing happens; it may be on another disk.
        trouble.tell(context.log, isRecovered ? nil : manager) { try passes.writeStatus(isLast: false) }
        let until = context.monotonic() + PassingTrouble.patience
        while !isStopping, context.monotonic() < until { wait(until: until) }
        guard isRecovered else { return }
        do {
            try passes.takeUpAgain()
            (context.storeProblem, hasNews, nextStatus) = (nil, true, 0)
        } catch {
            guard PassingTrouble(error) != nil else { throw error }
        }
    }

    /// What could not be taken or is held, in words.
    package var unfinished: [String] { passes.unfinished }

    /// For the log, how many contacts wait, and when the first of them may go on, if that depends on time; nothing
    /// where none does.
    package func waiting() throws -> KeyValuePairs<String, LogLine.Value> {
        let held = try context.store.holdings()
        let count = held.reduce(0) { $0 + $1.contacts }
        let next = held.compactMap(\.next).min().map { "\($0)" }
        return count == 0 ? [:] : ["waiting": .number(count), "next": .text(next ?? "unknown")]
    }

    /// Until nothing is in work, nothing due, and no young file is still settling (contract §2).
    package func untilIdle() throws {
        context.runsUntilIdle = true
        try tellingTheEnd(loopUntilIdle)
    }

    private func loopUntilIdle() throws {
        try passes.recover { isEnding }
        // What an earlier run could not hand over is tried by this one, too.
        let start = context.now
        let lastTry = try context.store.nextTries(after: start, before: start.adding(.minutes(1)))?.upperBound ?? start
        while !isStopping {
            let began = context.now
            let look = try pass()
            if isStopping { break }
            if look.taken > 0 || isInterrupted || hasDecided || hasRepeated { continue }
            // The bell rings when it has answered.
            if passes.isAskingPrograms {
                wait(until: nil)
                continue
            }
            // What was there at the start must be applied first.
            if passes.isClosed {
                wait(until: min(look.lookAgainAt ?? .max, context.monotonic() + 100))
                continue
            }
            // What leaves within a minute counts as work; what is held longer, or could not be handed over by this run,
            // waits for the next. What may have left is asked about for some seconds.
            let due = try context.store.nextDue(after: began, before: context.now.adding(.minutes(1)))
            let again = try context.store.nextTries(after: began, before: lastTry)?.lowerBound
            if let due = [due, again, passes.dispatcher.nextAsking].compactMap(\.self).min() {
                wait(until: context.monotonic() + max(20, due.milliseconds - context.now.milliseconds))
                continue
            }
            if look.isScanning {
                wait(until: context.monotonic() + (look.hasMore ? 0 : 100))
                continue
            }
            // After a write error that has passed, the others are taken a while later.
            if !passes.claims.takesContacts, passes.claims.obstructed.isEmpty {
                wait(until: passes.claims.contactsWaitUntil)
                continue
            }
            // A file that was older than twice the quiet time when looked at, and still not ready, is not waited for.
            let seen = look.scannedAt
            let settling =
                look.lookAgainAt.map {
                    $0 - seen <= 2 * longestQuiet && seen - look.youngest <= 2 * longestQuiet
                } ?? false
            if !settling {
                if !isUsingLeisure { break }
                wait(until: context.monotonic() + 100)
                continue
            }
            wait(until: look.lookAgainAt)
        }
    }

    /// The longest quiet time of any campaign, in milliseconds; or the time after which a file in use is looked at
    /// again, if longer.
    private var longestQuiet: Int64 { max(1_000, context.configuration.index.longestQuiet?.milliseconds ?? 0) }

    /// The same, when no configuration may be applied in between: SIGHUP waits.
    private var isEnding: Bool {
        showSign()
        received += (try? signals.pending()) ?? []
        return received.contains { $0 != SignalNumber.hangup }
    }

    package var isStopping: Bool {
        showSign()
        received += (try? signals.pending()) ?? []
        if received.contains(SignalNumber.hangup) || nextReload.map({ context.monotonic() >= $0 }) ?? false {
            received.removeAll { $0 == SignalNumber.hangup }
            nextReload = nil
            manager?.tell("RELOADING=1", "MONOTONIC_USEC=\(MonotonicClock.nanoseconds() / 1_000)")
            var status = "running"
            // Until then whoever asked for it waits.
            defer { manager?.tell("READY=1", "STATUS=\(status)") }
            do {
                try passes.reload(try reload())
                context.log.info("configuration.reloaded")
            } catch {
                hasNews = true
                if let trouble = PassingTrouble(error) {
                    context.log.error(trouble.event, ["error": .text(trouble.detail)])
                    status = "the configuration on the disk is not in force yet: " + trouble.words
                    context.configurationProblem = status
                    nextReload = context.monotonic() + PassingTrouble.patience
                    return !received.isEmpty
                }
                context.log.error("configuration.kept", ["error": .text("\(error)")])
                status = "running by the last configuration that could be used: the one on the disk cannot"
                context.configurationProblem =
                    "the configuration on the disk cannot be used, and the last one that could is in force: \(error)"
            }
        }
        return !received.isEmpty
    }

    /// A sign of life, four times as often as it is waited for.
    private func showSign() {
        guard let manager, let patience = manager.patience else { return }
        let moment = MonotonicClock.nanoseconds() / 1_000_000
        guard moment >= nextSign else { return }
        nextSign = moment + patience / 4
        manager.tell("WATCHDOG=1")
    }

    /// One round: days that ended, drops, what is due, results that are overdue.
    private func pass() throws -> ClaimDesk.Look {
        try passes.checkStore()
        let isClockRight = try passes.closeDays { isEnding }
        nextDayEnd = isClockRight ? passes.days.nextEnd : nil
        arrivals = .none
        hasRepeated = try isClockRight && passes.repeatLists() > 0
        let look = try passes.takeDrops { isStopping }
        // Includes what came in the middle of a long drop, and was not looked for there. Of many new files words are
        // seen first.
        if !look.isWhole { arrivals = .words }
        if look.hasMore || passes.claims.isNearlyDone { arrivals = max(arrivals, .contacts) }
        if look.taken > 0 { hasNews = true } else if look.isAtRest { try passes.tellMissing() }
        isUsingLeisure = try passes.useLeisure(isIdle: look.isAtRest)
        hasDecided = try passes.sampling.ask() > 0
        if hasDecided { hasNews = true }
        try send(forAtMost: Scheduler.round)
        try writeStatus(force: false)
        return look
    }

    /// Sends due parcels and moves on overdue contacts, until a file arrives or `limit` milliseconds have passed.
    private func send(forAtMost limit: Int64) throws {
        isInterrupted = false
        guard try passes.isCleared() else { return try passes.recall() }
        let start = context.monotonic()
        let share = Scheduler.sendingShare(after: passes.drops.spentOnShort)
        defer { passes.drops.spentOnShort = 0 }
        let stopping = { [self] in
            let elapsed = context.monotonic() - start
            if Scheduler.mayBeInterrupted(after: elapsed) {
                arrivals = max(arrivals, passes.claims.wait(milliseconds: 0, waking: nil))
            }
            isInterrupted =
                isInterrupted || isStopping
                || Scheduler.isSendingOver(after: elapsed, limit: limit, share: share, arrivals)
            return isInterrupted
        }
        var handled = try passes.dispatcher.sendDue(stopping: stopping)
        let settled = isInterrupted ? 0 : try passes.dispatcher.settleOverdue(stopping: stopping)
        if settled > 0, !isInterrupted { handled += try passes.dispatcher.sendDue(stopping: stopping) }
        if handled + settled > 0 { hasNews = true }
    }

    /// At most once a second if something happened, else every ten seconds; never for more than a twentieth of the
    /// time.
    private func writeStatus(force: Bool) throws {
        let start = context.monotonic()
        guard force || start >= nextStatus + (hasNews || passes.events.isBusy ? 0 : 9_000) else { return }
        if !hasNews { try context.store.shrink() }
        // Under a steady load, too: it takes some milliseconds, and what is free is scattered ever more.
        if !hasNews || start >= nextGivingBack {
            Memory.giveBackFreed()
            nextGivingBack = start + 60_000
        }
        hasNews = false
        try tellOthers(waitingAtMost: 0)
        do {
            try passes.writeStatus(isLast: force, isStopped: force && !received.isEmpty)
            isStatusWritten = true
        } catch let error as SystemError {
            // A full disk: the live status matters less than the work.
            if isStatusWritten { context.log.error("status.unwritten", ["error": .text("\(error)")]) }
            isStatusWritten = false
        }
        let end = context.monotonic()
        nextStatus = end + max(1_000, 20 * (end - start))
    }

    /// What cannot be told now is told later: nothing else waits for it.
    private func tellOthers(waitingAtMost milliseconds: Int64) throws {
        if milliseconds > 0 {
            try passes.events.tellAll(waiting: milliseconds)
        } else {
            try passes.events.tell()
        }
        if passes.events.isBusy { hasNews = true }
    }

    private func nextMoment(_ look: ClaimDesk.Look) throws -> Int64? {
        let monotonic = context.monotonic()
        let wall = context.now
        func translated(_ moment: Timestamp?) -> Int64? {
            moment.map { monotonic + max(0, $0.milliseconds - wall.milliseconds) }
        }
        let (due, result) = try passes.nextMoments()
        let moments = [
            monotonic + Scheduler.round, look.lookAgainAt, translated(due), translated(result),
            translated(nextDayEnd),
        ]
        return look.taken > 0 || isInterrupted || arrivals > .none || hasDecided || hasRepeated
            ? monotonic : moments.compactMap(\.self).min()
    }

    private func wait(until moment: Int64?) {
        let now = context.monotonic()
        let span = min(Scheduler.round, max(0, (moment ?? now + Scheduler.round) - now))
        passes.claims.wait(milliseconds: span, waking: signals)
    }

    /// Between two steps of a long drop: short drops, stops and commands start at once; due parcels are sent half of
    /// the time.
    private func interlude() throws {
        let (claims, drops) = (passes.claims, passes.drops)
        let moment = context.monotonic()
        arrivals = max(arrivals, claims.wait(milliseconds: 0, waking: nil))
        // Listing a local folder takes less than a millisecond. Before sending, more is worth while: what has arrived
        // may forbid it, and where files keep arriving a look is always under way.
        let patience: Int64 =
            moment - lastSending >= Scheduler.round ? InboxScanner.promptness : arrivals > .none ? 5 : 0
        if arrivals > .none || moment - lastLook >= Scheduler.round {
            arrivals = claims.ask() ? .none : max(arrivals, .contacts)
            lastLook = moment
        }
        if try drops.look(waitingAtMost: patience).hasMore { arrivals = max(arrivals, .contacts) }
        // Between short drops, the next one starts after this; anything that arrived meanwhile is ahead of it in the
        // order.
        if !drops.readings.isEmpty, try drops.begin(stopping: { isStopping }) > 0 {
            (hasNews, context.hasHeard) = (true, true)
            try passes.recall()
        }
        guard moment - lastSending >= Scheduler.round else { return }
        claims.beat()
        let time = Scheduler.sendingTime(
            amid: drops.readings, at: moment, lastAt: lastSending, isScanNearlyDone: claims.isNearlyDone)
        if let time {
            lastSending = moment
            try send(forAtMost: time)
        }
        hasNews = true
        try writeStatus(force: false)
    }
}
