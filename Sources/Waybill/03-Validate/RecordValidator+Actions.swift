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
    static func nobodyWaits(under id: [UInt8], isCancel: Bool) -> Violation {
        Violation(
            .field(.id), .unknown, value: id,
            message: "No contact of the campaign waits under this id: none came, all were sent, or all have ended.",
            hint: isCancel
                ? "Correct the id, if somebody waits under another one."
                : "Correct the id, or send the record as a new one, with the action add, even if the first was sent.")
    }

    /// The message of the contact that is meant has left.
    static func underWay(_ id: [UInt8], isCancel: Bool) -> Violation {
        Violation(
            .field(.id), .underWay, value: id,
            message: isCancel
                ? "Its message has left and cannot be taken back; nothing more is sent."
                : "Its message has left and cannot be changed; this record is not sent.",
            hint: isCancel
                ? "Ask whoever carries the message, if it has to be stopped."
                : "Send the record as a new one, with the action add, if it is to be sent besides.")
    }
}
