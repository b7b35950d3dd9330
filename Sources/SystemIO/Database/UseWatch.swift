import Glibc
import Synchronization

/// Detects two threads in one connection, in builds that check assertions. SQLite is opened without its own locks, so
/// two threads using it at once could damage anything.
///
/// A connection may move between threads, but not within a step of a statement or within a transaction. Other builds
/// run nothing of this.
final class UseWatch: Sendable {
    /// The thread in a step; 0 for none.
    private let stepping = Atomic<UInt>(0)
    /// The thread that began the open transaction; 0 for none.
    private let holding = Atomic<UInt>(0)

    static var thread: UInt { UInt(pthread_self()) }

    /// Whether this thread may step now. If so, nobody else may until `leave`.
    func enter(_ thread: UInt = UseWatch.thread) -> Bool {
        let holder = holding.load(ordering: .acquiring)
        guard holder == 0 || holder == thread else { return false }
        return stepping.compareExchange(expected: 0, desired: thread, ordering: .acquiringAndReleasing).exchanged
    }

    func leave() -> Bool {
        stepping.store(0, ordering: .releasing)
        return true
    }

    /// Whether this thread may begin a transaction now. If so, nobody else may step until `release`.
    func hold(_ thread: UInt = UseWatch.thread) -> Bool {
        holding.compareExchange(expected: 0, desired: thread, ordering: .acquiringAndReleasing).exchanged
    }

    func release() -> Bool {
        holding.store(0, ordering: .releasing)
        return true
    }
}
