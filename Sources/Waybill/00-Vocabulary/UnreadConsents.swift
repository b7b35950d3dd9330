/// Columns that by their names say whether somebody may be contacted, and are kept as attributes: nothing follows from
/// what stands in them.
extension Campaign {
    /// Their names. One for which `columns` says what it is was decided by somebody.
    func unreadConsents(in schema: Schema) -> [String] {
        let decided = Set(columns.map { FoldedName($0.sender) })
        return schema.columns.filter { column in
            let name = FoldedName(column.name)
            return column.field == nil && !decided.contains(name)
                && (Self.isOfRefusal(column: column.name) || Self.wordsOfConsent.contains { name.text.contains($0) })
        }.map(\.name)
    }

    /// What to do about one.
    package static func advice(unread name: String) -> String {
        func setting(_ column: String) -> String { ColumnName(sender: name, column: column).setting }
        let other = "columns: {\(setting("attribute:" + name))} if it says something else"
        if isOfRefusal(column: name) {
            return "its name is about people who refuse, and it is kept as an attribute: a yes in it stops nobody; "
                + "have those left out or listed in inbox/_suppress, and write " + other
        }
        return "its name is about consent, and it is kept as an attribute: a no in it stops nobody; write columns: "
            + "{\(setting("consent"))} if it is the consent, or " + other
    }

    /// Whether a yes in a column of this name says that somebody must not be contacted.
    static func isOfRefusal(column name: String) -> Bool {
        let folded = FoldedName(name).text
        return RefusalWords.isOfRefusals(folder: name) || wordsOfRefusal.contains { folded.contains($0) }
    }

    // MARK: - As they stand in a folded name

    private static let wordsOfRefusal = [
        "optout", "optedout", "donot", "dnc", "unsubscribe", "sperre", "gesperrt", "nocall", "nocontact", "nomarketing",
        "noconsent", "nopermission", "widerspruch", "blocked",
    ]

    private static let wordsOfConsent = [
        "consent", "optin", "optedin", "permission", "contactable", "newsletter", "gdpr", "dsgvo", "einwilligung",
        "einverstand", "zustimmung", "erlaubt", "erlaubnis", "consentement", "consentimiento", "consenso",
        "consentimento",
    ]
}
