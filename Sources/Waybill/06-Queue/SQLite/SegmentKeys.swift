import SystemIO

/// Which segments of a large batch may have somebody, in a file beside its `SegmentFile`: whoever looks for one person
/// among all contacts reads a few segments and not every one.
///
///     state/waybill.db-segments/20261127-000001.keys
///
/// It is made when there is nothing else to do, and only helps: where it is missing, damaged or another batch's, all
/// segments are read.
///
///     magic, the batch: Int64, the name of its claim, hashed: UInt64, CRC-32C of these
///     for each group of up to 64 segments:
///       segments: UInt32, pieces: UInt32, number of each segment: UInt32, CRC-32C of these
///       pieces: 32 bytes for each segment, and the CRC-32C of these
///     a group of no segments and no pieces
///
/// A key has one piece and, for each segment, eight of its 256 bits. All of them are set in the segments that have the
/// key; in one of some thousand others, too. Integers are little-endian.
enum SegmentKeys {
    /// What the file of a batch begins with: one that was copied from another, or that an older program wrote, counts
    /// for nothing.
    struct Heading {
        fileprivate let bytes: [UInt8]

        init(of batch: BatchRow) {
            var bytes = Array("WBKEYS2\n".utf8)
            let claim = RecipientKey.digest(Array(batch.token.utf8).span, foldingCase: false)
            for word in [UInt64(bitPattern: batch.id.rawValue), claim] {
                SegmentKeys.append(UInt32(truncatingIfNeeded: word), to: &bytes)
                SegmentKeys.append(UInt32(truncatingIfNeeded: word >> 32), to: &bytes)
            }
            self.bytes = SegmentKeys.summed(bytes)
        }

        func stands(in path: String) throws -> Bool {
            guard try Files.exists(path) else { return false }
            return try SegmentKeys.read(OpenFile(reading: path), at: 0, count: bytes.count) == bytes
        }
    }

    private static let segmentsOfGroup = 64
    private static let bytesOfPiece = 32
    /// Bits for each key.
    private static let room = 24

    static func path(of batch: BatchID, store: String) -> String {
        SegmentFile.path(of: batch, store: store) + ".keys"
    }

    /// Removes the files of batches that have no other any more, and what a crash left of one that was being written.
    static func removeLeftovers(store: String) throws {
        let folder = SegmentFile.folder(store)
        guard try Files.exists(folder) else { return }
        let names = Set(try Files.list(folder))
        for name in names {
            let isWritten = name.hasSuffix(".keys") && !names.contains(String(name.dropLast(5)))
            if isWritten || name.hasPrefix(".") && name.hasSuffix(".tmp") { try Files.remove(folder + "/" + name) }
        }
    }

    // MARK: - Writing

    /// Writes the file of a batch, whose segments are added in order.
    struct Writer {
        private let file: DurableFileWriter
        private var numbers: [UInt32] = []
        private var keys: [[UInt64]] = []

        init(_ heading: Heading, path: String) throws {
            file = try DurableFileWriter(path: path, mode: 0o600)
            try file.write(heading.bytes)
        }

        mutating func add(_ id: SegmentID, _ keys: [UInt64]) throws {
            numbers.append(UInt32(id.number))
            self.keys.append(keys)
            if numbers.count == SegmentKeys.segmentsOfGroup { try endGroup() }
        }

        mutating func commit() throws {
            try endGroup()
            try file.write(SegmentKeys.summed([UInt8](repeating: 0, count: 8)))
            try file.commit()
        }

        private mutating func endGroup() throws {
            guard !numbers.isEmpty else { return }
            let most = keys.map(\.count).max() ?? 0
            let pieces = most * SegmentKeys.room / (8 * SegmentKeys.bytesOfPiece) + 1
            let length = numbers.count * SegmentKeys.bytesOfPiece
            var bits = [UInt8](repeating: 0, count: pieces * length)
            for (place, keys) in keys.enumerated() {
                for key in keys {
                    let start = SegmentKeys.piece(of: key, among: pieces) * length + place * SegmentKeys.bytesOfPiece
                    SegmentKeys.forEachBit(of: key) { byte, bit in bits[start + byte] |= bit }
                }
            }
            var head: [UInt8] = []
            for number in [UInt32(numbers.count), UInt32(pieces)] + numbers { SegmentKeys.append(number, to: &head) }
            try file.write(SegmentKeys.summed(head))
            for piece in 0..<pieces {
                try file.write(SegmentKeys.summed(Array(bits[piece * length..<(piece + 1) * length])))
            }
            numbers.removeAll(keepingCapacity: true)
            keys.removeAll(keepingCapacity: true)
        }
    }

    // MARK: - Reading

