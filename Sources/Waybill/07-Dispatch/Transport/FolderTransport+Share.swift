import SystemIO

/// Hands a parcel over in a folder on a share, on a thread that may wait for its server without end.
///
///     prepare   the ticket alone: nothing is asked of the share
///     commit    the file under its hidden name, synced ─▶ journal: renaming ─▶ renamed
///     resolve   by the journal, which is here: what nobody tried to rename has not left, whatever the share says
///
/// A rename that hangs when the process ends may still be carried out by the server later. So what has not left is
/// given another hidden name before that counts: then an old rename finds nothing.
extension FolderTransport {
    /// Nothing is sent twice: what must not go any more is known just before the rename, and since a file goes as a
    /// whole, all of it is checked again then.
    static func carry(
        _ load: ParcelLoad, to place: Place, _ journal: ShareJournal, _ stop: StopSign
    ) throws -> ParcelOutcome {
        let turn = Turn(load, stop)
        func all(_ outcome: MessageOutcome) -> [UInt32: MessageOutcome] {
            Dictionary(load.references.map { ($0.record, outcome) }) { first, _ in first }
        }
        let mayGo: Bool
        do {
            let marker = try makeFolder(place.folder)
            let file = try write(load.bytes, place)
            try Files.sync([file], folders: [place.folder])
            try file.close()
            mayGo = try stop.cross {
                if load.references.indices.contains(where: turn.isOver) { return false }
                try journal.write(.renaming(marker: marker))
                return true
            }
        } catch {
            // Without its file, a note would say that it was renamed.
            if try journal.read() != nil { try journal.write(.back) }
            try? Files.remove(place.hidden)
            let words = (error as? SystemError).map { "\($0.path): \($0.reason)" } ?? "\(error)"
            return .resting(all(.later), for: nil, why: words)
        }
        guard mayGo else {
            try Files.remove(place.hidden)
            return .each(all(.recalled))
        }
        try Files.renameAtOnce(place.hidden, to: place.final)
        try Files.syncFolder(place.folder)
        try writeControl(of: place)
        return .each(all(.accepted))
    }

    static func resolve(_ place: Place, _ journal: ShareJournal) throws -> ParcelResolution {
        let back = place.folder + "/." + place.name + ".back.tmp"
        switch try journal.read() {
        case nil, .back:
            // What lies there harms nobody, and whoever removes it may wait.
            _ = Worker.start(name: "share") {
                for name in [place.hidden, back] { try? Files.remove(name) }
            }
            return .notLeft
        case .renaming(let marker):
            if let hidden = try FileStatus.of(place.hidden) {
                guard hidden.kind == .regular, try isContent(place, place.hidden) else {
                    return resolve(altered: place)
                }
                try Files.rename(place.hidden, to: back, replacing: true)
                try Files.syncFolder(place.folder)
            }
            if try isContent(place, place.final) {
                try Files.remove(back)
                try Files.syncFolder(place.folder)
                try writeControl(of: place)
                return .left(.accepted)
            }
            guard try isContent(place, back) else { return resolve(place, byMarker: marker) }
            try journal.write(.back)
            try Files.remove(back)
            return .notLeft
        }
    }
}

/// How far a parcel has come on its way to a share, noted here, on the disk: without a note, nobody has tried to rename
/// its file.
struct ShareJournal {
    let path: String

    enum Note: Equatable {
        /// Its file is there under its hidden name, in a folder with this marker, and may be renamed any moment.
        case renaming(marker: String)
        /// It has not left, and never will.
        case back
    }

    func read() throws -> Note? {
        guard try Files.exists(path) else { return nil }
        let words = String(decoding: try Files.read(path, limit: 256), as: UTF8.self).split(separator: " ")
        switch (words.first, words.count) {
        case ("renaming", 2): return .renaming(marker: String(words[1]))
        case ("back", 1): return .back
        case _: throw TransportProblem("\(path) is not what waybill wrote: put it right, or withdraw the batch")
        }
    }

    func write(_ note: Note) throws {
        let text =
            switch note {
            case .renaming(let marker): "renaming " + marker
            case .back: "back"
            }
        try Files.writeAtomically(Array(text.utf8), to: path, mode: 0o600)
    }

    func remove() throws { try Files.remove(path) }
}
