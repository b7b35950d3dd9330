import SystemIO

/// Temporary files of a killed process: hidden, in the outbox, and of no use to anybody.
struct Leftovers {
    private let context: WorkContext
    private let reportLock: FileLock

    init(_ context: WorkContext, reportLock: FileLock) {
        self.context = context
        self.reportLock = reportLock
    }

    /// Removes them at the start, after every leaving parcel was settled or left alone. Only this process writes here
    /// then, except `waybill report`, so its lock is taken.
    func remove() throws {
        let shared = [context.outbox(""), context.outbox("acks"), context.outbox("notices")]
        for folder in shared + days(in: "acks") + days(in: "events") { remove(in: folder) { _ in true } }
        if try reportLock.tryLock() {
            defer { reportLock.unlock() }
            for folder in [context.outbox("reports")] + days(in: "reports") { remove(in: folder) { _ in true } }
        }
        for part in [Recurrences.partName, ArchiveCompression.partName] {
            remove(in: context.state("")) { $0.hasPrefix(".\(part).") }
            attempt { try Files.remove(context.state(part)) }
        }
        // The mark of another workspace with this outbox, and the seal that a command writes, may be under way.
        for (folder, beginning) in [
            (context.outbox(OutboxMark.folder), "."), (context.state(""), ".waybill.db-audit."),
        ] {
            remove(in: folder) { try $0.hasPrefix(beginning) && isAbandoned(folder + "/" + $0) }
        }
        // A file that may be the only copy of a parcel with unknown outcome stays, wherever it is.
        let ids = try context.store.leavingIDs()
        let leaving = ids.map { "." + $0.description + "." }
        let journals = context.workspace.journals(context.configuration)
        attempt {
            guard try Files.exists(journals) else { return }
            // A flight that asks about its parcel may be writing its note at this moment, under a hidden name.
            let journalled = Set(ids.map(\.description))
            for name in try Files.list(journals) where !journalled.contains(name) {
                if leaving.contains(where: name.hasPrefix) { continue }
                try Files.remove(journals + "/" + name)
            }
        }
        // These folders may be shared with other programs, so only files named after parcels are ours.
        for transport in Set(context.configuration.transports.values.map(\.path) + [TransportSettings().path]) {
            let root = context.workspace.path(transport)
            // On a share nothing has a hidden name before its parcel is leaving, and whoever asks it may wait for ever.
            if Mounts.now.share(of: root) != nil { continue }
            // What cannot be looked at, and a file in its place, hold the parcels that go there, and nothing else.
            guard (try? FileStatus.of(root, followLinks: true))?.kind == .folder else { continue }
            for campaign in context.configuration.campaigns {
                let folder = FolderTransport.folder(of: campaign.name, in: root)
                if Mounts.now.share(of: folder) != nil { continue }
                remove(in: folder) { name in
                    if name.hasPrefix("." + FolderMarker.name + ".") { return try isAbandoned(folder + "/" + name) }
                    return name.hasPrefix(".P") && name.dropFirst(2).prefix(9).allSatisfy(\.isNumber)
                        && !leaving.contains { name.hasPrefix($0) }
                }
            }
        }
    }

    /// What cannot be removed lies where it does no harm; whoever needs the folder says what is wrong with it.
    private func attempt(_ body: () throws -> Void) {
        do { try body() } catch { context.log.warning("leftovers.kept", ["error": .text("\(error)")]) }
    }

    /// Only the latest days: earlier starts cleaned the older ones.
    private func days(in part: String) -> [String] {
        let path = context.outbox(part)
        let names = (try? Files.list(path)) ?? []
        return names.filter { CalendarDay($0) != nil }.map { path + "/" + $0 }.filter {
            (try? FileStatus.of($0))?.kind == .folder
        }.sorted().suffix(3)
    }

    /// Whether another workspace cannot be writing it at this moment: that takes no minute.
    private func isAbandoned(_ path: String) throws -> Bool {
        guard let status = try FileStatus.of(path) else { return false }
        return status.modified / 1_000_000 < ClockReading.now.wall - 60_000
    }

    private func remove(in folder: String, where isOurs: (String) throws -> Bool) {
        attempt {
            // If something else stands there, whoever writes into the folder reports it.
            guard try FileStatus.of(folder, followLinks: true)?.kind == .folder else { return }
            for name in try Files.list(folder) where name.hasPrefix(".") && name.hasSuffix(".tmp") {
                guard try isOurs(name) else { continue }
                // A folder with such a name is somebody else's and does no harm.
                let path = folder + "/" + name
                if try FileStatus.of(path)?.kind != .folder { try Files.remove(path) }
            }
        }
    }
}
