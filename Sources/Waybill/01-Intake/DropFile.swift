import SystemIO

/// A drop's file, opened once: everything read of the drop comes from this file, even if another file has taken its
/// name.
package final class DropFile: Sendable {
    package let path: String
    private let file: OpenFile
    /// The file's status when it was opened.
    private let opened: FileStatus
    /// It is one of our claims: if it cannot be read because its share is away, it is read when the share is back.
    private let isClaim: Bool
    /// On a network, where even a disk error may pass.
    private let isRemote: Bool

    package var size: Int64 { opened.size }
    /// It answers or fails at once; a file on a network may hang.
    package var isQuick: Bool { !isRemote }

    /// Opens the file without following links; refuses what is not a plain file.
    package init(path: String, isClaim: Bool = false, isRemote: Bool = false) throws {
        self.path = path
        self.isClaim = isClaim
        self.isRemote = isRemote
        (file, opened) = try Self.open(path, isClaim: isClaim, isRemote: isRemote)
        file.adviseSequential()
    }

    private static func open(_ path: String, isClaim: Bool, isRemote: Bool) throws -> (OpenFile, FileStatus) {
        do {
            if let kind = try FileStatus.of(path)?.kind, kind != .regular { throw notAFile }
            let file = try OpenFile(reading: path)
            let status = try file.status()
            guard status.mode & 0o6000 == 0 else { throw notAFile }
            return (file, status)
        } catch let error as SystemError {
            if isClaim, mayPass(error, isRemote: isRemote) { throw InboxAway("\(error)") }
            throw RefusedDrop(
                .unreadable, "the file cannot be read: \(error.reason); check its permissions and drop it again")
        }
    }

    private static let notAFile = RefusedDrop(
        .notAFile,
        "only plain files are taken, no links, folders or devices, and none with a set-user-id or set-group-id bit; "
            + "drop a copy")

    /// Appends up to `count` bytes from `offset`, and returns how many; 0 at the end.
    func read(at offset: Int64, into buffer: inout [UInt8], atMost count: Int) throws -> Int {
        do {
            return try file.read(at: offset, into: &buffer, atMost: count)
        } catch {
            if isClaim, Self.mayPass(error, isRemote: isRemote) { throw InboxAway("\(error)") }
            throw RefusedDrop(.unreadable, "the file could not be read to its end (\(error)); drop it again")
        }
    }

    /// The whole content of a file that is small by its nature.
    package func contents(limit: Int) throws -> [UInt8] {
        guard size <= limit else {
            throw RefusedDrop(.tooLarge, "the file has \(size) bytes, at most \(limit) are read; split it")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(size))
        var isAtEnd = false
        while !isAtEnd {
            isAtEnd = try read(at: Int64(bytes.count), into: &bytes, atMost: limit + 1 - bytes.count) == 0
        }
        try checkUnchanged()
        return bytes
    }

    /// Refuses a file that was written to since it was opened: what was read may be half old and half new.
    func checkUnchanged() throws {
        guard let now = try? file.status() else { return }
        guard now.size == opened.size, now.modified == opened.modified else {
            throw RefusedDrop(
                .changed,
                "the file was written to while it was read; write it under a name that ends with .tmp, rename it when it is "
                    + "whole, and drop it again")
        }
    }

    private static func mayPass(_ error: SystemError, isRemote: Bool) -> Bool {
        error.isPassing || (isRemote ? error.mayPass : error.code == SystemError.noSuchFile)
    }
}
