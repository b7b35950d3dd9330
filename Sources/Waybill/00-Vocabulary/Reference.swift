/// The name of one message: `<store>-<batch>-<record>-<step>-<attempt>`, as in `bcdfgh-20261121-000007-12-text-1`.
///
/// It travels with the message and comes back in its receipts; a contact's place in the store is computed from it.
/// References from before stores had letters start with the batch, without a dash. The longest has 70 bytes: 6 letters,
/// a batch of 15, a record of 10 digits, a step of 32 bytes, an attempt of 3 digits, and the dashes.
package struct Reference: Hashable, Sendable, CustomStringConvertible {
    package let letters: StoreLetters
    package let batch: BatchID
    /// From 1 in file order.
    package let record: UInt32
    /// The step's name: `[A-Za-z0-9_]{1,32}`, so dashes separate it.
    package let step: String
    /// From 1, counted across all steps of the contact.
    package let attempt: Int

    package init(letters: StoreLetters, batch: BatchID, record: UInt32, step: String, attempt: Int) {
        self.letters = letters
        self.batch = batch
        self.record = record
        self.step = step
        self.attempt = attempt
    }

    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The reference without the step, for places with little room: the attempt is unique across steps.
    package var token: String {
        var parts = description.split(separator: "-")
        parts.remove(at: parts.count - 2)
        return parts.joined(separator: "-")
    }

    /// Appends the bytes of `description`.
    package func append(to bytes: inout [UInt8]) {
        letters.append(to: &bytes)
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

// MARK: - Reading

extension Reference {
    package init?(_ text: some StringProtocol) { self.init(utf8: Array(text.utf8)[...]) }

    /// Nil unless the bytes are a reference, with its letters in either case or without letters: a step of
    /// `[A-Za-z0-9_]{1,32}`, numbers without sign or leading zero.
    package init?(utf8 whole: ArraySlice<UInt8>) {
        let dash = UInt8(ascii: "-")
        var text = whole
        var letters = StoreLetters.absent
        if whole.count > StoreLetters.count, whole[whole.startIndex + StoreLetters.count] == dash {
            guard let found = StoreLetters(whole.prefix(StoreLetters.count)) else { return nil }
            letters = found
            text = whole.dropFirst(StoreLetters.count + 1)
        }
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
            letters: letters, batch: BatchID(rawValue: batch), record: record,
            step: String(decoding: step, as: UTF8.self), attempt: Int(attempt))
    }

    /// Reads a token (`token`), which does not name the step.
    package init?(token: ArraySlice<UInt8>) {
        let dash = UInt8(ascii: "-")
        guard let last = token.lastIndex(of: dash),
            let whole = Reference(utf8: (token[..<last] + [dash, UInt8(ascii: "x")] + token[last...])[...]),
            whole.letters != .absent
        else { return nil }
        self.init(
            letters: whole.letters, batch: whole.batch, record: whole.record, step: "", attempt: whole.attempt)
    }

    /// A number of 1 or more.
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
