import SystemIO

/// Compresses the archived originals of drops, one after the other and while there is nothing else to do, once it was
/// looked a last time whether a sender wrote on (`ArchiveCheck`).
///
/// An original goes only after its compressed copy is durable and was read back: what is in it has the digest that the
/// drop was taken with. Whatever is killed in the middle, the original or the whole copy is there, under its name or
/// with `.gz` behind it. What somebody changed stays as it is.
final class ArchiveCompression {
    private let context: WorkContext
    /// Rings when a file is done.
    private let bell: Bell
    private var errand: Errand?
    /// Monotonic milliseconds: after an error it is tried again then.
    private var pausedUntil: Int64 = 0

    /// A smaller file takes a block of the disk in either form.
    private static let leastBytes = 4_096
    private static let atOnce = 200
    private static let pause: Int64 = 600_000

    init(_ context: WorkContext, bell: Bell) {
        self.context = context
        self.bell = bell
    }

    private var store: any Store { context.store }

    /// Where copies are made; a start removes what is left there.
    static let partName = "compressing.part"

    /// Ends what is done and begins the next file; returns whether one is being compressed.
    func go(isIdle: Bool) throws -> Bool {
        if let errand {
            guard let outcome = errand.outcome else { return true }
            self.errand = nil
            try end(errand, outcome)
        }
        guard context.configuration.compressesArchive, !context.isRehearsal, isIdle,
            context.monotonic() >= pausedUntil
        else { return false }
        return try begin()
    }

    private func begin() throws -> Bool {
        guard let checked = try position(.archiveChecked) else { return false }
        let last = try position(.archiveCompressed) ?? BatchID(rawValue: 0)
        guard last < checked else { return false }
        var done = last
        defer { if done > last { try? note(done) } }
        for batch in try store.batches(after: last, claimedUntil: context.now, limit: Self.atOnce) {
            guard batch.id <= checked else { return false }
            if let digest = batch.sha256, batch.status != .refused {
                let path = Publisher.archived(batch, in: context)
                do throws(SystemError) {
                    if try canShrink(path) {
                        errand = Errand(batch.id, path, digest, by: context.state(Self.partName), bell)
                        return true
                    }
                } catch {
                    postpone(path, "\(error)")
                    return false
                }
            }
            done = batch.id
        }
        // The rest with the next look.
        return false
    }

    private func position(_ key: SettingKey) throws -> BatchID? {
        try store.setting(key).flatMap { Int64(String(decoding: $0, as: UTF8.self)) }.map(BatchID.init(rawValue:))
    }

    private func note(_ batch: BatchID) throws {
        try store.transiently { try store.set(.archiveCompressed, to: Array(String(batch.rawValue).utf8)) }
    }

    private func canShrink(_ path: String) throws(SystemError) -> Bool {
        guard let status = try FileStatus.of(path), status.kind == .regular, status.size > Self.leastBytes,
            Files.name(of: path).utf8.count <= 252
        else { return false }
        var start: [UInt8] = []
        try OpenFile(reading: path).read(at: 0, into: &start, atMost: 2)
        return start != [0x1F, 0x8B]
    }

    private func end(_ errand: Errand, _ outcome: Outcome) throws {
        let part = context.state(Self.partName)
        switch outcome {
        case .smaller:
            do {
                try Files.moveDurably(part, to: errand.path + ".gz")
                try Files.remove(errand.path)
                try Files.syncFolder(Files.folder(of: errand.path))
            } catch {
                return postpone(errand.path, "\(error)")
            }
        case .asLarge, .changed:
            if try Files.exists(part) { try Files.remove(part) }
        case .failed(let why): return postpone(errand.path, why)
        }
        try note(errand.batch)
    }

    private func postpone(_ path: String, _ why: String) {
        pausedUntil = context.monotonic() + Self.pause
        context.log.warning(
            "archive.uncompressed", ["file": .text(context.workspace.relative(path)), "error": .text(why)])
    }

    private enum Outcome: Sendable {
        case smaller
        /// The copy would take as much room.
        case asLarge
        /// The file is not what was taken.
        case changed
        case failed(String)
    }

    /// One file, compressed on a thread of its own.
    private struct Errand {
        let batch: BatchID
        let path: String
        private let done = BoundedQueue<Outcome>(capacity: 1)

        init(_ batch: BatchID, _ path: String, _ digest: [UInt8], by part: String, _ bell: Bell) {
            self.batch = batch
            self.path = path
            _ = Worker.start(name: "archive") { [done] in
                defer { bell.ring() }
                do {
                    done.push(try Self.compress(path, digest, to: part))
                } catch {
                    done.push(.failed("\(error)"))
                }
            }
        }

        /// Nil while it is under way.
        var outcome: Outcome? {
            if case .element(let outcome) = done.pop(waitingAtMost: 0) { outcome } else { nil }
        }

        private static func compress(_ path: String, _ digest: [UInt8], to part: String) throws -> Outcome {
            let source = try OpenFile(reading: path)
            source.adviseSequential()
            let writer = try ParallelGzipWriter(path: part, threads: 1, mode: 0o600)
            var hash = SHA256()
            var buffer: [UInt8] = []
            while try source.read(into: &buffer, atMost: 1 << 20) > 0 {
                hash.update(buffer)
                try writer.write(buffer)
                buffer.removeAll(keepingCapacity: true)
            }
            guard hash.finish() == digest else { return .changed }
            try writer.commit()
            if writer.bytesOut >= writer.bytesIn { return .asLarge }
            guard try unpackedDigest(part) == digest else {
                return .failed("the copy does not unpack to what was compressed")
            }
            return .smaller
        }

        private static func unpackedDigest(_ path: String) throws -> [UInt8] {
            let file = try OpenFile(reading: path)
            let reader = GzipReader()
            var hash = SHA256()
            var packed: [UInt8] = []
            var bytes: [UInt8] = []
            while try file.read(into: &packed, atMost: 1 << 18) > 0 {
                var rest = packed[...]
                while !rest.isEmpty {
                    rest = rest.dropFirst(try reader.decompress(rest, into: &bytes, limit: 1 << 20))
                    hash.update(bytes)
                    bytes.removeAll(keepingCapacity: true)
                }
                packed.removeAll(keepingCapacity: true)
            }
            try reader.finish()
            return hash.finish()
        }
    }
}
