import CShims
import Glibc

/// A failed system call: what was tried, on which path, and the errno value.
package struct SystemError: Error, CustomStringConvertible, Equatable {
    /// What was tried, in words: `open`, `rename`, `read`.
    package let operation: String
    /// The path it was tried on; empty if there is none.
    package let path: String
    /// The errno value (`errno(3)`).
    package let code: Int32

    /// ENOENT: there is no such file or folder.
    package static let noSuchFile = ENOENT
    /// ENAMETOOLONG: no file can have such a name.
    package static let nameTooLong = ENAMETOOLONG
    /// ENOTDIR: a file is where a folder is needed.
    package static let notAFolder = ENOTDIR
    /// EEXIST: the name is taken.
    package static let exists = EEXIST

    /// Whether a permission is missing.
    package var isDenied: Bool { code == EACCES || code == EPERM }

    /// Whether a folder was needed where there is something else, or nothing.
    package var isForWantOfFolder: Bool {
        code == ENOTDIR || code == ELOOP || code == ENOENT || code == EEXIST && operation == "create folder"
    }

    /// Whether the disk or the quota is full.
    package var isFull: Bool { code == ENOSPC || code == EDQUOT }

    /// Whether the file system may be away, rather than the file be at fault: a later call may succeed.
    package var mayPass: Bool {
        switch code {
        case ENOENT, EIO, ESTALE, ETIMEDOUT, ENOTCONN, ENODEV, ENXIO, EREMOTEIO, EHOSTDOWN, EHOSTUNREACH, ENETDOWN,
            ENETUNREACH, ECONNRESET, ECONNREFUSED, ECONNABORTED, EAGAIN, EBUSY, ENOLCK:
            true
        default: false
        }
    }

    /// Whether the process or the machine lacked something for a moment, or a disk had a temporary error: the file is
    /// not at fault, and the same call may succeed later.
    package var isPassing: Bool {
        switch code {
        case EMFILE, ENFILE, ENOMEM, EIO, EAGAIN, EINTR, EBUSY: true
        default: false
        }
    }

    package init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// The failure of the call that just returned -1.
    ///
    /// The arguments are only references to existing strings, so nothing is called that could change errno before it is
    /// read.
    static func last(_ operation: String, _ path: String) -> SystemError {
        let code = errno
        return SystemError(operation: operation, path: path, code: code)
    }

    package var description: String {
        let place = path.isEmpty ? operation : "\(operation) \(path)"
        return "\(place): \(reason)"
    }

    /// What went wrong, for somebody who knows the path: `Permission denied (EACCES)`.
    package var reason: String { "\(SystemError.text(of: code)) (\(SystemError.name(of: code)))" }

    /// The system's own text for an errno value.
    private static func text(of code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        // Safe: the array outlives the call, which never writes beyond the given size and ends the text with a zero.
        unsafe buffer.withUnsafeMutableBufferPointer { room in
            unsafe waybill_error_text(code, room.baseAddress!, room.count)
        }
        let end = buffer.firstIndex(of: 0) ?? buffer.count
        return String(decoding: buffer[..<end].map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }

    /// The symbol of an errno value that file and process calls return; the bare number for others.
    private static func name(of code: Int32) -> String {
        switch code {
        case EPERM: "EPERM"
        case ENOENT: "ENOENT"
        case EINTR: "EINTR"
        case EIO: "EIO"
        case EBADF: "EBADF"
        case EAGAIN: "EAGAIN"
        case ENOMEM: "ENOMEM"
        case EACCES: "EACCES"
        case EBUSY: "EBUSY"
        case EEXIST: "EEXIST"
        case EXDEV: "EXDEV"
        case ENODEV: "ENODEV"
        case ENOTDIR: "ENOTDIR"
        case EISDIR: "EISDIR"
        case EINVAL: "EINVAL"
        case ENFILE: "ENFILE"
        case EMFILE: "EMFILE"
        case ETXTBSY: "ETXTBSY"
        case EFBIG: "EFBIG"
        case ENOSPC: "ENOSPC"
        case EROFS: "EROFS"
        case EMLINK: "EMLINK"
        case EPIPE: "EPIPE"
        case ENAMETOOLONG: "ENAMETOOLONG"
        case ENOLCK: "ENOLCK"
        case ENOSYS: "ENOSYS"
        case ENOTEMPTY: "ENOTEMPTY"
        case ELOOP: "ELOOP"
        case EOPNOTSUPP: "EOPNOTSUPP"
        case ESTALE: "ESTALE"
        case EDQUOT: "EDQUOT"
        case ETIMEDOUT: "ETIMEDOUT"
        case ECONNREFUSED: "ECONNREFUSED"
        case ECONNRESET: "ECONNRESET"
        case ENETUNREACH: "ENETUNREACH"
        case EHOSTUNREACH: "EHOSTUNREACH"
        default: "errno \(code)"
        }
    }
}
