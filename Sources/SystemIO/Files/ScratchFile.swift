/// An unnamed file for data that does not fit in memory; it disappears when the process ends in any way.
///
/// One thread appends; any number may read what was appended before.
package final class ScratchFile: Sendable {
    private let descriptor: Int32
    private let folder: String

    /// Opens it on the file system of `folder`, accessible to this user only (0600).
    package init(in folder: String) throws(SystemError) {
        self.folder = folder
        descriptor = try ScratchFile.open(in: folder)
    }

    deinit { SystemCalls.release(descriptor) }

    /// Writes the bytes at the end.
    package func append(_ bytes: [UInt8]) throws(SystemError) {
        try Descriptor.writeAll(descriptor, bytes[...], path: folder)
    }

    /// Appends up to `count` bytes from `offset` to the array and returns how many; fewer only at the end.
    package func read(at offset: Int64, into buffer: inout [UInt8], count: Int) throws(SystemError) -> Int {
        var total = 0
        while total < count {
            let got = try Descriptor.read(
                descriptor, into: &buffer, atMost: count - total, offset: offset + Int64(total), path: folder)
            if got == 0 { break }
            total += got
        }
        return total
    }

    private static func open(in folder: String) throws(SystemError) -> Int32 {
        if let unnamed = try? SystemCalls.openUnnamed(in: folder, mode: 0o600) { return unnamed }
        // NFS and some overlays have no unnamed files: create a file and remove its name at once.
        let (descriptor, path) = try TemporaryName.create(beside: folder + "/scratch", mode: 0o600)
        try? SystemCalls.unlink(path)
        return descriptor
    }
}
