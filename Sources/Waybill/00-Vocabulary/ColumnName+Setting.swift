extension Campaign.ColumnName {
    /// `"Handy": "phone1"`, as the configuration writes it.
    package var setting: String {
        "\(Self.quoted(sender)): \(Self.quoted(column))"
    }

    /// A text as the configuration writes it.
    static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONText.append(visible: text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
