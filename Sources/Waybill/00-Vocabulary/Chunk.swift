/// The type of a field's bytes, as far as the drop's format tells.
package enum FieldKind: UInt8, Sendable {
    /// Absent: the record has no such column (JSON), or `null`.
    case absent = 0
    /// CSV text, or a JSON string with its escapes undone.
    case text
    /// A JSON number, its own text.
    case number
    /// JSON `true` or `false`.
    case boolean
    /// A JSON array or object, its own compact text.
    case nested
    /// A number in a column whose name says that it is in international form, whichever field the column maps to.
    case msisdn
    /// A number in a column whose name does not say that, whichever field the column maps to.
    case dialled
}

/// Where one field's value stands in the text of its chunk.
///
///     bit 63        32      31      30   28 27             0
///        [  offset   ] [ isTrimmed ] [ kind ] [   length    ]
package struct FieldSpan: Sendable {
    package let bits: UInt64

    @inline(__always)
    package init(offset: Int, length: Int, kind: FieldKind, isTrimmed: Bool = false) {
        bits =
            UInt64(truncatingIfNeeded: offset) << 32 | (isTrimmed ? 1 << 31 : 0) | UInt64(kind.rawValue) << 28
            | UInt64(truncatingIfNeeded: length)
    }

    private init(bits: UInt64) { self.bits = bits }

    package static let absent = FieldSpan(offset: 0, length: 0, kind: .absent)

    @inline(__always) package var offset: Int { Int(truncatingIfNeeded: bits >> 32) }
    @inline(__always) package var length: Int { Int(truncatingIfNeeded: bits & 0x0FFF_FFFF) }
    @inline(__always) package var end: Int { offset + length }
    /// A JSON `null`. A member that a record lacks altogether has no span.
    @inline(__always) package var isNull: Bool { kind == .absent && bits != 0 }
    @inline(__always) package var isNested: Bool { bits >> 28 & 0x7 == UInt64(FieldKind.nested.rawValue) }
    @inline(__always) package var kind: FieldKind { FieldKind(rawValue: UInt8(bits >> 28 & 0x7)) ?? .absent }
    /// Whether its scanner knows that neither its first byte nor its last is a space, a control character, or of a
    /// character beyond ASCII.
    @inline(__always) package var isTrimmed: Bool { bits >> 31 & 1 == 1 }

    /// The same, or absent if it is empty.
    @inline(__always)
    var orAbsent: FieldSpan { FieldSpan(bits: bits & UInt64(bitPattern: Int64(0 &- length) >> 63)) }

    /// The same of another kind.
    @inline(__always)
    func of(_ kind: FieldKind) -> FieldSpan {
        FieldSpan(offset: offset, length: length, kind: kind, isTrimmed: isTrimmed)
    }
}

/// One record of a chunk: its place in the drop, its raw bytes, and its fields.
package struct RecordSpan: Sendable {
    /// From 1 in file order, header not counted.
    package var number: UInt32
    /// The physical line it begins on, from 1 (as `sed -n Np` counts); the header is a line too.
    package var line: UInt64
    /// Its raw bytes in `Chunk.text`, without the line end (CSV, JSON Lines) or the separators (JSON array).
    package var start: UInt32
    package var end: UInt32
    /// Its fields are `chunk.fields[firstField ..< firstField + fieldCount]`. In JSON a record has one span for each
    /// column of the schema as it was at that record; columns found later are absent.
    package var firstField: UInt32
    package var fieldCount: UInt16
    /// Damage that the scanner met; the fields of a damaged record are not to be trusted, and may be none.
    package var damage: Damage?

    package init(
        number: UInt32, line: UInt64, start: Int, end: Int, firstField: Int, fieldCount: Int, damage: Damage? = nil
    ) {
        self.number = number
        self.line = line
        self.start = UInt32(start)
        self.end = UInt32(end)
        self.firstField = UInt32(firstField)
        self.fieldCount = UInt16(fieldCount)
        self.damage = damage
    }

    /// Damage to the record's form: the problem, and where in the drop it was found.
    package struct Damage: Hashable, Sendable {
        package let problem: Problem
        /// The byte of `Chunk.text` where it was found.
        package let position: UInt32
        /// The last physical line that the damaged record swallowed before reading resumed; its own line if none.
        package let lastLine: UInt64

        package init(_ problem: Problem, position: Int, lastLine: UInt64) {
            self.problem = problem
            self.position = UInt32(position)
            self.lastLine = lastLine
        }
    }
}

/// A run of whole records of one drop, in file order, cut into fields over its own text.
///
/// `text` starts with the raw bytes of the records in UTF-8 (other encodings were converted). From `rawEnd` on it holds
/// copies of those fields whose value differs from their raw bytes (doubled quotes, JSON escapes, compacted nested
/// values). So a field is always one range of `text`.
package struct Chunk: Sendable {
    package var text: [UInt8]
    package var rawEnd: Int
    /// Whether its scanner found the raw bytes of all whole records to be UTF-8 without control characters; nil: it did
    /// not look.
    package var rawIsText: Bool?
    package var records: [RecordSpan]
    package var fields: [FieldSpan]
    /// Where `text[0]` stands in the decompressed drop, in bytes of the drop's own encoding, byte order mark included.
    package var byteOffset: UInt64
    /// The drop's own encoding, for writing raw bytes back and for counting bytes.
    package var encoding: TextEncoding
    /// The schema after the last record of this chunk.
    package var schema: Schema

    package init(byteOffset: UInt64, encoding: TextEncoding, schema: Schema) {
        text = []
        rawEnd = 0
        records = []
        fields = []
        self.byteOffset = byteOffset
        self.encoding = encoding
        self.schema = schema
    }

    package func value(_ span: FieldSpan) -> ArraySlice<UInt8> { text[span.offset..<span.end] }
}
