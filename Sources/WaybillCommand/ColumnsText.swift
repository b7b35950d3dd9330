import Waybill

/// What became of a file's columns, for a person: `Mobil  → phone1  94 % filled, e.g. +49 151 …`.
struct ColumnsText {
    private let columns: [ColumnTally.Column]
    private let campaign: String

    private static let most = 40

    init(_ columns: [ColumnTally.Column], campaign: String) {
        self.columns = columns
        self.campaign = campaign
    }

    /// One line for each column, and the lines of configuration that would recognise more of them.
    var lines: String {
        let shown = columns.prefix(Self.most)
        let width = min(30, shown.map(\.name.count).max() ?? 0)
        var text = shown.map { column in
            let name = column.name.plain
            let to = column.field?.label ?? (column.isIgnored ? "ignored" : "attribute")
            let example = column.example.isEmpty ? "" : ", e.g. \(Self.example(column).plain)"
            let filled = column.records > 0 && column.filled == 0 ? "empty" : column.share
            return "  \(name.padded(to: width)) → \(to.padded(to: 10)) \(filled)\(example)\n"
        }.joined()
        if columns.count > shown.count { text += "  and \((columns.count - shown.count).grouped) more columns\n" }
        let suggestions = columns.suggestions
        if !suggestions.isEmpty {
            let whose = campaign.isEmpty ? "NAME" : campaign
            for name in suggestions {
                let what = name.column == Field.email.label ? "e-mail addresses" : "phone numbers"
                text += "  \(name.sender.plain) looks like \(what)\n"
            }
            let line = suggestions.map(\.setting).joined(separator: ", ").plain
            text += "  if that is right, set campaigns.\(whose.plain).columns: { \(line) }\n"
        }
        return text
    }

    /// Enough of a value to show what it is; of a number or an address, in whatever column, not enough to show whose.
    private static func example(_ column: ColumnTally.Column) -> String {
        let value = column.example
        if let at = value.lastIndex(of: "@"), at > value.startIndex { return value.prefix(1) + "…" + value[at...] }
        let most = column.field?.isPhone == true || column.isExampleNumber ? 8 : 24
        let start = value.prefix(most)
        return start.endIndex == value.endIndex ? value : start + "…"
    }
}
