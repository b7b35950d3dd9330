import Foundation
import SystemIO

/// Where a workspace reads and writes, and which of these places overlap (contract §1).
///
/// A file written to one folder would be taken for the other's: with `inbox: "."` the store itself was read as a drop.
struct WorkspacePlaces {
    private enum Role {
        /// An inbox, the outbox or the state folder.
        case folder
        case outbox
        case transport
        /// The workspace's root or one of its own files: it may contain the folders, but not be inside one.
        case own
    }

    private struct Place {
        let setting: String
        /// The keys of the setting in the configuration's file.
        let keys: [String]
        /// Absolute, with links followed.
        let path: String
        let role: Role
    }

    private let places: [Place]
    /// How many places come first that are not the workspace's own; own places are not compared with each other.
    private let folders: Int

    init(_ workspace: Workspace, _ configuration: Configuration) {
        func folder(_ keys: [String], _ path: String, _ role: Role) -> Place {
            Place(
                setting: keys.joined(separator: "."), keys: keys, path: Self.resolved(workspace.path(path)), role: role)
        }
        var places = configuration.inbox.enumerated().map { place, path in
            configuration.inbox.count == 1
                ? folder(["inbox"], path, .folder)
                : Place(
                    setting: "inbox[\(place)]", keys: ["inbox", String(place)],
                    path: Self.resolved(workspace.path(path)),
                    role: .folder)
        }
        places.append(folder(["outbox"], configuration.outbox, .outbox))
        places.append(folder(["state"], configuration.state, .folder))
        for (name, transport) in configuration.transports.sorted(by: { $0.key < $1.key }) {
            switch transport.kind {
            case .folder: places.append(folder(["transports", name, "path"], transport.path, .transport))
            case .command, .smtp, .http: break
            }
        }
        folders = places.count
        places.append(Place(setting: "the workspace", keys: [], path: Self.follow(workspace.root), role: .own))
        var own = [
            Place(setting: "the configuration", keys: [], path: Self.follow(workspace.configurationFile), role: .own)
        ]
        // A campaign has the templates of `default`, too.
        var known: Set<String> = []
        for campaign in configuration.campaigns.reversed() {
            for (name, template) in campaign.templates.sorted(by: { $0.key < $1.key }) {
                for (_, file) in template.files where known.insert(file).inserted {
                    own.append(
                        Place(
                            setting: "campaigns.\(campaign.name).templates.\(name)",
                            keys: ["campaigns", campaign.name, "templates", name],
                            path: Self.follow(workspace.template(file)), role: .own))
                }
            }
        }
        own += configuration.campaigns.compactMap { campaign in
            campaign.repeats.map { recurrence in
                Place(
                    setting: "campaigns.\(campaign.name).repeats.file",
                    keys: ["campaigns", campaign.name, "repeats", "file"],
                    path: Self.follow(workspace.template(recurrence.file)), role: .own)
            }
        }
        for (name, transport) in configuration.transports.sorted(by: { $0.key < $1.key }) {
            guard transport.kind == .command, let program = transport.run.first, program.contains("/") else { continue }
            own.append(
                Place(
                    setting: "transports.\(name).run", keys: ["transports", name, "run"],
                    path: Self.follow(Workspace.absolute(program, from: workspace.sources)), role: .own))
        }
        var seen: Set<String> = []
        self.places = places + own.filter { seen.insert($0.path).inserted }
    }

    /// An error for each place that cannot be a folder, and for each two that overlap; `tree` is the configuration's
    /// file, for positions.
    func problems(file: String, tree: @autoclosure () -> JSON5Value?) -> [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        // Only parsed if needed.
        var read: [JSON5Value?] = []
        for place in places.prefix(folders) where place.role != .transport {
            let obstacle = Patience.result(within: Self.patience) { FolderObstacle.words(at: place.path) }
            guard let words = obstacle ?? nil else { continue }
            if read.isEmpty { read = [tree()] }
            let position = read[0]?.position(of: place.keys) ?? JSON5Position()
            problems.append(
                ConfigurationProblem(
                    file: file, line: position.line, column: position.column, path: place.setting, message: words,
                    severity: .error))
        }
        for (index, first) in places.prefix(folders).enumerated() {
            for second in places[(index + 1)...] where Self.overlap(first, second) {
                if read.isEmpty { read = [tree()] }
                let position =
                    read[0].flatMap { $0.position(of: second.keys) ?? $0.position(of: first.keys) } ?? JSON5Position()
                problems.append(
                    ConfigurationProblem(
                        file: file, line: position.line, column: position.column, path: "",
                        message: "\(first.setting) (\(first.path)) and \(second.setting) (\(second.path)) "
                            + (first.path == second.path ? "are one place" : "lie in each other")
                            + ": what is written for one would be taken for the other's; choose folders apart",
                        severity: .error))
            }
        }
        return problems
    }

    private static func overlap(_ first: Place, _ second: Place) -> Bool {
        switch (first.role, second.role) {
        case (.own, .own): false
        case (_, .own): lies(second, in: first)
        // Several transports may write to one folder; their files have distinct names.
        case (.transport, .transport) where first.path == second.path: false
        case (.outbox, .transport): first.path == second.path || lies(first, in: second)
        case (.folder, _), (.outbox, _), (.transport, _), (.own, _): lies(first, in: second) || lies(second, in: first)
        }
    }

    private static func lies(_ inner: Place, in outer: Place) -> Bool {
        inner.path == outer.path || inner.path.hasPrefix(outer.path == "/" ? "/" : outer.path + "/")
    }

    /// Milliseconds to wait for a share; after that, the path as written counts.
    private static let patience: Int64 = 1_000

    /// A path with its links followed, even if its end does not exist yet.
    private static func resolved(_ path: String) -> String {
        Patience.result(within: patience) { follow(path) } ?? path
    }

    private static func follow(_ path: String, links: Int = 0) -> String {
        guard path != "/" else { return path }
        let parent = follow(Workspace.absolute("..", from: path), links: links)
        let whole = (parent == "/" ? "" : parent) + "/" + Files.name(of: path)
        // 40 links, as Linux follows.
        guard links < 40, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: whole) else {
            return whole
        }
        return follow(Workspace.absolute(target, from: parent), links: links + 1)
    }
}

extension JSON5Value {
    /// The position of a setting; nil if the file does not have it.
    func position(of keys: [String]) -> JSON5Position? {
        guard let key = keys.first else { return nil }
        let found: (position: JSON5Position, value: JSON5Value)? =
            switch content {
            case .object(let members): members.last { $0.key == key }.map { ($0.position, $0.value) }
            case .array(let values):
                Int(key).flatMap { values.indices.contains($0) ? (values[$0].position, values[$0]) : nil }
            case .null, .boolean, .number, .string: nil
            }
        return found.flatMap { keys.count == 1 ? $0.position : $0.value.position(of: Array(keys.dropFirst())) }
    }
}
