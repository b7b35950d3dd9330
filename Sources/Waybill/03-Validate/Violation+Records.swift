/// Violations of whole records, in words.
extension Violation {
    /// - Parameter chunk: the record's chunk.
    static func damage(_ damage: RecordSpan.Damage, of record: RecordSpan, in chunk: Chunk) -> Violation {
        let place = Int(damage.position)
        let lines =
            damage.lastLine > record.line
            ? " It reached over lines \(record.line) to \(damage.lastLine); reading went on at line \(record.line + 1)."
            : ""
        var (message, hint, setting) = words(for: damage.problem, line: record.line)
        switch damage.problem {
        case .strayQuote where isInFormula(place, record, chunk):
            hint =
                "Export the values, not formulas: of those only =\"text\" is read, as its text. " + hint
        case .invalidJSON:
            message = "The record is not valid JSON from \(whereabouts(place, record, chunk)) on."
        case .strayQuote, .unterminatedQuote, .tooLarge, .invalidEncoding, .controlCharacter, .notAnObject,
            .tooFewFields, .tooManyFields, .missing, .tooLong, .invalid, .impossibleLength, .unknownCountry, .unknown,
            .underWay, .ended, .otherWriting, .duplicate, .alreadyAccepted:
            break
        }
        return Violation(.row, damage.problem, message: message + lines, hint: hint, setting: setting)
    }

    /// Whether the value that contains a byte begins like a spreadsheet formula.
    private static func isInFormula(_ place: Int, _ record: RecordSpan, _ chunk: Chunk) -> Bool {
        let start = Int(record.start)
        guard place > start, place <= chunk.text.count,
            let sign = chunk.text[start..<place].lastIndex(of: UInt8(ascii: "="))
        else { return false }
        // After a delimiter, or after the value's quote.
        let isLetter = sign > start && (chunk.text[sign - 1] | 0x20 >= 0x61 || chunk.text[sign - 1] &- 0x30 < 10)
        return !isLetter
    }

