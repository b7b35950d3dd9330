import SystemIO

/// The segments of a large batch, one behind the other in a file of their own beside the database.
///
/// A segment is written once and never changed, so it need not go through SQLite's log, which would write each byte
/// twice and read it once more. The row of a segment says where it stands here. Nothing of the file counts before the
/// commit that makes its batch visible, and `sync` comes before that.
///
///     state/waybill.db-segments/20261127-000001
package final class SegmentFile {
    private let file: AppendingFile
    private let folder: String
    private let isThrownAway: Bool
    /// How much was written when the system was last told to bring it to the disk.
    private var begun: Int64 = 0

    /// 8 MiB: enough for a disk to be written at its speed, little enough that `sync` finds next to nothing left.
    private static let pace: Int64 = 8 << 20

    /// Begins the file of a batch, which has none. (A link under its name, as a rehearsal has them, is refused and
    /// not followed.)
    init(of batch: BatchID, store: String, isThrownAway: Bool) throws {
        self.isThrownAway = isThrownAway
        folder = Self.folder(store)
        try Files.createFolder(folder, mode: 0o700)
        file = try AppendingFile(path: Self.path(of: batch, store: store), mode: 0o600)
    }

    package var path: String { file.path }

    /// Adds a segment, which can be read from then on; where it stands.
    func append(_ segment: ContactSegment) throws -> Int64 {
        let place = file.bytesWritten
        try file.write(segment.bytes)
        try file.flush()
        if file.bytesWritten - begun >= Self.pace {
            begun = file.bytesWritten
            Files.beginWriting(path)
        }
        return place
    }

    /// Makes what was added durable, and the file's name.
    func sync() throws {
        if isThrownAway { return }
        try file.sync()
        try Files.syncFolder(folder)
    }

    // MARK: - All of them

    package static func folder(_ store: String) -> String { store + "-segments" }

    static func path(of batch: BatchID, store: String) -> String { folder(store) + "/" + batch.description }

    /// The batches that have a file.
    static func batches(store: String) throws -> [BatchID] {
        try Files.exists(folder(store)) ? Files.list(folder(store)).compactMap { BatchID($0) } : []
    }

    /// Has a copy of a store read the files of the store that it is a copy of.
    static func lend(from store: String, to copy: String) throws {
        let batches = try batches(store: store)
        if !batches.isEmpty { try Files.createFolder(folder(copy), mode: 0o700) }
        for batch in batches { try Files.makeLink(to: path(of: batch, store: store), as: path(of: batch, store: copy)) }
    }
}
