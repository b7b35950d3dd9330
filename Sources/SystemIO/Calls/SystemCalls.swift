import CShims
import Glibc

/// Every call to the file system that this program makes, one function each; `Faults` reaches SQLite's own as well.
///
/// Only here is a call repeated that a signal interrupted, and can a test have a call fail. A path is a zero-ended copy
/// that lives for the call, which makes the calls safe; where a call takes a descriptor, its path names it in errors.
enum SystemCalls {
    // MARK: - Open files

    /// Opens a path; always closed on exec, so that no child process keeps a file alive.
    static func open(
        _ path: String, _ flags: Int32, mode: UInt32 = 0, doing operation: String = "open"
    ) throws(SystemError) -> Int32 {
        try call(flags & O_CREAT == 0 ? .open : .create, path, operation) {
            unsafe waybill_open(path, flags | O_CLOEXEC, mode)
        }
    }

    /// Opens a file without a name on the file system of `folder` (O_TMPFILE); EOPNOTSUPP or EISDIR where there is
    /// none.
    static func openUnnamed(in folder: String, mode: UInt32) throws(SystemError) -> Int32 {
        try call(.create, folder, "create in") { unsafe waybill_open_unnamed(folder, mode) }
    }

    /// Closes, and reports what a network file system says only now. Linux frees the number even after EINTR, so it is
    /// never closed twice.
    static func close(_ descriptor: Int32, path: String) throws(SystemError) {
        do throws(SystemError) {
            try call(.close, path, "close", isRepeated: false) { Glibc.close(descriptor) }
        } catch {
            if error.code != EINTR { throw error }
        }
    }

    /// Closes what was only read, or what is given up: its failure changes nothing.
    static func release(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    /// Reads up to `room.count` bytes, at `offset` or where the descriptor stands; 0 at the end.
    static func read(
        _ descriptor: Int32, into room: UnsafeMutableRawBufferPointer, offset: Int64? = nil, path: String
    ) throws(SystemError) -> Int {
        // Safe: the call writes at most as many bytes as the caller has given room for.
        try call(.read, path, "read") {
            if let offset {
                unsafe pread(descriptor, room.baseAddress, room.count, off_t(offset))
            } else {
                unsafe Glibc.read(descriptor, room.baseAddress, room.count)
            }
        }
    }

    /// Writes up to all of the bytes and returns how many.
    static func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, path: String
    ) throws(SystemError) -> Int {
        // Safe: the call reads no more than the caller's bytes.
        try call(
            .write, path, "write",
            dividing: { divisor in
                unsafe Glibc.write(descriptor, bytes.baseAddress, max(min(1, bytes.count), bytes.count / divisor))
            })
    }

    static func sync(_ descriptor: Int32, path: String) throws(SystemError) {
        try call(.fsync, path, "fsync") { fsync(descriptor) }
    }

    /// Has the system begin to write a file's dirty pages; a hint, whose failure changes nothing.
    static func beginWriting(_ descriptor: Int32) { waybill_begin_writing(descriptor) }

