/// RecipientKeys as the store keeps many of them: eight bytes each, big-endian.
enum KeyBytes {
    static func of(_ keys: some Collection<UInt64>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(keys.count * 8)
        for key in keys {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: key >> UInt64(shift)))
            }
        }
        return bytes
    }

    static func forEach(in bytes: [UInt8], _ body: (UInt64) throws -> Void) rethrows {
        let all = bytes.span
        for place in 0..<all.count / 8 {
            // Safe: the load is checked against the span's bounds, and every bit pattern is an integer.
            let word = unsafe all.bytes.unsafeLoadUnaligned(fromByteOffset: place * 8, as: UInt64.self)
            try body(UInt64(bigEndian: word))
        }
    }
}
