/// Recognises the first records of a drop among the rejected records of a batch: each by its `id`, else by the values
/// of the columns in which the rejected record had no violation.
///
/// A rejected record matches at most one record of the drop, and the other way round: a value that all records share
/// says nothing.
struct ReturnedRecords {
    /// How many records of the drop were recognised.
    private(set) var matched = 0

    private let keys: [UInt64]
    /// What each value adds to a fingerprint: record by record, one word for each column.
    private var words: [UInt64] = []
    private var isMatched: [Bool]
    private var byID: [UInt64: [Int]] = [:]
    /// By the columns left out of the fingerprint; made when first needed.
    private var bySum: [[UInt32]: [UInt64: [Int]]] = [:]

    /// Each costs a pass over the records; rejects with the same cause leave out the same columns.
    private static let mostLeftOut = 256

    init(_ chunks: [Chunk]) {
        let schema = chunks.last?.schema ?? Schema()
        keys = schema.columns.map(RecordFingerprint.key(of:))
        let idPosition = schema.position(of: .id)
        var count = 0
        for chunk in chunks {
            for record in chunk.records {
                for position in keys.indices {
                    guard position < Int(record.fieldCount) else {
                        words.append(0)
                        continue
                    }
                    let span = chunk.fields[Int(record.firstField) + position]
                    let value = chunk.value(span)
                    words.append(RecordFingerprint.word(of: value.span, key: keys[position]))
                    if position == idPosition, let id = Self.idKey(value) { byID[id, default: []].append(count) }
                }
                count += 1
            }
        }
        isMatched = Array(repeating: false, count: count)
    }

    /// How many matches show that a drop of so many records brings back rejects: half of them.
    static func needed(of count: Int) -> Int { max(1, (count + 1) / 2) }

    /// Looks for a rejected record among those not matched yet.
    mutating func match(id: ArraySlice<UInt8>, _ fingerprint: RecordFingerprint?) {
        if let key = Self.idKey(id) {
            while let place = byID[key]?.popLast() {
                if take(place) { return }
            }
        }
        guard let fingerprint else { return }
        if bySum[fingerprint.leftOut] == nil {
            guard bySum.count < Self.mostLeftOut else { return }
            bySum[fingerprint.leftOut] = sums(leavingOut: fingerprint.leftOut)
        }
        while let place = bySum[fingerprint.leftOut]?[fingerprint.sum]?.popLast() {
            if take(place) { return }
        }
    }

    /// Notes that a record was matched; false if it was before.
    private mutating func take(_ place: Int) -> Bool {
        guard !isMatched[place] else { return false }
        isMatched[place] = true
        matched += 1
        return true
    }

    private func sums(leavingOut leftOut: [UInt32]) -> [UInt64: [Int]] {
        let counted = keys.indices.filter { !leftOut.contains(UInt32(truncatingIfNeeded: keys[$0])) }
        var sums: [UInt64: [Int]] = [:]
        for record in isMatched.indices {
            let sum = counted.reduce(UInt64(0)) { $0 &+ words[record * keys.count + $1] }
            if sum != 0 { sums[sum, default: []].append(record) }
        }
        return sums
    }

    private static func idKey(_ id: ArraySlice<UInt8>) -> UInt64? {
        let range = TextForm.trimmed(id.span, 0..<id.count)
        return range.isEmpty ? nil : RecipientKey.digest(id.span.extracting(range), foldingCase: false)
    }
}
