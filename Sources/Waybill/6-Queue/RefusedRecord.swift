/// A record that did not become a contact, as the day's report lists it.
///
/// Stored one after the other: record u32, flags u8 (1: duplicate), then id, address, code and reason, each a u16
/// length (little-endian) and that many bytes.
package struct RefusedRecord: Hashable, Sendable {
    package var record: UInt32
    package var isDuplicate: Bool
    package var id: [UInt8]
    /// Normalised if it could be read, else empty.
    package var address: [UInt8]
    /// The first violation's code.
    package var code: String
    /// All codes, where there are several.
    package var reason: String

    package init(
        record: UInt32, isDuplicate: Bool, id: [UInt8], address: [UInt8], code: String, reason: String
    ) {
        self.record = record
        self.isDuplicate = isDuplicate
        self.id = id
        self.address = address
        self.code = code
        self.reason = reason
    }

    static func encode(_ refusals: [RefusedRecord]) -> [UInt8] {
        var bytes: [UInt8] = []
        for refusal in refusals {
            ContactSegment.append(refusal.record, to: &bytes)
            bytes.append(refusal.isDuplicate ? 1 : 0)
            for text in [refusal.id, refusal.address, Array(refusal.code.utf8), Array(refusal.reason.utf8)] {
                let kept = text.prefix(0xFFFF)
                bytes.append(UInt8(truncatingIfNeeded: kept.count))
                bytes.append(UInt8(truncatingIfNeeded: kept.count >> 8))
                bytes.append(contentsOf: kept)
            }
        }
        return bytes
    }

    static func decode(_ bytes: [UInt8]) -> [RefusedRecord] {
        var refusals: [RefusedRecord] = []
        var position = 0
        func text() -> [UInt8] {
            let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
            defer { position += 2 + length }
            return Array(bytes[position + 2..<position + 2 + length])
        }
        while position < bytes.count {
            let record = ContactSegment.word(bytes, at: position)
            let isDuplicate = bytes[position + 4] == 1
            position += 5
            let id = text()
            let address = text()
            let code = String(decoding: text(), as: UTF8.self)
            let reason = String(decoding: text(), as: UTF8.self)
            refusals.append(
                RefusedRecord(
                    record: record, isDuplicate: isDuplicate, id: id, address: address, code: code, reason: reason))
        }
        return refusals
    }
}
