import SystemIO

/// Examines one name in an inbox.
extension InboxView {
    /// Looks at one name of a place.
    func look(_ name: String, in place: InboxPlace, _ scan: inout Scan) {
        let seen = place.files[name] ?? SeenFile()
        if seen.isSettled { return }
        let before = seen.candidate
        let key = place.place.path(of: name)
        let status: FileStatus?
        do {
            status = try FileStatus.of(inbox.path + "/" + key)
        } catch {
            // When it can be looked at again, it counts as seen for the first time.
            seen.forget()
            (seen.file, seen.problem) = (nil, FolderObstacle.words(of: error))
            return place.put(seen, name, wasReady: before != nil)
        }
        guard let status else { return place.remove(name) }
        seen.forget()
        do {
            try look(name, key, status, in: place, seen, &scan)
        } catch {
            seen.problem = FolderObstacle.words(of: error)
        }
        if seen.candidate != before { seen.isTold = false }
        place.put(seen, name, wasReady: before != nil)
    }

    private func look(
        _ name: String, _ key: String, _ status: FileStatus, in place: InboxPlace, _ seen: SeenFile, _ scan: inout Scan
    ) throws {
        let now = scan.now
        var status = status
        if place.place.path.isEmpty, DropPurpose(folder: name) != .contacts, status.kind != .folder {
            guard let target = try folder(key, status) else { return hold(seen, key, status, at: now) }
            status = target
        }
        let leftAlone = leftAlone(name, status, in: place, scan.rules)
        if status.kind == .folder, leftAlone == nil, let below = placeBelow(place.place, name) {
            let found = known(below)
            if !found.isPresent { scan.found.append(found) }
            found.isPresent = true
            seen.isSettled = true
            return
        }
        let ending = scan.rules.companionEnding(folder: place.place.folder, name: name)
        let isHiding = leftAlone?.isOfFile == false || status.kind == .folder && place.holdsWords
        let isDrop = isHiding || ending == nil && DropName.canBeDrop(name)
        if let ending {
            // The file that the companion announces is looked at too.
            let owner = String(name.dropLast(ending.count))
            if place.files[owner]?.isSettled == true { place.disturb(owner) }
        }
        guard isDrop || isOrphan(name, ending, in: place) else {
            seen.file = nil
            return
        }
        var rule = scan.rules.rule(folder: place.place.folder, name: name)
        rule.quiet = max(rule.quiet, scan.kind.isLocal ? 0 : ReadinessRules.quietOnNetworks)
        rule.asksForWriters = scan.kind.isLocal
        var file = seen.file ?? SettlingFile(status: status, at: now, since: sights.removeValue(forKey: key))
        file.observe(status, at: now)
        let companion = place.companion(of: name)
        let verdict: SettlingFile.Verdict =
            if let leftAlone, isDrop {
                .waiting(leftAlone)
            } else if status.kind == .folder {
                .waiting(place.holdsWords ? .folderOfWords : .folder)
            } else if !isDrop {
                .waiting(.withoutFile)
            } else if let companion {
                .waiting(.companionNamed(companion))
            } else {
                judge(&file, key, beside: place.names, rule, at: now)
            }
        defer { seen.file = file }
        let priority = try priority(of: &file, key, isUrgent: place.place.isUrgent, beside: place.names)
        if place.holdsWords, verdict.reason?.isOfNoFile != true {
            seen.word = word(file, key, verdict.reason, in: place, rule, at: now)
        } else if let reason = verdict.reason, reason.mayHideWords, Self.hasFiles(inbox.path + "/" + key) {
            seen.word = hidden(key, status, reason, since: file.firstSeen, in: place)
        }
        let hasSidecar = place.names.contains(name + DropName.metaSuffix)
        switch verdict {
        case .ready:
            seen.candidate = InboxScan.Candidate(
                place: place.place, name: name, status: file.status, priority: priority, marker: rule.marker,
                hasSidecar: hasSidecar, mayHaveWriter: rule.mode == .auto && rule.asksForWriters, judgedAt: now)
            seen.isSettled =
                !hasSidecar && !place.names.contains(name + DropName.checksumSuffix) && rule.mode.isOfFileAlone
        case .later(let moment, let reason):
            seen.lookAgainAt = moment
            seen.unready = .init(path: key, firstSeen: file.firstSeen, reason: reason, sight: FirstSight(file))
        case .waiting(let reason):
            seen.unready = .init(
                path: key, firstSeen: file.firstSeen, reason: reason, sight: reason.isOfNoFile ? nil : FirstSight(file))
        }
    }

    /// The folder that a link leads to; nil where it leads to none, and for what is no link.
    private func folder(_ key: String, _ status: FileStatus) throws -> FileStatus? {
        guard status.kind == .link else { return nil }
        let target = try FileStatus.of(inbox.path + "/" + key, followLinks: true)
        return target?.kind == .folder ? target : nil
    }

