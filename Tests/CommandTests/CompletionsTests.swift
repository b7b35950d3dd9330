import Foundation
import Support
import XCTest

@testable import WaybillCommand

/// What shells and `man` get is made from the table of commands, and works there.
final class CompletionsTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    private func printed(_ words: String...) throws -> String {
        let outcome = try waybill.run(words)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        return outcome.output
    }

    func testEveryCommandVerbAndOptionIsInEachCompletionAndInTheManual() throws {
        let bash = try printed("completions", "bash")
        let zsh = try printed("completions", "zsh")
        let fish = try printed("completions", "fish")
        let manual = try printed("manual").replacing("\\-", with: "-")
        for command in Command.all {
            XCTAssertTrue(bash.contains("\n    \(command.name))"), command.name)
            XCTAssertTrue(zsh.contains("\n        '\(command.name):"), command.name)
            XCTAssertTrue(fish.contains(" -a \(command.name) -d"), command.name)
            XCTAssertTrue(manual.contains("\n.SS \(command.name)\n"), command.name)
            for option in command.options {
                let row = bash.split(separator: "\n").first { $0.hasPrefix("    \(command.name))") } ?? ""
                XCTAssertTrue(row.contains("--\(option.name)"), "\(command.name) \(option.name)")
                XCTAssertTrue(zsh.contains("'--\(option.name)"), "\(command.name) \(option.name)")
                XCTAssertTrue(
                    fish.contains("'__waybill_is \(command.name)' -l \(option.name) "), "\(command.name) \(option.name)"
                )
                XCTAssertTrue(manual.contains(".TP\n\\fB--\(option.name)\\fR"), "\(command.name) \(option.name)")
            }
            for verb in command.verbs {
                for text in [bash, zsh, fish, manual] {
                    XCTAssertTrue(text.contains(verb), "\(command.name) \(verb)")
                }
            }
        }
        for option in CommandOption.everywhere {
            XCTAssertTrue(bash.contains("--\(option.name)"), option.name)
            XCTAssertTrue(zsh.contains("'--\(option.name)"), option.name)
            XCTAssertTrue(fish.contains("complete -c waybill -l \(option.name) "), option.name)
            XCTAssertTrue(manual.contains(".TP\n\\fB--\(option.name)\\fR"), option.name)
        }
    }

    func testUsagesSayWhichVerbsAndOperandsThereAre() {
        XCTAssertEqual(
            Command.campaign.verbs,
            ["list", "pause", "resume", "publish", "flush", "withdraw", "approve", "requeue"])
        XCTAssertEqual(Command.suppress.verbs, ["add", "remove", "import", "list", "accept", "withdraw"])
        XCTAssertEqual(Command.process.verbs, [])
        XCTAssertEqual(Command.process.forms.first?.operand, .file)
        XCTAssertEqual(Command.status.forms.first?.operand, nil)
        XCTAssertEqual(Command.help.forms.first?.operand, .command)
    }

    /// Completions tell values by the option's name alone.
    func testAnOptionTakesAValueInAllCommandsOrInNone() {
        let all = CommandOption.everywhere + Command.all.flatMap(\.options)
        for (name, options) in Dictionary(grouping: all, by: \.name) {
            XCTAssertEqual(Set(options.map { $0.value == nil }).count, 1, name)
        }
    }

    /// What bash offers for a line, as its completion leaves it.
    private func bash(_ words: [String]) throws -> [String] {
        try workspace.write(try printed("completions", "bash"), to: "completion.bash")
        try workspace.write(
            """
            source ./completion.bash
            waybill() { "$WAYBILL" "$@"; }
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _waybill; printf '%s\\n' "${COMPREPLY[@]}"
            """, to: "ask.bash")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["ask.bash"] + words
        process.currentDirectoryURL = URL(fileURLWithPath: workspace.path)
        process.environment = ["WAYBILL": try waybill.path(), "PATH": "/usr/bin:/bin"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func testBashCompletesCommandsVerbsOptionsFilesAndCampaigns() throws {
        try workspace.write(
            #"{ campaigns: { "clinic": {}, "club $(touch broken)": {}, "other": {} } }"#, to: "waybill.json5")
        try workspace.write("x", to: "contacts.csv")
        XCTAssertEqual(try bash(["waybill", "ca"]), ["campaign"])
        XCTAssertEqual(try bash(["waybill", "--workspace", ".", "--quiet", "ca"]), ["campaign"])
        XCTAssertEqual(try bash(["waybill", "campaign", "re"]), ["resume", "requeue"])
        XCTAssertEqual(try bash(["waybill", "campaign", "flush", "--ba"]), ["--batch"])
        XCTAssertEqual(try bash(["waybill", "campaign", "pause", "cli"]), ["clinic"])
        XCTAssertEqual(try bash(["waybill", "campaign", "pause", "clu"]), [#"club\ \$\(touch\ broken\)"#])
        XCTAssertFalse(workspace.exists("broken"), "names are never run")
        XCTAssertEqual(try bash(["waybill", "drop", "--campaign", "oth"]), ["other"])
        XCTAssertEqual(try bash(["waybill", "drop", "--campaign", "=", "oth"]), ["other"])
        XCTAssertEqual(try bash(["waybill", "drop", "--campaign", "="]).sorted().last, "other")
        XCTAssertEqual(try bash(["waybill", "process", "cont"]), ["contacts.csv"])
        XCTAssertEqual(try bash(["waybill", "suppress", "import", "cont"]), ["contacts.csv"])
        XCTAssertEqual(try bash(["waybill", "suppress", "add", "cont"]), [])
        XCTAssertEqual(try bash(["waybill", "status", "--watch", "cont"]), [])
        XCTAssertEqual(try bash(["waybill", "help", "sim"]), ["simulate"])
        XCTAssertEqual(try bash(["waybill", "run", "--clock", ""]), [])
    }

    func testFishAndZshReadTheirCompletions() throws {
        for (shell, path) in [("fish", "/usr/bin/fish"), ("zsh", "/usr/bin/zsh")] {
            guard FileManager.default.fileExists(atPath: path) else {
                throw XCTSkip("\(path) is not installed")
            }
            try workspace.write(try printed("completions", shell), to: "completion.\(shell)")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments =
                shell == "zsh"
                ? ["-n", "completion.zsh"]
                : ["--no-config", "-c", "source completion.fish; complete -C 'waybill --workspace . campaign re'"]
            process.currentDirectoryURL = URL(fileURLWithPath: workspace.path)
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = pipe
            try process.run()
            let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            XCTAssertEqual(process.terminationStatus, 0, shell)
            XCTAssertEqual(
                String(decoding: bytes, as: UTF8.self), shell == "zsh" ? "" : "requeue\nresume\n", shell)
        }
    }
}
