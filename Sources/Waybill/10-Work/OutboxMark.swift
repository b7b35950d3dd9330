import SystemIO

/// Shows in the outbox how far the store has come, in files that nobody collects: before anything leaves or is
/// acknowledged, so a store that has not come as far is not the one it was.
///
///     outbox/.waybill-state/<identity>    steps, letters of references, state folder, CRC-32C of these; a line each
///
/// A step is a batch's outcome or a parcel's departure, counted by the store in their transactions. The file is
/// written after such a transaction is durable, and is not synced itself: after a loss of power it may be an older
/// one, never a newer one than the store. Its numbers have leading zeros: it stays as long, and is written over.
final class OutboxMark: Sendable {
    static let folder = ".waybill-state"

    /// What the mark is to say, as of now.
    struct Note: Sendable {
        let steps: Int64
        fileprivate let store: String
        fileprivate let letters: String
    }

    private let folder: String
    private let state: String
    /// Parcels are committed on a thread of their own.
    private let written = Mutex(Written())

    private struct Written {
        /// The steps that the mark tells, negative where it may not be there.
        var steps: Int64 = -1
        var file: RewrittenFile?
    }

    init(in folder: String, state: String) {
        self.folder = folder
        self.state = state
    }

    /// The mark of the same store in an outbox that may be another one.
    func moved(to folder: String) -> OutboxMark { folder == self.folder ? self : OutboxMark(in: folder, state: state) }

    /// Call it before parcels leave: throws where it could not be written then, so they stay as they are.
    func prepare(_ store: any Store) throws {
        if written.withLock({ $0.steps >= 0 }) { return }
        let note = try Self.note(of: store)
        if let neighbour = neighbour(of: note) { throw TransportProblem(neighbour.words) }
        try store.syncCommits()
        do {
            try write(note)
        } catch let error as SystemError {
            let remedy =
                error.isDenied
                ? "let the user that waybill runs as write there, or give this workspace an outbox of its own"
                : "let it be a folder in which Waybill can write, or remove what is in its place"
            throw TransportProblem("\(error.reason); how far the outbox has come is kept in \(folder): \(remedy)")
        }
    }

    /// Call it once what is noted is committed.
    static func note(of store: any Store) throws -> Note {
        Note(steps: try store.steps(), store: try store.identity(), letters: try Self.letters(of: store))
    }

    static func letters(of store: any Store) throws -> String {
        (try store.referenceLetters() ?? .older).current.description
    }

    private static func padded(_ number: Int64, to length: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: length - digits.utf8.count) + digits
    }

    private func neighbour(of note: Note) -> OutboxMarks.Neighbour? {
        OutboxMarks(folder).neighbour(of: note.store, note.letters, in: state)
    }

    /// Call it once what is noted is durable, and before anybody else sees it. Never makes a mark beside that of
    /// another workspace, which would not start again then.
    func write(_ note: Note) throws {
        try written.withLock { written in
            if note.steps <= written.steps { return }
            if written.steps < 0, let neighbour = neighbour(of: note) {
                throw SystemError(
                    operation: "use the outbox of another workspace, whose mark is", path: neighbour.mark,
                    code: SystemError.exists)
            }
            written.steps = -1
            try Files.createFolder(folder, mode: OutboxRights.folder, durably: false)
            let path = folder + "/" + note.store
            let file =
                written.file.flatMap { $0.path == path ? $0 : nil }
                ?? RewrittenFile(path: path, mode: OutboxRights.file)
            written.file = file
            let content = Array("\(Self.padded(note.steps, to: 19))\n\(note.letters)\n\(state)\n".utf8)
            try file.write(content + Array("\(Self.padded(Int64(Checksum.of(content)), to: 10))\n".utf8))
            written.steps = note.steps
        }
    }
}

