/// A set of record numbers, one bit each.
package struct RecordSet: Sequence {
    private var words: [UInt64] = []

    package init() {}

    package mutating func insert(_ record: UInt32) {
        let word = Int(record >> 6)
        if word >= words.count { words.append(contentsOf: repeatElement(0, count: word - words.count + 1)) }
        words[word] |= 1 << UInt64(record & 63)
    }

    /// The records, rising.
    package func makeIterator() -> some IteratorProtocol<UInt32> {
        words.lazy.enumerated().flatMap { place, word in
            (0..<64).lazy.filter { word >> UInt64($0) & 1 == 1 }.map { UInt32(place * 64 + $0) }
        }.makeIterator()
    }

    package func contains(_ record: UInt32) -> Bool {
        let word = Int(record >> 6)
        return word < words.count && words[word] >> UInt64(record & 63) & 1 == 1
    }
}
