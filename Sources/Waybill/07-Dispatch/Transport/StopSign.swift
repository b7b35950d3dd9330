import SystemIO

import struct Synchronization.Atomic

/// Tells a parcel in flight what must not be sent any more of it.
///
/// The pipeline's thread raises it; the flight asks just before the turn of each message (`Turn`).
package final class StopSign: Sendable {
    /// Monotonic milliseconds; 0 until then.
    private let moment = Atomic<Int64>(0)
    private let recalled = Mutex(Recalled.none)
    private let line = Mutex(Line.ahead)
    /// Those about its transport.
    let doubts: Doubts
    /// Milliseconds since the system started, its sleep included.
    let sinceBoot: @Sendable () -> Int64

    /// What a flight crosses once, where its messages go as a whole.
    private enum Line {
        case ahead, crossed
        /// Nobody waits for it any more.
        case closed
    }

    /// Who must not be contacted now, of those in the parcel.
    package enum Recalled: Equatable, Sendable {
        case none
        /// By record.
        case some(Set<UInt32>)
        case all
    }

    package init(
        _ doubts: Doubts = Doubts(),
        sinceBoot: @escaping @Sendable () -> Int64 = { MonotonicClock.millisecondsSinceBoot() }
    ) { (self.doubts, self.sinceBoot) = (doubts, sinceBoot) }

    /// The process is about to end.
    package func raise() { moment.store(MonotonicClock.nanoseconds() / 1_000_000, ordering: .relaxed) }

    /// Replaces what was recalled before: somebody may be contacted again before the turn of the message.
    package func recall(_ records: Recalled) { recalled.withLock { $0 = records } }

    /// Whether it was raised so long ago.
    func isRaised(for span: TimeSpan) -> Bool {
        let raised = moment.load(ordering: .relaxed)
        return raised > 0 && MonotonicClock.nanoseconds() / 1_000_000 - raised >= span.milliseconds
    }

    /// Nobody waits for the flight any more: what it has not crossed by now it never will.
    package func abandon() { line.withLock { if $0 == .ahead { $0 = .closed } } }

    /// Runs what a flight must not do once nobody waits for it: after that, others count on what it wrote down here.
    /// Throws if it was abandoned.
    ///
    /// - Parameter body: false if it stays here after all.
    func cross(_ body: () throws -> Bool) throws -> Bool {
        try line.withLock { line in
            if line == .closed { throw TransportProblem("the process ended meanwhile") }
            line = .crossed
            guard try body() else {
                line = .ahead
                return false
            }
            return true
        }
    }

    /// Whether it has not crossed its line.
    var isAhead: Bool { line.withLock { $0 != .crossed } }

    /// Recalls all of a flight that has not crossed its line, so that it will not; else returns false.
    func keepBack() -> Bool {
        line.withLock { line in
            guard line != .crossed else { return false }
            recall(.all)
            return true
        }
    }

    /// Whether this message was recalled.
    func holds(_ record: UInt32) -> Bool {
        recalled.withLock { recalled in
            switch recalled {
            case .none: false
            case .some(let records): records.contains(record)
            case .all: true
            }
        }
    }
}

/// Says of each message of a parcel in flight, when its turn comes, whether it may still go.
///
/// What a parcel carries was checked when it left, and a slow carrier may take a quarter of an hour for it.
struct Turn {
    private let references: [Reference]
    private let until: [Timestamp?]
    private let left: Timestamp
    private let begun: Int64
    private let stop: StopSign

    init(_ load: ParcelLoad, _ stop: StopSign) {
        (references, until, left, self.stop) = (load.references, load.until, load.at, stop)
        begun = stop.sinceBoot()
    }

    /// What time it is, also where the machine slept meanwhile.
    var moment: Timestamp {
        left.adding(TimeSpan(milliseconds: stop.sinceBoot() - begun))
    }

    /// Whether the message at this place of the parcel must not go any more: it was recalled, or the hours are over.
    func isOver(_ place: Int) -> Bool {
        if stop.holds(references[place].record) { return true }
        guard place < until.count, let end = until[place] else { return false }
        return end <= moment
    }
}
