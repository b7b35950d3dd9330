package import SystemIO

/// One inbox folder: what lies in it, what of it is ready, and the claims we hold there.
///
/// Events are hints to look; every look is a whole scan, and what is not ready once is looked at again. A folder that
/// cannot be listed counts as not looked at, never as empty.
package final class Inbox {
    package let path: String
    /// `<inbox>/.waybill/<owner>`: claims of this process.
    private let claims: String
    private let owner: ProcessIdentity
    private var settling: [String: SettlingFile] = [:]
    /// Monotonic milliseconds of the last scan that could list everything; nil before the first.
    package private(set) var lastGoodScan: Int64?
    /// What the last scan failed with; nil when it went well.
    package private(set) var problem: String?
    /// Files of the last good scan that were not ready, with the moment of first sight (monotonic milliseconds).
    package private(set) var unready: [(key: String, firstSeen: Int64)] = []

    package init(path: String, owner: ProcessIdentity) {
        self.path = path
        self.owner = owner
        claims = path + "/.waybill/" + owner.text
    }

    /// A file that may be claimed.
    package struct Candidate: Hashable, Sendable {
        /// Relative to the inbox; empty for the inbox itself.
        package let folder: String
        package let name: String
        package let size: Int64
        package var key: String { folder + "/" + name }
    }

    /// How the files of a folder become ready.
    package struct Readiness: Sendable {
        package var mode: Campaign.Readiness
        /// Milliseconds.
        package var quiet: Int64
        package var marker: String

        package init(mode: Campaign.Readiness, quiet: Int64, marker: String) {
            self.mode = mode
            self.quiet = quiet
            self.marker = marker
        }
    }

    package struct Scan: Sendable {
        package var ready: [Candidate] = []
        /// The earliest moment (monotonic milliseconds) at which a file may have become ready.
        package var lookAgainAt: Int64?
        /// Files that are not ready, with the moment of first sight.
        package var unready: [(key: String, firstSeen: Int64)] = []
    }

    /// The folders to watch: the inbox and those directly in it, except hidden ones.
    package func folders() throws -> [String] {
        let entries = try Files.list(path)
        return [""]
            + entries.filter { name in
                !name.hasPrefix(".") && ((try? FileStatus.of(path + "/" + name))?.kind == .folder)
            }
    }

    /// Notes that a file was renamed into place.
    package func noteArrival(folder: String, name: String, at now: Int64) {
        let key = folder + "/" + name
        guard let status = try? FileStatus.of(path(folder, name)) else { return }
        var file = settling[key] ?? SettlingFile(status: status, at: now)
        file.observe(status, at: now)
        file.arrivedWhole = true
        settling[key] = file
    }

    /// Looks at everything in the inbox.
    package func scan(at now: Int64, readiness: (_ folder: String, _ name: String) -> Readiness) throws -> Scan {
        var scan = Scan()
        var present: Set<String> = []
        for folder in try folders() {
            let names = try Files.list(folder.isEmpty ? path : path + "/" + folder)
            let all = Set(names)
            for name in names {
                let rule = readiness(folder, name)
                guard DropName.canBeDrop(name, marker: rule.marker) else { continue }
                guard let status = try FileStatus.of(path(folder, name)), status.kind != .folder else { continue }
                let key = folder + "/" + name
                present.insert(key)
                var file = settling[key] ?? SettlingFile(status: status, at: now)
                file.observe(status, at: now)
                let verdict = try judge(&file, folder: folder, name: name, beside: all, rule: rule, at: now)
                settling[key] = file
                switch verdict {
                case .ready: scan.ready.append(Candidate(folder: folder, name: name, size: status.size))
                case .later(let moment):
                    scan.lookAgainAt = min(scan.lookAgainAt ?? moment, moment)
                    scan.unready.append((key, file.firstSeen))
                case .waiting: scan.unready.append((key, file.firstSeen))
                }
            }
        }
        settling = settling.filter { present.contains($0.key) }
        lastGoodScan = now
        unready = scan.unready
        problem = nil
        return scan
    }

    /// Keeps why a scan failed, until one goes well.
    package func note(problem: String) { self.problem = problem }

    private func judge(
        _ file: inout SettlingFile, folder: String, name: String, beside names: Set<String>, rule: Readiness,
        at now: Int64
    ) throws -> SettlingFile.Verdict {
        switch rule.mode {
        case .auto:
            let size = file.status.size
            return try file.auto(quiet: rule.quiet, at: now) { try ending(of: path(folder, name), size: size) }
        case .marker:
            return names.contains(name + rule.marker) && file.status.size > 0 ? .ready : .waiting
        case .sidecar:
            guard file.status.size > 0 else { return .waiting }
            if names.contains(name + DropName.checksumSuffix) {
                return try agrees(&file, path: path(folder, name)) ? .ready : .waiting
            }
            return names.contains(name + DropName.metaSuffix) ? .ready : .waiting
        }
    }

    /// Whether a file's content has the digest of its `.sha256`; the answer is kept until the file changes.
    private func agrees(_ file: inout SettlingFile, path: String) throws -> Bool {
        if let known = file.checksum, known.status == file.status { return known.agrees }
        var sidecar = Sidecar()
        guard let bytes = try? Files.read(path + DropName.checksumSuffix, limit: 4_096),
            (try? sidecar.read(checksum: bytes)) != nil
        else { return false }
        let source = try OpenFile(reading: path)
        var hash = SHA256()
        var buffer: [UInt8] = []
        while true {
            buffer.removeAll(keepingCapacity: true)
            guard try source.read(into: &buffer, atMost: 1 << 20) > 0 else { break }
            hash.update(buffer)
        }
        let agrees = SHA256.hex(hash.finish()) == sidecar.sha256
        file.checksum = (file.status, agrees)
        return agrees
    }

    private func ending(of path: String, size: Int64) throws -> SettlingFile.Ending {
        let file = try OpenFile(reading: path)
        var head: [UInt8] = []
        _ = try file.read(into: &head, atMost: 64)
        var tail: [UInt8] = []
        try file.read(at: max(0, size - 64), into: &tail, atMost: 64)
        return SettlingFile.Ending(head: head, tail: tail)
    }

    // MARK: Claims

    /// A file that is ours: it lies in our claims folder, its companions beside it.
    package struct Claim: Sendable {
        /// The name of the claim's folder: `<token>~<inbox folder>`; unique for ever.
        package let token: String
        package let inbox: String
        package let folder: String
        package let name: String
        /// The folder that holds the file.
        package let place: String
        package var path: String { place + "/" + name }
        package var size: Int64
    }

    /// Takes a file by renaming it; nil when another process was faster or the file is gone.
    package func claim(_ candidate: Candidate, companions marker: String) throws -> Claim? {
        // The owner's name has the boot and the process; the monotonic clock never reads the same twice in it.
        let serial = CalendarDay.padded(Int(MonotonicClock.nanoseconds()), to: 19)
        let token = "\(owner.text)-\(serial)~\(candidate.folder)"
        let place = claims + "/" + token
        try Files.createFolder(place, mode: 0o700, durably: false)
        guard try Self.move(path(candidate.folder, candidate.name), to: place + "/" + candidate.name) else {
            // Taken by another daemon, or withdrawn by its sender.
            try Files.removeTree(place)
            return nil
        }
        settling[candidate.key] = nil
        let claim = Claim(
            token: token, inbox: path, folder: candidate.folder, name: candidate.name, place: place,
            size: candidate.size)
        // Not synced: if a power failure takes the rename back, the file lies in the inbox again, and is taken again or
        // known as a duplicate by what was committed.
        try gatherCompanions(of: claim, marker: marker)
        return claim
    }

    /// Moves a claimed drop's marker and side-cars beside it; those that are not there are not missed.
    package func gatherCompanions(of claim: Claim, marker: String) throws {
        for suffix in [DropName.metaSuffix, DropName.checksumSuffix, marker] where !suffix.isEmpty {
            _ = try Self.move(path(claim.folder, claim.name + suffix), to: claim.place + "/" + claim.name + suffix)
        }
    }

    /// Claims left behind by processes that are dead, taken over into our own folder; oldest first.
    package func recoverClaims(marker: (_ folder: String, _ name: String) -> String) throws -> [Claim] {
        let root = path + "/.waybill"
        guard try Files.exists(root) else { return [] }
        var recovered: [Claim] = []
        for name in try Files.list(root) {
            guard let other = ProcessIdentity(name), other != owner, other.isAlive() == false else { continue }
            for token in try Files.list(root + "/" + name) {
                try Files.createFolder(claims, mode: 0o700)
                let place = claims + "/" + token
                guard try Self.move(root + "/" + name + "/" + token, to: place) else { continue }
                if let claim = try claim(in: place, token: token, marker: marker) { recovered.append(claim) }
            }
            try Files.removeTree(root + "/" + name)
        }
        return recovered
    }

    /// Whether the folder of a claim is still here, whoever owns it.
    package func holdsClaim(_ token: String) throws -> Bool {
        let root = path + "/.waybill"
        guard try Files.exists(root) else { return false }
        for owner in try Files.list(root) where try Files.exists("\(root)/\(owner)/\(token)") { return true }
        return false
    }

    private func claim(
        in place: String, token: String, marker: (_ folder: String, _ name: String) -> String
    ) throws -> Claim? {
        let folder = String(token.drop { $0 != "~" }.dropFirst())
        let files = try Files.list(place)
        guard
            let name = files.first(where: { DropName.canBeDrop($0, marker: marker(folder, $0)) }),
            let status = try FileStatus.of(place + "/" + name)
        else {
            // Its file went to the archive already; what is left is an empty folder or a stray companion.
            try Files.removeTree(place)
            return nil
        }
        let claim = Claim(token: token, inbox: path, folder: folder, name: name, place: place, size: status.size)
        try gatherCompanions(of: claim, marker: marker(folder, name))
        return claim
    }

    /// Renames, never over another file; false when there is nothing to rename.
    private static func move(_ from: String, to target: String) throws -> Bool {
        do {
            try Files.rename(from, to: target, replacing: false)
            return true
        } catch {
            if error.code == SystemError.noSuchFile { return false }
            throw error
        }
    }

    /// Lets go of a claim whose file has been put away.
    package func release(_ claim: Claim) throws {
        try Files.removeTree(claim.place)
    }

    private func path(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? path + "/" + name : path + "/" + folder + "/" + name
    }
}
