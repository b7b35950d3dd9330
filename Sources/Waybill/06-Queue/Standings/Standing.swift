/// Where one contact stands: the part of a contact that changes, apart from its immutable values.
///
/// It has 36 little-endian bytes (`Standings` shows the layout for a segment):
///
///      0 state       1 stage      2 attempts   3 attempts in the step
///      4 step   u32  8 code  u32 12 reason u32      ids of names (0: none)
///     16 parcel u32                                  the one it waits or travels in
///     20 last attempt  i64 ms                        0: none
///     28 changed       i64 ms                        when it came into this state
///
/// If a segment has no row, all its contacts are as `init()` makes them.
package struct Standing: Hashable, Sendable {
    package var state = ContactState.pending
    package var stage = ContactStage.dispatch
    /// Across all steps, at most 255.
    package var attempts: UInt8 = 0
    package var stepAttempts: UInt8 = 0
    package var step: NameID = .none
    package var code: NameID = .none
    package var reason: NameID = .none
    package var parcel: UInt32 = 0
    package var lastAttemptAt = Timestamp(milliseconds: 0)
    package var changedAt = Timestamp(milliseconds: 0)

    package static let size = 36

    package init() {}

    /// The standing at `offset` in bytes that `Standings` has checked.
    init(_ bytes: [UInt8], at offset: Int) {
        guard let state = ContactState(rawValue: bytes[offset]), let stage = ContactStage(rawValue: bytes[offset + 1])
        else { preconditionFailure("a standing was not checked") }
        self.state = state
        self.stage = stage
        attempts = bytes[offset + 2]
        stepAttempts = bytes[offset + 3]
        step = NameID(rawValue: ContactSegment.word(bytes, at: offset + 4))
        code = NameID(rawValue: ContactSegment.word(bytes, at: offset + 8))
        reason = NameID(rawValue: ContactSegment.word(bytes, at: offset + 12))
        parcel = ContactSegment.word(bytes, at: offset + 16)
        lastAttemptAt = Timestamp(milliseconds: Self.long(bytes, at: offset + 20))
        changedAt = Timestamp(milliseconds: Self.long(bytes, at: offset + 28))
    }

    /// Whether the bytes at `offset` are a valid standing.
    static func isWhole(in bytes: [UInt8], at offset: Int) -> Bool {
        ContactState(rawValue: bytes[offset]) != nil && ContactStage(rawValue: bytes[offset + 1]) != nil
    }

    /// Whether the bytes at `offset` equal this standing: compares first what mostly differs.
    func stands(in bytes: [UInt8], at offset: Int) -> Bool {
        ContactSegment.word(bytes, at: offset + 12) == reason.rawValue
            && ContactSegment.word(bytes, at: offset + 16) == parcel && bytes[offset] == state.rawValue
            && Self.long(bytes, at: offset + 28) == changedAt.milliseconds
            && Self.long(bytes, at: offset + 20) == lastAttemptAt.milliseconds
            && ContactSegment.word(bytes, at: offset + 4) == step.rawValue
            && ContactSegment.word(bytes, at: offset + 8) == code.rawValue
            && (bytes[offset + 1], bytes[offset + 2], bytes[offset + 3]) == (stage.rawValue, attempts, stepAttempts)
    }

    static func encode(_ standings: [Standing]) -> [UInt8] {
        // Safe: each standing writes its own `size` bytes, all of them, within the capacity.
        unsafe [UInt8](unsafeUninitializedCapacity: standings.count * size) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            for index in standings.indices {
                unsafe standings[index].store(in: UnsafeMutableRawBufferPointer(rebasing: raw[(index * size)...]))
            }
            count = standings.count * size
        }
    }

    /// Overwrites the bytes from `offset` on with the standing.
    func store(in bytes: inout [UInt8], at offset: Int) {
        // Safe: the range is checked, and holds a standing.
        unsafe bytes[offset..<offset + Self.size].withUnsafeMutableBytes { unsafe store(in: $0) }
    }

    /// Writes the standing at the start of `raw`. Safe if it has enough room.
    @inline(__always)
    private func store(in raw: UnsafeMutableRawBufferPointer) {
        unsafe raw.storeBytes(of: state.rawValue, as: UInt8.self)
        unsafe raw.storeBytes(of: stage.rawValue, toByteOffset: 1, as: UInt8.self)
        unsafe raw.storeBytes(of: attempts, toByteOffset: 2, as: UInt8.self)
        unsafe raw.storeBytes(of: stepAttempts, toByteOffset: 3, as: UInt8.self)
        unsafe raw.storeBytes(of: step.rawValue.littleEndian, toByteOffset: 4, as: UInt32.self)
        unsafe raw.storeBytes(of: code.rawValue.littleEndian, toByteOffset: 8, as: UInt32.self)
        unsafe raw.storeBytes(of: reason.rawValue.littleEndian, toByteOffset: 12, as: UInt32.self)
        unsafe raw.storeBytes(of: parcel.littleEndian, toByteOffset: 16, as: UInt32.self)
        unsafe raw.storeBytes(of: lastAttemptAt.milliseconds.littleEndian, toByteOffset: 20, as: Int64.self)
        unsafe raw.storeBytes(of: changedAt.milliseconds.littleEndian, toByteOffset: 28, as: Int64.self)
    }

    private static func long(_ bytes: [UInt8], at offset: Int) -> Int64 {
        Int64(ContactSegment.word(bytes, at: offset)) | Int64(ContactSegment.word(bytes, at: offset + 4)) << 32
    }
}
