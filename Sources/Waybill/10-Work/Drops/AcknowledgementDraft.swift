import SystemIO

/// The acknowledgement of a drop that is about to be committed. It goes to the disk under a hidden name while the
/// commit does, so its sender does not wait for the disk once more.
///
/// Only the time at which it finished is missing; that is written over before the file has its name, and synced after.
final class AcknowledgementDraft {
    private let acknowledgement: Acknowledgement
    private let file: DurableFileWriter
    private let syncing: Worker<Void>

    init(_ acknowledgement: Acknowledgement, as path: String) throws {
        self.acknowledgement = acknowledgement
        try Files.createFolder(Files.folder(of: path))
        file = try DurableFileWriter(path: path)
        try file.write(acknowledgement.json(pretty: true))
        syncing = try file.startSync()
    }

    // Its descriptor is in use until then.
    deinit { try? syncing.join() }

    /// Shows it under its name, unless it is not what is to be said there now, or could not be written.
    ///
    /// - Parameter path: where it is to be.
    func show(_ final: Acknowledgement, as path: String) throws -> Bool {
        var expected = acknowledgement
        expected.finishedAt = final.finishedAt
        do { try syncing.join() } catch { return false }
        guard expected == final, file.path == path else { return false }
        return try file.show(rewritten: final.json(pretty: true))
    }
}
