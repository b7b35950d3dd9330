/// Which records a segment holds, and the index of each: one bit for each number from the first to the last, since
/// nearly all are present.
package struct SegmentRecords: Sendable {
    private let first: UInt32
    private let words: [UInt64]
    /// How many records come before each word.
    private let ranks: [UInt32]
    package let count: Int

    package init(_ contacts: ContactSegment) {
        count = contacts.count
        guard contacts.count > 0 else {
            (first, words, ranks) = (0, [], [])
            return
        }
        let first = contacts.record(at: 0)
        let last = contacts.record(at: contacts.count - 1)
        var words = Array(repeating: UInt64(0), count: Int((last - first) / 64) + 1)
        for index in 0..<contacts.count {
            let place = contacts.record(at: index) - first
            words[Int(place / 64)] |= 1 << UInt64(place % 64)
        }
        var ranks: [UInt32] = []
        ranks.reserveCapacity(words.count)
        var rank: UInt32 = 0
        for word in words {
            ranks.append(rank)
            rank += UInt32(word.nonzeroBitCount)
        }
        self.first = first
        self.words = words
        self.ranks = ranks
    }

    /// The index of a record among the segment's contacts; nil when the segment lacks it.
    package func index(of record: UInt32) -> Int? {
        guard record >= first else { return nil }
        let place = record - first
        let word = Int(place / 64)
        let bit: UInt64 = 1 << UInt64(place % 64)
        guard word < words.count, words[word] & bit != 0 else { return nil }
        return Int(ranks[word]) + (words[word] & (bit - 1)).nonzeroBitCount
    }
}
