import SystemIO

/// A file of an inbox, as of the last look.
final class SeenFile {
    /// Nil for a file that could not be looked at.
    var file: SettlingFile?
    /// Set when it may be taken.
    var candidate: InboxScan.Candidate?
    /// Whether the candidate was reported before.
    var isTold = false
    var unready: InboxScan.UnreadyFile?
    var word: InboxScan.Word?
    var problem: String?
    /// Monotonic milliseconds.
    var lookAgainAt: Int64?
    /// Only an arrival, a new name beside it, or its claim can change what is known: a ready file without a companion,
    /// or the folder of another place.
    var isSettled = false

    /// Forgets the result of the last look, but not the file's own history.
    func forget() {
        (candidate, unready, word, problem, lookAgainAt, isSettled) = (nil, nil, nil, nil, nil, false)
    }
}

/// What an inbox's view remembers about one place.
final class InboxPlace {
    let place: InboxScan.Place
    /// Whether its files say who must not be contacted, or what became of a message.
    let holdsWords: Bool
    /// Whether its folder was seen.
    var isPresent = false
    var isWatched = false
    /// Why it could not be listed.
    var problem: (any Error)?
    private(set) var names: Set<String> = []
    /// Why names that are no text could not be changed, by what they were to become.
    var unnamed: [String: String] = [:]
    /// Of a folder of words: what lay in it when it was listed first, and was not ready yet. Nothing told when that
    /// came, or whether it is whole.
    var firstNames: Set<String> = []
    /// By the folded name of a drop, or what stands before its ending: a side-car that is not called as ours are.
    private var companions: [FoldedFileName: String] = [:]
    private(set) var files: [String: SeenFile] = [:]
    /// Names of files that are not settled.
    private(set) var restless: Set<String> = []
    /// How many files may be taken, and how many of them were not reported yet.
    private(set) var readyCount = 0
    var fresh: [SeenFile] = []
    /// Names to look at, the first one last.
    private var queue: [String] = []
    /// Whether the last scan left some of them.
    private var isMidRound = false

    /// The folder's status when listed, since when (monotonic nanoseconds) it is unchanged, when it was listed, and
    /// when it may be listed again.
    private var folder: FileStatus?
    private var folderSince: Int64 = 0
    private var listedAt: Int64?
    private var nextListing: Int64 = 0

    /// The coarsest folder times of local file systems are two seconds apart.
    private static let grain: Int64 = 3_000_000_000
    /// How long a folder that looks unchanged is not listed again.
    private static let trust: Int64 = 60_000_000_000
    /// The rest after a listing, as a multiple of its duration: listing takes at most a fifth of the time.
    private static let restAfterListing: Int64 = 4
    /// A listing shorter than this needs no rest.
    private static let shortListing: Int64 = 1_000_000

    init(_ place: InboxScan.Place) {
        self.place = place
        holdsWords = DropPurpose(folder: place.folder) != .contacts
    }

    // MARK: - Listing

    /// Whether to list a folder with this status: not if it is unchanged since the last listing. (Nil: the status was
    /// not read, since listing costs no more.)
    func needsListing(_ status: FileStatus?, isTouched: Bool, at moment: Int64) -> Bool {
        if status == nil || folder != status { (folder, folderSince) = (status, moment) }
        guard let listedAt else { return true }
        guard moment >= nextListing else { return false }
        if isTouched || status == nil || problem != nil { return true }
        return listedAt - folderSince < Self.grain || moment - listedAt >= Self.trust
    }

    /// Takes over the names now in the folder.
    ///
    /// - Parameter moment: when the listing began, and `end`, when it was done.
    func take(_ listed: [String], from moment: Int64, to end: Int64) {
        if holdsWords { firstNames = listedAt == nil ? Set(listed) : firstNames.intersection(listed) }
        listedAt = moment
        let cost = end - moment
        nextListing = holdsWords || cost < Self.shortListing ? end : end + Self.restAfterListing * cost
        names = Set(listed)
        if !files.isEmpty {
            for name in files.keys.filter({ !names.contains($0) }) { remove(name) }
        }
        queue = queue.filter(names.contains)
        let queued = Set(queue)
        queue += listed.reversed().filter { !$0.hasPrefix(".") && files[$0] == nil && !queued.contains($0) }
        noteCompanions(listed)
    }

