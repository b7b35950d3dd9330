import Synchronization
import SystemIO

/// A parcel that is being sent, or asked about, on a thread of its own. What comes of it is fetched by the pipeline's
/// thread, which owns the store.
final class Flight {
    let transport: String
    let contacts: Int
    private let worker: Worker<Landing>
    private let stop = StopSign()
    private let isDone = Done()

    enum Landing: Sendable {
        case outcome(ParcelOutcome)
        case resolution(ParcelResolution)
        /// It could not be done, or nobody knows how far.
        case problem(String)
    }

    /// - Parameter bell: rung at the end.
    init(
        by transport: String, contacts: Int, bell: Bell, _ body: @escaping @Sendable (StopSign) throws -> Landing
    ) {
        self.transport = transport
        self.contacts = contacts
        let (stop, isDone) = (stop, isDone)
        worker = Worker.start(name: "flight") {
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

    /// What came of it, once it has ended; waits for that where it is told to.
    func landing(waiting: Bool) throws -> Landing? {
        waiting || isDone.value.load(ordering: .acquiring) ? try worker.join() : nil
    }

    /// Has it end within its time-out.
    func end() { stop.raise() }

    private final class Done: Sendable {
        let value = Atomic(false)
    }
}
