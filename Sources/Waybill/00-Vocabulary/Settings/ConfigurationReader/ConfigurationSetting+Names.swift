/// Names: of columns, of channels, of folders.
extension ConfigurationSetting {
    /// The name of one of our columns, as it stands in the table of columns.
    func ownColumn() -> String? {
        let labels = Field.allCases.map(\.label)
        guard case .string(let text) = value.content else { return mismatch("the name of one of Waybill's columns") }
        if let label = Self.ownColumn(text) { return label }
        // The sender's column stays an attribute, even if its name is one of ours.
        if text.hasPrefix("attribute:"), text.count > 10 { return text }
        report(
            "unknown column \(JSON5Reader.quoted(text)), "
                + (NearestName.of(text, in: labels).map { "did you mean \"\($0)\"?" }
                    ?? "it can be phone1 … phone5, param1 … param12, \(labels.dropFirst(17).joined(separator: ", "))"))
        return nil
    }

    /// The name of a column, ours or the sender's; a name close to one of ours is a warning.
    func anyColumn() -> String? {
        guard let text = text("the name of a column") else { return nil }
        if let label = Self.ownColumn(text) { return label }
        if let near = NearestName.of(text, in: Field.allCases.map(\.label)) {
            report(
                "\(JSON5Reader.quoted(text)) is taken as a column of the sender's own, did you mean \"\(near)\"?",
                severity: .warning)
        }
        return text
    }

    private static func ownColumn(_ name: String) -> String? { Field(named: FoldedName(name))?.label }

    /// Letters, digits and `_`, 1 to 32: a part of every message's reference.
    static func isStepName(_ name: String) -> Bool {
        (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
            }
    }

    /// Why a campaign, whose name is a folder's name on every file system, cannot have this name; nil if it can.
    static func folderObjection(_ name: String) -> String? {
        if name.hasPrefix("_") || name.hasPrefix(".") {
            return "cannot begin with _ or ., which mark what is no campaign"
        }
        if name.hasSuffix(" ") || name.hasSuffix(".") || name.hasPrefix(" ") {
            return "cannot begin or end with a space, or end with a dot, as some file systems drop them"
        }
        let forbidden = name.unicodeScalars.first { "/\\:*?\"<>|".unicodeScalars.contains($0) }
        if let forbidden { return "cannot contain \(forbidden), as it is the name of a folder" }
        // File systems allow 255 bytes; reports and temporary names add to it.
        if name.utf8.count > 128 { return "is longer than 128 bytes" }
        return nil
    }
}
