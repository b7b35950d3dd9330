import Synchronization
package import SystemIO

/// Scans one inbox on a thread of its own, so that a share that hangs holds up nobody else.
///
/// Confined to one thread at a time; its own thread shares nothing with it but two queues.
package final class InboxScanner {
    package let inbox: Inbox
    package let owners: ClaimOwners
    private let requests: BoundedQueue<Request>
    private let outcomes: BoundedQueue<Outcome>
    private let awaited: Awaited
    private var arrivals: [InboxView.Arrival] = []
    /// Files that were not as they had been told.
    private var changed: [InboxView.Arrival] = []
    /// Where something happened since the last scan was asked for; nil: anywhere.
    private var touched: Set<InboxScan.Place>? = nil
    /// Monotonic milliseconds at which the next scan looks everywhere, whatever happened where.
    private var nextWholeLook: Int64 = 0
    /// Nobody has what was told before: all that is ready is asked for again.
    private var needsAll = true
    /// Monotonic milliseconds at which the scan began that has no outcome yet.
    private var askedAt: Int64?
    /// The scan under way, or the last one, took longer than one is worth waiting for.
    private var isSlow = false

    /// Monotonic milliseconds of the last scan that could list the inbox; nil before the first.
    package private(set) var lastGoodScan: Int64?
    /// What the last scan failed with, or else the last claim; nil when they went well.
    package var problem: String? { scanProblem ?? claimProblem }
    private var scanProblem: String?
    /// Whether the inbox is there, for all that the last scan says.
    package var isReachable: Bool { scanProblem == nil }
    /// What claiming a file failed with; until one can be claimed, or none is left to be.
    package var claimProblem: String?
    /// Monotonic milliseconds since when the inbox gives no good answer; nil when the last one was good.
    package private(set) var silentSince: Int64?
    /// What nothing leaves past: words that are ready and not taken yet, words that lay here when the inbox was first
    /// seen, or seen again, whether or not they are ready, and folders of words that cannot be listed.
    package var words: some Collection<InboxScan.Word> { wordsByPath.values }
    private var wordsByPath: [String: InboxScan.Word] = [:]
    /// The next good scan is the first, or the first since the inbox is back.
    private var isNew = true
    /// Files of the last good scan that were not ready.
    package private(set) var unready: [InboxScan.UnreadyFile] = []
    /// Whether events tell of changes there.
    package private(set) var hasEvents = false
    /// Whether to look for claims that dead owners left: at the start, and when a share comes back.
    package var needsRecovery = true

    private struct Request: Sendable {
        let view: InboxView.Request
        let now: Int64
    }

    /// Whether somebody looked for the outcome before it was there: only then the bell is rung, or each look would lead
    /// to the next for ever.
    private final class Awaited: Sendable {
        let value = Atomic(false)
    }

    private struct Outcome: Sendable {
        let scan: Result<InboxScan, any Error>
        /// How long it took.
        let milliseconds: Int64
    }

    /// Milliseconds within which a scan is worth waiting for.
    package static let promptness: Int64 = 200
    /// Milliseconds after which a scan without an answer is told as a problem.
    package static let patience: Int64 = 10_000

    /// - Parameters:
    ///   - bell: rung when a scan is done that was looked for before.
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
        // Nobody waits for its end: it may hang in the file system.
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

    /// Notes that a file was renamed into place; the next scan looks at it as it is then.
    package func noteArrival(_ arrival: InboxView.Arrival) { arrivals.append(arrival) }

    /// Something happened in a place of it; nil: somewhere.
    package func noteNews(in place: InboxScan.Place?) {
        if let place { touched?.insert(place) } else { touched = nil }
    }

    /// A file that was told to be ready is not as it was, or not there.
    package func noteChange(of candidate: InboxScan.Candidate) {
        changed.append(InboxView.Arrival(place: candidate.place, name: candidate.name))
    }

    /// What was told before was let go of: all that is ready is told once more.
    package func tellAll() { needsAll = true }

    package var hasArrivals: Bool { !arrivals.isEmpty }
    package var isScanning: Bool { askedAt != nil }
    /// Whether a scan is under way that can be expected to be done in a moment.
    package func isAboutToAnswer(at now: Int64) -> Bool { askedAt.map { now - $0 < Self.promptness } ?? false }

    /// Begins a scan, unless one is under way.
    ///
    /// - Parameter knowsNews: everything that happened was noted: only what is concerned by it is looked at, and
    ///   everything once a second all the same.
    package func ask(_ rules: ReadinessRules, at now: Int64, knowsNews: Bool = false) {
        guard askedAt == nil else { return }
        askedAt = now
        silentSince = silentSince ?? now
        var request = InboxView.Request(rules)
        (request.arrivals, request.changed, request.wantsAll) = (arrivals, changed, needsAll)
        request.touched = knowsNews && now < nextWholeLook ? touched : nil
        if request.touched == nil { nextWholeLook = now + 1_000 }
        requests.push(Request(view: request, now: now))
        (arrivals, changed, touched, needsAll) = ([], [], [], false)
    }

    /// What the scan under way found: waits `patience` milliseconds at most, and not at all for an inbox that was slow
    /// before. Nil while there is nothing; `now` is the moment of the call.
    package func collect(waitingAtMost milliseconds: Int64, at now: Int64) -> InboxScan? {
        guard let askedAt else { return nil }
        isSlow = isSlow || now - askedAt >= Self.promptness
        var taken = outcomes.pop(waitingAtMost: isSlow ? 0 : milliseconds)
        if case .timedOut = taken {
            awaited.value.store(true, ordering: .sequentiallyConsistent)
            // It may have come just before that was said.
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
                scanProblem = "it has not answered for 10 s or longer; the files in it wait"
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
            let held = scan.words.filter { word in
                isNew || word.reason == nil || word.mark.isEmpty || wordsByPath[word.path] != nil
            }
            wordsByPath = Dictionary(held.map { ($0.path, $0) }) { first, _ in first }
            isNew = false
            unready = scan.unready
            hasEvents = scan.hasEvents
            scanProblem = scan.problems.isEmpty ? nil : scan.problems.joined(separator: "; ")
            if !scan.hasReady { claimProblem = nil }
            return scan
        case .failure(let error):
            // What is there now cannot be what was there before: claims are looked for when it is back.
            needsRecovery = true
            needsAll = true
            isNew = true
            scanProblem = "\(error)"
            return nil
        }
    }

    /// A word of this path, relative to the inbox, is taken.
    package func noteTaken(_ path: String) { wordsByPath[path] = nil }

    /// Keeps why something in the inbox failed, until a scan goes well.
    package func note(problem: String) { scanProblem = problem }
}
