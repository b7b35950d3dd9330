/// Where the segments of a batch begin and end, and the records of those that were asked for. They never change once
/// the batch is visible.
struct KnownSegments {
    private var ids: [SegmentID] = []
    private var firsts: [UInt32] = []
    private var lasts: [UInt32] = []
    var records: [SegmentID: SegmentRecords] = [:]
    /// Whether all their rows were found undamaged.
    var isWhole = false

    var isEmpty: Bool { ids.isEmpty }
    var count: Int { ids.count }

    /// In the order of the records.
    mutating func add(_ id: SegmentID, first: UInt32, last: UInt32) {
        ids.append(id)
        firsts.append(first)
        lasts.append(last)
    }

    func id(of record: UInt32) -> SegmentID? {
        var (low, high) = (0, ids.count)
        while low < high {
            let middle = (low + high) / 2
            if lasts[middle] < record { low = middle + 1 } else { high = middle }
        }
        return low < ids.count && firsts[low] <= record ? ids[low] : nil
    }
}

/// The segments of the batches that were asked for lately, in bounded memory.
struct KnownBatches {
    private var known: [BatchID: KnownSegments] = [:]
    /// What these take, in the memory of one segment.
    private(set) var weight = 0

    /// Some 8 MiB: 45 million contacts of large batches, or 6,000 batches of a few contacts.
    static let most = 30_000
    /// A batch's arrays and its place take as much as four segments.
    private static let ofBatch = 4

    var count: Int { known.count }

    subscript(batch: BatchID) -> KnownSegments? { known[batch] }

    /// Forgets all others where there is no room.
    mutating func add(_ segments: KnownSegments, of batch: BatchID) {
        forget(batch)
        let needed = segments.count + Self.ofBatch
        if weight + needed > Self.most { (known, weight) = ([:], 0) }
        known[batch] = segments
        weight += needed
    }

    mutating func forget(_ batch: BatchID) {
        if let gone = known.removeValue(forKey: batch) { weight -= gone.count + Self.ofBatch }
    }

    mutating func note(_ records: SegmentRecords, of id: SegmentID) { known[id.batch]?.records[id] = records }

    mutating func noteWhole(_ batch: BatchID) { known[batch]?.isWhole = true }
}
