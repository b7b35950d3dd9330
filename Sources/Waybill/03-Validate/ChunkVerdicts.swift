/// What became of the records of one chunk: each is accepted, rejected or a duplicate.
package struct ChunkVerdicts: Sendable {
    /// The accepted contacts in record order, values normalised, laid out by the chunk's schema.
    package var segment: ContactSegment
    /// The `RecipientKey` of each accepted contact, in the same order.
    package var keys: [UInt64]
    package var rejected: [Rejection]
    /// Each has the one violation `row.duplicate`.
    package var duplicates: [Rejection]
}

/// A record that was not accepted, and why.
package struct Rejection: Hashable, Sendable {
    /// Its place in `Chunk.records`.
    package let index: Int
    /// From 1 in file order, header not counted.
    package let number: UInt32
    /// The physical line it begins on, from 1.
    package let line: UInt64
    /// Where it begins in the decompressed drop, in bytes of the drop's own encoding.
    package let byte: UInt64
    /// All of them, what concerns the whole record first, then in the order of the columns; never empty.
    package let violations: [Violation]
    /// Phone 1 in E.164, else the e-mail address in lower case; empty when neither could be read.
    package let address: [UInt8]
    /// The sender's `id`, trimmed; empty when there is none.
    package let id: [UInt8]
    /// What a rejected record is known again by when it comes back mended; nil for a duplicate, and where the record
    /// was damaged or nothing in it is without a violation.
    package var fingerprint: RecordFingerprint?
}
