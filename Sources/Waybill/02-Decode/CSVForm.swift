/// How a CSV drop is written, found out from its beginning: delimiter, header or positional layout, line ends.
///
/// Each possible delimiter is tried on the first records, respecting quotes. The delimiter under which the first record
/// names most columns of ours wins; without a header, the one under which most records begin with a phone number; then
/// the one under which most records have as many fields as the first.
struct CSVForm: Sendable {
    let delimiter: UInt8
    /// The quote character.
    let quote: UInt8
    /// The names in the header; nil for the positional layout.
    let header: [String]?
    /// How many fields the first record has.
    let fieldCount: Int
    /// How many fields each record has, if all have fewer than the header; else nil.
    let shortRecords: Int?
    /// Where the first record begins: after skipped lines, `sep=` line and header.
    let start: Int
    /// The physical line at `start`, from 1.
    let line: UInt64
    /// What ends a physical line: LF, or CR in a drop whose beginning has CR only.
    let lineByte: UInt8
    /// The line end of the header or the first record, LF when it has none.
    let lineEnd: [UInt8]
    /// The column that seems to have the phone numbers, if no column name says so.
    let phoneName: String?

    /// - Parameters:
    ///   - text: the beginning of the drop, without byte order mark.
    ///   - isWhole: whether the drop ends with it.
    /// - Throws: `drop.empty`, or `drop.unknown-format` with what was found.
    init(
        of text: [UInt8], isWhole: Bool, settings: DecodeSettings, mapper: ColumnMapper
    ) throws(RefusedDrop) {
        try Self.refuseBinary(text, skipsLines: settings.skipLines > 0, isOfCampaign: settings.isOfCampaign)
        let hasOnlyCR = !text.contains(ASCII.lineFeed) && text.contains(ASCII.carriageReturn)
        lineByte = hasOnlyCR ? ASCII.carriageReturn : ASCII.lineFeed

        var position = Self.behindLines(settings.skipLines, of: text) ?? text.count
        let announced = Self.announcedDelimiter(text, at: position)
        if let announced { position = announced.end }
        while position < text.count, text[position] == ASCII.lineFeed || text[position] == ASCII.carriageReturn {
            position += 1
        }
        guard position < text.count else {
            throw isWhole
                ? RefusedDrop(.empty, "the file has no records; send it again with its records")
                : RefusedDrop(.unknownFormat, "the file begins with nothing but empty lines; send it without them")
        }

        let delimiters = (settings.delimiter.value ?? announced?.delimiter).map { [$0] } ?? Self.usualDelimiters
        let quote = Self.quote(of: text[position...], delimiters: delimiters)
        self.quote = quote
        func tried(_ delimiters: [UInt8], from position: Int) -> [CSVCandidate] {
            delimiters.map { delimiter in
                CSVCandidate(
                    delimiter: delimiter, quote: quote, text: text, from: position, isWhole: isWhole,
                    settings: settings, mapper: mapper)
            }
        }
        var candidates = tried(delimiters, from: position)
        if settings.header.value == nil, !mapper.isOfContacts,
            let header = Self.untitled(
                text, from: position, { tried(delimiters, from: $0).contains(where: \.looksLikeHeader) })
        {
            position = header
            candidates = tried(delimiters, from: position)
        }
        let chosen = try Self.chosen(of: candidates, settings.header, isOfContacts: mapper.isOfContacts)
        // A line of digits above a header can be a title too.
        if settings.header.value != false, mapper.isOfContacts,
            chosen.map({ !$0.looksLikeHeader && $0.fieldCount == 1 }) ?? (settings.header.value == nil)
        {
            try Self.refuseTitle(text, from: position, lineByte: lineByte) { text, start in
                delimiters.contains {
                    CSVCandidate(
                        delimiter: $0, quote: quote, text: text, from: start, isWhole: false, settings: settings,
                        mapper: mapper
                    ).isSurelyHeader
                }
            }
        }
        guard let chosen, chosen.recordCount > 0 else {
            if let set = settings.delimiter.value {
                let others = tried(Self.usualDelimiters.filter { $0 != set }, from: position)
                try Self.refuseDelimiter(set, others, isOfContacts: mapper.isOfContacts)
            }
            throw Self.unknown(candidates, text: text, from: position, header: settings.header)
        }
        fieldCount = chosen.fieldCount
        delimiter = chosen.delimiter
        let hasHeader = settings.header.value ?? chosen.looksLikeHeader
        header = hasHeader ? chosen.names : nil
        shortRecords = hasHeader ? chosen.shortRecords : nil
        phoneName = hasHeader ? chosen.phoneName : nil
        let behindFirst = Self.behindLineEnd(text, at: chosen.firstEnd)
        lineEnd = behindFirst > chosen.firstEnd ? Array(text[chosen.firstEnd..<behindFirst]) : [ASCII.lineFeed]
        start = hasHeader ? behindFirst : position
        let lineByte = lineByte
        line = 1 + UInt64(text[..<start].count { $0 == lineByte })
    }

