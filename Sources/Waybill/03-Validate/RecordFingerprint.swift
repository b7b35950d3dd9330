/// What a rejected record is known again by when it comes back mended: the values of its columns without a violation.
///
/// Each value that is not empty makes a word of 64 bits, and the words are added up, so that neither the order of the
/// columns counts nor how the file is written: values are compared decoded, trimmed and with LF for every line end.
/// They are stored with the rejected records: the arithmetic must never change.
package struct RecordFingerprint: Hashable, Sendable {
    /// The sum of the words; 0 for a record without values, which is like any other.
    package let sum: UInt64
    /// The columns that do not count, by the lower half of their keys, in rising order.
    package let leftOut: [UInt32]

    package init(sum: UInt64, leftOut: [UInt32]) {
        self.sum = sum
        self.leftOut = leftOut
    }

    /// Nil when no value is left that tells the record from others.
    ///
    /// - Parameters:
    ///   - keys: of the schema's columns, `key(of:)`.
    ///   - violated: the keys of the columns that have a violation. Those whose text is not valid do not count either.
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

    /// The name of a column: our own where we know the column, else the sender's.
    package static func key(of column: Column) -> UInt64 { key(ofName: column.outputName) }

    static func key(ofName name: String) -> UInt64 {
        RecipientKey.digest(Array(name.utf8).span, foldingCase: false)
    }

    /// What a value adds to the sum; 0 for an empty one.
    package static func word(of value: Span<UInt8>, key: UInt64) -> UInt64 {
        let range = TextForm.trimmed(value, 0..<value.count)
        if range.isEmpty { return 0 }
        let trimmed = value.extracting(range)
        for index in trimmed.indices where trimmed[index] == 0x0D {
            // Programs write a line end within a value in their own way: each is LF here.
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
