/// Reads replies by the names of their columns: `from`, `to`, `text`, `at` (contract §9), and what providers call them
/// (`ColumnNames`). A reference or an account beside them says whose a stop is of which `from` tells nobody.
///
/// Names are compared without case, spaces, `_` and `-`; other columns are passed over. Of several that mean the same
/// the first with a value counts, record by record: two gateways may write into one file.
package struct ReplyColumns: Hashable, Sendable {
    private let senders: [Int]
    private let to: [Int]
    private let texts: [Int]
    private let moments: [Int]
    /// Where one of our references may stand.
    private let references: [Int]
    private let account: Int?
    private let isInUTC: Bool

    /// - Parameter names: the header of a CSV file, or the keys of JSON objects seen so far.
    package init(names: [String]) throws(UnusableReceipts) {
        let columns = NamedColumns(names)
        senders = columns.positions(among: ColumnNames.Nested.sender + ColumnNames.sender)
        texts = columns.positions(among: ColumnNames.Nested.text + ColumnNames.text)
        // What a provider posts may be a picture without a word.
        guard !senders.isEmpty, !texts.isEmpty || columns.position(among: ColumnNames.Nested.sender) != nil else {
            let missing = senders.isEmpty ? "from" : "text"
            throw UnusableReceipts(
                description: "The replies have no column \"\(missing)\"; name it in the first line, as in "
                    + "from,to,text,at.")
        }
        to = columns.positions(among: ["data.to"] + ColumnNames.writtenTo)
        moments = columns.positions(among: ColumnNames.Nested.writtenAt + ColumnNames.writtenAt)
        references = columns.positions(among: ["reference"] + ColumnNames.Nested.reference + ColumnNames.givenBack)
        account = columns.position(among: ColumnNames.account)
        isInUTC = columns.isInUTC
    }

    /// What became of the columns.
    package func outcomes(_ names: [String]) -> [Campaign.ColumnName] {
        NamedColumns.outcomes(of: names) { position in
            switch position {
            case _ where to.contains(position): "to"
            case _ where senders.contains(position): "from"
            case _ where texts.contains(position): "text"
            case _ where moments.contains(position): "at"
            case account: "account number"
            case _ where references.contains(position): "reference"
            case _: nil
            }
        }
    }

    func hasText(_ values: some RecordValues) -> Bool { !NamedColumns.value(atAny: texts, in: values).isEmpty }

    package func read(_ values: some RecordValues) -> ReceiptReading<ReplyRow> {
        var problems: [ReceiptProblem] = []
        let atText = NamedColumns.value(atAny: moments, in: values)
        let time = NamedColumns.moment(atText)
        if time == nil, !atText.isEmpty { problems.append(.date(atText)) }
        let sender = NamedColumns.value(atAny: senders, in: values)
        if sender.isEmpty {
            problems.append(
                ReceiptProblem(
                    code: .fromMissing, value: [], message: "The reply does not say who wrote it.",
                    hint: "Fill \"from\" with the number or e-mail address that the message came from."))
        }
        var row = ReplyRow(
            from: Array(sender), to: Array(NamedColumns.value(atAny: to, in: values)),
            text: Array(NamedColumns.value(atAny: texts, in: values)), at: time,
            firstAt: NamedColumns.firstMoment(atText, isUTC: isInUTC),
            lastAt: NamedColumns.lastMoment(atText, isUTC: isInUTC))
        row.reference =
            references.lazy.compactMap {
                let text = NamedColumns.value(at: $0, in: values)
                return Reference(utf8: text) ?? Reference(token: text)
            }.first
        row.isTimeUnknown = time == nil && !atText.isEmpty
        row.account = Array(NamedColumns.value(at: account, in: values))
        return ReceiptReading(row: row, problems: problems)
    }
}