    /// Why what has this name is left alone, a folder or a file. What it was read for before, it is not any more.
    private func leftAlone(
        _ name: String, _ status: FileStatus, in place: InboxPlace, _ rules: ReadinessRules
    ) -> Unready? {
        guard status.kind == .folder else {
            return place.holdsWords ? nil : rules.list(named: name).map { .listAmongContacts($0) }
        }
        let reason = Self.leftAlone(name, in: place.place, rules)
        if reason != nil, place.place.path.isEmpty { forget(InboxScan.Place(folder: name)) }
        return reason
    }

    /// What has the name of a folder of lists or replies and is none may be a list: a copy that found no folder, or a
    /// link to where the lists are. As a drop, it once had those contacted who must not be.
    private func hold(_ seen: SeenFile, _ key: String, _ status: FileStatus, at now: Int64) {
        var file = seen.file ?? SettlingFile(status: status, at: now)
        file.observe(status, at: now)
        seen.file = file
        seen.unready = .init(path: key, firstSeen: file.firstSeen, reason: .notAFolder)
        seen.word = word(file, key, .notAFolder, since: file.firstSeen)
    }

    /// What a folder may say that is not looked into: of the campaign in whose folder it is.
    private func hidden(
        _ key: String, _ status: FileStatus, _ reason: Unready, since first: Int64, in place: InboxPlace
    ) -> InboxScan.Word {
        InboxScan.Word(
            path: key, reason: reason, firstSeen: first,
            campaign: place.place.folder.isEmpty || place.holdsWords ? nil : place.place.folder,
            mark: "\(status.size) \(status.changed)")
    }

    /// Whether anything lies in a folder that could be a list or a reply, however deep. What cannot be looked at may be
    /// one.
    private static func hasFiles(_ folder: String, depth: Int = 0) -> Bool {
        guard depth < mostDepth, let listing = try? Files.listing(folder) else { return true }
        return !listing.undecodable.isEmpty
            || listing.names.contains { name in
                let path = folder + "/" + name
                guard !name.hasPrefix("."), let status = try? FileStatus.of(path) else { return false }
                return status.kind == .folder ? hasFiles(path, depth: depth + 1) : DropName.canBeDrop(name)
            }
    }

    private static let mostDepth = 8

    /// The place that a folder of this name is, nil when drops do not lie in it.
    private func placeBelow(_ place: InboxScan.Place, _ name: String) -> InboxScan.Place? {
        if place.isUrgent { return nil }
        if name == InboxScan.Place.urgentName, DropPurpose(folder: place.folder) == .contacts {
            return InboxScan.Place(folder: place.folder, isUrgent: true)
        }
        guard place.folder.isEmpty, !name.hasPrefix("_") || DropPurpose(folder: name) != .contacts else { return nil }
        return InboxScan.Place(folder: name)
    }

    /// Why a folder is left alone whose name begins with `_`, or is that of one that does but for the `_`; nil for all
    /// others, and for those that are read.
    ///
    /// What lies in one may be a do-not-contact list: read as contacts of the campaign that takes everything, it once
    /// had those contacted who must not be.
    private static func leftAlone(
        _ name: String, in place: InboxScan.Place, _ rules: ReadinessRules
    ) -> Unready? {
        guard name.hasPrefix("_") else {
            guard place.path.isEmpty, !rules.hasCampaign(name) else { return nil }
            // "DNC lists", "blacklist", "unsubscribed": whoever stands in there has refused.
            return WordsName.purpose(ofFolder: name).map { .folderLike($0.folder) }
        }
        if name == InboxScan.Place.urgentName, DropPurpose(folder: place.folder) == .contacts, !place.isUrgent {
            return nil
        }
        if DropPurpose(folder: name) != .contacts { return place.path.isEmpty ? nil : .misplacedFolder }
        // As any other folder among words.
        if DropPurpose(folder: place.folder) != .contacts { return nil }
        if unbuiltFolders.contains(FoldedFileName(name)) { return .unbuiltFolder }
        let known = place.folder.isEmpty ? readFolders : [InboxScan.Place.urgentName]
        let nearest = NearestName.of(name, in: known)
        return .strangeFolder(nearest: nearest == name ? nil : nearest)
    }

    private static let readFolders = DropPurpose.words.map(\.folder) + [InboxScan.Place.urgentName]
    private static let unbuiltFolders = Set(
        ["_events", "_answers", "_agents", "_calendars"].map { FoldedFileName($0) })

    /// Whether a name is a marker's or side-car's whose drop is not here.
    private func isOrphan(_ name: String, _ ending: String?, in place: InboxPlace) -> Bool {
        guard let ending, name.count > ending.count else { return false }
        return !place.names.contains(String(name.dropLast(ending.count)))
    }
}

extension Campaign.Readiness {
    /// Whether readiness depends on the file alone, not on companions.
    fileprivate var isOfFileAlone: Bool {
        switch self {
        case .auto, .quiet: true
        case .marker, .sidecar: false
        }
    }
}
