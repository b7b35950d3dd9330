import Foundation
import SystemIO

/// What the disk knows about the calls that carry one parcel, one JSON object a line: that a call is about to begin,
/// synced before its first byte leaves, and its outcome.
///
///     {"mark":"…"}                                    of the parcel's ticket; written when it is prepared
///     {"call":0,"references":["…","…"],"at":…,"key":"…","resource":"…","body":"…"}
///     {"call":0,"outcomes":{"1":["accepted"],"2":["refused","30006","landline"]}}
///     {"call":0,"silentAt":…}                         the server was asked for the call and told of none of it
///
/// So after a crash, a message whose call never began is known not to have left, and only those in flight are unknown.
/// The key and what was sent are included if the server recognises repeated calls; secrets never are.
struct HTTPJournal {
    struct Begun {
        let call: Int
        let references: [Reference]
        /// When it began, or what has its key before it: from then on the server may have the key. Repeats change
        /// nothing of it, and are not noted.
        var at: Timestamp
        var sent: Sent?
    }

    /// What a call sends, if the server recognises a repeat by its key.
    struct Sent: Hashable {
        let key: String
        let resource: String
        let body: String
    }

    private struct Line: Codable {
        var mark: String?
        var call: Int?
        var references: [String]?
        var at: Int64?
        var key: String?
        var resource: String?
        var body: String?
        var outcomes: [String: [String]]?
        /// When the server was asked and told of no message of the call.
        var silentAt: Int64?
    }

    /// Calls that began and whose outcome is unknown.
    private(set) var open: [Begun] = []
    /// The outcomes of messages whose calls ended; for several calls, that of the last one.
    private(set) var outcomes: [UInt32: MessageOutcome] = [:]
    private(set) var calls = 0
    /// When the server first told nothing of a call.
    private(set) var silences: [Int: Timestamp] = [:]
    private let file: AppendingFile

    // MARK: - Writing

    /// Creates the journal of a parcel before its calls; it is on the disk on return.
    static func make(_ path: String, mark: String) throws {
        let file = try AppendingFile(path: path, mode: 0o600)
        try file.write(line(Line(mark: mark)))
        try file.sync()
        try file.close()
        try Files.syncFolder(Files.folder(of: path))
    }

    /// Continues a journal.
    init(_ path: String, mark: String) throws {
        guard let read = try Self.read(path, mark: mark) else {
            throw TransportProblem("\(path) is not there any more, or not what waybill wrote")
        }
        self = try HTTPJournal(read, AppendingFile(existing: path))
    }

    /// Notes calls that are about to begin; that is on the disk on return.
    mutating func begin(_ begun: [Begun]) throws {
        for call in begun {
            try file.write(
                Self.line(
                    Line(
                        call: call.call, references: call.references.map(\.description), at: call.at.milliseconds,
                        key: call.sent?.key, resource: call.sent?.resource, body: call.sent?.body)))
        }
        calls += begun.count
        try file.sync()
    }

    /// Notes what became of a call's messages, as far as known. A crash loses only that.
    mutating func end(_ call: Int, _ outcomes: [UInt32: MessageOutcome]) throws {
        var words: [String: [String]] = [:]
        for (record, outcome) in outcomes {
            switch outcome {
            case .accepted: words[String(record)] = ["accepted"]
            case .refused(let code, let detail): words[String(record)] = ["refused", code, detail]
            case .later, .postponed, .stopping, .recalled: words[String(record)] = ["later"]
            case .unknown, .lost: break
            }
        }
        try file.write(Self.line(Line(call: call, outcomes: words)))
        try file.flush()
    }

    /// Notes that the server was asked for a call and told of none of its messages.
    mutating func noteSilence(of call: Int, at now: Timestamp) throws {
        guard silences[call] == nil else { return }
        try file.write(Self.line(Line(call: call, silentAt: now.milliseconds)))
        try file.flush()
        silences[call] = now
    }

    private static func line(_ line: Line) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(line)) + [UInt8(ascii: "\n")]
    }

    // MARK: - Reading

    /// The content of a journal; nil if there is none, or if it belongs to something else.
    struct Entries {
        fileprivate(set) var open: [Begun] = []
        fileprivate(set) var outcomes: [UInt32: MessageOutcome] = [:]
        fileprivate(set) var calls = 0
        fileprivate(set) var silences: [Int: Timestamp] = [:]
        /// When each key was first used.
        private var uses: [String: Timestamp] = [:]

        fileprivate mutating func take(_ begun: Begun) {
            var begun = begun
            if let key = begun.sent?.key {
                begun.at = min(begun.at, uses[key] ?? begun.at)
                uses[key] = begun.at
                // Earlier versions noted a repeat as another call.
                open.removeAll { $0.sent?.key == key }
            }
            open.append(begun)
            for reference in begun.references where outcomes[reference.record] == .later {
                outcomes[reference.record] = nil
            }
        }
    }

    private init(_ entries: Entries, _ file: AppendingFile) {
        (open, outcomes, calls) = (entries.open, entries.outcomes, entries.calls)
        silences = entries.silences
        self.file = file
    }

    static func read(_ path: String, mark: String) throws -> Entries? {
        guard try FileStatus.of(path)?.kind == .regular else { return nil }
        let bytes = try Files.read(path, limit: 1 << 30, followLinks: false)
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let decoder = JSONDecoder()
        // A line without its end was never synced: its call did not begin.
        let whole = lines.dropLast().map { try? decoder.decode(Line.self, from: Data($0)) }
        guard let first = whole.first, let head = first, head.mark == mark else { return nil }
        var entries = Entries()
        for case let line in whole.dropFirst() {
            // An unreadable line may be one that says a call began.
            guard let line, let call = line.call else { return nil }
            entries.calls = max(entries.calls, call + 1)
            if let texts = line.references {
                let references = texts.compactMap { Reference($0) }
                guard references.count == texts.count else { return nil }
                var begun = Begun(call: call, references: references, at: Timestamp(milliseconds: line.at ?? 0))
                if let key = line.key, let resource = line.resource, let body = line.body {
                    begun.sent = Sent(key: key, resource: resource, body: body)
                }
                entries.take(begun)
            }
            if let at = line.silentAt, entries.silences[call] == nil {
                entries.silences[call] = Timestamp(milliseconds: at)
            }
            if let outcomes = line.outcomes { entries.take(outcomes, of: call) }
        }
        return entries
    }
}

extension HTTPJournal.Entries {
    fileprivate mutating func take(_ words: [String: [String]], of call: Int) {
        for (record, words) in words {
            guard let record = UInt32(record) else { continue }
            switch words.first {
            case "accepted": outcomes[record] = .accepted
            case "refused" where words.count == 3: outcomes[record] = .refused(code: words[1], detail: words[2])
            case "later": outcomes[record] = .later
            case .some, nil: break
            }
        }
        // Messages of an ended call that are not mentioned stay open.
        let known = outcomes
        open = open.compactMap { begun in
            begun.call == call && begun.references.allSatisfy { known[$0.record] != nil } ? nil : begun
        }
    }
}
