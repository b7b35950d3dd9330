extension RecordValidator {
    /// Checks that a record's raw bytes and its unescaped fields are UTF-8 without control characters.
    mutating func checkForm(of record: RecordSpan, in chunk: Chunk, text: Span<UInt8>) {
        let raw = Int(record.start)..<Int(record.end)
        var fault = FormFaults()
        fault.examine(text, raw)
        for position in 0..<Int(record.fieldCount) {
            let span = chunk.fields[Int(record.firstField) + position]
            if span.offset >= chunk.rawEnd { fault.examine(text, span.offset..<span.end) }
        }
        if let place = fault.invalid {
            violations.append(
                .invalidEncoding(
                    chunk.text[place...], at: raw.contains(place) ? place - raw.lowerBound : nil,
                    column: columnName(at: place, record, chunk), encoding: chunk.encoding))
        }
        if let place = fault.control {
            violations.append(.controlCharacter(text[place], column: columnName(at: place, record, chunk)))
        }
    }

    /// The positions of a record's first faults in the chunk's text.
    private struct FormFaults {
        var invalid: Int?
        var control: Int?

        mutating func examine(_ text: Span<UInt8>, _ range: Range<Int>) {
            let bytes = text.extracting(range)
            let census = TextForm.census(bytes)
            if invalid == nil, census.contains(.nonASCII), !TextForm.isUTF8(bytes),
                let place = TextForm.firstInvalidByte(in: bytes)
            {
                invalid = range.lowerBound + place
            }
            if control == nil, census.contains(.control), let place = TextForm.firstControl(in: bytes) {
                control = range.lowerBound + place
            }
        }
    }

    /// The sender's name of the column that contains a byte of the text; nil for a byte between fields.
    private func columnName(at place: Int, _ record: RecordSpan, _ chunk: Chunk) -> String? {
        for position in 0..<min(Int(record.fieldCount), chunk.schema.columns.count) {
            let span = chunk.fields[Int(record.firstField) + position]
            if place >= span.offset, place < span.end { return chunk.schema.columns[position].name }
        }
        return nil
    }

    func checkLength(
        _ value: Span<UInt8>, of field: Field, most: Int, _ column: String, _ whole: Range<Int>, _ text: Span<UInt8>
    ) -> Violation? {
        guard TextForm.exceeds(most, value) else { return nil }
        return .tooLong(
            field, Self.shown(text, whole), scalars: TextForm.scalars(in: value), most: most, column: column)
    }

    func checkEmail(_ value: Span<UInt8>, _ whole: Range<Int>, _ text: Span<UInt8>) -> Violation? {
        guard let fault = EmailAddress.fault(of: value) else { return nil }
        return Violation(
            .field(.email), fault.problem, value: Self.shown(text, whole), message: fault.message, hint: fault.hint)
    }

    mutating func checkCountry(
        _ value: Span<UInt8>, _ column: String, _ whole: Range<Int>, _ text: Span<UInt8>
    ) -> Violation? {
        if country(value) != nil { return nil }
        return .country(Self.shown(text, whole), isUK: RegionCode(value) == RegionCode("UK"), column: column)
    }

    /// Each name is checked once. A drop has few of them, but it may be hostile, so the memory is bounded.
    mutating func checkZone(
        _ value: Span<UInt8>, _ column: String, _ whole: Range<Int>, _ text: Span<UInt8>
    ) -> Violation? {
        let key = RecipientKey.digest(value, foldingCase: false)
        var isKnown = knownZones[key]
        if isKnown == nil {
            let name = String(decoding: Self.copy(value), as: UTF8.self)
            isKnown = settings.isKnownZone(name)
            if knownZones.count >= 4_096 { knownZones.removeAll(keepingCapacity: true) }
            knownZones[key] = isKnown
        }
        return isKnown == true ? nil : .zone(Self.shown(text, whole), column: column)
    }

    /// The fingerprint of the record just rejected; nil if its values cannot be told apart.
    func fingerprint(of record: RecordSpan, in chunk: Chunk) -> RecordFingerprint? {
        guard record.damage == nil else { return nil }
        var violated: [UInt64] = []
        for violation in violations {
            switch (violation.subject, violation.problem) {
            case (.field(let field), _):
                let key = chunk.schema.position(of: field).map { plan.keys[$0] }
                violated.append(key ?? RecordFingerprint.key(ofName: field.label))
            case (.column(let name, _), _): violated.append(RecordFingerprint.key(ofName: name))
            case (.row, .tooFewFields), (.row, .tooManyFields): return nil
            case (.row, _), (.drop, _): break
            }
        }
        return RecordFingerprint(of: record, in: chunk, keys: plan.keys, violated: violated)
    }

    /// The name of an attribute whose value looks like a phone number, for a record without `phone1`.
    func likelyPhone(of record: RecordSpan, in chunk: Chunk) -> String? {
        for position in 0..<min(Int(record.fieldCount), chunk.schema.columns.count) {
            let column = chunk.schema.columns[position]
            if column.field != nil || column.name.isEmpty { continue }
            let value = chunk.value(chunk.fields[Int(record.firstField) + position])
            if CSVCandidate.looksLikePhone(value), value.count(where: { $0 &- 0x30 < 10 }) >= 7 { return column.name }
        }
        return nil
    }

    /// The digit for a priority in words, as mail programs write them.
    static func priority(_ value: Span<UInt8>) -> UInt8? {
        guard value.count >= 3, value.count <= 6 else { return nil }
        let word = priorities.first { word in
            word.letters.count == value.count
                && word.letters.indices.allSatisfy { value[$0] | 0x20 == word.letters[$0] }
        }
        return word?.digit
    }

    private static let priorities: [(letters: [UInt8], digit: UInt8)] = [
        (Array("normal".utf8), 0x35), (Array("low".utf8), 0x31), (Array("high".utf8), 0x39),
    ]

    /// ISO 8601 is accepted beside the campaign's own form, unless the two could be confused.
    func isISODate(_ value: Span<UInt8>) -> Bool {
        settings.campaign.dates?.beginsWithYear != true && ISO8601Date.isWellFormed(value)
    }

    func dateFault(_ field: Field, _ value: Span<UInt8>, _ whole: Range<Int>, _ text: Span<UInt8>) -> Violation {
        .date(
            field, Self.shown(text, whole), campaign: settings.campaign.dates,
            forms: DateGuess.forms(of: String(decoding: Self.copy(value), as: UTF8.self)))
    }

    /// Reads a consent column: each word is read once per drop, a date each time. The memory of words is bounded.
    mutating func checkConsent(
        _ value: Span<UInt8>, _ range: Range<Int>, _ position: Int, _ whole: Range<Int>, _ chunk: Chunk
    ) -> Violation? {
        if let moment = settings.campaign.dates?.moment(value) {
            if moment.earliest.isDatabasesNone { return .noDate(.consent, Self.shown(chunk.text.span, whole)) }
            guard let now = settings.now, moment.earliest > now else { return nil }
            return .consentToCome(Self.shown(chunk.text.span, whole))
        }
        if value[0] &- 0x30 < 10, value.count >= 10, isISODate(value) {
            // Without an offset, the date is read in the zone whose clock is furthest ahead.
            guard let given = Timestamp(iso8601: chunk.text[range], offsetSecondsIfMissing: 14 * 3_600) else {
                return nil
            }
            if given.isDatabasesNone { return .noDate(.consent, Self.shown(chunk.text.span, whole)) }
            guard let now = settings.now, given > now else { return nil }
            return .consentToCome(Self.shown(chunk.text.span, whole))
        }
        let key = RecipientKey.digest(value, foldingCase: false)
        var meaning = knownConsents[key]
        if meaning == nil {
            meaning = settings.campaign.consentWords.meaning(of: String(decoding: Self.copy(value), as: UTF8.self))
            if knownConsents.count >= 4_096 { knownConsents.removeAll(keepingCapacity: true) }
            knownConsents[key] = meaning
        }
        switch meaning {
        case .yes: return nil
        case .no: return .consentRefused(Self.shown(chunk.text.span, whole))
        case .doubtful:
            return .consentDoubtful(Self.shown(chunk.text.span, whole), campaign: settings.campaign.name)
        case .other, nil:
            switch settings.campaign.consentWords.other {
            case .evidence: return nil
            case .refuse:
                return .consentUnknown(
                    Self.shown(chunk.text.span, whole), column: chunk.schema.columns[position].name,
                    campaign: settings.campaign.name)
            }
        }
    }

    /// A sender's value for a violation: bytes that are not UTF-8 become U+FFFD.
    static func shown(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        Array(String(decoding: copy(text, range), as: UTF8.self).utf8)
    }

    static func copy(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8] { copy(text.extracting(range)) }

    static func copy(_ bytes: Span<UInt8>) -> [UInt8] {
        // Safe: the buffer is copied within its bounds and does not leave the closure.
        unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
