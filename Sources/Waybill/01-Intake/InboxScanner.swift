import Synchronization
package import SystemIO

/// Scans one inbox on a thread of its own, so that a share that hangs blocks nobody else.
///
/// Confined to one thread at a time; its own thread shares only two queues with it.
package final class InboxScanner {
    package let inbox: Inbox
    package let owners: ClaimOwners
    private let requests: BoundedQueue<Request>
    private let outcomes: BoundedQueue<Outcome>
    private let awaited: Awaited
    private var arrivals: [InboxView.Arrival] = []
    /// Files that were not as reported.
    private var changed: [InboxView.Arrival] = []
    private var acceptedMounts: Set<String> = []
    /// Places where something happened since the last request; nil: anywhere.
    private var touched: Set<InboxScan.Place>? = nil
    /// Monotonic milliseconds of the next scan that looks everywhere, regardless of events.
    private var nextWholeLook: Int64 = 0
    /// What was reported before was dropped, so the next scan reports everything ready again.
    private var needsAll = true
    /// When the scan began that has no outcome yet, in monotonic milliseconds.
    private var askedAt: Int64?
    /// The present or last scan took longer than `promptness`.
    private var isSlow = false
    /// Somebody has waited for the scan under way, so it is slow if there is no outcome: until then the time since it
    /// began may be our own.
    private var wasWaitedFor = false

    /// When a scan could last list the inbox, in monotonic milliseconds; nil before the first.
    package private(set) var lastGoodScan: Int64?
    /// What the last scan failed with, else the last claim; nil when both went well.
    package var problem: String? { scanProblem ?? claimProblem }
    private var scanProblem: String?
    /// Whether the inbox is there, according to the last scan.
    package var isReachable: Bool { scanProblem == nil }
    /// What claiming a file failed with; reset once a claim succeeds or no file is left to claim.
    package var claimProblem: String?
    /// Since when the inbox gives no good answer, in monotonic milliseconds; nil when the last answer was good.
    package private(set) var silentSince: Int64?
    /// What holds sending back: words that were not taken, but for those that are still coming; words present when the
    /// inbox was first seen, or seen again, in whatever state; and folders of words that cannot be listed, or are not
    /// looked into.
    package var words: some Collection<InboxScan.Word> { wordsByPath.values }
    private var wordsByPath: [String: InboxScan.Word] = [:]
    /// The paths of those that were present then, and were not taken.
    private var presentWords: Set<String> = []
    /// The next good scan is the first, or the first since the inbox came back.
    private var isNew = true
    /// Files that were not ready in the last good scan.
    package private(set) var unready: [InboxScan.UnreadyFile] = []
    /// Whether events report changes there.
    package private(set) var hasEvents = false
    /// Whether to look for claims that ended owners left: at the start, and when a share comes back.
    package var needsRecovery = true

    private struct Request: Sendable {
        let view: InboxView.Request
        let now: Int64
    }

    /// Whether somebody asked for the outcome before it was there. Only then is the bell rung; otherwise each look
    /// would cause the next, for ever.
    private final class Awaited: Sendable {
        let value = Atomic(false)
    }

    private struct Outcome: Sendable {
        let scan: Result<InboxScan, any Error>
        /// How long the scan took.
        let milliseconds: Int64
    }

    /// Milliseconds for which a scan is worth waiting for.
    package static let promptness: Int64 = 200
    /// Milliseconds after which a scan without an answer is reported as a problem.
    package static let patience: Int64 = 10_000
    package static let unanswered = "it has not answered for 10 s or longer; the files in it wait"

    /// - Parameters:
    ///   - bell: rung at the end of a scan whose outcome was asked for before.
    ///   - view: made on the scanner's own thread, where it stays.
    package init(_ inbox: Inbox, bell: Bell, view: @escaping @Sendable () -> InboxView) {
        self.inbox = inbox
        owners = ClaimOwners(inbox)
        let requests = BoundedQueue<Request>(capacity: 1)
        let outcomes = BoundedQueue<Outcome>(capacity: 1)
        let awaited = Awaited()
        self.requests = requests
        self.outcomes = outcomes
        self.awaited = awaited
        // Nobody waits for the thread to end: it may hang in the file system.
        _ = Worker.start(name: "inbox") {
            let view = view()
            while let request = requests.pop() {
                let start = MonotonicClock.nanoseconds()
                let scan = Result { try view.scan(request.view, at: request.now) }
                outcomes.push(
                    Outcome(scan: scan, milliseconds: (MonotonicClock.nanoseconds() - start) / 1_000_000))
                if awaited.value.load(ordering: .sequentiallyConsistent) { bell.ring() }
            }
        }
    }

    deinit { requests.cancel() }

    /// Notes that a file was renamed into place; the next scan looks at its state then.
    package func noteArrival(_ arrival: InboxView.Arrival) { arrivals.append(arrival) }

    /// Notes that something happened in one of its places; nil: somewhere.
    package func noteNews(in place: InboxScan.Place?) {
        if let place { touched?.insert(place) } else { touched = nil }
    }

    /// Notes that a file reported as ready has changed, or is gone.
    package func noteChange(of candidate: InboxScan.Candidate) {
        changed.append(InboxView.Arrival(place: candidate.place, name: candidate.name))
    }

    /// Makes the next scan report everything ready again, after earlier reports were dropped.
    package func tellAll() { needsAll = true }

    package var isScanning: Bool { askedAt != nil }
    /// Whether a scan is under way that should end in a moment.
    package func isAboutToAnswer(at now: Int64) -> Bool { askedAt.map { now - $0 < Self.promptness } ?? false }

    /// Begins a scan, unless one is under way.
    ///
    /// - Parameter knowsNews: whether every event was noted. Then the scan looks only where something happened, and
    ///   everywhere once a second.
    package func ask(_ rules: ReadinessRules, at now: Int64, knowsNews: Bool = false) {
        guard askedAt == nil else { return }
        (askedAt, wasWaitedFor) = (now, false)
        silentSince = silentSince ?? now
        var request = InboxView.Request(rules)
        (request.arrivals, request.changed, request.wantsAll) = (arrivals, changed, needsAll)
        request.acceptedMounts = acceptedMounts
        request.touched = knowsNews && now < nextWholeLook ? touched : nil
        if request.touched == nil { nextWholeLook = now + 1_000 }
        requests.push(Request(view: request, now: now))
        (arrivals, changed, touched, needsAll) = ([], [], [], false)
        acceptedMounts = []
    }

    /// What the scan under way found. Waits at most `patience` milliseconds, and not at all if the inbox was slow
    /// before. Nil while there is no outcome; `now` is the time of the call.
    package func collect(waitingAtMost milliseconds: Int64, at now: Int64) -> InboxScan? {
        guard let askedAt else { return nil }
        isSlow = isSlow || (wasWaitedFor && now - askedAt >= Self.promptness)
        wasWaitedFor = true
        var taken = outcomes.pop(waitingAtMost: isSlow ? 0 : milliseconds)
        if case .timedOut = taken {
            awaited.value.store(true, ordering: .sequentiallyConsistent)
            // The outcome may have come just before `isAwaited` was set.
            taken = outcomes.pop(waitingAtMost: 0)
        }
        switch taken {
        case .element(let outcome):
            awaited.value.store(false, ordering: .sequentiallyConsistent)
            isSlow = outcome.milliseconds > Self.promptness
            self.askedAt = nil
            return take(outcome.scan, askedAt: askedAt)
        case .timedOut:
            if now - askedAt >= Self.patience {
                scanProblem = Self.unanswered
            }
        case .ended: break
        }
        return nil
    }

    private func take(_ scan: Result<InboxScan, any Error>, askedAt: Int64) -> InboxScan? {
        switch scan {
        case .success(let scan):
            lastGoodScan = askedAt
            silentSince = nil
            let paths = Set(scan.words.map(\.path))
            presentWords = isNew ? paths : presentWords.intersection(paths)
            let held = scan.words.filter { !$0.isComing || presentWords.contains($0.path) }
            wordsByPath = Dictionary(held.map { ($0.path, $0) }) { first, _ in first }
            isNew = false
            unready = scan.unready
            hasEvents = scan.hasEvents
            scanProblem = scan.problems.isEmpty ? nil : scan.problems.joined(separator: "; ")
            if !scan.hasReady { claimProblem = nil }
            return scan
        case .failure(let error):
            // What is there now is not what was there before, so claims are looked for when the share is back.
            needsRecovery = true
            needsAll = true
            isNew = true
            scanProblem = FolderObstacle.words(of: error)
            return nil
        }
    }

    /// Notes that a folder that was a file system of its own is meant to be none.
    package func acceptMount(_ folder: String) { acceptedMounts.insert(folder) }

    /// Notes that the word with this path, relative to the inbox, was taken.
    package func noteTaken(_ path: String) {
        wordsByPath[path] = nil
        presentWords.remove(path)
    }

    /// Keeps the reason why something in the inbox failed, until a scan succeeds.
    package func note(problem: String) { scanProblem = problem }
}
