/// Identifies a rejected record when it comes back corrected, by the values of its columns without a violation.
///
/// Each value that is not empty yields a 64-bit word, and the words are added. So neither the order of the columns nor
/// the notation of the file matters: values are compared decoded, trimmed, and with LF for every line end. The
/// fingerprints are stored with the rejected records: the arithmetic must never change.
package struct RecordFingerprint: Hashable, Sendable {
    /// The sum of the words; 0 for a record without values, which equals any other such record.
    package let sum: UInt64
    /// The columns that do not count, by the lower half of their keys, rising.
    package let leftOut: [UInt32]

    package init(sum: UInt64, leftOut: [UInt32]) {
        self.sum = sum
        self.leftOut = leftOut
    }

    /// Nil if no value is left that identifies the record.
    ///
    /// - Parameters:
    ///   - keys: `key(of:)` for each column of the schema.
    ///   - violated: the keys of the columns with a violation. Columns whose text is invalid do not count either.
    init?(of record: RecordSpan, in chunk: Chunk, keys: [UInt64], violated: [UInt64]) {
        let text = chunk.text.span
        var leftOut = Set(violated.map { UInt32(truncatingIfNeeded: $0) })
        var sum: UInt64 = 0
        for position in 0..<min(Int(record.fieldCount), keys.count) where !violated.contains(keys[position]) {
            let span = chunk.fields[Int(record.firstField) + position]
            let value = text.extracting(span.offset..<span.end)
            if TextForm.isText(value) {
                sum &+= Self.word(of: value, key: keys[position])
            } else {
                leftOut.insert(UInt32(truncatingIfNeeded: keys[position]))
            }
        }
        guard sum != 0 else { return nil }
        self.init(sum: sum, leftOut: leftOut.sorted())
    }

    /// The key of a column's name: our own if we know the column, else the sender's.
    package static func key(of column: Column) -> UInt64 { key(ofName: column.outputName) }

    static func key(ofName name: String) -> UInt64 {
        RecipientKey.digest(Array(name.utf8).span, foldingCase: false)
    }

    /// What a value adds to the sum; 0 for an empty value.
    package static func word(of value: Span<UInt8>, key: UInt64) -> UInt64 {
        let range = TextForm.trimmed(value, 0..<value.count)
        if range.isEmpty { return 0 }
        let trimmed = value.extracting(range)
        for index in trimmed.indices where trimmed[index] == 0x0D {
            // Programs write line ends inside a value differently: each becomes LF here.
            var plain: [UInt8] = []
            for index in trimmed.indices {
                switch trimmed[index] {
                case 0x0D: plain.append(0x0A)
                case 0x0A where index > 0 && trimmed[index - 1] == 0x0D: break
                case let byte: plain.append(byte)
                }
            }
            return RecipientKey.mixed(key &+ RecipientKey.digest(plain.span, foldingCase: false))
        }
        return RecipientKey.mixed(key &+ RecipientKey.digest(trimmed, foldingCase: false))
    }
}
