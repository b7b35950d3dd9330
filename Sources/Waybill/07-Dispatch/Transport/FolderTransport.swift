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
package struct FolderTransport: Transport {
    package static let kind = TransportSettings.Kind.folder
    package static let isImmediate = true
    private let settings: TransportSettings
    private var layout: TransportSettings.Layout { settings.layout }
    private var path: String { settings.path }

    package var form: ParcelForm {
        .lines(LineForm(layout, columns: settings.columns, validity: settings.validity))
    }
    package var minimumValidity: TimeSpan? { settings.validity?.minimum }

    package init(_ name: String, _ settings: TransportSettings, in folder: String) { self.settings = settings }

    /// The content of a ticket.
    private struct Place: Codable {
        /// Absolute.
        let folder: String
        let temporary: String
        let name: String
        /// What the folder's marker held.
        let marker: String
        let size: Int
        /// SHA-256 of the content, in hexadecimal digits.
        let digest: String
        /// How many messages it has, where a control file follows it.
        let records: Int?

        var hidden: String { folder + "/" + temporary }
        var final: String { folder + "/" + name }

        init(
            of load: ParcelLoad, in path: String, _ layout: TransportSettings.Layout, marker: String, hasControl: Bool
        ) {
            records = hasControl ? load.references.count : nil
            folder = FolderTransport.folder(of: load.campaign, in: path)
            name = FolderTransport.name(of: load.parcel, layout)
            temporary = FolderTransport.temporary(name)
            self.marker = marker
            size = load.bytes.count
            digest = SHA256.hex(SHA256.hash(load.bytes))
        }

        init(_ ticket: Ticket) throws(TransportProblem) {
            self = try ticket.content(FolderTransport.kind, version: FolderTransport.version)
        }
    }

    private static let version = 1

    private static func folder(of campaign: String, in path: String) -> String { path + "/" + campaign }
    private static func name(of parcel: ParcelID, _ layout: TransportSettings.Layout) -> String {
        parcel.description + layout.suffix
    }
    private static func temporary(_ name: String) -> String { "." + name + ".tmp" }

    /// The path of a ticket's file; nil for tickets of other kinds.
    package static func file(_ ticket: Ticket) -> String? { (try? Place(ticket))?.final }

    // MARK: - Leaving

    package func prepare(_ load: ParcelLoad) throws -> Ticket {
        try prepare([load])[0].get()
    }

    /// Writes all files before the first is synced: what the system writes for one, it writes for the others too.
    package func prepare(_ loads: [ParcelLoad]) -> [Result<Ticket, any Error>] {
        let written = loads.map { load in Result { try write(load) } }
        let synced = written.map { file in
            Result {
                let (place, file) = try file.get()
                try file.sync()
                try file.close()
                return place
            }
        }
        // Unless the name is on the disk, a missing file would not prove that it was renamed.
        return Self.syncFolders(synced) { $0.folder }.map { place in
            Result { try Ticket(Self.kind, version: Self.version, place.get()) }
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

    /// The file under its hidden name, not synced yet.
    private func write(_ load: ParcelLoad) throws -> (Place, AppendingFile) {
        let folder = Self.folder(of: load.campaign, in: path)
        do {
            try Files.createFolder(folder, mode: OutboxRights.folder)
        } catch {
            if let words = FolderObstacle.words(at: folder) { throw TransportProblem(words) }
            throw error
        }
        let place = Place(
            of: load, in: path, layout, marker: try FolderMarker.make(in: folder), hasControl: settings.hasControl)
        // Seen now, so that the parcel waits like others; one that comes in between is found by the rename.
        guard try !Files.exists(place.final) else {
            throw SystemError(operation: "hand over", path: place.final, code: SystemError.exists)
        }
        // A file here is from an earlier attempt. Anything else belongs to somebody else, and the next call refuses it.
        if try FileStatus.of(place.hidden)?.kind == .regular { try Files.remove(place.hidden) }
        let file = try AppendingFile(path: place.hidden, mode: OutboxRights.file, isNew: true)
        try file.write(load.bytes)
        try file.flush()
        return (place, file)
    }

    package static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome {
        try commit([(ticket, load)])[0].get()
    }

    package static func commit(
        _ parcels: [(ticket: Ticket, load: ParcelLoad)]
    ) -> [Result<ParcelOutcome, any Error>] {
        let renamed = parcels.map { parcel in
            Result {
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
    private static func writeControl(of place: Place) throws {
        guard let records = place.records else { return }
        let text = "{\"records\":\(records),\"sha256\":\"\(place.digest)\"}\n"
        try Files.writeAtomically(Array(text.utf8), to: place.final + ".meta.json", mode: OutboxRights.file)
    }

    // MARK: - After a crash

    package static func resolve(
        _ ticket: Ticket, _ references: [Reference], _ stop: StopSign
    ) throws -> ParcelResolution {
        let place = try Place(ticket)
        guard let hidden = try FileStatus.of(place.hidden) else {
            if try isContent(place, place.final) {
                try writeControl(of: place)
                return .left(.accepted)
            }
            let marker = try? FolderMarker.read(in: place.folder)
            if marker == place.marker { return .left(.accepted) }
            return .unknown(
                "neither \(place.temporary) nor \(place.name) is in \(place.folder), which is "
                    + (marker == nil ? "not the folder it was" : "another folder than it was")
                    + "; mount or put back the folder that waybill wrote to, or withdraw the batch")
        }
        guard hidden.kind == .regular, try isContent(place, place.hidden) else {
            return .unknown("\(place.hidden) is not what waybill wrote; put it right, or withdraw the batch")
        }
        // Earlier versions renamed by two steps on NFS, which leaves both names when it is interrupted.
        guard try isContent(place, place.final) else { return .notLeft }
        try Files.remove(place.hidden)
        try Files.syncFolder(place.folder)
        try writeControl(of: place)
        return .left(.accepted)
    }

    package static func discard(_ ticket: Ticket) throws {
        let place = try Place(ticket)
        guard try isContent(place, place.hidden) else { return }
        try Files.remove(place.hidden)
        try Files.syncFolder(place.folder)
    }

    private static func isContent(_ place: Place, _ path: String) throws -> Bool {
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
