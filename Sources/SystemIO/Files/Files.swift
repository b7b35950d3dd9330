import Glibc

/// Operations on files by name; each error says what was tried and where.
package enum Files {
    /// The names in a folder: text, and separately the raw bytes of names that are not valid UTF-8.
    package struct Listing: Sendable, Equatable {
        package var names: [String]
        package var undecodable: [[UInt8]]
    }

    /// The names in a folder in byte order, without `.`, `..` and names that are not valid UTF-8.
    package static func list(_ folder: String) throws(SystemError) -> [String] {
        try listing(folder).names
    }

    /// The names in a folder in byte order, without `.` and `..`; names that are not valid UTF-8 are separate.
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

    /// Creates a folder and its missing parents; an existing folder is fine. What it created is durable on return,
    /// unless `durably` is false.
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

    /// Renames a file on the same file system. Without `replacing`, a taken name is EEXIST and nothing changes.
    package static func rename(_ from: String, to target: String, replacing: Bool) throws(SystemError) {
        if replacing { return try SystemCalls.rename(from, to: target) }
        do throws(SystemError) {
            try SystemCalls.renameWithoutReplacing(from, to: target)
        } catch {
            guard error.code == EINVAL || error.code == ENOSYS else { throw error }
            if try FileStatus.of(from)?.kind == .folder {
                try renameUnlessThere(from, to: target)
            } else {
                try renameByLinking(from, to: target)
            }
        }
    }

    /// The same, and it never leaves the file with both names. On a file system without such a rename, a taken name is
    /// looked for first: for names that nobody else gives.
    package static func renameAtOnce(_ from: String, to target: String) throws(SystemError) {
        do throws(SystemError) {
            try SystemCalls.renameWithoutReplacing(from, to: target)
        } catch {
            guard error.code == EINVAL || error.code == ENOSYS else { throw error }
            try renameUnlessThere(from, to: target)
        }
    }

    /// A folder cannot have a second name; but renaming a folder never replaces a file, nor a folder that is not empty.
    private static func renameUnlessThere(_ from: String, to target: String) throws(SystemError) {
        guard try !exists(target) else { throw SystemError(operation: "rename", path: target, code: EEXIST) }
        try SystemCalls.rename(from, to: target)
    }

    /// The same for file systems without such a rename (NFS): adding a second name fails if it is taken, which is as
    /// atomic.
    ///
    /// A crash between the two steps leaves the file with both names. Regular files only.
    ///
    /// A client asks again when the server's answer is lost, as when it starts anew. Then it finds its own second name
    /// there already, or the first one gone: not taken, but done.
    static func renameByLinking(_ from: String, to target: String) throws(SystemError) {
        do throws(SystemError) {
            try SystemCalls.link(from, to: target)
        } catch {
            guard error.code == EEXIST, let there = try FileStatus.of(target), let here = try FileStatus.of(from),
                (there.device, there.inode) == (here.device, here.inode)
            else { throw error }
        }
        do throws(SystemError) {
            try SystemCalls.unlink(from)
        } catch {
            guard error.code == ENOENT else { throw error }
            // Opened, so that the server is asked: with other names, the file is somebody else's, who was faster.
            if try OpenFile(reading: target).status().links == 1 { return }
            try SystemCalls.unlink(target)
            throw error
        }
    }

    /// Makes `path` a symbolic link to `target`, which need not exist.
    package static func makeLink(to target: String, as path: String) throws(SystemError) {
        try SystemCalls.symlink(path, leadingTo: target)
    }

    /// What a symbolic link says, which need not exist.
    static func target(ofLink path: String) throws(SystemError) -> String { try SystemCalls.linkTarget(path) }

    /// Removes a file; a missing file is fine.
    package static func remove(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            try SystemCalls.unlink(path)
        } catch {
            if error.code != ENOENT { throw error }
        }
    }

    /// Removes a file, or a folder with everything in it; links are removed, never followed. A missing path is fine.
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

    /// Sets the permissions of a folder; a link is refused.
    package static func setRights(of folder: String, _ mode: UInt32) throws(SystemError) {
        let descriptor = try SystemCalls.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, doing: "open folder")
        defer { SystemCalls.release(descriptor) }
        try SystemCalls.setRights(descriptor, mode, path: folder)
    }

    /// Makes the names in a folder durable: what was created, renamed or removed there survives a loss of power.
    package static func syncFolder(_ path: String) throws(SystemError) {
        let descriptor = try SystemCalls.open(path, O_RDONLY | O_DIRECTORY, doing: "open folder")
        defer { SystemCalls.release(descriptor) }
        do throws(SystemError) {
            try SystemCalls.sync(descriptor, path: path)
        } catch {
            // Some network file systems cannot sync a folder; then their server decides.
            if error.code != EINVAL && error.code != EOPNOTSUPP { throw error }
        }
    }

    /// Makes the system start writing a file's cached data, without waiting (sync_file_range(2)), so later syncs wait
    /// for less. It is only a hint and makes nothing durable, so failures are not reported.
    package static func beginWriting(_ path: String) {
        guard let descriptor = try? SystemCalls.open(path, O_RDONLY | O_NOFOLLOW, doing: "open") else { return }
        defer { SystemCalls.release(descriptor) }
        SystemCalls.beginWriting(descriptor)
    }

    /// The contents of a regular file; EFBIG if it has more than `limit` bytes.
    package static func read(
        _ path: String, limit: Int, followLinks: Bool = true
    ) throws(SystemError) -> [UInt8] {
        let file = try OpenFile(reading: path, followLinks: followLinks)
        var bytes: [UInt8] = []
        let expected = try file.status().size
        bytes.reserveCapacity(Int(min(expected, Int64(limit))) + 1)
        // One byte more than allowed shows that there are too many.
        let ceiling = limit == .max ? limit : limit + 1
        while true {
            // Files under /proc have size 0, so the size is only a hint; read reports the end.
            let hoped = max(Int(expected) - bytes.count, 0) + 4096
            let got = try file.read(into: &bytes, atMost: min(hoped, ceiling - bytes.count))
            if bytes.count > limit { throw SystemError(operation: "read", path: path, code: EFBIG) }
            if got == 0 { return bytes }
        }
    }

    /// Whether something has this name, even a dangling link.
    package static func exists(_ path: String) throws(SystemError) -> Bool {
        try FileStatus.of(path) != nil
    }

    /// The folder of a path: `.` for a bare name.
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
