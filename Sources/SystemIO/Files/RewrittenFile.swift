import Glibc

/// A small file that is written over again and again. Others find it whole, with its last content or the one before.
///
/// Its bytes are replaced by one call while it is the file that was made here and stays as long. Otherwise it is made
/// anew under a temporary name and renamed, which costs a file system some fifty times as much: ext4 then gives the
/// new file its place on the disk at once. Nothing is durable, and nothing stays open, so its file system may be
/// unmounted. Confined to one thread at a time.
package final class RewrittenFile {
    package let path: String
    private let mode: UInt32
    /// The file as it was made.
    private var made: FileStatus?

    package init(path: String, mode: UInt32 = 0o644) {
        self.path = path
        self.mode = mode
    }

    package func write(_ bytes: [UInt8]) throws(SystemError) {
        let isWritten = try writeOver(bytes)
        if !isWritten { try makeAnew(bytes) }
    }

    /// False if the path is not that file any more, under this name alone, or the bytes are not as many.
    private func writeOver(_ bytes: [UInt8]) throws(SystemError) -> Bool {
        // A pipe that somebody put there is not waited for.
        guard let made, bytes.count == made.size,
            let descriptor = try? SystemCalls.open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
        else { return false }
        defer { SystemCalls.release(descriptor) }
        guard let found = try? FileStatus.of(descriptor: descriptor, path: path), found.inode == made.inode,
            found.device == made.device, found.size == made.size, found.mode == made.mode, found.links == 1
        else { return false }
        return try Descriptor.writeSome(descriptor, bytes[...], at: 0, path: path) == bytes.count
    }

    private func makeAnew(_ bytes: [UInt8]) throws(SystemError) {
        made = nil
        let (descriptor, temporary) = try TemporaryName.create(beside: path, mode: mode)
        defer { SystemCalls.release(descriptor) }
        do throws(SystemError) {
            guard try Descriptor.writeSome(descriptor, bytes[...], path: temporary) == bytes.count else {
                throw SystemError(operation: "write", path: temporary, code: ENOSPC)
            }
            try Files.rename(temporary, to: path, replacing: true)
            made = try FileStatus.of(descriptor: descriptor, path: path)
        } catch {
            // The first error is the one to report.
            try? SystemCalls.unlink(temporary)
            throw error
        }
    }
}
