import Foundation
import SystemIO

/// The folder that Waybill works in, and the place of everything in it (contract §1).
package struct Workspace: Sendable {
    /// Absolute.
    package let root: String
    /// The configuration's file, which need not exist.
    package let configurationFile: String
    /// Where templates are read and programs run: the root, except in a rehearsal.
    package let sources: String

    package init(root: String, configurationFile: String? = nil) {
        let absolute = Self.absolute(root, from: FileManager.default.currentDirectoryPath)
        self.root = absolute
        self.configurationFile =
            configurationFile.map { Self.absolute($0, from: FileManager.default.currentDirectoryPath) }
            ?? absolute + "/waybill.json5"
        sources = absolute
    }

    /// A workspace in another folder that uses the templates of this one.
    package func rehearsal(in folder: String) -> Workspace { Workspace(folder, rehearsing: self) }

    private init(_ root: String, rehearsing other: Workspace) {
        self.root = root
        configurationFile = other.configurationFile
        sources = other.sources
    }

    /// The absolute path for a path in the configuration; relative paths start at the workspace.
    package func path(_ relative: String) -> String { Self.absolute(relative, from: root) }

    /// The path of a template, or of a list that is kept.
    func template(_ relative: String) -> String { Self.absolute(relative, from: sources) }

    /// A path as the acknowledgement writes it: relative to the workspace if inside it.
    package func relative(_ path: String) -> String {
        path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
    }

    /// The configuration and its problems; the defaults and no problems if there is no file.
    package func configuration() throws -> (Configuration, [ConfigurationProblem]) {
        let file = Files.name(of: configurationFile)
        guard try Files.exists(configurationFile) else {
            let defaults = Configuration()
            return (defaults, WorkspacePlaces(self, defaults).problems(file: file, tree: nil) + misnamed(beside: file))
        }
        let bytes = try Files.read(configurationFile, limit: 16 << 20)
        let (configuration, problems) = ConfigurationReader.read(
            bytes, file: file, reading: { try Files.read(path($0), limit: ConfigurationReader.mostFileBytes) },
            listing: ruleFiles)
        let overlaps = WorkspacePlaces(self, configuration).problems(file: file, tree: try? JSON5Reader.read(bytes))
        return (configuration, problems + overlaps + misnamed(beside: nil))
    }

    /// Files whose names are nearly those that are read: what they say would hold for nobody.
    ///
    /// - Parameter wanted: the name of the configuration's file, where it is not there.
    private func misnamed(beside wanted: String?) -> [ConfigurationProblem] {
        func problem(_ name: String, _ message: String) -> ConfigurationProblem {
            ConfigurationProblem(file: name, line: 1, column: 1, path: "", message: message, severity: .error)
        }
        var problems: [ConfigurationProblem] = []
        let names = (try? Files.list(Files.folder(of: configurationFile))) ?? []
        for name in names where wanted == "waybill.json5" && Self.nearlyConfiguration.contains(name.lowercased()) {
            problems.append(
                problem(name, "it is not read, and everything would leave by the defaults: rename it to waybill.json5"))
        }
        let own = configurationFile == root + "/waybill.json5" ? names : (try? Files.list(root)) ?? []
        for name in own where name != "rules" && name.lowercased() == "rules" && !own.contains("rules") {
            problems.append(problem(name, "the folder is not read, and no rule in it would hold: rename it to rules"))
        }
        return problems
    }

    private static let nearlyConfiguration: Set<String> = [
        "waybill.json5", "waybill.json", "waybill.jsonc", "waybill.js5", "waybill.json5.txt", "waybill.json.txt",
        "waybill.json5.json", "waybill.json5.json5",
    ]

    /// The rules of law that hold here.
    package var ruleShelf: RuleShelf {
        RuleShelf(
            read: { try Files.read(path($0), limit: ConfigurationReader.mostFileBytes) }, listing: ruleFiles)
    }

    /// The names in the folder `rules`; empty if there is no such folder.
    func ruleFiles() throws -> [String] {
        let folder = path("rules")
        return try Files.exists(folder) ? Files.list(folder) : []
    }

    /// Where transports keep what they need to answer for messages after a crash.
    func journals(_ configuration: Configuration) -> String { path(configuration.state) + "/flights" }

    package func store(_ configuration: Configuration) -> String { path(configuration.state) + "/waybill.db" }

    /// Computed from the text alone. Foundation accesses the path, and a share that did not answer blocked everybody
    /// who asked for its folder's name.
    static func absolute(_ path: String, from folder: String) -> String {
        let whole = path.utf8.first == UInt8(ascii: "/") ? path : folder + "/" + path
        if isPlain(whole) { return whole }
        var parts: [Substring] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Whether each part of an absolute path counts: none is empty, `.` or `..`.
    private static func isPlain(_ path: String) -> Bool {
        guard path.utf8.first == UInt8(ascii: "/") else { return false }
        var (length, dots) = (0, 0)
        for byte in path.utf8.dropFirst() {
            if byte == UInt8(ascii: "/") {
                if dots == length, length <= 2 { return false }
                (length, dots) = (0, 0)
            } else {
                length += 1
                if byte == UInt8(ascii: ".") { dots += 1 }
            }
        }
        return dots < length || length > 2
    }
}

/// The locks of a workspace: one waybill works in it at a time, and one writes its reports.
package final class WorkspaceLocks {
    /// The state folder.
    let state: String
    let reports: FileLock
    private let work: FileLock

    /// Makes the state folder where there is none. Throws `WorkspaceBusy` if another process works in the workspace,
    /// unless only reports are to be written, which is allowed beside it.
    init(_ state: String, reportsOnly: Bool = false) throws {
        self.state = state
        try Files.createFolder(state, mode: 0o700)
        work = try FileLock(path: state + "/waybill.lock")
        reports = try FileLock(path: state + "/report.lock")
        guard try reportsOnly || work.tryLock() else { throw WorkspaceBusy(state: state) }
    }

    func close() { work.close() }
}

/// Another process works in the same workspace.
package struct WorkspaceBusy: Error, CustomStringConvertible {
    let state: String
    package var description: String {
        "another waybill is running in this workspace (\(state)/waybill.lock is held); "
            + "drop the files into the inbox and it takes them, or stop it first"
    }
}
