import SystemIO

/// Repairs a damaged store from what is whole, mostly from the audit chain. If nobody can tell what was there, it
/// assumes what leaves more people alone.
extension SQLiteStore {
    /// Up to this size, each start checks everything stored; that takes a second at most.
    private static let mostLookedAt: Int64 = 64 << 20

    package func mend(campaigns: [String], at now: Timestamp) throws -> MendedStore {
        var found = MendedStore()
        let isSmall = size <= Self.mostLookedAt
        if isSmall { try mendStructure(&found) }
        try mendPauses(campaigns, at: now, &found)
        try mendSettings(at: now, &found)
        do {
            _ = try suppressionFilter()
        } catch let problem as StoreProblem {
            try durably { try restoreSuppressions(at: now) }
            found.mended.append("\(problem.what); all that the audit chain knows of is listed again")
            _ = try suppressionFilter()
        }
        if isSmall { try forEachDamage { found.damaged.append($0) } }
        return found
    }

    private var size: Int64 {
        get {
            // Where their folder cannot be listed, what needs them waits, and is told by itself.
            let files = ((try? SegmentFile.batches(store: database.path)) ?? []).map {
                SegmentFile.path(of: $0, store: database.path)
            }
            return ([database.path] + files).reduce(0) { sum, path in sum + ((try? FileStatus.of(path))?.size ?? 0) }
        }
    }

    /// Indices hold nothing that the tables do not.
    private func mendStructure(_ found: inout MendedStore) throws {
        guard let problem = try firstProblem() else { return }
        try database.execute("REINDEX")
        if try firstProblem() == nil { found.mended.append("\(database.path): \(problem); the indices were made anew") }
    }

    private func firstProblem() throws -> String? {
        let words = try database.prepare("PRAGMA integrity_check(1)").first { $0.text(0) }
        return words == "ok" ? nil : words
    }

    // MARK: Pauses

    /// A damaged row may be any campaign's. Campaigns that the chain shows as paused are paused again; if it does not
    /// say which one the row was, all are.
    private func mendPauses(_ campaigns: [String], at now: Timestamp, _ found: inout MendedStore) throws {
        let select = try database.statement(ParcelSQL.damagedPause)
        guard let name = try select.first({ $0.text(0) }) else { return }
        try durably {
            try database.execute(ParcelSQL.removeDamagedPauses)
            var paused: Set<String> = []
            try forEachAudited(after: 0) { row in
                switch AuditKind(rawValue: row.kind) {
                case .paused: paused.insert(row.subject)
                case .resumed, .published: paused.remove(row.subject)
                case .stopped, .lifted, .listed, .takenOff, .drop, .consent, .consentColumn, .consentRelied,
                    .consentClosed,
                    .flushed, .withdrawn, .approved, .requeued, .listAccepted, .listWithdrawn, .inboxAccepted,
                    .clockAccepted,
                    .stateAccepted,
                    .begun, .broken, .restored, nil:
                    break
                }
            }
            let missing = try paused.subtracting(pausedCampaigns())
            let again = missing.isEmpty ? campaigns : missing.sorted()
            for campaign in again {
                try pause(campaign, at: now)
                var entry = AuditEntry(.paused, at: now)
                entry.subject = campaign
                entry.content.add("why", "the row that said so was damaged")
                try note(entry)
            }
            found.mended.append(
                "that \"\(name.plain)\" is paused is not what was written; paused again: \(again.joined(separator: ", "))"
            )
        }
    }

    // MARK: Settings

    /// Values that can be made again are removed. A value that held campaigns now holds all of them until somebody
    /// releases them; a row with an unknown name may have been such a value.
    private func mendSettings(at now: Timestamp, _ found: inout MendedStore) throws {
        let select = try database.prepare(DaySQL.damagedSettings)
        var keys: [String] = []
        while try select.step() { keys.append(select.text(0)) }
        for key in keys {
            let remedy = SettingKey.remedy(ofName: key)
            if remedy == .stays { continue }
            try durably {
                let delete = try database.statement(DaySQL.removeSetting)
                try delete.bind(":key", key)
                try delete.run()
                if remedy == .holds { try holdAll() }
            }
            found.mended.append("what was kept as \"\(key.plain)\" was damaged, and is forgotten")
        }
    }

    /// If no list, reply, receipt or command ever came, nothing could have held campaigns.
    private func holdAll() throws {
        let select = try database.statement(LedgerSQL.lastWord)
        guard let word = try select.first({ (batch: BatchID(rawValue: $0.int64(0)), name: $0.text(1)) }) else { return }
        try hold(
            ListHold(
                batch: word.batch, drop: word.name, campaigns: [],
                problem: "may hold campaigns, as others before it: which do was damaged in the store"))
    }

    // MARK: Suppressions

    /// Restores everybody who is in the tables or, by the chain, should be. If the chain is not whole itself, it takes
    /// nobody off.
    private func restoreSuppressions(at now: Timestamp) throws {
        let isWhole = try AuditChain.problems(of: self, sealedAs: try? auditSeal()).isEmpty
        try database.execute(SuppressionSQL.setAside + ConsentSQL.setAside)
        try forEachAudited(after: 0) { row in
            guard let change = SuppressionChange(kind: row.kind) else { return try sayAgain(row, isWhole: isWhole) }
            let particulars = try SuppressionParticulars(json: row.content.json)
            try KeyBytes.forEach(in: row.keyBytes) { key in
                try apply(change, particulars.listing(of: key), row, isWhole: isWhole)
            }
        }
        try database.execute(SuppressionSQL.takeBack + ConsentSQL.takeBack)
        try SuppressionTotal.make(in: database)
        suppressionChange = SuppressionTotal()
        filter = nil
        try note(AuditEntry(.restored, at: now))
    }

    private func apply(
        _ change: SuppressionChange, _ listing: Listing, _ row: AuditRow, isWhole: Bool
    ) throws {
        let key = Self.signed(listing.key)
        let source = row.source ?? BatchID(rawValue: 0)
        switch change {
        case .listed: _ = try list(listing, [listing.key][...], source)
        case .takenOff where isWhole: _ = try takeOff(listing, key)
        case .stopped:
            try putStop(listing, source, at: row.at)
            try noteWord(.revoke, of: listing.key, kind: listing.kind, source: source, record: row.record, at: row.at)
        case .lifted where isWhole:
            // The stop before it may have been repeated in the meantime, which the chain does not show.
            let before = Timestamp(milliseconds: row.at.milliseconds - 1)
            try noteWord(.revoke, of: listing.key, kind: listing.kind, source: source, record: row.record, at: before)
            try noteWord(.start, of: listing.key, kind: listing.kind, source: source, record: row.record, at: row.at)
            try noteStart(of: key, before: row.at.milliseconds)
            _ = try removeStop(key, before: row.at.milliseconds)
        case .takenOff, .lifted: break
        }
    }
}
