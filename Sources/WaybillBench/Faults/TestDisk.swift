import Glibc
import SystemIO

/// A separate file system, mounted beneath the scratch folder: mostly on a loop device in memory that can lose its
/// power. Needs root, and the file system's own tools.
final class TestDisk {
    enum Kind: String, CaseIterable {
        case ext4
        case fastCommit = "ext4-fast-commit"
        case xfs
        case btrfs
        case tmpfs
        case overlay
        /// FUSE: it lacks, for example, a rename that replaces nothing.
        case bindfs
        /// By the server of this machine's kernel, which has to run; a share, so the state is not on it.
        case nfs
        case nfs3

        /// How it is made on a device; nil if it is a folder of another file system.
        fileprivate var maker: (program: String, options: [String], bytes: Int64)? {
            switch self {
            case .ext4: ("mkfs.ext4", ["-q"], 64 << 20)
            case .fastCommit: ("mkfs.ext4", ["-q", "-O", "fast_commit"], 64 << 20)
            case .xfs: ("mkfs.xfs", ["-q"], 320 << 20)
            case .btrfs: ("mkfs.btrfs", ["-q"], 160 << 20)
            case .tmpfs, .overlay, .bindfs, .nfs, .nfs3: nil
            }
        }

        /// Unsynced data stays in memory longer than a run takes.
        fileprivate var mountOptions: String {
            switch self {
            case .ext4, .fastCommit, .btrfs: "loop,commit=600"
            case .xfs: "loop"
            case .tmpfs, .overlay, .bindfs: ""
            case .nfs: "vers=4.2"
            case .nfs3: "vers=3"
            }
        }
    }

    /// Where it is mounted.
    let folder: String
    let kind: Kind
    private let scratch: String
    /// In memory, since nothing has to survive a real power failure.
    private let image: String
    private var isMounted = false

    var canLosePower: Bool { kind.maker != nil }
    /// Whether others write into it, too: it has the inbox and the outbox, and the state is on a disk of this machine.
    var isShare: Bool { kind == .nfs || kind == .nfs3 }
    /// What a share or a folder of FUSE shows.
    private var behind: String { scratch + "/behind" }

    init(_ kind: Kind, in scratch: String) throws {
        self.kind = kind
        self.scratch = scratch
        folder = scratch + "/disk"
        image = "/dev/shm/" + Files.name(of: scratch) + ".image"
        try Files.createFolder(folder, durably: false)
        try Mounts.leaveOthers()
        guard let maker = kind.maker else { return }
        try call("truncate", ["-s", String(maker.bytes), image + ".empty"])
        try call(maker.program, maker.options + [image + ".empty"])
        try check()
    }

    deinit {
        try? unmount()
        for name in [image, image + ".empty", image + ".copy", image + ".again"] { try? Files.remove(name) }
    }

    /// Mounts an empty one.
    func renew() throws {
        try unmount()
        switch kind {
        case .ext4, .fastCommit, .xfs, .btrfs:
            try copyImage(from: image + ".empty", to: image)
            try mountImage()
            return
        case .tmpfs: try call("mount", ["-t", "tmpfs", "tmpfs", folder])
        case .overlay:
            for name in ["lower", "upper", "work"] {
                try? Files.removeTree(scratch + "/" + name)
                try Files.createFolder(scratch + "/" + name, durably: false)
            }
            let folders = "lowerdir=\(scratch)/lower,upperdir=\(scratch)/upper,workdir=\(scratch)/work"
            try call("mount", ["-t", "overlay", "overlay", "-o", folders, folder])
        case .bindfs:
            try renewBehind()
            try call("bindfs", [behind, folder])
        case .nfs, .nfs3:
            try renewBehind()
            // The number keeps sweeps apart that run beside each other.
            let rights = "rw,sync,no_root_squash,no_subtree_check,fsid=\(getpid())"
            try call("exportfs", ["-o", rights, "127.0.0.1:" + behind])
            try call("mount", ["-t", "nfs", "-o", kind.mountOptions, "127.0.0.1:" + behind, folder])
        }
        isMounted = true
    }

    private func renewBehind() throws {
        try? Files.removeTree(behind)
        try Files.createFolder(behind, durably: false)
    }

    /// Writes everything so far to the device.
    func sync() throws { try call("sync", ["-f", folder]) }

    /// Mounts the device as it is now, without anything unsynced, in its place.
    func losePower() throws {
        try copyImage(from: image, to: image + ".copy")
        // The file system may write while the image is copied, and a device never has half of that: not until two
        // copies are the same is one what the device had.
        repeat { try copyImage(from: image, to: image + ".again") } while try !isCopyTheSame()
        try unmount()
        try Files.rename(image + ".copy", to: image, replacing: true)
        try mountImage()
    }

    /// Whether nothing was written between two copies; the later one is kept.
    private func isCopyTheSame() throws -> Bool {
        let (copy, again) = (image + ".copy", image + ".again")
        let same = (try? call("cmp", ["-s", copy, again])) != nil
        try Files.rename(again, to: copy, replacing: true)
        return same
    }

    /// Checks that a power failure takes exactly what was not synced: without that, a sweep would prove nothing.
    private func check() throws {
        guard canLosePower else { return }
        try renew()
        for (name, isSynced) in [("synced", true), ("not synced", false)] {
            let file = try AppendingFile(path: folder + "/" + name)
            try file.write([1])
            if isSynced { try file.sync() } else { try file.flush() }
            try file.close()
            if isSynced { try Files.syncFolder(folder) }
        }
        try losePower()
        let left = try Files.list(folder).filter { $0.hasSuffix("synced") }
        guard left == ["synced"] else {
            throw ChildProcess.Failure(description: "\(kind.rawValue) has \(left) after a power failure")
        }
    }

    private func mountImage() throws {
        try call("mount", ["-o", kind.mountOptions, image, folder])
        isMounted = true
    }

    private func unmount() throws {
        guard isMounted else { return }
        try call("umount", [folder])
        isMounted = false
        if isShare { try call("exportfs", ["-u", "127.0.0.1:" + behind]) }
    }

    /// Keeps holes.
    private func copyImage(from: String, to target: String) throws {
        try call("cp", ["--sparse=always", from, target])
    }

    private func call(_ program: String, _ arguments: [String]) throws {
        let paths = ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].map { $0 + program }
        do {
            guard let path = try paths.first(where: { try Files.exists($0) }) else {
                throw ChildProcess.Failure(description: "\(program) is not installed")
            }
            _ = try ChildProcess.output(of: path, arguments, scratch: scratch)
        } catch {
            throw ChildProcess.Failure(description: "there is no disk with \(kind.rawValue): \(error)")
        }
    }
}
