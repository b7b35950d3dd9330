import SystemIO

/// When a file of an inbox was first seen, and since when it is unchanged.
///
/// Kept between runs: a run of one second each minute would otherwise see every file for the first time, and would
/// never judge a file that needs longer to settle.
package struct FirstSight: Codable, Equatable, Sendable {
    private let size: Int64
    private let modified: Int64
    private let changed: Int64
    private let inode: UInt64
    /// Milliseconds of the clock that the owner uses.
    package private(set) var firstSeen: Int64
    package private(set) var unchangedSince: Int64

    init(_ file: SettlingFile) {
        let status = file.status
        (size, modified, changed, inode) = (status.size, status.modified, status.changed, status.inode)
        (firstSeen, unchangedSince) = (file.firstSeen, file.unchangedSince)
    }

    /// The same, shifted to a clock that is `lead` ahead.
    package func moved(by lead: Int64) -> FirstSight {
        var moved = self
        moved.firstSeen += lead
        moved.unchangedSince += lead
        return moved
    }

    /// Whether it is about the file with this status, unchanged.
    func isOf(_ status: FileStatus) -> Bool {
        size == status.size && modified == status.modified && changed == status.changed && inode == status.inode
    }
}
