internal import Foundation
internal import Synchronization

/// The clock of one time zone: its offsets from UTC from 1970 to 2099, as spans of constant offset.
///
/// Outside those years the nearest offset holds. Asking Foundation takes 200 ns or more; a look-up here takes a tenth
/// of that. The process has one object for each name.
package final class Zone: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    /// When each span begins, in milliseconds since the epoch, rising; the first is the beginning of time.
    private let starts: [Int64]
    /// The offset of each span, in milliseconds ahead of UTC.
    private let offsets: [Int64]
    /// For each period of 2³⁴ ms since the epoch (199 days), the span in which it begins; few more begin within it.
    private let buckets: [Int]

    package static let utc = Zone(name: "UTC", offset: 0)

    /// A zone that is always `offset` seconds ahead of UTC.
    init(name: String, offset: Int) {
        self.name = name
        starts = [.min]
        offsets = [Int64(offset) * 1_000]
        buckets = [0]
    }

    /// The zone of an IANA name, links such as `US/Eastern` included. Nil for an unknown name, an abbreviation such as
    /// `PST` (which is ambiguous), or a bare offset. The first call for a name takes some milliseconds.
    package static func named(_ name: String) -> Zone? {
        if let known = cache.withLock({ $0[name] }) { return known }
        guard isDatabaseName(name), let zone = TimeZone(identifier: name) else { return nil }
        let built = Zone(name: name, reading: zone)
        return cache.withLock { zones in
            if let meanwhile = zones[name] { return meanwhile }
            zones[name] = built
            return built
        }
    }

    /// The offset then, in seconds ahead of UTC.
    package func offset(at moment: Timestamp) -> Int { Int(offsets[index(at: moment.milliseconds)] / 1_000) }

    /// The time that a clock there shows, in milliseconds since local midnight of 1970-01-01.
    func local(at milliseconds: Int64) -> Int64 { milliseconds + offsets[index(at: milliseconds)] }

    /// The offset at a moment in milliseconds, and when the next one begins (never: the end of time).
    func span(at milliseconds: Int64) -> (offset: Int64, end: Int64) {
        let index = index(at: milliseconds)
        return (offsets[index], index + 1 < starts.count ? starts[index + 1] : .max)
    }

    /// Whether both clocks agree from a moment on.
    package func hasClock(of other: Zone, from moment: Timestamp) -> Bool {
        if self === other { return true }
        let (own, its) = (index(at: moment.milliseconds), other.index(at: moment.milliseconds))
        return offsets[own...] == other.offsets[its...] && starts[(own + 1)...] == other.starts[(its + 1)...]
    }

    private func index(at milliseconds: Int64) -> Int {
        var index = buckets[min(max(0, Int(milliseconds >> 34)), buckets.count - 1)]
        while index + 1 < starts.count, starts[index + 1] <= milliseconds { index += 1 }
        return index
    }

    /// Samples the zone every six days, and bisects wherever the offset differs. The shortest time in which a zone
    /// returned to its former offset is seven days (parts of Brazil in October 2000), so no change is missed.
    private init(name: String, reading zone: TimeZone) {
        func offset(_ second: Int) -> Int { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))) }
        let stride = 6 * 86_400
        let end = 4_102_444_800  // 2100-01-01
        var second = 0
        var current = offset(0)
        var starts: [Int64] = [.min]
        var offsets = [Int64(current) * 1_000]
        while second < end {
            var high = min(second + stride, end)
            guard offset(high) != current else {
                second = high
                continue
            }
            var low = second
            while high - low > 1 {
                let middle = (low + high) / 2
                if offset(middle) == current { low = middle } else { high = middle }
            }
            second = high
            current = offset(high)
            starts.append(Int64(high) * 1_000)
            offsets.append(Int64(current) * 1_000)
        }
        self.name = name
        self.starts = starts
        self.offsets = offsets
        buckets = (0...max(0, Int(starts.last! >> 34))).map { bucket in
            starts.lastIndex { $0 <= Int64(bucket) << 34 } ?? 0
        }
    }

    private static let cache = Mutex<[String: Zone]>(["UTC": utc])

    /// Foundation also accepts abbreviations and `GMT+5`; of the names without a `/`, these are the database's own.
    private static func isDatabaseName(_ name: String) -> Bool {
        name.contains("/") || ZoneNames.withoutSlash.contains(name)
    }

    package var description: String { name }

    package static func == (left: Zone, right: Zone) -> Bool { left === right }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
