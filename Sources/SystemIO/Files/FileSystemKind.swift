/// The kind of file system of a path, with its name; it decides whether SQLite's WAL and inotify are reliable.
package enum FileSystemKind: Hashable, Sendable {
    case local(String)
    case network(String)
    /// A kind unknown to this program, or one that may be local or remote (FUSE).
    case unknown(String)

    package var name: String {
        switch self {
        case .local(let name), .network(let name), .unknown(let name): name
        }
    }

    /// Whether it certainly belongs to this machine alone.
    package var isLocal: Bool {
        switch self {
        case .local: true
        case .network, .unknown: false
        }
    }

    /// Whether inotify reports everything that happens in it: on a network it only reports this machine's own changes.
    package var tellsEvents: Bool {
        switch self {
        case .local, .unknown: true
        case .network: false
        }
    }

    /// Whether syncing a folder also keeps all names changed before it, in other folders of the same file system: these
    /// two have one journal for all of them.
    package var keepsOrder: Bool { name == "ext4" || name == "xfs" }

    /// From the magic numbers of `statfs(2)` and the kernel's `linux/magic.h`.
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

    /// From the name by which the kernel lists a mount.
    init(type: String) {
        switch type {
        case "ext2", "ext3", "ext4", "xfs", "btrfs", "tmpfs", "devtmpfs", "ramfs", "rootfs", "overlay", "zfs", "f2fs",
            "bcachefs", "vfat", "exfat", "ntfs", "ntfs3", "jfs", "nilfs2", "squashfs", "erofs", "iso9660", "udf":
            self = .local(type)
        case "nfs", "nfs4", "smb3", "smbfs", "cifs", "ceph", "lustre", "afs", "gfs2", "ocfs2", "9p":
            self = .network(type)
        default: self = .unknown(type)
        }
    }
}

extension Files {
    /// The kind of a path's file system.
    package static func fileSystem(_ path: String) throws(SystemError) -> FileSystemKind {
        FileSystemKind(magic: try SystemCalls.fileSystemMagic(path))
    }
}
