package import SystemIO

/// Looks at one inbox again and again, and remembers what it saw of the files that are not taken yet.
///
/// Every look is a whole scan: events are hints, and what is not ready once is looked at again. What cannot be listed
/// counts as not looked at, never as empty; one file or folder that cannot be read leaves the others alone.
/// Confined to one thread at a time.
package final class InboxView {
    private let inbox: Inbox
    private let list: @Sendable (String) throws -> Files.Listing
    private let watch: @Sendable (InboxScan.Place) -> Bool
    private var settling: [String: SettlingFile] = [:]
    /// Since when words cannot be looked at, by path: monotonic milliseconds.
    private var unseenSince: [String: Int64] = [:]

    /// - Parameters:
    ///   - watch: asks for events of a place; false when there are none to be had.
    ///   - list: the names in a folder.
    package init(
        _ inbox: Inbox, watch: @escaping @Sendable (InboxScan.Place) -> Bool = { _ in false },
        list: @escaping @Sendable (String) throws -> Files.Listing = { try Files.listing($0) }
    ) {
        self.inbox = inbox
        self.watch = watch
        self.list = list
    }

    /// A file that was renamed into place.
    package struct Arrival: Sendable {
        package let place: InboxScan.Place
        package let name: String

        package init(place: InboxScan.Place, name: String) {
            self.place = place
            self.name = name
        }
    }

    /// Looks at everything in the inbox.
    package func scan(_ rules: ReadinessRules, arrivals: [Arrival], at now: Int64) throws -> InboxScan {
        try inbox.checkPresence()
        for arrival in arrivals { note(arrival, at: now) }
        var scan = InboxScan()
        let kind = try Files.fileSystem(inbox.path)
        var present: Set<String> = []
        var places = [InboxScan.Place(folder: "")]
        var next = 0
        while next < places.count {
            let place = places[next]
            next += 1
            do {
                // Watched before it is listed, so that nothing falls between.
                if kind.tellsEvents, watch(place), place.path.isEmpty { scan.hasEvents = true }
                places += try look(
                    in: place, rules, isLocal: kind.isLocal, at: now, &scan, &present)
            } catch {
                // The inbox itself, or a folder that was removed since it was listed, or one we have no right to.
                if place.path.isEmpty { throw error }
                if (error as? SystemError)?.code != SystemError.noSuchFile {
                    noteUnseen(place.path, in: place.folder, error, at: now, &scan)
                }
            }
        }
        settling = settling.filter { present.contains($0.key) }
        let words = Set(scan.words.map(\.path))
        unseenSince = unseenSince.filter { words.contains($0.key) }
        return scan
    }

    /// Notes that a word, or a folder of words, cannot be looked at: what it says is not known.
    private func noteUnseen(
        _ path: String, in folder: String, _ error: any Error, at now: Int64, _ scan: inout InboxScan
    ) {
        scan.problems.append("\(error)")
        guard DropPurpose(folder: folder) != .contacts else { return }
        let since = unseenSince[path] ?? now
        unseenSince[path] = since
        scan.words.append(
            .init(path: path, reason: .unreadable("\(error)"), firstSeen: since, campaign: nil, mark: ""))
    }

    private func note(_ arrival: Arrival, at now: Int64) {
        let key = arrival.place.path(of: arrival.name)
        guard let status = try? FileStatus.of(inbox.path + "/" + key) else { return }
        var file = settling[key] ?? SettlingFile(status: status, at: now)
        file.observe(status, at: now)
        file.arrived()
        settling[key] = file
    }

    /// Looks at the files of one place, and returns the places below it.
    private func look(
        in place: InboxScan.Place, _ rules: ReadinessRules, isLocal: Bool, at now: Int64, _ scan: inout InboxScan,
        _ present: inout Set<String>
    ) throws -> [InboxScan.Place] {
        var below: [InboxScan.Place] = []
        let names = try names(in: place, &scan)
        let all = Set(names)
        let companions = strangelyNamedCompanions(names, among: all)
        for name in names where !name.hasPrefix(".") {
            let key = place.path(of: name)
            var rule = rules.rule(folder: place.folder, name: name)
            rule.quiet = max(rule.quiet, isLocal ? 0 : ReadinessRules.quietOnNetworks)
            rule.asksForWriters = isLocal
            do {
                guard let status = try FileStatus.of(inbox.path + "/" + key) else { continue }
                if status.kind == .folder, let found = placeBelow(place, name) {
                    below.append(found)
                    continue
                }
                let leftAlone = status.kind == .folder ? Self.leftAlone(name, in: place) : nil
                let isDrop = leftAlone != nil || rules.canBeDrop(folder: place.folder, name: name)
                guard isDrop || isOrphan(name, in: place, among: all, rules) else { continue }
                present.insert(key)
                var file = settling[key] ?? SettlingFile(status: status, at: now)
                file.observe(status, at: now)
                let verdict: SettlingFile.Verdict =
                    if let leftAlone {
                        .waiting(leftAlone)
                    } else if status.kind == .folder {
                        .waiting(.folder)
                    } else if !isDrop {
                        .waiting(.withoutFile)
                    } else if let companion = companions[FoldedFileName(name)] {
                        .waiting(.companionNamed(companion))
                    } else {
                        judge(&file, key, beside: all, rule, at: now)
                    }
                let priority = try priority(of: &file, key, isUrgent: place.isUrgent, beside: all)
                if DropPurpose(folder: place.folder) != .contacts, verdict.reason?.isOfNoFile != true {
                    scan.words.append(word(&file, key, verdict.reason, beside: all))
                }
                settling[key] = file
                switch verdict {
                case .ready:
                    scan.ready.append(
                        .init(
                            place: place, name: name, size: status.size, priority: priority, marker: rule.marker,
                            arrived: status.changed, hasSidecar: all.contains(name + DropName.metaSuffix)))
                case .later(let moment, let reason):
                    scan.lookAgainAt = min(scan.lookAgainAt ?? moment, moment)
                    scan.unready.append(.init(path: key, firstSeen: file.firstSeen, reason: reason))
                case .waiting(let reason):
                    scan.unready.append(.init(path: key, firstSeen: file.firstSeen, reason: reason))
                }
            } catch {
                noteUnseen(key, in: place.folder, error, at: now, &scan)
            }
        }
        return below
    }

    /// The names in a place; names that are not UTF-8 are given readable ones first.
    private func names(in place: InboxScan.Place, _ scan: inout InboxScan) throws -> [String] {
        let folder = inbox.path(of: place)
        let listing = try list(folder)
        var names = listing.names
        for raw in listing.undecodable where raw.first != UInt8(ascii: ".") {
            do throws(SystemError) {
                names.append(try Files.renameReadably(raw, in: folder))
            } catch {
                // Gone, or renamed by another daemon on the share.
                if error.code != SystemError.noSuchFile { scan.problems.append("\(error)") }
            }
        }
        return names
    }

    /// The place that a folder of this name is, nil when drops do not lie in it.
    private func placeBelow(_ place: InboxScan.Place, _ name: String) -> InboxScan.Place? {
        if place.isUrgent { return nil }
        if name == InboxScan.Place.urgentName, DropPurpose(folder: place.folder) == .contacts {
            return InboxScan.Place(folder: place.folder, isUrgent: true)
        }
        guard place.folder.isEmpty, !name.hasPrefix("_") || DropPurpose(folder: name) != .contacts else { return nil }
        return InboxScan.Place(folder: name)
    }

    /// Why a folder is left alone whose name begins with `_`; nil for all others.
    ///
    /// What lies in one may be a do-not-contact list: read as contacts of the campaign that takes everything, it once
    /// had those contacted who must not be.
    private static func leftAlone(_ name: String, in place: InboxScan.Place) -> Unready? {
        guard name.hasPrefix("_") else { return nil }
        if DropPurpose(folder: name) != .contacts { return .misplacedFolder }
        if unbuiltFolders.contains(FoldedFileName(name)) { return .unbuiltFolder }
        let known = place.folder.isEmpty ? readFolders : [InboxScan.Place.urgentName]
        let nearest = NearestName.of(name, in: known)
        return .strangeFolder(nearest: nearest == name ? nil : nearest)
    }

    private static let readFolders = [
        DropPurpose.receipts.folder, DropPurpose.replies.folder, DropPurpose.suppression.folder,
        DropPurpose.control.folder,
        InboxScan.Place.urgentName,
    ]
    private static let unbuiltFolders = Set(
        ["_consent", "_events", "_answers", "_agents", "_calendars"].map { FoldedFileName($0) })

    /// Whether a name is a marker or side-car whose file is not here.
    private func isOrphan(
        _ name: String, in place: InboxScan.Place, among names: Set<String>, _ rules: ReadinessRules
    ) -> Bool {
        guard let ending = rules.companionEnding(folder: place.folder, name: name), name.count > ending.count else {
            return false
        }
        return !names.contains(String(name.dropLast(ending.count)))
    }

    /// By the folded name of a drop: a side-car in other letters than ours, as `A.CSV.META.JSON`. What it says (when to
    /// send, whose it is, that the file is whole) is not passed over: its drop waits.
    private func strangelyNamedCompanions(_ names: [String], among all: Set<String>) -> [FoldedFileName: String] {
        var found: [FoldedFileName: String] = [:]
        for name in names {
            guard let suffix = DropName.sidecarEnding(name) else { continue }
            let owner = String(name.dropLast(suffix.count))
            if !name.hasSuffix(suffix) || !all.contains(owner) { found[FoldedFileName(owner)] = name }
        }
        return found
    }

    // MARK: Readiness

    private func judge(
        _ file: inout SettlingFile, _ key: String, beside names: Set<String>, _ rule: ReadinessRule, at now: Int64
    ) -> SettlingFile.Verdict {
        let path = inbox.path + "/" + key
        do {
            switch rule.mode {
            case .auto, .quiet:
                let size = file.status.size
                let verdict = try file.auto(quiet: rule.quiet, at: now) { try Self.ending(of: path, size: size) }
                guard verdict == .ready, rule.mode == .auto, rule.asksForWriters, file.status.kind == .regular,
                    try OpenFile(reading: path).hasWriter == true
                else { return verdict }
                return .later(now + 1_000, .openForWriting)
            case .marker:
                guard let marker = try FileStatus.of(path + rule.marker) else {
                    return .waiting(.noMarker(Files.name(of: path) + rule.marker))
                }
                return file.announced(by: marker, quiet: rule.quiet, at: now)
            case .sidecar:
                return try judgeBySidecar(&file, path, rule, at: now)
            }
        } catch let error as SystemError where error.isDenied {
            // Taken, it is refused with this reason, and its sender is told.
            return .ready
        } catch {
            return .later(now + 1_000, .unreadable("\(error)"))
        }
    }

    private func judgeBySidecar(
        _ file: inout SettlingFile, _ path: String, _ rule: ReadinessRule, at now: Int64
    ) throws -> SettlingFile.Verdict {
        var wanted: String?
        var newest: FileStatus?
        if let status = try FileStatus.of(path + DropName.metaSuffix) {
            guard let sidecar = Self.meta(&file, path, status) else { return .waiting(.sidecarUnreadable) }
            wanted = sidecar.sha256
            newest = status
        }
        if let status = try FileStatus.of(path + DropName.checksumSuffix) {
            var sidecar = Sidecar()
            let bytes = try Files.read(path + DropName.checksumSuffix, limit: Sidecar.checksumLimit, followLinks: false)
            guard (try? sidecar.read(checksum: bytes, of: Files.name(of: path))) != nil else {
                return .waiting(.sidecarUnreadable)
            }
            wanted = sidecar.sha256
            if newest.map({ $0.changed < status.changed }) ?? true { newest = status }
        }
        guard let newest else { return .waiting(.noSidecar) }
        let verdict = file.announced(by: newest, quiet: rule.quiet, at: now)
        guard verdict == .ready, let wanted, file.status.kind == .regular else { return verdict }
        if let known = file.checksum, known.status == file.status, known.wanted == wanted {
            return known.agrees ? .ready : .waiting(.checksumDiffers)
        }
        let agrees = try SHA256.hex(SHA256.hash(file: path)) == wanted
        file.checksum = (file.status, wanted, agrees)
        return agrees ? .ready : .waiting(.checksumDiffers)
    }

    private func priority(
        of file: inout SettlingFile, _ key: String, isUrgent: Bool, beside names: Set<String>
    ) throws -> Int {
        let usual = isUrgent ? 9 : 5
        let name = Files.name(of: key)
        guard names.contains(name + DropName.metaSuffix) else { return usual }
        let path = inbox.path + "/" + key
        guard let status = try FileStatus.of(path + DropName.metaSuffix) else { return usual }
        return Self.meta(&file, path, status)?.priority ?? usual
    }

    private func word(
        _ file: inout SettlingFile, _ key: String, _ reason: Unready?, beside names: Set<String>
    ) -> InboxScan.Word {
        var campaign: String?
        let path = inbox.path + "/" + key
        if names.contains(Files.name(of: key) + DropName.metaSuffix),
            let status = try? FileStatus.of(path + DropName.metaSuffix)
        {
            campaign = Self.meta(&file, path, status)?.campaign
        }
        return InboxScan.Word(
            path: key, reason: reason, firstSeen: file.firstSeen, campaign: campaign,
            mark: "\(file.status.size) \(file.status.changed)")
    }

    /// What the `.meta.json` says, nil when it cannot be understood (yet).
    private static func meta(_ file: inout SettlingFile, _ path: String, _ status: FileStatus) -> Sidecar? {
        if let known = file.meta, known.status == status { return known.sidecar }
        var sidecar = Sidecar()
        let isUnderstood: Void? =
            (try? Files.read(path + DropName.metaSuffix, limit: Sidecar.metaLimit, followLinks: false)).flatMap {
                try? sidecar.read(meta: $0)
            }
        file.meta = (status, isUnderstood == nil ? nil : sidecar)
        return isUnderstood == nil ? nil : sidecar
    }

    private static func ending(of path: String, size: Int64) throws -> SettlingFile.Ending {
        let file = try OpenFile(reading: path)
        var head: [UInt8] = []
        _ = try file.read(into: &head, atMost: 64)
        var tail: [UInt8] = []
        try file.read(at: max(0, size - 64), into: &tail, atMost: 64)
        return SettlingFile.Ending(head: head, tail: tail)
    }
}
