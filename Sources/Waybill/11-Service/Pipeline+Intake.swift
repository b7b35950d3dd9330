import SystemIO

/// Stage 1 in the pipeline: what lies in the inboxes, in which order it is taken, and what becomes of claims.
extension Pipeline {
    /// What a look at the inboxes came to.
    package struct Intake {
        package var taken = 0
        package var unready = 0
        /// Monotonic milliseconds of the latest first sight of an unready file.
        package var youngest: Int64 = 0
        /// Monotonic milliseconds of the look at the inboxes.
        package var scannedAt: Int64 = 0
        package var lookAgainAt: Int64?
        /// An inbox that has answered until now has not answered yet.
        package var isScanning = false
        /// What came until the look has been looked for.
        package var isWhole = true
    }

    /// Notes that a file was renamed into place in the first inbox, or the one at this path.
    package func noteArrival(inbox: String? = nil, place: InboxScan.Place, name: String) {
        let scanner = scanners.first { inbox == nil || $0.inbox.path == inbox }
        scanner?.noteArrival(InboxView.Arrival(place: place, name: name))
    }

    /// Begins to scan every inbox that is not being scanned. False: a scan under way that will be done in a moment may have
    /// missed what came since it began, and is to be followed by another.
    @discardableResult
    package func askScanners() -> Bool {
        let moment = monotonic()
        var isTaken = true
        for scanner in scanners {
            isTaken = !scanner.isAboutToAnswer(at: moment) && isTaken
            scanner.ask(rules(of: scanner.inbox), at: moment)
        }
        return isTaken
    }

    /// Looks at the inboxes and takes nothing, so that events tell of what comes from now on.
    package func lookOnce() {
        askScanners()
        for scanner in scanners { _ = scanner.collect(waitingAtMost: 2_000, at: monotonic()) }
    }

    /// Takes what is ready in the inboxes: commands and stops first, contacts last, the urgent before others, small files
    /// before large ones.
    package func takeDrops(stopping: () -> Bool) throws -> Intake {
        let intake = try take(stopping: stopping) { _ in true }
        try resumeSuspended()
        try careForClaims()
        tellStuck()
        return intake
    }

    /// Takes do-not-contact lists that are ready, and nothing else.
    package func takeLists() throws {
        _ = try take(stopping: { false }, where: { $0 == .suppression })
    }

    private func take(stopping: () -> Bool, where isWanted: (DropPurpose) -> Bool) throws -> Intake {
        var intake = Intake()
        intake.scannedAt = monotonic()
        intake.isWhole = askScanners()
        let found = try collect(waitingAtMost: InboxScanner.promptness, &intake)
        for (scanner, candidate) in found where isWanted(DropPurpose(folder: candidate.place.folder)) {
            if stopping() { break }
            if try take(candidate, of: scanner) { intake.taken += 1 }
        }
        return intake
    }

    /// Takes what need not wait for the end of a long drop: what would have been taken before it, and what is read in a
    /// moment. Waits so many milliseconds for the scans under way.
    package func takeOvertaking(waitingAtMost patience: Int64 = 0, stopping: () -> Bool) throws -> Int {
        guard let outer = readings.last, outer.isLong else { return 0 }
        var intake = Intake()
        var taken = 0
        for (scanner, candidate) in try collect(waitingAtMost: patience, &intake) {
            if stopping() { break }
            guard mayOvertake(candidate, outer) else { continue }
            if try take(candidate, of: scanner) { taken += 1 }
            overtakenAt = monotonic()
        }
        return taken
    }

    /// How many drops of contacts may be read at once, each in the middle of another: shares that hang would have them all.
    private static let mostReadings = 4

    private func mayOvertake(_ candidate: InboxScan.Candidate, _ outer: Progress) -> Bool {
        let purpose = DropPurpose(folder: candidate.place.folder)
        guard purpose == .contacts else {
            // Results stay in their order, and wait for nothing else; the ranks fall, so that there is an end.
            return readings.allSatisfy { purpose.rank < $0.purpose.rank }
        }
        guard readings.count < Self.mostReadings else { return false }
        // Whose a file in the inbox itself or with a side-car is, is not known; and a lone campaign has all folders.
        let folder = candidate.place.folder
        let isUnknown = folder.isEmpty || candidate.hasSidecar || configuration.campaigns.count <= 1
        let isKeptOut = readings.contains { $0.isAlone && (isUnknown || folder == $0.campaign) }
        guard !isKeptOut else { return false }
        if candidate.size <= Progress.short, candidate.size <= outer.size / 4 || outer.isSlow { return true }
        // Memory is for one long drop and one that overtakes it.
        return candidate.priority > outer.priority && readings.count == 1
    }

