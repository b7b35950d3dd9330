import Foundation
import SystemIO
import Waybill

/// Everything a workspace shows to the outside, in a form that must be equal for two runs of the same story.
///
/// Times are removed everywhere, because an interrupted run takes longer. So are the names of parcels and how contacts
/// are grouped in them, which nothing promises. Everything else is compared line by line.
struct TortureOutcome {
    /// Sorted lines by section.
    private var sections: [String: [String]] = [:]
    /// Faults, whatever the other run shows.
    private(set) var faults: [String] = []
    private(set) var messages = 0
    /// The drops of batches, which replace their ids; empty if ids are compared.
    private var drops: [(batch: String, drop: String)] = []
    /// Hidden temporary files that nobody will finish: ugly, but nobody mistakes them for anything.
    private(set) var leftovers = 0

    /// How dispatched files are compared.
    enum Comparison {
        /// Line by line, by campaign.
        case lines
        /// Only by references: the layout or the folder may differ.
        case references
    }

    /// - Parameters:
    ///   - dispatch: the folders of the outbox that have parcels.
    ///   - namingBatches: whether a batch is identified by its drop's name: which of two drops that came together is
    ///     taken first, nothing promises.
    init(
        workspace root: String, dispatch: [String] = ["dispatch"], comparing: Comparison = .lines,
        namingBatches: Bool = false
    ) throws {
        if namingBatches { drops = try Self.drops(root + "/outbox/acks") }
        try readAcknowledgements(root + "/outbox/acks")
        try readNotices(root + "/outbox/notices")
        try readDispatch(dispatch.map { root + "/outbox/" + $0 }, comparing)
        try readReports(root + "/outbox/reports")
        try readOriginals(root + "/state")
        try readInbox(root + "/inbox")
        if namingBatches { nameBatches() }
    }

    /// From the names of acknowledgements: `DROP.BATCH.ack.json`.
    private static func drops(_ folder: String) throws -> [(batch: String, drop: String)] {
        try files(folder).compactMap { path in
            let parts = Files.name(of: path).split(separator: ".")
            guard parts.count > 3 else { return nil }
            return (String(parts[parts.count - 3]), parts.dropLast(3).joined(separator: "."))
        }
    }

    private mutating func nameBatches() {
        let names = Dictionary(drops.map { (Array($0.batch.utf8)[...], Array("<\($0.drop)>".utf8)) }) { first, _ in
            first
        }
        // `YYYYMMDD-NNNNNN`. Looked for by its hyphen: some lines are long, and there are thousands.
        let (before, length) = (8, 15)
        func named(_ text: String) -> String {
            let bytes = Array(text.utf8)
            var result: [UInt8] = []
            var copied = 0
            for place in bytes.indices where bytes[place] == UInt8(ascii: "-") {
                let start = place - before
                guard start >= copied, start + length <= bytes.count, let name = names[bytes[start..<start + length]]
                else { continue }
                result += bytes[copied..<start] + name
                copied = start + length
            }
            return copied == 0 ? text : String(decoding: result + bytes[copied...], as: UTF8.self)
        }
        sections = Dictionary(
            sections.map { (named($0), $1.map(named).sorted()) }, uniquingKeysWith: { ($0 + $1).sorted() })
        faults = faults.map(named)
    }

    /// The same without why contacts that are open wait, and what needs attention. A report that could not be written
    /// until the next start tells what held them by then.
    func withoutReasonsToWait() -> TortureOutcome {
        var outcome = self
        outcome.sections = sections.filter { !$0.key.hasPrefix("attention ") }
        for (name, lines) in sections where name.hasPrefix("report ") && name.hasSuffix(".progress.csv.gz") {
            outcome.sections[name] = lines.map { line in
                // The reason is the last of 15 columns, and may have commas of its own.
                var fields = line.split(separator: ",", maxSplits: 14, omittingEmptySubsequences: false)
                if fields.count == 15, fields[5] == "Pending" {
                    fields[6] = "…"
                    fields[fields.count - 1] = "…"
                }
                return fields.joined(separator: ",")
            }.sorted()
        }
        return outcome
    }

