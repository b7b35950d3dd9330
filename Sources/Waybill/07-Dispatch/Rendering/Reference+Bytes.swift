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
        DecimalText.append(UInt64(record), to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(contentsOf: step.utf8)
        bytes.append(UInt8(ascii: "-"))
        DecimalText.append(UInt64(attempt), to: &bytes)
    }
}
