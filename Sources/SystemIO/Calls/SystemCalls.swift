import CShims
import Glibc

/// Every call to the file system that this program makes, one function each; `Faults` also reaches SQLite's own calls.
///
/// Only here are interrupted calls repeated, and only here can a test make a call fail. A path is a zero-ended copy
/// that lives for the call, which makes the calls safe. If a call takes a descriptor, its path names it in errors.
enum SystemCalls {
    // MARK: - Open files

    /// Opens a path, always with close-on-exec, so no child process keeps a file open.
    static func open(
        _ path: String, _ flags: Int32, mode: UInt32 = 0, doing operation: String = "open"
    ) throws(SystemError) -> Int32 {
        try call(flags & O_CREAT == 0 ? .open : .create, path, operation) {
            unsafe waybill_open(path, flags | O_CLOEXEC, mode)
        }
    }

    /// Opens an unnamed file on the file system of `folder` (O_TMPFILE); EOPNOTSUPP or EISDIR if unsupported.
    static func openUnnamed(in folder: String, mode: UInt32) throws(SystemError) -> Int32 {
        try call(.create, folder, "create in") { unsafe waybill_open_unnamed(folder, mode) }
    }

    /// Closes, and reports errors that a network file system only reports now. Linux frees the descriptor even after
    /// EINTR, so it is never closed twice.
    static func close(_ descriptor: Int32, path: String) throws(SystemError) {
        do throws(SystemError) {
            try call(.close, path, "close", isRepeated: false) { Glibc.close(descriptor) }
        } catch {
            if error.code != EINTR { throw error }
        }
    }

    /// Closes a file that was only read, or is abandoned: a failure makes no difference.
    static func release(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    /// Reads up to `room.count` bytes, from `offset` or the current position; 0 at the end.
    static func read(
        _ descriptor: Int32, into room: UnsafeMutableRawBufferPointer, offset: Int64? = nil, path: String
    ) throws(SystemError) -> Int {
        // Safe: the call writes at most as many bytes as the caller has room for.
        try call(.read, path, "read") {
            if let offset {
                unsafe pread(descriptor, room.baseAddress, room.count, off_t(offset))
            } else {
                unsafe Glibc.read(descriptor, room.baseAddress, room.count)
            }
        }
    }

    /// Writes some or all of the bytes, at `offset` or the current position, and returns how many.
    static func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int64? = nil, path: String
    ) throws(SystemError) -> Int {
        // Safe: the call reads no more than the caller's bytes.
        try call(
            .write, path, "write",
            dividing: { divisor in
                let count = max(min(1, bytes.count), bytes.count / divisor)
                return if let offset {
                    unsafe pwrite(descriptor, bytes.baseAddress, count, off_t(offset))
                } else {
                    unsafe Glibc.write(descriptor, bytes.baseAddress, count)
                }
            })
    }

    static func sync(_ descriptor: Int32, path: String) throws(SystemError) {
        try call(.fsync, path, "fsync") { fsync(descriptor) }
    }

    /// Makes the system start writing a file's dirty pages; a hint, whose failure makes no difference.
    static func beginWriting(_ descriptor: Int32) { waybill_begin_writing(descriptor) }