    /// The differences from another outcome: a sentence for each section.
    func differences(from other: TortureOutcome) -> [String] {
        Set(sections.keys).union(other.sections.keys).sorted().compactMap { name in
            let (mine, theirs) = (sections[name], other.sections[name])
            guard mine != theirs else { return nil }
            guard let mine else { return "\(name) is missing" }
            guard let theirs else { return "\(name) should not be there" }
            let (more, fewer) = Self.unmatched(mine, theirs)
            let example = (more.first.map { ", as: \($0)" } ?? "") + (fewer.first.map { ", instead of: \($0)" } ?? "")
            return "\(name): \(more.count) lines too many, \(fewer.count) missing\(example)"
        }
    }

    /// The lines that only one of them has; both are sorted.
    private static func unmatched(_ mine: [String], _ theirs: [String]) -> (more: [String], fewer: [String]) {
        var more: [String] = []
        var fewer: [String] = []
        var (left, right) = (mine[...], theirs[...])
        while let mine = left.first, let theirs = right.first {
            if mine == theirs {
                left.removeFirst()
                right.removeFirst()
            } else if mine < theirs {
                more.append(left.removeFirst())
            } else {
                fewer.append(right.removeFirst())
            }
        }
        return (more + left, fewer + right)
    }

    // MARK: - Reading

    private mutating func readAcknowledgements(_ folder: String) throws {
        for path in try visibleFiles(folder) {
            sections["acknowledgement \(Files.name(of: path))"] = try Self.lines(path)
        }
    }

    /// Compares rejects and errors byte for byte; of the pages for people, only that they exist.
    private mutating func readNotices(_ folder: String) throws {
        for path in try visibleFiles(folder) {
            let name = path.dropFirst(folder.count + 1)
            if path.contains(".part/") { faults.append("the notice \(name) was left unfinished") }
            let isExact = name.contains("/rejects.") || name.hasSuffix("/errors.csv")
            sections["notice \(name)"] =
                !isExact
                ? ["there"]
                : drops.isEmpty
                    ? [SHA256.hex(try Self.digest(path))] : try Self.lines(path, leavesTimes: false)
        }
    }

    private mutating func readDispatch(_ folders: [String], _ comparison: Comparison) throws {
        var lines: [String] = []
        // A folder's marker is random.
        for path in try folders.flatMap({ try visibleFiles($0) }) where Files.name(of: path) != ".waybill-folder" {
            let campaign = Files.name(of: Files.folder(of: path))
            lines += try Self.lines(path, leavesTimes: true).filter { !$0.hasPrefix("reference,") }
                .map { campaign + " " + $0 }
        }
        var references: [String: Int] = [:]
        // A quoted value may continue on another line.
        for reference in lines.compactMap({ Self.reference($0.split(separator: " ", maxSplits: 1)[1]) }) {
            references[reference, default: 0] += 1
        }
        switch comparison {
        case .lines: sections["parcels"] = lines.sorted()
        case .references: sections["parcels"] = references.keys.sorted()
        }
        messages = references.count
        for (reference, count) in references.sorted(by: { $0.key < $1.key }) where count > 1 {
            faults.append("\(reference) was sent \(count) times")
        }
    }

    /// The reference at the start of a parcel's line, as CSV or as JSON.
    private static func reference(_ line: Substring) -> String? {
        let start = "{\"reference\":\""
        let text = line.hasPrefix(start) ? line.dropFirst(start.count).prefix { $0 != "\"" } : line.prefix { $0 != "," }
        return Reference(text) == nil ? nil : String(text)
    }

    private mutating func readReports(_ folder: String) throws {
        for path in try visibleFiles(folder) {
            let name = String(path.dropFirst(folder.count + 1))
            if name.hasSuffix(".csv.gz") {
                sections["report \(name)"] = Self.textLines(try Self.unpacked(path), leavesTimes: false).sorted()
            } else if name.hasSuffix("/summary.json") {
                let bytes = try Files.read(path, limit: 64 << 20)
                var lines = Self.textLines(bytes, leavesTimes: false)
                if let start = lines.firstIndex(where: { $0.contains("\"attention\": [") }),
                    let end = lines[start...].firstIndex(where: { $0.contains("]") })
                {
                    sections["attention \(name)"] = lines[start...end].sorted()
                    lines.removeSubrange(start...end)
                }
                sections["report \(name)"] = lines.sorted()
                faults += try Self.imbalances(bytes).map { "\(name): \($0)" }
            } else if name.hasSuffix("/SHA256SUMS") {
                faults += try Self.wrongSums(path)
            }
        }
    }

    private mutating func readOriginals(_ state: String) throws {
        for store in ["archive", "quarantine"] {
            sections[store] = try visibleFiles(state + "/" + store).map { path in
                "\(path.dropFirst(state.count + 1)) \(SHA256.hex(try Self.digest(path)))"
            }.sorted()
        }
    }

