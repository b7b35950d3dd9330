/// Finds headers among the records of a CSV drop: its own once more, where files were joined, or that of another table.
struct HeaderAmongRecords {
    private let mapper: ColumnMapper
    /// The drop's own names.
    private var names: [FoldedName] = []
    /// The first of them as it stands; empty where there is no header.
    private var first: [UInt8] = []

    init(settings: ValidationSettings) {
        mapper = ColumnMapper(settings: DecodeSettings(campaign: settings.campaign, limits: Configuration.Limits()))
    }

    mutating func follow(_ schema: Schema) {
        names = schema.columns.map { FoldedName($0.name) }
        first = Array((schema.columns.first?.name ?? "").utf8)
    }

    /// Whether a record's first value is the first column's name: asked of every record, and nearly always no at its
    /// length.
    @inline(__always)
    func mayBegin(_ span: FieldSpan, _ text: Span<UInt8>) -> Bool {
        guard span.length == first.count, span.length > 0 else { return false }
        for index in first.indices where text[span.offset + index] != first[index] { return false }
        return true
    }

    /// Whether a record is the header once more.
    func isAgain(_ record: RecordSpan, _ chunk: Chunk) -> Bool {
        chunk.fields[Self.fields(of: record)].map {
            FoldedName(String(decoding: chunk.value($0), as: UTF8.self))
        } == names
    }

    /// Refuses the drop when a rejected record is the header of another table: each value could be a name, and at least
    /// two and half of them are columns of ours.
    func refuseSecondTable(_ record: RecordSpan, _ chunk: Chunk) throws(RefusedDrop) {
        guard record.damage == nil, record.fieldCount > 1 else { return }
        var known = 0
        // Ends at the first value of nearly every record that is none.
        for span in chunk.fields[Self.fields(of: record)] {
            let bytes = chunk.value(span)
            // No more digits than a year has: the rest is an id or a number, and asking for its name would cost.
            guard bytes.count(where: { $0 >= 0x30 && $0 <= 0x39 }) <= 4 else { return }
            let value = String(decoding: bytes, as: UTF8.self)
            if mapper.field(named: value) != nil {
                known += 1
            } else if value.isEmpty || value.contains(where: \.isNumber) {
                return
            }
        }
        guard known >= 2, 2 * known >= Int(record.fieldCount), !isAgain(record, chunk) else { return }
        throw RefusedDrop(
            .unknownFormat,
            "a second table with other columns begins on line \(record.line); send each table in a file of its own")
    }

    private static func fields(of record: RecordSpan) -> Range<Int> {
        Int(record.firstField)..<Int(record.firstField) + Int(record.fieldCount)
    }
}
