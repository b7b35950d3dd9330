/// The records with the `limit` smallest hashes of those offered: an exact draw without replacement.
///
/// It needs memory for at most twice `limit` entries of 16 bytes, however many are offered, and amortised time O(log
/// limit) for each. Records with equal hashes rank by number, so the draw does not depend on the order of offers.
struct SmallestHashes: Sendable {
    private let limit: Int
    private var entries: [Entry] = []
    /// The entry below which an entry can still be among the smallest, as far as known.
    private var bar = Entry(hash: .max, record: .max)

    init(limit: Int) {
        self.limit = max(0, limit)
    }

    mutating func offer(hash: UInt64, record: UInt32) {
        let entry = Entry(hash: hash, record: record)
        guard limit > 0, entry <= bar else { return }
        entries.append(entry)
        if entries.count >= 2 * limit { shrink() }
    }

    /// The records drawn, rising; at most `limit` of them.
    mutating func records() -> [UInt32] {
        shrink()
        return entries.map(\.record).sorted()
    }

    private mutating func shrink() {
        guard entries.count > limit else { return }
        entries.sort()
        entries.removeLast(entries.count - limit)
        bar = entries[limit - 1]
    }

    private struct Entry: Comparable {
        let hash: UInt64
        let record: UInt32

        static func < (left: Entry, right: Entry) -> Bool {
            left.hash != right.hash ? left.hash < right.hash : left.record < right.record
        }
    }
}
