import Waybill

extension Command {
    static let rules = Command(
        name: "rules", group: .look,
        usage: ["rules [COUNTRY[-STATE]]... [--at T] [--kind KIND] [--purpose PURPOSE]", "rules --source COUNTRY"],
        summary: "which rules of law hold where, since when, and by which source",
        details: """
            Prints the rules that policies can use (their setting `rules`): those of the workspace's folder rules/,
            and for other countries those that come with Waybill. They are dated data, not legal advice. A state's
            rules hold beside those of its country.

            --source prints a country's file unchanged: write it to rules/us.json5 in the workspace, and change it
            there. With --json, one object for each rule. Exit status 1 if no rule matches.
            """,
        options: [
            CommandOption("at", "T", "the day of this ISO 8601 time or date, instead of today's"),
            CommandOption(
                "kind", "KIND", "only rules about \(ContactKind.allCases.map(\.rawValue).joined(separator: ", "))"),
            CommandOption(
                "purpose", "PURPOSE",
                "only rules about \(ContactPurpose.allCases.map(\.rawValue).joined(separator: ", "))"),
            CommandOption("source", "COUNTRY", "print the file of a country's rules"),
        ],
        examples: ["waybill rules US-FL --kind text --purpose marketing", "waybill rules --source us > rules/us.json5"]
    ) { context in
        let shelf = context.workspace.ruleShelf
        if let name = context.arguments["source"] {
            try context.noOperands()
            guard let text = shelf.source(name.lowercased()) else { throw unknown(name, shelf, context) }
            try context.print(text)
            return .done
        }
        let day = try day(context)
        let places = context.arguments.operands.map { $0.uppercased() }
        let asked = try (places.isEmpty ? shelf.names.map { $0.uppercased() } : places).map { place in
            guard let book = shelf.book(String(place.prefix(2)).lowercased()), isPlace(place) else {
                throw unknown(place, shelf, context)
            }
            var question = RuleView.Question(day: day)
            question.place = place
            question.kind = try choice("kind", context)
            question.purpose = try choice("purpose", context)
            return RuleView(question, [book])
        }
        if !shelf.problems.isEmpty { throw ConfigurationUnusable(problems: shelf.problems) }
        let found = asked.filter { !$0.isEmpty }
        if context.isJSON {
            try context.print(found.flatMap(\.json))
        } else if found.isEmpty {
            try context.print("no rule fits\n")
        } else {
            try context.print(found.map(\.text).joined(separator: "\n").plainLines)
        }
        return found.isEmpty ? .no : .done
    }

    private static func isPlace(_ place: String) -> Bool {
        place.utf8.count == 2 || place.utf8.dropFirst(2).first == UInt8(ascii: "-")
    }

    private static func unknown(_ name: String, _ shelf: RuleShelf, _ context: CommandContext) -> UsageError {
        context.usage(
            "there are no rules for \"\(name)\"; there are some for "
                + shelf.names.map { $0.uppercased() }.joined(separator: ", "))
    }

    private static func day(_ context: CommandContext) throws -> CalendarDay {
        guard let text = context.arguments["at"] else { return context.now.localDay(offset: 0) }
        if let day = CalendarDay(text) { return day }
        guard let moment = Timestamp(iso8601: ArraySlice(text.utf8)) else {
            throw context.usage("--at \(text) is not an ISO 8601 time; write one such as 2027-01-31")
        }
        return moment.localDay(offset: 0)
    }

    private static func choice<Word: RawRepresentable & CaseIterable>(
        _ option: String, _ context: CommandContext
    ) throws -> Word? where Word.RawValue == String {
        guard let text = context.arguments[option] else { return nil }
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue)
            throw context.usage(
                "--\(option) \(text) is none of \(known.joined(separator: ", "))"
                    + (NearestName.of(text, in: known).map { "; did you mean \"\($0)\"?" } ?? ""))
        }
        return word
    }
}
