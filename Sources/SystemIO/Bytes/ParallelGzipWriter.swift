/// Writes a gzip file (RFC 1952) with several threads: every 512 KiB become a member of their own.
///
/// The bytes of the file depend on what is written and on the level only, not on the threads or on how the writing was
/// cut up. It appears under its name with `commit()`, whole and durable, or not at all. At most three blocks for each
/// thread are in memory. Confined to one thread at a time.
package final class ParallelGzipWriter {
    /// Large enough that starting afresh costs under one per cent of size, small enough to keep several in memory.
    static let blockSize = 512 << 10

    package let path: String
    /// Unpacked bytes given to `write` so far.
    package private(set) var bytesIn: Int64 = 0
    /// Packed bytes; complete after `commit()`.
    package private(set) var bytesOut: Int64 = 0
    /// SHA-256 of the packed file; nil before `commit()`.
    package private(set) var digest: [UInt8]?

    private let file: DurableFileWriter
    private let level: Int32
    private let threadCount: Int
    private var hash = SHA256()
    private var block: [UInt8] = []
    /// Blocks on their way, oldest first: written in this order.
    private var underway: [PackedBlock] = []
    private var jobs: BoundedQueue<PackedBlock>?
    private var workers: [Worker<Void>] = []

    package init(path: String, level: Int32 = 6, threads: Int = 2, mode: UInt32 = 0o644) throws(SystemError) {
        self.path = path
        self.level = level
        threadCount = max(1, threads)
        file = try DurableFileWriter(path: path, mode: mode)
    }

    deinit { discard() }

    package func write(_ bytes: [UInt8]) throws(SystemError) { try write(bytes[...]) }

    package func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) {
        bytesIn += Int64(bytes.count)
        var rest = bytes
        while !rest.isEmpty {
            // Only when more comes is a full block on its way: a file of one block needs no thread.
            if block.count == ParallelGzipWriter.blockSize { try sendBlock() }
            if block.capacity < ParallelGzipWriter.blockSize { block.reserveCapacity(ParallelGzipWriter.blockSize) }
            let part = rest.prefix(ParallelGzipWriter.blockSize - block.count)
            block.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
        }
    }

    /// Writes what is left and makes the file durable under its name; EEXIST when it is taken and `replacing` is false.
    package func commit(replacing: Bool = true) throws(SystemError) {
        if jobs == nil {
            try writePacked(GzipMemberPacker(level: level).pack(block))
        } else {
            try sendBlock()
            while !underway.isEmpty { try writeOldest() }
        }
        stopThreads()
        try file.commit(replacing: replacing)
        digest = hash.finish()
    }

    /// Gives the file up. After a commit it does nothing.
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
        let level = level
        workers = (0..<threadCount).map { _ in
            Worker.start(name: "gzip") {
                let packer = GzipMemberPacker(level: level)
                while let next = queue.pop() { next.pack(with: packer) }
            }
        }
        return queue
    }

    private func stopThreads() {
        jobs?.cancel()
        jobs = nil
        // The bodies throw nothing, so that joining cannot either.
        for worker in workers { try? worker.join() }
        workers = []
    }
}

/// One block on its way through a packing thread: unpacked first, then packed. Safe: `contents` is read and written
/// only inside `monitor.locked`.
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

    /// The packed bytes, waiting for them.
    func packed() -> [UInt8] {
        monitor.locked {
            while true {
                if case .packed(let bytes) = unsafe contents { return bytes }
                monitor.wait(.first)
            }
        }
    }
}
