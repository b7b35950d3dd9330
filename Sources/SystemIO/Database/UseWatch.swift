import Glibc
import Synchronization

/// Finds two threads within one connection, in builds that check assertions: SQLite is opened without locks of its
/// own, and what two threads do to it at once damages whatever they happen to be at.
///
/// A connection may go from thread to thread, but not within a step of a statement, nor within a transaction. In
/// other builds nothing of this is run.
final class UseWatch: Sendable {
    /// The thread within a step; 0 for none.
    private let stepping = Atomic<UInt>(0)
    /// The thread that began the open transaction; 0 for none.
    private let holding = Atomic<UInt>(0)

    static var thread: UInt { UInt(pthread_self()) }

    /// Whether this thread may step now; then nobody else may until `leave`.
    func enter(_ thread: UInt = UseWatch.thread) -> Bool {
        let holder = holding.load(ordering: .acquiring)
        guard holder == 0 || holder == thread else { return false }
        return stepping.compareExchange(expected: 0, desired: thread, ordering: .acquiringAndReleasing).exchanged
    }

    func leave() -> Bool {
        stepping.store(0, ordering: .releasing)
        return true
    }

    /// Whether this thread may begin a transaction now; then nobody else may step until `release`.
    func hold(_ thread: UInt = UseWatch.thread) -> Bool {
        holding.compareExchange(expected: 0, desired: thread, ordering: .acquiringAndReleasing).exchanged
    }

    func release() -> Bool {
        holding.store(0, ordering: .releasing)
        return true
    }
}
