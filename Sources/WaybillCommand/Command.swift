import Waybill

/// One command: its help, and what it does.
struct Command: Sendable {
    enum Group: String, CaseIterable {
        case work = "Hand over and process"
        case look = "Look"
        case steer = "Steer"
        case setUp = "Set up and learn"
    }

    let name: String
    let group: Group
    /// The forms of the command line, without `waybill`.
    let usage: [String]
    /// One line for the list of commands.
    let summary: String
    /// Further help, in paragraphs.
    let details: String
    var options: [CommandOption] = []
    let examples: [String]
    let run: @Sendable (CommandContext) throws -> ExitStatus

    /// Every command, in the order of the help.
    static let all: [Command] = [
        process, drop, run, check, status, batches, logs, explain, preview, simulate, report, number, rules, campaign,
        suppress, consent, inbox,
        audit, backup, restore, initialise, config, doctor, completions, manual, version, help,
    ]

    static func named(_ name: String) throws(UsageError) -> Command {
        if let command = all.first(where: { $0.name == name }) { return command }
        let nearest = NearestName.of(name, in: all.map(\.name))
        throw UsageError(
            "unknown command \"\(name)\"" + (nearest.map { ", did you mean \"\($0)\"?" } ?? "")
                + "; \"waybill help\" lists them all")
    }
}
