import Foundation
import SystemIO
import Waybill
import WebIO

extension Command {
    static let doctor = Command(
        name: "doctor", group: .setUp, usage: ["doctor"],
        summary: "check folders, permissions, disks, the clock, the store and the transports",
        details: """
            One line for each check: ok, note (it works, but somebody may want to know), or problem. It changes
            nothing, except that it makes and removes a file in each folder. Exit status 1 if there is a problem.
            """,
        examples: ["waybill doctor", "waybill doctor --json"]
    ) { context in
        try context.noOperands()
        return try Doctor(context).run()
    }
}

private struct Doctor {
    private enum Verdict: String {
        case ok, note, problem
    }

    private struct Finding {
        let verdict: Verdict
        let about: String
        let words: String
    }

    private let context: CommandContext
    private let configuration: Configuration
    private var findings: [Finding] = []

    init(_ context: CommandContext) throws {
        self.context = context
        var configuration = Configuration()
        var problems: [ConfigurationProblem] = []
        do {
            (configuration, problems) = try context.readConfiguration()
        } catch let unusable as ConfigurationUnusable {
            problems = unusable.problems
            configuration = try context.workspace.keptConfiguration() ?? configuration
        }
        self.configuration = configuration
        let errors = problems.count { $0.severity == .error }
        let file = context.shown(context.workspace.configurationFile)
        add(
            errors > 0 ? .problem : problems.isEmpty ? .ok : .note, "configuration",
            problems.isEmpty
                ? "\(file) has no problems"
                : "\(file) has \(problems.count.counted("problem", "problems")), \"waybill config check\" tells them")
    }

    private mutating func add(_ verdict: Verdict, _ about: String, _ words: String) {
        findings.append(Finding(verdict: verdict, about: about, words: words))
    }

    func run() throws -> ExitStatus {
        var doctor = self
        doctor.lookAtFolders()
        doctor.lookAtStore()
        doctor.lookAtClock()
        doctor.lookAtTransports()
        doctor.lookAtCalls()
        doctor.lookAtService()
        for finding in doctor.findings {
            if context.isJSON {
                var json = ReportJSON(pretty: false)
                json.object { json in
                    json.member("verdict", finding.verdict.rawValue)
                    json.member("about", finding.about)
                    json.member("words", finding.words)
                }
                try context.print(json.line())
            } else {
                try context.print(
                    finding.verdict.rawValue.padded(to: 9) + finding.about.plain.padded(to: 15) + finding.words.plain
                        + "\n")
            }
        }
        return doctor.findings.contains { $0.verdict == .problem } ? .no : .done
    }

    // MARK: Checks

    private mutating func lookAtFolders() {
        let workspace = context.workspace
        for inbox in configuration.inbox { look(at: workspace.path(inbox), as: "inbox", isInbox: true) }
        look(at: workspace.path(configuration.outbox), as: "outbox", isInbox: false)
        look(at: workspace.path(configuration.state), as: "state", isInbox: false)
        for folder in FolderMounts(configuration, in: context).folders {
            let verdict = folder.problem != nil ? Verdict.problem : folder.risk != nil ? .note : .ok
            add(verdict, "mounts", folder.words + ((folder.problem ?? folder.risk).map { ": " + $0 } ?? ""))
        }
    }

    private mutating func look(at path: String, as name: String, isInbox: Bool) {
        let shown = context.shown(path)
        if let obstacle = FolderObstacle.words(at: path) { return add(.problem, name, obstacle) }
        do {
            guard try FileStatus.of(path, followLinks: true) != nil else {
                return add(.note, name, "\(shown) is not there yet; it is made at the first start")
            }
            let room = try DiskRoom(of: path)
            if room.isFull { return add(.problem, name, "\(shown) cannot be used: its disk is full; make room") }
            let probe = path + "/.waybill-doctor-\(ProcessIdentity.current.pid)"
            // With something in it, since a name alone needs no room.
            try Files.writeAtomically([UInt8](repeating: 0x0A, count: 4_096), to: probe)
            try Files.remove(probe)
            let kind = try Files.fileSystem(path)
            var words = "\(shown) can be written, on \(kind.name)"
            if isInbox {
                words += kind.tellsEvents ? ", watched by events" : ", looked at every second (no events here)"
            }
            if name == "state", !kind.isLocal {
                return add(
                    .problem, name,
                    words + ": the store needs a file system of this machine; set state to a local folder")
            }
            lookAt(room, name, words)
        } catch {
            add(.problem, name, "\(shown) cannot be used: \(FolderObstacle.words(of: error))")
        }
    }

