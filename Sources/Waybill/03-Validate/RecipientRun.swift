/// A sorted run of recipients in the spill: twelve bytes each, the key and then the record number, little-endian.
struct RecipientRun {
    static let entryBytes = 12
    /// 256 entries, 3 KiB: one read answers a look-up, and the fences take 1/32 byte per recipient.
    static let blockEntries = 256
    /// 4,096 entries, 48 KiB: for reading and writing from end to end.
    static let streamEntries = 4_096

    let offset: Int64
    let count: Int
    /// How many times its entries were merged; runs of one level are about equally long.
    let level: Int
    /// The first key of each block.
    let fences: [UInt64]

    /// The record that has a key; nil if this run lacks the key.
    func record(of key: UInt64, in spill: any RecipientSpill) throws -> UInt32? {
        var low = 0
        var high = fences.count
        while low < high {
            let middle = (low + high) / 2
            if fences[middle] <= key { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return nil }
        let first = (low - 1) * Self.blockEntries
        let entries = min(Self.blockEntries, count - first)
        let block = try Self.read(entries, at: offset + Int64(first * Self.entryBytes), from: spill)
        low = 0
        high = entries
        while low < high {
            let middle = (low + high) / 2
            let entry = Self.entry(middle, of: block)
            if entry.key == key { return entry.record }
            if entry.key < key { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    static func read(_ entries: Int, at offset: Int64, from spill: any RecipientSpill) throws -> [UInt8] {
        let bytes = try spill.read(at: offset, count: entries * entryBytes)
        guard bytes.count == entries * entryBytes else {
            throw ShortSpill(offset: offset, wanted: entries * entryBytes, got: bytes.count)
        }
        return bytes
    }

    @inline(__always)
    static func entry(_ index: Int, of block: [UInt8]) -> RecipientEntry {
        // Safe: the loads are checked against the block's bounds, and every bit pattern is an integer.
        let bytes = unsafe block.span.bytes
        let key = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index * entryBytes, as: UInt64.self)
        let record = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index * entryBytes + 8, as: UInt32.self)
        return RecipientEntry(key: UInt64(littleEndian: key), record: UInt32(littleEndian: record))
    }

    /// Writes a run entry by entry.
    struct Writer {
        private let spill: any RecipientSpill
        private var buffer: [UInt8] = []
        private var offset: Int64?
        private var fences: [UInt64] = []
        private var count = 0

        init(to spill: any RecipientSpill) {
            self.spill = spill
            buffer.reserveCapacity(streamEntries * entryBytes)
        }

        mutating func append(_ entry: RecipientEntry) throws {
            if count % blockEntries == 0 { fences.append(entry.key) }
            count += 1
            for shift in stride(from: 0 as UInt64, to: 64, by: 8) {
                buffer.append(UInt8(truncatingIfNeeded: entry.key >> shift))
            }
            for shift in stride(from: 0 as UInt32, to: 32, by: 8) {
                buffer.append(UInt8(truncatingIfNeeded: entry.record >> shift))
            }
            if buffer.count == streamEntries * entryBytes { try flush() }
        }

        mutating func finish(level: Int) throws -> RecipientRun {
            try flush()
            return RecipientRun(offset: offset ?? 0, count: count, level: level, fences: fences)
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
