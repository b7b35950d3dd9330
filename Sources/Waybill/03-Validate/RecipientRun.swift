/// A sorted run of recipients in the spill: twelve bytes each, the key and then the record number, little-endian; with
/// checks four more.
struct RecipientRun {
    /// 256 entries, 3 KiB: one read answers a look-up, and the fences take 1/32 byte per recipient.
    static let blockEntries = 256
    /// 4,096 entries, 48 KiB: for reading and writing from end to end.
    static let streamEntries = 4_096

    let offset: Int64
    let count: Int
    /// How many times its entries were merged; runs of one level are about equally long.
    let level: Int
    let hasChecks: Bool
    /// The first entry of each block.
    let fences: [RecipientEntry]
    var entryBytes: Int { Self.entryBytes(hasChecks) }

    static func entryBytes(_ hasChecks: Bool) -> Int { hasChecks ? 16 : 12 }

    /// The record that has a key with this check; nil if this run lacks it.
    func record(of key: UInt64, check: UInt32, in spill: any RecipientSpill) throws -> UInt32? {
        let wanted = RecipientEntry(key: key, record: .max, check: check)
        var low = 0
        var high = fences.count
        while low < high {
            let middle = (low + high) / 2
            if fences[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let first = (low - 1) * Self.blockEntries
        let entries = min(Self.blockEntries, count - first)
        let block = try read(entries, from: first, of: spill)
        low = 0
        high = entries
        while low < high {
            let middle = (low + high) / 2
            let entry = entry(middle, of: block)
            if entry.key == key, entry.check == check { return entry.record }
            if entry < wanted { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    func read(_ entries: Int, from first: Int, of spill: any RecipientSpill) throws -> [UInt8] {
        let (offset, size) = (offset + Int64(first * entryBytes), entries * entryBytes)
        let bytes = try spill.read(at: offset, count: size)
        guard bytes.count == size else { throw ShortSpill(offset: offset, wanted: size, got: bytes.count) }
        return bytes
    }

    @inline(__always)
    func entry(_ index: Int, of block: [UInt8]) -> RecipientEntry {
        // Safe: the loads are checked against the block's bounds, and every bit pattern is an integer.
        let bytes = unsafe block.span.bytes
        let place = index * entryBytes
        let key = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)
        let record = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place + 8, as: UInt32.self)
        let check = hasChecks ? unsafe bytes.unsafeLoadUnaligned(fromByteOffset: place + 12, as: UInt32.self) : 0
        return RecipientEntry(
            key: UInt64(littleEndian: key), record: UInt32(littleEndian: record), check: UInt32(littleEndian: check))
    }

    /// Writes a run entry by entry.
    struct Writer {
        private let spill: any RecipientSpill
        private var buffer: [UInt8] = []
        private var offset: Int64?
        private var fences: [RecipientEntry] = []
        private var count = 0
        private let hasChecks: Bool
        private let most: Int

        init(to spill: any RecipientSpill, hasChecks: Bool) {
            self.spill = spill
            self.hasChecks = hasChecks
            most = streamEntries * entryBytes(hasChecks)
            buffer.reserveCapacity(most)
        }

        mutating func append(_ entry: RecipientEntry) throws {
            if count % blockEntries == 0 { fences.append(entry) }
            count += 1
            for shift in stride(from: 0 as UInt64, to: 64, by: 8) {
                buffer.append(UInt8(truncatingIfNeeded: entry.key >> shift))
            }
            for shift in stride(from: 0 as UInt32, to: 32, by: 8) {
                buffer.append(UInt8(truncatingIfNeeded: entry.record >> shift))
            }
            if hasChecks {
                for shift in stride(from: 0 as UInt32, to: 32, by: 8) {
                    buffer.append(UInt8(truncatingIfNeeded: entry.check >> shift))
                }
            }
            if buffer.count == most { try flush() }
        }

        mutating func finish(level: Int) throws -> RecipientRun {
            try flush()
            return RecipientRun(
                offset: offset ?? 0, count: count, level: level, hasChecks: hasChecks, fences: fences)
        }

        private mutating func flush() throws {
            guard !buffer.isEmpty else { return }
            let start = try spill.append(buffer)
            // Runs are written one at a time, so the pieces of a run are adjacent.
            if offset == nil { offset = start }
            buffer.removeAll(keepingCapacity: true)
        }
    }
}
