import CShims
import Glibc

/// The file systems that are mounted here, as the kernel lists them in `/proc/self/mountinfo`.
///
/// None of them is asked anything: whoever asks one whose server has gone waits for it, perhaps for ever.
package struct Mounts: Sendable {
    package struct Mount: Hashable, Sendable {
        /// The kernel's number: the same device mounted at two places, or a folder of it, has one for each.
        package let id: Int
        /// Where it is mounted.
        package let point: String
        package let kind: FileSystemKind
        /// A device, `server:/export`, or whatever the file system says.
        package let source: String
    }

    private let mounts: [String: Mount]

    /// From the kernel's text (`proc(5)`); lines in another form are left out.
    ///
    ///     36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
    ///     id             root point  options fields   - type source
    init(_ text: String, sharesAt taken: Set<String> = []) {
        var mounts: [String: Mount] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 8, let id = Int(words[0]), let dash = words[6...].firstIndex(of: "-"),
                dash + 2 < words.count
            else { continue }
            let point = Self.unescaped(words[4])
            // A later one hides what is mounted at the same place.
            let type = String(words[dash + 1])
            mounts[point] = Mount(
                id: id, point: point, kind: taken.contains(point) ? .unknown(type) : FileSystemKind(type: type),
                source: Self.unescaped(words[dash + 2]))
        }
        self.mounts = mounts
    }

    /// The kernel writes space, tab, line end and backslash in three octal digits.
    private static func unescaped(_ word: Substring) -> String {
        guard word.utf8.contains(UInt8(ascii: "\\")) else { return String(word) }
        var bytes: [UInt8] = []
        var rest = word.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - Now

    private struct Kept {
        let descriptor: Int32
        let mounts: Mounts
    }

    private static let kept = Mutex<Kept?>(nil)
    private static let taken = Mutex<Set<String>>([])
    private static let list = "/proc/self/mountinfo"

    /// Read anew only after something was mounted or unmounted. Empty where the kernel does not tell.
    package static var now: Mounts {
        kept.withLock { kept in
            if let known = kept {
                if !SystemCalls.hasExceptionalState(known.descriptor) { return known.mounts }
                SystemCalls.release(known.descriptor)
                kept = nil
            }
            // Opened before it is read, so that no change falls in between.
            guard let descriptor = try? SystemCalls.open(list, O_RDONLY) else { return Mounts("") }
            guard let bytes = try? Files.read(list, limit: 1 << 26) else {
                SystemCalls.release(descriptor)
                return Mounts("")
            }
            let mounts = Mounts(String(decoding: bytes, as: UTF8.self), sharesAt: taken.withLock { $0 })
            kept = Kept(descriptor: descriptor, mounts: mounts)
            return mounts
        }
    }

    /// Takes what is mounted there for a share from now on. Only a disk of this machine can lose its power in a
    /// measurement, and what goes to shares has to stand that, too.
    package static func takeForShare(_ point: String) {
        _ = taken.withLock { $0.insert(point) }
        kept.withLock { kept in
            if let known = kept { SystemCalls.release(known.descriptor) }
            kept = nil
        }
    }

    /// From now on nobody else sees what this thread and its children mount: whoever copies all mounts meanwhile, as
    /// `unshare -m` and containers do, would keep a disk alive that was unmounted here.
    package static func leaveOthers() throws(SystemError) {
        guard waybill_leave_mounts() == 0 else {
            throw SystemError(operation: "leave the mounts of others below", path: "/", code: errno)
        }
    }

    // MARK: - Where a path leads

    /// The mount that an absolute path lies on, its links followed; nil where the kernel does not tell. Below a mount
    /// that is not certainly this machine's own nothing is looked at: the path lies on it.
    package func mount(of path: String) -> Mount? {
        var found = mounts["/"]
        var done = ""
        var rest = path.split(separator: "/").map(String.init).reversed() as [String]
        var links = 0
        while let part = rest.popLast() {
            if part == "." { continue }
            if part == ".." {
                done = Files.folder(of: done)
                if done == "/" || done == "." { done = "" }
                found = covering(done)
                continue
            }
            let next = done + "/" + part
            if let mounted = mounts[next] {
                found = mounted
                if !mounted.kind.isLocal { return mounted }
            } else if links < 40, (try? FileStatus.of(next))?.kind == .link,
                let target = try? Files.target(ofLink: next)
            {
                // 40 links, as Linux follows.
                links += 1
                if target.hasPrefix("/") { done = "" }
                found = covering(done)
                rest += target.split(separator: "/").map(String.init).reversed()
                continue
            }
            done = next
        }
        return found
    }

    private func covering(_ path: String) -> Mount? {
        var path = path
        while !path.isEmpty {
            if let mounted = mounts[path] { return mounted }
            let parent = Files.folder(of: path)
            path = parent == "/" || parent == "." ? "" : parent
        }
        return mounts["/"]
    }

    /// Whether two paths lie on different mounts, perhaps of one device: then nothing can be renamed from one to the
    /// other.
    package func areApart(_ first: String, _ second: String) -> Bool { mount(of: first)?.id != mount(of: second)?.id }

    package func isMounted(_ point: String) -> Bool { mounts[point] != nil }

    /// Where file systems should be mounted, by the text of `/etc/fstab` (`fstab(5)`), without that of the root.
    package static func expected(_ table: String) -> [String] {
        table.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.count >= 3, !words[0].hasPrefix("#"), words[1].hasPrefix("/"), words[1] != "/" else {
                return nil
            }
            return unescaped(words[1])
        }
    }

    /// The mount of a path if its server, or the program behind it, may stop to answer.
    package func share(of path: String) -> Mount? {
        mount(of: path).flatMap { $0.kind.isLocal ? nil : $0 }
    }
}
