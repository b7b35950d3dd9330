import Foundation
import SystemIO
import Waybill

/// A folder that only this user can access, for the life of this process. The next process removes those of killed
/// ones.
struct PrivateFolder {
    let path: String
    private let lock: FileLock

    private static let prefix = "waybill-rehearsal-"
    private static let lockName = "/.lock"

    init() throws {
        let root = FileManager.default.temporaryDirectory.path
        Self.removeAbandoned(in: root)
        path = root + "/" + Self.prefix + UUID().uuidString
        try Files.createFolder(path, mode: 0o700)
        lock = try FileLock(path: path + Self.lockName)
        _ = try lock.tryLock()
    }

    /// A folder that cannot be removed belongs to somebody else.
    private static func removeAbandoned(in root: String) {
        for name in (try? Files.list(root)) ?? [] where name.hasPrefix(prefix) {
            let folder = root + "/" + name
            guard (try? Files.exists(folder + lockName)) == true, let lock = try? FileLock(path: folder + lockName),
                (try? lock.tryLock()) == true
            else { continue }
            try? Files.removeTree(folder)
            lock.close()
        }
    }

    func remove() {
        try? Files.removeTree(path)
        lock.close()
    }

    /// The signals that ask a rehearsal to end and to remove its folder.
    static func signals() throws -> SignalReceiver {
        try SignalReceiver([
            SignalNumber.terminate, SignalNumber.interrupt, SignalNumber.hangup, SignalNumber.quit,
        ])
    }
}

/// Hands files from the command line over to a rehearsal.
struct RehearsalErrand {
    private let context: CommandContext
    private let configuration: Configuration
    private let signals: SignalReceiver

    init(_ context: CommandContext, _ configuration: Configuration, _ signals: SignalReceiver) {
        self.context = context
        self.configuration = configuration
        self.signals = signals
    }

    /// Takes the files as drops of the rehearsal and returns their acknowledgements. Nil: a signal asked to stop.
    func handOver(to rehearsal: Rehearsal) throws -> [Acknowledgement]? {
        guard !context.arguments.operands.isEmpty else {
            if context.arguments.has("campaign") {
                throw context.usage("--campaign says whose the FILEs are; give some")
            }
            return []
        }
        let errand = try DropErrand(
            context, rehearsal.configuration, files: context.arguments.operands,
            to: context.arguments["campaign"] ?? "", in: rehearsal.workspace)
        if let campaign = context.arguments["campaign"] { try context.checkCampaign(campaign, configuration) }
        var watch = AcknowledgementWatch(
            folder: rehearsal.workspace.path(rehearsal.configuration.outbox) + "/acks")
        let drops = try errand.handOver()
        let progress = ProgressLine(context.console)
        rehearsal.pipeline.drops.onProgress = { [signals] in
            if try !signals.pending().isEmpty { throw StoppedReading() }
            progress.show($0)
        }
        do {
            guard try rehearsal.take(drops.map(\.name), from: errand.inboxFolder) else {
                throw NotTaken(files: drops.map(\.file))
            }
        } catch is StoppedReading {
            context.console.clear()
            context.console.say("waybill: stopped while the files were read")
            return nil
        }
        context.console.clear()
        let found = watch.acknowledgements()
        return try drops.compactMap { drop in
            try found[drop.name]?.first.flatMap { try rehearsal.pipeline.store.batch($0.batch)?.acknowledgement }
        }
    }
}

/// A file did not become a batch; the log says why.
private struct NotTaken: Error, CustomStringConvertible {
    let files: [String]
    var description: String {
        "the files were not all taken: \(files.joined(separator: ", ")); run with --verbose to see why"
    }
}
