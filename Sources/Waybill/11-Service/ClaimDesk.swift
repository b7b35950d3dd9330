import SystemIO

/// Manages the inboxes: ready files, our claims, claims left half-way or by ended owners, and stuck files.
package final class ClaimDesk {
    /// Something that could be taken.
    struct Found {
        let scanner: InboxScanner
        let source: Source
        let candidate: Scheduler.Candidate

        enum Source {
            case file(InboxScan.Candidate)
            /// It is ours already, and was left behind.
            case claim(Inbox.Claim)
        }

        init(_ file: InboxScan.Candidate, in scanner: InboxScanner) {
            self.scanner = scanner
            source = .file(file)
            let folder = file.place.folder
            candidate = Scheduler.Candidate(
                purpose: DropPurpose(folder: folder), campaign: folder.isEmpty || file.hasSidecar ? nil : folder,
                priority: file.priority, size: file.size, arrived: file.arrived, name: file.name, isClaimed: false)
        }

        init(_ claim: Inbox.Claim, in scanner: InboxScanner) {
            self.scanner = scanner
            source = .claim(claim)
            candidate = Scheduler.Candidate(
                purpose: DropPurpose(folder: claim.folder), campaign: nil, priority: claim.isUrgent ? 9 : 5,
                size: claim.size, arrived: 0, name: claim.token, isClaimed: true)
        }
    }

    /// The result of looking at the inboxes.
    package struct Look {
        var found: [Found] = []
        /// Inboxes whose ready files are all in `found`.
        var scanned: [InboxScanner] = []
        /// Whether an inbox was seen for the first time, or is back.
        var hasNewlySeen = false
        package var taken = 0
        /// Monotonic milliseconds of the latest first sight of an unready file.
        var youngest: Int64 = 0
        /// Monotonic milliseconds of the look.
        var scannedAt: Int64
        var lookAgainAt: Int64?
        /// Whether an inbox that has answered until now has not answered yet, or not completely.
        var isScanning = false
        /// Whether an inbox has so many new files that the next look continues with them.
        var hasMore = false
        /// Whether everything that came before the look was looked for.
        var isWhole = true

        /// Whether nothing is about to be taken: not even what came within a minute and is not ready yet.
        var isAtRest: Bool {
            taken == 0 && isWhole && !hasMore && !isScanning && (lookAgainAt == nil || scannedAt - youngest > 60_000)
        }
    }

    /// One for each inbox, in the configuration's order.
    package private(set) var scanners: [InboxScanner] = []
    private let events = InboxEvents()
    let context: WorkContext
    private let listing: @Sendable (String) throws -> Files.Listing
    /// Whether somebody keeps waiting for events, so a look need not go everywhere.
    package var followsEvents = false
    /// Whether a claim was left half-way because its inbox went away, or because its results could not be written.
    var hasSuspendedClaims = false
    /// Until when no contacts are taken, in monotonic milliseconds.
    var contactsWaitUntil: Int64 = 0
    /// What lies in the way of claims, by their tokens.
    var obstructions: [String: Obstruction] = [:]
    /// Inboxes whose folders could not be made.
    private var unmade: Set<String> = []
    /// When it is tried again, in monotonic milliseconds.
    var nextResume: Int64 = 0
    /// When to look next for claims of ended owners, and to give our own sign of life, in monotonic milliseconds.
    var nextRecovery: Int64 = 0
    var nextBeat: Int64 = 0
    /// Paths of claims of other workspaces that were left half-way.
    var foreignClaims: [String] = []
    /// Lists, replies, receipts and commands that were claimed and are not done.
    var left = LeftClaims()
    /// When to try again to remove what is left of claims that were done, in monotonic milliseconds.
    var nextRemoval: Int64 = 0
    private(set) var shared: SharedInboxes
    /// When each stuck file was named in the log last (monotonic milliseconds), by its path.
    var stuckNamed: [String: Int64] = [:]

    /// - Parameters:
    ///   - isStateRight: the store takes the place of those that the workspace had.
    ///   - listing: gives the names in an inbox's folders.
    init(
        _ context: WorkContext, isStateRight: Bool,
        listing: @escaping @Sendable (String) throws -> Files.Listing
    ) throws {
        self.context = context
        self.listing = listing
        shared = try SharedInboxes(context, isReplacing: isStateRight)
    }

    /// Creates the inboxes' folders and their scanners; keeps the scanners of inboxes that stay.
    func open() throws {
        let (store, workspace) = (context.store, context.workspace)
        let identity = try store.identity()
        // By how much the monotonic clock is ahead of the wall clock.
        let lead = context.monotonic() - context.now.milliseconds
        scanners = try context.configuration.inbox.map { folder in
            let path = workspace.path(folder)
            if let known = scanners.first(where: { $0.inbox.path == path }) { return known }
            let isShare = try store.isShare(path)
            var inbox = Inbox(path: path, owner: .current, store: identity, isShare: isShare)
            if !isShare {
                // What has gone is not made anew: nobody knows what lay in it.
                inbox.isKnown = try store.isKnown(inbox: path) || make(path)
                if try inbox.liesOnShare(besides: context.state("")) {
                    try inbox.makeClaimsRoot()
                    try store.durably { try store.noteShare(path) }
                    inbox.isShare = true
                }
            }
            inbox.mounts = Set(
                try DropPurpose.words.map(\.folder).filter { try store.isShare(path + "/" + $0) })
            inbox.keepsOrder = !isShare && !inbox.isShare && (try? Files.fileSystem(path).keepsOrder) ?? false
            let (events, listing) = (events, listing)
            let sights = try FirstSights(store).known(below: path, lead: lead)
            return InboxScanner(inbox, bell: events.bell) { [inbox] in
                InboxView(inbox, sights: sights, watch: { events.watch($0, of: inbox) }, list: listing)
            }
        }
    }

    /// Makes an inbox that nobody has seen yet. Where it cannot be, it alone waits, and looks like any that cannot be
    /// listed.
    private func make(_ path: String) throws -> Bool {
        do {
            try Files.createFolder(path)
        } catch {
            if unmade.insert(path).inserted {
                context.log.error(
                    "inbox.unmade",
                    [
                        "inbox": .text(context.workspace.relative(path)), "error": .text("\(error)"),
                        "reason": .text(FolderObstacle.cause(of: error).words),
                    ])
            }
            return false
        }
        try context.store.durably { try context.store.note(inbox: path) }
        unmade.remove(path)
        return true
    }

    /// Tries again to make what could not be.
    func makeMissing() throws { for path in unmade { _ = try make(path) } }

    /// Removes our folders from inboxes where nothing is under way, and stores what was seen in them.
    func leave() {
        let lead = context.now.milliseconds - context.monotonic()
        var sights: [String: FirstSight] = [:]
        for scanner in scanners {
            for file in scanner.unready {
                sights[scanner.inbox.path + "/" + file.path] = file.sight?.moved(by: lead)
            }
        }
        // At worst, a file is seen for the first time again.
        try? FirstSights(context.store).keep(sights)
        for scanner in scanners where scanner.isReachable { scanner.owners.leave() }
    }

    /// Rung when a scan is done; others may ring it to end a wait.
    var bell: Bell { events.bell }

    /// How the files of an inbox become ready.
    func rules(of inbox: Inbox) -> ReadinessRules {
        let configuration = context.configuration
        return ReadinessRules(
            configuration, of: configuration.inbox.first { context.workspace.path($0) == inbox.path })
    }

    // MARK: - Looking

    /// Notes that a file was renamed into place in the first inbox, or the one at this path.
    package func noteArrival(inbox: String? = nil, place: InboxScan.Place, name: String) {
        let scanner = scanners.first { inbox == nil || $0.inbox.path == inbox }
        scanner?.noteArrival(InboxView.Arrival(place: place, name: name))
    }

    /// Waits until something happens in an inbox, a scan ends, a signal is pending, or the time is over; returns what
    /// is worth a look.
    @discardableResult
    func wait(milliseconds: Int64, waking signals: SignalReceiver?) -> Scheduler.Arrivals {
        let news = events.wait(milliseconds: Int(milliseconds), waking: signals)
        for (inbox, arrival) in news.arrivals {
            noteArrival(inbox: inbox, place: arrival.place, name: arrival.name)
        }
        for scanner in scanners {
            if news.isAnywhere { scanner.noteNews(in: nil) }
            for touched in news.touched where touched.inbox == scanner.inbox.path {
                scanner.noteNews(in: touched.place)
            }
        }
        guard news.isWorthALook else { return .none }
        return news.mayBeWords ? .words : .contacts
    }

    /// Starts a scan of every inbox that is not being scanned. False: a scan that is about to end may have missed what
    /// came since it began, so another one must follow.
    @discardableResult
    package func ask() -> Bool {
        if followsEvents { wait(milliseconds: 0, waking: nil) }
        let moment = context.monotonic()
        var isWhole = true
        for scanner in scanners {
            isWhole = !scanner.isAboutToAnswer(at: moment) && isWhole
            scanner.ask(rules(of: scanner.inbox), at: moment, knowsNews: followsEvents)
        }
        return isWhole
    }

    /// After found files were dropped: the next scans report everything again.
    func tellAllAgain() { for scanner in scanners { scanner.tellAll() } }

    /// Whether a scan is about to say what has arrived.
    var isNearlyDone: Bool {
        let moment = context.monotonic()
        return scanners.contains { $0.isAboutToAnswer(at: moment) }
    }

    /// What the scans under way have found, and claims left behind in inboxes that were seen for the first time. Waits
    /// for each scan at most `patience` milliseconds.
    func collect(waitingAtMost patience: Int64) throws -> Look {
        var look = Look(scannedAt: context.monotonic())
        do {
            try gather(&look, waitingAtMost: patience)
            return look
        } catch {
            for found in look.found { noteInterrupted(found, because: error) }
            tellAllAgain()
            throw error
        }
    }

    private func gather(_ look: inout Look, waitingAtMost patience: Int64) throws {
        for scanner in scanners {
            let before = scanner.problem
            if let scan = scanner.collect(waitingAtMost: patience, at: context.monotonic()) {
                shared.look(at: scanner)
                try noteMounts(scan, of: scanner)
                if try context.store.isAccepted(inbox: scanner.inbox.path) {
                    // Only its silence had been accepted.
                    try context.store.durably {
                        try context.store.withdrawAcceptance(ofInbox: scanner.inbox.path)
                    }
                }
                if scanner.needsRecovery {
                    look.found += try recover([scanner])
                    look.hasNewlySeen = true
                }
                if scan.tellsAll { look.scanned.append(scanner) }
                if !scan.isWhole { (look.isScanning, look.hasMore) = (true, true) }
                look.found += scan.ready.map { Found($0, in: scanner) }
                let awaited = scan.unready.filter { !$0.reason.isLeftAlone }
                look.youngest = max(look.youngest, awaited.map(\.firstSeen).max() ?? 0)
                if let moment = scan.lookAgainAt { look.lookAgainAt = min(look.lookAgainAt ?? moment, moment) }
            } else if scanner.isScanning, scanner.isReachable {
                look.isScanning = true
            }
            tellProblem(of: scanner, before: before)
        }
    }

    /// Scanners that have answered within two seconds.
    func answering() -> [InboxScanner] {
        ask()
        defer { tellAllAgain() }
        return scanners.filter { $0.collect(waitingAtMost: 2_000, at: context.monotonic()) != nil }
    }

    private func tellProblem(of scanner: InboxScanner, before: String?) {
        guard (scanner.problem == nil) != (before == nil) else { return }
        let inbox = LogLine.Value.text(context.workspace.relative(scanner.inbox.path))
        if let problem = scanner.problem {
            context.log.warning("inbox.unreadable", ["inbox": inbox, "error": .text(problem)])
        } else {
            context.log.info("inbox.back", ["inbox": inbox])
        }
    }

    // MARK: - Claims

    /// Claims what was found; nil when it could not be claimed.
    func claim(_ found: Found) throws -> Inbox.Claim? {
        let scanner = found.scanner
        switch found.source {
        case .claim(let claim):
            left.begin(claim.token)
            return claim
        case .file(let file):
            do {
                guard found.candidate.purpose == .contacts || shared.obstacle(file.name, in: scanner) == nil,
                    try scanner.inbox.isAsJudged(file, at: context.monotonic())
                else {
                    scanner.noteChange(of: file)
                    return nil
                }
                try scanner.owners.enter()
                let claim = try scanner.inbox.claim(file)
                scanner.claimProblem = nil
                scanner.noteTaken(file.place.path(of: file.name))
                return claim
            } catch let error as SystemError {
                // We may not rename in this folder: the file stays where it is, and the others go on.
                let problem = FolderObstacle.words(of: error)
                if scanner.claimProblem == nil {
                    context.log.warning(
                        "drop.unclaimable",
                        [
                            "inbox": .text(context.workspace.relative(scanner.inbox.path)),
                            "error": .text(problem),
                        ])
                }
                scanner.claimProblem = problem
                scanner.noteChange(of: file)
                // The file itself may have been moved before one of its companions failed.
                hasSuspendedClaims = true
                let path = scanner.inbox.path + "/" + file.place.path(of: file.name)
                if found.candidate.purpose != .contacts, (try? Files.exists(path)) != true {
                    left.leave(
                        path, of: scanner.inbox.path, place: context.workspace.relative(path), because: problem,
                        at: context.monotonic())
                }
                return nil
            }
        }
    }
}
