import SystemIO

/// A copy of the store in one `tar` file: a snapshot of the database, the segment files it refers to, and the digest of
/// each.
package struct StoreBackup {
    private static let database = "waybill.db"
    private static let audit = "waybill.db-audit"
    private static let segments = "waybill.db-segments/"
    private static let sums = "SHA256SUMS"

    /// What was written or restored.
    package struct Contents: Sendable {
        package var bytes: Int64 = 0
        package var batches = 0
        /// The time of the latest event the store knows.
        package var latest: Timestamp?
    }

    /// An earlier copy is not replaced.
    package struct FileThere: Error, CustomStringConvertible {
        let path: String

        package init(path: String) { self.path = path }

        package var description: String { "\(path) is there already, and is not replaced; name another file" }
    }

    // MARK: Writing

    /// Copies the store of a workspace, while others may work in it, to a new file.
    package static func write(
        of workspace: Workspace, _ configuration: Configuration, to target: String, at now: Timestamp
    ) throws -> Contents {
        // Beside the store, so that links to its segment files stay on their file system and the copy stays private.
        let copy = workspace.path(configuration.state) + "/.backup-\(ProcessIdentity.current.pid)"
        try Files.removeTree(copy)
        try Files.createFolder(copy, mode: 0o700)
        defer { try? Files.removeTree(copy) }
        let files = try workspace.filesOfCopy(in: copy, configuration)
        let archive = try TarWriter(path: target, mode: 0o600)
        var contents = Contents()
        var lines: [(name: String, sha256: String)] = []
        for (name, path) in files {
            // A segment file that is being written has at least what the copied database refers to.
            guard let status = try FileStatus.of(path, followLinks: true) else { continue }
            let sha256 = try archive.add(name, from: path, size: status.size, at: now.seconds)
            lines.append((name, SHA256.hex(sha256)))
            contents.bytes += status.size
        }
        contents.batches = lines.count { $0.name.hasPrefix(segments) }
        try archive.add(sums, ChecksumsFile.bytes(lines), at: now.seconds)
        try archive.commit()
        contents.latest = try Workspace.openStore(at: copy + "/" + database, readOnly: true).latestMoment()
        return contents
    }

    // MARK: Restoring

    /// Restores a copy as the store of a workspace that has none, and makes it safe to go on with: with new letters for
    /// references, with batch ids and numbers of parcels after those that were given, and with every campaign paused
    /// whose contacts wait, since they may have left after the copy was made.
    ///
    /// Returns the campaigns that are paused now as well.
    package static func restore(
        _ source: String, to workspace: Workspace, _ configuration: Configuration, at now: Timestamp
    ) throws -> (contents: Contents, paused: [String]) {
        let state = workspace.path(configuration.state)
        try Files.createFolder(state, mode: 0o700)
        let lock = try FileLock(path: state + "/waybill.lock")
        guard try lock.tryLock() else { throw WorkspaceBusy(state: state) }
        defer { lock.close() }
        let store = workspace.store(configuration)
        guard try !Files.exists(store), try !Files.exists(SegmentFile.folder(store)) else {
            throw StoreThere(path: store)
        }
        let folder = state + "/.restore"
        try Files.removeTree(folder)
        try Files.createFolder(folder + "/waybill.db-segments", mode: 0o700)
        defer { try? Files.removeTree(folder) }
        var contents = try unpack(source, into: folder)
        let (paused, latest) = try goOn(folder + "/" + database, workspace, configuration, at: now)
        contents.latest = latest
        if try Files.exists(folder + "/" + audit) {
            try Files.rename(folder + "/" + audit, to: store + "-audit", replacing: true)
        }
        if contents.batches > 0 {
            try Files.rename(
                folder + "/waybill.db-segments", to: Workspace.segments(of: store), replacing: false)
        }
        // Last: with this file, the store exists.
        try Files.rename(folder + "/" + database, to: store, replacing: false)
        try Files.syncFolder(state)
        return (contents, paused)
    }

    private static func unpack(_ source: String, into folder: String) throws -> Contents {
        let archive = try TarReader(path: source)
        var contents = Contents()
        var found: [(name: String, sha256: String)] = []
        while let entry = try archive.next() {
            if entry.name == sums {
                var bytes: [UInt8] = []
                while bytes.count < Int(entry.size) { bytes += try archive.read() }
                guard found.first?.name == database, bytes == ChecksumsFile.bytes(found) else {
                    throw TarReader.Damaged(path: source, place: 0)
                }
                return contents
            }
            let isSegments = entry.name.hasPrefix(segments) && BatchID(entry.name.dropFirst(segments.count)) != nil
            guard [database, audit].contains(entry.name) || isSegments else {
                throw TarReader.Damaged(path: source, place: 0)
            }
            let file = try AppendingFile(path: folder + "/" + entry.name, mode: 0o600)
            var hash = SHA256()
            var left = entry.size
            while left > 0 {
                let some = try archive.read()
                hash.update(some)
                try file.write(some)
                left -= Int64(some.count)
            }
            try file.sync()
            try file.close()
            found.append((entry.name, SHA256.hex(hash.finish())))
            contents.bytes += entry.size
            contents.batches += isSegments ? 1 : 0
        }
        // Its end is missing.
        throw TarReader.Damaged(path: source, place: 0)
    }

    private static func goOn(
        _ path: String, _ workspace: Workspace, _ configuration: Configuration, at now: Timestamp
    ) throws -> (paused: [String], latest: Timestamp?) {
        let store = try Workspace.openStore(at: path)
        let latest = try store.latestMoment()
        try store.drawNewLetters()
        var paused: [String] = []
        try store.durably {
            try OutboxWitness.accept(
                workspace.path(configuration.outbox), store, in: workspace.path(configuration.state), at: now)
            for campaign in try store.campaignTotals() where campaign.states[.pending, default: 0] > 0 {
                try store.pause(campaign.campaign, at: now)
                paused.append(campaign.campaign)
            }
            var entry = AuditEntry(.stateAccepted, at: now)
            entry.content.add("restored", Files.name(of: path))
            try store.note(entry)
        }
        try store.settle()
        return (paused, latest)
    }
}

