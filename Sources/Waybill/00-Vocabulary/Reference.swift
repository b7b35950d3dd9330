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
        DecimalText.append(batch.rawValue.magnitude / 1_000_000, digits: 8, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        DecimalText.append(batch.rawValue.magnitude % 1_000_000, digits: 6, to: &bytes)
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
        let bytes = whole.span
        var next = 0
        var letters = StoreLetters.absent
        if bytes.count > StoreLetters.count, bytes[StoreLetters.count] == Self.dash {
            guard let found = StoreLetters(whole.prefix(StoreLetters.count)) else { return nil }
            letters = found
            next = StoreLetters.count + 1
        }
        // "YYYYMMDD-NNNNNN-".
        guard bytes.count > next + 16, bytes[next + 8] == Self.dash, bytes[next + 15] == Self.dash
        else { return nil }
        var batch: Int64 = 0
        for place in 0..<15 where place != 8 {
            let digit = bytes[next + place] &- 0x30
            guard digit < 10 else { return nil }
            batch = batch * 10 + Int64(digit)
        }
        next += 16
        guard let record = Self.number(bytes, from: &next, atMost: .max), next < bytes.count else {
            return nil
        }
        next += 1
        let step = next
        while next < bytes.count, Self.isStepByte(bytes[next]) { next += 1 }
        guard next > step, next - step <= 32, next < bytes.count, bytes[next] == Self.dash else {
            return nil
        }
        let end = next
        next += 1
        guard let attempt = Self.number(bytes, from: &next, atMost: 999_999_999), next == bytes.count
        else { return nil }
        let first = whole.startIndex
        self.init(
            letters: letters, batch: BatchID(rawValue: batch), record: record,
            step: String(decoding: whole[first + step..<first + end], as: UTF8.self),
            attempt: Int(attempt))
    }

    private static let dash = UInt8(ascii: "-")

    /// Reads a token (`token`), whose step nobody says.
    package init?(token: ArraySlice<UInt8>) {
        guard let last = token.lastIndex(of: Self.dash),
            let whole = Reference(
                utf8: (token[..<last] + [Self.dash, UInt8(ascii: "x")] + token[last...])[...]),
            whole.letters != .absent
        else { return nil }
        self.init(
            letters: whole.letters, batch: whole.batch, record: whole.record, step: "", attempt: whole.attempt)
    }

    /// A number from 1, up to the end or a dash, where `place` is then.
    private static func number(_ text: Span<UInt8>, from place: inout Int, atMost limit: UInt32)
        -> UInt32?
    {
        guard place < text.count, text[place] != 0x30 else { return nil }
        let end = min(text.count, place + 11)
        var number: UInt64 = 0
        let first = place
        while place < end, text[place] != dash {
            let digit = text[place] &- 0x30
            guard digit < 10 else { return nil }
            number = number * 10 + UInt64(digit)
            place += 1
        }
        return place > first && place - first <= 10 && number <= UInt64(limit) ? UInt32(number) : nil
    }

    private static func isStepByte(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == UInt8(ascii: "_")
    }
}
