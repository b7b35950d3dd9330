import SystemIO

/// The texts of `waybill help`.
enum HelpText {
    static let purpose =
        "Waybill takes contact files from drop folders, checks them, sends them on and accounts for each record."

    static let statuses =
        "0 done, 1 the answer is no, 2 usage, 3 configuration, 4 input, output or store failed."

    static var overview: String {
        var text = purpose + "\n"
        text += "\nUsage: waybill COMMAND [OPTION]...\n"
        for group in Command.Group.allCases {
            text += "\n\(group.rawValue):\n"
            for command in Command.all where command.group == group {
                text += row(command.name, command.summary)
            }
        }
        text += "\nOptions everywhere:\n"
        for option in CommandOption.everywhere { text += row(option.usage, option.text) }
        text += """

            Exit status: \(statuses)

            Begin with:   waybill process contacts.csv
            Then look at: waybill help process

            """
        return text
    }

    static func of(_ command: Command) -> String {
        var text = usage(of: command)
        text += "\n\(command.summary.prefix(1).uppercased() + command.summary.dropFirst()).\n"
        if !command.details.isEmpty { text += "\n" + paragraphs(of: command).map(laidOut).joined(separator: "\n") }
        if !command.options.isEmpty {
            text += "\nOptions:\n"
            for option in command.options { text += row(option.usage, option.text) }
        }
        text += "\nOptions everywhere: "
        text += CommandOption.everywhere.map(\.usage).joined(separator: ", ").wrapped(indent: 2, after: 20)
        text += "\nExample" + (command.examples.count > 1 ? "s" : "") + ":\n"
        for example in command.examples { text += "  \(example)\n" }
        return text
    }

    /// The forms of one command line, or of all if no command is given.
    static func usage(of command: Command?) -> String {
        guard let command else {
            return "Usage: waybill COMMAND [OPTION]...\nCommands: "
                + Command.all.map(\.name).joined(separator: ", ").wrapped(indent: 2, after: 10)
                + "Try \"waybill help\".\n"
        }
        return command.usage.enumerated().map { index, form in
            (index == 0 ? "Usage: " : "       ") + "waybill " + form + "\n"
        }.joined()
    }

    /// As wide as the terminal, up to 100 characters.
    fileprivate static let width =
        Terminal.isTerminal(StandardStream.output.rawValue)
        ? min(100, Terminal.width(StandardStream.output.rawValue)) : 100

    /// The paragraphs of a command's details; the lines of a table stay as they are.
    static func paragraphs(of command: Command) -> [(text: String, isTable: Bool)] {
        command.details.split(separator: "\n\n").map { part -> (text: String, isTable: Bool) in
            let paragraph = String(part)
            let isTable = paragraph.contains("  ")
            return (isTable ? paragraph : paragraph.replacing("\n", with: " "), isTable)
        }
    }

    private static func laidOut(_ text: String, isTable: Bool) -> String {
        isTable ? text + "\n" : text.wrapped(indent: 0, after: 0)
    }

    private static func row(_ name: String, _ text: String) -> String {
        let column = 24
        let start = "  " + name
        let gap = max(2, column - start.count)
        return start + String(repeating: " ", count: gap) + text.wrapped(indent: column, after: start.count + gap)
    }
}

extension String {
    /// The words in lines as wide as the help is, each ended; the first line already has `used` characters.
    fileprivate func wrapped(indent: Int, after used: Int) -> String {
        var lines = [""]
        var length = used
        for word in split(separator: " ") {
            if length + word.count + 1 > HelpText.width, lines[lines.count - 1] != "" {
                lines.append(String(repeating: " ", count: indent))
                length = indent
            } else if !lines[lines.count - 1].isEmpty {
                lines[lines.count - 1] += " "
                length += 1
            }
            lines[lines.count - 1] += word
            length += word.count
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
