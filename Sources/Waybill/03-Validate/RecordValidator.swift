/// Judges the records of one drop, chunk by chunk. What depends on other chunks is left to `DropValidator`, so several
/// validators may share a drop, each on a thread of its own and with its chunks in file order.
///
/// Values are changed in few ways, and each changed value is counted. Outer white space is trimmed, phone numbers lose
/// their punctuation (they are stored in E.164), dates in the campaign's own form become ISO 8601, and priorities in
/// words become digits. Everything else stays, even case and the spelling of countries and zones.
package struct RecordValidator {
    let settings: ValidationSettings
    let judge: NumberJudge
    /// The region for records that name no country.
    let home: RegionCode?
    private(set) var plan: RecordPlan
    /// Nil unless the drop has a header that could occur again.
    private var headers: HeaderAmongRecords?
    private var headerStart = HeaderAmongRecords.Start()

    /// How many values of accepted contacts of this chunk were changed: trimmed, or a phone number's punctuation.
    private var normalised = 0
    /// How many values of a column `state` in this chunk name no subdivision.
    private var unknownStates = 0

    private var looks: FieldLooks

    // Scratch space for the record being judged.
    var violations: [Violation] = []
    var changes: [Change] = []
    /// Whether each field so far is short and begins one byte after the previous one.
    var isAdjacent = true
    var place = RecordPlace()
    var countries = KnownCountries()
    private var phone: E164Number?
    private var email: Range<Int>?
    private var builder = ContactSegment.Builder()
    var knownZones: [UInt64: Bool] = [:]
    var knownStates: [UInt64: Bool] = [:]
    var knownConsents: [UInt64: ConsentWords.Meaning] = [:]

    /// A field whose stored value differs from the sender's text.
    struct Change {
        let position: Int
        /// The part of the text that remains; empty for an ignored column.
        let range: Range<Int>
        /// What is stored instead.
        let written: Written?
        let isCounted: Bool
    }

    enum Written {
        case number(E164Number)
        case date(DateFormat.Moment)
        case digit(UInt8)
    }

    /// `passingOverTables` says whether records after another table's header are judged nevertheless. Without kernels
    /// the verdicts are the same, and come later.
    package init(settings: ValidationSettings, passingOverTables: Bool = false, usesKernels: Bool = true) {
        looks = FieldLooks(format: settings.format, usesKernels: usesKernels)
        self.settings = settings
        home = RegionCode(settings.region)
        judge = NumberJudge(rule: settings.campaign.numbers, defaultRegion: settings.region)
        plan = RecordPlan(campaign: settings.campaign)
        if settings.format.kind.isCSV, settings.format.hasHeader == true {
            headers = HeaderAmongRecords(settings: settings, passingOverTables: passingOverTables)
        }
    }

    /// Judges a chunk by itself: whoever is a duplicate in the drop is still accepted.
    package mutating func judge(_ chunk: Chunk) -> JudgedChunk {
        follow(chunk.schema)
        // A value takes one byte beside its text, and so does the delimiter that it had in the drop.
        builder = ContactSegment.Builder(
            contacts: chunk.records.count, bytes: chunk.text.count + chunk.text.count / 16 + 256)
        (normalised, unknownStates) = (0, 0)
        // If the whole text is valid, each record is: records and fields begin and end between characters.
        var judged = JudgedChunk(isClean: looks.take(chunk))
        judged.keys.reserveCapacity(chunk.records.count)
        judged.checks.reserveCapacity(chunk.records.count)
        judged.places.reserveCapacity(chunk.records.count)
        judgeRecords(of: chunk, &judged)
        var built = ContactSegment.Builder()
        swap(&built, &builder)
        judged.segment = built.build()
        judged.normalised = normalised
        judged.unknownStates = unknownStates
        judged.suspect = headers?.takeSuspect()
        return judged
    }

    private mutating func judgeRecords(of chunk: Chunk, _ judged: inout JudgedChunk) {
        var offsets = RecordOffsets(chunk)
        let text = chunk.text.span
        let fields = chunk.fields.span
        // A local array, so it is not fetched again for every field.
        let columns = plan.columns
        let rules = columns.span
        var isSuspecting = false
        for index in chunk.records.indices {
            let record = chunk.records[index]
            if isSuspecting {
                judged.refusal = headers?.secondTable(before: record, chunk)
                if judged.refusal != nil { return }
                isSuspecting = headers?.isSuspecting == true
            }
            judgeRecord(record, of: chunk, rules, fields, text, isClean: judged.isClean)
            if violations.isEmpty {
                let (key, check) = recipient(of: record, fields, text)
                judged.keys.append(key)
                judged.checks.append(check)
                judged.places.append(index)
                store(record, fields, text)
            } else {
                headers?.suspect(record, chunk)
                isSuspecting = headers?.isSuspecting == true
                var rejection = rejection(of: record, index: index, byte: offsets.offset(of: index), fields, text)
                rejection.fingerprint = fingerprint(of: record, in: chunk)
                judged.rejected.append(rejection)
            }
        }
    }

    /// Prepares for a schema of the same drop, which can only have grown.
    mutating func follow(_ schema: Schema) {
        guard plan.follow(schema), headers != nil else { return }
        headers?.follow(schema)
        headerStart = HeaderAmongRecords.Start(of: schema)
    }

    /// Why the drop is refused at a chunk's first records, if the one before them may be another table's header.
    mutating func secondTable(in chunk: Chunk, after suspect: inout HeaderAmongRecords.Suspect?) -> RefusedDrop? {
        headers?.secondTable(in: chunk, after: &suspect)
    }

    /// The rejection of a record that was accepted by itself, and how many of its values had been changed.
    mutating func duplicate(
        at index: Int, of chunk: Chunk, byte: UInt64, earlier: UInt32, isClean: Bool
    ) -> (rejection: Rejection, changed: Int) {
        let record = chunk.records[index]
        looks.forget()
        let columns = plan.columns
        let (text, fields) = (chunk.text.span, chunk.fields.span)
        // What was found about it was scratch data, so it is found again.
        judgeRecord(record, of: chunk, columns.span, fields, text, isClean: isClean)
        let changed = changes.count { $0.isCounted }
        violations.append(.duplicate(of: earlier, of: recipientField))
        return (rejection(of: record, index: index, byte: byte, fields, text), changed)
    }

    /// Fills `violations` and, if there are none, what storing the contact needs.
    private mutating func judgeRecord(
        _ record: RecordSpan, of chunk: Chunk, _ rules: Span<RecordPlan.ColumnRule>, _ fields: Span<FieldSpan>,
        _ text: Span<UInt8>, isClean: Bool
    ) {
        if !violations.isEmpty { violations.removeAll(keepingCapacity: true) }
        if !changes.isEmpty { changes.removeAll(keepingCapacity: true) }
        isAdjacent = true
        phone = nil
        email = nil
        if let damage = record.damage {
            violations.append(.damage(damage, of: record, in: chunk))
            return
        }
        let count = Int(record.fieldCount)
        if count > 0, headerStart.mayBegin(fields[Int(record.firstField)], text),
            headers?.isAgain(record, chunk) == true
        {
            violations.append(.headerAgain(plan.columns.lazy.compactMap(\.field).first))
            return
        }
        checkCount(count)
        if !isClean { checkForm(of: record, in: chunk, text: text) }
        if !plan.modes.onlyAdd, judgeAction(record, of: chunk, text) { return }
        let first = Int(record.firstField)
        takeCountry(record, fields, text)
        let judged = min(count, rules.count)
        var next = count > 0 ? fields[first].offset : 0
        for start in stride(from: 0, to: judged, by: UInt64.bitWidth) {
            let end = min(start + UInt64.bitWidth, judged)
            var (wanted, isAdjacent) = looks.look(
                at: fields.extracting(first + start..<first + end), rules.extracting(start..<end),
                plan.freeLengths.span.extracting(start..<end), of: record, text, &next)
            if !isAdjacent { self.isAdjacent = false }
            while wanted != 0 {
                let position = start + wanted.trailingZeroBitCount
                wanted &= wanted &- 1
                let span = fields[first + position]
                let column = rules[position]
                if column.rule == .consent, span.isNull {
                    violations.append(.consentRefused(Array("null".utf8)))
                    continue
                }
                if span.length <= column.freeLength,
                    span.length == 0 || !span.isNested && !TextForm.mayHaveOuterSpace(text, span.offset..<span.end)
                {
                    continue
                }
                if !span.isNested, isPlain(span, column, position, text) { continue }
                judgeField(span, column, position, chunk, text)
            }
        }
        if count < plan.requiredFields { judgeRequirements(of: record, in: chunk) }
        for choice in plan.choices where !isTooShort(count) {
            let hasOne = choice.positions.contains { position in
                guard position < count else { return false }
                let span = fields[first + position]
                return !TextForm.trimmed(text, span.offset..<span.end).isEmpty
            }
            if !hasOne { violations.append(.missing(anyOf: choice.requirements)) }
        }
    }

    /// Adds a violation for each required column that the record lacks.
    private mutating func judgeRequirements(of record: RecordSpan, in chunk: Chunk) {
        let count = Int(record.fieldCount)
        for requirement in plan.requirements {
            // Columns that the record has were checked above; a CSV record cut short was already reported.
            if let position = requirement.position, position < count || isTooShort(count) { continue }
            let other = requirement.field == .phone1 ? likelyPhone(of: record, in: chunk) : nil
            violations.append(other.map(Violation.missingPhone) ?? .missing(requirement.field, name: requirement.name))
        }
    }

    /// Whether a number or an address is one of those that nearly all are, which need no words; false leaves it open.
    @inline(__always)
    private mutating func isPlain(
        _ span: FieldSpan, _ column: RecordPlan.ColumnRule, _ position: Int, _ text: Span<UInt8>
    ) -> Bool {
        let whole = span.offset..<span.end
        if column.rule == .phone {
            let value = text.extracting(whole)
            if let plain = judge.plain(value) {
                if column.field == .phone1 { phone = plain }
                return true
            }
            guard let punctuated = judge.punctuated(value) else { return false }
            if column.field == .phone1 { phone = punctuated }
            change(position, to: whole, written: .number(punctuated))
            return true
        }
        guard column.rule == .email, looks.isPlainEmail(text, whole) else { return false }
        email = whole
        return true
    }

    private mutating func judgeField(
        _ span: FieldSpan, _ column: RecordPlan.ColumnRule, _ position: Int, _ chunk: Chunk, _ text: Span<UInt8>
    ) {
        let whole = span.offset..<span.end
        if column.rule == .ignored {
            if !whole.isEmpty { change(position, to: 0..<0, isCounted: false) }
            return
        }
        let range = TextForm.trimmed(text, whole)
        if column.rule == .unnamed {
            if !range.isEmpty { violations.append(.valueWithoutColumn(position, value: Self.shown(text, whole))) }
            if !whole.isEmpty { change(position, to: 0..<0, isCounted: false) }
            return
        }
        if range.isEmpty, column.isRequired {
            violations.append(.missing(column.field, name: chunk.schema.columns[position].name))
        }
        if range.count != whole.count { change(position, to: range) }
        guard !range.isEmpty, let field = column.field else { return }
        if span.kind == .nested {
            violations.append(
                .nested(field, value: Self.shown(text, whole), column: chunk.schema.columns[position].name))
            return
        }
        let value = text.extracting(range)
        let name = chunk.schema.columns[position].name
        let fault: Violation?
        switch column.rule {
        case .phone:
            return judgePhone(
                value, field, position, whole, isTrimmed: range.count != whole.count,
                origin(of: span, column), text)
        case .email:
            fault = checkEmail(value, whole, text)
            if fault == nil { email = range }
        case .id:
            fault = checkLength(value, of: field, most: ValidationSettings.Longest.id, name, whole, text)
        case .parameter:
            fault = checkLength(value, of: field, most: settings.campaign.paramMaxLength, name, whole, text)
        case .message:
            fault = checkLength(value, of: field, most: ValidationSettings.Longest.message, name, whole, text)
        case .country:
            fault = checkCountry(value, name, whole, text)
        case .state:
            if !isKnownState(value) { unknownStates += 1 }
            fault = nil
        case .timezone:
            fault = checkZone(value, name, whole, text)
        case .priority:
            if value.count == 1, value[0] &- 0x30 < 10 { return }
            let digit = Self.priority(value)
            if let digit { rewrite(position, whole, .digit(digit), isTrimmed: range.count != whole.count) }
            fault = digit == nil ? .priority(Self.shown(text, whole), column: name) : nil
        case .date:
            let moment = settings.campaign.dates?.moment(value)
            if let moment { rewrite(position, whole, .date(moment), isTrimmed: range.count != whole.count) }
            fault = moment != nil || isISODate(value) ? nil : dateFault(field, value, whole, text)
        case .consent:
            fault = checkConsent(value, range, position, whole, chunk)
        case .text, .attribute, .ignored, .unnamed:
            fault = nil
        }
        if let fault { violations.append(fault) }
    }

    private mutating func judgePhone(
        _ value: Span<UInt8>, _ field: Field, _ position: Int, _ whole: Range<Int>, isTrimmed: Bool,
        _ origin: NumberJudge.Origin, _ text: Span<UInt8>
    ) {
        let most = ValidationSettings.Longest.phone
        if TextForm.exceeds(most, value) {
            violations.append(
                .tooLong(field, Self.shown(text, whole), scalars: TextForm.scalars(in: value), most: most))
            return
        }
        switch judge(value, origin) {
        case .valid(let found, let changedPunctuation):
            if field == .phone1 { phone = found }
            rewrite(position, whole, .number(found), isTrimmed: isTrimmed, isCounted: changedPunctuation)
        case .invalid(let advice):
            violations.append(.number(field, .invalid, Self.shown(text, whole), advice))
        case .impossibleLength(let advice):
            violations.append(.number(field, .impossibleLength, Self.shown(text, whole), advice))
        case .unknownCountry(let advice):
            violations.append(.number(field, .unknownCountry, Self.shown(text, whole), advice))
        }
    }

    /// What the column name says about a phone number.
    private func origin(of span: FieldSpan, _ column: RecordPlan.ColumnRule) -> NumberJudge.Origin {
        switch span.kind {
        case .msisdn: .msisdn
        case .dialled: place.origin
        case .absent, .text, .number, .boolean, .nested: column.isMSISDN ? .msisdn : place.origin
        }
    }

    mutating func change(
        _ position: Int, to range: Range<Int>, written: Written? = nil, isCounted: Bool = true
    ) {
        changes.append(Change(position: position, range: range, written: written, isCounted: isCounted))
    }

    /// Stores something other than the field's text, which may have been trimmed already.
    private mutating func rewrite(
        _ position: Int, _ whole: Range<Int>, _ written: Written, isTrimmed: Bool, isCounted: Bool = true
    ) {
        if isTrimmed { changes.removeLast() }
        change(position, to: whole, written: written, isCounted: isTrimmed || isCounted)
    }

    /// Stores an accepted contact.
    private mutating func store(_ record: RecordSpan, _ fields: Span<FieldSpan>, _ text: Span<UInt8>) {
        let first = Int(record.firstField)
        let end = first + min(Int(record.fieldCount), plan.columns.count)
        var next = first
        for change in changes {
            store(fields.extracting(next..<first + change.position), text)
            next = first + change.position + 1
            if change.isCounted { normalised += 1 }
            switch change.written {
            case .number(let number): builder.append(writtenBy: { number.append(to: &$0) })
            case .date(let moment): builder.append(writtenBy: { moment.append(to: &$0) })
            case .digit(let digit): builder.append(writtenBy: { $0.append(digit) })
            case nil: builder.append(text.extracting(change.range))
            }
        }
        store(fields.extracting(next..<end), text)
        builder.finish(record: record.number)
    }

    /// Stores fields unchanged.
    private mutating func store(_ fields: Span<FieldSpan>, _ text: Span<UInt8>) {
        if isAdjacent {
            builder.append(adjacent: fields, of: text)
        } else {
            builder.append(fields, of: text, usesKernels: looks.usesKernels)
        }
    }

    private var recipientField: Field { phone != nil ? .phone1 : email != nil ? .email : .id }

    // MARK: Asked of every record: `mutating`, for else the whole validator, 1.7 KB, is copied for each call

    /// Who it is for, and what tells them from others with the same key (`RecipientKey.check`).
    private mutating func recipient(
        of record: RecordSpan, _ fields: Span<FieldSpan>, _ text: Span<UInt8>
    ) -> (key: UInt64, check: UInt32) {
        if let phone { return (RecipientKey.phone(phone), 0) }
        let id = idRange(of: record, fields, text)
        let check = Self.check(email, id, text)
        if let email { return (RecipientKey.email(text.extracting(email)), check) }
        return (id.isEmpty ? RecipientKey.none : RecipientKey.id(text.extracting(id)), check)
    }

    /// The range of the sender's id, trimmed; empty if there is none.
    mutating func idRange(of record: RecordSpan, _ fields: Span<FieldSpan>, _ text: Span<UInt8>) -> Range<Int> {
        guard record.damage == nil, let position = plan.id, position < Int(record.fieldCount) else { return 0..<0 }
        let span = fields[Int(record.firstField) + position]
        return span.kind == .nested ? 0..<0 : TextForm.trimmed(text, span.offset..<span.end)
    }

    private mutating func rejection(
        of record: RecordSpan, index: Int, byte: UInt64, _ fields: Span<FieldSpan>, _ text: Span<UInt8>
    ) -> Rejection {
        var address: [UInt8] = []
        if let phone {
            phone.append(to: &address)
        } else if let email {
            address = EmailAddress.recipient(Self.copy(text, email))
        }
        return Rejection(
            index: index, number: record.number, line: record.line, byte: byte, violations: violations,
            address: address, id: Self.shown(text, idRange(of: record, fields, text)))
    }
}
