import SystemIO

/// When a file of an inbox was seen first, and since when it is as it is.
///
/// Kept from run to run: who looks once a minute and for a second each would see each file for the first time for ever,
/// and never judge one that waits for its end.
package struct FirstSight: Codable, Equatable, Sendable {
    private let size: Int64
    private let modified: Int64
    private let changed: Int64
    private let inode: UInt64
    /// Milliseconds, of whichever clock.
    package private(set) var firstSeen: Int64
    package private(set) var unchangedSince: Int64

    init(_ file: SettlingFile) {
        let status = file.status
        (size, modified, changed, inode) = (status.size, status.modified, status.changed, status.inode)
        (firstSeen, unchangedSince) = (file.firstSeen, file.unchangedSince)
    }

    /// The same by a clock that is so far ahead.
    package func moved(by lead: Int64) -> FirstSight {
        var moved = self
        moved.firstSeen += lead
        moved.unchangedSince += lead
        return moved
    }

    /// Whether it is of the file that has this status, as it is.
    func isOf(_ status: FileStatus) -> Bool {
        size == status.size && modified == status.modified && changed == status.changed && inode == status.inode
    }
}
