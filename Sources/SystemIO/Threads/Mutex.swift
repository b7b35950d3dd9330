#if THREAD_SANITIZER
    import Glibc

    /// The Mutex of Swift's library by a lock that the thread sanitizer knows: it sees pthread's calls, but nothing of
    /// what that Mutex does when two threads want it at once. `.ci/sanitize thread` builds with it.
    ///
    /// Safe to use although it holds pointers: they are valid from `init` to `deinit` and never leave it.
    @safe package struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
        private let lock: UnsafeMutablePointer<pthread_mutex_t>
        private let value: UnsafeMutablePointer<Value>

        package init(_ initial: consuming sending Value) {
            unsafe lock = .allocate(capacity: 1)
            unsafe pthread_mutex_init(lock, nil)
            unsafe value = .allocate(capacity: 1)
            unsafe value.initialize(to: initial)
        }

        deinit {
            // Safe: nobody refers to the lock any more.
            unsafe pthread_mutex_destroy(lock)
            unsafe lock.deallocate()
            unsafe value.deinitialize(count: 1)
            unsafe value.deallocate()
        }

        package borrowing func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            // Safe: the lock lives as long as self, and whoever holds it is alone with the value.
            unsafe pthread_mutex_lock(lock)
            defer { unsafe pthread_mutex_unlock(lock) }
            return try unsafe body(&value.pointee)
        }
    }
#else
    internal import Synchronization

    /// The Mutex of Swift's library. Everybody has it from here, so that the thread sanitizer can be given another.
    package struct Mutex<Value: ~Copyable>: ~Copyable, Sendable {
        private let inner: Synchronization.Mutex<Value>

        package init(_ initial: consuming sending Value) { inner = Synchronization.Mutex(initial) }

        package borrowing func withLock<Result: ~Copyable, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result { try inner.withLock(body) }
    }
#endif
