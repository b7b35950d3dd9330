import Foundation
import Waybill

extension Command {
    static let number = Command(
        name: "number", group: .look, usage: ["number NUMBER... [--region CC]", "number -"],
        summary: "what a phone number is: valid or not, its type, region, zones and ways of writing",
        details: """
            Numbers are judged by the numbering plans of the world as libphonenumber does it, letters and extensions
            included, whatever the campaigns' `numbers` say. --region is where a number without + is dialled; else the
            `region` of the configuration.

            A - reads lines REGION<TAB>NUMBER from standard input (ZZ is no region) and writes a JSON object for each.
            Of the zones, "zones" are those published with libphonenumber, and "callZones" those that Waybill asks before
            it contacts somebody: with corrections, and in names that the machine's time zone database has.

            Exit status 1 when a number given as an operand is not valid.
            """,
        options: [CommandOption("region", "CC", "the country (ISO 3166 alpha-2) in which national numbers are read")],
        examples: ["waybill number +14155550123", "waybill number --region DE '030 123456' --json"]
    ) { context in
        guard let first = context.arguments.operands.first else {
            throw context.usage("number takes phone numbers, or - for lines from standard input")
        }
        if first == "-", context.arguments.operands.count == 1 {
            return try answerLines(context)
        }
        let name = try context.arguments["region"] ?? context.configuration().region
        guard let region = RegionCode(name), region.isAssigned else {
            throw context.usage("\"\(name)\" is no country; write its two letters (ISO 3166), such as DE")
        }
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

    private static func answerLines(_ context: CommandContext) throws -> ExitStatus {
        var rest: [UInt8] = []
        var number = 0
        func answer(_ line: ArraySlice<UInt8>) throws -> [UInt8] {
            number += 1
            let line = line.last == 0x0D ? line.dropLast() : line
            guard let tab = line.firstIndex(of: 0x09),
                let region = RegionCode(String(decoding: line[..<tab], as: UTF8.self))
            else {
                throw context.usage("line \(number) of standard input is not REGION<TAB>NUMBER")
            }
            return NumberAnswer(String(decoding: line[(tab + 1)...], as: UTF8.self), region: region).json
        }
        while let block = try FileHandle.standardInput.read(upToCount: 1 << 16), !block.isEmpty {
            rest += block
            var answers: [UInt8] = []
            var start = 0
            while let end = rest[start...].firstIndex(of: 0x0A) {
                answers += try answer(rest[start..<end])
                start = end + 1
            }
            rest.removeFirst(start)
            try context.print(answers)
        }
        if !rest.isEmpty { try context.print(try answer(rest[...])) }
        return .done
    }
}

/// What `waybill number` says of one text.
private struct NumberAnswer {
    private let input: String
    private let result: Result<(number: PhoneNumber, extension: String), NumberFault>
    private let region: RegionCode
    private var plan: NumberingPlan { .world }

    init(_ input: String, region: RegionCode) {
        self.input = input
        self.region = region
        let bytes = Array(input.utf8)
        do throws(NumberFault) {
            result = .success(try NumberParser().parseWithExtension(bytes.span, region: region))
        } catch {
            result = .failure(error)
        }
    }

    var isValid: Bool {
        switch result {
        case .success(let found): found.number.isValid
        case .failure: false
        }
    }

    var json: [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("input", input)
            switch result {
            case .failure(let fault):
                json.member("parsed", false)
                json.member("error", fault.rawValue)
                for name in ["e164", "international", "national", "extension"] { json.member(name, String?.none) }
                json.member("valid", false)
                json.member("type", NumberType.unknown.libphonenumberName)
                for name in ["region", "subdivision"] { json.member(name, String?.none) }
                for name in ["zones", "callZones"] { json.member(name, array: [String]()) { $0.string($1) } }
            case .success(let (number, digits)):
                json.member("parsed", true)
                json.member("error", String?.none)
                json.member("e164", number.e164Text)
                json.member("international", plan.international(number, extension: digits))
                json.member("national", plan.national(number, extension: digits))
                json.member("extension", digits.isEmpty ? nil : digits)
                json.member("valid", number.isValid)
                json.member("type", number.type.libphonenumberName)
                json.member("region", regionName(number))
                let states = plan.states(of: number)
                json.member("subdivision", states.isEmpty ? nil : states.joined(separator: "+"))
                let published = plan.zoneNames(ofList: plan.publishedZones(of: number))
                json.member("zones", array: published.isEmpty ? ["Etc/Unknown"] : published) { $0.string($1) }
                json.member("callZones", array: callZones(number)) { $0.string($1) }
            }
        }
        return json.line()
    }

    private func regionName(_ number: PhoneNumber) -> String? { number.region.map { plan.regions[Int($0)].name } }

    private func callZones(_ number: PhoneNumber) -> [String] {
        number.isValid ? plan.zoneNames(ofList: plan.zones(of: number), where: ZoneNames.isKnown) : []
    }

    var text: String {
        var lines: [(String, String)] = []
        switch result {
        case .failure(let fault):
            lines.append(("parsed", "no: \(fault.meaning)"))
        case .success(let (number, digits)):
            lines.append(("valid", number.isValid ? "yes" : "no: \(whyInvalid(number))"))
            if number.isValid { lines.append(("type", number.type.meaning)) }
            let states = plan.states(of: number)
            if let name = regionName(number) {
                lines.append(("region", name + (states.isEmpty ? "" : " (\(states.joined(separator: ", ")))")))
            }
            lines.append(("E.164", number.e164Text))
            lines.append(("international", plan.international(number, extension: digits)))
            lines.append(("national", plan.national(number, extension: digits)))
            if !digits.isEmpty { lines.append(("extension", digits)) }
            if number.isValid {
                let zones = callZones(number)
                lines.append(("zones", zones.isEmpty ? "unknown" : zones.joined(separator: ", ")))
            }
        }
        return input + "\n"
            + lines.map { "  " + ($0.0 + ":").padded(to: 15) + $0.1 + "\n" }.joined()
    }

    private func whyInvalid(_ number: PhoneNumber) -> String {
        plan.whyInvalid(number).message
    }
}

extension NumberFault {
    fileprivate var meaning: String {
        switch self {
        case .invalidCountryCode: "no country code that exists, and no region to read it in"
        case .notANumber: "this is no phone number"
        case .tooShortAfterPrefix: "too few digits after the international prefix"
        case .tooShort: "too few digits"
        case .tooLong: "too many digits or characters"
        }
    }
}

extension NumberType {
    fileprivate var meaning: String {
        switch self {
        case .unknown: "unknown"
        case .fixed: "fixed line"
        case .mobile: "mobile"
        case .premium: "premium rate"
        case .tollFree: "toll-free"
        case .sharedCost: "shared cost"
        case .voip: "voice over IP"
        case .personal: "personal number"
        case .pager: "pager"
        case .uan: "universal access number"
        case .voicemail: "voicemail"
        case .fixedOrMobile: "fixed line or mobile"
        }
    }
}
