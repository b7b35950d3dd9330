/// A set of record numbers, one bit each.
struct RecordSet {
    private var words: [UInt64] = []

    mutating func insert(_ record: UInt32) {
        let word = Int(record >> 6)
        if word >= words.count { words.append(contentsOf: repeatElement(0, count: word - words.count + 1)) }
        words[word] |= 1 << UInt64(record & 63)
    }

    func contains(_ record: UInt32) -> Bool {
        let word = Int(record >> 6)
        return word < words.count && words[word] >> UInt64(record & 63) & 1 == 1
    }
}
