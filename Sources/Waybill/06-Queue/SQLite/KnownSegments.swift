/// Where the segments of a batch begin and end, and the records of those that were asked for. They never change once
/// the batch is visible.
struct KnownSegments {
    private var ids: [SegmentID] = []
    private var firsts: [UInt32] = []
    private var lasts: [UInt32] = []
    var records: [SegmentID: SegmentRecords] = [:]
    /// Whether all their rows were found undamaged.
    var isWhole = false

    /// Some 25 MiB, enough for 150 million contacts.
    static let mostOfAllBatches = 100_000

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
