extension Chunk {
    /// Moves each record's numbers up into empty phone fields, as `phones: "first-filled"` asks.
    mutating func closeUpPhones() {
        let columns = Field.phones.compactMap(schema.position(of:))
        guard columns.count > 1 else { return }
        let isMSISDN = columns.map { FoldedName(schema.columns[$0].name).text == "msisdn" }
        for record in records where record.damage == nil {
            var free = 0
            for (index, column) in columns.enumerated() where column < Int(record.fieldCount) {
                let place = Int(record.firstField) + column
                let span = fields[place]
                if isBlank(span) { continue }
                if index != free {
                    // A number keeps what its own column's name says about it.
                    let kind: FieldKind = span.isNested ? .nested : isMSISDN[index] ? .msisdn : .dialled
                    fields[Int(record.firstField) + columns[free]] = span.of(
                        span.kind == .msisdn ? .msisdn : kind)
                    fields[place] = FieldSpan(offset: span.offset, length: 0, kind: .text)
                }
                free += 1
            }
        }
    }

    private func isBlank(_ span: FieldSpan) -> Bool {
        text[span.offset..<span.end].allSatisfy { $0 == 0x20 || $0 == ASCII.tab }
    }
}
