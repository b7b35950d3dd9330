/// What kind of file system a path stands on, with its name; it decides whether SQLite's WAL and inotify can be relied
/// on.
package enum FileSystemKind: Sendable, Equatable {
    case local(String)
    case network(String)
    /// One this program does not know, or one that may be either (FUSE).
    case unknown(String)

    package var name: String {
        switch self {
        case .local(let name), .network(let name), .unknown(let name): name
        }
    }

    /// Whether it surely is of this machine alone.
    package var isLocal: Bool {
        switch self {
        case .local: true
        case .network, .unknown: false
        }
    }

    /// Whether inotify tells all that happens in it: only this machine's own changes are told on a network.
    package var tellsEvents: Bool {
        switch self {
        case .local, .unknown: true
        case .network: false
        }
    }

    /// Whether a name that was changed is on the disk once a later change of the same file system is: these two keep
    /// one journal in order. ext4 does not with its option `fast_commit`, which nobody is told of.
    package var keepsOrder: Bool { name == "ext4" || name == "xfs" }

    /// By the magic numbers of `statfs(2)` and the kernel's `linux/magic.h`.
    init(magic: UInt32) {
        switch magic {
        case 0xEF53: self = .local("ext4")
        case 0x5846_5342: self = .local("xfs")
        case 0x9123_683E: self = .local("btrfs")
        case 0x0102_1994: self = .local("tmpfs")
        case 0x8584_58F6: self = .local("ramfs")
        case 0x794C_7630: self = .local("overlay")
        case 0x2FC1_2FC1: self = .local("zfs")
        case 0xF2F5_2010: self = .local("f2fs")
        case 0xCA45_1A4E: self = .local("bcachefs")
        case 0x4D44: self = .local("vfat")
        case 0x2011_BAB0: self = .local("exfat")
        case 0x7366_746E: self = .local("ntfs")
        case 0x6969: self = .network("nfs")
        case 0x517B: self = .network("smb")
        case 0xFF53_4D42: self = .network("cifs")
        case 0xFE53_4D42: self = .network("smb2")
        case 0x00C3_6400: self = .network("ceph")
        case 0x0BD0_0BD0: self = .network("lustre")
        case 0x5346_414F: self = .network("afs")
        case 0x0116_1970: self = .network("gfs2")
        case 0x7461_636F: self = .network("ocfs2")
        case 0x0102_1997: self = .network("9p")
        case 0x6573_5546: self = .unknown("fuse")
        default: self = .unknown("0x" + String(magic, radix: 16))
        }
    }
}

extension Files {
    /// The kind of file system that holds the path.
    package static func fileSystem(_ path: String) throws(SystemError) -> FileSystemKind {
        FileSystemKind(magic: try SystemCalls.fileSystemMagic(path))
    }
}
