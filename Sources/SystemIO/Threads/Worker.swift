import CShims
import Glibc

/// A system thread that runs one body and keeps its result for whoever joins it.
package final class Worker<Result: Sendable>: Sendable {
    private let outcome: Outcome<Result>
    private let thread: Mutex<pthread_t?>

    private init(_ outcome: Outcome<Result>, _ thread: pthread_t) {
        self.outcome = outcome
        self.thread = Mutex(thread)
    }

    deinit {
        // Nobody will ask for the result, so the system may discard the thread when it ends.
        if let left = thread.withLock({ $0 }) { pthread_detach(left) }
    }

    /// Starts a thread; `top -H` shows (15 bytes of) `name`.
    package static func start(
        name: String, stackBytes: Int = 1 << 20, _ body: @escaping @Sendable () throws -> Result
    ) -> Worker {
        let outcome = Outcome<Result>()
        let errand = Errand {
            // Safe: the name is a zero-ended copy that lives for the call.
            unsafe waybill_name_thread(name)
            outcome.set(Swift.Result(catching: body))
        }
        return Worker(outcome, errand.startThread(stackBytes: stackBytes))
    }

    /// Waits for the end of the body and returns its result or throws its error; may be called any number of times.
    package func join() throws -> Result {
        thread.withLock { running in
            guard let id = running else { return }
            // Safe: joined only once, because the number is cleared under the lock.
            pthread_join(id, nil)
            running = nil
        }
        return try outcome.get()
    }
}

/// Where the thread leaves its result.
private final class Outcome<Value: Sendable>: Sendable {
    private let value = Mutex<Result<Value, any Error>?>(nil)

    func set(_ result: Result<Value, any Error>) { value.withLock { $0 = result } }

    func get() throws -> Value {
        guard let result = value.withLock({ $0 }) else { fatalError("a thread ended without a result") }
        return try result.get()
    }
}

/// The body for a new thread, in the form pthread can pass: one reference.
private final class Errand: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func startThread(stackBytes: Int) -> pthread_t {
        var thread = pthread_t()
        // Safe: the thread takes over the retained reference, exactly once.
        let carried = unsafe Unmanaged.passRetained(self)
        let failure = unsafe waybill_start_thread(
            &thread, stackBytes,
            { argument in
                unsafe Unmanaged<Errand>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, carried.toOpaque())
        precondition(
            failure == 0,
            "the system gives no further thread (errno \(failure)); raise its limit on processes")
        return thread
    }
}
