import Foundation
import SystemIO
import Waybill

extension Command {
    static let run = Command(
        name: "run", group: .work, usage: ["run [--until-idle]"],
        summary: "take drops and send what is due, until stopped",
        details: """
            The daemon, in the foreground: it watches the inbox, processes each drop once, sends what is due, takes
            results back and writes the reports of each day that ends. SIGTERM and SIGINT stop it after the current
            parcel; SIGHUP reloads the configuration. The log goes to standard error.

            With --until-idle it takes what is in the inbox, sends what is due, writes the reports that are due and
            ends: for cron. Exit status 4 if something could not be taken, such as a file that is still being written,
            is held by something that cannot be read, or if a parcel could not be handed over, or nobody can tell yet
            whether one left: it says what, and the next run tries again. A workspace can have one running waybill at
            a time.
            """,
        options: [
            CommandOption("until-idle", "end when nothing is left to do"),
            CommandOption("clock-is-right", "trust the clock although it has jumped"),
            CommandOption("state-is-right", "use this state folder although the outbox has later batches"),
        ],
        examples: ["waybill run", "waybill run --until-idle --workspace /srv/waybill"]
    ) { context in
        try context.noOperands()
        // Before the first thread, so no thread is left that a signal could end: shares are asked on threads.
        let signals = try SignalReceiver([SignalNumber.terminate, SignalNumber.interrupt, SignalNumber.hangup])
        let configuration = try context.configuration()
        let untilIdle = context.arguments.has("until-idle")
        let log = context.log(configuration, untilIdle ? .withoutProgress : .always)
        tellSecrets(configuration, context, log)
        let readAgain = { try configurationAgain(context, log) }
        func open(_ configuration: Configuration, _ locks: WorkspaceLocks? = nil) throws -> Pipeline {
            let pipeline = try context.pipeline(
                configuration, log, stateIsRight: context.arguments.has("state-is-right"), locks: locks)
            if context.arguments.has("clock-is-right") { try pipeline.acceptClock() }
            return pipeline
        }
        let process = ProcessInfo.processInfo
        let manager =
            untilIdle ? nil : ServiceManager(environment: process.environment, process: process.processIdentifier)
        let start = PatientStart(
            context.workspace, configuration, clock: context.clock, log: log, signals: signals, manager: manager)
        // Whoever ends by itself is started again by others, and does not wait.
        let opened = try untilIdle ? open(configuration) : start.result(reload: readAgain, open)
        guard let pipeline = opened else { return .done }
        let run = pipeline.service(signals: signals, manager: manager, reload: readAgain)
        tellStart(context, log, untilIdle: untilIdle)
        let progress = ProgressLine(context.console)
        pipeline.drops.onProgress = {
            // A signal must not wait for the end of a large drop.
            if run.isStopping { throw StoppedReading() }
            if untilIdle { progress.show($0) }
        }
        if untilIdle { pipeline.dispatcher.onDeparture = { progress.depart($0) } }
        defer { context.console.clear() }
        do {
            try untilIdle ? run.untilIdle() : run.forever()
        } catch is StoppedReading {}
        context.console.clear()
        log.info("run.stopped", untilIdle ? try run.waiting() : [:])
        return untilIdle && !run.isStopping ? tellUnfinished(run.unfinished, context) : .done
    }

    private static func tellStart(_ context: CommandContext, _ log: Log, untilIdle: Bool) {
        log.info(
            "run.started",
            [
                "workspace": .text(context.workspace.root), "version": .text(WaybillVersion.number),
                "untilIdle": .flag(untilIdle),
            ])
    }

    private static func configurationAgain(_ context: CommandContext, _ log: Log) throws -> Configuration {
        let configuration = try context.configuration()
        tellSecrets(configuration, context, log)
        return configuration
    }

    /// The end of a run until nothing is left to do, if something is.
    private static func tellUnfinished(_ unfinished: [String], _ context: CommandContext) -> ExitStatus {
        if unfinished.isEmpty { return .done }
        for problem in unfinished { context.console.say("waybill: " + problem.plain) }
        return .failure
    }

    /// What would hold the first message that needs it is said before there is one.
    private static func tellSecrets(_ configuration: Configuration, _ context: CommandContext, _ log: Log) {
        for missing in SecretLook.missing(configuration, in: context.workspace) {
            log.warning("secret.missing", ["of": .text(missing.about), "reason": .text(missing.words)])
        }
    }
}