    /// When it may be listed again, in monotonic nanoseconds.
    var restsUntil: Int64 { nextListing }

    /// A side-car in other letters than ours, as `A.CSV.META.JSON`, or one that leaves out the ending of its file, as
    /// `a.meta.json`. What it says (when to send, whose it is, that the file is whole) is not passed over: its drop
    /// waits.
    private func noteCompanions(_ listed: [String]) {
        var found: [FoldedFileName: String] = [:]
        for name in listed {
            guard let suffix = DropName.sidecarEnding(name) else { continue }
            let owner = String(name.dropLast(suffix.count))
            if !name.hasSuffix(suffix) || !names.contains(owner) { found[FoldedFileName(owner)] = name }
        }
        if found != companions, !found.isEmpty {
            for name in files.keys where DropName.stems(name).contains(where: { found[$0] != nil }) { disturb(name) }
        }
        companions = found
    }

    /// The one of a drop; nil where it has none of that kind.
    func companion(of name: String) -> String? {
        companions.isEmpty ? nil : DropName.stems(name).lazy.compactMap { self.companions[$0] }.first
    }

    // MARK: - Looking

    var isIdle: Bool { queue.isEmpty }
    /// Whether each look has something to report about it.
    var isUneasy: Bool {
        !queue.isEmpty || !restless.isEmpty || problem != nil || !unnamed.isEmpty || holdsWords
    }

    /// Whether there is nothing to tell of it until something happens in it.
    var isQuiet: Bool { isPresent && isWatched && !isUneasy && readyCount == 0 && fresh.isEmpty }

    /// The next name to look at.
    func next() -> String? { queue.popLast() }

    /// Moves some names to the front.
    func putFirst(where isFirst: (String) -> Bool) {
        guard queue.contains(where: isFirst) else { return }
        queue = queue.filter { !isFirst($0) } + queue.filter(isFirst)
    }

    /// Whether the next name is one of those.
    func nextIs(_ isMeant: (String) -> Bool) -> Bool { queue.last.map(isMeant) ?? false }

    /// Queues everything unsettled for another look, once the last round is over.
    func beginRound() {
        if !isMidRound { queue = restless.isEmpty ? [] : restless.sorted(by: >) }
    }

    /// Leaves the remaining names to the next scan.
    func endTurn() { isMidRound = !queue.isEmpty }

    /// Queues a file for a look, whatever is known about it.
    func disturb(_ name: String) {
        guard let seen = files[name] else { return }
        seen.isSettled = false
        restless.insert(name)
        // The name may be queued already; then it is looked at twice.
        queue.append(name)
    }

    /// What is known about a file. A new file is queued for a look.
    func arrival(_ name: String) -> SeenFile {
        let seen = files[name] ?? SeenFile()
        files[name] = seen
        names.insert(name)
        disturb(name)
        return seen
    }

    /// Keeps the result of a look at a file; `wasReady` says whether it could be taken before.
    func put(_ seen: SeenFile, _ name: String, wasReady: Bool) {
        files[name] = seen
        if seen.isSettled { restless.remove(name) } else { restless.insert(name) }
        readyCount += (seen.candidate == nil ? 0 : 1) - (wasReady ? 1 : 0)
        if seen.candidate != nil, !seen.isTold { fresh.append(seen) }
    }

    func remove(_ name: String) {
        if files.removeValue(forKey: name)?.candidate != nil { readyCount -= 1 }
        restless.remove(name)
    }

    /// Forgets verdicts made under other rules.
    func forgetVerdicts() {
        for (name, seen) in files {
            seen.forget()
            restless.insert(name)
        }
        readyCount = 0
        queue = restless.sorted(by: >)
    }
}
