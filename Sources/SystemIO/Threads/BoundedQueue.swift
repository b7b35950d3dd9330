/// A queue between threads that blocks its producers when full, so memory stays flat.
///
/// Elements leave in the order they came. `close()` ends it in order: queued elements can still be taken. `cancel()`
/// ends it at once: queued elements are dropped and everybody is released. Safe: all that changes is read and written
/// only inside `monitor.locked`.
package final class BoundedQueue<Element: Sendable>: Sendable {
    private nonisolated(unsafe) var ring: [Element?]
    private nonisolated(unsafe) var head = 0
    private nonisolated(unsafe) var count = 0
    private nonisolated(unsafe) var closed = false
    private let monitor = Monitor()

    /// `first` of the monitor means "there is an element", `second` means "there is room".
    package init(capacity: Int) {
        precondition(capacity > 0, "a queue without room would hold everybody for ever")
        unsafe ring = [Element?](repeating: nil, count: capacity)
    }

    /// Adds an element, waiting for room; false once the queue is closed, and the element is dropped.
    @discardableResult
    package func push(_ element: Element) -> Bool {
        monitor.locked {
            while unsafe count == ring.count && !closed { monitor.wait(.second) }
            if unsafe closed { return false }
            unsafe ring[(head + count) % ring.count] = element
            unsafe count += 1
            monitor.signal(.first)
            return true
        }
    }

    /// Takes the oldest element, waiting for one; nil once the queue is closed and empty.
    package func pop() -> Element? {
        monitor.locked {
            while unsafe count == 0 && !closed { monitor.wait(.first) }
            return unsafe oldest()
        }
    }

    /// Takes the oldest element, if any; only inside the lock.
    @unsafe private func oldest() -> Element? {
        guard unsafe count > 0 else { return nil }
        let element = unsafe ring[head]
        unsafe ring[head] = nil
        unsafe head = (head + 1) % ring.count
        unsafe count -= 1
        monitor.signal(.second)
        return element
    }

    /// The result of waiting for an element.
    package enum Taken {
        case element(Element)
        case timedOut
        /// The queue is closed and empty.
        case ended
    }

    /// Takes the oldest element, waiting at most `milliseconds` for one.
    package func pop(waitingAtMost milliseconds: Int64) -> Taken {
        let end = MonotonicClock.nanoseconds() / 1_000_000 + milliseconds
        return monitor.locked {
            while unsafe count == 0 && !closed {
                let left = end - MonotonicClock.nanoseconds() / 1_000_000
                if left <= 0 { return .timedOut }
                monitor.wait(.first, milliseconds: left)
            }
            guard let element = unsafe oldest() else { return .ended }
            return .element(element)
        }
    }

    /// Accepts no more elements; queued ones can still be taken.
    package func close() {
        monitor.locked {
            unsafe closed = true
            monitor.wakeAll()
        }
    }

    /// Accepts no more elements and drops the queued ones.
    package func cancel() {
        // Dropped outside the lock: deinitialising an element may do anything, even call this queue.
        let dropped = monitor.locked {
            let inside = unsafe ring
            unsafe ring = [Element?](repeating: nil, count: inside.count)
            unsafe count = 0
            unsafe closed = true
            monitor.wakeAll()
            return inside
        }
        _ = dropped
    }
}
