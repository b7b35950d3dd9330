/// What cuts the text of a drop into records and fields; there are two, `CSVRecordScanner` and `JSONRecordScanner`.
///
/// A scanner is driven by one thread and sees the text in order, in blocks of any size: where the blocks end never
/// shows in the result.
package protocol RecordScanner: Sendable {
    /// Cuts whole records off the front of `text` and leaves what follows them in `carry`.
    ///
    /// The chunk's `text` is exactly the part that was consumed (`rawEnd` bytes) and, behind it, the side copies. A
    /// chunk may have no records. With `isLast` everything is consumed.
    ///
    /// - Parameters:
    ///   - text: what the last call left in `carry`, followed by the next text; UTF-8, as `EncodedText` makes it.
    ///   - byteOffset: where `text[0]` stands in the decompressed drop, in bytes of the drop's own encoding.
    ///   - isLast: whether the drop ends with this text.
    ///   - carry: on return what was not consumed; what it held before is not read.
    /// - Throws: a refusal of the whole drop; the scanner is not used again after that.
    mutating func scan(
        _ text: consuming [UInt8], byteOffset: UInt64, isLast: Bool, carry: inout [UInt8]
    ) throws(RefusedDrop) -> Chunk

    /// The columns known so far.
    var schema: Schema { get }
}
