import SystemIO

/// What reading gzip promises: any bytes end in a result, the same in pieces of any size, and what was packed comes
/// back.
enum GzipPromises {
    /// Where a reading stops that has given this much: a bomb's reader stops too.
    private static let enough = 1 << 20

    static func check(_ input: inout FuzzInput) throws(BrokenPromise) {
        let inPiece = input.blockSize()
        let outPiece = input.blockSize()
        let level = Int32(input.choice() % 9) + 1
        let place = Int(input.choice()) << 8 | Int(input.choice())
        let change = input.choice()
        let bytes = input.bytes
        _ = try read(bytes, inPiece, outPiece)

        // Two members and perhaps padding.
        let border = place % (bytes.count + 1)
        let packer = GzipMemberPacker(GzipEffort(level: level))
        let members = [packer.pack(Array(bytes[..<border])), packer.pack(Array(bytes[border...]))]
        var packed = members[0] + members[1] + [UInt8](repeating: 0, count: Int(change % 4))
        try BrokenPromise.unless(
            try read(packed, inPiece, outPiece) == .success(bytes),
            "what was packed at level \(level) does not come back")

        let cut = place % packed.count
        switch try read(Array(packed[..<cut]), inPiece, outPiece) {
        case .success(let part):
            let isWhole = cut >= members[0].count + members[1].count
            try BrokenPromise.unless(
                isWhole ? part == bytes : cut == members[0].count && part == Array(bytes[..<border]),
                "a cut at \(cut) is not seen")
        case .failure(let error):
            try BrokenPromise.unless(error == .truncated, "a cut at \(cut) is taken for \(error)")
        }

        packed[cut] ^= change
        if case .success(let other) = try read(packed, inPiece, outPiece), other != bytes {
            throw BrokenPromise("a change of byte \(cut) by \(change) gives other bytes")
        }
    }

    /// The bytes or the error, after it was made sure that pieces give the same.
    private static func read(
        _ packed: [UInt8], _ inPiece: Int, _ outPiece: Int
    ) throws(BrokenPromise) -> Result<[UInt8], GzipError> {
        let whole = try unpack(packed, packed.count, 65_536)
        let cut = try unpack(packed, inPiece, outPiece)
        try BrokenPromise.unless(whole == cut, "pieces of \(inPiece) into \(outPiece) bytes give another result")
        return whole
    }

    private static func unpack(
        _ packed: [UInt8], _ inPiece: Int, _ outPiece: Int
    ) throws(BrokenPromise) -> Result<[UInt8], GzipError> {
        let reader = GzipReader()
        var unpacked: [UInt8] = []
        var position = 0
        var isKept = true
        do throws(GzipError) {
            while isKept, unpacked.count < enough {
                let before = unpacked.count
                let room = min(outPiece, enough - before)
                let end = min(position + inPiece, packed.count)
                position += try reader.decompress(packed[position..<end], into: &unpacked, limit: room)
                isKept =
                    unpacked.count - before <= room && position <= end && reader.bytesIn == position
                    && reader.bytesOut == unpacked.count
                if unpacked.count == before, position == packed.count {
                    try reader.finish()
                    break
                }
            }
        } catch {
            return .failure(error)
        }
        try BrokenPromise.unless(isKept, "more is taken or given than there was")
        return .success(unpacked)
    }
}