    /// The candidate chosen for reading the drop.
    private static func chosen(
        of candidates: [CSVCandidate], _ header: AutoOr<Bool>, isOfContacts: Bool
    ) throws(RefusedDrop) -> CSVCandidate? {
        switch header {
        case .set(true): return try best(candidates.filter { $0.names != nil }, by: \.headerScore)
        case .set(false): return try best(candidates, by: \.positionalScore)
        case .auto:
            let chosen = try best(candidates.filter(\.looksLikeHeader), by: \.headerScore)
            if let chosen { return chosen }
            // Where the whole line is one value, all delimiters are equally good.
            return isOfContacts
                ? try best(candidates.filter(\.looksPositional), by: \.positionalScore) : candidates.first
        }
    }

    /// Where the header of a table begins that has a title above it. Nil if none of the first lines is a header, or if
    /// a line above it may have a value.
    private static func untitled(_ text: [UInt8], from start: Int, _ isHeader: (Int) -> Bool) -> Int? {
        var position = start
        for _ in 0..<Self.mostTitleLines {
            if isHeader(position) { return position > start ? position : nil }
            let line = text[position...].prefix { $0 != ASCII.lineFeed && $0 != ASCII.carriageReturn }
            let digits = line.count { $0 &- 0x30 < 10 }
            let hasLetters = line.contains { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }
            // A title may contain a date.
            guard digits == 0 || digits <= 8 && hasLetters && !line.contains(UInt8(ascii: "+")),
                !line.contains(UInt8(ascii: "@"))
            else { return nil }
            position = behindLineEnd(text, at: line.endIndex)
            guard position < text.count else { return nil }
        }
        return nil
    }

    private static let mostTitleLines = 5
    /// How many lines above a header a refusal recognises, and how many bytes are searched for it.
    private static let linesAbove = 20
    private static let bytesAbove = 8_192

    /// Refuses a drop in which a line looks like a header with other lines above it.
    private static func refuseTitle(
        _ text: [UInt8], from start: Int, lineByte: UInt8, _ isHeader: (_ text: [UInt8], _ start: Int) -> Bool
    ) throws(RefusedDrop) {
        // With a line end appended, so the last line is one too.
        let text = Array(text.prefix(start + bytesAbove)) + [ASCII.lineFeed]
        var position = start
        for _ in 0..<linesAbove {
            let line = text[position...]
            guard let end = line.firstIndex(where: { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn }) else {
                return
            }
            position = behindLineEnd(text, at: end)
            guard position < text.count else { return }
            if text[position] == ASCII.lineFeed || text[position] == ASCII.carriageReturn { continue }
            guard isHeader(text, position) else { continue }
            let lines = text[..<position].count { $0 == lineByte }
            throw RefusedDrop(
                .unknownFormat,
                "line \(lines + 1) looks like the header, and what stands above it is none; set the campaign's "
                    + "`skipLines: \(lines)` to skip that, or leave it out of the file")
        }
    }