    private func collect(
        waitingAtMost patience: Int64, _ intake: inout Intake
    ) throws -> [(scanner: InboxScanner, candidate: InboxScan.Candidate)] {
        var found: [(scanner: InboxScanner, candidate: InboxScan.Candidate)] = []
        for scanner in scanners {
            let before = scanner.problem
            if let scan = scanner.collect(waitingAtMost: patience, at: monotonic()) {
                if scanner.needsRecovery { try recover(scanner) }
                found += scan.ready.map { (scanner, $0) }
                intake.unready += scan.unready.count
                intake.youngest = max(intake.youngest, scan.unready.map(\.firstSeen).max() ?? 0)
                if let moment = scan.lookAgainAt { intake.lookAgainAt = min(intake.lookAgainAt ?? moment, moment) }
            } else if scanner.isScanning, scanner.isReachable {
                intake.isScanning = true
            }
            tellProblem(of: scanner, before: before)
        }
        return found.sorted { order($0.candidate) < order($1.candidate) }
    }

    private func tellProblem(of scanner: InboxScanner, before: String?) {
        guard (scanner.problem == nil) != (before == nil) else { return }
        let inbox = LogLine.Value.text(workspace.relative(scanner.inbox.path))
        if let problem = scanner.problem {
            log.warning("inbox.unreadable", ["inbox": inbox, "error": .text(problem)])
        } else {
            log.info("inbox.back", ["inbox": inbox])
        }
    }

    /// Commands, then suppressions, replies and receipts, in the order in which they came, since the later word counts; then
    /// contacts, the urgent first, small files before large ones.
    private func order(_ candidate: InboxScan.Candidate) -> (Int, Int, Int64, String) {
        let purpose = DropPurpose(folder: candidate.place.folder)
        return (
            purpose.rank, -candidate.priority, purpose == .contacts ? candidate.size : candidate.arrived, candidate.name
        )
    }

    // MARK: - Claims

    /// Claims a file and processes it; false when it could not be claimed.
    private func take(_ candidate: InboxScan.Candidate, of scanner: InboxScanner) throws -> Bool {
        let claimed: Inbox.Claim?
        do {
            try scanner.owners.enter()
            claimed = try scanner.inbox.claim(candidate)
        } catch let error as SystemError {
            // A folder without the right to rename in it: the file stays where it is, and the others go on.
            if scanner.claimProblem == nil {
                log.warning(
                    "drop.unclaimable",
                    ["inbox": .text(workspace.relative(scanner.inbox.path)), "error": .text("\(error)")])
            }
            scanner.claimProblem = "\(error)"
            // The file itself may have been moved before one of its companions could not be.
            hasSuspendedClaims = true
            return false
        }
        scanner.claimProblem = nil
        guard let claim = claimed else { return false }
        return try process(claim, of: scanner)
    }

    /// Puts a claimed file into the ledger and processes it; false when its inbox went away meanwhile: the claim is taken up
    /// again when it is back.
    private func process(_ claim: Inbox.Claim, of scanner: InboxScanner) throws -> Bool {
        tokensInWork.insert(claim.token)
        do {
            try enter(claim, of: scanner.inbox)
            tokensInWork.remove(claim.token)
            return true
        } catch let away as InboxAway {
            suspend(claim, scanner, "\(away)")
        } catch let error as SystemError where error.path.hasPrefix(scanner.inbox.path + "/") {
            suspend(claim, scanner, "\(error)")
        }
        return false
    }

    private func suspend(_ claim: Inbox.Claim, _ scanner: InboxScanner, _ reason: String) {
        tokensInWork.remove(claim.token)
        hasSuspendedClaims = true
        log.warning(
            "drop.suspended",
            ["drop": .text(claim.name), "inbox": .text(workspace.relative(scanner.inbox.path)), "error": .text(reason)])
        scanner.note(problem: reason)
    }

    private func enter(_ claim: Inbox.Claim, of inbox: Inbox) throws {
        let purpose = DropPurpose(folder: claim.folder)
        let row = try store.batch(token: claim.token)
        let id =
            try row?.id
            ?? store.recordClaim(
                token: claim.token, purpose: purpose, name: claim.name, folder: claim.folder, size: claim.size, at: now)
        guard let batch = try store.batch(id) else { return }
        if batch.status == .claimed {
            switch purpose {
            case .contacts: try receiveContacts(claim, batch)
            case .receipts, .replies: try receiveResults(claim, batch)
            case .suppression: try receiveSuppressions(claim, batch)
            case .control: try receiveCommand(claim, batch)
            }
        }
        if let done = try store.batch(id) { try publish(done, claim: claim, in: inbox) }
    }

