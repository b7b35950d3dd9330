import Waybill

extension Command {
    static let number = Command(
        name: "number", group: .look, usage: ["number NUMBER... [--region CC]", "number - [--region CC]"],
        summary: "what a phone number is: valid or not, its type, region, zones and ways of writing",
        details: """
            Numbers are judged by the numbering plans of the world, as libphonenumber does it, letters and
            extensions included, whatever the campaigns' `numbers` say. --region is where a number without + is
            dialled; without it, the configuration's `region`.

            A - reads lines from standard input, each a number or REGION<TAB>NUMBER (ZZ means no region), and writes
            one JSON object for each. "zones" are the zones published with libphonenumber; "callZones" are those
            that Waybill checks before it contacts somebody: corrected, and with names that the machine's time zone
            database has.

            Exit status 1 if a number given as an operand is not valid.
            """,
        options: [CommandOption("region", "CC", "the country (ISO 3166 alpha-2) in which national numbers are read")],
        examples: ["waybill number +14155550123", "waybill number --region DE '030 123456' --json"]
    ) { context in
        guard let first = context.arguments.operands.first else {
            throw context.usage("number takes phone numbers, or - for lines from standard input")
        }
        if first == "-", context.arguments.operands.count == 1 { return try answerLines(context) }
        let region = try region(context)
        var areValid = true
        for (place, text) in context.arguments.operands.enumerated() {
            let answer = NumberAnswer(text, region: region)
            areValid = areValid && answer.isValid
            if context.isJSON {
                try context.print(answer.json)
            } else {
                try context.print((place > 0 ? "\n" : "") + answer.text)
            }
        }
        return areValid ? .done : .no
    }

    /// Where numbers are dialled that have no + and name no region themselves.
    private static func region(_ context: CommandContext) throws -> RegionCode {
        let name = try context.arguments["region"] ?? context.configuration().region
        guard let region = RegionCode(name), region.isAssigned else {
            throw context.usage("\"\(name)\" is no country; write its two letters (ISO 3166), such as DE")
        }
        return region
    }

    /// Answers each line of standard input as it arrives.
    private static func answerLines(_ context: CommandContext) throws -> ExitStatus {
        let region = try region(context)
        var rest: [UInt8] = []
        var isFirst = true
        func answer(_ line: ArraySlice<UInt8>) -> [UInt8] {
            var line = line.last == 0x0D ? line.dropLast() : line
            if isFirst, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
            isFirst = false
            guard let tab = line.firstIndex(of: 0x09) else {
                return NumberAnswer(String(decoding: line, as: UTF8.self), region: region).json
            }
            // Text that is not a region counts as none.
            let own = RegionCode(String(decoding: line[..<tab], as: UTF8.self))
            return NumberAnswer(String(decoding: line[(tab + 1)...], as: UTF8.self), region: own).json
        }
        while true {
            let searched = rest.count
            guard try StandardStream.input.read(into: &rest) else { break }
            var answers: [UInt8] = []
            var start = 0
            var from = searched
            while let end = rest[from...].firstIndex(of: 0x0A) {
                answers += answer(rest[start..<end])
                start = end + 1
                from = start
            }
            rest.removeFirst(start)
            try context.print(answers)
        }
        if !rest.isEmpty { try context.print(answer(rest[...])) }
        return .done
    }
}
