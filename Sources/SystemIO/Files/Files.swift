import Glibc

/// What is done to files by their names; each call says in its error what was tried and where.
package enum Files {
    /// The names in a folder: those that are text, and the raw bytes of those that are not valid UTF-8.
    package struct Listing: Sendable, Equatable {
        package var names: [String]
        package var undecodable: [[UInt8]]
    }

    /// The names in a folder in byte order, without `.` and `..` and without those that are not valid UTF-8.
    package static func list(_ folder: String) throws(SystemError) -> [String] {
        try listing(folder).names
    }

    /// The names in a folder in byte order, without `.` and `..`; those that are not valid UTF-8 stand apart.
    package static func listing(_ folder: String) throws(SystemError) -> Listing {
        var found = Listing(names: [], undecodable: [])
        // Safe: the bytes are copied while they are lent.
        try unsafe SystemCalls.list(folder) { raw in
            if let name = unsafe String(validating: raw, as: UTF8.self) {
                if name != "." && name != ".." { found.names.append(name) }
            } else {
                found.undecodable.append(unsafe [UInt8](raw))
            }
        }
        found.names.sort()
        return found
    }

    /// Creates a folder and what is missing above it; one that is there already is fine. What was created is durable on
    /// return, unless `durably` is false.
    package static func createFolder(
        _ path: String, mode: UInt32 = 0o755, durably: Bool = true
    ) throws(SystemError) {
        do throws(SystemError) {
            try SystemCalls.makeFolder(path, mode: mode)
        } catch {
            switch error.code {
            case EEXIST:
                guard try FileStatus.of(path, followLinks: true)?.kind == .folder else { throw error }
                return
            case ENOENT:
                let parent = folder(of: path)
                if parent == path || parent == "." { throw error }
                try createFolder(parent, mode: mode, durably: durably)
                // Once: in /proc no folder can be made though there is one above it.
                do throws(SystemError) {
                    try SystemCalls.makeFolder(path, mode: mode)
                } catch {
                    // Somebody else may create the same folder at the same moment; both are then content.
                    guard error.code == EEXIST else { throw error }
                    guard try FileStatus.of(path, followLinks: true)?.kind == .folder else { throw error }
                }
            default:
                throw error
            }
        }
        if durably { try syncFolder(folder(of: path)) }
    }

    /// Gives a file another name on the same file system. Without `replacing`, a name that is taken is EEXIST and
    /// nothing changes.
    package static func rename(_ from: String, to target: String, replacing: Bool) throws(SystemError) {
        if replacing { return try SystemCalls.rename(from, to: target) }
        do throws(SystemError) {
            try SystemCalls.renameWithoutReplacing(from, to: target)
        } catch {
            guard error.code == EINVAL || error.code == ENOSYS else { throw error }
            if try FileStatus.of(from)?.kind == .folder {
                try renameFolder(from, to: target)
            } else {
                try renameByLinking(from, to: target)
            }
        }
    }

    /// A folder has one name only; but a rename never replaces a file by it, nor a folder that has something in it.
    private static func renameFolder(_ from: String, to target: String) throws(SystemError) {
        guard try !exists(target) else { throw SystemError(operation: "rename", path: target, code: EEXIST) }
        try SystemCalls.rename(from, to: target)
    }

    /// The same where the file system has no such rename (NFS): a second name is refused when it is taken, which is as
    /// atomic.
    ///
    /// A crash between the two steps leaves the file under both names. Regular files only.
    static func renameByLinking(_ from: String, to target: String) throws(SystemError) {
        try SystemCalls.link(from, to: target)
        try SystemCalls.unlink(from)
    }

    /// Makes `path` another name that leads to `target` (a symbolic link), which need not exist.
    package static func makeLink(to target: String, as path: String) throws(SystemError) {
        try SystemCalls.symlink(path, leadingTo: target)
    }

    /// Removes a file; one that is not there is fine.
    package static func remove(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try SystemCalls.unlink(path)
        } catch {
            if error.code != ENOENT { throw error }
        }
    }

    /// Removes a file, or a folder with everything in it; links are removed, never followed. Nothing there is fine.
    package static func removeTree(_ path: String) throws(SystemError) {
        guard let status = try FileStatus.of(path) else { return }
        guard status.kind == .folder else { return try remove(path) }
        let found = try listing(path)
        for name in found.names { try removeTree("\(path)/\(name)") }
        do throws(SystemError) {
            try SystemCalls.removeFolder(path)
        } catch {
            if error.code != ENOENT { throw error }
        }
    }

    /// Makes the names in a folder durable: what was created, renamed or removed there survives a power loss.
    package static func setRights(of folder: String, _ mode: UInt32) throws(SystemError) {
        let descriptor = try SystemCalls.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, doing: "open folder")
        defer { SystemCalls.release(descriptor) }
        try SystemCalls.setRights(descriptor, mode, path: folder)
    }

    package static func syncFolder(_ path: String) throws(SystemError) {
        let descriptor = try SystemCalls.open(path, O_RDONLY | O_DIRECTORY, doing: "open folder")
        defer { SystemCalls.release(descriptor) }
        do throws(SystemError) {
            try SystemCalls.sync(descriptor, path: path)
        } catch {
            // Some network file systems cannot sync a folder and say so; their server decides then.
            if error.code != EINVAL && error.code != EOPNOTSUPP { throw error }
        }
    }

    /// Has the system begin to write what it holds of a file in memory, and does not wait for it (sync_file_range(2)):
    /// others who sync find less to wait for. A hint that makes nothing durable, so nothing is told of where it fails.
    package static func beginWriting(_ path: String) {
        guard let descriptor = try? SystemCalls.open(path, O_RDONLY | O_NOFOLLOW, doing: "open") else { return }
        defer { SystemCalls.release(descriptor) }
        SystemCalls.beginWriting(descriptor)
    }

    /// The contents of a regular file; EFBIG when there are more than `limit` bytes.
    package static func read(
        _ path: String, limit: Int, followLinks: Bool = true
    ) throws(SystemError) -> [UInt8] {
        let file = try OpenFile(reading: path, followLinks: followLinks)
        var bytes: [UInt8] = []
        let expected = try file.status().size
        bytes.reserveCapacity(Int(min(expected, Int64(limit))) + 1)
        // One byte more than allowed is enough to see that there are too many.
        let ceiling = limit == .max ? limit : limit + 1
        while true {
            // Files under /proc have size 0, so the size is a hint and the end is what read says.
            let hoped = max(Int(expected) - bytes.count, 0) + 4096
            let got = try file.read(into: &bytes, atMost: min(hoped, ceiling - bytes.count))
            if bytes.count > limit { throw SystemError(operation: "read", path: path, code: EFBIG) }
            if got == 0 { return bytes }
        }
    }

    /// Whether something stands under this name, be it a link that leads nowhere.
    package static func exists(_ path: String) throws(SystemError) -> Bool {
        try FileStatus.of(path) != nil
    }

    /// The folder a path stands in: `.` for a bare name.
    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last part of a path.
    package static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }
}
