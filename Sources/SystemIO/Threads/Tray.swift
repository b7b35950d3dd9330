/// Where threads put things for the one that waits for them. Safe: all that changes is read and written only inside
/// `monitor.locked`.
package final class Tray<Item: Sendable>: Sendable {
    private nonisolated(unsafe) var items: [Item] = []
    private let monitor = Monitor()

    package init() {}

    package func put(_ item: Item) {
        monitor.locked {
            // Safe: inside the lock.
            unsafe items.append(item)
            monitor.signal(.first)
        }
    }

    /// Everything in it, in order; if it is empty, waits at most `milliseconds`.
    package func take(milliseconds: Int64) -> [Item] {
        monitor.locked {
            // Safe: inside the lock.
            if unsafe items.isEmpty { monitor.wait(.first, milliseconds: milliseconds) }
            defer { unsafe items = [] }
            return unsafe items
        }
    }
}
