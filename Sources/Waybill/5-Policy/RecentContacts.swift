/// Who was contacted when, as far back as any cap looks: in memory, since caps ask about every contact that is to leave.
///
/// Contacts of one bucket are a chain, the latest first, so that a look ends at the first that is too old. One takes 20 bytes and
/// its share of the buckets, some 26 in all: 26 MiB for a million messages within the longest cap.
package final class RecentContacts {
    /// What tells contacts apart for caps, but for whom and when.
    package struct Lane: Hashable, Sendable {
        package let channel: String
        /// Empty where it is not known: no campaign's own.
        package let campaign: String
        package let counted: Policy.Counted

        package init(channel: String, campaign: String, counted: Policy.Counted) {
            self.channel = channel
            self.campaign = campaign
            self.counted = counted
        }
    }

    package private(set) var lanes: [Lane] = []
    private var placesOfLanes: [Lane: Int] = [:]
    private var keys: [UInt64] = []
    /// Milliseconds since the epoch above the lane's 20 bits.
    private var moments: [UInt64] = []
    /// The next one of the chain, counted from 1; 0 ends it.
    private var earlier: [UInt32] = []
    /// By the low bits of the key, the latest of its chain.
    private var latest = [UInt32](repeating: 0, count: 1_024)
    private static let laneBits: UInt64 = 20

    package init() {}

    package var count: Int { keys.count }

    /// The place of a lane in `lanes`.
    package func place(of lane: Lane) -> Int {
        if let known = placesOfLanes[lane] { return known }
        // A million pairs of campaign and channel: none tells more apart.
        precondition(lanes.count < 1 << Self.laneBits, "too many channels and campaigns for caps")
        placesOfLanes[lane] = lanes.count
        lanes.append(lane)
        return lanes.count - 1
    }

    /// Notes a contact. One that is told of late counts from the moment of the latest, so that chains stay in order.
    package func note(_ key: UInt64, in lane: Int, at moment: Timestamp) {
        let milliseconds = max(UInt64(max(0, moment.milliseconds)), (moments.last ?? 0) >> Self.laneBits)
        if keys.count == latest.count { spread() }
        keys.append(key)
        moments.append(milliseconds << Self.laneBits | UInt64(lane))
        link(keys.count - 1)
    }

    private func link(_ place: Int) {
        let bucket = Int(truncatingIfNeeded: keys[place]) & (latest.count - 1)
        earlier.append(latest[bucket])
        latest[bucket] = UInt32(place + 1)
    }

    private func spread() {
        latest = Array(repeating: 0, count: max(1_024, latest.count * 2))
        chain()
    }

    private func chain() {
        earlier.removeAll(keepingCapacity: true)
        for place in keys.indices { link(place) }
    }

    /// Forgets contacts before a moment, when they are half of all.
    package func forget(before moment: Timestamp) {
        let bound = UInt64(max(0, moment.milliseconds)) << Self.laneBits
        guard !moments.isEmpty, moments[moments.count / 2] < bound else { return }
        let gone = moments.firstIndex { $0 >= bound } ?? moments.count
        keys.removeFirst(gone)
        moments.removeFirst(gone)
        for bucket in latest.indices { latest[bucket] = 0 }
        chain()
    }

    /// When a key was contacted for the `number`-th time, counted from the latest, after a moment and in lanes that count; nil
    /// when it was not so often.
    package func moment(ofLatest number: Int, of key: UInt64, after: Timestamp, in counts: [Bool]) -> Timestamp? {
        let bound = after.milliseconds < 0 ? 0 : UInt64(after.milliseconds + 1) << Self.laneBits
        var left = number
        var place = Int(latest[Int(truncatingIfNeeded: key) & (latest.count - 1)])
        while place > 0, moments[place - 1] >= bound {
            let moment = moments[place - 1]
            if keys[place - 1] == key, counts[Int(moment & (1 << Self.laneBits - 1))] {
                left -= 1
                if left == 0 { return Timestamp(milliseconds: Int64(moment >> Self.laneBits)) }
            }
            place = Int(earlier[place - 1])
        }
        return nil
    }
}
