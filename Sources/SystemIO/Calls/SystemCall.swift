/// The kinds of file system calls, named as in section 2 of the manual.
package enum SystemCall: String, CaseIterable, Sendable {
    case open
    /// `open` that may make the file (O_CREAT, O_TMPFILE).
    case create
    case close
    /// And `pread`.
    case read
    /// And `pwrite`.
    case write
    /// And `fdatasync`.
    case fsync
    /// And `renameat2`.
    case rename
    case link
    case symlink
    case unlink
    case mkdir
    case rmdir
    /// `opendir` and `readdir`.
    case readdir
    /// And `lstat` and `fstat`.
    case stat
    case ftruncate
    case fchmod
    /// `futimens` and `utimensat`.
    case utimens
    case flock
    case statfs
}