    /// Takes over the claims that dead owners left in an inbox that was just seen, and finishes what was told to nobody.
    private func recover(_ scanner: InboxScanner) throws {
        try recoverClaims(of: [scanner])
        try publishWhatIsMissing()
    }

    /// Looks for claims of dead owners where an inbox can be seen; at the start, when it is back, and once a minute.
    func recoverClaims(of scanners: [InboxScanner]) throws {
        var claims: [(Inbox.Claim, InboxScanner)] = []
        for scanner in scanners {
            do {
                let remains = try scanner.owners.recover(rules(of: scanner.inbox), at: monotonic())
                scanner.needsRecovery = false
                let root = scanner.inbox.path + "/"
                foreignClaims = foreignClaims.filter { !$0.hasPrefix(root) } + remains.others
                claims += remains.claims.map { ($0, scanner) }
            } catch let error as SystemError where error.path.hasPrefix(scanner.inbox.path) {
                scanner.note(problem: "\(error)")
            }
        }
        try process(claims)
    }

    /// Processes claims that were left: what says who must not be contacted, and results, before any contacts, in whose middle
    /// what is due is sent; else in the order in which they were claimed.
    private func process(_ claims: [(claim: Inbox.Claim, scanner: InboxScanner)]) throws {
        func order(_ claim: Inbox.Claim) -> (Int, String) { (DropPurpose(folder: claim.folder).rank, claim.token) }
        for (claim, scanner) in claims.sorted(by: { order($0.claim) < order($1.claim) }) {
            do {
                _ = try process(claim, of: scanner)
            } catch let error as SystemError where error.path.hasPrefix(scanner.inbox.path) {
                scanner.note(problem: "\(error)")
            }
        }
    }

    /// Takes up the claims that were left half-way, of inboxes that can be seen again.
    private func resumeSuspended() throws {
        guard hasSuspendedClaims, monotonic() >= nextResume else { return }
        hasSuspendedClaims = false
        var claims: [(Inbox.Claim, InboxScanner)] = []
        for scanner in scanners {
            guard scanner.isReachable, !scanner.isScanning else {
                hasSuspendedClaims = true
                continue
            }
            nextResume = monotonic() + 10_000
            let own = (try? scanner.owners.ownClaims(rules(of: scanner.inbox), except: tokensInWork)) ?? []
            claims += own.map { ($0, scanner) }
        }
        try process(claims)
    }

    private func careForClaims() throws {
        let moment = monotonic()
        giveSignsOfLife()
        guard moment >= nextRecovery else { return }
        nextRecovery = moment + 60_000
        try recoverClaims(of: scanners.filter { $0.isReachable && !$0.isScanning })
    }

    /// Shows other daemons on a share that this one lives, every ten seconds.
    package func giveSignsOfLife() {
        let moment = monotonic()
        guard moment >= nextBeat else { return }
        nextBeat = moment + 10_000
        for scanner in scanners where scanner.isReachable { scanner.owners.beat() }
    }

    // MARK: - Stuck files

    /// Ten minutes: longer than any sender's pause that is not a fault.
    static let stuckAfter: Int64 = 600_000

    /// Files that lie in an inbox for long and are not taken, with since when (monotonic milliseconds) and why.
    var stuckFiles: [(path: String, since: Int64, reason: String)] {
        let moment = monotonic()
        return scanners.flatMap { scanner in
            scanner.unready.filter { moment - $0.firstSeen >= Self.stuckAfter }.map { file in
                (workspace.relative(scanner.inbox.path + "/" + file.path), file.firstSeen, file.reason.words)
            }
        }
            + foreignClaims.map { claim in
                let words =
                    "a drop that another workspace had claimed and did not finish; only that one can, start it again"
                return (workspace.relative(claim), moment, words)
            }
    }

    /// Names each stuck file in the log, once an hour.
    private func tellStuck() {
        let moment = monotonic()
        let stuck = stuckFiles
        for file in stuck where stuckTold[file.path].map({ moment - $0 >= 3_600_000 }) ?? true {
            stuckTold[file.path] = moment
            log.warning("file.stuck", ["file": .text(file.path), "reason": .text(file.reason)])
        }
        if !stuckTold.isEmpty {
            let present = Set(stuck.map(\.path))
            stuckTold = stuckTold.filter { present.contains($0.key) }
        }
    }
}
