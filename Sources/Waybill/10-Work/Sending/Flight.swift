import Synchronization
import SystemIO

/// A parcel that is being sent, or asked about, on a thread of its own. The pipeline's thread, which owns the store,
/// collects the result.
final class Flight {
    let transport: String
    let contacts: Int
    /// Whether messages leave with it; else it is only asked what became of them.
    let isSending: Bool
    /// The folder that it may wait for without end; nil: it ends within its time-out.
    let share: String?
    /// Monotonic milliseconds.
    let begun: Int64
    /// Whether its share has not answered for so long that it was told.
    var isSilent = false
    private let worker: Worker<Landing>
    private let stop: StopSign
    private let isDone = Done()

    enum Landing: Sendable {
        case outcome(ParcelOutcome)
        case resolution(ParcelResolution)
        /// It could not be done, or it is unknown how far it got.
        case problem(String)
    }

    /// - Parameters:
    ///   - stop: of this flight alone.
    ///   - bell: rung at the end.
    init(
        by transport: String, _ stop: StopSign, contacts: Int, isSending: Bool, on share: String?, at begun: Int64,
        bell: Bell,
        _ body: @escaping @Sendable (StopSign) throws -> Landing
    ) {
        self.transport = transport
        self.isSending = isSending
        self.share = share
        self.begun = begun
        self.contacts = contacts
        self.stop = stop
        worker = Worker.start(name: "flight") { [isDone] in
            defer {
                isDone.value.store(true, ordering: .releasing)
                bell.ring()
            }
            do {
                return try body(stop)
            } catch {
                return .problem("\(error)")
            }
        }
    }

    /// The result, once the flight has ended; with `waiting`, waits for it.
    func landing(waiting: Bool) throws -> Landing? {
        waiting || isDone.value.load(ordering: .acquiring) ? try worker.join() : nil
    }

    /// Whether nobody has its result yet.
    var isUnderWay: Bool { !isDone.value.load(ordering: .acquiring) }

    /// Nobody waits for it any more.
    func abandon() { stop.abandon() }

    /// Makes it end within its time-out.
    func end() { stop.raise() }

    /// Whether nothing of it has left, and all of it can be kept back: only where its file goes as a whole.
    var isStillHere: Bool { share != nil && isSending && stop.isAhead }

    /// Keeps all of it back where that is so; else returns false.
    func keepBack() -> Bool { share != nil && isSending && stop.keepBack() }

    /// Keeps back what its transport was not given yet.
    func recall(_ records: StopSign.Recalled) { stop.recall(records) }

    private final class Done: Sendable {
        let value = Atomic(false)
    }
}
