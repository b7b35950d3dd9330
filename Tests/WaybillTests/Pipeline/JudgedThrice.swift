import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// A drop to be judged by the pipeline, by `check` and by `preview`, each for itself.
struct JudgedThrice {
    /// What it is called in failures.
    var label: String
    var name: String
    /// The folder in the inbox that it lies in; empty for the inbox itself.
    var folder = ""
    var bytes: [UInt8]
    /// Side-cars, by their endings.
    var companions: [String: String] = [:]
    var configuration = "{}"
    /// Drops that came before.
    var earlier: [(name: String, bytes: [UInt8])] = []

    init(
        _ label: String, _ name: String, _ text: String, folder: String = "", meta: String? = nil,
        configuration: String = "{}", earlier: [(name: String, bytes: [UInt8])] = []
    ) {
        self.init(label, name, bytes: Array(text.utf8), configuration: configuration)
        self.folder = folder
        companions = meta.map { [DropName.metaSuffix: $0] } ?? [:]
        self.earlier = earlier
    }

    init(_ label: String, _ name: String, bytes: [UInt8], configuration: String = "{}") {
        self.label = label
        self.name = name
        self.bytes = bytes
        self.configuration = configuration
    }

    /// What one of the three makes of the drop.
    fileprivate struct Judgement {
        var acknowledgement: [String: Any] = [:]
        /// The text of each of its fields, with all that is nested in it.
        var fields: [String: String] = [:]
        /// The files of rejects and errors, by their names.
        var files: [String: [UInt8]] = [:]
        /// The values of each accepted contact, by record and column; empty ones are left out.
        var accepted: [Int: [String: String]] = [:]

        /// Reads an acknowledgement, which is written over several lines: a field of it begins two spaces from the
        /// left.
        init(acknowledgement path: String) throws {
            let json = try Files.read(path, limit: 1 << 20)
            acknowledgement = try JudgedThrice.object(json)
            var key = ""
            for line in String(decoding: json, as: UTF8.self).split(separator: "\n") {
                if line.hasPrefix("  \"") { key = String(line.split(separator: "\"")[1]) }
                fields[key, default: ""] += line.drop { $0 == " " }
            }
        }
    }

    /// In what the three differ, a line each; none where they agree.
    func disagreements() throws -> [String] {
        let bench = try PipelineBench(configuration)
        for drop in earlier { try bench.drop(bytes: drop.bytes, as: drop.name) }
        // The pipeline is last: the others know the store as it finds it.
        let checked = try check(bench)
        let previewed = try preview(bench)
        let processed = try process(bench)
        return checked.differences(from: processed, by: "check").map { "\(label): \($0)" }
            + previewed.differences(from: processed, by: "preview").map { "\(label): \($0)" }
    }

    // MARK: - The three

    private func check(_ bench: PipelineBench) throws -> Judgement {
        let place = bench.root + "-checked/" + (folder.isEmpty ? "files" : folder)
        defer { try? Files.removeTree(bench.root + "-checked") }
        let output = bench.root + "-checked/output"
        try Files.createFolder(place)
        try put(into: place)
        let run = DropCheckRun(
            path: place + "/" + name, campaign: nil, configuration: bench.configuration,
            store: try bench.workspace.openStore(bench.configuration, readOnly: true),
            spillFolder: bench.root + "-checked", now: { bench.pipeline.now })
        // Once without a folder: the one reading must say what the two say.
        let told = try Self.object(run.run(into: nil) { _, _ in }.acknowledgement.json(pretty: false))
        _ = try run.run(into: output) { _, _ in }
        var judgement = try Judgement(acknowledgement: output + "/ack.json")
        for (key, value) in told where !["startedAt", "finishedAt"].contains(key) {
            XCTAssertEqual(
                value as? NSObject, judgement.acknowledgement[key] as? NSObject, "\(label): \(key) of ack.json")
        }
        judgement.files = try Self.files(in: output)
        let rows = Self.cells(try Files.read(output + "/accepted.csv", limit: 1 << 26))
        for row in rows.dropFirst() {
            let values = zip(rows[0], row).dropFirst().filter { !$1.isEmpty }
            judgement.accepted[Int(row[0]) ?? 0] = Dictionary(values, uniquingKeysWith: { $0 + "|" + $1 })
        }
        return judgement
    }

    private func process(_ bench: PipelineBench) throws -> Judgement {
        let place = bench.root + "/inbox" + (folder.isEmpty ? "" : "/" + folder)
        try Files.createFolder(place)
        let rule = ReadinessRules(bench.configuration, of: bench.configuration.inbox[0]).rule(
            folder: folder, name: name)
        try put(into: place, rule)
        // As a preview has it: that the content came before is another matter.
        bench.pipeline.context.takesKnownContent = true
        bench.pipeline.claims.noteArrival(place: .init(folder: folder), name: name)
        try bench.take()
        let acks = bench.root + "/outbox/acks/2026-11-20/"
        let ack = try XCTUnwrap(
            bench.files("outbox/acks/2026-11-20").first { $0.contains("-00000\(earlier.count + 1).ack") })
        var judgement = try Judgement(acknowledgement: acks + ack)
        if let notice = judgement.acknowledgement["notice"] as? String {
            judgement.files = try Self.files(in: bench.root + "/" + notice)
        }
        judgement.accepted = try accepted(bench.pipeline.store, judgement.acknowledgement)
        return judgement
    }

