import SystemIO
import Waybill

extension Command {
    static let logs = Command(
        name: "logs", group: .look,
        usage: ["logs [--campaign NAME] [--batch ID] [--since T] [--severity LEVEL] [--limit N] [--follow]"],
        summary: "what happened, the latest last: drops, parcels, commands, days, troubles",
        details: """
            Reads outbox/events, which Waybill keeps, and names nobody who is contacted. One line for each event: when
            (in the configuration's time zone), how serious, what, in which campaign, about which batch, parcel or day,
            and in words. The levels are debug, information, warning, error and failure; without --severity, all from
            information on. --since takes an ISO 8601 time, or how long ago: 30m, 2h, 7d. With --follow, it goes on
            with what happens, until SIGINT. With --json, the events as they are, one a line.

            The lines that the daemon itself logs go to its standard error; under systemd, journalctl -u waybill has
            them. Those that somebody has to look at are events as well (trouble).

            Exit status 1 if there is no such event.
            """,
        options: [
            CommandOption("campaign", "NAME", "of this campaign only"),
            CommandOption("batch", "ID", "about this batch only"),
            CommandOption("since", "T", "from this time on, or from so long ago; then without a limit"),
            CommandOption("severity", "LEVEL", "this level and more serious ones; default information"),
            CommandOption("limit", "N", "at most this many; default 50"),
            CommandOption("follow", "go on with what happens"),
        ],
        examples: [
            "waybill logs", "waybill logs --since 2h --severity warning", "waybill logs --batch 20261121-000007",
            "waybill logs --follow --campaign shop",
        ]
    ) { context in
        try context.noOperands()
        return try EventLog(context, context.brakeConfiguration()).print()
    }
}

/// What `waybill logs` prints.
private struct EventLog {
    private let context: CommandContext
    private let zone: Zone
    private let history: EventHistory
    private let limit: Int
    private let since: Timestamp?
    private let least: Int
    private let batch: String?

    init(_ context: CommandContext, _ configuration: Configuration) throws {
        self.context = context
        zone = Zone.named(configuration.timezone) ?? .utc
        history = EventHistory(folder: context.workspace.path(configuration.outbox) + "/events")
        since = try context.arguments["since"].map { try Self.moment($0, context) }
        limit = try context.limit(default: since == nil ? 50 : 1_000_000)
        let word = context.arguments["severity"] ?? OutgoingEvent.Level.information.rawValue
        guard let level = OutgoingEvent.Level(rawValue: word.lowercased()) else {
            let levels = OutgoingEvent.Level.allCases.map(\.rawValue)
            throw context.usage(
                "--severity \(word.plain) is no level; write one of \(levels.joined(separator: ", "))")
        }
        least = Self.rank(level)
        batch = try context.arguments["batch"].map { text in
            guard let id = BatchID(text) else {
                throw context.usage("--batch \(text.plain) is no batch id; write one such as 20261121-000007")
            }
            return id.description
        }
    }

    private static func rank(_ level: OutgoingEvent.Level) -> Int {
        OutgoingEvent.Level.allCases.firstIndex(of: level) ?? 0
    }

    /// A time, or how long ago.
    private static func moment(_ text: String, _ context: CommandContext) throws -> Timestamp {
        if let moment = Timestamp(iso8601: ArraySlice(text.utf8)) { return moment }
        if let day = CalendarDay(text) { return Timestamp(day: day) }
        if let span = TimeSpan(text) { return context.now.adding(TimeSpan(milliseconds: -span.milliseconds)) }
        throw context.usage(
            "--since \(text.plain) is no time; write one such as 2026-11-20T00:00:00Z, or how long ago, such as 2h")
    }

    func print() throws -> ExitStatus {
        let follows = context.arguments.has("follow")
        // What comes after the first look is for the second.
        let file = follows ? try? OpenFile(reading: history.current) : nil
        let size = try file?.status().size
        let found = try found(upTo: size)
        for line in found.reversed() { try context.print(line) }
        if follows { return try follow(file, from: size ?? 0) }
        if found.isEmpty { context.console.say("waybill: there is no such event") }
        return found.isEmpty ? .no : .done
    }

    /// The latest lines asked for, the latest first.
    private func found(upTo size: Int64?) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        try history.forEachFile(since: since?.utcDay, upTo: size) { lines in
            for line in lines.reversed() {
                if found.count == limit { return false }
                guard let entry = EventHistory.Entry(line) else { continue }
                if let since, let at = entry.at, at < since { return false }
                if isWanted(entry, line) { found.append(shown(entry, line)) }
            }
            return true
        }
        return found
    }

    private func isWanted(_ entry: EventHistory.Entry, _ line: ArraySlice<UInt8>) -> Bool {
        if Self.rank(entry.severity) < least { return false }
        if let campaign = context.arguments["campaign"], !FoldedFileName.areSame(entry.campaign ?? "", campaign) {
            return false
        }
        return batch.map { line.firstRange(of: Array($0.utf8)) != nil } ?? true
    }

    private func shown(_ entry: EventHistory.Entry, _ line: ArraySlice<UInt8>) -> [UInt8] {
        if context.isJSON { return line + [0x0A] }
        let at = entry.at.map { String($0.iso8601(offset: zone.offset(at: $0)).prefix(19)) } ?? entry.time
        let paint = Paint(context.usesColour)
        let level = entry.severity.rawValue
        let gap = String(repeating: " ", count: max(0, 11 - level.count))
        let words = [entry.kind, entry.campaign ?? "", entry.subject ?? "", entry.text].map(\.plain)
        let isGrave = Self.rank(entry.severity) >= Self.rank(.error)
        return Array(
            ("\(at.replacing("T", with: " "))  \(isGrave ? paint.bold(level) : level)\(gap)  "
                + words.filter { !$0.isEmpty }.joined(separator: "  ") + "\n").utf8)
    }

    /// Goes on with what is added to the file, and with the next file once that takes its place.
    private func follow(_ file: OpenFile?, from start: Int64) throws -> ExitStatus {
        let signals = try SignalReceiver([SignalNumber.terminate, SignalNumber.interrupt])
        let pause = Inotify(enabled: false)
        var (open, offset) = (file, start)
        var rest: [UInt8] = []
        repeat {
            let current = try FileStatus.of(history.current)
            let isLast = try open.map { try $0.status().inode != current?.inode } ?? true
            while let file = open {
                var part: [UInt8] = []
                let count = try file.read(at: offset, into: &part, atMost: 1 << 20)
                if count == 0 { break }
                offset += Int64(count)
                rest += part
                let lines = EventHistory.lines(of: rest)
                for line in lines {
                    guard let entry = EventHistory.Entry(line), isWanted(entry, line) else { continue }
                    try context.print(shown(entry, line))
                }
                if let end = lines.last?.endIndex { rest = Array(rest[(end + 1)...]) }
            }
            if isLast, current != nil { (open, offset, rest) = (try OpenFile(reading: history.current), 0, []) }
            _ = try pause.wait(milliseconds: 500, waking: signals)
        } while try signals.pending().isEmpty
        return .done
    }
}
