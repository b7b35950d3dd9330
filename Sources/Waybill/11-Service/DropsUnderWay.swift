import SystemIO

/// The drops being read, and those found and waiting for their turn. Each drop is a job that runs in steps; the
/// `Scheduler` decides whose turn it is.
package final class DropsUnderWay {
    /// Called after each step with the drop's progress. If it throws, all reading stops: the drops stay claimed,
    /// nothing of them is visible, and the next start reads them again.
    package var onProgress: ((DropProgress) throws -> Void)?
    /// Called between two steps of a long drop, and now and then between short ones, so others need not wait for the
    /// end; may throw like `onProgress`.
    package var onInterlude: ((DropProgress) throws -> Void)?

    private let context: WorkContext
    private let claims: ClaimDesk
    private let publisher: Publisher
    /// In the order in which they started.
    private var underWay: [UnderWay] = []
    /// In the order in which they are taken, the first one last.
    private var found: [ClaimDesk.Found] = []
    /// Whether nothing found may be taken as things are.
    private var isSettled = false
    /// Monotonic milliseconds of the last interlude between short drops.
    private var pausedAt: Int64 = 0
    /// When a long drop was last overtaken, in monotonic milliseconds.
    private var overtakenAt: Int64?
    /// How many milliseconds short drops took since the last sending, which whoever sends sets to 0; without those amid
    /// a long one.
    var spentOnShort: Int64 = 0

    private struct UnderWay {
        let job: any DropJob
        let claim: Inbox.Claim
        let scanner: InboxScanner
        /// Monotonic milliseconds.
        let begunAt: Int64
        /// When its file got its name; 0 where it was claimed by an earlier run.
        let arrived: Int64
        var isSlow = false
        var isWaiting = false

        var description: Scheduler.Reading {
            let progress = job.progress
            return Scheduler.Reading(
                purpose: progress.purpose, campaign: progress.campaign, priority: progress.priority,
                size: progress.size, isAlone: progress.isAlone, mayForbid: progress.mayForbid, arrived: arrived,
                waitsForEarlier: progress.waitsForEarlier, isSlow: isSlow, isWaiting: isWaiting)
        }
    }

    init(_ context: WorkContext, _ claims: ClaimDesk) {
        self.context = context
        self.claims = claims
        publisher = Publisher(context)
        context.isBehindOthers = { [weak self] in self?.isBehindOthers($0) ?? false }
    }

    /// The progress of each drop, in the order in which they started.
    package var progress: [DropProgress] { underWay.map(\.job.progress) }

    /// The readings as the scheduler sees them.
    var readings: [Scheduler.Reading] { underWay.map(\.description) }

    /// Whether another drop of contacts that was there before, and may be of the same campaign, is being read or waits
    /// for its turn.
    private func isBehindOthers(_ batch: BatchID) -> Bool {
        guard let own = underWay.first(where: { $0.job.progress.batch == batch }) else { return false }
        let name = FoldedFileName(own.job.progress.campaign)
        return underWay.contains { other in
            let progress = other.job.progress
            return progress.purpose == .contacts && (other.arrived, progress.batch) < (own.arrived, batch)
                && (progress.campaign.isEmpty || FoldedFileName(progress.campaign) == name)
        }
            || found.contains {
                Scheduler.isEarlier($0.candidate, than: own.description, isOneCampaign: isOneCampaign)
            }
    }

    private var isOneCampaign: Bool { context.configuration.campaigns.count <= 1 }

    // MARK: - Looking

    /// Collects what the scans under way have found, waiting for each at most `patience` milliseconds.
    func look(waitingAtMost patience: Int64) throws -> ClaimDesk.Look {
        let look = try claims.collect(waitingAtMost: patience)
        add(look.found, insteadOf: look.scanned)
        if look.hasNewlySeen { try publishWhatIsMissing() }
        return look
    }

    /// - Parameter scanned: inboxes of which everything that is ready was found just now.
    private func add(_ new: [ClaimDesk.Found], insteadOf scanned: [InboxScanner]) {
        guard !new.isEmpty || !scanned.isEmpty else { return }
        if !scanned.isEmpty {
            found.removeAll { old in !old.candidate.isClaimed && scanned.contains { $0 === old.scanner } }
        }
        if new.count * 16 < found.count {
            for one in new { found.insert(one, at: place(for: one.candidate)) }
        } else {
            found = (found + new).sorted { $1.candidate < $0.candidate }
        }
        isSettled = false
    }

    /// Where a candidate belongs among what was found.
    private func place(for candidate: Scheduler.Candidate) -> Int {
        var (low, high) = (0, found.count)
        while low < high {
            let middle = (low + high) / 2
            if candidate < found[middle].candidate { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Drops what was found and is not taken now: it stays where it is, and is found again.
    private func letGo(where isMeant: (ClaimDesk.Found) -> Bool) {
        if found.contains(where: { $0.candidate.isClaimed && isMeant($0) }) { claims.hasSuspendedClaims = true }
        let before = found.count
        found.removeAll(where: isMeant)
        if found.count < before { claims.tellAllAgain() }
    }

    // MARK: - Taking

    /// Takes and reads everything found, until nothing is left; returns how many drops were read to their end.
    ///
    /// Once `stopping` is true, nothing more is started. Unwanted files stay where they are.
    func takeAll(stopping: () -> Bool, where isWanted: (DropPurpose) -> Bool = { _ in true }) throws -> Int {
        letGo { !isWanted($0.candidate.purpose) }
        var taken = 0
        do {
            while true {
                try begin(stopping: stopping)
                guard let progress = underWay.last?.job.progress else { break }
                let isEnd = try turn()
                taken += isEnd ? 1 : 0
                // For others, many short drops are like one long drop: a stop may come in between, and parcels may be
                // due; also while they all overtake one that was slow.
                if isEnd || underWay.isEmpty { try letOthersGo(after: progress) }
            }
        } catch {
            for reading in underWay { claims.noteInterrupted(reading.claim, because: error) }
            underWay = []
            for one in found { claims.noteInterrupted(one, because: error) }
            found.removeAll(where: \.candidate.isClaimed)
            claims.tellAllAgain()
            throw error
        }
        letGo { _ in true }
        return taken
    }

    /// Takes claims, once nothing else is being read.
    func takeAll(_ claims: [ClaimDesk.Found]) throws {
        add(claims, insteadOf: [])
        _ = try takeAll(stopping: { false })
    }

    /// Starts drops that may go before or between those being read; returns how many.
    @discardableResult
    func begin(stopping: () -> Bool) throws -> Int {
        var begun = 0
        while !isSettled {
            if !claims.takesContacts { letGo { $0.candidate.purpose == .contacts && !$0.candidate.isClaimed } }
            let next = Scheduler.next(
                of: found.lazy.map { $0.candidate }, amid: readings, isOneCampaign: isOneCampaign)
            guard let next, !stopping() else {
                isSettled = true
                break
            }
            let taken = found.remove(at: next)
            if !underWay.isEmpty { overtakenAt = context.monotonic() }
            guard let claim = try claims.claim(taken) else { continue }
            if try begin(claim, of: taken.scanner, arrived: taken.candidate.isClaimed ? 0 : taken.candidate.arrived) {
                begun += 1
            }
        }
        return begun
    }

    /// Records a claimed file in the ledger, and starts its job. False if its inbox went away in the meantime.
    private func begin(_ claim: Inbox.Claim, of scanner: InboxScanner, arrived: Int64) throws -> Bool {
        let store = context.store
        return try attempt(claim, of: scanner) {
            let id =
                try store.batch(token: claim.token)?.id
                ?? store.recordClaim(
                    token: claim.token, purpose: DropPurpose(folder: claim.folder), name: claim.name,
                    folder: claim.folder, size: claim.size, at: context.now)
            let batch = try row(id)
            guard batch.status == .claimed else { return try publish(batch, claim, scanner) }
            underWay.append(
                UnderWay(
                    job: DropFrame.job(context, claim, batch), claim: claim, scanner: scanner,
                    begunAt: context.monotonic(), arrived: arrived))
        }
    }

    // MARK: - Reading

    /// Asks the drops for a step until one takes it; true if that was the drop's last step.
    private func turn() throws -> Bool {
        // Of a drop that is not taken after all it is removed.
        defer { context.draft = nil }
        for (place, patience) in Scheduler.turns(of: readings) {
            // Long drops write much: they wait while the store must catch up with writing.
            if underWay[place].job.progress.isLong, !context.store.relieve() { continue }
            var step = DropStep.done
            let isHere = try attempt(underWay[place].claim, of: underWay[place].scanner, by: underWay[place].job) {
                step = try underWay[place].job.step(patience: patience)
            }
            switch step {
            case .done:
                let ended = underWay.remove(at: place)
                isSettled = false
                defer {
                    let took = context.monotonic() - ended.begunAt
                    if underWay.isEmpty, !ended.description.isLong { spentOnShort += took }
                }
                // Its threads are gone, and what they have freed is used by no others. Where files never stop coming,
                // there is no moment without work to give it back in.
                defer { if ended.description.isLong { Memory.giveBackFreed() } }
                guard isHere else { return false }
                return try attempt(ended.claim, of: ended.scanner) {
                    try publish(try row(ended.job.progress.batch), ended.claim, ended.scanner)
                }
            case .more:
                underWay[place].isWaiting = false
                try letOthersGo(between: place)
                return false
            case .waiting:
                underWay[place].isWaiting = true
                if underWay[place].job.progress.waitsForEarlier { isSettled = false }
            }
        }
        try letOthersGo(between: underWay.count - 1)
        return false
    }

    private func letOthersGo(after progress: DropProgress) throws {
        let moment = context.monotonic()
        guard !found.isEmpty, moment - pausedAt >= Scheduler.pause else { return }
        pausedAt = moment
        try onInterlude?(progress)
    }

    private func letOthersGo(between place: Int) throws {
        let progress = underWay[place].job.progress
        try onProgress?(progress)
        if !underWay[place].isSlow, context.monotonic() - underWay[place].begunAt >= 1_000 {
            underWay[place].isSlow = true
            isSettled = false
        }
        guard underWay[place].description.isLong else { return }
        try onInterlude?(progress)
        // Where one drop overtook, others will: their commits sync the whole log, including what this drop has added.
        if let overtakenAt, context.monotonic() - overtakenAt < 1_000 { context.store.beginWriting() }
    }

    /// Does something with a claim; false if its inbox went away in the meantime: then the claim is resumed when it is
    /// back.
    private func attempt(
        _ claim: Inbox.Claim, of scanner: InboxScanner, by job: (any DropJob)? = nil, _ body: () throws -> Void
    ) throws -> Bool {
        do {
            try body()
            return true
        } catch let away as InboxAway {
            claims.suspend(claim, of: scanner, because: "\(away)")
        } catch let error as SystemError {
            if "\(error.path)/".hasPrefix(scanner.inbox.path + "/") {
                claims.suspend(claim, of: scanner, because: "\(error)")
            } else {
                // A full disk, a folder without rights: the others go on.
                let progress = job?.progress
                claims.postpone(
                    claim, because: error, isTaken: false,
                    changing: progress?.mayForbid == true ? progress?.campaign : nil)
            }
        } catch let untold as HeardButUntold {
            claims.postpone(claim, because: untold.error, isTaken: true)
        } catch {
            // The store's disk is full: whoever has claimed it forgets nothing.
            claims.noteInterrupted(claim, because: error)
            throw error
        }
        return false
    }

    private func row(_ id: BatchID) throws -> BatchRow {
        if let row = try context.store.batch(id) { return row }
        throw StoreProblem.damaged(what: "batch \(id) is not in the ledger, though its drop is claimed")
    }

    // MARK: - Publishing

    private func publish(_ batch: BatchRow, _ claim: Inbox.Claim, _ scanner: InboxScanner) throws {
        do {
            try publisher.publish(batch, claim)
        } catch let error as SystemError where !error.path.hasPrefix(scanner.inbox.path + "/") {
            return claims.postpone(claim, because: error, isTaken: true)
        }
        scanner.owners.release(claim)
        claims.notePublished(claim)
    }

    /// Finishes batches whose claim is gone from the inbox: a crash came between the last two steps of publishing, or
    /// before the claim was on the disk.
    func publishWhatIsMissing() throws {
        for batch in try context.store.unpublishedBatches() {
            guard !underWay.contains(where: { $0.claim.token == batch.token }), try !claims.hasClaim(batch.token)
            else { continue }
            if batch.status == .claimed {
                // Where an inbox cannot be seen, nobody knows what lies in it: absence is not deletion.
                guard claims.areAllSeen else { continue }
                // The rename into the claim did not survive a power failure: the file is in the inbox again, unless
                // somebody took it away.
                context.log.warning(
                    "claim.gone",
                    ["batch": .text(batch.id.description), "drop": .text(batch.name), "folder": .text(batch.folder)])
                try context.store.forget(batch.id)
            } else {
                do {
                    try publisher.publish(withoutFile: batch)
                } catch let error as SystemError {
                    // It stays unpublished, and the next look at what is missing tries again.
                    context.log.error(
                        "drop.postponed", ["batch": .text(batch.id.description), "error": .text("\(error)")])
                }
            }
        }
    }

    // MARK: - Claims that were left

    /// Takes up what dead owners left in these inboxes.
    func recover(_ scanners: [InboxScanner]) throws { try takeAll(claims.recover(scanners)) }

    /// Takes up what was left half-way, and what dead owners left.
    func careForClaims() throws {
        claims.removeRemains()
        try claims.makeMissing()
        try takeAll(claims.resumable(except: Set(underWay.map(\.claim.token))))
        try takeAll(claims.abandoned())
    }
}
