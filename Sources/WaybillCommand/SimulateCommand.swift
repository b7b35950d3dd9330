import Foundation
import SystemIO
import Waybill

extension Command {
    static let simulate = Command(
        name: "simulate", group: .look,
        usage: ["simulate [FILE...] [--from T] [--until T] [--campaign NAME] [--output FILE]"],
        summary: "what would be sent when, without sending anything",
        details: """
            Hands copies of the files to a private copy of the workspace at the time --from (default: now), and runs
            the real pipeline there until --until (default: seven days later), with a clock that jumps from one
            event to the next. Prints how many messages leave in each hour of the recipient's clock, by channel,
            when each batch ends, and what is not sent and why. Without files, it shows what becomes of the contacts
            that wait now. Nothing in the workspace changes.

            A time without an offset is in the configuration's time zone. Nobody answers in a rehearsal: every call
            and every message that waits for a result reaches its time limit. With --output, every message is
            written as CSV: at,local,zone,channel,reference,address (plain addresses, readable by you only). The
            copy is in TMPDIR, else /tmp, and is removed at the end.
            """,
        options: [
            CommandOption("from", "T", "when the files arrive and the clock starts (ISO 8601); default: now"),
            CommandOption("until", "T", "when to stop; default: seven days after --from"),
            CommandOption.campaign,
            CommandOption("output", "FILE", "write every message to this CSV file"),
        ],
        examples: [
            "waybill simulate clinic.csv --campaign clinic-reminders --until 2026-12-24",
            "waybill simulate clinic.csv --from 2026-11-27T08:00 --until 2026-12-04T08:00 --output sends.csv",
        ]
    ) { context in
        let configuration = try context.configuration()
        let signals = try PrivateFolder.signals()
        let folder = try PrivateFolder()
        defer { folder.remove() }
        return try Simulation(context, configuration, signals).run(in: folder.path)
    }
}

/// One call of `waybill simulate`.
private struct Simulation {
    private let context: CommandContext
    private let configuration: Configuration
    private let signals: SignalReceiver
    private let zone: Zone
    private let start: Timestamp
    private let end: Timestamp

    init(_ context: CommandContext, _ configuration: Configuration, _ signals: SignalReceiver) throws {
        self.context = context
        self.configuration = configuration
        self.signals = signals
        let zone = Zone.named(configuration.timezone) ?? .utc
        self.zone = zone
        func moment(_ option: String) throws -> Timestamp? {
            guard let text = context.arguments[option] else { return nil }
            guard let moment = Timestamp(iso8601: ArraySlice(text.utf8), localIn: zone) else {
                throw context.usage(
                    "--\(option) \(text) is not an ISO 8601 time; write one such as 2026-11-21, 2026-11-21T10:00 or "
                        + "2026-11-21T10:00:00Z")
            }
            return moment
        }
        start = try moment("from") ?? context.now
        end = try moment("until") ?? start.adding(.hours(7 * 24))
        if let output = context.arguments["output"], try FileStatus.of(output, followLinks: true)?.kind == .folder {
            throw context.usage("--output \(output) is a folder; name a file")
        }
        guard start < end else {
            throw context.usage("--until \(local(end)) is not after --from \(local(start))")
        }
    }

    private func local(_ moment: Timestamp) -> String { moment.iso8601(offset: zone.offset(at: moment)) }

    func run(in folder: String) throws -> ExitStatus {
        let rehearsal = try Rehearsal(
            of: context.workspace, configuration, in: folder, startingAt: start,
            log: context.log(configuration, .never))
        guard let drops = try RehearsalErrand(context, configuration, signals).handOver(to: rehearsal) else {
            return .done
        }
        let file = try context.arguments["output"].map { try SendingsFile(path: absolute($0)) }
        var table = SendingTable()
        var clock = SendingClock { [configuration] name in
            CampaignSetup(named: name, in: configuration).zone
        }
        var ends: [BatchID: (count: Int, first: Timestamp, last: Timestamp)] = [:]
        rehearsal.pipeline.dispatcher.onSending = { sending in
            let (zone, name) = clock.zone(of: sending)
            table.count(sending, zone: zone, called: name)
            let known = ends[sending.reference.batch]
            ends[sending.reference.batch] = ((known?.count ?? 0) + 1, known?.first ?? sending.at, sending.at)
            try file?.append(sending, zone: zone, called: name)
        }
        var isStopped = false
        let total = Double(end.milliseconds - start.milliseconds)
        try rehearsal.run(until: end) {
            context.console.show {
                let done = Double(rehearsal.now.milliseconds - start.milliseconds) / total
                return "\(local(rehearsal.now))  \(Int(done * 100)) %  \(table.total.counted("message", "messages"))"
            }
            isStopped = isStopped || ((try? signals.pending().isEmpty) ?? true) == false
            return isStopped
        }
        context.console.clear()
        if isStopped {
            context.console.say("waybill: stopped at \(local(rehearsal.now)); this is how far it came")
            file?.discard()
        } else {
            try file?.commit()
        }
        let report = SimulationReport(
            from: local(start), until: local(rehearsal.now), isStopped: isStopped, drops: drops, table: table,
            outcomes: try rehearsal.outcomes(since: start), sends: ends,
            waiting: try rehearsal.pipeline.store.holdings(),
            paused: try rehearsal.pipeline.store.pausedCampaigns(), configuration: configuration)
        try context.print(context.isJSON ? report.json : Array(report.text(Paint(context.usesColour)).utf8))
        if let output = context.arguments["output"], !context.isJSON, !isStopped {
            try context.print("\nEvery message: \(output.plain)\n")
        }
        return .done
    }

    private func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
}
