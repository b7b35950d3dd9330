/// Columns that by their names say whether somebody may be contacted, and are kept as attributes: nothing follows from
/// a no in them.
extension Campaign {
    /// Their names. One for which `columns` says what it is was decided by somebody.
    func unreadConsents(in schema: Schema) -> [String] {
        let decided = Set(columns.map { FoldedName($0.sender) })
        return schema.columns.filter { column in
            let name = FoldedName(column.name)
            return column.field == nil && !decided.contains(name)
                && Self.wordsOfConsent.contains { name.text.contains($0) }
        }.map(\.name)
    }

    /// What to do about one.
    package static func advice(unread name: String) -> String {
        let lines = ["consent", "attribute:" + name].map { ColumnName(sender: name, column: $0).setting }
        return "its name is about consent, and it is kept as an attribute: a no in it stops nobody; write columns: "
            + "{\(lines[0])} if it is the consent, or {\(lines[1])} if it says something else"
    }

    /// As they stand in a folded name.
    private static let wordsOfConsent = [
        "consent", "optin", "optout", "optedin", "optedout", "donotcall", "donotcontact", "donotemail", "donottext",
        "donotsms", "dnc", "unsubscribe", "einwilligung", "consentement", "consentimiento", "consenso", "consentimento",
    ]
}
