import SystemIO

/// Judges whether a file is ready, and reads what its side-cars say before it is taken.
extension InboxView {
    func judge(
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
            // It is taken and refused with this reason, so its sender is told.
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

    func priority(
        of file: inout SettlingFile, _ key: String, isUrgent: Bool, beside names: Set<String>
    ) throws -> Int {
        let usual = isUrgent ? 9 : 5
        let name = Files.name(of: key)
        guard names.contains(name + DropName.metaSuffix) else { return usual }
        let path = inbox.path + "/" + key
        guard let status = try FileStatus.of(path + DropName.metaSuffix) else { return usual }
        return Self.meta(&file, path, status)?.priority ?? usual
    }

    /// What lay in a folder that is new is waited for since it was seen, and what came since while it is as it is.
    func word(
        _ file: SettlingFile, _ key: String, _ reason: Unready?, in place: InboxPlace, _ rule: ReadinessRule,
        at now: Int64
    ) -> InboxScan.Word {
        let name = Files.name(of: key)
        let wasThere = place.firstNames.contains(name)
        // Another one of its name is new.
        if reason == nil { place.firstNames.remove(name) }
        var word = word(file, key, reason, since: wasThere ? file.firstSeen : file.unchangedSince)
        word.isComing =
            !wasThere && reason?.isSettling == true && isComing(file, key, of: place.place, rule, at: now)
        return word
    }

    /// It may concern any campaign, whatever its side-car says: that narrows no entry.
    func word(_ file: SettlingFile, _ key: String, _ reason: Unready?, since: Int64) -> InboxScan.Word {
        InboxScan.Word(
            path: key, reason: reason, firstSeen: since, campaign: nil,
            mark: "\(file.status.size) \(file.status.changed)")
    }

    /// Whether a file that rests is still being written. Where nobody can be asked who has it open, one that changed
    /// since the last look is. Replies and receipts come all the time: what waited while they rest would never leave.
    private func isComing(
        _ file: SettlingFile, _ key: String, of place: InboxScan.Place, _ rule: ReadinessRule, at now: Int64
    ) -> Bool {
        switch DropPurpose(folder: place.folder) {
        case .replies, .receipts: return true
        case .suppression, .consent, .control, .contacts:
            let hasWriter = rule.asksForWriters ? try? OpenFile(reading: inbox.path + "/" + key).hasWriter : nil
            return hasWriter ?? (file.unchangedSince == now && file.firstSeen < now)
        }
    }

    /// What the `.meta.json` says; nil while it cannot be understood.
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
