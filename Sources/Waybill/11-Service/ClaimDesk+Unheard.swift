/// What was not applied yet, or not taken.
extension ClaimDesk {
    /// Everything that is in the inboxes, or may be, and must be applied before anything leaves, at a moment of the
    /// monotonic clock. It is the one `Clearance` decides by, or its words could say less than what it decides.
    func unheard(at now: Int64) throws -> [Clearance.Unheard] {
        var found = left.unheard
        for scanner in scanners {
            let path = context.workspace.relative(scanner.inbox.path)
            let words = scanner.words.filter { !shared.isOthers($0.path, in: scanner) }.map { word in
                let obstacle = shared.obstacle(word.path, in: scanner)
                let problem = word.reason?.words ?? scanner.claimProblem ?? "it is about to be read"
                return Clearance.Unheard(
                    hold: SendingHold(
                        place: path + "/" + word.path,
                        problem: obstacle ?? problem
                            + (word.reason?.tellsRemedy == true ? "" : "; put it right or move it away"),
                        // Of a campaign that nobody knows it may be about any.
                        campaign: word.campaign.flatMap { context.configuration.campaign(named: $0)?.name }),
                    // What lies in the wrong place does not become ready by itself.
                    since: word.firstSeen,
                    patience: obstacle != nil || word.reason?.isOfNoFile == true ? 0 : Clearance.filePatience,
                    mark: word.mark)
            }
            guard let since = silence(of: scanner, at: now) else {
                found += words
                continue
            }
            if try context.store.isAccepted(inbox: scanner.inbox.path) { continue }
            // The look that is waited for may have begun a moment later than the silence.
            let isLong = now - since >= InboxScanner.patience
            let problem = scanner.problem ?? (isLong ? InboxScanner.unanswered : "it has not answered yet")
            found.append(
                Clearance.Unheard(
                    hold: SendingHold(
                        place: path,
                        // What is not there, or may not be read, says by itself what is to be done about that.
                        problem: problem
                            + (["; mount it", "; move it back", "; let the user"].contains(where: problem.contains)
                                ? "; or" : "; mount it, or")
                            + " take it out of the configuration, or waybill inbox accept " + scanner.inbox.path),
                    since: since, patience: InboxScanner.patience))
        }
        return found
    }

    /// Remembers which folders of words are a file system of their own, as is done of inboxes; somebody may confirm
    /// that nothing is missing of those that are none any more.
    func noteMounts(_ scan: InboxScan, of scanner: InboxScanner) throws {
        let store = context.store
        for folder in scan.mounts.union(scan.goneMounts) {
            let path = scanner.inbox.path + "/" + folder
            let (isNoted, isAccepted) = (try store.isShare(path), try store.isAccepted(inbox: path))
            let isOver = isAccepted && scan.goneMounts.contains(folder)
            if isNoted && !isAccepted { continue }
            try store.durably {
                if isOver { try store.forgetShare(path) } else { try store.noteShare(path) }
                if isAccepted { try store.withdrawAcceptance(ofInbox: path) }
            }
            if isOver { scanner.acceptMount(folder) }
        }
    }

    /// Since when an inbox could not be listed, never could, or was not listed for too long, so its content is unknown.
    /// Nil if it was listed, even if one of its contact folders could not be.
    private func silence(of scanner: InboxScanner, at now: Int64) -> Int64? {
        guard let since = scanner.silentSince else { return nil }
        let isUnknown =
            scanner.lastGoodScan == nil || scanner.needsRecovery
            || now - since >= InboxScanner.patience
        return isUnknown ? since : nil
    }

    /// Files that wait to be taken, and why they were not. What is no file, and no drop one day, is told as left alone.
    var untaken: [(path: String, reason: String)] {
        scanners.flatMap { scanner in
            scanner.unready.filter { !$0.reason.isOfNoFile || $0.reason.isOfFile }.map { file in
                (context.workspace.relative(scanner.inbox.path + "/" + file.path), file.reason.words)
            }
        }
    }
}
