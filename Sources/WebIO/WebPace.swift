/// When calls that keep a pace begin, as the last before they leave: one that is late moves those behind it, but for
/// half a gap, which a server that allows two calls at once does not see. The first after a rest is in nobody's debt.
package struct WebPace {
    /// Monotonic microseconds, by lane.
    private var next: [UInt32: Int64] = [:]

    package init() {}

    /// The moment before which a call may not begin.
    package func due(_ slot: WebCall.Slot) -> Int64 { max(slot.start, next[slot.lane] ?? 0) }

    package mutating func begin(_ slot: WebCall.Slot, at now: Int64) {
        let isInStep = next[slot.lane].map { $0 + slot.gap >= slot.start } ?? false
        next[slot.lane] = (isInStep ? max(due(slot), now - slot.gap / 2) : now) + slot.gap
    }
}