    private static let usualDelimiters: [UInt8] = [0x2C, 0x3B, ASCII.tab, 0x7C]

    /// The candidate with the highest score. If several have it, their columns must be identical; otherwise nobody can
    /// know which is right.
    private static func best(
        _ candidates: [CSVCandidate], by score: (CSVCandidate) -> (Int, Int, Int)
    ) throws(RefusedDrop) -> CSVCandidate? {
        var best: CSVCandidate?
        for candidate in candidates where best.map({ score(candidate) > score($0) }) ?? true { best = candidate }
        guard let best, score(best).2 > 1 else { return best }
        let equals = candidates.filter { score($0) == score(best) && $0.delimiter != best.delimiter }
        guard equals.isEmpty else {
            let names = ([best] + equals).map { name(of: $0.delimiter) }
            throw RefusedDrop(
                .unknownFormat,
                "the delimiter can be \(names.joined(separator: " or ")), and each gives other columns; set the campaign's "
                    + "delimiter")
        }
        return best
    }

    /// Refuses a drop that is a table under another delimiter than the one that is set.
    private static func refuseDelimiter(
        _ set: UInt8, _ others: [CSVCandidate], isOfContacts: Bool
    ) throws(RefusedDrop) {
        let fitting = try chosen(of: others.filter { $0.fieldCount > 1 }, .auto, isOfContacts: isOfContacts)
        guard let fitting, fitting.recordCount > 0 else { return }
        throw RefusedDrop(
            .unknownFormat,
            "the campaign's delimiter is \(name(of: set)), and the file is a table parted by \(name(of: fitting.delimiter)); "
                + "set the campaign's delimiter to that or to \"auto\", or send the file with the one that is set")
    }

    private static func name(of delimiter: UInt8) -> String {
        switch delimiter {
        case ASCII.tab: "a tab"
        case 0x2C: "a comma"
        case 0x3B: "a semicolon"
        case 0x7C: "a bar"
        case _: String(UnicodeScalar(delimiter))
        }
    }

    /// The single quote if it clearly quotes values, as in `'a','b'`: at both ends of each field of the first line, and
    /// no double quote in it. A spreadsheet's apostrophe before a number is at one end only.
    private static func quote(of text: ArraySlice<UInt8>, delimiters: [UInt8]) -> UInt8 {
        guard text.first == ASCII.apostrophe, !text.contains(ASCII.quote) else { return ASCII.quote }
        let line = text.prefix { $0 != ASCII.lineFeed && $0 != ASCII.carriageReturn }
        let encloses = delimiters.contains { delimiter in
            let fields = line.split(separator: delimiter, omittingEmptySubsequences: false)
            return fields.count > 1
                && fields.allSatisfy {
                    $0.count > 1 && $0.first == ASCII.apostrophe && $0.last == ASCII.apostrophe
                }
        }
        return encloses ? ASCII.apostrophe : ASCII.quote
    }

    /// The index after the first `count` physical lines; nil if the text ends before.
    static func behindLines(_ count: Int, of text: [UInt8]) -> Int? {
        var position = 0
        for _ in 0..<count {
            guard let end = text[position...].firstIndex(where: { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn })
            else { return nil }
            position = behindLineEnd(text, at: end)
        }
        return position
    }

    private static func behindLineEnd(_ text: [UInt8], at end: Int) -> Int {
        guard end < text.count else { return end }
        let isPair = text[end] == ASCII.carriageReturn && end + 1 < text.count && text[end + 1] == ASCII.lineFeed
        return end + (isPair ? 2 : 1)
    }

    /// The delimiter that a spreadsheet's `sep=;` line announces, and where the line ends.
    private static func announcedDelimiter(_ text: [UInt8], at start: Int) -> (delimiter: UInt8, end: Int)? {
        let line = text[start...].prefix { $0 != ASCII.lineFeed && $0 != ASCII.carriageReturn }
        var content = line
        if content.first == ASCII.quote, content.last == ASCII.quote { content = content.dropFirst().dropLast() }
        guard content.count == 5, let delimiter = content.last, delimiter != ASCII.quote,
            String(decoding: content.dropLast(), as: UTF8.self).lowercased() == "sep="
        else { return nil }
        return (delimiter, behindLineEnd(text, at: line.endIndex))
    }

