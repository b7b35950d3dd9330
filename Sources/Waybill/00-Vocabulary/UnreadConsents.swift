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

    /// As they stand in a folded name.
    private static let wordsOfConsent = [
        "consent", "optin", "optout", "optedin", "optedout", "donotcall", "donotcontact", "donotemail", "donottext",
        "donotsms", "dnc", "unsubscribe", "einwilligung", "consentement", "consentimiento", "consenso", "consentimento",
    ]
}
