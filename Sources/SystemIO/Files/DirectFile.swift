import CShims
import Glibc

/// A new file written in large blocks past the system's cache (O_DIRECT), for data that is not read again soon.
///
/// What goes through the cache is copied once more, takes a new page for each 4 KiB, and pushes out what others would
/// read again: of the processor time of a million contacts that was a twentieth to a quarter. Where the file system has
/// no direct writing, or wants other blocks, the file is written through the cache.
///
/// Confined to one thread at a time. Nothing can be read before `flush()`, and nothing is durable before `sync()`. The
/// last block is filled up with zeroes, so the file may be longer than what was written.
@safe package final class DirectFile {
    /// 1 MiB: a disk is at its full speed with it, and nobody waits long for one.
    private static let blockSize = 1 << 20
    /// Every disk's sectors are as long or shorter, and so are the blocks of nearly every file system.
    private static let sectorSize = 4_096

    package let path: String
    private let descriptor: Int32
    private var isDirect: Bool
    /// What is not written yet, or so far only with zeroes behind it.
    private let block: UnsafeMutableRawBufferPointer
    private var filled = 0
    /// How much of the block is in the file.
    private var flushed = 0
    /// Where the block begins in the file.
    private var start: Int64 = 0

    /// Bytes given to `write` so far.
    package var bytesWritten: Int64 { start + Int64(filled) }

    /// Creates the file, or truncates an existing one. A link with this name is refused (ELOOP).
    package init(path: String, mode: UInt32) throws(SystemError) {
        self.path = path
        descriptor = try SystemCalls.open(
            path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_TRUNC, mode: mode, doing: "create")
        isDirect = waybill_set_direct(descriptor, 1) == 0
        // Safe: the pages live as long as this object, and are written before they are read.
        unsafe block = .allocate(byteCount: Self.blockSize, alignment: Self.sectorSize)
    }

    deinit {
        // Safe: nobody else has the block.
        unsafe block.deallocate()
        SystemCalls.release(descriptor)
    }

    package func write(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Self.blockSize - filled)
            // Safe: the piece is not longer than what is free of the block.
            unsafe UnsafeMutableRawBufferPointer(rebasing: block[filled...]).copyBytes(from: piece)
            filled += piece.count
            rest = rest.dropFirst(piece.count)
            if filled == Self.blockSize {
                try flush()
                start += Int64(filled)
                (filled, flushed) = (0, 0)
            }
        }
    }

    /// Makes what was written visible to readers (not yet durable).
    package func flush() throws(SystemError) {
        if filled == flushed { return }
        var (done, end) = (flushed / Self.sectorSize * Self.sectorSize, filled)
        if isDirect {
            end = (filled + Self.sectorSize - 1) / Self.sectorSize * Self.sectorSize
            // Safe: sectors end where the block does, or before.
            unsafe UnsafeMutableRawBufferPointer(rebasing: block[filled..<end])
                .initializeMemory(as: UInt8.self, repeating: 0)
        }
        while done < end {
            do throws(SystemError) {
                // Safe: the range is inside the block.
                done += try unsafe SystemCalls.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: block[done..<end]), at: start + Int64(done), path: path
                )
            } catch {
                guard isDirect, error.code == EINVAL, waybill_set_direct(descriptor, 0) == 0 else { throw error }
                isDirect = false
            }
        }
        flushed = filled
    }

    /// Makes what was written so far durable.
    package func sync() throws(SystemError) {
        try flush()
        try SystemCalls.sync(descriptor, path: path)
    }
}
