import Glibc

/// A small file that is written over again and again. Others find it whole, with its last content or the one before.
///
/// Its bytes are replaced by one call while it is the file that was made here and stays as long. Otherwise it is made
/// anew under a temporary name and renamed, which costs a file system some fifty times as much: ext4 then gives the
/// new file its place on the disk at once. Nothing is durable. Confined to one thread at a time.
package final class RewrittenFile {
    package let path: String
    private let mode: UInt32
    /// Of the file as it was made.
    private var made: (descriptor: Int32, status: FileStatus)?

    package init(path: String, mode: UInt32 = 0o644) {
        self.path = path
        self.mode = mode
    }

    deinit { close() }

    package func write(_ bytes: [UInt8]) throws(SystemError) {
        if let made, bytes.count == made.status.size, isThere(made.status) {
            let written = try Descriptor.writeSome(made.descriptor, bytes[...], at: 0, path: path)
            if written == bytes.count { return }
        }
        close()
        try makeAnew(bytes)
    }

    /// Whether the path still is that file, under this name alone.
    private func isThere(_ made: FileStatus) -> Bool {
        guard let found = try? FileStatus.of(path) else { return false }
        return found.inode == made.inode && found.device == made.device && found.size == made.size && found.links == 1
    }

    private func makeAnew(_ bytes: [UInt8]) throws(SystemError) {
        let (descriptor, temporary) = try TemporaryName.create(beside: path, mode: mode)
        do throws(SystemError) {
            guard try Descriptor.writeSome(descriptor, bytes[...], path: temporary) == bytes.count else {
                throw SystemError(operation: "write", path: temporary, code: ENOSPC)
            }
            try Files.rename(temporary, to: path, replacing: true)
            made = (descriptor, try FileStatus.of(descriptor: descriptor, path: path))
        } catch {
            SystemCalls.release(descriptor)
            // The first error is the one to report.
            try? SystemCalls.unlink(temporary)
            throw error
        }
    }

    private func close() {
        if let made { SystemCalls.release(made.descriptor) }
        made = nil
    }
}