    private func preview(_ bench: PipelineBench) throws -> Judgement {
        let folder = bench.root + "-preview"
        defer { try? Files.removeTree(folder) }
        try Files.createFolder(folder)
        let rehearsal = try Rehearsal(
            of: bench.workspace, bench.configuration, in: folder, startingAt: bench.pipeline.now,
            log: Log(level: .error, format: .text, clock: SystemIO.WallClock()) { _ in })
        rehearsal.pipeline.context.takesKnownContent = true
        let place = folder + "/inbox" + (self.folder.isEmpty ? "" : "/" + self.folder)
        try Files.createFolder(place)
        let rule = ReadinessRules(rehearsal.configuration, of: "inbox").rule(folder: self.folder, name: name)
        try put(into: place, rule)
        guard try rehearsal.take([name], from: self.folder) else { throw NotTaken(label: label) }
        // The copy has acknowledged this drop alone.
        let acks = folder + "/outbox/acks/" + (try Files.list(folder + "/outbox/acks").first ?? "")
        let ack = try XCTUnwrap(Files.list(acks).first, label)
        var judgement = try Judgement(acknowledgement: acks + "/" + ack)
        judgement.accepted = try accepted(rehearsal.pipeline.store, judgement.acknowledgement)
        return judgement
    }

    private struct NotTaken: Error { let label: String }

    /// The contacts that the store has of the acknowledged batch.
    private func accepted(_ store: any Store, _ acknowledgement: [String: Any]) throws -> [Int: [String: String]] {
        let id = try XCTUnwrap((acknowledgement["batch"] as? String).flatMap { BatchID($0) }, label)
        let columns = try XCTUnwrap(store.batch(id), label).schema.columns
        var accepted: [Int: [String: String]] = [:]
        guard acknowledgement["status"] as? String != "rejected" else { return accepted }
        try store.forEachSegment(of: id) { segment in
            for index in 0..<segment.contacts.count {
                var values: [String: String] = [:]
                for (column, value) in zip(columns, segment.contacts.values(at: index, columns: columns.count))
                where !value.isEmpty && !column.isIgnored {
                    let text = String(decoding: value, as: UTF8.self)
                    values[column.outputName] = values[column.outputName].map { $0 + "|" + text } ?? text
                }
                accepted[Int(segment.contacts.record(at: index))] = values
            }
        }
        return accepted
    }

    // MARK: - Files

    private func put(into place: String, _ rule: ReadinessRule? = nil) throws {
        var companions = companions
        switch rule?.mode {
        case .marker: companions[rule?.marker ?? ""] = ""
        case .sidecar where companions.isEmpty:
            companions[DropName.checksumSuffix] = "\(SHA256.hex(SHA256.hash(bytes)))  \(name)\n"
        case .auto, .quiet, .sidecar, nil: break
        }
        for (ending, text) in companions {
            try Files.writeAtomically(Array(text.utf8), to: place + "/" + name + ending)
        }
        try Files.writeAtomically(bytes, to: place + "/" + name)
    }

    private static func files(in folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in try Files.list(folder) where name == ErrorsFile.fileName || name.hasPrefix("rejects.") {
            files[name] = try Files.read(folder + "/" + name, limit: 1 << 26)
        }
        return files
    }

    fileprivate static func object(_ json: [UInt8]) throws -> [String: Any] {
        try XCTUnwrap(JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    }

    /// The rows of `accepted.csv` (RFC 4180, LF).
    private static func cells(_ csv: [UInt8]) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var index = 0
        while index < csv.count {
            let byte = csv[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                isQuoted.toggle()
                // Doubled, it is one that belongs to the value.
                if isQuoted, index > 1, csv[index - 2] == byte { cell.append(byte) }
            case UInt8(ascii: ",") where !isQuoted, UInt8(ascii: "\n") where !isQuoted:
                row.append(String(decoding: cell, as: UTF8.self))
                cell = []
                if byte == UInt8(ascii: ",") { continue }
                rows.append(row)
                row = []
            default: cell.append(byte)
            }
        }
        return rows
    }
}

extension JudgedThrice.Judgement {
    /// What each alone can know.
    private static let own: Set = ["batch", "notice", "startedAt", "finishedAt"]

    fileprivate func differences(from pipeline: Self, by other: String) -> [String] {
        var found: [String] = []
        func compare(_ field: String, _ own: String, _ theirs: String) {
            if own != theirs { found.append("\(field): \(other) has \(own), the pipeline \(theirs)") }
        }
        for key in pipeline.fields.keys.sorted() where !Self.own.contains(key) {
            compare("ack.json", fields[key] ?? "nothing", pipeline.fields[key] ?? "nothing")
        }
        for record in Set(accepted.keys).union(pipeline.accepted.keys).sorted() {
            compare(
                "accepted.csv, record \(record)", Self.shown(accepted[record]), Self.shown(pipeline.accepted[record]))
        }
        // A preview writes no files of its own.
        guard other == "check" else { return found }
        for name in Set(files.keys).union(pipeline.files.keys).sorted() {
            // What the pipeline has not got has no records with `check`.
            guard let theirs = pipeline.files[name] else {
                if name == ErrorsFile.fileName {
                    compare(name, text(name), String(decoding: ErrorsFile.header(), as: UTF8.self))
                }
                continue
            }
            if files[name] != theirs { compare(name, text(name), String(decoding: theirs, as: UTF8.self)) }
        }
        return found
    }

    private func text(_ name: String) -> String { files[name].map { String(decoding: $0, as: UTF8.self) } ?? "nothing" }

    private static func shown(_ values: [String: String]?) -> String {
        values.map { $0.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ") } ?? "nothing"
    }
}
