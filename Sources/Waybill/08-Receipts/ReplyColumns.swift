/// Reads replies by the names of their columns: `from`, `to`, `text`, `at` (contract §9), and what providers call them
/// (`ColumnNames`). A reference or an account beside them says whose a stop is of which `from` tells nobody.
///
/// Names are compared without case, spaces, `_` and `-`; other columns are passed over.
package struct ReplyColumns: Hashable, Sendable {
    private let from: Int
    private let to: Int?
    private let text: Int
    private let at: Int?
    /// Where one of our references may stand.
    private let references: [Int]
    private let account: Int?

    /// - Parameter names: the header of a CSV file, or the keys of JSON objects seen so far.
    package init(names: [String]) throws(UnusableReceipts) {
        let columns = NamedColumns(names)
        let from = columns.position(among: ColumnNames.sender)
        guard let from, let text = columns.position(among: ColumnNames.text) else {
            let missing = from == nil ? "from" : "text"
            throw UnusableReceipts(
                description: "The replies have no column \"\(missing)\"; name it in the first line, as in "
                    + "from,to,text,at.")
        }
        self.from = from
        self.text = text
        to = columns.position(of: "to")
        at = columns.position(among: ColumnNames.moment)
        references = columns.positions(among: ["reference"] + ColumnNames.Nested.reference + ColumnNames.givenBack)
        account = columns.position(among: ColumnNames.account)
    }

    /// What became of the columns.
    package func outcomes(_ names: [String]) -> [Campaign.ColumnName] {
        NamedColumns.outcomes(of: names) { position in
            switch position {
            case from: "from"
            case text: "text"
            case to: "to"
            case at: "at"
            case account: "account number"
            case _ where references.contains(position): "reference"
            case _: nil
            }
        }
    }

    package func read(_ values: [ArraySlice<UInt8>]) -> ReceiptReading<ReplyRow> {
        var problems: [ReceiptProblem] = []
        let atText = NamedColumns.value(at: at, in: values)
        let time = NamedColumns.moment(atText)
        if time == nil, !atText.isEmpty { problems.append(.date(atText)) }
        let sender = NamedColumns.value(at: from, in: values)
        if sender.isEmpty {
            problems.append(
                ReceiptProblem(
                    code: .fromMissing, value: [], message: "The reply does not say who wrote it.",
                    hint: "Fill \"from\" with the number or e-mail address that the message came from."))
        }
        var row = ReplyRow(
            from: Array(sender), to: Array(NamedColumns.value(at: to, in: values)),
            text: Array(NamedColumns.value(at: text, in: values)), at: time,
            firstAt: NamedColumns.firstMoment(atText), lastAt: NamedColumns.lastMoment(atText))
        row.reference =
            references.lazy.compactMap {
                let text = NamedColumns.value(at: $0, in: values)
                return Reference(utf8: text) ?? Reference(token: text)
            }.first
        row.account = Array(NamedColumns.value(at: account, in: values))
        return ReceiptReading(row: row, problems: problems)
    }
}
