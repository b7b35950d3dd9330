import Glibc

/// What the file system knows about one file (`inode(7)`).
package struct FileStatus: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        case regular
        case folder
        case link
        /// A FIFO, a socket or a device.
        case other
    }

    /// Bytes.
    package let size: Int64
    /// When the contents last changed: nanoseconds since 1970, by the clock of the file system.
    package let modified: Int64
    /// When the contents, the name or the permissions last changed: nanoseconds since 1970. It cannot be set back.
    package let changed: Int64
    package let inode: UInt64
    package let device: UInt64
    package let kind: Kind
    /// Permission and set-id bits (the low twelve), without the kind.
    package let mode: UInt32
    /// How many names the file has; 0 after it was removed while open.
    package let links: UInt64

    /// The status of a path; nil if nothing is there.
    package static func of(_ path: String, followLinks: Bool = false) throws(SystemError) -> FileStatus? {
        do throws(SystemError) {
            return FileStatus(try SystemCalls.status(path, followLinks: followLinks))
        } catch {
            // No file can have a name that is too long.
            if error.code == ENOENT || error.code == ENAMETOOLONG { return nil }
            throw error
        }
    }

    /// The status of an open file.
    static func of(descriptor: Int32, path: String) throws(SystemError) -> FileStatus {
        FileStatus(try SystemCalls.status(descriptor, path: path))
    }

    private init(_ found: stat) {
        size = Int64(found.st_size)
        modified = Int64(found.st_mtim.tv_sec) * 1_000_000_000 + Int64(found.st_mtim.tv_nsec)
        changed = Int64(found.st_ctim.tv_sec) * 1_000_000_000 + Int64(found.st_ctim.tv_nsec)
        inode = UInt64(found.st_ino)
        device = UInt64(found.st_dev)
        links = UInt64(found.st_nlink)
        mode = UInt32(found.st_mode) & 0o7777
        switch found.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .folder
        case S_IFLNK: kind = .link
        default: kind = .other
        }
    }
}
