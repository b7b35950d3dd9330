/// Finds headers among the records of a CSV drop: its own again, where files were joined, or that of another table.
struct HeaderAmongRecords {
    private let mapper: ColumnMapper
    /// Whether the records after another table's header are judged nevertheless.
    private let passesOverTables: Bool
    /// How many fields the drop's records have, if fewer than its header; else nil.
    private let shortRecords: Int?
    /// The drop's own column names, and what their values look like.
    private var names: [FoldedName] = []
    private var kinds: [Kind] = []
    /// The position of the first phone number among them.
    private var phone: Int?
    private var suspect: Suspect?

    /// How a record that repeats the header begins: asked of every record, and so apart from all else, which would be
    /// copied for it.
    struct Start {
        /// The first name as written; empty without a header.
        private let name: [UInt8]

        init(of schema: Schema? = nil) { name = Array((schema?.columns.first?.name ?? "").utf8) }

        /// Whether a record's first value can be the first column's name: nearly always false by the length alone.
        @inline(__always)
        func mayBegin(_ span: FieldSpan, _ text: Span<UInt8>) -> Bool {
            guard span.length == name.count, span.length > 0 else { return false }
            for index in name.indices where text[span.offset + index] != name[index] { return false }
            return true
        }
    }

    /// A rejected record that may be another table's header; the next record decides.
    struct Suspect: Sendable {
        fileprivate let line: UInt64
        fileprivate let kinds: [Kind]
        /// Whether it has a column's name in the position of the drop's phone number.
        fileprivate let isNamedForPhone: Bool
    }

    /// What a column's values look like.
    fileprivate enum Kind {
        case phone, email, other
    }

    init(settings: ValidationSettings, passingOverTables: Bool = false) {
        mapper = ColumnMapper(settings: DecodeSettings(campaign: settings.campaign, limits: Configuration.Limits()))
        passesOverTables = passingOverTables
        shortRecords = settings.format.shortRecords
    }

    mutating func follow(_ schema: Schema) {
        names = schema.columns.map { FoldedName($0.name) }
        kinds = schema.columns.map { Self.kind(of: $0.field) }
        phone = kinds.firstIndex(of: .phone)
    }

    /// Whether the last rejected record may be another table's header.
    var isSuspecting: Bool { suspect != nil }

    /// The suspect at a chunk's end, for whoever sees the next chunk.
    mutating func takeSuspect() -> Suspect? {
        defer { suspect = nil }
        return suspect
    }

    /// The same as `secondTable(before:_:)`, for the first records of a chunk that follows one with a suspect at its
    /// end. Afterwards `suspect` is nil, unless no record could decide.
    mutating func secondTable(in chunk: Chunk, after suspect: inout Suspect?) -> RefusedDrop? {
        self.suspect = suspect
        defer { suspect = takeSuspect() }
        for record in chunk.records where isSuspecting {
            if let refusal = secondTable(before: record, chunk) { return refusal }
        }
        return nil
    }

    /// Whether a record repeats the header.
    func isAgain(_ record: RecordSpan, _ chunk: Chunk) -> Bool {
        chunk.fields[Self.fields(of: record)].map {
            FoldedName(String(decoding: chunk.value($0), as: UTF8.self))
        } == names
    }

    /// Notes whether a rejected record may be another table's header: each value could be a name and occurs once, and
    /// at least two of them, and half, are our column names.
    mutating func suspect(_ record: RecordSpan, _ chunk: Chunk) {
        guard !passesOverTables, record.damage == nil, record.fieldCount > 1 else { return }
        var kinds: [Kind] = []
        var found: Set<FoldedName> = []
        var known = 0
        var isNamedForPhone = false
        // For nearly every record that is no header, this loop ends at the first value.
        for (place, span) in chunk.fields[Self.fields(of: record)].enumerated() {
            let bytes = chunk.value(span)
            // No more digits than a year has; otherwise it is an id or a number, and looking up its name would be
            // wasted.
            guard bytes.count(where: { $0 >= 0x30 && $0 <= 0x39 }) <= 4 else { return }
            let value = String(decoding: bytes, as: UTF8.self)
            let field = mapper.field(named: value)
            if field != nil {
                known += 1
                if place == phone { isNamedForPhone = true }
                guard found.insert(FoldedName(value)).inserted else { return }
            } else if value.isEmpty || value.contains(where: \.isNumber) {
                return
            }
            kinds.append(Self.kind(of: field))
        }
        guard known >= 2, 2 * known >= Int(record.fieldCount), !isAgain(record, chunk) else { return }
        suspect = Suspect(line: record.line, kinds: kinds, isNamedForPhone: isNamedForPhone)
    }

    /// Why the drop is refused when the record after a suspect fits the suspect's names; nil if it is not. The record
    /// must also not fit the drop's own header, unless the suspect has a column's name in the phone number's position.
    /// Words that happen to be names are only one bad record.
    mutating func secondTable(before record: RecordSpan, _ chunk: Chunk) -> RefusedDrop? {
        guard let suspect, record.damage == nil else { return nil }
        self.suspect = nil
        let count = Int(record.fieldCount)
        guard count == suspect.kinds.count, fits(record, chunk, suspect.kinds),
            suspect.isNamedForPhone || count != names.count && count != shortRecords || !fits(record, chunk, kinds)
        else { return nil }
        return RefusedDrop(
            .unknownFormat,
            "a second table with other columns begins on line \(suspect.line); send each table in a file of its own")
    }

    /// Whether a record's values can belong to columns of these kinds.
    private func fits(_ record: RecordSpan, _ chunk: Chunk, _ kinds: [Kind]) -> Bool {
        zip(chunk.fields[Self.fields(of: record)], kinds).allSatisfy { span, kind in
            let value = chunk.value(span)
            return switch kind {
            case .phone: value.isEmpty || CSVCandidate.looksLikePhone(value)
            case .email: value.isEmpty || value.contains(UInt8(ascii: "@"))
            case .other: true
            }
        }
    }

    private static func kind(of field: Field?) -> Kind {
        guard let field else { return .other }
        return field.isPhone ? .phone : field == .email ? .email : .other
    }

    private static func fields(of record: RecordSpan) -> Range<Int> {
        Int(record.firstField)..<Int(record.firstField) + Int(record.fieldCount)
    }
}
