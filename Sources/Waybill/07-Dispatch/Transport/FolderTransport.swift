import SystemIO

/// Hands parcels over as files in a folder (contract §9): each is written under a hidden name, and renamed.
///
///     dispatch/<campaign>/.waybill-folder         identifies the folder (FolderMarker)
///     dispatch/<campaign>/.P000000007.csv.tmp     prepared: file and folder are synced
///     dispatch/<campaign>/P000000007.csv          committed; anybody may take it away at once
///
/// After a crash the file is looked for where it was put, even if the configuration would put it elsewhere now:
///
/// | hidden name | name | the folder | the parcel |
/// | --- | --- | --- | --- |
/// | there, whole | not there | | has not left |
/// | there | the same file, or the same content | | has left; the hidden name is removed |
/// | not there | there, the same content | | has left |
/// | not there | anything else | has its marker | has left: only the rename removes the hidden name |
/// | not there | anything else | another, or none | is unknown: a share is not mounted, or the folder was replaced |
///
/// On a share all of it is done on a thread of its own (`FolderTransport+Share`).
package struct FolderTransport: Transport {
    package static let kind = TransportSettings.Kind.folder
    package static let isImmediate = true
    package var isImmediate: Bool { !settings.isOnShare }
    private let settings: TransportSettings
    private var layout: TransportSettings.Layout { settings.layout }
    private var path: String { settings.path }

    package var form: ParcelForm {
        .lines(LineForm(layout, columns: settings.columns, validity: settings.validity))
    }
    package var minimumValidity: TimeSpan? { settings.validity?.minimum }

    package init(_ name: String, _ settings: TransportSettings, in folder: String) { self.settings = settings }

    /// The content of a ticket.
    struct Place: Codable {
        /// Absolute.
        let folder: String
        let temporary: String
        let name: String
        /// What the folder's marker held; empty if it is on a share, which was not asked yet.
        let marker: String
        let size: Int
        /// SHA-256 of the content, in hexadecimal digits; empty until it is known.
        var digest = ""
        /// How many messages it has, where a control file follows it.
        let records: Int?
        /// Of a folder on a share: where it is noted how far the parcel has come.
        let journal: String?

        var hidden: String { folder + "/" + temporary }
        var final: String { folder + "/" + name }

        init(
            of load: ParcelLoad, in path: String, _ layout: TransportSettings.Layout, marker: String = "",
            hasControl: Bool, journal: String? = nil
        ) {
            self.journal = journal
            records = hasControl ? load.references.count : nil
            folder = FolderTransport.folder(of: load.campaign, in: path)
            name = FolderTransport.name(of: load.parcel, layout)
            temporary = FolderTransport.temporary(name)
            self.marker = marker
            size = load.bytes.count
        }

        init(_ ticket: Ticket) throws(TransportProblem) {
            self = try ticket.content(FolderTransport.kind, version: FolderTransport.version)
        }
    }

    private static let version = 1

    package static func folder(of campaign: String, in path: String) -> String { path + "/" + campaign }
    private static func name(of parcel: ParcelID, _ layout: TransportSettings.Layout) -> String {
        parcel.description + layout.suffix
    }
    private static func temporary(_ name: String) -> String { "." + name + ".tmp" }

    package static func share(of ticket: Ticket) -> String? {
        guard let place = try? Place(ticket) else { return nil }
        return place.journal != nil || Mounts.now.share(of: place.folder) != nil ? place.folder : nil
    }

    /// The path of a ticket's file; nil for tickets of other kinds.
    package static func file(_ ticket: Ticket) -> String? { (try? Place(ticket))?.final }

    // MARK: - Leaving

    package func prepare(_ load: ParcelLoad) throws -> Ticket {
        try prepare([load])[0].get()
    }

    /// Writes all files, and syncs them and their folders side by side: they wait for the disk together, and their
    /// digests are made meanwhile. Unless its name is on the disk, a missing file would not prove that it was renamed.
    package func prepare(_ loads: [ParcelLoad]) -> [Result<Ticket, any Error>] {
        if settings.isOnShare { return loads.map { load in Result { try prepareForShare(load) } } }
        var markers: [String: Result<String, any Error>] = [:]
        let written = loads.map { load in
            let folder = Self.folder(of: load.campaign, in: path)
            let marker = markers[folder] ?? Result { try Self.makeFolder(folder) }
            markers[folder] = marker
            return Result { try write(load, marker: marker.get()) }
        }
        let open = written.compactMap { try? $0.get() }
        let folders = Array(Set(open.map(\.place.folder)))
        let failures = Files.failures(syncing: open.map(\.file), folders: folders) { loads.map(Self.digest) }
        let failed = Dictionary(zip(open.map(\.place.name), failures.files)) { first, _ in first }
        let unsynced = Dictionary(zip(folders, failures.folders)) { first, _ in first }
        return zip(written, failures.result).map { file, digest in
            Result {
                var (place, file) = try file.get()
                if let failure = (failed[place.name] ?? nil) ?? (unsynced[place.folder] ?? nil) { throw failure }
                try file.close()
                place.digest = digest
                return try Ticket(Self.kind, version: Self.version, place)
            }
        }
    }

    /// Syncs each folder of those that went well once.
    private static func syncFolders<Value>(
        _ results: [Result<Value, any Error>], of folder: (Value) -> String
    ) -> [Result<Value, any Error>] {
        var synced: [String: Result<Void, any Error>] = [:]
        return results.map { result in
            Result {
                let value = try result.get()
                let path = folder(value)
                let sync = synced[path] ?? Result { try Files.syncFolder(path) }
                synced[path] = sync
                try sync.get()
                return value
            }
        }
    }

    /// Nothing is asked of the share.
    private func prepareForShare(_ load: ParcelLoad) throws -> Ticket {
        try Files.createFolder(settings.journals, mode: 0o700)
        let journal = "\(settings.journals)/\(load.parcel)"
        // Of another parcel that had this number, as in a store that was put back.
        if try Files.exists(journal) {
            try Files.remove(journal)
            try Files.syncFolder(settings.journals)
        }
        var place = Place(of: load, in: path, layout, hasControl: settings.hasControl, journal: journal)
        place.digest = Self.digest(of: load)
        return try Ticket(Self.kind, version: Self.version, place)
    }

    private static func digest(of load: ParcelLoad) -> String { SHA256.hex(SHA256.hash(load.bytes)) }

    /// The file under its hidden name, not synced yet.
    private func write(_ load: ParcelLoad, marker: String) throws -> (place: Place, file: AppendingFile) {
        let place = Place(of: load, in: path, layout, marker: marker, hasControl: settings.hasControl)
        return (place, try Self.write(load.bytes, place))
    }

    /// Makes a campaign's folder where there is none, and returns its marker.
    static func makeFolder(_ folder: String) throws -> String {
        do {
            try Files.createFolder(folder, mode: OutboxRights.folder)
        } catch {
            if let words = FolderObstacle.words(at: folder) { throw TransportProblem(words) }
            throw error
        }
        return try FolderMarker.make(in: folder)
    }

    static func write(_ bytes: [UInt8], _ place: Place) throws -> AppendingFile {
        // Seen now, so that the parcel waits like others; one that comes in between is found by the rename.
        guard try !Files.exists(place.final) else {
            throw SystemError(operation: "hand over", path: place.final, code: SystemError.exists)
        }
        // A file here is from an earlier attempt. Anything else belongs to somebody else, and the next call refuses it.
        if try FileStatus.of(place.hidden)?.kind == .regular { try Files.remove(place.hidden) }
        let file = try AppendingFile(path: place.hidden, mode: OutboxRights.file, isNew: true)
        try file.write(bytes)
        try file.flush()
        return file
    }

    package static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome {
        let place = try Place(ticket)
        if let journal = place.journal { return try carry(load, to: place, ShareJournal(path: journal), stop) }
        return try commit([(ticket, load)])[0].get()
    }

    package static func commit(
        _ parcels: [(ticket: Ticket, load: ParcelLoad)]
    ) -> [Result<ParcelOutcome, any Error>] {
        let renamed = parcels.map { parcel in
            Result {
                if parcel.load.isStale { throw StaleParcel() }
                let place = try Place(parcel.ticket)
                // In one step on NFS too, where no rename never replaces: with both names after a crash, and the second
                // one collected before the restart, it would look as if it had not left.
                try Files.renameAtOnce(place.hidden, to: place.final)
                return place
            }
        }
        return syncFolders(renamed) { $0.folder }.map { place in
            Result {
                try writeControl(of: try place.get())
                return .accepted
            }
        }
    }

    /// Says how many messages a file has and what it should be, in the form of a side-car, once the file is there.
    /// Whoever waits for it has all of the file then.
    static func writeControl(of place: Place) throws {
        guard let records = place.records else { return }
        let text = "{\"records\":\(records),\"sha256\":\"\(place.digest)\"}\n"
        try Files.writeAtomically(Array(text.utf8), to: place.final + ".meta.json", mode: OutboxRights.file)
    }

    // MARK: - After a crash

    package static func resolve(
        _ ticket: Ticket, _ references: [Reference], _ stop: StopSign
    ) throws -> ParcelResolution {
        let place = try Place(ticket)
        if let journal = place.journal { return try resolve(place, ShareJournal(path: journal)) }
        guard let hidden = try FileStatus.of(place.hidden) else {
            if try isContent(place, place.final) {
                try writeControl(of: place)
                return .left(.accepted)
            }
            return resolve(place, byMarker: place.marker)
        }
        guard hidden.kind == .regular, try isContent(place, place.hidden) else { return resolve(altered: place) }
        // Earlier versions renamed by two steps on NFS, which leaves both names when it is interrupted.
        guard try isContent(place, place.final) else { return .notLeft }
        try Files.remove(place.hidden)
        try Files.syncFolder(place.folder)
        try writeControl(of: place)
        return .left(.accepted)
    }

    /// Its hidden name is gone: only the rename removes that, where the folder is still the same.
    static func resolve(_ place: Place, byMarker known: String) -> ParcelResolution {
        let marker = try? FolderMarker.read(in: place.folder)
        let missing = "neither \(place.temporary) nor \(place.name) is in \(place.folder), which is "
        if marker == known {
            return .takenAway(missing + "the folder it was: it counts as sent, and as taken away since")
        }
        return .unknown(
            missing + (marker == nil ? "not the folder it was" : "another folder than it was")
                + "; mount or put back the folder that waybill wrote to, or withdraw the batch")
    }

    static func resolve(altered place: Place) -> ParcelResolution {
        .unknown("\(place.hidden) is not what waybill wrote; put it right, or withdraw the batch")
    }

    package static func discard(_ ticket: Ticket) throws {
        let place = try Place(ticket)
        if let journal = place.journal { return try ShareJournal(path: journal).remove() }
        guard Mounts.now.share(of: place.folder) == nil else {
            // Whoever waits for it is nobody else.
            _ = Worker.start(name: "share") { try? discard(place) }
            return
        }
        try discard(place)
    }

    private static func discard(_ place: Place) throws {
        guard try isContent(place, place.hidden) else { return }
        try Files.remove(place.hidden)
        try Files.syncFolder(place.folder)
    }

    static func isContent(_ place: Place, _ path: String) throws -> Bool {
        guard let status = try FileStatus.of(path), status.kind == .regular, status.size == Int64(place.size) else {
            return false
        }
        return SHA256.hex(SHA256.hash(try Files.read(path, limit: place.size))) == place.digest
    }

    /// What became of a parcel that was leaving when the store had no tickets (before version 5): only a file where
    /// this configuration or the default would put it proves anything.
    package static func resolveUnticketed(
        _ parcel: ParcelID, campaign: String, in paths: [String]
    ) throws -> ParcelResolution {
        var hidden: [(path: String, final: String)] = []
        var finals: [String] = []
        for path in Set(paths).sorted() {
            for name in Set(TransportSettings.Layout.allCases.map { name(of: parcel, $0) }).sorted() {
                let folder = folder(of: campaign, in: path) + "/"
                if try FileStatus.of(folder + temporary(name))?.kind == .regular {
                    hidden.append((folder + temporary(name), folder + name))
                }
                if try FileStatus.of(folder + name)?.kind == .regular { finals.append(folder + name) }
            }
        }
        switch (hidden.count, finals.count) {
        case (0, 1...): return .left(.accepted)
        case (1, 0): return .notLeft
        case (0, 0):
            return .unknown(
                "an earlier version left no note of where its file is, and it is in no folder of the transports; "
                    + "put it back, or withdraw the batch")
        default:
            return .unknown(
                "its file is there several times: \((hidden.map(\.path) + finals).joined(separator: ", ")); leave one")
        }
    }
}
