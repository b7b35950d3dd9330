import CShims
import Glibc

/// The bare calls on open files, each retried when a signal interrupts it, with errors made in this one place.
enum Descriptor {
    /// Opens a path; always closed on exec, so that no child process keeps a file alive.
    static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0, doing operation: String) throws(SystemError)
        -> Int32
    {
        while true {
            // Safe: the path is a zero-ended copy that lives for the call.
            let descriptor = unsafe waybill_open(path, flags | O_CLOEXEC, mode)
            if descriptor >= 0 { return descriptor }
            let failure = SystemError.last(operation, path)
            if failure.code != EINTR { throw failure }
        }
    }

    /// Writes all bytes, however many calls that takes.
    static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, path: String) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            // Safe: the range is inside the buffer, which the caller keeps alive.
            let written = unsafe Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if written >= 0 {
                done += written
                continue
            }
            let failure = SystemError.last("write", path)
            if failure.code != EINTR { throw failure }
        }
    }

    /// Reads up to `atMost` bytes (at `offset`, or where the descriptor stands) and appends them; 0 at the end.
    static func read(
        _ descriptor: Int32, into buffer: inout [UInt8], atMost: Int, offset: Int64? = nil, path: String
    ) throws(SystemError) -> Int {
        guard atMost > 0 else { return 0 }
        var code: Int32 = 0
        let before = buffer.count
        buffer.append(addingCapacity: atMost) { room in
            // Safe: the call writes at most the bytes there is room for, and only those are declared initialised.
            unsafe room.withUnsafeMutableBufferPointer { space, initialised in
                while true {
                    let start = unsafe space.baseAddress! + initialised
                    let free = min(atMost, space.count - initialised)
                    let got =
                        if let offset { unsafe pread(descriptor, start, free, off_t(offset)) } else {
                            unsafe Glibc.read(descriptor, start, free)
                        }
                    if got >= 0 {
                        initialised += got
                        return
                    }
                    code = errno
                    if code != EINTR { return }
                    code = 0
                }
            }
        }
        if code != 0 { throw SystemError(operation: "read", path: path, code: code) }
        return buffer.count - before
    }

    static func sync(_ descriptor: Int32, path: String) throws(SystemError) {
        while fsync(descriptor) != 0 {
            let failure = SystemError.last("fsync", path)
            if failure.code != EINTR { throw failure }
        }
    }

    /// Closes and reports what a network file system only says at this point. Linux frees the number even after EINTR, so it is never retried.
    static func close(_ descriptor: Int32, path: String) throws(SystemError) {
        guard Glibc.close(descriptor) == 0 else {
            let failure = SystemError.last("close", path)
            if failure.code == EINTR { return }
            throw failure
        }
    }
}
