import Foundation
import SystemIO
import Waybill

/// What every command needs: its arguments, the workspace, the clock, and the outputs.
struct CommandContext {
    let command: Command
    let arguments: Arguments
    let workspace: Workspace
    let clock: WallClock
    let console: Console

    init(_ command: Command, _ arguments: Arguments) throws {
        self.command = command
        self.arguments = arguments
        let environment = ProcessInfo.processInfo.environment
        let root = arguments["workspace"] ?? environment["WAYBILL_WORKSPACE"].flatMap { $0.isEmpty ? nil : $0 } ?? "."
        workspace = Workspace(root: root, configurationFile: arguments["config"])
        if let text = arguments["clock"] {
            guard let moment = Timestamp(iso8601: ArraySlice(text.utf8)) else {
                throw UsageError("--clock \(text) is not an ISO 8601 time; write it like 2026-11-21T10:00:00Z", command)
            }
            clock = WallClock(startingAt: moment.milliseconds)
        } else {
            clock = WallClock()
        }
        isJSON = arguments.has("json")
        isQuiet = arguments.has("quiet")
        isVerbose = arguments.has("verbose")
        let isDumb = environment["TERM"] == "dumb"
        usesColour =
            !arguments.has("no-color") && (environment["NO_COLOR"] ?? "").isEmpty && !isDumb
            && Terminal.isTerminal(StandardStream.output.rawValue)
        console = Console(
            showsProgress: !isQuiet && !isVerbose && !isDumb && Terminal.isTerminal(StandardStream.errors.rawValue))
    }

    let isJSON: Bool
    let isQuiet: Bool
    let isVerbose: Bool
    /// For standard output.
    let usesColour: Bool

    var now: Timestamp { Timestamp(milliseconds: clock.nowMilliseconds()) }

    /// The earliest that it may be, where the workspace's store does not believe the clock: nothing has ended that ends
    /// later.
    func earliestNow(_ store: (any Store)?) -> Timestamp {
        // A store that cannot be read is reported when it is needed.
        (try? store?.earliestMoment(clock.isSystem ? .now : nil, shown: now)) ?? now
    }

    func print(_ text: String) throws { try StandardStream.output.write(text) }
    func print(_ bytes: [UInt8]) throws { try StandardStream.output.write(bytes) }

    /// An error in this command's line.
    func usage(_ message: String) -> UsageError { UsageError(message, command) }

    /// The first operand, which selects what the command does: one of those that its usage names.
    func verb() throws -> String {
        let known = command.verbs
        guard let verb = arguments.operands.first else {
            throw usage("\(command.name) needs one of: \(known.joined(separator: ", "))")
        }
        guard known.contains(verb) else {
            let nearest = NearestName.of(verb, in: known)
            throw usage(
                "\(command.name) has no \"\(verb)\"" + (nearest.map { ", did you mean \"\($0)\"?" } ?? "")
                    + "; it has \(known.joined(separator: ", "))")
        }
        return verb
    }

    /// The operands, of which there must be at least one.
    func files() throws -> [String] {
        if arguments.operands.isEmpty { throw usage("\(command.name) needs at least one FILE") }
        return arguments.operands
    }

    /// `--limit`.
    func limit(default most: Int) throws -> Int {
        guard let limit = Int(arguments["limit"] ?? "\(most)"), limit > 0 else {
            throw usage("--limit takes a number from 1, such as 50")
        }
        return limit
    }

    func noOperands() throws {
        if let first = arguments.operands.first { throw usage("\(command.name) takes no operand, found \"\(first)\"") }
    }

    // MARK: - Configuration and workspace

    /// The configuration, after printing its warnings; throws `ConfigurationUnusable` if it has errors.
    func configuration() throws -> Configuration {
        let (configuration, problems) = try readConfiguration()
        if problems.contains(where: { $0.severity == .error }) { throw ConfigurationUnusable(problems: problems) }
        if !isQuiet { for problem in problems { console.say(problem.description) } }
        return configuration
    }