/// The marks of an outbox, as a start finds them.
package struct OutboxMarks {
    private struct Mark {
        let path: String
        let store: String
        let steps: Int64
        let letters: String
        let state: String
    }

    private var marks: [Mark] = []
    /// What cannot be read counts as missing: acknowledgements are looked at as well.
    private(set) var problems: [String] = []

    /// - Parameter outbox: its path.
    package init(outbox: String) { self.init(outbox + "/" + OutboxMark.folder) }

    fileprivate init(_ folder: String) {
        do {
            guard let status = try FileStatus.of(folder, followLinks: true) else { return }
            guard status.kind == .folder else {
                problems.append("\(folder) is no folder")
                return
            }
            for name in try Files.list(folder) where !name.hasPrefix(".") {
                let path = folder + "/" + name
                if let mark = try Self.read(path) { marks.append(mark) } else { problems.append("\(path) is no mark") }
            }
        } catch {
            problems.append("\(error)")
        }
    }

    private static func read(_ path: String) throws -> Mark? {
        guard try FileStatus.of(path)?.kind == .regular else { return nil }
        let text = String(decoding: try Files.read(path, limit: 16_384, followLinks: false), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 5, lines.last == "", let sum = UInt32(lines[lines.count - 2]), let steps = Int64(lines[0]),
            Checksum.of(Array((lines.dropLast(2).joined(separator: "\n") + "\n").utf8)) == sum
        else { return nil }
        return Mark(
            path: path, store: Files.name(of: path), steps: steps, letters: String(lines[1]),
            state: lines[2..<(lines.count - 2)].joined(separator: "\n"))
    }

    /// Another workspace that writes into this outbox.
    package struct Neighbour {
        let mark: String
        fileprivate let state: String
        package var words: String {
            "another workspace, whose state is in \(state), writes into this outbox, too: \(mark) is its mark. "
                + "Acknowledgements, notices and parcels of both would have the same names: give each an outbox of its own, "
                + "or remove that mark if the other does not use this one any more"
        }
    }

    /// - Parameter store: nil if this workspace has none yet.
    package func neighbour(of store: (any Store)?, in state: String) throws -> Neighbour? {
        try neighbour(of: store?.identity(), store.map(OutboxMark.letters(of:)), in: state)
    }

    fileprivate func neighbour(of identity: String?, _ letters: String?, in state: String) -> Neighbour? {
        let other = marks.first { mark in
            mark.store != identity && mark.letters != letters && !Self.isReplaced(mark, by: state)
        }
        return other.map { Neighbour(mark: $0.path, state: $0.state) }
    }

    /// The mark that the store is not as far as, in words; nil if there is none.
    func ahead(of store: any Store, in state: String) throws -> String? {
        let (own, others) = try sorted(store)
        if let ahead = try own.first(where: { try $0.steps > store.steps() }) {
            return try
                "\(ahead.path) says that the state had come to step \(ahead.steps), and it is at \(store.steps())"
        }
        guard own.isEmpty, let other = others.first(where: { Self.isReplaced($0, by: state) }) else { return nil }
        return "\(other.path) is of another state, which was in \(other.state)"
    }

    /// Makes the store count from where these marks are, and removes those of a state that it takes the place of. Call
    /// it inside a transaction.
    func accept(_ store: any Store, in state: String) throws {
        let (own, others) = try sorted(store)
        let replaced = others.filter { Self.isReplaced($0, by: state) }
        if let most = (own + replaced).map(\.steps).max(), try most > store.steps() { try store.setSteps(most) }
        for mark in replaced { try? Files.remove(mark.path) }
    }

    /// Either tells that it is the same store, since what is damaged is made anew.
    private func sorted(_ store: any Store) throws -> (own: [Mark], others: [Mark]) {
        let (identity, letters) = (try store.identity(), try OutboxMark.letters(of: store))
        let own = marks.filter { $0.store == identity || $0.letters == letters }
        return (own, marks.filter { $0.store != identity && $0.letters != letters })
    }

    /// Whether a mark is of a state that is gone, or was in this place. What may not be looked at is there, and another
    /// user's.
    private static func isReplaced(_ mark: Mark, by state: String) -> Bool {
        if mark.state == state { return true }
        do {
            return try !Files.exists(mark.state + "/waybill.db")
        } catch {
            return !error.isDenied
        }
    }
}
