package import SystemIO

/// Drives a pipeline: waits for events, time and signals, and makes the passes.
package final class PipelineRun {
    private let pipeline: Pipeline
    private let signals: SignalReceiver
    private let inotify = Inotify()
    private var watches: [Int32: Place] = [:]
    private var watched: Set<String> = []
    private var received: [Int32] = []
    /// Asked for with SIGHUP; throws when the new configuration cannot be used, and the old one stays.
    private let reload: () throws -> Configuration
    /// Monotonic milliseconds.
    private var nextStatus: Int64 = 0
    /// Whether anything happened since the status was written.
    private var hasNews = true

    private struct Place {
        let inbox: Inbox
        let folder: String
    }

    /// Between scans even when nothing happens: events are hints, and some file systems give none.
    private static let scanInterval: Int64 = 1_000

    package init(_ pipeline: Pipeline, signals: SignalReceiver, reload: @escaping () throws -> Configuration) {
        self.pipeline = pipeline
        self.signals = signals
        self.reload = reload
        // Watched from the beginning, so that what is renamed into place from now on is known to be whole.
        watch()
    }

    /// Until SIGTERM or SIGINT.
    package func forever() throws {
        try pipeline.recover()
        while !isStopping {
            let intake = try pass()
            if isStopping { break }
            wait(until: try nextMoment(intake))
        }
        try writeStatus(force: true)
        pipeline.settle()
    }

    /// Until nothing is in work, nothing due, and no young file is still settling (contract §2).
    package func untilIdle() throws {
        try pipeline.recover()
        while !isStopping {
            let intake = try pass()
            if isStopping { break }
            if intake.taken > 0 { continue }
            // Parcels that a rate holds for moments are in work; what it holds for longer waits for the next run.
            if let due = try pipeline.store.nextPaced(before: pipeline.now.adding(.minutes(1))) {
                wait(
                    until: MonotonicClock.nanoseconds() / 1_000_000
                        + max(0, due.milliseconds - pipeline.now.milliseconds))
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
        try writeStatus(force: true)
        pipeline.settle()
    }

    package var isStopping: Bool {
        received += (try? signals.pending()) ?? []
        if received.contains(SignalNumber.hangup) {
            received.removeAll { $0 == SignalNumber.hangup }
            do {
                try pipeline.reload(try reload())
                watch()
                pipeline.log.info("configuration.reloaded")
            } catch {
                pipeline.log.error("configuration.kept", ["error": .text("\(error)")])
            }
        }
        return !received.isEmpty
    }

    /// One round: days that ended, drops, what is due, results that are overdue.
    private func pass() throws -> Pipeline.Intake {
        try pipeline.writeMissedDays()
        let intake = try pipeline.takeDrops { isStopping }
        var handled = try pipeline.dispatchDue { isStopping }
        let settled = try pipeline.settleOverdue()
        if settled > 0 { handled += try pipeline.dispatchDue { isStopping } }
        if intake.taken + handled + settled > 0 { hasNews = true }
        try writeStatus(force: false)
        return intake
    }

    /// At most once a second when something happened, else every ten; and never for more than a twentieth of the time.
    private func writeStatus(force: Bool) throws {
        let start = MonotonicClock.nanoseconds() / 1_000_000
        guard force || start >= nextStatus + (hasNews ? 0 : 9_000) else { return }
        hasNews = false
        try pipeline.writeStatus(watch: inotify.isAvailable ? "events" : "polling")
        let end = MonotonicClock.nanoseconds() / 1_000_000
        nextStatus = end + max(1_000, 20 * (end - start))
    }

    private func nextMoment(_ intake: Pipeline.Intake) throws -> Int64? {
        let monotonic = MonotonicClock.nanoseconds() / 1_000_000
        let wall = pipeline.now
        func translated(_ moment: Timestamp?) -> Int64? {
            moment.map { monotonic + max(0, $0.milliseconds - wall.milliseconds) }
        }
        let (due, result) = try pipeline.store.nextMoments()
        let moments = [
            monotonic + Self.scanInterval, intake.lookAgainAt, translated(due), translated(result),
            translated(pipeline.nextDayEnd),
        ]
        return intake.taken > 0 ? monotonic : moments.compactMap(\.self).min()
    }

    private func wait(until moment: Int64?) {
        watch()
        let now = MonotonicClock.nanoseconds() / 1_000_000
        let span = min(Self.scanInterval, max(0, (moment ?? now + Self.scanInterval) - now))
        let events = (try? inotify.wait(milliseconds: Int(span), waking: signals)) ?? []
        for event in events {
            switch event.kind {
            case .movedIn:
                guard let place = watches[event.watch] else { continue }
                place.inbox.noteArrival(
                    folder: place.folder, name: event.name, at: MonotonicClock.nanoseconds() / 1_000_000)
            case .gone where !event.name.isEmpty:
                // A file left, such as the temporary name of one that is renamed into place; the folder is there.
                continue
            case .gone:
                // Unmounted or renamed: watched again with the next scan that finds it.
                if let place = watches.removeValue(forKey: event.watch) {
                    watched.remove(place.inbox.path + "/" + place.folder)
                }
            case .created, .closedAfterWriting, .overflow, .other: continue
            }
        }
    }

    private func watch() {
        for inbox in pipeline.inboxes {
            for folder in (try? inbox.folders()) ?? [] {
                let key = inbox.path + "/" + folder
                guard !watched.contains(key) else { continue }
                guard let id = try? inotify.watch(folder.isEmpty ? inbox.path : key) else { continue }
                watched.insert(key)
                watches[id] = Place(inbox: inbox, folder: folder)
            }
        }
    }
}