    /// Below a gigabyte, or a twentieth, somebody has to act.
    private mutating func lookAt(_ room: DiskRoom, _ name: String, _ words: String) {
        guard room.isKnown else { return add(.ok, name, words) }
        let share = "\(room.percentFree) % free (\((room.free >> 20).grouped) MiB)"
        let isLittle = room.free < 1 << 30 || room.percentFree < 5
        add(isLittle ? .note : .ok, name, words + ", " + share + (isLittle ? ": little room" : ""))
    }

    private mutating func lookAtStore() {
        do {
            let store = try context.storeToRead(configuration)
            let state = context.workspace.path(configuration.state)
            let marks = OutboxMarks(outbox: context.workspace.path(configuration.outbox))
            if let neighbour = try marks.neighbour(of: store, in: state) { add(.problem, "outbox", neighbour.words) }
            guard let store else { return add(.ok, "store", "there is none yet") }
            let lists = try store.listHolds()
            let open = try store.campaignTotals().reduce(0) { $0 + ($1.states[.pending] ?? 0) }
            add(.ok, "store", "can be read; \(open.counted("contact waits", "contacts wait"))")
            for list in lists {
                add(.problem, "store", "\(list.drop)\(list.isOnlyTold ? "" : " holds campaigns: it") \(list.problem)")
            }
        } catch {
            add(.problem, "store", "\(error)")
        }
    }

    private mutating func lookAtClock() {
        let clock = ClockReading.now
        let time = Timestamp(milliseconds: clock.wall).iso8601(offset: 0)
        if clock.isSynchronised {
            add(.ok, "clock", "\(time), kept by a time service")
        } else {
            add(.note, "clock", "\(time), and no time service keeps it as far as the kernel knows: run one")
        }
        let zones = Set([configuration.timezone] + configuration.campaigns.compactMap(\.timezone))
        for zone in zones.sorted() where Zone.named(zone) == nil {
            add(.problem, "clock", "this machine does not know the time zone \(zone): install tzdata")
        }
    }

    private mutating func lookAtTransports() {
        let used = SecretLook.used(configuration)
        // One that runs, or did, tells itself what it lacks, and where none did, this environment is all there is.
        let isServed = status.map { $0.isRunning || $0.isBetweenRuns } ?? false
        for missing in SecretLook.missing(configuration, in: context.workspace) {
            let isNote = missing.mayBeElsewhere && isServed
            add(isNote ? .note : .problem, missing.about, isNote ? "as you: " + missing.words : missing.advice)
        }
        for (name, transport) in configuration.transports.sorted(by: { $0.key < $1.key }) where used.contains(name) {
            if transport.kind == .folder {
                let path = context.workspace.path(transport.path)
                let shown = context.shown(path)
                if let obstacle = FolderObstacle.words(at: path) {
                    add(.problem, name, obstacle)
                    continue
                }
                let isThere = (try? FileStatus.of(path, followLinks: true))?.kind == .folder
                add(
                    isThere ? .ok : .note, name,
                    isThere ? "hands over in \(shown)" : "\(shown) is not there yet; it is made with the first parcel")
            } else if transport.kind == .command {
                let program = transport.run.first ?? ""
                let path = program.contains("/") ? context.workspace.path(program) : program
                let isThere = !program.contains("/") || FileManager.default.isExecutableFile(atPath: path)
                add(
                    isThere ? .ok : .problem, name,
                    isThere ? "runs \(program)" : "\(program) cannot be run")
            } else if transport.kind == .http, let obstacle = WebProgram.own.obstacle() {
                add(.problem, name, obstacle)
            } else if transport.kind == .smtp {
                let obstacle = SMTPPost.obstacle(to: name, transport, in: context.workspace.sources)
                add(
                    obstacle == nil ? .ok : .problem, name,
                    obstacle.map { "the relay cannot be reached: \($0)" }
                        ?? "the relay answers; no mail was sent to try it")
            } else {
                add(.ok, name, "sends by \(transport.kind.rawValue); nothing was sent to try it")
            }
        }
    }

    /// Who needs it has a problem in the configuration besides.
    private mutating func lookAtCalls() {
        let obstacle = WebProgram.own.obstacle()
        add(obstacle == nil ? .ok : .note, "servers", obstacle ?? "can be called, by \(WebProgram.name)")
    }

    /// What a waybill that runs here, or did, says of itself.
    private var status: WorkspaceStatus? { context.statusTold(configuration) }

    private mutating func lookAtService() {
        guard let status else { return add(.note, "service", "no waybill has run here yet") }
        guard status.isRunning else {
            let last = status.toldAt.map { $0.iso8601(offset: 0) } ?? "never"
            if status.isBetweenRuns {
                return add(.ok, "service", "the last run ended at \(last), \(status.endedWhen)")
            }
            return add(.note, "service", "no waybill runs; the last one wrote its status at \(last)")
        }
        add(.ok, "service", "a waybill runs")
        for problem in status.attention { add(.problem, "service", problem.what) }
    }
}
