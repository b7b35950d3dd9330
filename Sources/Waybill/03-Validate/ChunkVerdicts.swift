/// The verdicts on the records of one chunk: each is accepted, rejected or a duplicate.
package struct ChunkVerdicts: Sendable {
    /// The accepted contacts in record order, with normalised values, in the columns of the chunk's schema.
    package var segment: ContactSegment
    /// The `RecipientKey` of each accepted contact, in the same order.
    package var keys: [UInt64]
    /// What sampling asks of each of them first (`Sampler.hashes`), if it was found with the verdicts.
    package var hashes: [UInt64]?
    package var rejected: [Rejection]
    /// Each has exactly one violation, `row.duplicate`.
    package var duplicates: [Rejection]
}

/// What `RecordValidator` finds about the records of one chunk by themselves; `DropValidator` makes verdicts of it.
package struct JudgedChunk: Sendable {
    /// Whether the chunk's text is UTF-8 without control characters.
    let isClean: Bool
    var segment = ContactSegment.empty
    /// For each contact of the segment: its recipient's key and check, and the index of its record in the chunk.
    var keys: [UInt64] = []
    var checks: [UInt32] = []
    var places: [Int] = []
    /// As in `ChunkVerdicts`.
    var hashes: [UInt64]?
    var rejected: [Rejection] = []
    var normalised = 0
    var unknownStates = 0
    /// A last record that may be another table's header.
    var suspect: HeaderAmongRecords.Suspect?
    /// Why the drop is refused at one of the records; those behind it were not judged.
    var refusal: RefusedDrop?

    init(isClean: Bool) { self.isClean = isClean }
}

/// A record that was not accepted, and why.
package struct Rejection: Hashable, Sendable {
    /// Its index in `Chunk.records`.
    package let index: Int
    /// From 1 in file order, header not counted.
    package let number: UInt32
    /// The physical line it begins on, from 1.
    package let line: UInt64
    /// The offset of its first byte in the decompressed drop, in the drop's own encoding.
    package let byte: UInt64
    /// All violations: those of the whole record first, then in the order of the columns; never empty.
    package let violations: [Violation]
    /// Phone 1 in E.164, else the e-mail address in lower case; empty if neither could be read.
    package let address: [UInt8]
    /// The sender's `id`, trimmed; empty if there is none.
    package let id: [UInt8]
    /// Identifies a rejected record when it comes back corrected. Nil for a duplicate, a damaged record, and a record
    /// in which every value has a violation.
    package var fingerprint: RecordFingerprint?
    /// What `errors.csv` says of it, if that was written with the verdict.
    package var rows: [UInt8] = []
}