    /// Advises that the file will be read sequentially; a hint, whose failure makes no difference.
    static func adviseSequential(_ descriptor: Int32) {
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    static func setRights(_ descriptor: Int32, _ mode: UInt32, path: String) throws(SystemError) {
        try call(.fchmod, path, "set rights of") { fchmod(descriptor, mode_t(mode)) }
    }

    /// Sets the access and modification times: nanoseconds since 1970.
    static func setTimes(_ descriptor: Int32, _ time: Int64, path: String) throws(SystemError) {
        let moment = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
        // Safe: the array of two outlives the call.
        try call(.utimens, path, "set times of") { unsafe futimens(descriptor, [moment, moment]) }
    }

    /// `flock(2)` without waiting: EWOULDBLOCK if somebody else holds the lock.
    static func lock(_ descriptor: Int32, path: String) throws(SystemError) {
        try call(.flock, path, "lock") { flock(descriptor, LOCK_EX | LOCK_NB) }
    }

    static func unlock(_ descriptor: Int32) { _ = flock(descriptor, LOCK_UN) }

    // MARK: - Names

    /// Renames, replacing what has the target's name.
    static func rename(_ from: String, to target: String) throws(SystemError) {
        try call(.rename, from, { "rename to \(target):" }) { unsafe Glibc.rename(from, target) }
    }

    /// EEXIST if the target's name is taken; EINVAL or ENOSYS if the file system or the kernel lacks this rename.
    static func renameWithoutReplacing(_ from: String, to target: String) throws(SystemError) {
        try call(.rename, from, { "rename to \(target):" }) { unsafe waybill_rename_no_replace(from, target) }
    }

    /// Renames a file whose name is bytes that are no text.
    static func rename(_ name: [UInt8], in folder: String, to target: String) throws(SystemError) {
        let from = Array(folder.utf8) + [UInt8(ascii: "/")] + name + [0]
        // Safe: the bytes end with a zero and have no other, as the system gave them.
        try call(.rename, folder, { "rename to \(Files.name(of: target)) in" }) {
            unsafe from.withUnsafeBytes { unsafe Glibc.rename($0.bindMemory(to: CChar.self).baseAddress!, target) }
        }
    }

    /// Adds a second name for a file; EEXIST if the name is taken.
    static func link(_ from: String, to target: String) throws(SystemError) {
        try call(.link, from, { "rename to \(target):" }) { unsafe Glibc.link(from, target) }
    }

    static func symlink(_ path: String, leadingTo target: String) throws(SystemError) {
        try call(.symlink, path, { "link to \(target):" }) { unsafe Glibc.symlink(target, path) }
    }

    static func linkTarget(_ path: String) throws(SystemError) -> String {
        var room = [UInt8](repeating: 0, count: 4_096)
        // Safe: the call writes at most as many bytes as there is room for.
        let count = try call(.stat, path, "read link") {
            unsafe room.withUnsafeMutableBytes {
                unsafe readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
            }
        }
        return String(decoding: room[..<count], as: UTF8.self)
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

    /// Passes on the names in a folder, as bytes without the zero, in no order, including `.` and `..`.
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
                // Only errno distinguishes the end from a failure.
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

    /// The magic number of the path's file system.
    static func fileSystemMagic(_ path: String) throws(SystemError) -> UInt32 {
        let magic = try call(.statfs, path, "ask for the file system of") { unsafe waybill_file_system_magic(path) }
        return UInt32(truncatingIfNeeded: magic)
    }

    /// How much room the path's file system has, for this user.
    static func room(_ path: String) throws(SystemError) -> waybill_room_t {
        var found = waybill_room_t()
        // Safe: one structure, which lives for the call.
        try call(.statfs, path, "ask for the room at") { unsafe waybill_room(path, &found) }
        return found
    }

    /// Whether the kernel says of an open file of its own that what it tells has changed (`proc(5)`, `mountinfo`).
    static func hasExceptionalState(_ descriptor: Int32) -> Bool {
        var wait = pollfd(fd: descriptor, events: Int16(POLLPRI), revents: 0)
        // Safe: one structure, which lives for the call.
        return unsafe poll(&wait, 1, 0) > 0
    }

    // MARK: - How every call is made

    @inline(__always) @discardableResult
    private static func call<Value: SignedInteger>(
        _ kind: SystemCall, _ path: String, _ operation: @autoclosure () -> String, isRepeated: Bool = true,
        _ body: () -> Value
    ) throws(SystemError) -> Value {
        try call(kind, path, operation(), isRepeated: isRepeated, dividing: { _ in body() })
    }

    /// The same, with an operation text that is only made for an error.
    @inline(__always) @discardableResult
    private static func call<Value: SignedInteger>(
        _ kind: SystemCall, _ path: String, _ operation: () -> String, _ body: () -> Value
    ) throws(SystemError) -> Value {
        try call(kind, path, operation(), isRepeated: true, dividing: { _ in body() })
    }

    /// - Parameter body: makes the call, for the n-th part of its bytes; on failure, returns -1 and sets errno.
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
