import SystemIO

/// Claims that were left half-way, by this process or by one that has ended, and how they are taken up again.
extension ClaimDesk {
    /// Notes that a claim was left half-way: it is resumed when its inbox is back.
    func suspend(_ claim: Inbox.Claim, of scanner: InboxScanner, because reason: String) {
        leave(claim, because: reason)
        let inbox = context.workspace.relative(scanner.inbox.path)
        context.log.warning(
            "drop.suspended", ["drop": .text(claim.name), "inbox": .text(inbox), "error": .text(reason)])
        scanner.note(problem: reason)
    }

    private static let outputPatience: Int64 = 10_000

    /// What keeps a claim from its end that lies in no inbox.
    struct Obstruction {
        let inbox: String
        /// Where it lies, and what somebody has to do.
        let place: String
        let words: String
        /// Monotonic milliseconds.
        let since: Int64
        /// What it says is in force: only its answer or its place in the archive waits.
        let isTaken: Bool
    }

    /// Notes that the results of a claim cannot be written: it is resumed after a while. For want of room no more
    /// contacts are taken until then.
    ///
    /// - Parameters:
    ///   - isTaken: what it says is in force, so that nothing else waits for it.
    ///   - campaign: whose contacts it may end or change, if it is one of contacts.
    func postpone(_ claim: Inbox.Claim, because error: SystemError, isTaken: Bool, changing campaign: String? = nil) {
        hasSuspendedClaims = true
        if isTaken {
            left.begin(claim.token)
            left.end(claim.token)
        } else {
            leave(claim, because: "\(error)", changing: campaign)
        }
        if error.isFull || error.isPassing { contactsWaitUntil = context.monotonic() + Self.outputPatience }
        let (place, words) = FolderObstacle.cause(of: error)
        let since = obstructions[claim.token]?.since ?? context.monotonic()
        let isTold = obstructions.values.contains { $0.place == place }
        obstructions[claim.token] = Obstruction(
            inbox: claim.inbox, place: place, words: words, since: since, isTaken: isTaken)
        if isTold { return }
        context.log.error(
            "drop.postponed",
            ["drop": .text(claim.name), "taken": .flag(isTaken), "error": .text("\(error)"), "reason": .text(words)])
    }

    /// What lies in the way of claims, with how many wait for it and since when, in monotonic milliseconds.
    var obstructed: [(path: String, since: Int64, reason: String)] {
        let workspace = context.workspace
        return Dictionary(grouping: obstructions.values) { $0.place }.sorted { $0.key < $1.key }.map { place, all in
            let (taken, untaken) = (all.count(where: \.isTaken), all.count { !$0.isTaken })
            let words = [
                taken > 0
                    ? taken.counted("drop that was taken waits", "drops that were taken wait")
                        + " to be answered or archived" : nil,
                untaken > 0 ? untaken.counted("drop waits", "drops wait") + " to be taken" : nil,
            ].compactMap(\.self).joined(separator: ", ")
            let since = all.map(\.since).min() ?? context.monotonic()
            return (workspace.relative(place), since, words + ": " + (all.max { $0.since < $1.since }?.words ?? ""))
        }
    }

    /// A drop was archived completely.
    func notePublished(_ claim: Inbox.Claim) {
        obstructions[claim.token] = nil
        left.end(claim.token)
    }

    /// Whether contacts may be taken: not for a while after a write error.
    var takesContacts: Bool { context.monotonic() >= contactsWaitUntil }

    private func leave(_ claim: Inbox.Claim, because reason: String, changing campaign: String? = nil) {
        hasSuspendedClaims = true
        hold(claim, because: "it was claimed, and is tried again once this is mended: " + reason, changing: campaign)
    }

    private func hold(_ claim: Inbox.Claim, because reason: String, changing campaign: String? = nil) {
        guard DropPurpose(folder: claim.folder) != .contacts || campaign != nil else { return }
        // As whoever dropped it knows it: its claim is no place for anybody else.
        let place = [claim.inbox, claim.folder, claim.name].filter { !$0.isEmpty }.joined(separator: "/")
        left.leave(
            claim.token, of: claim.inbox, place: context.workspace.relative(place), because: reason,
            concerning: campaign, at: context.monotonic())
    }

