import Glibc
import SystemIO
import Waybill

/// The program: from the words of the command line to the exit status.
enum Program {
    static func run(_ words: [String]) -> ExitStatus {
        // If a reader of the output goes away, the failing write reports it, whatever the command is doing.
        ProcessSetup.ignoreBrokenPipe()
        Memory.shareAmongThreads()
        do {
            let (command, arguments) = try Arguments.read(words)
            guard let command else {
                if arguments.has("help") { return try answer(HelpText.overview) }
                if arguments.has("version") { return try answer("waybill \(WaybillVersion.number)\n") }
                return tell(UsageError("a command is missing"))
            }
            if arguments.has("help") { return try answer(HelpText.of(command)) }
            return try command.run(try CommandContext(command, arguments))
        } catch {
            return tell(error)
        }
    }

    private static func answer(_ text: String) throws -> ExitStatus {
        try StandardStream.output.write(text)
        return .done
    }

    /// Reports on standard error what went wrong, in the error's own words.
    private static func tell(_ error: any Error) -> ExitStatus {
        switch error {
        case let mistake as UsageError:
            say("waybill: \(mistake)\n\n" + HelpText.usage(of: mistake.command))
            return .usage
        case let unusable as ConfigurationUnusable:
            say(unusable.description + "\n")
            say("waybill: the configuration cannot be used; fix it, \"waybill config check\" says when it is right\n")
            return .configuration
        case let broken as SystemError where broken.code == EPIPE && broken.path == StandardStream.output.name:
            // The reader has what it wanted.
            return .unread
        case is DecodingError, is EncodingError:
            // Their own text describes types; only data from the store can fail to decode.
            say("waybill: the store holds something that this version did not write; restore a backup\n")
            return .failure
        default:
            // What was under way was rolled back, so nothing is half done.
            let trouble = PassingTrouble(error)?.words
            let remedy = trouble.map { $0 + ", so nothing more was done; see to that and try again: " } ?? ""
            say("waybill: \(remedy)\(error)\n")
            return .failure
        }
    }

    private static func say(_ text: String) { try? StandardStream.errors.write(text.plainLines) }
}
