import Foundation
import SystemIO

/// The files of `outbox/events`: `events.jsonl`, to which lines are added, and what it was before, compressed, by day:
/// `2026-11-21/1795014000000.jsonl.gz`, named by the number of its first row, and listed in the day's `index.json`.
///
/// What was written before a crash and is not known to have been is written again as the same bytes at the same place,
/// so that no reader sees anything twice or otherwise.
struct EventFile {
    /// From so many bytes on a file is put away.
    static let mostBytes: Int64 = 16 << 20
    static let indexName = "index.json"

    private let folder: String
    private let most: Int64

    init(folder: String, most: Int64) {
        self.folder = folder
        self.most = most
    }

    private var path: String { folder + "/" + EventLine.fileName }

    /// Adds rows, of which the first has this number, behind what counts of the file, durably. A file that does not
    /// hold that, as somebody changed it or put an older store beside it, is moved aside, and another one is begun.
    func append(
        _ rows: [UInt8], from number: Int64, at now: Timestamp, _ file: inout EventsTold.File?,
        behind old: EventsTold.File? = nil
    ) throws {
        try Files.createFolder(folder)
        if let open = file, try !holds(open, rows) { file = nil }
        let fresh = EventsTold.File(first: number, day: now.utcDay)
        // What a crash left of the same.
        if file == nil, try holds(fresh, rows) { file = fresh }
        guard var open = file else {
            try makeRoom(old, at: now)
            let new = try AppendingFile(path: path, isNew: true)
            try new.write(rows)
            try new.sync()
            try new.close()
            try Files.syncFolder(folder)
            file = fresh
            file?.bytes = Int64(rows.count)
            return
        }
        let size = try FileStatus.of(path)?.size ?? 0
        let known = Int(size - open.bytes)
        let existing = try AppendingFile(existing: path)
        try existing.write(rows[known...])
        try existing.sync()
        try existing.close()
        open.bytes += Int64(rows.count)
        file = open
    }

    /// Whether the file holds what counts of it, and behind that nothing but a beginning of these rows.
    private func holds(_ file: EventsTold.File, _ rows: [UInt8]) throws -> Bool {
        guard let status = try FileStatus.of(path), status.kind == .regular, status.size >= file.bytes else {
            return false
        }
        let extra = Int(min(status.size - file.bytes, Int64(rows.count) + 1))
        guard extra > 0 else { return true }
        var bytes: [UInt8] = []
        try OpenFile(reading: path).read(at: file.bytes, into: &bytes, atMost: extra)
        return rows.starts(with: bytes)
    }

    /// Frees the name of the file: one that stands compressed in its day's folder goes, any other is moved aside.
    private func makeRoom(_ old: EventsTold.File?, at now: Timestamp) throws {
        guard let status = try FileStatus.of(path) else { return }
        if let old, status.size == old.bytes { return try Files.remove(path) }
        let day = folder + "/" + now.utcDay.description
        try Files.createFolder(day)
        try Files.moveDurably(path, to: "\(day)/found-\(now.milliseconds).jsonl")
    }

    /// Whether nothing more is added to the file.
    func isFull(_ file: EventsTold.File, at now: Timestamp) -> Bool {
        file.bytes >= Self.mostBytes || file.day != now.utcDay.description
    }

    /// Compresses the file into its day's folder. It stays until the next one is begun, so that whoever follows it
    /// reads it to its end; a second time writes the same.
    func putAway(_ file: EventsTold.File) throws {
        guard try FileStatus.of(path)?.kind == .regular else { return }
        let day = folder + "/" + file.day
        try Files.createFolder(day)
        let name = "\(file.first).jsonl.gz"
        let writer = try ParallelGzipWriter(path: day + "/" + name, threads: 1)
        let source = try OpenFile(reading: path)
        var events = 0
        var first: [UInt8] = []
        var last: [UInt8] = []
        var offset: Int64 = 0
        while offset < file.bytes {
            var part: [UInt8] = []
            let count = try source.read(at: offset, into: &part, atMost: Int(min(1 << 20, file.bytes - offset)))
            if count == 0 { break }
            offset += Int64(count)
            try writer.write(part)
            events += part.count { $0 == 0x0A }
            if first.isEmpty { first = Array(part.prefix { $0 != 0x0A }) }
            last = Array((last + part).suffix(1 << 20))
        }
        try writer.commit()
        if last.last == 0x0A { last.removeLast() }
        if let end = last.lastIndex(of: 0x0A) { last.removeSubrange(...end) }
        var index =
            (try? JSONDecoder().decode(Index.self, from: Data(Files.read(day + "/" + Self.indexName, limit: 1 << 24))))
            ?? Index(day: file.day)
        index.files.removeAll { $0.file == name }
        let (from, to) = (Self.head(first), Self.head(last))
        index.files.append(
            Index.Entry(
                file: name, events: events, first: from.id, last: to.id, from: from.time, to: to.time,
                bytes: writer.bytesOut, sha256: SHA256.hex(writer.digest ?? [])))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        try Files.writeAtomically(Array(try encoder.encode(index)) + [0x0A], to: day + "/" + Self.indexName)
        try bound()
    }

    /// Removes the oldest files where all together have more bytes than is allowed.
    private func bound() throws {
        var files: [(path: String, bytes: Int64)] = []
        for day in try Files.list(folder).filter({ CalendarDay($0) != nil }).sorted() {
            for name in try Files.list(folder + "/" + day).sorted() where name.hasSuffix(".gz") {
                let path = "\(folder)/\(day)/\(name)"
                files.append((path, try FileStatus.of(path)?.size ?? 0))
            }
        }
        var sum = files.reduce(0) { $0 + $1.bytes }
        for file in files.dropLast() where sum > most {
            try Files.remove(file.path)
            sum -= file.bytes
        }
    }

    private struct Index: Codable {
        struct Entry: Codable {
            let file: String
            let events: Int
            let first: String
            let last: String
            let from: String
            let to: String
            let bytes: Int64
            let sha256: String
        }

        let day: String
        var files: [Entry] = []

        init(day: String) { self.day = day }
    }

    private struct Head: Decodable {
        let id: String
        let time: String
    }

    private static func head(_ line: [UInt8]) -> Head {
        (try? JSONDecoder().decode(Head.self, from: Data(line))) ?? Head(id: "", time: "")
    }
}
