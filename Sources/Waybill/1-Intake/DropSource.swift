import SystemIO

/// The bytes of a claimed drop: read once, hashed as they lie, and decompressed when they are gzip.
package struct DropSource {
    private let file: OpenFile
    private var hash = SHA256()
    private var gzip: GzipReader?
    private var raw: [UInt8] = []
    private var rawPosition = 0
    private var isAtEnd = false
    private let limits: Configuration.Limits
    package private(set) var bytesRead: Int64 = 0
    package private(set) var isCompressed = false

    /// Opens the file without following links; refuses what is not a plain file.
    package init(path: String, limits: Configuration.Limits) throws {
        self.limits = limits
        let status: FileStatus
        do {
            if let kind = try FileStatus.of(path)?.kind, kind != .regular { throw Self.notAFile }
            file = try OpenFile(reading: path)
            status = try file.status()
        } catch let error as SystemError {
            throw RefusedDrop(
                .unreadable, "the file cannot be read (\(error)); check its permissions and drop it again")
        }
        guard status.mode & 0o6000 == 0 else { throw Self.notAFile }
        guard status.size <= limits.dropBytes else {
            throw RefusedDrop(
                .tooLarge, "the file has \(status.size) bytes, limits.dropBytes allows \(limits.dropBytes); split it")
        }
        guard status.size > 0 else { throw RefusedDrop(.empty, "the file has no bytes") }
        file.adviseSequential()
    }

    private static let notAFile = RefusedDrop(
        .notAFile,
        "only plain files are taken, no links, folders or devices, and none with a set-user-id or set-group-id bit; "
            + "drop a copy")

    /// The next bytes of the content, about `count` of them, and whether they are the last.
    package mutating func next(upTo count: Int) throws -> (bytes: [UInt8], isLast: Bool) {
        if bytesRead == 0 {
            try fill(count)
            isCompressed = raw.starts(with: [0x1F, 0x8B])
            if isCompressed { gzip = GzipReader() }
        } else if !isCompressed {
            try fill(count)
        }
        return isCompressed ? try inflate(count) : (raw, isAtEnd)
    }

    /// The digest of the whole file; reads to the end what was left unread.
    package mutating func finish() throws -> [UInt8] {
        while !isAtEnd { try fill(1 << 20) }
        return hash.finish()
    }

    private mutating func fill(_ count: Int) throws {
        raw = []
        raw.reserveCapacity(count)
        rawPosition = 0
        do {
            while raw.count < count {
                if try file.read(into: &raw, atMost: count - raw.count) == 0 {
                    isAtEnd = true
                    break
                }
            }
        } catch {
            throw RefusedDrop(.unreadable, "the file could not be read to its end (\(error)); drop it again")
        }
        bytesRead += Int64(raw.count)
        hash.update(raw)
    }

    private mutating func inflate(_ count: Int) throws -> (bytes: [UInt8], isLast: Bool) {
        var output: [UInt8] = []
        output.reserveCapacity(count)
        while output.count < count {
            if rawPosition == raw.count {
                if isAtEnd { break }
                try fill(count)
            }
            do {
                rawPosition += try gzip?.decompress(raw[rawPosition...], into: &output, limit: count) ?? 0
            } catch {
                throw RefusedDrop(
                    .truncated, "the gzip data is damaged (\(error)); compress the file and drop it again")
            }
            try refuseBomb()
        }
        let isLast = isAtEnd && rawPosition == raw.count && output.count < count
        if isLast {
            do {
                try gzip?.finish()
            } catch {
                throw RefusedDrop(.truncated, "the gzip data ends in the middle; copy the whole file and drop it again")
            }
        }
        return (output, isLast)
    }

    /// A ratio over a few blocks means nothing yet: short runs of one letter compress a thousandfold.
    private func refuseBomb() throws {
        guard let gzip, gzip.bytesOut > 16 << 20 else { return }
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
