/// Writes a gzip file (RFC 1952) with several threads: each 512 KiB are a member of their own.
///
/// The file's bytes depend only on the data and the level, not on the threads or on the size of writes. With `commit()`
/// it appears under its name whole and durable, or not at all. At most three blocks per thread are in memory. Confined
/// to one thread at a time.
package final class ParallelGzipWriter {
    /// Large enough that starting each member anew costs less than one per cent of size, small enough to keep several
    /// in memory.
    static let blockSize = 512 << 10

    package let path: String
    /// Unpacked bytes given to `write` so far.
    package private(set) var bytesIn: Int64 = 0
    /// Packed bytes; complete after `commit()`.
    package private(set) var bytesOut: Int64 = 0
    /// SHA-256 of the packed file; nil before `commit()`.
    package private(set) var digest: [UInt8]?

    private let file: DurableFileWriter
    private let effort: GzipEffort
    private let threadCount: Int
    private var hash = SHA256()
    private var block: [UInt8] = []
    /// Blocks being packed, in the order of writing, oldest first.
    private var underway: [PackedBlock] = []
    private var jobs: BoundedQueue<PackedBlock>?
    private var workers: [Worker<Void>] = []

    package init(
        path: String, _ effort: GzipEffort = .usual, threads: Int = 2, mode: UInt32 = 0o644
    ) throws(SystemError) {
        self.path = path
        self.effort = effort
        threadCount = max(1, threads)
        file = try DurableFileWriter(path: path, mode: mode)
    }

    deinit { discard() }

    package func write(_ bytes: [UInt8]) throws(SystemError) { try write(bytes[...]) }

    package func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) {
        bytesIn += Int64(bytes.count)
        var rest = bytes
        while !rest.isEmpty {
            // A full block is only sent off when more data comes: a file of one block needs no thread.
            if block.count == ParallelGzipWriter.blockSize { try sendBlock() }
            if block.capacity < ParallelGzipWriter.blockSize { block.reserveCapacity(ParallelGzipWriter.blockSize) }
            let part = rest.prefix(ParallelGzipWriter.blockSize - block.count)
            block.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
        }
    }

    /// Writes the rest and makes the file durable under its name; EEXIST if the name is taken and `replacing` is false.
    package func commit(replacing: Bool = true) throws(SystemError) {
        try complete()
        try file.commit(replacing: replacing)
    }

    /// The same for files of one folder, side by side.
    package static func commit(_ writers: [ParallelGzipWriter]) throws(SystemError) {
        for writer in writers { try writer.complete() }
        try DurableFileWriter.commit(writers.map(\.file))
    }

    private func complete() throws(SystemError) {
        if jobs == nil {
            try writePacked(GzipMemberPacker(effort).pack(block))
        } else {
            try sendBlock()
            while !underway.isEmpty { try writeOldest() }
        }
        stopThreads()
        digest = hash.finish()
    }

    /// Abandons the file. Does nothing after a commit.
    package func discard() {
        stopThreads()
        underway = []
        file.discard()
    }

    private func sendBlock() throws(SystemError) {
        let jobs = jobs ?? startThreads()
        // Three each: one being packed, one waiting, one packed and waiting for its turn to be written.
        while underway.count >= threadCount * 3 { try writeOldest() }
        let next = PackedBlock(block)
        block = []
        underway.append(next)
        jobs.push(next)
    }

    private func writeOldest() throws(SystemError) {
        try writePacked(underway.removeFirst().packed())
    }

    private func writePacked(_ bytes: [UInt8]) throws(SystemError) {
        bytesOut += Int64(bytes.count)
        hash.update(bytes)
        try file.write(bytes)
    }

    private func startThreads() -> BoundedQueue<PackedBlock> {
        let queue = BoundedQueue<PackedBlock>(capacity: threadCount * 3)
        jobs = queue
        let effort = effort
        workers = (0..<threadCount).map { _ in
            Worker.start(name: "gzip") {
                let packer = GzipMemberPacker(effort)
                while let next = queue.pop() { next.pack(with: packer) }
            }
        }
        return queue
    }

    private func stopThreads() {
        jobs?.cancel()
        jobs = nil
        // The bodies throw nothing, so joining cannot throw either.
        for worker in workers { try? worker.join() }
        workers = []
    }
}

/// One block passing through a packing thread: first unpacked, then packed. Safe: `contents` is read and written only
/// inside `monitor.locked`.
private final class PackedBlock: Sendable {
    private enum Contents {
        case unpacked([UInt8])
        case packed([UInt8])
    }

    private nonisolated(unsafe) var contents: Contents
    private let monitor = Monitor()

    init(_ bytes: [UInt8]) { unsafe contents = .unpacked(bytes) }

    /// Packs the bytes; called once, by one thread.
    func pack(with packer: GzipMemberPacker) {
        let bytes: [UInt8] = monitor.locked {
            switch unsafe contents {
            case .unpacked(let bytes), .packed(let bytes): bytes
            }
        }
        let packed = packer.pack(bytes)
        monitor.locked {
            unsafe contents = .packed(packed)
            monitor.signal(.first)
        }
    }

    /// Waits for the packed bytes.
    func packed() -> [UInt8] {
        monitor.locked {
            while true {
                if case .packed(let bytes) = unsafe contents { return bytes }
                monitor.wait(.first)
            }
        }
    }
}
