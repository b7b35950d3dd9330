import Glibc

/// A file written under a temporary name beside its final one, which it gets when whole and durable, or not at all.
///
/// Confined to one thread at a time. Before `commit()`, a crash leaves at most the hidden temporary file.
package final class DurableFileWriter {
    private static let bufferSize = 256 << 10

    package let path: String
    /// The file's path until it has its name.
    package let temporaryPath: String
    /// Bytes given to `write` so far.
    package private(set) var bytesWritten: Int64 = 0
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    package init(path: String, mode: UInt32 = 0o644) throws(SystemError) {
        self.path = path
        (descriptor, temporaryPath) = try TemporaryName.create(beside: path, mode: mode)
    }

    deinit { discard() }

    package func write(_ bytes: [UInt8]) throws(SystemError) { try write(bytes[...]) }

    package func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) {
        bytesWritten += Int64(bytes.count)
        try Descriptor.write(
            bytes, through: &buffer, of: DurableFileWriter.bufferSize, to: descriptor, path: temporaryPath)
    }

    /// Passes buffered data to the system (not yet to the disk).
    package func flush() throws(SystemError) {
        try Descriptor.flush(&buffer, to: descriptor, path: temporaryPath)
    }

    /// Makes the file durable under its own name. Without `replacing`, a taken name is EEXIST, and the temporary file
    /// is removed.
    ///
    package func commit(replacing: Bool = true) throws(SystemError) {
        try show(replacing: replacing)
        try Files.syncFolder(Files.folder(of: path))
    }

    /// The same, except that the name is durable only once its folder is synced.
    ///
    /// - Parameter folders: the names in these are durable before the file has its own.
    package func show(replacing: Bool = true, after folders: [String] = []) throws(SystemError) {
        try Self.show([self], replacing: replacing, after: folders)
    }

    /// Makes files of one folder durable under their own names. They are synced side by side, and what was removed from
    /// the folder before is gone before the first has its name. After an error none is left that has no name yet.
    package static func commit(_ files: [DurableFileWriter], replacing: Bool = true) throws(SystemError) {
        guard let folder = files.first.map({ Files.folder(of: $0.path) }) else { return }
        try show(files, replacing: replacing, after: [folder])
        try Files.syncFolder(folder)
    }

    private static func show(
        _ files: [DurableFileWriter], replacing: Bool, after folders: [String]
    ) throws(SystemError) {
        do throws(SystemError) {
            for file in files {
                guard file.descriptor >= 0 else {
                    throw SystemError(operation: "commit twice", path: file.path, code: EBADF)
                }
                try file.flush()
            }
            try Files.sync(
                files.map { .file($0.descriptor, path: $0.temporaryPath) } + folders.map { .folder($0) })
            for file in files { try file.takeName(replacing: replacing) }
        } catch {
            for file in files { file.discard() }
            throw error
        }
    }

    /// Starts to make what was written so far durable; keep this object until it is.
    package func startSync() throws(SystemError) -> Worker<Void> {
        try flush()
        return Worker.start(name: "sync") { [descriptor, temporaryPath] in
            try SystemCalls.sync(descriptor, path: temporaryPath)
        }
    }

    /// Gives the file its name with other bytes in place of those that are durable, which are not: after a loss of
    /// power it has either. Returns false, and does nothing, if they are not as many.
    package func show(rewritten bytes: [UInt8]) throws(SystemError) -> Bool {
        guard descriptor >= 0, bytes.count == bytesWritten else { return false }
        guard try Descriptor.writeSome(descriptor, bytes[...], at: 0, path: temporaryPath) == bytes.count else {
            return false
        }
        try takeName(replacing: true)
        return true
    }

    private func takeName(replacing: Bool) throws(SystemError) {
        do throws(SystemError) {
            let closing = descriptor
            descriptor = -1
            try SystemCalls.close(closing, path: temporaryPath)
            try Files.rename(temporaryPath, to: path, replacing: replacing)
        } catch {
            // The first error is the one to report.
            try? SystemCalls.unlink(temporaryPath)
            throw error
        }
    }

    /// Abandons the file: the temporary file is removed, and the final one was never touched. Does nothing after a
    /// commit.
    package func discard() {
        guard descriptor >= 0 else { return }
        SystemCalls.release(descriptor)
        descriptor = -1
        // If it stays, it only takes space: the name is hidden and never used again.
        try? SystemCalls.unlink(temporaryPath)
    }

    /// Sets the permissions and modification time (nanoseconds since 1970) the file will have.
    func take(mode: UInt32, modified: Int64) throws(SystemError) {
        try flush()
        try SystemCalls.setRights(descriptor, mode, path: temporaryPath)
        try SystemCalls.setTimes(descriptor, modified, path: temporaryPath)
    }
}
