import CShims
import Glibc

/// A regular file open for reading; closed with the last reference.
///
/// A file from outside may be anything: links are refused unless allowed, and folders, FIFOs, sockets and devices
/// always are (opening a FIFO would block until somebody writes to it). Errors: ELOOP for a link, EISDIR for a folder,
/// EOPNOTSUPP for the others.
package final class OpenFile: Sendable {
    private let descriptor: Int32
    package let path: String

    package init(reading path: String, followLinks: Bool = false) throws(SystemError) {
        // Checked before opening: just opening a device can have effects (rewind a tape, raise a line).
        if let status = try FileStatus.of(path, followLinks: followLinks) {
            try OpenFile.refuseUnlessRegular(status.kind, path)
        }
        descriptor = try OpenFile.open(path, followLinks: followLinks)
        self.path = path
    }

    deinit { SystemCalls.release(descriptor) }

    /// Appends up to `atMost` bytes to the buffer and returns how many; 0 at the end of the file.
    package func read(into buffer: inout [UInt8], atMost: Int) throws(SystemError) -> Int {
        try Descriptor.read(descriptor, into: &buffer, atMost: atMost, path: path)
    }

    /// Appends up to `atMost` bytes from `offset`, without moving the position; returns how many.
    @discardableResult
    package func read(at offset: Int64, into buffer: inout [UInt8], atMost: Int) throws(SystemError) -> Int {
        try Descriptor.read(descriptor, into: &buffer, atMost: atMost, offset: offset, path: path)
    }

    /// Whether anybody has the file open for writing. Nil if that cannot be asked: it takes the file's owner or
    /// CAP_LEASE, and a local file system. The lease is given back at once and never blocks a writer.
    package var hasWriter: Bool? {
        let answer = waybill_has_writer(descriptor)
        return answer < 0 ? nil : answer == 1
    }

    /// The status of the open file, whatever has its name by now.
    package func status() throws(SystemError) -> FileStatus {
        try FileStatus.of(descriptor: descriptor, path: path)
    }

    /// Advises the system that the file will be read sequentially. Only a hint: a refusal makes no difference.
    package func adviseSequential() {
        SystemCalls.adviseSequential(descriptor)
    }

    private static func open(_ path: String, followLinks: Bool) throws(SystemError) -> Int32 {
        // O_NONBLOCK: if a FIFO has replaced the file since it was checked, opening must not block either.
        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | (followLinks ? 0 : O_NOFOLLOW)
        let descriptor = try SystemCalls.open(path, flags, doing: "open")
        do throws(SystemError) {
            try refuseUnlessRegular(FileStatus.of(descriptor: descriptor, path: path).kind, path)
        } catch {
            SystemCalls.release(descriptor)
            throw error
        }
        return descriptor
    }

    private static func refuseUnlessRegular(_ kind: FileStatus.Kind, _ path: String) throws(SystemError) {
        switch kind {
        case .regular: return
        case .link: throw SystemError(operation: "open", path: path, code: ELOOP)
        case .folder: throw SystemError(operation: "open", path: path, code: EISDIR)
        case .other: throw SystemError(operation: "open as a regular file", path: path, code: EOPNOTSUPP)
        }
    }
}
