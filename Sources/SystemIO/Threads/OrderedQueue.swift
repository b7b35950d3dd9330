/// A queue that several threads fill, each element at its own place, and that one empties in the order of the places.
///
/// A producer whose place is far ahead waits, so memory stays flat. Nobody waits for ever if whoever has the lowest
/// place that is missing is on its way to `push`: that one never has to wait. Safe: all that changes is read and
/// written only inside `monitor.locked`.
package final class OrderedQueue<Element: Sendable>: Sendable {
    private nonisolated(unsafe) var ring: [Element?]
    /// The place of the element that leaves next.
    private nonisolated(unsafe) var next = 0
    private nonisolated(unsafe) var producers: Int
    private nonisolated(unsafe) var isCancelled = false
    private let monitor = Monitor()

    /// `first` of the monitor means "the next element is there, or there is none", `second` means "there is room".
    ///
    /// - Parameter producers: how many call `leave` once they add no more.
    package init(capacity: Int, producers: Int) {
        precondition(capacity > 0, "a queue without room would hold everybody for ever")
        unsafe ring = [Element?](repeating: nil, count: capacity)
        unsafe self.producers = producers
    }

    /// Adds an element at its place, from 0, which nobody else fills; waits until the place is near. False once the
    /// queue is cancelled, and the element is dropped.
    package func push(_ element: Element, at place: Int) -> Bool {
        monitor.locked {
            while unsafe place - next >= ring.count && !isCancelled { monitor.wait(.second) }
            if unsafe isCancelled { return false }
            unsafe ring[place % ring.count] = element
            if unsafe place == next { monitor.signal(.first) }
            return true
        }
    }

    /// One producer adds no more.
    package func leave() {
        monitor.locked {
            unsafe producers -= 1
            if unsafe producers == 0 { monitor.signal(.first) }
        }
    }

    /// Takes the next element, waiting for it; nil once all producers have left and it is not there, or the queue is
    /// cancelled.
    package func pop() -> Element? {
        monitor.locked {
            while true {
                if unsafe isCancelled { return nil }
                let index = unsafe next % ring.count
                if let element = unsafe ring[index] {
                    unsafe ring[index] = nil
                    unsafe next += 1
                    monitor.wakeAll()
                    return element
                }
                if unsafe producers == 0 { return nil }
                monitor.wait(.first)
            }
        }
    }

    /// Accepts no more elements, drops those inside and releases everybody.
    package func cancel() {
        // Dropped outside the lock: deinitialising an element may do anything, even call this queue.
        let dropped = monitor.locked {
            let inside = unsafe ring
            unsafe ring = [Element?](repeating: nil, count: inside.count)
            unsafe isCancelled = true
            monitor.wakeAll()
            return inside
        }
        _ = dropped
    }
}