    /// Claims that are taken now, one after the other: words among them hold until it is their turn.
    private func found(_ claims: [Inbox.Claim], in scanner: InboxScanner) -> [Found] {
        claims.map { claim in
            hold(claim, because: "it is about to be read")
            return Found(claim, in: scanner)
        }
    }

    /// After an error ended the reading, or before it began: the claim is resumed.
    func noteInterrupted(_ claim: Inbox.Claim, because error: any Error) { leave(claim, because: "\(error)") }

    func noteInterrupted(_ found: Found, because error: any Error) {
        if case .claim(let claim) = found.source { noteInterrupted(claim, because: error) }
    }

    /// What was left is resumed at once, however short ago it was tried.
    func resumeAtOnce() { (nextResume, hasSuspendedClaims) = (0, true) }

    /// Whether anything claimed is unfinished.
    var hasUnfinishedClaims: Bool { hasSuspendedClaims }

    /// The claims left half-way in inboxes that are visible again.
    ///
    /// - Parameter tokens: claims that are being worked on.
    func resumable(except tokens: Set<String>) -> [Found] {
        guard hasSuspendedClaims, context.monotonic() >= nextResume else { return [] }
        hasSuspendedClaims = false
        var found: [Found] = []
        for scanner in scanners {
            guard scanner.isReachable, !scanner.isScanning else {
                hasSuspendedClaims = true
                continue
            }
            nextResume = context.monotonic() + 10_000
            guard let own = try? scanner.owners.ownClaims(rules(of: scanner.inbox), except: tokens) else {
                hasSuspendedClaims = true
                continue
            }
            let known = Set((own.claims + own.failed.map(\.claim)).map(\.token)).union(tokens)
            obstructions = obstructions.filter { $0.value.inbox != scanner.inbox.path || known.contains($0.key) }
            left.resume(Set((own.claims + own.failed.map(\.claim)).map(\.token)), of: scanner.inbox.path)
            for (claim, error) in own.failed { noteInterrupted(claim, because: error) }
            found += self.found(own.claims, in: scanner)
        }
        return found
    }

    /// Removes what is left of claims that were done: once a second.
    func removeRemains() {
        let moment = context.monotonic()
        guard moment >= nextRemoval else { return }
        nextRemoval = moment + 1_000
        for scanner in scanners where scanner.isReachable && !scanner.isScanning { scanner.owners.removeRemains() }
    }

    /// Claims of owners that ended since the last look for them, which happens once a minute.
    func abandoned() throws -> [Found] {
        beat()
        let moment = context.monotonic()
        guard moment >= nextRecovery else { return [] }
        nextRecovery = moment + 60_000
        return try recover(scanners.filter { $0.isReachable && !$0.isScanning })
    }

    /// Takes over the claims of ended owners in visible inboxes.
    func recover(_ scanners: [InboxScanner]) throws -> [Found] {
        var found: [Found] = []
        for scanner in scanners {
            do {
                let remains = try scanner.owners.recover(rules(of: scanner.inbox), at: context.monotonic())
                scanner.needsRecovery = false
                let root = scanner.inbox.path + "/"
                foreignClaims = foreignClaims.filter { !$0.hasPrefix(root) } + remains.others
                found += self.found(remains.claims, in: scanner)
            } catch let error as SystemError where error.path.hasPrefix(scanner.inbox.path) {
                scanner.note(problem: "\(error)")
                // Some of the claims may be ours already.
                hasSuspendedClaims = true
                left.leave(
                    scanner.inbox.claims, of: scanner.inbox.path,
                    place: context.workspace.relative(scanner.inbox.claims), because: "\(error)",
                    at: context.monotonic())
            }
        }
        return found
    }

    /// Whether the folder of a claim lies in an inbox that can be seen.
    func hasClaim(_ token: String) throws -> Bool {
        for scanner in scanners where isSeen(scanner) {
            if try scanner.inbox.holdsClaim(token) { return true }
        }
        return false
    }

    /// Whether nothing can be in an inbox unseen.
    var areAllSeen: Bool { scanners.allSatisfy(isSeen) }

    private func isSeen(_ scanner: InboxScanner) -> Bool { scanner.lastGoodScan != nil && scanner.isReachable }

    /// Shows other daemons on a share that this one lives, every ten seconds.
    func beat() {
        let moment = context.monotonic()
        guard moment >= nextBeat else { return }
        nextBeat = moment + 10_000
        for scanner in scanners where scanner.isReachable { scanner.owners.beat() }
    }
}
