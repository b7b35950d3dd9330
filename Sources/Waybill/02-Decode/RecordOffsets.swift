/// Where the records of a chunk begin in the drop, in bytes of the drop's own encoding; asked for in rising order.
struct RecordOffsets {
    private let chunk: Chunk
    private var position = 0
    private var offset: UInt64

    init(_ chunk: Chunk) {
        self.chunk = chunk
        offset = chunk.byteOffset
    }

    mutating func offset(of index: Int) -> UInt64 {
        let start = Int(chunk.records[index].start)
        if start < position {
            position = 0
            offset = chunk.byteOffset
        }
        offset += UInt64(EncodedText.originalLength(of: chunk.text[position..<start], encoding: chunk.encoding))
        position = start
        return offset
    }
}
