import SystemIO

/// Makes public what others see of a batch after its commit: the notice's name, the acknowledgement, the archive copy.
///
/// Each step can be repeated; a start completes what a crash left undone.
struct Publisher {
    private let context: WorkContext

    init(_ context: WorkContext) { self.context = context }

    /// Answers the sender and archives the file; then the batch counts as published.
    func publish(_ batch: BatchRow, _ claim: Inbox.Claim) throws {
        guard !batch.isPublished else { return }
        // Of two moves, whichever a loss of power undoes, the next start makes it again: one sync is enough for both.
        let isAnswered = try context.store.setting(.answered(batch.id)) != nil
        let told = isAnswered ? ([], []) : try tell(batch)
        let moved: [String]
        do {
            moved = try putAway(claim, batch)
        } catch {
            try Self.sync(told)
            // Nobody is answered again with each try, nor by the next start.
            try? context.store.transiently { try context.store.set(.answered(batch.id), to: []) }
            throw error
        }
        try Self.sync(told, and: moved)
        try context.store.transiently {
            try context.store.markPublished(batch.id)
            if isAnswered { try context.store.removeSetting(.answered(batch.id)) }
        }
    }

    /// The same for a batch whose file was archived, or is gone.
    func publish(withoutFile batch: BatchRow) throws {
        try Self.sync(try tell(batch))
        try context.store.transiently { try context.store.markPublished(batch.id) }
    }

    /// What is not on the disk yet.
    private typealias Unsynced = (files: [String], folders: [String])

    private static func sync(_ told: Unsynced, and moved: [String] = []) throws {
        let folders = told.folders + moved
        do {
            try Files.sync(told.files, folders: folders)
        } catch {
            // Its sender may have collected it.
            guard error.code == SystemError.noSuchFile, told.files.contains(error.path) else { throw error }
            try Files.sync([String](), folders: folders)
        }
    }

    /// Where an acknowledgement is shown.
    static func acknowledgement(
        _ acknowledgement: Acknowledgement, _ claimedAt: Timestamp, in context: WorkContext
    ) -> String {
        let day = context.day(of: claimedAt, campaign: acknowledgement.campaign)
        return context.outbox("acks/\(day)/") + Files.shortened(acknowledgement.fileName)
    }

    /// Shows the notice and the acknowledgement. Returns what is to be synced.
    private func tell(_ batch: BatchRow) throws -> Unsynced {
        guard var acknowledgement = batch.acknowledgement else { return ([], []) }
        // The notice that the acknowledgement names is there before it, whatever happens.
        var notices: [String] = []
        if let notice = acknowledgement.notice.map(context.workspace.path) {
            try NoticeFolder.publish(notice)
            if try Files.exists(notice) { notices = [Files.folder(of: notice)] }
        }
        acknowledgement.finishedAt = max(context.now, batch.claimedAt)
        let path = Self.acknowledgement(acknowledgement, batch.claimedAt, in: context)
        let folder = Files.folder(of: path)
        try Files.createFolder(folder)
        if !context.isRehearsal { try context.mark.write(OutboxMark.note(of: context.store)) }
        notices.removeAll { Self.keepsOrder($0, folder) }
        if let draft = context.draft {
            for notice in notices { try Files.syncFolder(notice) }
            if try draft.show(acknowledgement, as: path) { return ([path], [folder]) }
        }
        let file = try DurableFileWriter(path: path)
        try file.write(acknowledgement.json(pretty: true))
        try file.show(after: notices)
        return ([], [folder])
    }

    /// Whether a name in the second folder is never on the disk without those that the first was given before.
    private static func keepsOrder(_ first: String, _ second: String) -> Bool {
        guard let one = try? FileStatus.of(first, followLinks: true)?.device,
            let other = try? FileStatus.of(second, followLinks: true)?.device, one == other
        else { return false }
        return (try? Files.fileSystem(second).keepsOrder) ?? false
    }

    /// Where a drop is after it was archived.
    static func archived(_ batch: BatchRow, in context: WorkContext) -> String {
        let day = context.day(of: batch.claimedAt, campaign: batch.campaign)
        let folder = context.state(batch.status == .refused ? "quarantine/\(day)" : "archive/\(day)")
        return folder + "/" + fileName(of: batch.name, batch)
    }

    private static func fileName(of name: String, _ batch: BatchRow) -> String {
        let digest = batch.sha256.map { String(SHA256.hex($0).prefix(8)) } ?? ""
        return Files.shortened([batch.id.description, digest, name].filter { !$0.isEmpty }.joined(separator: "-"))
    }

    /// Moves a drop and its companions to the archive, or to the quarantine with the reason beside it. Returns the
    /// folders that are to be synced.
    private func putAway(_ claim: Inbox.Claim, _ batch: BatchRow) throws -> [String] {
        let folder = Files.folder(of: Self.archived(batch, in: context))
        try Files.createFolder(folder, mode: 0o700)
        if batch.status == .refused, let reason = batch.acknowledgement?.reason {
            try Files.writeAtomically(
                Array((reason + "\n").utf8), to: folder + "/" + Files.shortened("\(batch.id)-\(batch.name).reason.txt"))
        }
        // The drop last: while it is there, a start after a crash resumes the claim and archives the rest.
        let names = try Files.list(claim.place).filter { !$0.hasPrefix(".") && $0 != claim.name }
        for name in names {
            for moved in try putAway(claim.place + "/" + name, to: folder + "/" + Self.fileName(of: name, batch)) {
                try Files.syncFolder(moved)
            }
        }
        let target = folder + "/" + Self.fileName(of: claim.name, batch)
        let moved = try putAway(claim.place + "/" + claim.name, to: target)
        try ArchiveCheck(context).look(at: batch, target)
        return moved
    }

    private func putAway(_ file: String, to target: String) throws -> [String] {
        guard let status = try FileStatus.of(file) else { return [] }
        do {
            return try putAway(file, status, to: target)
        } catch let error as SystemError {
            // What can be seen in the inbox is not at fault.
            guard (try? Files.exists(file)) == true else { throw error }
            throw SystemError(operation: "archive", path: target, code: error.code)
        }
    }

    private func putAway(_ file: String, _ status: FileStatus, to target: String) throws -> [String] {
        switch status.kind {
        case .regular where status.links > 1:
            // The sender has the file under another name too; what is written to that must not reach the archive.
            try Files.copyDurably(file, to: target)
            try Files.remove(file)
            return []
        case .regular: return try Files.move(file, to: target)
        case .link, .other, .folder:
            do {
                return try Files.move(file, to: target)
            } catch let error where error.code != SystemError.noSuchFile {
                // It cannot be copied to another file system; the reason beside it says what it was.
                try Files.removeTree(file)
                return []
            }
        }
    }
}
