/// A record that did not become a contact: for the day's report, and for recognising it in a corrected drop.
///
/// Stored one after the other, all numbers little-endian:
///
///     record       u32
///     flags        u8       1: duplicate; 2: a fingerprint follows the texts
///     id, address, code, reason: each a u16 length and that many bytes
///     fingerprint  u64, u8 count, count × u32
///
/// Stores of earlier versions have no fingerprints.
package struct RefusedRecord: Hashable, Sendable {
    package var record: UInt32
    package var isDuplicate: Bool
    package var id: [UInt8]
    /// Normalised if it could be read, else empty.
    package var address: [UInt8]
    /// The first violation's code.
    package var code: String
    /// All codes, if there are several.
    package var reason: String
    /// What identifies it when it comes back corrected.
    package var fingerprint: RecordFingerprint?

    package init(
        record: UInt32, isDuplicate: Bool, id: [UInt8], address: [UInt8], code: String, reason: String,
        fingerprint: RecordFingerprint? = nil
    ) {
        self.record = record
        self.isDuplicate = isDuplicate
        self.id = id
        self.address = address
        self.code = code
        self.reason = reason
        self.fingerprint = fingerprint
    }

    static func encode(_ refusals: [RefusedRecord]) -> [UInt8] {
        var bytes: [UInt8] = []
        for refusal in refusals {
            let fingerprint = refusal.fingerprint.flatMap { $0.leftOut.count <= 0xFF ? $0 : nil }
            ContactSegment.append(refusal.record, to: &bytes)
            bytes.append((refusal.isDuplicate ? 1 : 0) | (fingerprint == nil ? 0 : 2))
            for text in [refusal.id, refusal.address, Array(refusal.code.utf8), Array(refusal.reason.utf8)] {
                let kept = text.prefix(0xFFFF)
                bytes.append(UInt8(truncatingIfNeeded: kept.count))
                bytes.append(UInt8(truncatingIfNeeded: kept.count >> 8))
                bytes.append(contentsOf: kept)
            }
            guard let fingerprint else { continue }
            ContactSegment.append(UInt32(truncatingIfNeeded: fingerprint.sum), to: &bytes)
            ContactSegment.append(UInt32(truncatingIfNeeded: fingerprint.sum >> 32), to: &bytes)
            bytes.append(UInt8(fingerprint.leftOut.count))
            for column in fingerprint.leftOut { ContactSegment.append(column, to: &bytes) }
        }
        return bytes
    }

    static func decode(_ bytes: [UInt8], of batch: BatchID) throws -> [RefusedRecord] {
        var refusals: [RefusedRecord] = []
        try forEach(in: bytes, of: batch) { refusals.append($0.refusal) }
        return refusals
    }

    /// Calls `body` with each stored record, without copying its texts. Bytes that end inside a record are damage.
    static func forEach(in bytes: [UInt8], of batch: BatchID, _ body: (Stored) -> Void) throws {
        var position = 0
        func need(_ count: Int) throws {
            guard position + count <= bytes.count else {
                throw StoreProblem.damaged(what: "the rejected records of batch \(batch)")
            }
        }
        func text() throws -> ArraySlice<UInt8> {
            try need(2)
            let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
            try need(2 + length)
            defer { position += 2 + length }
            return bytes[position + 2..<position + 2 + length]
        }
        while position < bytes.count {
            try need(5)
            let record = ContactSegment.word(bytes, at: position)
            let flags = bytes[position + 4]
            position += 5
            var stored = Stored(
                record: record, isDuplicate: flags & 1 != 0, id: try text(), address: try text(), code: try text(),
                reason: try text())
            if flags & 2 != 0 {
                try need(9)
                let low = UInt64(ContactSegment.word(bytes, at: position))
                let high = UInt64(ContactSegment.word(bytes, at: position + 4))
                let count = Int(bytes[position + 8])
                try need(9 + 4 * count)
                stored.fingerprint = RecordFingerprint(
                    sum: high << 32 | low,
                    leftOut: (0..<count).map { ContactSegment.word(bytes, at: position + 9 + 4 * $0) })
                position += 9 + 4 * count
            }
            body(stored)
        }
    }

    /// A record inside its blob.
    struct Stored {
        let record: UInt32
        let isDuplicate: Bool
        let id: ArraySlice<UInt8>
        let address: ArraySlice<UInt8>
        let code: ArraySlice<UInt8>
        let reason: ArraySlice<UInt8>
        var fingerprint: RecordFingerprint?

        var refusal: RefusedRecord {
            RefusedRecord(
                record: record, isDuplicate: isDuplicate, id: Array(id), address: Array(address),
                code: String(decoding: code, as: UTF8.self), reason: String(decoding: reason, as: UTF8.self),
                fingerprint: fingerprint)
        }
    }
}
