import Glibc

/// A file written under its final name, so others can read it while it grows.
///
/// Confined to one thread at a time. Nothing is durable before `sync()`.
package final class AppendingFile {
    private static let bufferSize = 256 << 10

    package let path: String
    /// Bytes given to `write` so far.
    package private(set) var bytesWritten: Int64 = 0
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    /// Creates the file, or truncates an existing one. A link with this name is refused (ELOOP).
    ///
    /// - Parameter isNew: refuses anything with this name (EEXIST), so nothing blocks, as opening a FIFO would.
    package init(path: String, mode: UInt32 = 0o644, isNew: Bool = false) throws(SystemError) {
        self.path = path
        descriptor = try SystemCalls.open(
            path, O_WRONLY | O_CREAT | O_NOFOLLOW | (isNew ? O_EXCL : O_TRUNC), mode: mode, doing: "create")
    }

    /// Opens an existing file to append to it.
    package init(existing path: String) throws(SystemError) {
        self.path = path
        descriptor = try SystemCalls.open(path, O_WRONLY | O_APPEND | O_NOFOLLOW, mode: 0, doing: "open")
    }

    deinit {
        guard descriptor >= 0 else { return }
        SystemCalls.release(descriptor)
    }

    package func write(_ bytes: [UInt8]) throws(SystemError) { try write(bytes[...]) }

    package func write(_ bytes: ArraySlice<UInt8>) throws(SystemError) {
        bytesWritten += Int64(bytes.count)
        try Descriptor.write(bytes, through: &buffer, of: AppendingFile.bufferSize, to: descriptor, path: path)
    }

    /// Makes what was written visible to readers (not yet durable).
    package func flush() throws(SystemError) { try Descriptor.flush(&buffer, to: descriptor, path: path) }

    /// Makes what was written so far durable.
    package func sync() throws(SystemError) {
        try flush()
        try SystemCalls.sync(descriptor, path: path)
    }

    /// To be synced with others (`Files.sync`), while this object is held.
    var unsynced: Unsynced { .file(descriptor, path: path) }

    /// Flushes and closes; does nothing the second time.
    package func close() throws(SystemError) {
        guard descriptor >= 0 else { return }
        try flush()
        let closing = descriptor
        descriptor = -1
        try SystemCalls.close(closing, path: path)
    }
}