    /// The configuration for commands that control or only look: if the file is unusable, the last usable one, after
    /// saying so and what is wrong with the file.
    func brakeConfiguration() throws -> Configuration {
        do {
            return try configuration()
        } catch let unusable as ConfigurationUnusable {
            guard let kept = try workspace.keptConfiguration() else { throw unusable }
            console.say(unusable.description)
            console.say(
                "waybill: the configuration cannot be used; \(command.name) goes by the last one that could, as the "
                    + "store keeps it")
            return kept
        }
    }

    /// The configuration and all its problems.
    func readConfiguration() throws -> (Configuration, [ConfigurationProblem]) {
        guard try Files.exists(workspace.root) else { throw NoWorkspace(path: workspace.root) }
        if let named = arguments["config"], try !Files.exists(workspace.configurationFile) {
            throw ConfigurationUnusable(
                problems: [
                    ConfigurationProblem(
                        file: named, line: 1, column: 1, path: "",
                        message: "there is no such file; name another one with --config, or leave the option out",
                        severity: .error)
                ])
        }
        if arguments["config"] == nil, try isConfigurationGone() {
            throw ConfigurationUnusable(
                problems: [
                    problem(
                        workspace.configurationFile,
                        "the configuration that this workspace went by is gone; put it back, or write {} into this file to go "
                            + "on with the defaults")
                ])
        }
        do {
            return try workspace.configuration()
        } catch let error as SystemError {
            throw ConfigurationUnusable(problems: [
                problem(workspace.configurationFile, "it cannot be read: \(error.reason)")
            ])
        }
    }

    /// Whether the file is gone that was there before: with the defaults, a campaign's contacts would leave without its
    /// policy.
    private func isConfigurationGone() throws -> Bool {
        // An unreadable store is reported when it is needed.
        guard try !Files.exists(workspace.configurationFile), let kept = try? workspace.keptConfiguration() else {
            return false
        }
        return ConfigurationWriter.text(of: kept) != ConfigurationWriter.text(of: Configuration())
    }

    private func problem(_ file: String, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(
            file: Files.name(of: file), line: 1, column: 1, path: "", message: message, severity: .error)
    }

    /// Checks that the configuration has a campaign. Throws a usage error for an unknown name, unless the configuration
    /// names no campaign at all: then one campaign takes everything, whatever its folder is called.
    func checkCampaign(_ name: String, _ configuration: Configuration) throws {
        if name.isEmpty || name.hasPrefix("_") || name.hasPrefix(".") || name.contains("/") {
            throw usage("\"\(name)\" cannot be the name of a campaign")
        }
        guard configuration.campaign(named: name) == nil, configuration.campaigns.count > 1 else { return }
        let nearest = NearestName.of(name, in: configuration.campaigns.map(\.name))
        throw usage(
            "there is no campaign \"\(name)\" in the configuration"
                + (nearest.map { ", did you mean \"\($0)\"?" } ?? ""))
    }

    /// Opens the pipeline.
    func pipeline(
        _ configuration: Configuration, _ log: Log, reportsOnly: Bool = false, stateIsRight: Bool = false,
        locks: WorkspaceLocks? = nil
    ) throws -> Pipeline {
        try Pipeline(
            workspace: workspace, configuration: configuration, clock: clock, log: log, reportsOnly: reportsOnly,
            stateIsRight: stateIsRight, locks: locks)
    }

    /// The store to read from; nil if the workspace has none yet.
    func storeToRead(_ configuration: Configuration) throws -> (any Store)? {
        guard try Files.exists(workspace.root) else { throw NoWorkspace(path: workspace.root) }
        return try workspace.storeToRead(configuration)
    }

    /// What a waybill that runs here, or did, says of itself; nil where it says nothing.
    func statusTold(_ configuration: Configuration) -> WorkspaceStatus? {
        let path = workspace.path(configuration.outbox) + "/" + StatusFile.fileName
        // A share that hangs is not waited for.
        let read = Patience.result(within: 2_000) { try? Files.read(path, limit: 1 << 26) }
        return read?.flatMap { StatusFile.read($0, at: now) }
    }

