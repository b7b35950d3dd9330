/// The lane into which a contact is sorted: contacts of one lane travel together.
///
/// A class, so that the many contacts of a lane share one object, and comparing identities is mostly enough.
package final class ParcelLane: Hashable, Sendable {
    package let step: String
    package let channel: Channel
    package let zone: String
    package let due: Timestamp
    package let priority: Int
    /// Why it waits until it is due.
    package let reason: HoldReason
    /// Whether each of its contacts travels in a parcel of its own.
    package let isForOne: Bool

    /// Computed once: a lane is looked up for every contact.
    private let hash: Int

    package init(
        step: String, channel: Channel, zone: String, due: Timestamp, priority: Int, reason: HoldReason,
        isForOne: Bool = false
    ) {
        self.step = step
        self.channel = channel
        self.zone = zone
        self.due = due
        self.priority = priority
        self.reason = reason
        self.isForOne = isForOne
        var hasher = Hasher()
        hasher.combine(due)
        hasher.combine(zone)
        hash = hasher.finalize()
    }

    package static func == (left: ParcelLane, right: ParcelLane) -> Bool {
        left === right
            || left.due == right.due && left.priority == right.priority && left.zone == right.zone
                && left.step == right.step && left.channel == right.channel && left.reason == right.reason
                && left.isForOne == right.isForOne
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(hash)
    }
}
