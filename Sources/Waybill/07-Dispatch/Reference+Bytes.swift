extension Reference {
    /// Appends `<batch>-<record>-<step>-<attempt>`, the bytes of `description`, without making a String.
    func append(to bytes: inout [UInt8]) {
        var digit: Int64 = 10_000_000_000_000
        for place in 0..<14 {
            if place == 8 { bytes.append(UInt8(ascii: "-")) }
            bytes.append(0x30 + UInt8(truncatingIfNeeded: batch.rawValue / digit % 10))
            digit /= 10
        }
        bytes.append(UInt8(ascii: "-"))
        Self.append(UInt64(record), to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(contentsOf: step.utf8)
        bytes.append(UInt8(ascii: "-"))
        Self.append(UInt64(attempt), to: &bytes)
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var power: UInt64 = 1
        while number / power >= 10 { power *= 10 }
        while power > 0 {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: number / power % 10))
            power /= 10
        }
    }
}
