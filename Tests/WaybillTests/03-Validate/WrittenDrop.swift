import Waybill

/// A drop as tests write it down: columns and rows of values, cut into chunks without a scanner.
struct WrittenDrop {
    var columns: [String]
    var rows: [[Value]]
    var format = DropFormat(kind: .csv, delimiter: 0x2C, hasHeader: true)
    var encoding = TextEncoding.utf8
    var ignored: Set<String> = []
    /// In place of the schema that the columns' names give.
    var mapped: Schema?

    /// A value and what it is in the drop.
    struct Value: ExpressibleByStringLiteral {
        var bytes: [UInt8]
        var kind = FieldKind.text
        /// Whether the value stands apart from the raw bytes, as after undoing escapes.
        var isUnescaped = false

        init(_ bytes: [UInt8], kind: FieldKind = .text, isUnescaped: Bool = false) {
            self.bytes = bytes
            self.kind = kind
            self.isUnescaped = isUnescaped
        }

        init(_ text: String, kind: FieldKind = .text) { self.init(Array(text.utf8), kind: kind) }
        init(stringLiteral text: String) { self.init(text) }
    }

    init(_ columns: [String], _ rows: [[Value]]) {
        self.columns = columns
        self.rows = rows
    }

    var schema: Schema {
        mapped
            ?? Schema(
                columns.map { name in
                    Column(
                        name: name, field: Field.allCases.first { $0.label == name }, isIgnored: ignored.contains(name))
                })
    }

    /// The rows in chunks of at most `size` records.
    func chunks(of size: Int = .max) -> [Chunk] {
        var chunks: [Chunk] = []
        var byte: UInt64 = 0
        var number = 0
        while number < rows.count {
            let upper = size == .max ? rows.count : min(rows.count, number + size)
            var chunk = Chunk(byteOffset: byte, encoding: encoding, schema: schema)
            var unescaped: [(field: Int, bytes: [UInt8], kind: FieldKind)] = []
            for row in rows[number..<upper] {
                let start = chunk.text.count
                let first = chunk.fields.count
                for (position, value) in row.enumerated() {
                    if position > 0 { chunk.text.append(0x2C) }
                    if value.isUnescaped { unescaped.append((chunk.fields.count, value.bytes, value.kind)) }
                    chunk.fields.append(
                        FieldSpan(offset: chunk.text.count, length: value.bytes.count, kind: value.kind))
                    chunk.text += value.isUnescaped ? Array("escaped".utf8) : value.bytes
                }
                number += 1
                chunk.records.append(
                    RecordSpan(
                        number: UInt32(number), line: UInt64(number + 1), start: start, end: chunk.text.count,
                        firstField: first, fieldCount: row.count))
                chunk.text.append(0x0A)
            }
            chunk.rawEnd = chunk.text.count
            byte += UInt64(chunk.rawEnd)
            for (field, bytes, kind) in unescaped {
                chunk.fields[field] = FieldSpan(offset: chunk.text.count, length: bytes.count, kind: kind)
                chunk.text += bytes
            }
            chunks.append(chunk)
        }
        return chunks
    }

    func validator(
        _ campaign: Campaign = Campaign(name: "default"), region: String = "US"
    ) -> DropValidator {
        DropValidator(
            settings: ValidationSettings(campaign: campaign, region: region, format: format),
            recipients: RecipientIndex(of: campaign, spill: HeldSpill()))
    }

    /// The verdicts of the whole drop in one chunk, and how many values were changed.
    func verdicts(
        _ campaign: Campaign = Campaign(name: "default"), region: String = "US"
    ) throws -> (verdicts: ChunkVerdicts, normalised: Int) {
        var validator = validator(campaign, region: region)
        let verdicts = try validator.validate(chunks()[0])
        return (verdicts, validator.normalised)
    }

    /// The stored values of an accepted contact, as texts.
    func values(_ verdicts: ChunkVerdicts, at index: Int) -> [String] {
        verdicts.segment.values(at: index, columns: columns.count).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// A spill that is an array.
final class HeldSpill: RecipientSpill, @unchecked Sendable {
    // Unchecked: each test uses it on its own thread only.
    private(set) var bytes: [UInt8] = []
    private(set) var reads = 0

    func append(_ bytes: [UInt8]) -> Int64 {
        self.bytes += bytes
        return Int64(self.bytes.count - bytes.count)
    }

    func read(at offset: Int64, count: Int) -> [UInt8] {
        reads += 1
        return Array(bytes[Int(offset)..<min(Int(offset) + count, bytes.count)])
    }
}
