import SystemIO
import Waybill

extension Command {
    static let status = Command(
        name: "status", group: .look, usage: ["status [--watch] [--json]"],
        summary: "what needs attention, and each campaign: what is done, what waits and until when",
        details: """
            Reads the store and disturbs nobody. Only a running waybill knows the drops being read, the inboxes and
            the files stuck in them; these come from its outbox/status.json, if that is at most a minute old. A user
            who may not read the store sees everything from that file. With --watch the picture is drawn again every
            second, until SIGINT; only on a terminal, and as much of it as fits. With --json, it is one JSON object,
            as in outbox/status.json.
            """,
        options: [CommandOption("watch", "draw it again every second")],
        examples: ["waybill status", "waybill status --watch", "waybill status --json | jq .attention"]
    ) { context in
        try context.noOperands()
        let configuration = try context.brakeConfiguration()
        let picture = StatusPicture(context, configuration)
        guard context.arguments.has("watch") else {
            try context.print(try picture.bytes())
            return .done
        }
        guard picture.isTerminal, !context.isJSON else {
            throw context.usage("--watch is for terminals; programs read outbox/status.json or status --json")
        }
        let signals = try SignalReceiver([SignalNumber.terminate, SignalNumber.interrupt])
        let pause = Inotify(enabled: false)
        repeat {
            try context.print(try picture.frame())
            _ = try pause.wait(milliseconds: 1_000, waking: signals)
        } while try signals.pending().isEmpty
        return .done
    }
}

/// The status of the workspace at the time of each call.
private struct StatusPicture {
    private let context: CommandContext
    private let configuration: Configuration

    /// Milliseconds for the outbox, and again for the inboxes.
    private static let patience: Int64 = 2_000

    init(_ context: CommandContext, _ configuration: Configuration) {
        self.context = context
        self.configuration = configuration
    }

    var isTerminal: Bool { Terminal.isTerminal(StandardStream.output.rawValue) }

    /// The picture for a terminal, drawn over the last one: in one piece, so it does not flicker, and no higher than
    /// the terminal, so it does not scroll.
    func frame() throws -> [UInt8] {
        let lines = try text(height: max(2, Terminal.height(StandardStream.output.rawValue) - 1)).split(
            separator: "\n", omittingEmptySubsequences: false
        ).dropLast()
        // Home; the lines, erasing the rest of each; then erase everything below.
        return Array(("\u{1B}[H" + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J").utf8)
    }

    func bytes() throws -> [UInt8] {
        context.isJSON ? StatusFile.bytes(try status(), pretty: false) : Array(try text(height: nil).utf8)
    }

    private func text(height: Int?) throws -> String {
        StatusText.render(
            try status(), width: Terminal.width(StandardStream.output.rawValue), height: height,
            colour: context.usesColour, bars: isTerminal)
    }

    private func status() throws -> WorkspaceStatus {
        let path = context.workspace.path(configuration.outbox) + "/" + StatusFile.fileName
        // A share that hangs is not waited for: what the store knows is shown.
        let read = Patience.result(within: Self.patience) { () -> Result<[UInt8], any Error> in
            Result { try Files.read(path, limit: 1 << 26) }
        }
        let live = try? read?.get()
        var status: WorkspaceStatus
        var inForce: [UInt8]?
        do {
            (status, inForce) = try stored()
            if let live { StatusFile.addLive(live, to: &status) }
        } catch {
            // A user who may not read the store gets what a running waybill wrote to its status file.
            guard let live, let told = StatusFile.read(live, at: context.now) else { throw error }
            status = told
        }
        status.fullDisks = FullDisks(context.workspace, configuration).found(besides: status, asksOutbox: read != nil)
        if read == nil {
            // What else would have to be asked lies there, too, or is for when nothing runs.
            status.silence = FolderObstacle.silence(of: path)
            return status
        }
        if case .failure(let error as SystemError) = read, status.silence == nil,
            error.code != SystemError.noSuchFile || FolderObstacle.words(at: path) != nil
        {
            status.silence = FolderObstacle.cause(of: error).words
        }
        if !status.isRunning {
            let (workspace, configuration) = (context.workspace, configuration)
            status.untakenFiles +=
                Patience.result(within: Self.patience) { UntakenFiles.count(in: workspace, configuration) } ?? 0
            status.configurationProblem = status.configurationProblem ?? unusableConfiguration()
        } else {
            status.untakenFiles = 0
            status.configurationProblem = status.configurationProblem ?? changedConfiguration(inForce)
        }
        return status
    }

    /// What the store knows, and the configuration that it keeps.
    private func stored() throws -> (WorkspaceStatus, [UInt8]?) {
        guard let store = try context.storeToRead(configuration) else {
            return (WorkspaceStatus(now: context.now, version: WaybillVersion.number), nil)
        }
        var status = try WorkspaceStatus(store: store, configuration: configuration, now: context.now)
        // Of a run that was cut off: what it was reading lies among the claims.
        status.untakenFiles = try store.unpublishedBatches().count { $0.status == .claimed }
        return (status, try store.setting(.configuration))
    }

    /// Reports that nothing can start with the configuration on disk.
    private func unusableConfiguration() -> String? {
        guard let (_, problems) = try? context.readConfiguration(),
            problems.contains(where: { $0.severity == .error })
        else { return nil }
        return "the configuration on the disk cannot be used, so nothing starts: waybill config check says why"
    }

    /// Reports that a waybill runs with another configuration than the one on disk.
    private func changedConfiguration(_ inForce: [UInt8]?) -> String? {
        guard let (disk, problems) = try? context.readConfiguration(),
            !problems.contains(where: { $0.severity == .error })
        else { return nil }
        let text = ConfigurationWriter.text(of: disk)
        // Mostly it is kept in the same words, which need not be read.
        guard inForce != Array(text.utf8), let kept = try? context.workspace.keptConfiguration(),
            ConfigurationWriter.text(of: kept) != text
        else { return nil }
        return
            "the configuration was changed and is not in force yet: send the running waybill SIGHUP, or start it again"
    }
}

/// Files in the inboxes that a running waybill would take.
private enum UntakenFiles {
    /// Counting stops here.
    private static let most = 10_000

    static func count(in workspace: Workspace, _ configuration: Configuration) -> Int {
        configuration.inbox.reduce(0) { sum, inbox in
            let rules = ReadinessRules(configuration, of: inbox)
            let root = workspace.path(inbox)
            func drops(_ folder: String) -> Int {
                let names = (try? Files.list(folder.isEmpty ? root : root + "/" + folder)) ?? []
                return names.prefix(most).count { name in
                    guard rules.canBeDrop(folder: folder, name: name),
                        let status = try? FileStatus.of(root + "/" + (folder.isEmpty ? name : folder + "/" + name))
                    else { return false }
                    return status.kind == .regular && status.size > 0
                }
            }
            let folders = ((try? Files.list(root)) ?? []).filter { name in
                !name.hasPrefix(".") && (try? FileStatus.of(root + "/" + name))?.kind == .folder
            }
            return sum + drops("") + folders.reduce(0) { $0 + drops($1) }
        }
    }
}
