import SystemIO

/// The segments of a large batch, one after the other in a file of their own beside the database.
///
/// A segment is written once and never changed, so it need not go through SQLite's log, which would write each byte
/// twice and read it once more. The row of a segment has its offset in this file. Nothing in the file counts before the
/// commit that makes its batch visible, and `sync` comes before that commit.
///
///     state/waybill.db-segments/20261127-000001
package final class SegmentFile {
    private let file: DirectFile
    private let folder: String
    /// SQLite's log, which grows meanwhile.
    private let log: String
    private let isThrownAway: Bool
    /// How much was written when the last sync beside the writing began.
    private var begun: Int64 = 0
    private var ahead: SyncAhead?

    /// 8 MiB: enough for the disk's full speed, little enough that `sync` finds hardly anything left. To start writing
    /// would not do: a disk with a cache of its own keeps what it was given until it is asked to flush it, and then
    /// takes long.
    private static let pace: Int64 = 8 << 20

    /// Creates the file of a batch. (A link with its name, as rehearsals have them, is refused and not followed.)
    init(of batch: BatchID, store: String, log: String, isThrownAway: Bool) throws {
        self.log = log
        self.isThrownAway = isThrownAway
        folder = Self.folder(store)
        try Files.createFolder(folder, mode: 0o700)
        file = try DirectFile(path: Self.path(of: batch, store: store), mode: 0o600)
    }

    package var path: String { file.path }

    /// Appends a segment, readable after `flush`, and returns its offset.
    func append(_ segment: ContactSegment) throws -> Int64 {
        let place = file.bytesWritten
        try file.write(segment.bytes)
        if file.bytesWritten - begun >= Self.pace, !isThrownAway, ahead?.isDone(waitingAtMost: 0) ?? true {
            begun = file.bytesWritten
            ahead = SyncAhead(files: [path, log])
        }
        return place
    }

    /// Makes the added segments readable.
    func flush() throws { try file.flush() }

    /// Makes the added segments and the file's name durable.
    func sync() throws {
        if isThrownAway { return }
        try file.sync()
        try Files.syncFolder(folder)
    }

    // MARK: - All files

    package static func folder(_ store: String) -> String { store + "-segments" }

    static func path(of batch: BatchID, store: String) -> String { folder(store) + "/" + batch.description }

    /// The batches that have a file.
    static func batches(store: String) throws -> [BatchID] {
        try Files.exists(folder(store)) ? Files.list(folder(store)).compactMap { BatchID($0) } : []
    }

    /// Lets a copy of a store read the original's segment files.
    static func lend(from store: String, to copy: String) throws {
        let batches = try batches(store: store)
        if !batches.isEmpty { try Files.createFolder(folder(copy), mode: 0o700) }
        for batch in batches { try Files.makeLink(to: path(of: batch, store: store), as: path(of: batch, store: copy)) }
    }
}
