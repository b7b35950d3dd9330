import CShims
import Glibc

/// A mutex with two conditions, at a fixed address as pthread requires; its owner decides what it guards.
///
/// Safe to use although it holds pointers: they are valid from `init` to `deinit` and never leave it.
@safe final class Monitor: Sendable {
    // Sendable although pointers are not: they never change, and pthread's own calls are thread-safe.
    private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private nonisolated(unsafe) let first: UnsafeMutablePointer<pthread_cond_t>
    private nonisolated(unsafe) let second: UnsafeMutablePointer<pthread_cond_t>

    enum Condition {
        case first
        case second
    }

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe first = .allocate(capacity: 1)
        unsafe second = .allocate(capacity: 1)
        // Safe: each call initialises memory just allocated. With default attributes none of them fails on Linux.
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(first, nil)
        unsafe pthread_cond_init(second, nil)
    }

    deinit {
        // Safe: nobody refers to the monitor any more, so nobody waits in it.
        unsafe pthread_cond_destroy(first)
        unsafe pthread_cond_destroy(second)
        unsafe pthread_mutex_destroy(mutex)
        unsafe first.deallocate()
        unsafe second.deallocate()
        unsafe mutex.deallocate()
    }

    func locked<T>(_ body: () -> T) -> T {
        // Safe: the mutex lives as long as self, and is released on the same thread.
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Waits for a signal; only inside `locked`. May return without one: check the condition again.
    func wait(_ condition: Condition) { unsafe pthread_cond_wait(pointer(condition), mutex) }

    /// Waits for a signal, or `milliseconds` at most; only inside `locked`. May return early: check the condition
    /// again.
    func wait(_ condition: Condition, milliseconds: Int64) {
        let end = MonotonicClock.nanoseconds() + max(0, milliseconds) * 1_000_000
        _ = unsafe waybill_condition_wait(pointer(condition), mutex, end)
    }

    func signal(_ condition: Condition) { unsafe pthread_cond_signal(pointer(condition)) }

    func wakeAll() {
        unsafe pthread_cond_broadcast(first)
        unsafe pthread_cond_broadcast(second)
    }

    private func pointer(_ condition: Condition) -> UnsafeMutablePointer<pthread_cond_t> {
        switch condition {
        case .first: unsafe first
        case .second: unsafe second
        }
    }
}
