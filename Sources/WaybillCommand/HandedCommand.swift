import SystemIO
import Waybill

/// A command for the waybill that runs in the workspace: a file in `inbox/_control`, and the wait until it was carried
/// out.
struct HandedCommand {
    private let context: CommandContext
    private let configuration: Configuration
    private let folder: String
    private let name: String
    private var watch: AcknowledgementWatch

    /// How long to wait: a running waybill carries commands out before anything else, within a second or two.
    private static let patience: Int64 = 60_000_000_000

    /// Writes the file.
    init(_ file: [UInt8], named name: String, _ context: CommandContext, _ configuration: Configuration) throws {
        self.context = context
        self.configuration = configuration
        self.name = name
        folder = context.workspace.path(configuration.inbox[0]) + "/" + DropPurpose.control.folder
        watch = AcknowledgementWatch(folder: context.workspace.path(configuration.outbox) + "/acks")
        try context.makeInboxFolder(folder, configuration)
        try Files.writeAtomically(file, to: folder + "/" + name, replacing: false)
    }

    /// The result; nil if nobody has carried it out, which is then reported.
    mutating func answer() throws -> Acknowledgement? {
        let signals = try SignalReceiver([SignalNumber.terminate, SignalNumber.interrupt])
        let pause = Inotify(enabled: false)
        let end = MonotonicClock.nanoseconds() + Self.patience
        var other = OtherWaybill(context, configuration)
        var (isInterrupted, isStuck) = (false, false)
        while true {
            if let found = watch.acknowledgements()[name]?.first,
                let store = try context.storeToRead(configuration),
                let acknowledgement = try store.batch(found.batch)?.acknowledgement
            {
                return acknowledgement
            }
            if let words = watch.wordsOfTaken(folder + "/" + name) {
                context.console.say("waybill: the command \(words)")
                return nil
            }
            if isInterrupted || isStuck || MonotonicClock.nanoseconds() > end { break }
            _ = try pause.wait(milliseconds: 50, waking: signals)
            isInterrupted = try !signals.pending().isEmpty
            isStuck = other.isStuck()
        }
        context.console.say(
            "waybill: \(isInterrupted ? "interrupted; " : isStuck ? "" : "no answer within a minute; ")the command is not "
                + "carried out yet. It is in \(context.shown(folder + "/" + name)); the running waybill carries it out"
                + (isStuck ? " once it can go on. " : ". ")
                + "To take it back, remove the file")
        return nil
    }
}
