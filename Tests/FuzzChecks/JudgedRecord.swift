import Waybill

/// One record of a drop, counted from the drop's beginning.
struct JudgedRecord: Equatable {
    let number: UInt32
    let line: UInt64
    let byte: UInt64
    let raw: [UInt8]
    let fields: [Value]
    let damage: Damage?

    struct Value: Equatable {
        let kind: FieldKind
        let bytes: [UInt8]
    }

    struct Damage: Equatable {
        let problem: Problem
        let byte: UInt64
        let lastLine: UInt64
    }

    init(_ record: RecordSpan, in chunk: Chunk, byte: UInt64) throws(BrokenPromise) {
        number = record.number
        line = record.line
        self.byte = byte
        let range = Int(record.start)..<Int(record.end)
        raw = Array(chunk.text[range])
        let first = Int(record.firstField)
        var values: [Value] = []
        for span in chunk.fields[first..<first + Int(record.fieldCount)] {
            let isRaw = span.offset >= range.lowerBound && span.end <= range.upperBound
            let isCopy = span.offset >= chunk.rawEnd && span.end <= chunk.text.count
            try BrokenPromise.unless(
                span.kind == .absent && span.length == 0 || isRaw || isCopy, "a field of \(record) lies elsewhere")
            values.append(Value(kind: span.kind, bytes: Array(chunk.value(span))))
        }
        fields = values
        guard let found = record.damage else {
            damage = nil
            return
        }
        let position = Int(found.position)
        try BrokenPromise.unless(
            position >= range.lowerBound && position <= chunk.rawEnd && found.lastLine >= line,
            "the damage of \(record) lies elsewhere")
        let before = EncodedText.originalLength(of: chunk.text[range.lowerBound..<position], encoding: chunk.encoding)
        damage = Damage(problem: found.problem, byte: byte + UInt64(before), lastLine: found.lastLine)
    }
}
