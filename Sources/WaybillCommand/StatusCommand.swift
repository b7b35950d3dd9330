import SystemIO
import Waybill

extension Command {
    static let status = Command(
        name: "status", group: .look, usage: ["status [--watch] [--json]"],
        summary: "campaigns and batches: what is done, what is held and why",
        details: """
            Reads the store and disturbs nobody. What only a running waybill knows, which are the drops being
            read, the inboxes and the files stuck in them, comes from its outbox/status.json, if that is not
            older than a minute. With --watch the picture is drawn again every second, until SIGINT; only on a
            terminal. With --json it is one JSON object, as in outbox/status.json.
            """,
        options: [CommandOption("watch", "draw it again every second")],
        examples: ["waybill status", "waybill status --watch", "waybill status --json | jq .campaigns"]
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

/// The status of the workspace, as it is at each call.
private struct StatusPicture {
    private let context: CommandContext
    private let configuration: Configuration

    init(_ context: CommandContext, _ configuration: Configuration) {
        self.context = context
        self.configuration = configuration
    }

    var isTerminal: Bool { Terminal.isTerminal(StandardStream.output.rawValue) }

    /// The picture for a terminal, drawn over the last one: in one piece, so that it does not flicker, and cut to the
    /// terminal's height, so that it does not scroll.
    func frame() throws -> [UInt8] {
        var lines = try bytes().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        let height = Terminal.height(StandardStream.output.rawValue) - 1
        if lines.count > height, height > 1 {
            let left = lines.count - (height - 1)
            lines =
                lines.prefix(height - 1) + [ArraySlice("… and \(left) lines more; \"waybill status\" shows all".utf8)]
        }
        // Home; the lines, the rest of each erased; and what is below them erased.
        return Array("\u{1B}[H".utf8) + lines.flatMap { $0 + Array("\u{1B}[K\n".utf8) } + Array("\u{1B}[J".utf8)
    }

    func bytes() throws -> [UInt8] {
        var status =
            try context.storeToRead(configuration).map {
                try WorkspaceStatus(store: $0, configuration: configuration, now: context.now)
            } ?? WorkspaceStatus(now: context.now, version: WaybillVersion.number)
        let live = context.workspace.path(configuration.outbox) + "/" + StatusFile.fileName
        if let bytes = try? Files.read(live, limit: 1 << 26) { StatusFile.addLive(bytes, to: &status) }
        if context.isJSON { return StatusFile.bytes(status, pretty: false) }
        let text = StatusText.render(
            status, width: Terminal.width(StandardStream.output.rawValue), colour: context.usesColour, bars: isTerminal)
        return Array(text.utf8)
    }
}
