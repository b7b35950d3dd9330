/// One long option: its name, the name of its value in the help (nil: it takes none), and what it does.
struct CommandOption: Sendable {
    let name: String
    let value: String?
    let text: String

    init(_ name: String, _ value: String?, _ text: String) {
        self.name = name
        self.value = value
        self.text = text
    }

    /// An option without a value.
    init(_ name: String, _ text: String) { self.init(name, nil, text) }

    /// `--config FILE`.
    var usage: String { "--" + name + (value.map { " " + $0 } ?? "") }

    static let campaign = CommandOption("campaign", "NAME", "the campaign, instead of the one the drop itself names")

    /// Options of every command.
    static let everywhere = [
        CommandOption("workspace", "DIR", "the workspace; default: WAYBILL_WORKSPACE, else the current folder"),
        CommandOption("config", "FILE", "the configuration; default: waybill.json5 in the workspace"),
        CommandOption("clock", "T", "start the clock at this ISO 8601 time and let it run on"),
        CommandOption("json", "print the result for programs: one JSON object a line"),
        CommandOption("quiet", "log errors only, and show no progress"),
        CommandOption("verbose", "log everything"),
        CommandOption("no-color", "no colour (like NO_COLOR)"),
        CommandOption("help", "show the help of the command"),
    ]
}
