extension Reference {
    /// Reads the bytes of `<batch>-<record>-<step>-<attempt>`; nil for anything else.
    ///
    /// Stricter than the reader of text: a step of `[A-Za-z0-9_]{1,32}`, numbers without sign or leading zero.
    init?(utf8 text: ArraySlice<UInt8>) {
        let dash = UInt8(ascii: "-")
        // "YYYYMMDD-NNNNNN-".
        guard text.count > 16, text[text.startIndex + 15] == dash else { return nil }
        var batch: Int64 = 0
        for (place, byte) in text.prefix(15).enumerated() {
            if place == 8 {
                guard byte == dash else { return nil }
            } else {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                batch = batch * 10 + Int64(byte - 0x30)
            }
        }
        let rest = text.dropFirst(16)
        guard let recordEnd = rest.firstIndex(of: dash), let record = Self.number(rest[..<recordEnd], atMost: .max),
            let stepEnd = rest[(recordEnd + 1)...].firstIndex(of: dash),
            let attempt = Self.number(rest[(stepEnd + 1)...], atMost: 999_999_999)
        else { return nil }
        let step = rest[(recordEnd + 1)..<stepEnd]
        guard !step.isEmpty, step.count <= 32, step.allSatisfy(Self.isStepByte) else { return nil }
        self.init(
            batch: BatchID(rawValue: batch), record: record, step: String(decoding: step, as: UTF8.self),
            attempt: Int(attempt))
    }

    /// A number from 1.
    private static func number(_ digits: ArraySlice<UInt8>, atMost limit: UInt32) -> UInt32? {
        guard let first = digits.first, first != 0x30, digits.count <= 10 else { return nil }
        var number: UInt64 = 0
        for byte in digits {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            number = number * 10 + UInt64(byte - 0x30)
        }
        return number <= UInt64(limit) ? UInt32(number) : nil
    }

    private static func isStepByte(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == UInt8(ascii: "_")
    }
}
