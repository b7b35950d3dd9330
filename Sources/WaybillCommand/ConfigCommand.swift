import SystemIO
import Waybill

extension Command {
    static let config = Command(
        name: "config", group: .setUp, usage: ["config check", "config show"],
        summary: "look for mistakes in the configuration, or show what is in effect",
        details: """
            check prints every problem with its line and column, and settings that contradict each other or have no
            effect, and which folders are mounts, with those that should be and are none; exit status 1 if one is an
            error, 0 for warnings only. show prints every setting, with defaults
            and inherited values filled in, as JSON5 (--json: as plain JSON).
            """,
        examples: ["waybill config check", "waybill config show --config new.json5"]
    ) { context in
        let verb = try context.verb()
        guard context.arguments.operands.count == 1 else { throw context.usage("config \(verb) takes no operand") }
        return verb == "check" ? try check(context) : try show(context)
    }

    private static func check(_ context: CommandContext) throws -> ExitStatus {
        let (configuration, found) = try context.readConfiguration()
        let mounts = FolderMounts(configuration, in: context)
        let problems = found + (try further(configuration, mounts, context))
        for problem in problems {
            if context.isJSON {
                var json = ReportJSON(pretty: false)
                json.object { json in
                    json.member("file", problem.file)
                    json.member("line", problem.line)
                    json.member("column", problem.column)
                    json.member("severity", problem.severity.rawValue)
                    json.member("setting", problem.path)
                    json.member("message", problem.message)
                }
                try context.print(json.line())
            } else {
                try context.print(problem.description.plain + "\n")
            }
        }
        if !context.isJSON {
            for folder in mounts.folders where folder.problem == nil && folder.risk == nil {
                try context.print(folder.words.plain + "\n")
            }
        }
        let errors = problems.count { $0.severity == .error }
        if !context.isJSON { try context.print(try conclusion(context, errors, problems.count - errors) + "\n") }
        return errors > 0 ? .no : .done
    }

    /// Remarks on the rules of law that policies name and on template files, and on settings that contradict each other
    /// or have no effect.
    private static func further(
        _ configuration: Configuration, _ mounts: FolderMounts, _ context: CommandContext
    ) throws -> [ConfigurationProblem] {
        let file = context.workspace.configurationFile
        guard try Files.exists(file) else { return mounts.problems(file: Files.name(of: file), tree: nil) }
        let (name, tree) = (Files.name(of: file), try? JSON5Reader.read(Files.read(file, limit: 16 << 20)))
        return RuleWarnings.problems(
            configuration, file: name, tree: tree, on: context.now.localDay(offset: 0))
            + TemplateProblems.problems(configuration, in: context.workspace, file: name, tree: tree)
            + TransportProblems.problems(configuration, in: context.workspace, file: name, tree: tree)
            + RecurrenceProblems.problems(configuration, in: context.workspace, file: name, tree: tree, at: context.now)
            + mounts.problems(file: name, tree: tree)
            + gone(configuration, context, file: name)
            + Contradictions.problems(configuration, file: name, tree: tree, at: context.now)
    }

    /// Of a store that cannot be read others tell.
    private static func gone(
        _ configuration: Configuration, _ context: CommandContext, file: String
    ) -> [ConfigurationProblem] {
        guard let store = try? context.storeToRead(configuration) else { return [] }
        return (try? GoneNames.problems(configuration, store, file: file, at: context.now)) ?? []
    }

    private static func conclusion(_ context: CommandContext, _ errors: Int, _ warnings: Int) throws -> String {
        let file = context.shown(context.workspace.configurationFile)
        if try !Files.exists(context.workspace.configurationFile) {
            return "there is no \(file): every setting has its default"
        }
        if errors + warnings == 0 { return "\(file): no problems" }
        let counts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }
        return "\(file): " + counts.map { $0.0.counted($0.1, $0.1 + "s") }.joined(separator: ", ")
    }

    private static func show(_ context: CommandContext) throws -> ExitStatus {
        let text = ConfigurationWriter.text(of: try context.configuration())
        guard context.isJSON else {
            try context.print(text)
            return .done
        }
        let value = try JSON5Reader.read(Array(text.utf8))
        try context.print(json(value) + [UInt8(ascii: "\n")])
        return .done
    }

    /// A JSON5 value as plain JSON, with its keys in order.
    private static func json(_ value: JSON5Value) -> [UInt8] {
        func joined(_ parts: [[UInt8]], _ opening: String, _ closing: String) -> [UInt8] {
            Array(opening.utf8) + parts.joined(separator: [UInt8(ascii: ",")]) + Array(closing.utf8)
        }
        func quoted(_ text: String) -> [UInt8] {
            var bytes: [UInt8] = []
            JSONText.append(visible: text, to: &bytes)
            return bytes
        }
        switch value.content {
        case .null: return Array("null".utf8)
        case .boolean(let flag): return Array((flag ? "true" : "false").utf8)
        case .number(let number): return Array((number.integer.map(String.init) ?? String(number.value)).utf8)
        case .string(let text): return quoted(text)
        case .array(let values): return joined(values.map(json), "[", "]")
        case .object(let members):
            return joined(members.map { quoted($0.key) + [UInt8(ascii: ":")] + json($0.value) }, "{", "}")
        }
    }
}

extension FolderMounts {
    /// By what the store and `/etc/fstab` know, where they can be read.
    init(_ configuration: Configuration, in context: CommandContext) {
        let table = (try? Files.read("/etc/fstab", limit: 1 << 20)) ?? []
        self.init(
            configuration, in: context.workspace, (try? context.storeToRead(configuration)) ?? nil,
            table: String(decoding: table, as: UTF8.self))
    }
}