    /// Makes a folder of the first inbox where it is missing, and the inbox itself where no waybill has seen it yet.
    ///
    /// One that was there and has gone, or a share that is not mounted, is not made anew: what lay in it may say who
    /// must not be contacted, and an empty folder in its place would say that nothing does.
    func makeInboxFolder(_ folder: String, _ configuration: Configuration) throws {
        let path = workspace.path(configuration.inbox[0])
        switch Result(catching: { try workspace.storeToRead(configuration) }) {
        case .success(let store?):
            var inbox = Inbox(path: path, owner: .current, store: "", isShare: try store.isShare(path))
            inbox.isKnown = try store.isKnown(inbox: path)
            try inbox.checkPresence()
        case .success(nil): break
        // Whoever drops files need not see the state folder.
        case .failure:
            guard try Files.exists(path) else {
                throw InboxAway(
                    "\(path) is missing; mount it or move it back, or create that folder if nothing was lost")
            }
        }
        try Files.createFolder(folder)
    }

    /// The name of a file that a command drops: the time makes it unique. Where other workspaces take files from the
    /// inbox, too, it says that it is for this one.
    func dropName(_ stem: String, _ ending: String, _ configuration: Configuration) throws -> String {
        let stem = "\(stem)-\(now.milliseconds)"
        guard let store = try? storeToRead(configuration), let identity = try store.setting(.identity) else {
            return stem + "." + ending
        }
        let own = String(decoding: identity, as: UTF8.self)
        let inbox = Inbox(path: workspace.path(configuration.inbox[0]), owner: .current, store: own)
        let isShared = !InboxNeighbours(inbox, workspace: workspace.root).others().isEmpty
        return isShared ? InboxNeighbours.name(stem, for: own, ending: ending) : stem + "." + ending
    }

    /// A path for a person: relative to the current folder if inside it.
    func shown(_ path: String) -> String {
        let current = FileManager.default.currentDirectoryPath
        return (path.hasPrefix(current + "/") ? String(path.dropFirst(current.count + 1)) : path).plain
    }

    // MARK: - Log

    /// When merely informative lines are logged.
    enum Informing {
        /// As the configuration says.
        case always
        /// Unless a person sees progress instead.
        case withoutProgress
        /// Never: the result says everything.
        case never
    }

    func log(_ configuration: Configuration, _ informing: Informing) -> Log {
        let isLeftOut =
            switch informing {
            case .always: false
            case .withoutProgress: console.showsProgress
            case .never: true
            }
        let level: Configuration.LogLevel =
            if isQuiet {
                .error
            } else if isVerbose {
                .debug
            } else {
                isLeftOut ? max(.warning, configuration.log.level) : configuration.log.level
            }
        return Log(level: level, format: configuration.log.format, clock: clock) { [console] in console.write($0) }
    }

    private func max(_ left: Configuration.LogLevel, _ right: Configuration.LogLevel) -> Configuration.LogLevel {
        let order = Configuration.LogLevel.allCases
        return (order.firstIndex(of: left) ?? 0) > (order.firstIndex(of: right) ?? 0) ? left : right
    }
}

/// The workspace's folder does not exist. Nobody makes it but `init`: under a misspelt name, a campaign was once paused
/// and a person listed where nothing is sent from.
struct NoWorkspace: Error, CustomStringConvertible {
    let path: String

    var description: String {
        "there is no workspace at \(path); " + (nearest.map { "did you mean \($0)? Or " } ?? "")
            + "make the folder first, or name another with --workspace"
    }

    /// The folder whose name is nearest, where the first one that is missing should be.
    private var nearest: String? {
        var (parent, missing) = (Files.folder(of: path), Files.name(of: path))
        while (try? Files.exists(parent)) == false, parent != "/" {
            (parent, missing) = (Files.folder(of: parent), Files.name(of: parent))
        }
        let folders = ((try? Files.list(parent)) ?? []).filter { name in
            !name.hasPrefix(".") && (try? FileStatus.of(parent + "/" + name, followLinks: true))?.kind == .folder
        }
        return NearestName.of(missing, in: folders.sorted()).map { (parent == "/" ? "" : parent) + "/" + $0 }
    }
}