/// An existing store is never replaced: what it knows would be lost.
package struct StoreThere: Error, CustomStringConvertible {
    let path: String
    package var description: String {
        "\(path) is there already; move the state folder away first, or restore into another workspace"
    }
}

extension Settings {
    /// The highest batch id that the store this one is a copy of may have given.
    func reservedBatches() throws -> BatchID? {
        guard let kept = try setting(.reservedBatches) else { return nil }
        guard let id = BatchID(String(decoding: kept, as: UTF8.self)) else {
            throw StoreProblem.damaged(what: "which ids of batches were given before it was restored")
        }
        return id
    }

    /// Call it inside a transaction.
    func reserveBatches(until last: BatchID) throws { try set(.reservedBatches, to: Array(last.description.utf8)) }
}

extension Store {
    /// How many numbers of parcels a restored store skips, for those that the lost store gave.
    private static var gap: Int64 { 10_000_000 }
    /// More steps than any outbox has seen; a mark that says more is not ours.
    private static var mostSteps: Int64 { 1_000_000_000 }

    /// This store may be an older copy of another one, or take the place of one that was lost: no parcel leaves under a
    /// number that any of those gave, since who collects the files knows them by it. Call it inside the transaction
    /// that accepts the marks in the outbox: the steps tell how many parcels have left.
    func skipParcelNumbers() throws {
        let given = max(try reservedParcels().rawValue, try departed()?.last.rawValue ?? 0)
        let steps = try steps()
        guard let last = UInt32(exactly: max(Int64(given), min(steps, Self.mostSteps)) + Self.gap) else { return }
        try giveNumbers(after: ParcelID(rawValue: last))
        // What leaves from now on has higher numbers, as the outbox tells the next store that takes this one's place.
        if steps < last { try setSteps(Int64(last)) }
    }
}
