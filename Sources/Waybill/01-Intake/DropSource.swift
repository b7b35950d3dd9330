import SystemIO

/// The bytes of a claimed drop: read once, hashed as stored, and decompressed if they are gzip.
package struct DropSource {
    private let file: DropFile
    private var hash = SHA256()
    private var contentHash = SHA256()
    /// The digest of the decompressed content; nil if the drop is not compressed, or was not read to its end.
    package private(set) var contentDigest: [UInt8]?
    private var gzip: GzipReader?
    private var raw: [UInt8] = []
    private var rawPosition = 0
    private var isAtEnd = false
    private let limits: Configuration.Limits
    package private(set) var bytesRead: Int64 = 0
    package private(set) var isCompressed = false

    package init(path: String, limits: Configuration.Limits) throws {
        try self.init(try DropFile(path: path), limits: limits)
    }

    /// Starts at the beginning of the file, whoever else reads it.
    package init(_ file: DropFile, limits: Configuration.Limits) throws {
        self.file = file
        self.limits = limits
        guard file.size <= limits.dropBytes else {
            throw RefusedDrop(
                .tooLarge, "the file has \(file.size) bytes, limits.dropBytes allows \(limits.dropBytes); split it")
        }
        guard file.size > 0 else { throw RefusedDrop(.empty, "the file has no bytes") }
    }

    /// The next bytes of the content, about `count` of them, and whether they are the last.
    ///
    /// - Parameter kept: what the caller has kept of the bytes before; those returned begin with it.
    package mutating func next(
        upTo count: Int, behind kept: [UInt8] = []
    ) throws -> (bytes: [UInt8], isLast: Bool) {
        if bytesRead == 0 {
            try fill(count)
            isCompressed = raw.starts(with: [0x1F, 0x8B])
            if isCompressed { gzip = GzipReader() }
        } else if !isCompressed {
            try fill(count, behind: kept)
        }
        if isCompressed { return try inflate(count, behind: kept) }
        // Handed over, so that the caller may change it in place.
        let bytes = raw
        raw = []
        return (bytes, isAtEnd)
    }

    /// The digest of the whole file; first reads what was left unread.
    package mutating func finish() throws -> [UInt8] {
        while !isAtEnd { try fill(1 << 20) }
        try file.checkUnchanged()
        return hash.finish()
    }

    private mutating func fill(_ count: Int, behind kept: [UInt8] = []) throws {
        let end = kept.count + count
        let start = bytesRead - Int64(kept.count)
        raw = Self.room(count, behind: kept)
        rawPosition = 0
        while raw.count < end {
            let position = start + Int64(raw.count)
            // A file that grows while it is read would never end.
            guard position <= file.size, try file.read(at: position, into: &raw, atMost: end - raw.count) > 0 else {
                isAtEnd = true
                break
            }
        }
        hash.update(raw[Int(bytesRead - start)...])
        bytesRead = start + Int64(raw.count)
    }

    /// Some bytes with room for `count` more, and for the unquoted values behind these.
    private static func room(_ count: Int, behind kept: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(kept.count + count + count / 16)
        bytes.append(contentsOf: kept)
        return bytes
    }

    private mutating func inflate(
        _ count: Int, behind kept: [UInt8]
    ) throws -> (bytes: [UInt8], isLast: Bool) {
        let start = kept.count
        let end = start + count
        var output = Self.room(count, behind: kept)
        while output.count < end {
            if rawPosition == raw.count {
                if isAtEnd { break }
                try fill(count)
            }
            do {
                rawPosition += try gzip?.decompress(raw[rawPosition...], into: &output, limit: count) ?? 0
            } catch {
                let block = bytesRead - Int64(raw.count - rawPosition)
                throw RefusedDrop(
                    .truncated,
                    "the gzip data is damaged, or something else follows it, behind byte \(block) of the file; compress it "
                        + "anew and drop it again")
            }
            try refuseBomb()
        }
        let isLast = isAtEnd && rawPosition == raw.count && output.count < end
        contentHash.update(output[start...])
        if isLast {
            contentDigest = contentHash.finish()
            do {
                try gzip?.finish()
            } catch {
                throw RefusedDrop(.truncated, "the gzip data ends in the middle; copy the whole file and drop it again")
            }
            try refuseBomb(isLast: true)
        }
        return (output, isLast)
    }

    /// Before the end of the file, the ratio over a few blocks means nothing: short runs of one letter compress a
    /// thousandfold.
    private func refuseBomb(isLast: Bool = false) throws {
        guard let gzip, isLast || gzip.bytesOut > 16 << 20 else { return }
        if gzip.bytesOut / Int64(max(1, gzip.bytesIn)) > Int64(limits.gzipRatio) {
            throw RefusedDrop(
                .bomb, "the gzip data grows more than \(limits.gzipRatio)-fold (limits.gzipRatio); drop it uncompressed"
            )
        }
        if gzip.bytesOut > limits.dropBytes {
            throw RefusedDrop(
                .tooLarge, "decompressed it has more than limits.dropBytes (\(limits.dropBytes)); split it")
        }
    }
}
