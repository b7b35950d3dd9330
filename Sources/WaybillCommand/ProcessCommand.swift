import SystemIO
import Waybill

extension Command {
    static let process = Command(
        name: "process", group: .work, usage: ["process FILE... [--campaign NAME]"],
        summary: "hand over copies of files and process them at once",
        details: """
            Copies the files into the inbox as "drop" does, runs until nothing is left to do, and prints for each
            file what became of it and where its acknowledgement, its notice and the parcels are. It also writes the
            reports of the running day. If a waybill already runs in the workspace, that one does the work, and this
            waits for the acknowledgements; if that waits for something, such as room on its disk, it is said, and
            the exit status is 4.

            Exit status 0 means that the files were processed, even if records were rejected: see the summary, or
            --json, which prints the acknowledgements, one a line.
            """,
        options: DropErrand.options,
        examples: [
            "waybill process clinic.csv", "waybill process clinic.csv --campaign clinic-reminders --json",
            "waybill process results.csv --receipts",
        ]
    ) { context in
        let configuration = try context.configuration()
        let errand = try DropErrand(context, configuration)
        // Before the first thread, so no thread is left that a signal could end.
        let signals = try SignalReceiver([SignalNumber.terminate, SignalNumber.interrupt, SignalNumber.hangup])
        return try Processing(context, configuration, errand, signals).run()
    }
}

/// One call of `waybill process`.
private final class Processing {
    private let context: CommandContext
    private let configuration: Configuration
    private let errand: DropErrand
    private let signals: SignalReceiver
    private var drops: [DropErrand.Drop] = []
    private var watch: AcknowledgementWatch
    private let log: Log
    /// Whether a signal asked to stop.
    private var isStopped = false
    /// Whether the waybill that takes the files waits for somebody to do something.
    private var isStuck = false

    init(
        _ context: CommandContext, _ configuration: Configuration, _ errand: DropErrand, _ signals: SignalReceiver
    ) throws {
        self.context = context
        self.configuration = configuration
        self.errand = errand
        self.signals = signals
        watch = AcknowledgementWatch(folder: context.workspace.path(configuration.outbox) + "/acks")
        log = context.log(configuration, .withoutProgress)
    }

    func run() throws -> ExitStatus {
        do {
            return try processHere(try context.pipeline(configuration, log))
        } catch is WorkspaceBusy {
            return try waitForOther()
        }
    }

    private func processHere(_ pipeline: Pipeline) throws -> ExitStatus {
        try errand.prepare()
        let run = pipeline.service(signals: signals) { [context] in try context.configuration() }
        let progress = ProgressLine(context.console)
        pipeline.drops.onProgress = {
            if run.isStopping { throw StoppedReading() }
            progress.show($0)
        }
        pipeline.dispatcher.onDeparture = { progress.depart($0) }
        defer { context.console.clear() }
        if drops.isEmpty {
            drops = try errand.handOver()
            for drop in drops { pipeline.claims.noteArrival(place: .init(folder: errand.inboxFolder), name: drop.name) }
        }
        do {
            try run.untilIdle()
        } catch is StoppedReading {}
        isStopped = run.isStopping
        progress.show("writing the reports of the day …")
        let reports = isStopped ? [] : try pipeline.report(day: nil, campaign: nil)
        context.console.clear()
        return try tell(pipeline.store, reports: reports)
    }

    /// Another process holds the workspace: it takes the drops. If it ends before that, this process does.
    private func waitForOther() throws -> ExitStatus {
        drops = try errand.handOver()
        context.console.say("waybill: another waybill runs in this workspace and takes the files; waiting for it …")
        let pause = Inotify(enabled: false)
        var other = OtherWaybill(context, configuration)
        var rounds = 0
        while !isAllAcknowledged() {
            _ = try pause.wait(milliseconds: 100, waking: signals)
            isStopped = try signals.pending().contains { $0 != SignalNumber.hangup }
            isStuck = other.isStuck()
            if isStopped || isStuck { break }
            rounds += 1
            guard rounds % 20 == 0 else { continue }
            do {
                return try processHere(try context.pipeline(configuration, log))
            } catch is WorkspaceBusy {
                continue
            }
        }
        return try tell(try context.storeToRead(configuration), reports: [])
    }

    private func isAllAcknowledged() -> Bool {
        let found = watch.acknowledgements()
        return Dictionary(grouping: drops, by: \.name).allSatisfy { name, drops in
            (found[name]?.count ?? 0) >= drops.count || watch.wordsOfTaken(errand.folder + "/" + name) != nil
        }
    }

    private func tell(_ store: (any Store)?, reports: [String]) throws -> ExitStatus {
        var found = watch.acknowledgements()
        let summary = store.map { DropSummary(context, configuration, $0) }
        var isComplete = true
        var batches: [BatchID] = []
        for drop in drops {
            if let summary, found[drop.name]?.isEmpty == false, let acknowledgement = found[drop.name]?.removeFirst() {
                try summary.print(acknowledgement)
                batches.append(acknowledgement.batch)
            } else if let words = watch.wordsOfTaken(errand.folder + "/" + drop.name) {
                isComplete = false
                context.console.say("waybill: \(drop.file.plain) \(words)")
            } else {
                isComplete = false
                context.console.say(
                    "waybill: \(drop.file.plain) was not processed"
                        + (isStopped ? ", since this was interrupted" : "")
                        + "; its copy \(context.shown(errand.folder + "/" + drop.name)) is taken "
                        + (isStopped
                            ? "from the beginning by the next waybill that runs"
                            : isStuck ? "by the waybill that runs here, once it can go on" : "once it is ready"))
            }
        }
        try summary?.printTotal(batches)
        if !context.isJSON {
            for folder in reports { try context.print("Reports of the running day: \(context.shown(folder))\n") }
        }
        return isComplete || isStopped ? .done : .failure
    }
}
