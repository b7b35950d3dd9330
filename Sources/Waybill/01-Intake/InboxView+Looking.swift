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
            (seen.file, seen.problem) = (nil, "\(error)")
            return place.put(seen, name, wasReady: before != nil)
        }
        guard let status else { return place.remove(name) }
        seen.forget()
        do {
            try look(name, key, status, in: place, seen, &scan)
        } catch {
            seen.problem = "\(error)"
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
            let target = status.kind == .link ? try FileStatus.of(inbox.path + "/" + key, followLinks: true) : nil
            guard let target, target.kind == .folder else { return hold(seen, key, status, at: now) }
            status = target
        }
        if status.kind == .folder, let below = placeBelow(place.place, name) {
            let found = known(below)
            if !found.isPresent { scan.found.append(found) }
            found.isPresent = true
            seen.isSettled = true
            return
        }
        let leftAlone = status.kind == .folder ? Self.leftAlone(name, in: place.place) : nil
        let ending = scan.rules.companionEnding(folder: place.place.folder, name: name)
        let isDrop = leftAlone != nil || ending == nil && DropName.canBeDrop(name)
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
        let companion = place.companions.isEmpty ? nil : place.companions[FoldedFileName(name)]
        let verdict: SettlingFile.Verdict =
            if let leftAlone {
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
            seen.word = word(&file, key, verdict.reason, beside: place.names)
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

    /// A file or link with the name of a folder of lists or replies may be a list: a copy made when the folder was
    /// missing, or a link to the folder of lists. Taken as a drop, such a file once had people contacted who were on
    /// the list.
    private func hold(_ seen: SeenFile, _ key: String, _ status: FileStatus, at now: Int64) {
        var file = seen.file ?? SettlingFile(status: status, at: now)
        file.observe(status, at: now)
        seen.file = file
        seen.unready = .init(path: key, firstSeen: file.firstSeen, reason: .notAFolder)
        seen.word = .init(
            path: key, reason: .notAFolder, firstSeen: file.firstSeen, campaign: nil,
            mark: "\(status.size) \(status.changed)")
    }

    /// The place of a subfolder; nil if the folder holds no drops.
    private func placeBelow(_ place: InboxScan.Place, _ name: String) -> InboxScan.Place? {
        if place.isUrgent { return nil }
        if name == InboxScan.Place.urgentName, DropPurpose(folder: place.folder) == .contacts {
            return InboxScan.Place(folder: place.folder, isUrgent: true)
        }
        guard place.folder.isEmpty, !name.hasPrefix("_") || DropPurpose(folder: name) != .contacts else { return nil }
        return InboxScan.Place(folder: name)
    }

    /// Why a folder whose name begins with `_` is left alone; nil for all others.
    ///
    /// It may hold a do-not-contact list. Taken as contacts by the campaign that accepts everything, such a list once
    /// had people contacted who were on it.
    private static func leftAlone(_ name: String, in place: InboxScan.Place) -> Unready? {
        guard name.hasPrefix("_") else { return nil }
        if DropPurpose(folder: name) != .contacts { return .misplacedFolder }
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
