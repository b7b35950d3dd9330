import SystemIO

/// What `check --output` writes for one file: `accepted.csv`, the rejects in the drop's own form, `errors.csv`,
/// `ack.json`; for a list, only what has to be corrected.
final class DropCheckFolder {
    private let path: String
    private let accepted: DurableFileWriter?
    private var refused: RefusedFiles<DurableFileWriter>
    /// The columns of `accepted.csv`, as indices of the segment's columns.
    private let columns: [Int]

    /// `schema` must have all columns of the drop, including those that only later records have.
    init(_ path: String, schema: Schema, errors form: ErrorsFile.Form) throws {
        self.path = path
        try Self.begin(path)
        let accepted = try DurableFileWriter(path: path + "/accepted.csv", mode: OutboxRights.file)
        self.accepted = accepted
        refused = try RefusedFiles(errors: form) {
            try DurableFileWriter(path: path + "/" + $0, mode: OutboxRights.file)
        }
        let kept = schema.columns.indices.filter { !schema.columns[$0].isIgnored }
        columns =
            Field.allCases.compactMap(schema.position(of:)) + kept.filter { schema.columns[$0].field == nil }
        var header = Array("record".utf8)
        for column in columns {
            header.append(CSVText.comma)
            ReportCells.append(cell: Array(schema.columns[column].outputName.utf8)[...], to: &header)
        }
        try accepted.write(header + [CSVText.lineEnd])
    }

    /// For a list.
    init(_ path: String, errors form: ErrorsFile.Form) throws {
        self.path = path
        try Self.begin(path)
        (accepted, columns) = (nil, [])
        refused = try RefusedFiles(errors: form) {
            try DurableFileWriter(path: path + "/" + $0, mode: OutboxRights.file)
        }
    }

    /// Removes what an earlier check left, which would be taken for this one's.
    private static func begin(_ path: String) throws {
        try Files.createFolder(path, mode: OutboxRights.folder)
        for name in try Files.list(path) where name.hasPrefix("rejects.") || name == "accepted.csv" {
            try Files.remove(path + "/" + name)
        }
    }

    /// Adds a faulty entry of a list.
    func add(_ entry: ListEntries.Entry, of chunk: Chunk, _ kind: DropKind, leading: [UInt8]) throws {
        try refused.add(record: entry.record, line: entry.line, byte: entry.byte, entry.reading.violations)
        let (original, lineEnd) = chunk.original(of: entry.index)
        try refused.addRejected(original, lineEnd: lineEnd, kind: kind, leading: leading, encoding: chunk.encoding)
    }

    /// Adds one part of the drop: its accepted contacts, if any, and its refused records.
    func add(_ part: DropReading.Part, _ judged: DropVerdict.Part) throws {
        if let accepted = judged.accepted { try add(accepted) }
        for rejection in judged.refused {
            try refused.add(
                record: rejection.number, line: rejection.line, byte: rejection.byte, rejection.violations)
        }
        let (kind, encoding) = (part.format.kind, part.chunk.encoding)
        try refused.beginRejects(kind: kind, leading: part.leadingBytes, encoding: encoding)
        for rejection in judged.rejected {
            let (original, lineEnd) = part.chunk.original(of: rejection.index)
            try refused.addRejected(
                original, lineEnd: lineEnd, kind: kind, leading: part.leadingBytes, encoding: encoding)
        }
    }

    private func add(_ segment: ContactSegment) throws {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for index in 0..<segment.count {
            segment.fill(&ranges, at: index, columns: 0)
            DecimalText.append(UInt64(segment.record(at: index)), to: &bytes)
            for column in columns {
                bytes.append(CSVText.comma)
                // A segment leaves out empty columns at a contact's end.
                if column < ranges.count { ReportCells.append(cell: segment.bytes[ranges[column]], to: &bytes) }
            }
            bytes.append(CSVText.lineEnd)
        }
        try accepted?.write(bytes)
    }

    /// Gives all files their names, the acknowledgement's last; `trailing` closes the wrapper of a JSON drop.
    func finish(_ acknowledgement: Acknowledgement, trailing: [UInt8]) throws {
        try refused.finish(trailing: trailing)
        for file in [accepted].compactMap(\.self) + refused.files { try file.commit() }
        try Files.writeAtomically(acknowledgement.json(pretty: true), to: path + "/ack.json")
    }
}
