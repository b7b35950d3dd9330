extension Chunk {
    /// The whole of a record, damaged or not, as it was read: in UTF-8, whatever the drop's encoding.
    func wholeText(of index: Int) -> [UInt8] { Array(text[Int(records[index].start)..<Int(records[index].end)]) }

    /// A record as the sender wrote it, in the drop's own encoding, and the line end that followed it (empty if none).
    func original(of index: Int) -> (bytes: [UInt8], lineEnd: [UInt8]) {
        let record = records[index]
        let end = Int(record.end)
        let lineEnd: ArraySlice<UInt8> =
            if end >= rawEnd {
                []
            } else if text[end] == 0x0D, end + 1 < rawEnd, text[end + 1] == 0x0A {
                text[end...end + 1]
            } else if text[end] == 0x0A || text[end] == 0x0D {
                text[end...end]
            } else {
                []
            }
        return (
            EncodedText.original(of: text[Int(record.start)..<end], encoding: encoding),
            EncodedText.original(of: lineEnd, encoding: encoding)
        )
    }
}
