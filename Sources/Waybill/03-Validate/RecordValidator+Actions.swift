extension RecordValidator {
    /// Judges what a record asks for beside being a contact. True if nothing else of it counts: it only cancels, so its
    /// other values are not looked at, and are not kept.
    mutating func judgeAction(_ record: RecordSpan, of chunk: Chunk, _ text: Span<UInt8>) -> Bool {
        let first = Int(record.firstField)
        let count = min(Int(record.fieldCount), plan.columns.count)
        let mode = plan.modes.mode { $0 < count ? chunk.value(chunk.fields[first + $0]) : [] }
        switch mode {
        case .add, .replace: return false
        case .unclear:
            if let action = plan.action, action < count {
                let span = chunk.fields[first + action]
                violations.append(
                    .action(Self.shown(text, span.offset..<span.end), column: chunk.schema.columns[action].name))
            }
            return false
        case .update:
            if idRange(of: record, chunk.fields.span, text).isEmpty { violations.append(.missingID(isCancel: false)) }
            return false
        case .cancel:
            let id = idRange(of: record, chunk.fields.span, text)
            if id.isEmpty {
                violations.append(.missingID(isCancel: true))
            } else if TextForm.exceeds(ValidationSettings.Longest.id, text.extracting(id)) {
                violations.append(
                    .tooLong(
                        .id, Self.shown(text, id), scalars: TextForm.scalars(in: text.extracting(id)),
                        most: ValidationSettings.Longest.id))
            }
            keepOnly(id, record, chunk)
            return true
        }
    }

    /// Stores nothing of a record but its id and what it asks for.
    private mutating func keepOnly(_ id: Range<Int>, _ record: RecordSpan, _ chunk: Chunk) {
        isAdjacent = false
        for position in 0..<min(Int(record.fieldCount), plan.columns.count) {
            let span = chunk.fields[Int(record.firstField) + position]
            if span.length == 0 || position == plan.action { continue }
            if position == plan.id {
                if id.count != span.length { change(position, to: id) }
            } else {
                change(position, to: 0..<0, isCounted: false)
            }
        }
    }

    /// Whether a record is too short for the header, and not as short as all the first ones.
    func isTooShort(_ count: Int) -> Bool {
        settings.format.hasHeader == true && settings.format.kind.isCSV && count < plan.columns.count
            && count != settings.format.shortRecords
    }

    mutating func checkCount(_ count: Int) {
        guard settings.format.kind.isCSV else { return }
        let expected = plan.columns.count
        if isTooShort(count) {
            violations.append(.tooFewFields(count, expected: expected, orAll: settings.format.shortRecords))
        } else if count > expected {
            violations.append(.tooManyFields(count, expected: expected, hasHeader: settings.format.hasHeader == true))
        } else if count == 0 {
            violations.append(.tooFewFields(count, expected: 1, orAll: nil))
        }
    }
}

extension Violation {
    static func action(_ value: [UInt8], column: String) -> Violation {
        Violation(
            .field(.action), .invalid, value: value,
            message: "This says neither add, update nor cancel, so what waited for the same person is cancelled.",
            hint: "Write add to have the record sent, or cancel to have nothing sent.", setting: notOurs(column))
    }

    static func missingID(isCancel: Bool) -> Violation {
        Violation(
            .field(.id), .missing,
            message: isCancel
                ? "Only an id says which contact is meant. What waits for the record's numbers and addresses is cancelled."
                : "Only an id says whose place the record takes.",
            hint: "Fill in the id under which the contact was sent the first time.")
    }

    /// No contact waits under the id.
    ///
    /// - Parameters:
    ///   - nearest: ids of contacts that wait and may be meant.
    ///   - isGuess: whether those differ from it only in writing, and not by a character.
    static func nobodyWaits(under id: [UInt8], isCancel: Bool, nearest: [String], isGuess: Bool) -> Violation {
        let others = list(nearest)
        let message =
            isCancel
            ? "No contact of the campaign has this id, so nobody was cancelled"
            : "No contact of the campaign waits under this id as it is written"
        let reading = isGuess ? "differs only in writing, and may be somebody else" : "is nearly the same"
        return Violation(
            .field(.id), .unknown, value: id,
            message: message + (others.isEmpty ? "." : "; \(others), which waits, \(reading)."),
            hint: isCancel
                ? "Write the id exactly as the file had it that brought the contact, and look whether this one belongs to "
                    + "another campaign. A record with this id that was rejected is not sent if it comes corrected."
                : "Correct the id, or send the record as a new one, with the action add, even if the first was sent.")
    }

    /// The message of the contact that is meant has left.
    ///
    /// - Parameters:
    ///   - standing: where that one stands, and since when.
    ///   - ids: how it writes the id, where that is another way.
    static func underWay(_ id: [UInt8], isCancel: Bool, _ standing: String?, as ids: [String] = []) -> Violation {
        Violation(
            .field(.id), .underWay, value: id,
            message: isCancel
                ? "\(whose(ids)) message has left and cannot be taken back; nothing more is sent.\(words(standing))"
                : "\(whose(ids)) message has left and cannot be changed; this record is not sent.\(words(standing))",
            hint: isCancel
                ? "Ask whoever carries the message, if it has to be stopped."
                : "Send the record as a new one, with the action add, if it is to be sent besides.")
    }

    /// The contact that is meant has ended.
    static func ended(_ id: [UInt8], isCancel: Bool, _ standing: String?, as ids: [String]) -> Violation {
        let other = ids.isEmpty ? "" : " It is written \(list(ids)) there."
        return Violation(
            .field(.id), .ended, value: id,
            message: "Its contact has ended before, and nothing is sent to it any more.\(other)\(words(standing))",
            hint: isCancel
                ? "Nothing is left to be cancelled; take the record out."
                : "Send the record as a new one, with the action add, if it is to be sent again.")
    }

    /// A cancel means those whose id differs from its own only in writing.
    static func otherWriting(_ id: [UInt8], _ ids: [String], count: Int) -> Violation {
        let others = list(ids)
        let who =
            switch count {
            case 0: "a record above differs only in writing, and is not sent."
            case 1: "\(others.isEmpty ? "one" : others) differs only in writing: that contact is cancelled."
            default:
                "\(count) contacts " + (others.isEmpty ? "" : "(\(others)\(count > ids.count ? " …" : "")) ")
                    + "differ only in writing: all of them are cancelled."
            }
        return Violation(
            .field(.id), .otherWriting, value: id, message: "Nobody has this id as it is written; \(who)",
            hint: "Write ids as in the file that brought the contacts; in a spreadsheet load their column as text.")
    }

    private static func whose(_ ids: [String]) -> String {
        ids.isEmpty ? "Its" : "Nobody has this id as it is written; \(list(ids)) differs only in writing, and its"
    }

    private static func words(_ standing: String?) -> String { standing.map { " It is \($0)." } ?? "" }

    /// “`07` and `007`”.
    private static func list(_ ids: [String]) -> String {
        var seen: Set<String> = []
        return ids.filter { seen.insert($0).inserted }.map { "`\($0)`" }.joined(separator: " and ")
    }
}