    /// Says that the file will be read from front to back; a hint, whose failure changes nothing.
    static func adviseSequential(_ descriptor: Int32) {
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    static func setRights(_ descriptor: Int32, _ mode: UInt32, path: String) throws(SystemError) {
        try call(.fchmod, path, "set rights of") { fchmod(descriptor, mode_t(mode)) }
    }

    /// Sets the times of access and modification: nanoseconds since 1970.
    static func setTimes(_ descriptor: Int32, _ time: Int64, path: String) throws(SystemError) {
        let moment = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
        // Safe: the array of two outlives the call.
        try call(.utimens, path, "set times of") { unsafe futimens(descriptor, [moment, moment]) }
    }

    /// `flock(2)`, without waiting: EWOULDBLOCK when somebody else holds it.
    static func lock(_ descriptor: Int32, path: String) throws(SystemError) {
        try call(.flock, path, "lock") { flock(descriptor, LOCK_EX | LOCK_NB) }
    }

    static func unlock(_ descriptor: Int32) { _ = flock(descriptor, LOCK_UN) }

    // MARK: - Names

    /// Replaces what has the target's name.
    static func rename(_ from: String, to target: String) throws(SystemError) {
        try call(.rename, from, { "rename to \(target):" }) { unsafe Glibc.rename(from, target) }
    }

    /// EEXIST when the target's name is taken; EINVAL or ENOSYS where the file system or the kernel has no such rename.
    static func renameWithoutReplacing(_ from: String, to target: String) throws(SystemError) {
        try call(.rename, from, { "rename to \(target):" }) { unsafe waybill_rename_no_replace(from, target) }
    }

    /// Renames a file whose name is bytes and not text.
    static func rename(_ name: [UInt8], in folder: String, to target: String) throws(SystemError) {
        let from = Array(folder.utf8) + [UInt8(ascii: "/")] + name + [0]
        // Safe: the bytes end with a zero and have no other, as the system gave them.
        try call(.rename, folder, { "rename to \(Files.name(of: target)) in" }) {
            unsafe from.withUnsafeBytes { unsafe Glibc.rename($0.bindMemory(to: CChar.self).baseAddress!, target) }
        }
    }

    /// A second name for a file; EEXIST when it is taken.
    static func link(_ from: String, to target: String) throws(SystemError) {
        try call(.link, from, { "rename to \(target):" }) { unsafe Glibc.link(from, target) }
    }

    static func symlink(_ path: String, leadingTo target: String) throws(SystemError) {
        try call(.symlink, path, { "link to \(target):" }) { unsafe Glibc.symlink(target, path) }
    }

    static func unlink(_ path: String) throws(SystemError) {
        try call(.unlink, path, "remove") { unsafe Glibc.unlink(path) }
    }

    static func makeFolder(_ path: String, mode: UInt32) throws(SystemError) {
        try call(.mkdir, path, "create folder") { unsafe mkdir(path, mode_t(mode)) }
    }

    static func removeFolder(_ path: String) throws(SystemError) {
        try call(.rmdir, path, "remove folder") { unsafe rmdir(path) }
    }

    /// Hands out the names in a folder, as bytes without a zero, in no order; `.` and `..` too.
    static func list(_ folder: String, _ take: (UnsafeRawBufferPointer) -> Void) throws(SystemError) {
        var opened: OpaquePointer?
        try call(.readdir, folder, "list") {
            unsafe opened = opendir(folder)
            return unsafe opened == nil ? -1 : 0
        }
        guard let stream = unsafe opened else { return }
        defer { unsafe closedir(stream) }
        while true {
            var entry: UnsafeMutablePointer<dirent>?
            try call(.readdir, folder, "list") {
                // The end is told apart from a failure by errno alone.
                errno = 0
                unsafe entry = readdir(stream)
                return unsafe entry == nil && errno != 0 ? -1 : 0
            }
            // Safe: an entry is used only until the next call of readdir.
            guard let entry = unsafe entry else { return }
            let name = unsafe waybill_entry_name(entry)
            unsafe take(UnsafeRawBufferPointer(start: name, count: strlen(name)))
        }
    }

    static func status(_ path: String, followLinks: Bool) throws(SystemError) -> stat {
        var found = stat()
        // Safe here and below: the pointer is valid for the call, which fills the structure.
        try call(.stat, path, "look at") { unsafe followLinks ? stat(path, &found) : lstat(path, &found) }
        return found
    }

    static func status(_ descriptor: Int32, path: String) throws(SystemError) -> stat {
        var found = stat()
        try call(.stat, path, "look at") { unsafe fstat(descriptor, &found) }
        return found
    }

    /// Sets both times to now, by the clock of the file system.
    static func touch(_ path: String) throws(SystemError) {
        try call(.utimens, path, "touch") { unsafe utimensat(AT_FDCWD, path, nil, AT_SYMLINK_NOFOLLOW) }
    }

    /// The magic number of the file system that holds the path.
    static func fileSystemMagic(_ path: String) throws(SystemError) -> UInt32 {
        let magic = try call(.statfs, path, "ask for the file system of") { unsafe waybill_file_system_magic(path) }
        return UInt32(truncatingIfNeeded: magic)
    }

    // MARK: - How all of them are made

    @inline(__always) @discardableResult
    private static func call<Value: SignedInteger>(
        _ kind: SystemCall, _ path: String, _ operation: @autoclosure () -> String, isRepeated: Bool = true,
        _ body: () -> Value
    ) throws(SystemError) -> Value {
        try call(kind, path, operation(), isRepeated: isRepeated, dividing: { _ in body() })
    }

    /// The same with an operation's text that is made only for an error.
    @inline(__always) @discardableResult
    private static func call<Value: SignedInteger>(
        _ kind: SystemCall, _ path: String, _ operation: () -> String, _ body: () -> Value
    ) throws(SystemError) -> Value {
        try call(kind, path, operation(), isRepeated: true, dividing: { _ in body() })
    }

    /// - Parameter body: makes the call, for the n-th part of its bytes; returns -1 and leaves errno when it fails.
    @inline(__always) @discardableResult
    private static func call<Value: SignedInteger>(
        _ kind: SystemCall, _ path: String, _ operation: @autoclosure () -> String, isRepeated: Bool = true,
        dividing body: (Int) -> Value
    ) throws(SystemError) -> Value {
        while true {
            var result: Value = -1
            var code: Int32
            if Faults.areHandedIn {
                (result, code) = Faults.disturb(kind, path, body)
            } else {
                result = body(1)
                code = errno
            }
            if result >= 0 { return result }
            if code != EINTR || !isRepeated { throw SystemError(operation: operation(), path: path, code: code) }
        }
    }
}
