package import SystemIO

/// One inbox folder, and the claims that lie in it.
///
///     <inbox>/.waybill/<owner>/.store           the owner's store; locked while it runs, touched as it goes
///     <inbox>/.waybill/<owner>/<token>/FILE     a claimed drop, its companions beside it
///     <inbox>/.waybill/<owner>/<token>/.kept    its outcome is in that store, or is about to be: nobody else's to take
package struct Inbox: Sendable {
    /// Without a slash at the end.
    package let path: String
    package let owner: ProcessIdentity
    /// Names the store of this workspace (random): a claim that is half-way in one store is not for another.
    let store: String
    /// It lay on a share when it was last seen: without its `.waybill` folder it is not there.
    package var isShare: Bool
    /// A claim has to be synced, or a loss of power may take it back after the ledger knows it, and the drop is taken
    /// twice.
    package var syncsClaims = false

    package init(path: String, owner: ProcessIdentity, store: String, isShare: Bool = false) {
        self.path = path
        self.owner = owner
        self.store = store
        self.isShare = isShare
    }

    /// `<inbox>/.waybill`.
    var claimsRoot: String { path + "/.waybill" }
    /// Claims of this process.
    var claims: String { claimsRoot + "/" + owner.text }

    package func path(of place: InboxScan.Place) -> String { place.path.isEmpty ? path : path + "/" + place.path }

    /// Throws `InboxAway` when a share that had our folder has it no more: what is there now is an empty mount point,
    /// or a server's idea of an empty folder, and nothing that it shows or lacks means anything.
    package func checkPresence() throws {
        guard isShare, try !Files.exists(claimsRoot) else { return }
        throw InboxAway(
            "\(claimsRoot) is missing, so the share is not mounted; mount it, or create that folder if this is the inbox now"
        )
    }

    /// Whether the inbox lies on another file system than the state folder or on a network: it may go away on its own.
    package func liesOnShare(besides state: String) throws -> Bool {
        guard let here = try FileStatus.of(path, followLinks: true),
            let there = try FileStatus.of(state, followLinks: true)
        else { return false }
        return try here.device != there.device || !Files.fileSystem(path).isLocal
    }

    /// Makes the folder that tells a mounted share from an empty mount point. Whoever may take files out of the inbox
    /// may claim them: it has the inbox's own rights, whatever the umask says.
    package func makeClaimsRoot() throws {
        if try Files.exists(claimsRoot) { return }
        try Files.createFolder(claimsRoot, mode: 0o755, durably: false)
        guard let inbox = try FileStatus.of(path, followLinks: true) else { return }
        // A share that has no such rights goes without.
        try? Files.setRights(of: claimsRoot, inbox.mode & 0o7777)
    }

    // MARK: Claims

    /// A file that is ours: it lies in our claims folder, its companions beside it.
    package struct Claim: Sendable {
        /// The name of the claim's folder: `<owner>-<time>[!]~<inbox folder>`, with `!` from an urgent folder; unique
        /// for ever.
        package let token: String
        package let inbox: String
        package let name: String
        /// The folder that holds the file.
        package let place: String
        package var size: Int64
        package let isOnShare: Bool
        package var path: String { place + "/" + name }
        /// Relative to the inbox; empty for the inbox itself.
        package var folder: String { String(token.drop { $0 != "~" }.dropFirst()) }
        package var isUrgent: Bool { token.prefix { $0 != "~" }.hasSuffix("!") }

        /// Opens the drop, to be read once or more often.
        package func open() throws -> DropFile { try DropFile(path: path, isClaim: true, isRemote: isOnShare) }

        /// Says that the outcome is about to be in the store, so that no other workspace takes the drop after a crash.
        ///
        /// Throws `InboxAway` when the claim is not here any more. Not synced: what the store has then is synced after
        /// it.
        package func keep() throws {
            do {
                try Files.createEmpty(place + "/" + Self.keptName)
            } catch {
                if error.code == SystemError.noSuchFile { throw InboxAway("the claim \(place) has gone") }
                throw error
            }
        }

        static let keptName = ".kept"
    }

    /// Whether a file that was ready is as it was when it was judged, and still nobody has it open: it may have waited
    /// for its turn.
    package func isAsJudged(_ candidate: InboxScan.Candidate, at now: Int64) throws -> Bool {
        let file = path + "/" + candidate.place.path(of: candidate.name)
        guard try FileStatus.of(file) == candidate.status else { return false }
        guard candidate.mayHaveWriter, candidate.status.kind == .regular, now - candidate.judgedAt > Self.soon else {
            return true
        }
        // What cannot be opened is taken, and refused for it.
        return (try? OpenFile(reading: file).hasWriter) != true
    }

    /// Milliseconds for which what was judged is believed.
    private static let soon: Int64 = 1_000

    /// Takes a file by renaming it; nil when another process was faster or the file is gone.
    package func claim(_ candidate: InboxScan.Candidate) throws -> Claim? {
        // The owner's name has the boot and the process; the monotonic clock never reads the same twice in it.
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
        let claim = Claim(
            token: token, inbox: path, name: candidate.name, place: place, size: candidate.size,
            isOnShare: isShare)
        try gatherCompanions(of: claim, marker: candidate.marker)
        if syncsClaims {
            try Files.syncFolder(place)
            try Files.syncFolder(claims)
            try Files.syncFolder(self.path(of: candidate.place))
        }
        return claim
    }

    /// Moves a claimed drop's marker and side-cars beside it; those that are not there are not missed.
    private func gatherCompanions(of claim: Claim, marker: String) throws {
        let place = InboxScan.Place(folder: claim.folder, isUrgent: claim.isUrgent)
        for suffix in [DropName.metaSuffix, DropName.checksumSuffix, marker] where !suffix.isEmpty {
            let name = claim.name + suffix
            _ = try Self.move(path + "/" + place.path(of: name), to: claim.place + "/" + name)
        }
    }

    /// What lies in a claim's folder, taken up again; nil when its file went to the archive already.
    func claim(in place: String, token: String, _ rules: ReadinessRules) throws -> Claim? {
        let found = Claim(token: token, inbox: path, name: "", place: place, size: 0, isOnShare: isShare)
        let names = try Files.list(place).filter { $0 != Claim.keptName }
        let name =
            names.first { rules.canBeDrop(folder: found.folder, name: $0) }
            // It was a drop when it was claimed, though the configuration of now calls it a marker.
            ?? names.min { $0.utf8.count < $1.utf8.count }
        guard let name, let status = try FileStatus.of(place + "/" + name) else {
            try Files.removeTree(place)
            return nil
        }
        let claim = Claim(token: token, inbox: path, name: name, place: place, size: status.size, isOnShare: isShare)
        try removeNamesLeftBehind(names, of: claim)
        try gatherCompanions(of: claim, marker: rules.rule(folder: claim.folder, name: name).marker)
        return claim
    }

    /// A loss of power may leave both names of a file that was renamed (btrfs, between the syncs of the two folders),
    /// and so may a kill where a rename is two steps: the claim has it, and nobody is to take it again.
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

    /// Lets go of a claim whose file has been put away.
    package func release(_ claim: Claim) throws {
        try Files.removeTree(claim.place)
    }

    /// Renames, never over another file; false when there is nothing to rename.
    static func move(_ from: String, to target: String) throws -> Bool {
        do {
            try Files.rename(from, to: target, replacing: false)
            return true
        } catch {
            if error.code == SystemError.noSuchFile || error.code == SystemError.nameTooLong { return false }
            throw error
        }
    }
}
