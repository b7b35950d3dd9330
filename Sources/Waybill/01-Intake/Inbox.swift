package import SystemIO

/// One inbox folder, and the claims in it.
///
///     <inbox>/.waybill/<owner>/.store           the owner's store; locked while it runs, touched as it goes
///     <inbox>/.waybill/<owner>/<token>/FILE     a claimed drop, its companions beside it
///     <inbox>/.waybill/<owner>/<token>/.kept    its outcome is, or soon will be, in that store: nobody else takes it
///     <inbox>/.waybill/.workspaces/<store>      a workspace that takes files here (`InboxNeighbours`)
package struct Inbox: Sendable {
    /// Without a trailing slash.
    package let path: String
    package let owner: ProcessIdentity
    /// A random name of this workspace's store: a claim that one store has half processed is not for another.
    let store: String
    /// Whether it was on a share when last seen: then, without its `.waybill` folder, it is away.
    package var isShare: Bool
    /// Whether its folder was there before: then, without it, it is away.
    package var isKnown = false
    /// Folders of words in it that were a file system of their own when last seen.
    package var mounts: Set<String> = []
    /// Whether a claim is safe with its own folder alone synced.
    package var keepsOrder = false

    package init(path: String, owner: ProcessIdentity, store: String, isShare: Bool = false) {
        self.path = path
        self.owner = owner
        self.store = store
        self.isShare = isShare
    }

    /// `<inbox>/.waybill`.
    package static func claimsRoot(of path: String) -> String { path + "/.waybill" }
    var claimsRoot: String { Self.claimsRoot(of: path) }
    /// Claims of this process.
    var claims: String { claimsRoot + "/" + owner.text }

    package func path(of place: InboxScan.Place) -> String { place.path.isEmpty ? path : path + "/" + place.path }

    /// Throws `InboxAway` when the folder was there and has gone, with whatever lay in it; or when a share that had our
    /// folder no longer has it: we see an empty mount point, or an empty folder from the server, and nothing in it or
    /// missing from it means anything.
    package func checkPresence() throws {
        if isKnown, !isShare, try !Files.exists(path) {
            throw InboxAway(
                "\(path) was there before and has gone, perhaps with files in it; move it back, or create that folder if nothing "
                    + "was lost")
        }
        guard isShare, try !Files.exists(claimsRoot) else { return }
        throw InboxAway(
            "\(claimsRoot) is missing, so the share is not mounted; mount it, or create that folder if this is the inbox now"
        )
    }

    /// Whether the inbox is on another file system than the state folder, on another mount of the same one, or on a
    /// network: it may go away on its own.
    package func liesOnShare(besides state: String) throws -> Bool {
        guard let here = try FileStatus.of(path, followLinks: true),
            let there = try FileStatus.of(state, followLinks: true)
        else { return false }
        return try here.device != there.device || Mounts.now.areApart(path, state)
            || !Files.fileSystem(path).isLocal
    }

    /// Makes the folder that tells a mounted share from an empty mount point. It gets the inbox's own permissions,
    /// whatever the umask: whoever may take files out of the inbox may claim them.
    package func makeClaimsRoot() throws { try makeCommon(claimsRoot) }

    /// Makes a folder of all who may take files out of the inbox.
    func makeCommon(_ folder: String) throws {
        if try Files.exists(folder) { return }
        try Files.createFolder(folder, mode: 0o755, durably: false)
        guard let inbox = try FileStatus.of(path, followLinks: true) else { return }
        // A share without such permissions keeps its own.
        try? Files.setRights(of: folder, inbox.mode & 0o7777)
    }

    // MARK: Claims

    /// A file that is ours: it is in our claims folder, with its companions beside it.
    package struct Claim: Sendable {
        /// The name of the claim's folder: `<owner>-<time>[!]~<inbox folder>`, with `!` from an urgent folder; never
        /// used twice.
        package let token: String
        package let inbox: String
        package let name: String
        /// The folder that holds the file.
        package let place: String
        package var size: Int64
        package let isOnShare: Bool
        /// As its inbox has it.
        var keepsOrder = false
        /// Puts it on the disk; nil if nobody has begun that.
        var syncing: Worker<Void>?
        package var path: String { place + "/" + name }
        /// Relative to the inbox; empty for the inbox itself.
        package var folder: String { String(Substring(token.utf8[mark...].dropFirst())) }
        package var isUrgent: Bool { token.utf8[..<mark].last == UInt8(ascii: "!") }
        /// Where the token's `~` is.
        private var mark: String.Index { token.utf8.firstIndex(of: UInt8(ascii: "~")) ?? token.endIndex }

        /// Opens the drop; may be called more than once.
        package func open() throws -> DropFile { try DropFile(path: path, isClaim: true, isRemote: isOnShare) }

        /// Marks that the outcome is about to be in the store, so no other workspace takes the drop after a crash, and
        /// waits until the claim is on the disk.
        ///
        /// Throws `InboxAway` when the claim is gone.
        package func keep() throws {
            do {
                try Files.createEmpty(place + "/" + Self.keptName)
                try syncing.map { try $0.join() } ?? sync()
                // Only a share has workspaces of other machines, which could come when this one has no power.
                if isOnShare { try Files.syncFolder(place) }
            } catch let error as SystemError where error.code == SystemError.noSuchFile {
                throw InboxAway("the claim \(place) has gone")
            }
        }

        /// Puts it on the disk. Otherwise a loss of power could undo it though its outcome is in the store, and the
        /// drop would be taken twice. The ledger's commit does not keep it on any file system: it writes over what its
        /// log had, which changes no size and so leaves the journal alone (seen with ext4 and xfs).
        func sync() throws {
            try Files.syncFolder(place)
            if keepsOrder { return }
            let from = InboxScan.Place(folder: folder, isUrgent: isUrgent).path
            // A folder that has gone has no names.
            for other in [Files.folder(of: place), from.isEmpty ? inbox : inbox + "/" + from]
            where try Files.exists(other) {
                try Files.syncFolder(other)
            }
        }

        static let keptName = ".kept"
    }

    /// Whether a ready file, which may have waited for its turn, is still as it was judged and nobody has it open.
    package func isAsJudged(_ candidate: InboxScan.Candidate, at now: Int64) throws -> Bool {
        let file = path + "/" + candidate.place.path(of: candidate.name)
        guard try FileStatus.of(file) == candidate.status else { return false }
        guard candidate.mayHaveWriter, candidate.status.kind == .regular, now - candidate.judgedAt > Self.soon else {
            return true
        }
        // A file that cannot be opened is taken, and refused with the reason.
        return (try? OpenFile(reading: file).hasWriter) != true
    }

    /// Milliseconds for which a judgement holds without asking again.
    private static let soon: Int64 = 1_000

    /// Takes a file by renaming it; nil when another process was faster or the file is gone.
    package func claim(_ candidate: InboxScan.Candidate) throws -> Claim? {
        // The owner's name has boot and process, and the monotonic clock never shows the same time twice within them.
        let serial = CalendarDay.padded(Int(MonotonicClock.nanoseconds()), to: 19)
        let mark = candidate.place.isUrgent ? "!" : ""
        let token = "\(owner.text)-\(serial)\(mark)~\(candidate.place.folder)"
        let place = claims + "/" + token
        try Files.createFolder(place, mode: 0o700, durably: false)
        let from = path + "/" + candidate.place.path(of: candidate.name)
        guard try Self.move(from, to: place + "/" + candidate.name) else {
            // Taken by another daemon, or withdrawn by its sender.
            try Files.removeTree(place)
            return nil
        }
        var claim = Claim(
            token: token, inbox: path, name: candidate.name, place: place, size: candidate.size,
            isOnShare: isShare, keepsOrder: keepsOrder)
        try gatherCompanions(of: claim, marker: candidate.marker)
        // Beside the reading of the drop, and done before its outcome is in the store (`Claim.keep`).
        claim.syncing = Worker.start(name: "claim") { [claim] in try claim.sync() }
        return claim
    }

    /// Moves a claimed drop's marker and side-cars beside it; missing ones do not matter.
    private func gatherCompanions(of claim: Claim, marker: String) throws {
        let place = InboxScan.Place(folder: claim.folder, isUrgent: claim.isUrgent)
        for suffix in [DropName.metaSuffix, DropName.checksumSuffix, marker] where !suffix.isEmpty {
            let name = claim.name + suffix
            _ = try Self.move(path + "/" + place.path(of: name), to: claim.place + "/" + name)
        }
    }

    /// Resumes a claim from its folder; nil when its file already went to the archive, and only the folder is left.
    func claim(in place: String, token: String, _ rules: ReadinessRules) throws -> Claim? {
        let found = Claim(token: token, inbox: path, name: "", place: place, size: 0, isOnShare: isShare)
        // What is hidden was no drop: our mark, and what FUSE and NFS make of a file that was removed while open.
        let names = try Files.list(place).filter { !$0.hasPrefix(".") }
        let name =
            names.first { rules.canBeDrop(folder: found.folder, name: $0) }
            // It was a drop when claimed, even if the present configuration calls its name a marker.
            ?? names.min { $0.utf8.count < $1.utf8.count }
        guard let name, let status = try FileStatus.of(place + "/" + name) else { return nil }
        let claim = Claim(
            token: token, inbox: path, name: name, place: place, size: status.size, isOnShare: isShare,
            keepsOrder: keepsOrder)
        try removeNamesLeftBehind(names, of: claim)
        try gatherCompanions(of: claim, marker: rules.rule(folder: claim.folder, name: name).marker)
        return claim
    }

    /// A loss of power can leave a renamed file under both names (btrfs, between the syncs of the two folders), and so
    /// can a kill where a rename is two steps. The claim has the file, so the other name must not be taken again.
    private func removeNamesLeftBehind(_ names: [String], of claim: Claim) throws {
        let place = InboxScan.Place(folder: claim.folder, isUrgent: claim.isUrgent)
        for name in names {
            let left = path + "/" + place.path(of: name)
            guard let there = try FileStatus.of(left), there.links > 1,
                let claimed = try FileStatus.of(claim.place + "/" + name),
                (there.device, there.inode) == (claimed.device, claimed.inode)
            else { continue }
            try Files.remove(left)
        }
    }

    /// Whether the folder of a claim is still here, whoever owns it.
    package func holdsClaim(_ token: String) throws -> Bool {
        guard try Files.exists(claimsRoot) else { return false }
        for owner in try Files.list(claimsRoot) where try Files.exists("\(claimsRoot)/\(owner)/\(token)") {
            return true
        }
        return false
    }

    /// Renames into a folder of our claims, but never over another file; false when there is nothing to rename.
    ///
    /// On a share whose server starts anew, a rename may be asked for twice, and the second answer is that there is no
    /// such file. Nobody else puts anything into our folder, so the file there is the one.
    static func move(_ from: String, to target: String) throws -> Bool {
        do {
            try Files.rename(from, to: target, replacing: false)
            return true
        } catch {
            if error.code == SystemError.nameTooLong { return false }
            guard error.code == SystemError.noSuchFile else { throw error }
            return try Files.exists(target)
        }
    }
}
