/// Reads receipts by the names of their columns: `reference`, `address` or `account number`, `event`, `at`, `detail`
/// (contract §9), and what diallers and providers call them (`ColumnNames`).
///
/// Names and events are compared folded; other columns are ignored. A receipt with an unreadable time is still used,
/// and one whose reference is not ours is used by its address: an opt-out must not be lost over such things.
package struct ReceiptColumns: Hashable, Sendable {
    private let reference: Int?
    /// Where a reference may be, though mostly something else is.
    private let givenBack: [Int]
    private let account: Int?
    /// The first that has a value counts.
    private let addresses: [Int]
    /// The same for events, but that a refusal in any of them counts.
    private let events: [Int]
    private let furtherEvents: [Int]
    private let moments: [Int]
    private let details: [Int]
    /// Wherever a provider says why, or by which code.
    private let reasons: [Int]
    /// What it calls a bounce.
    private let bounceKinds: [Int]
    /// Around each event of SparkPost.
    private let wrapper: Int?
    /// Of mails it was judged whose fault a bounce is, from more words than a row has.
    private let isOfMails: Bool
    private let isInUTC: Bool

    /// - Parameter names: the header of a CSV file, or the keys of JSON objects seen so far.
    package init(names: [String]) throws(UnusableReceipts) {
        let columns = NamedColumns(names)
        func all(_ nested: [String], _ names: [String]) -> [Int] {
            columns.positions(among: nested) + (columns.position(among: names).map { [$0] } ?? [])
        }
        reference = columns.position(of: "reference")
        givenBack = columns.positions(among: ColumnNames.Nested.reference + ColumnNames.givenBack)
        account = columns.position(among: ["account number", "account"])
        addresses = columns.positions(among: ColumnNames.Nested.destination + ColumnNames.destination)
        let events = all(ColumnNames.Nested.event, ColumnNames.event)
        self.events = events
        furtherEvents = columns.positions(among: ColumnNames.Nested.event + ColumnNames.event)
            .filter { !events.contains($0) }
        moments = all(ColumnNames.Nested.moment, ColumnNames.moment)
        details = all(ColumnNames.Nested.detail, ColumnNames.detail)
        reasons = columns.positions(among: ColumnNames.Nested.reason + ColumnNames.detail + ColumnNames.codes)
        bounceKinds = columns.positions(among: ColumnNames.Nested.bounceKind + ColumnNames.bounceKind)
        isOfMails = names == MailReceipts.columns
        isInUTC = columns.isInUTC
        wrapper = columns.position(of: ColumnNames.Nested.wrapper)
        if wrapper != nil { return }
        guard reference != nil || !addresses.isEmpty || account != nil || !givenBack.isEmpty else {
            throw UnusableReceipts(
                description:
                    "The receipts have neither a column \"reference\" nor \"address\" nor \"account number\"; name one of them in "
                    + "the first line, as in reference,event,at,detail.")
        }
        guard !events.isEmpty else {
            throw UnusableReceipts(
                description: "The receipts have no column \"event\"; name it in the first line, as in "
                    + "reference,event,at,detail.")
        }
    }

    /// What became of the columns.
    package func outcomes(_ names: [String]) -> [Campaign.ColumnName] {
        NamedColumns.outcomes(of: names) { position in
            switch position {
            case reference: "reference"
            case account: "account number"
            case _ where events.contains(position) || furtherEvents.contains(position): "event"
            case _ where moments.contains(position): "at"
            case _ where details.contains(position) || reasons.contains(position): "detail"
            case _ where addresses.contains(position): "address"
            case _ where givenBack.contains(position): "reference"
            case _: nil
            }
        }
    }

    /// What an object tells of, by the name that its provider gives it.
    enum Kind {
        /// What became of a message of ours, as `sms.delivered`.
        case event
        /// A message that somebody wrote, as `sms.received`.
        case message
        /// It does not say.
        case either
    }

    func kind(_ values: some RecordValues) -> Kind {
        if !NamedColumns.value(at: wrapper, in: values).isEmpty { return .event }
        return switch EventName.isOfArrival(eventText(values)) {
        case nil: .either
        case true?: .message
        case false?: .event
        }
    }

    /// Whether it has an event that a table knows.
    func hasEvent(_ values: some RecordValues) -> Bool {
        EventName.read(eventText(values)).event != nil
    }

    private func eventText(_ values: some RecordValues) -> ArraySlice<UInt8> {
        NamedColumns.value(atAny: events + furtherEvents, in: values)
    }

    package func read(_ values: some RecordValues) -> ReceiptReading<ReceiptRow> {
        var problems: [ReceiptProblem] = []
        let subject = subject(values, &problems)
        let event = event(values, &problems)
        let atText = NamedColumns.value(atAny: moments, in: values)
        let time =
            event?.isRefusal == true
            ? NamedColumns.lastMoment(atText, isUTC: isInUTC) : NamedColumns.moment(atText)
        if time == nil, !atText.isEmpty { problems.append(.date(atText)) }
        // Who refuses without saying who they are is told apart from a row that says nothing.
        guard let event, let subject = subject ?? (event.isRefusal ? .address : nil) else {
            return ReceiptReading(row: nil, problems: problems)
        }
        var row = ReceiptRow(
            subject: subject, address: Array(NamedColumns.value(atAny: addresses, in: values)), event: event, at: time,
            detail: Array(detail(values)))
        if event == .bounced { judge(values, &row) }
        return ReceiptReading(row: row, problems: problems)
    }

    /// The first column that says why: `No Error` and an empty object do not.
    private func detail(_ values: some RecordValues) -> ArraySlice<UInt8> {
        for position in details {
            let value = NamedColumns.value(at: position, in: values)
            if value.isEmpty
                || value.count <= 8 && Self.nothing.contains(String(decoding: value, as: UTF8.self).lowercased())
            {
                continue
            }
            return value
        }
        return []
    }

    private static let nothing: Set<String> = [
        "no error", "no_error", "noerror", "none", "null", "{}", "[]", "0", "000",
    ]

    /// Whose fault a bounce is.
    private func judge(_ values: some RecordValues, _ row: inout ReceiptRow) {
        if isOfMails {
            row.isSoft = BounceCause.isSoft(String(decoding: row.detail, as: UTF8.self))
            return
        }
        func words(_ positions: [Int]) -> [String] {
            positions.map { String(decoding: NamedColumns.value(at: $0, in: values), as: UTF8.self) }
        }
        let event = String(decoding: NamedColumns.value(atAny: events, in: values), as: UTF8.self)
        (row.event, row.isSoft) = BounceCause.told(
            words(events + furtherEvents + reasons).joined(separator: "\n"), as: [event] + words(bounceKinds))
    }

    private func subject(
        _ values: some RecordValues, _ problems: inout [ReceiptProblem]
    ) -> ReceiptRow.Subject? {
        let text = NamedColumns.value(at: reference, in: values)
        if let reference = Reference(utf8: text) ?? Reference(token: text) {
            return .reference(reference)
        }
        let address = NamedColumns.value(atAny: addresses, in: values)
        for position in givenBack where text.isEmpty {
            if let reference = Reference(utf8: NamedColumns.value(at: position, in: values)) {
                return .reference(reference)
            }
        }
        // A contact without an `id` goes to the dialler with its reference in that place.
        let account = NamedColumns.value(at: account, in: values)
        if text.isEmpty, !account.isEmpty {
            return Reference(utf8: account).map { .reference($0) } ?? .account(Array(account))
        }
        if !text.isEmpty {
            problems.append(
                ReceiptProblem(
                    code: .referenceInvalid, value: Array(text),
                    message: "The reference is not one of ours"
                        + (address.isEmpty ? "." : "; the receipt was taken by its address."),
                    hint: "Give back the reference of the message unchanged, such as bcdfgh-20261121-000007-12-text-1.")
            )
        } else if address.isEmpty {
            problems.append(
                ReceiptProblem(
                    code: .referenceMissing, value: [],
                    message: "The receipt says neither which message nor which address it is about.",
                    hint: "Fill \"reference\" with the message's reference, or \"address\" with where it went."))
        }
        return address.isEmpty ? nil : .address
    }

    private func event(_ values: some RecordValues, _ problems: inout [ReceiptProblem]) -> Event? {
        let text = NamedColumns.value(atAny: events, in: values)
        if text.isEmpty {
            problems.append(
                ReceiptProblem(
                    code: .eventMissing, value: [], message: "The receipt does not say what happened.",
                    hint: "Fill \"event\" with one of: \(EventName.list)."))
            return nil
        }
        let reading = EventName.read(text)
        if reading.event?.isRefusal != true, let refusal = refusal(beside: text, values, &problems) { return refusal }
        if reading.isDoubtful { problems.append(Self.doubt(text, reading)) }
        // Who said stop to the provider is told as a failure.
        guard reading.event == .failed || reading.event == .bounced else { return reading.event }
        for position in reasons {
            if let refusal = OptOutDetail.refusal(in: NamedColumns.value(at: position, in: values)) { return refusal }
        }
        return reading.event
    }

    /// What another column says where it refuses: a dialler's result beside what the agent noted.
    private func refusal(
        beside text: ArraySlice<UInt8>, _ values: some RecordValues, _ problems: inout [ReceiptProblem]
    ) -> Event? {
        if events.count + furtherEvents.count == 1 { return nil }
        for position in events + furtherEvents {
            let other = NamedColumns.value(at: position, in: values)
            if other.isEmpty || other == text { continue }
            let reading = EventName.read(other)
            guard let event = reading.event, event.isRefusal else { continue }
            // A short word is more likely something else than misspelt: the state of DC is not DNC.
            if reading.nearest != nil, other.count < 5 { continue }
            if reading.isDoubtful { problems.append(Self.doubt(other, reading)) }
            return event
        }
        return nil
    }

    /// If a word may mean a refusal, that is enough.
    private static func doubt(_ text: ArraySlice<UInt8>, _ reading: EventName.Reading) -> ReceiptProblem {
        let outcome =
            reading.event.map { "; it was taken for \"\($0.rawValue)\"" }
            ?? (reading.isDenied ? "; it neither stops nor starts anything" : "")
        return ReceiptProblem(
            code: .eventUnknown, value: Array(text), message: "There is no such event\(outcome).",
            hint: EventName.hint(reading))
    }
}
