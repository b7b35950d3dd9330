/// A do-not-contact list as it is dropped: CSV with the columns of contract §9, or one value a line.
package struct SuppressionList {
    package struct Entry: Sendable {
        package let record: UInt32
        package let line: UInt64
        package let byte: UInt64
        package let isRemoval: Bool
        /// `phone`, `email`, `id`, `domain` or `prefix`, in lower case; what a list says beside is not known.
        package let kind: String
        package let value: [UInt8]
        package let reason: String
    }

    package private(set) var entries: [Entry] = []

    /// Reads a list of UTF-8 text; throws when a CSV header names no `value`.
    package init(_ bytes: [UInt8]) throws(RefusedDrop) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var start = bytes.starts(with: mark) ? 3 : 0
        var columns: [String]?
        var line: UInt64 = 0
        var record: UInt32 = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            line += 1
            let cells = Self.cells(bytes[start..<end])
            let byte = UInt64(start)
            start = end + 1
            guard cells.contains(where: { !$0.isEmpty }) else { continue }
            if line == 1, let header = Self.header(cells) {
                guard header.contains("value") else {
                    throw RefusedDrop(.unknownHeader, "the list's header has no column \"value\"")
                }
                columns = header
                continue
            }
            record += 1
            entries.append(Self.entry(cells, columns, record: record, line: line, byte: byte))
        }
    }

    private static let known: Set<String> = ["action", "kind", "value", "campaign", "channel", "reason", "expires"]

    private static func header(_ cells: [String]) -> [String]? {
        let names = cells.map { $0.lowercased() }
        return names.contains(where: known.contains) ? names : nil
    }

    private static func entry(
        _ cells: [String], _ columns: [String]?, record: UInt32, line: UInt64, byte: UInt64
    ) -> Entry {
        func cell(_ name: String) -> String {
            guard let columns else { return name == "value" ? cells[0] : "" }
            guard let index = columns.firstIndex(of: name), index < cells.count else { return "" }
            return cells[index]
        }
        let value = cell("value")
        let kind = cell("kind").lowercased()
        return Entry(
            record: record, line: line, byte: byte, isRemoval: cell("action").lowercased() == "remove",
            kind: kind.isEmpty ? (value.contains("@") ? "email" : "phone") : kind, value: Array(value.utf8),
            reason: cell("reason"))
    }

    /// The cells of one line: commas part them, quotes around a cell are taken off (lists hold no line breaks).
    private static func cells(_ line: ArraySlice<UInt8>) -> [String] {
        var cells: [[UInt8]] = [[]]
        var isQuoted = false
        for byte in line where byte != 0x0D {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: cells.append([])
            default: cells[cells.count - 1].append(byte)
            }
        }
        return cells.map { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            return String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        }
    }
}

extension SuppressionList.Entry {
    /// The keys of all recipients that the entry can mean, or what is wrong with it.
    package enum Reading {
        case keys([UInt64])
        case problem(Violation)
    }

    package func read(regions: [String]) -> Reading {
        switch kind {
        case "phone", "email":
            let readings = AddressReading.all(of: value, regions: regions).filter { $0.kind == kind }
            if !readings.isEmpty { return .keys(readings.map(\.key)) }
            return .problem(
                Violation(
                    .column("value", code: "value.invalid"), .invalid, value: value,
                    message: "The value is no \(kind == "email" ? "e-mail address" : "phone number").",
                    hint: "Write numbers in international form, such as +14155550123."))
        case "domain":
            // `@example.com` and `*.example.com` are written as well.
            var domain = value.drop { [UInt8(ascii: "@"), UInt8(ascii: "*"), UInt8(ascii: ".")].contains($0) }
            while domain.last == UInt8(ascii: ".") { domain.removeLast() }
            if domain.contains(UInt8(ascii: ".")), !domain.contains(UInt8(ascii: "@")), domain.allSatisfy({ $0 > 0x20 })
            {
                return .keys([RecipientKey.domain(domain.span)])
            }
            return .problem(
                Violation(
                    .column("value", code: "value.invalid"), .invalid, value: value,
                    message: "The value is no domain of e-mail addresses.", hint: "Write it as in example.com."))
        case "prefix":
            if let dialled = try? DialledDigits(value.span), dialled.hasPlus, (1...15).contains(dialled.digits.count),
                dialled.digits.bytes[0] != 0x30
            {
                return .keys(Self.beginnings(dialled.digits))
            }
            return .problem(
                Violation(
                    .column("value", code: "value.invalid"), .invalid, value: value,
                    message: "The value is not the beginning of a phone number in international form.",
                    hint: "Write + and the digits that such numbers begin with, as in +44 870."))
        case "id": return .keys([RecipientKey.id(value.span)])
        default:
            return .problem(
                Violation(
                    .column("kind", code: "kind.unknown"), .unknown, value: Array(kind.utf8),
                    message: "There is no list of kind \"\(kind)\".",
                    hint: "Use phone, email, id, domain or prefix."))
        }
    }

    /// The keys of a beginning as it is, and without a trunk prefix written after the calling code: `+44 (0)870`.
    private static func beginnings(_ digits: NumberDigits) -> [UInt64] {
        let plan = NumberingPlan.world
        let all = 0..<digits.count
        var keys = [RecipientKey.prefix(digits.value(of: all), count: all.count)]
        if let rest = plan.withoutTrunkZero(digits) { keys.append(RecipientKey.prefix(rest.value, count: rest.count)) }
        return keys
    }
}
