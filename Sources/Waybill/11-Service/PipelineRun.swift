package import SystemIO

/// Drives a pipeline: waits for events, time and signals, and makes the passes.
package final class PipelineRun {
    private let pipeline: Pipeline
    private let signals: SignalReceiver
    private var received: [Int32] = []
    /// Asked for with SIGHUP; throws when the new configuration cannot be used, and the old one stays.
    private let reload: () throws -> Configuration
    /// Monotonic milliseconds.
    private var nextStatus: Int64 = 0
    /// Whether anything happened since the status was written.
    private var hasNews = true

    /// Between scans even when nothing happens: events are hints, and some file systems give none.
    private static let scanInterval: Int64 = 1_000
    /// Milliseconds for which what is due is sent before arrivals may interrupt it: both go on when neither ends.
    private static let sendingShare: Int64 = 10
    /// The last sending ended before everything due was sent.
    private var isInterrupted = false
    /// A sampling program's answers were carried out, and more may be due.
    private var hasDecided = false
    /// Something arrived that the inboxes have not been asked for yet.
    private var hasArrivals = false
    /// Monotonic milliseconds of the last look at the inboxes and of the last sending while a long drop is read.
    private var lastLook: Int64 = 0
    private var lastSending: Int64 = 0

    package init(_ pipeline: Pipeline, signals: SignalReceiver, reload: @escaping () throws -> Configuration) {
        self.pipeline = pipeline
        self.signals = signals
        self.reload = reload
        pipeline.onInterlude = { [unowned self] _ in try interlude() }
        // Looked at from the beginning, so that what is renamed into place from now on is known to be whole.
        pipeline.lookOnce()
    }

    /// Until SIGTERM or SIGINT.
    package func forever() throws { try tellingTheEnd(loop) }

    /// Does the work, and writes the status for the last time however it ends: a drop whose reading was given up is not being
    /// read any more.
    private func tellingTheEnd(_ work: () throws -> Void) throws {
        do {
            try work()
        } catch {
            pipeline.stopErrands()
            // The reason to end is what matters.
            try? writeStatus(force: true)
            throw error
        }
        try writeStatus(force: true)
        pipeline.settle()
    }

    private func loop() throws {
        try pipeline.recover { isEnding }
        while !isStopping {
            let intake = try pass()
            if isStopping { break }
            wait(until: try nextMoment(intake))
        }
    }

    /// Until nothing is in work, nothing due, and no young file is still settling (contract §2).
    package func untilIdle() throws { try tellingTheEnd(loopUntilIdle) }

    private func loopUntilIdle() throws {
        try pipeline.recover { isEnding }
        while !isStopping {
            let intake = try pass()
            if isStopping { break }
            if intake.taken > 0 || isInterrupted || hasDecided { continue }
            // Rung when it has answered.
            if pipeline.isAskingPrograms {
                wait(until: nil)
                continue
            }
            // Parcels that a rate holds for moments are in work; what it holds for longer waits for the next run.
            if let due = try pipeline.store.nextPaced(before: pipeline.now.adding(.minutes(1))) {
                wait(
                    until: pipeline.monotonic()
                        + max(0, due.milliseconds - pipeline.now.milliseconds))
                continue
            }
            if intake.isScanning {
                wait(until: pipeline.monotonic() + 100)
                continue
            }
            // A file that was older than twice the quiet time when it was looked at, and still not ready, is not waited for.
            let seen = intake.scannedAt
            let settling =
                intake.lookAgainAt.map {
                    $0 - seen <= 2 * pipeline.longestQuiet && seen - intake.youngest <= 2 * pipeline.longestQuiet
                } ?? false
            if !settling { break }
            wait(until: intake.lookAgainAt)
        }
    }

    /// The same where no configuration may be taken over in between: SIGHUP waits.
    private var isEnding: Bool {
        received += (try? signals.pending()) ?? []
        return received.contains { $0 != SignalNumber.hangup }
    }

    package var isStopping: Bool {
        received += (try? signals.pending()) ?? []
        if received.contains(SignalNumber.hangup) {
            received.removeAll { $0 == SignalNumber.hangup }
            do {
                try pipeline.reload(try reload())
                pipeline.log.info("configuration.reloaded")
            } catch {
                pipeline.log.error("configuration.kept", ["error": .text("\(error)")])
            }
        }
        return !received.isEmpty
    }

    /// One round: days that ended, drops, what is due, results that are overdue.
    private func pass() throws -> Pipeline.Intake {
        try pipeline.writeMissedDays { isEnding }
        hasArrivals = false
        let intake = try pipeline.takeDrops { isStopping }
        // Also what came in the middle of a long drop, and was not looked for there.
        if !intake.isWhole { hasArrivals = true }
        if intake.taken > 0 { hasNews = true }
        hasDecided = try pipeline.askPrograms() > 0
        if hasDecided { hasNews = true }
        try send(forAtMost: Self.scanInterval)
        try writeStatus(force: false)
        return intake
    }

    /// Sends what is due and moves on what is overdue, until a file arrives or so many milliseconds are over.
    private func send(forAtMost limit: Int64) throws {
        let start = pipeline.monotonic()
        isInterrupted = false
        let stopping = { [self] in
            let elapsed = pipeline.monotonic() - start
            if elapsed >= Self.sendingShare, note(pipeline.events.wait(milliseconds: 0, waking: nil)) {
                hasArrivals = true
            }
            isInterrupted =
                isInterrupted || isStopping || elapsed >= limit || hasArrivals && elapsed >= Self.sendingShare
            return isInterrupted
        }
        var handled = try pipeline.dispatchDue(stopping: stopping)
        let settled = isInterrupted ? 0 : try pipeline.settleOverdue(stopping: stopping)
        if settled > 0, !isInterrupted { handled += try pipeline.dispatchDue(stopping: stopping) }
        if handled + settled > 0 { hasNews = true }
    }

    /// At most once a second when something happened, else every ten; and never for more than a twentieth of the time.
    private func writeStatus(force: Bool) throws {
        let start = pipeline.monotonic()
        guard force || start >= nextStatus + (hasNews ? 0 : 9_000) else { return }
        if !hasNews {
            try pipeline.store.shortenLog()
            Memory.giveBackFreed()
        }
        hasNews = false
        try pipeline.writeStatus()
        let end = pipeline.monotonic()
        nextStatus = end + max(1_000, 20 * (end - start))
    }

    private func nextMoment(_ intake: Pipeline.Intake) throws -> Int64? {
        let monotonic = pipeline.monotonic()
        let wall = pipeline.now
        func translated(_ moment: Timestamp?) -> Int64? {
            moment.map { monotonic + max(0, $0.milliseconds - wall.milliseconds) }
        }
        let (due, result) = try pipeline.nextMoments()
        let moments = [
            monotonic + Self.scanInterval, intake.lookAgainAt, translated(due), translated(result),
            translated(pipeline.nextDayEnd),
        ]
        return intake.taken > 0 || isInterrupted || hasArrivals || hasDecided
            ? monotonic : moments.compactMap(\.self).min()
    }

    private func wait(until moment: Int64?) {
        let now = pipeline.monotonic()
        let span = min(Self.scanInterval, max(0, (moment ?? now + Self.scanInterval) - now))
        note(pipeline.events.wait(milliseconds: Int(span), waking: signals))
    }

    @discardableResult
    private func note(_ news: InboxEvents.News) -> Bool {
        for (inbox, arrival) in news.arrivals {
            pipeline.noteArrival(inbox: inbox, place: arrival.place, name: arrival.name)
        }
        return news.isWorthALook
    }

    /// Between two parts of a long drop: short drops, stops and commands are taken at once; what is due is sent for half of
    /// the time.
    private func interlude() throws {
        let moment = pipeline.monotonic()
        hasArrivals = note(pipeline.events.wait(milliseconds: 0, waking: nil)) || hasArrivals
        // A local folder is listed in less than a millisecond.
        let patience: Int64 = hasArrivals ? 5 : 0
        if hasArrivals || moment - lastLook >= Self.scanInterval {
            hasArrivals = !pipeline.askScanners()
            lastLook = moment
        }
        if try pipeline.takeOvertaking(waitingAtMost: patience, stopping: { isStopping }) > 0 { hasNews = true }
        guard moment - lastSending >= Self.scanInterval else { return }
        pipeline.giveSignsOfLife()
        if pipeline.maySend {
            lastSending = moment
            try send(forAtMost: Self.scanInterval / 2)
        }
        hasNews = true
        try writeStatus(force: false)
    }
}