    /// The numbers of the segments that may have one of these keys, rising; nil where the file does not tell.
    static func segments(mayHave keys: Set<UInt64>, in path: String, _ heading: Heading) throws -> [Int]? {
        guard try heading.stands(in: path) else { return nil }
        let file = try OpenFile(reading: path)
        let end = try file.status().size
        var place = Int64(heading.bytes.count)
        var found: [Int] = []
        while let head = try read(file, at: place, count: 8) {
            let (count, pieces) = (Int(word(head, at: 0)), Int(word(head, at: 4)))
            guard count <= segmentsOfGroup, let named = try sound(read(file, at: place, count: 12 + 4 * count)) else {
                return nil
            }
            place += Int64(12 + 4 * count)
            if count == 0 { return place == end ? found : nil }
            guard pieces > 0 else { return nil }
            let length = count * bytesOfPiece + 4
            guard place + Int64(pieces * length) <= end else { return nil }
            var has = [Bool](repeating: false, count: count)
            for key in keys {
                let start = place + Int64(piece(of: key, among: pieces) * length)
                guard let piece = try sound(read(file, at: start, count: length)) else { return nil }
                for segment in 0..<count where !has[segment] {
                    var isThere = true
                    forEachBit(of: key) { byte, bit in
                        if piece[segment * bytesOfPiece + byte] & bit == 0 { isThere = false }
                    }
                    has[segment] = isThere
                }
            }
            for segment in 0..<count where has[segment] { found.append(Int(word(named, at: 8 + 4 * segment))) }
            place += Int64(pieces * length)
        }
        return nil
    }

    private static func read(_ file: OpenFile, at place: Int64, count: Int) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let more = try file.read(at: place + Int64(bytes.count), into: &bytes, atMost: count - bytes.count)
            if more == 0 { return nil }
        }
        return bytes
    }

    // MARK: - Layout

    /// Keys are mixed already: their upper half says the piece, all of them the bits.
    private static func piece(of key: UInt64, among pieces: Int) -> Int {
        Int(((key >> 32) * UInt64(pieces)) >> 32)
    }

    @inline(__always)
    private static func forEachBit(of key: UInt64, _ body: (Int, UInt8) -> Void) {
        var rest = (key ^ key >> 32) &* 0x9E37_79B9_7F4A_7C15
        for _ in 0..<8 {
            body(Int(rest >> 3 & 31), 1 << UInt8(rest & 7))
            rest >>= 8
        }
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    private static func word(_ bytes: [UInt8], at place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * $1) }
    }

    private static func summed(_ bytes: [UInt8]) -> [UInt8] {
        var all = bytes
        append(Checksum.of(bytes), to: &all)
        return all
    }

    /// Bytes without the sum behind them; nil where it does not fit.
    private static func sound(_ bytes: [UInt8]?) -> [UInt8]? {
        guard let bytes else { return nil }
        let content = Array(bytes.dropLast(4))
        return word(bytes, at: content.count) == Checksum.of(content) ? content : nil
    }
}

extension SQLiteStore {
    package func batchWithoutKeys(except tried: Set<BatchID>) throws -> BatchID? {
        // Notes only help: where the folder cannot be listed there are none.
        let batches = (try? SegmentFile.batches(store: database.path)) ?? []
        for id in batches.sorted() {
            guard !tried.contains(id), let batch = try bareBatch(id), batch.status == .visible else { continue }
            let path = SegmentKeys.path(of: id, store: database.path)
            if try !SegmentKeys.Heading(of: batch).stands(in: path) { return id }
        }
        return nil
    }

    package func noteKeys(of batch: BatchID) throws {
        guard let row = try bareBatch(batch) else { return }
        let columns = RecipientKeys.columns(of: row.schema)
        let id = row.schema.position(of: .id)
        var writer = try SegmentKeys.Writer(
            SegmentKeys.Heading(of: row), path: SegmentKeys.path(of: batch, store: database.path))
        var keys: [UInt64] = []
        try forEachSegment(of: batch) { segment in
            keys.removeAll(keepingCapacity: true)
            for index in 0..<segment.contacts.count {
                RecipientKeys.forEachKey(of: segment.contacts, at: index, in: columns) { keys.append($0) }
                guard let id else { continue }
                let value = segment.contacts.value(at: index, column: id)
                if value.isEmpty { continue }
                let (written, key, looseKey) = (
                    RecipientKey.id(value.span), IDForm.key(value.span), IDForm.looseKey(value.span)
                )
                if key != written { keys.append(key) }
                if looseKey != key { keys.append(looseKey) }
            }
            try writer.add(segment.id, keys)
        }
        try writer.commit()
    }

    package func segments(of batch: BatchID, mayHave keys: Set<UInt64>) throws -> [SegmentID]? {
        guard let row = try bareBatch(batch) else { return nil }
        let path = SegmentKeys.path(of: batch, store: database.path)
        // Notes that cannot be read help nobody.
        return (try? SegmentKeys.segments(mayHave: keys, in: path, SegmentKeys.Heading(of: row)))?.map {
            SegmentID(batch: batch, number: $0)
        }
    }
}