    private mutating func readInbox(_ folder: String) throws {
        for path in try visibleFiles(folder).map({ $0.dropFirst(folder.count + 1) }) {
            // Shows other workspaces that this one takes files here, also between two runs.
            if path.hasPrefix(".waybill/.workspaces/") { continue }
            faults.append("left in the inbox: \(path)")
        }
    }

    // MARK: - Checks

    private struct Summary: Decodable {
        struct Totals: Decodable {
            let batch: String?
            let received, rejected, duplicates, skipped, open, success, failure: Int
        }
        struct Campaign: Decodable {
            let batches: [Totals]
        }
        let campaigns: [Campaign]
    }

    private static func imbalances(_ bytes: [UInt8]) throws -> [String] {
        try JSONDecoder().decode(Summary.self, from: Data(bytes)).campaigns.flatMap(\.batches).compactMap { batch in
            let sum = batch.rejected + batch.duplicates + batch.skipped + batch.open + batch.success + batch.failure
            guard sum != batch.received else { return nil }
            return "batch \(batch.batch ?? "?") received \(batch.received), accounted for \(sum)"
        }
    }

    private static func wrongSums(_ path: String) throws -> [String] {
        let folder = Files.folder(of: path)
        return try Self.lines(path, leavesTimes: true).compactMap { line in
            let words = line.split(separator: " ", maxSplits: 1)
            let name = words[1].drop { $0 == " " || $0 == "*" }
            let sum = SHA256.hex(try digest(folder + "/" + name))
            return sum == words[0] ? nil : "\(path): \(name) has another SHA-256"
        }
    }

    // MARK: - Files

    /// The files beneath a folder, without hidden temporary ones, which are counted.
    private mutating func visibleFiles(_ folder: String) throws -> [String] {
        let all = try Self.files(folder)
        let visible = all.filter { path in
            let name = Files.name(of: path)
            return !(name.hasPrefix(".") && name.hasSuffix(".tmp"))
        }
        leftovers += all.count - visible.count
        return visible
    }

    /// Every file beneath a folder, by path; nothing if there is no such folder.
    private static func files(_ folder: String) throws -> [String] {
        guard try Files.exists(folder) else { return [] }
        return try Files.list(folder).flatMap { name -> [String] in
            let path = folder + "/" + name
            return try FileStatus.of(path)?.kind == .folder ? files(path) : [path]
        }
    }

    private static func digest(_ path: String) throws -> [UInt8] { SHA256.hash(try Files.read(path, limit: 1 << 30)) }

    private static func lines(_ path: String, leavesTimes: Bool = false) throws -> [String] {
        textLines(try Files.read(path, limit: 1 << 30), leavesTimes: leavesTimes)
    }

    private static func unpacked(_ path: String) throws -> [UInt8] {
        let packed = try Files.read(path, limit: 1 << 30)
        let reader = GzipReader()
        var bytes: [UInt8] = []
        var rest = packed[...]
        while !rest.isEmpty { rest = rest.dropFirst(try reader.decompress(rest, into: &bytes, limit: 1 << 20)) }
        var before = -1
        while before != bytes.count {
            before = bytes.count
            _ = try reader.decompress(rest, into: &bytes, limit: 1 << 20)
        }
        try reader.finish()
        return bytes
    }

    private static func textLines(_ bytes: [UInt8], leavesTimes: Bool) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n")).map {
            leavesTimes ? String(decoding: $0, as: UTF8.self) : withoutTimes($0)
        }
    }

    /// The line with each ISO 8601 time replaced by `…T…`.
    private static func withoutTimes(_ line: ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        var rest = line
        while let byte = rest.first {
            guard beginsWithTime(rest) else {
                text.append(byte)
                rest.removeFirst()
                continue
            }
            text.append(contentsOf: "TIME".utf8)
            rest = rest.dropFirst(11).drop { byte in
                (0x30...0x3A).contains(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "+")
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "Z")
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `YYYY-MM-DDT` and a digit.
    private static func beginsWithTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count > 11 else { return false }
        for (place, byte) in bytes.prefix(12).enumerated() {
            switch place {
            case 4, 7: if byte != UInt8(ascii: "-") { return false }
            case 10: if byte != UInt8(ascii: "T") { return false }
            default: if !(0x30...0x39).contains(byte) { return false }
            }
        }
        return true
    }
}
