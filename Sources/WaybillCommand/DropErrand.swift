import Foundation
import SystemIO
import Waybill

/// Hands files from the command line over to an inbox folder, with their side-cars and markers.
///
/// Everything is checked before the first copy is made, so a misspelt name does not leave half of the files dropped.
struct DropErrand {
    static let options = [
        CommandOption.campaign,
        CommandOption("receipts", "the files are delivery reports or call results (inbox/_receipts)"),
        CommandOption("replies", "the files are inbound messages (inbox/_replies)"),
        CommandOption("suppress", "the files are do-not-contact lists (inbox/_suppress)"),
        CommandOption("consent", "the files are consents (inbox/_consent)"),
    ]

    /// A file that was handed over: the name given, and its name in the inbox.
    struct Drop {
        let file: String
        let name: String
    }

    private struct Item {
        let file: String
        let path: String
        let name: String
        /// The path and suffix of each.
        var companions: [(path: String, suffix: String)] = []
    }

    /// The inbox folder for the files; absolute.
    let folder: String
    /// Relative to the inbox; empty for the inbox itself.
    let inboxFolder: String
    private let rules: ReadinessRules
    private var items: [Item] = []
    /// Makes the folder where it is missing.
    let prepare: () throws -> Void

    init(_ context: CommandContext, _ configuration: Configuration) throws {
        try self.init(
            context, configuration, files: context.files(), to: Self.inboxFolder(context, configuration))
    }

    /// In a rehearsal, `workspace` is not the context's.
    init(
        _ context: CommandContext, _ configuration: Configuration, files: [String], to inboxFolder: String,
        in workspace: Workspace? = nil
    ) throws {
        self.inboxFolder = inboxFolder
        rules = ReadinessRules(configuration, of: configuration.inbox[0])
        let inbox = (workspace ?? context.workspace).path(configuration.inbox[0])
        let folder = inboxFolder.isEmpty ? inbox : inbox + "/" + inboxFolder
        self.folder = folder
        let isRehearsal = workspace != nil
        prepare = {
            if isRehearsal {
                try Files.createFolder(folder)
            } else {
                try context.makeInboxFolder(folder, configuration)
            }
        }
        let names = Set(files.map(Files.name(of:)))
        var companions: [(path: String, owner: String, suffix: String)] = []
        for file in files {
            let path = try Self.plainFile(file)
            let name = Files.name(of: file)
            if let suffix = rules.companionEnding(folder: inboxFolder, name: name) {
                let owner = String(name.dropLast(suffix.count))
                guard names.contains(owner) else {
                    throw context.usage("\(file) belongs to \(owner): give both, so that they arrive together")
                }
                companions.append((path, owner, suffix))
            } else {
                guard rules.canBeDrop(folder: inboxFolder, name: name) else {
                    throw context.usage(
                        "\(file): a file of this name is never taken from an inbox "
                            + "(hidden, unfinished, a backup or README); rename it first")
                }
                guard try (FileStatus.of(path)?.size ?? 0) > 0 else { throw EmptyFile(file: file) }
                items.append(Item(file: file, path: path, name: name))
            }
        }
        for companion in companions {
            guard let index = items.firstIndex(where: { $0.name == companion.owner }) else { continue }
            items[index].companions.append((companion.path, companion.suffix))
        }
    }

    /// Copies the files; companions first, so nobody sees a drop without them.
    func handOver() throws -> [Drop] {
        try prepare()
        return try items.map { item in
            while true {
                let name = try freeName(item)
                do {
                    for companion in item.companions {
                        try Files.copyDurably(
                            companion.path, to: folder + "/" + name + companion.suffix, replacing: false)
                    }
                    try completeReadiness(item, name)
                    try Files.copyDurably(item.path, to: folder + "/" + name, replacing: false)
                    return Drop(file: item.file, name: name)
                } catch let error as SystemError where error.code == SystemError.exists {
                    // Somebody else took the name meanwhile; our companions with that name are removed.
                    for suffix in item.companions.map(\.suffix) { try? Files.remove(folder + "/" + name + suffix) }
                }
            }
        }
    }

    /// Creates the marker or checksum that the inbox waits for, if none was given: the copy is complete.
    ///
    /// - Parameter name: the drop's name in the inbox, which determines the rule.
    private func completeReadiness(_ item: Item, _ name: String) throws {
        let rule = rules.rule(folder: inboxFolder, name: name)
        let given = item.companions.map(\.suffix)
        switch rule.mode {
        case .auto, .quiet: break
        case .marker:
            if given.contains(rule.marker) { return }
            try Files.writeAtomically([], to: folder + "/" + name + rule.marker)
        case .sidecar:
            if given.contains(DropName.metaSuffix) || given.contains(DropName.checksumSuffix) { return }
            let digest = SHA256.hex(try SHA256.hash(file: item.path))
            try Files.writeAtomically(
                Array("\(digest)  \(name)\n".utf8), to: folder + "/" + name + DropName.checksumSuffix)
        }
    }

    /// A free name, for the drop and its companions: `clinic.csv`, else `clinic-2.csv` …
    private func freeName(_ item: Item) throws -> String {
        let stem = item.name.prefix { $0 != "." }
        let ending = item.name.dropFirst(stem.count)
        var number = 1
        while true {
            let name = number == 1 ? item.name : "\(stem)-\(number)\(ending)"
            let names = [name] + item.companions.map { name + $0.suffix }
            if try !names.contains(where: { try Files.exists(folder + "/" + $0) }) { return name }
            number += 1
        }
    }

    /// The path of a plain file, with links followed: somebody who names a link means the file it leads to.
    private static func plainFile(_ file: String) throws -> String {
        let path = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
        guard let status = try FileStatus.of(path, followLinks: true) else {
            throw SystemError(operation: "read", path: file, code: SystemError.noSuchFile)
        }
        guard status.kind == .regular else { throw NotAFile(file: file) }
        return path
    }

    private static func inboxFolder(_ context: CommandContext, _ configuration: Configuration) throws -> String {
        let kinds: [(option: String, purpose: DropPurpose)] = [
            ("receipts", .receipts), ("replies", .replies), ("suppress", .suppression), ("consent", .consent),
        ]
        let given = kinds.filter { context.arguments.has($0.option) }
        guard let campaign = context.arguments["campaign"] else {
            if given.count > 1 {
                throw context.usage("--\(given[0].option) and --\(given[1].option) exclude each other")
            }
            return given.first?.purpose.folder ?? ""
        }
        if let first = given.first { throw context.usage("--campaign and --\(first.option) exclude each other") }
        try context.checkCampaign(campaign, configuration)
        return campaign
    }
}

/// An empty file is never ready in an inbox, so it would stay there for ever.
struct EmptyFile: Error, CustomStringConvertible {
    let file: String
    var description: String { "\(file) has no bytes, and an empty file is never taken; check the export that wrote it" }
}

/// Only plain files can be dropped.
struct NotAFile: Error, CustomStringConvertible {
    let file: String
    var description: String { "\(file) is not a plain file; name files, not folders or devices" }
}
