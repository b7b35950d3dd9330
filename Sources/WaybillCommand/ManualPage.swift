import Waybill

/// The manual page, in the macros of man(7).
enum ManualPage {
    static var text: String {
        var page = ".TH WAYBILL 1 \"\" \"waybill \(WaybillVersion.number)\" \"User Commands\"\n"
        page += ".SH NAME\nwaybill \\- contact files in and out\n"
        page += ".SH SYNOPSIS\n.B waybill\n.I COMMAND\n[\\fIOPTION\\fR]...\n"
        page += ".SH DESCRIPTION\n\(escaped(HelpText.purpose))\n"
        for group in Command.Group.allCases {
            page += ".SH \(group.rawValue.uppercased())\n"
            for command in Command.all where command.group == group { page += section(command) }
        }
        page += ".SH OPTIONS EVERYWHERE\n" + CommandOption.everywhere.map(option).joined()
        page += ".SH EXIT STATUS\n\(escaped(HelpText.statuses))\n"
        page +=
            ".SH ENVIRONMENT\n.TP\n.B WAYBILL_WORKSPACE\nThe workspace, where \\fB\\-\\-workspace\\fR is not given.\n"
        page += ".TP\n.B NO_COLOR\nIf it is not empty, no colour.\n"
        page += ".SH FILES\n.TP\n.B waybill.json5\nThe configuration, in the workspace; every setting is optional.\n"
        return page
    }

    private static func section(_ command: Command) -> String {
        var text = ".SS \(command.name)\n.nf\n"
        for form in command.usage { text += "\\fBwaybill \(escaped(form))\\fR\n" }
        text += ".fi\n.PP\n\(escaped(command.summary.prefix(1).uppercased() + command.summary.dropFirst() + "."))\n"
        for (paragraph, isTable) in HelpText.paragraphs(of: command) {
            text += ".PP\n" + (isTable ? ".nf\n\(escaped(paragraph))\n.fi\n" : escaped(paragraph) + "\n")
        }
        text += command.options.map(option).joined()
        text += ".PP\n" + (command.examples.count > 1 ? "Examples:" : "Example:") + "\n.RS\n.nf\n"
        return text + command.examples.map { escaped($0) + "\n" }.joined() + ".fi\n.RE\n"
    }

    private static func option(_ option: CommandOption) -> String {
        ".TP\n\\fB\(escaped("--" + option.name))\\fR"
            + (option.value.map { " \\fI\(escaped($0))\\fR" } ?? "") + "\n\(escaped(option.text))\n"
    }

    /// The text without anything that troff takes as its own.
    private static func escaped(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let plain = line.replacing("\\", with: "\\e").replacing("-", with: "\\-")
            return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : String(plain)
        }.joined(separator: "\n")
    }
}
