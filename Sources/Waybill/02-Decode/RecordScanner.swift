/// Cuts the text of a drop into records and fields. There are two: `CSVRecordScanner` and `JSONRecordScanner`.
///
/// A scanner is used by one thread and gets the text in order, in blocks of any size: where the blocks end never
/// affects the result.
package protocol RecordScanner: Sendable {
    /// Cuts whole records off the front of `text` and leaves the rest in `carry`.
    ///
    /// The chunk's `text` is exactly the part that was consumed (`rawEnd` bytes), followed by the side copies. A chunk
    /// may have no records. With `isLast` everything is consumed.
    ///
    /// - Parameters:
    ///   - text: what the last call left in `carry`, followed by the next text; UTF-8, as `EncodedText` makes it.
    ///   - byteOffset: where `text[0]` stands in the decompressed drop, in bytes of the drop's own encoding.
    ///   - isLast: whether the drop ends with this text.
    ///   - carry: on return, what was not consumed; its old content is not read.
    /// - Throws: a refusal of the whole drop; the scanner must not be used after that.
    mutating func scan(
        _ text: consuming [UInt8], byteOffset: UInt64, isLast: Bool, carry: inout [UInt8]
    ) throws(RefusedDrop) -> Chunk

    /// The columns known so far.
    var schema: Schema { get }
}