    /// Refuses well-known binary formats, and content with too many bytes that no text has.
    private static func refuseBinary(
        _ text: [UInt8], skipsLines: Bool, isOfCampaign: Bool
    ) throws(RefusedDrop) {
        if let kind = ForeignFile(beginning: text, isText: !skipsLines) {
            let advice = isOfCampaign ? kind.advice : kind.adviceBesideContacts
            throw RefusedDrop(.unknownFormat, "the file is \(kind.name); \(advice)")
        }
        // A few control characters make bad records. With more than eight, and more than one byte in twenty, it is not
        // text.
        let bytes = text.span
        var controls = 0
        for place in bytes.indices where CSVCandidate.isControl(bytes[place]) { controls += 1 }
        guard controls > 8, controls * 20 > text.count else { return }
        let nulls = text.count { $0 == 0 }
        // Of a letter in ASCII one byte is NUL: the second, where the last byte of a unit comes first.
        let second = text.indices.count { $0 % 2 == 1 && text[$0] == 0 }
        let remedy =
            isOfCampaign
            ? "set the campaign's encoding to \"utf-16\(2 * second > nulls ? "le" : "be")\", or save it as UTF-8"
            : "save it as UTF-8, or as UTF-16 with its mark"
        throw nulls * 3 > text.count
            ? RefusedDrop(
                .unknownFormat, "the file looks like UTF-16 without a byte order mark; \(remedy)")
            : RefusedDrop(.unknownFormat, "the file is binary, not text; export it as CSV or JSON")
    }

    /// Why no candidate fits.
    private static func unknown(
        _ candidates: [CSVCandidate], text: [UInt8], from position: Int, header: AutoOr<Bool>
    ) -> RefusedDrop {
        let line = text[position...].prefix { $0 != ASCII.lineFeed && $0 != ASCII.carriageReturn }
        if candidates.allSatisfy({ $0.recordCount == 0 }) {
            return RefusedDrop(
                .unknownFormat,
                "the first record does not end within the first 64 KiB, so this is neither CSV nor JSON; send one record a "
                    + "line")
        }
        if String(validating: line, as: UTF8.self) == nil {
            return RefusedDrop(
                .unknownFormat,
                "the first line is not valid in the file's encoding; set the campaign's encoding, for example "
                    + "\"windows-1252\"")
        }
        if header.value == true || candidates.allSatisfy({ $0.firstIsDamaged }) {
            return RefusedDrop(
                .unknownFormat,
                "the header cannot be read (a quote or a control character in it is out of place); correct the first line"
            )
        }
        if let place = candidates.filter({ $0.fieldCount > 1 }).max(by: { $0.positionalScore.1 < $1.positionalScore.1 }
        )?
        .phoneColumn {
            return RefusedDrop(
                .unknownFormat,
                "the first line names no known column, and field \(place + 1) looks like the phone number; map it in the "
                    + "campaign with `columns: {\"#\(place + 1)\": \"phone1\"}`, or name the columns in a header")
        }
        // The delimiter under which the content looks most like a table.
        let table = candidates.max { $0.headerScore < $1.headerScore }
        if let words = WordsName.advice(header: table?.names ?? []) {
            return RefusedDrop(.unknownFormat, words)
        }
        if let name = table?.phoneName {
            return RefusedDrop(
                .unknownFormat, "the first line names no known column; \(ColumnMapper.advice(phoneColumn: name))")
        }
        return RefusedDrop(
            .unknownFormat,
            "the first line names no known column, and its first field is no phone number; name the columns in a header, "
                + "map them in the campaign's columns, or set format, delimiter and header")
    }
}