    /// Where a byte is: its line and its offset in the drop, and if it is a mark of JSON, which one.
    private static func whereabouts(_ place: Int, _ record: RecordSpan, _ chunk: Chunk) -> String {
        let start = Int(record.start)
        let before = chunk.text[start..<max(start, min(place, chunk.rawEnd))]
        let line = record.line + UInt64(before.count { $0 == 0x0A })
        let leading = EncodedText.originalLength(of: chunk.text[..<start], encoding: chunk.encoding)
        let byte =
            chunk.byteOffset + UInt64(leading + EncodedText.originalLength(of: before, encoding: chunk.encoding))
        var found = ""
        if place < min(chunk.rawEnd, Int(record.end)) {
            switch chunk.text[place] {
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["),
                UInt8(ascii: "]"), UInt8(ascii: "'"):
                found = ", `\(UnicodeScalar(chunk.text[place]))`,"
            case 0x0A, 0x0D: found = ", the end of the line,"
            case UInt8(ascii: "\""): found = ", a key that stands twice or a value out of place,"
            default: break
            }
        }
        return "line \(line), byte \(byte)\(found)"
    }

    private static func words(
        for problem: Problem, line: UInt64
    ) -> (message: String, hint: String, setting: String) {
        switch problem {
        case .unterminatedQuote:
            (
                "A quote opened in the record on line \(line) is not closed.",
                "Close it, or write a quote that belongs to the value twice within quotes.", ""
            )
        case .strayQuote:
            (
                "There is text after a closing quote, or a quote inside a value that is not quoted.",
                "Put the whole value in quotes and write each quote in it twice.",
                "If the sender cannot, set the campaign's `quotes: \"lenient\"`."
            )
        case .tooLarge:
            (
                "The record that begins on line \(line) is larger than the limit for one record.",
                "Look for a quote that is not closed.", "If records are that large, raise `limits.recordBytes`."
            )
        case .invalidEncoding:
            (
                "The record has bytes that are not valid in the drop's encoding.",
                "Export the file as UTF-8.", "If the sender cannot, name its encoding in the campaign's `encoding`."
            )
        case .controlCharacter:
            ("The record has a control character.", "Remove it; only tab and line ends are allowed.", "")
        case .notAnObject:
            (
                "The record is not a JSON object.",
                "Write each record as an object, as in {\"phone1\": \"+14155550100\"}.", ""
            )
        case .invalidJSON:
            (
                "The record is not valid JSON.",
                "Check quotes, commas and brackets (RFC 8259), and that the export was complete.", ""
            )
        case .tooFewFields, .tooManyFields:
            (
                "The record does not have as many fields as the drop has columns.",
                "Give it one value for each column; put values that contain the delimiter in quotes.", ""
            )
        case .missing, .tooLong, .invalid, .impossibleLength, .unknownCountry, .unknown, .underWay, .ended,
            .otherWriting, .duplicate, .alreadyAccepted:
            ("The record could not be read.", "Export it again.", "")
        }
    }

    /// - Parameter others: how many fields the other records have, if all have fewer than the header.
    static func tooFewFields(_ found: Int, expected: Int, orAll others: Int?) -> Violation {
        Violation(
            .row, .tooFewFields,
            message: "Found \(fields(found)), the header names \(expected)"
                + (others.map { ", and the first records have \($0)." } ?? "."),
            hint:
                "Keep the delimiters of empty columns; if the record goes on in the next line, put the value with the "
                + "line end in quotes.")
    }

    static func tooManyFields(_ found: Int, expected: Int, hasHeader: Bool) -> Violation {
        Violation(
            .row, .tooManyFields,
            message: hasHeader
                ? "Found \(fields(found)), the header names \(expected)."
                : "Found \(fields(found)), a record without a header has at most \(expected).",
            hint: "Put each value that contains the delimiter in quotes, as in \"Doe, John\".")
    }

    /// - Parameter field: the first column that is one of ours.
    static func headerAgain(_ field: Field?) -> Violation {
        Violation(
            field.map(Violation.Subject.field) ?? .row, .invalid,
            message: "The header stands here again, as where two files were joined.",
            hint: "Remove this line; nothing else of the file is wrong because of it.")
    }

    static func valueWithoutColumn(_ position: Int, value: [UInt8]) -> Violation {
        Violation(
            .row, .tooManyFields, value: value,
            message: "Field \(position + 1) has a value, and the header names no column for it.",
            hint: "Name the column in the header, or put values that contain the delimiter in quotes.")
    }

    private static func fields(_ count: Int) -> String { count == 1 ? "1 field" : "\(count) fields" }

    /// - Parameters:
    ///   - bytes: our text from the fault on. Bytes that are invalid in another encoding than UTF-8 appear as the three
    ///     bytes of a surrogate (U+DC00 + the byte in Windows-1252), or as FF for half a UTF-16 unit.
    ///   - place: how far into the record; nil after an escape.
    static func invalidEncoding(
        _ bytes: ArraySlice<UInt8>, at place: Int?, column: String?, encoding: TextEncoding
    ) -> Violation {
        var found = "The byte 0x\(hexadecimal(UInt32(bytes.first ?? 0), digits: 2))"
        var whereabouts = ""
        let surrogate = bytes.prefix(3).reduce(UInt32(0)) { $0 << 6 | UInt32($1 & 0x3F) } & 0xFFFF
        switch encoding {
        case .utf8: whereabouts = place.map { " at byte \($0 + 1) of the record" } ?? ""
        case .windows1252, .latin1, .latin9: found = "The byte 0x\(hexadecimal(surrogate & 0xFF, digits: 2))"
        case .utf16LE, .utf16BE:
            found =
                bytes.first == 0xFF
                ? "Half a character at the end of the file"
                : "The lone surrogate U+\(hexadecimal(surrogate | 0xD800, digits: 4))"
        }
        let inside = column.map { " in the column \"\($0)\"" } ?? ""
        return Violation(
            .row, .invalidEncoding, message: "\(found)\(whereabouts)\(inside) is not valid in \(encoding.rawValue).",
            hint: "Export the file as UTF-8.",
            setting: encoding == .utf8
                ? "If it is windows-1252, set the campaign's `encoding` to that."
                : "Check the campaign's `encoding`.")
    }

    static func controlCharacter(_ byte: UInt8, column: String?) -> Violation {
        let inside = column.map { " in the column \"\($0)\"" } ?? ""
        return Violation(
            .row, .controlCharacter,
            message: "There is the control character U+\(hexadecimal(UInt32(byte), digits: 4))\(inside).",
            hint: "Remove it; only tab and line ends are allowed.")
    }

    static func duplicate(of earlier: UInt32, of field: Field) -> Violation {
        Violation(
            .row, .duplicate, message: "The same \(field.label) was accepted in record \(earlier).",
            hint: "No correction is needed.",
            setting: "If a recipient may stand twice in a drop, set the campaign's `duplicates: \"keep\"`.")
    }

    /// For a record of a drop that corrects an earlier one.
    ///
    /// - Parameters:
    ///   - field: what identifies the recipient.
    ///   - isEqual: whether all values equal the accepted ones; otherwise only the recipient is known to be the same.
    static func alreadyAccepted(
        as record: UInt32, of batch: BatchID, by field: Field, isEqual: Bool
    ) -> Violation {
        Violation(
            .row, .alreadyAccepted,
            message: isEqual
                ? "The same record was accepted as record \(record) of batch \(batch)."
                : "The same \(field.label) was accepted in record \(record) of batch \(batch).",
            hint: isEqual
                ? "No correction is needed: it was taken the first time, and nobody is contacted twice."
                : "No correction is needed: nobody is contacted twice, and what was accepted stays as it was. To change it, "
                    + "have batch \(batch) withdrawn, and drop the record in a new file that corrects no other.")
    }

    private static func hexadecimal(_ byte: UInt32, digits: Int) -> String {
        let text = String(byte, radix: 16, uppercase: true)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }
}
