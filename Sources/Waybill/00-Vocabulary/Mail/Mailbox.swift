/// A mailbox with a display name, as mail headers have it: `Clinic <desk@clinic.example>`.
package struct Mailbox: Hashable, Sendable {
    /// The text as written.
    package let text: String
    /// The display name; empty where there is none.
    package let name: String
    package let address: EmailAddress.Travelling

    /// Reads `desk@clinic.example`, `Clinic <desk@clinic.example>` or `"Clinic, Chicago" <desk@clinic.example>`; nil
    /// for anything else, and for an address that only some relays accept.
    package init?(_ text: String) {
        var address = Self.trimmed(text)
        var name = ""
        if address.hasSuffix(">"), let opening = address.lastIndex(of: "<") {
            name = Self.trimmed(address[..<opening])
            address = String(address[address.index(after: opening)...].dropLast())
            if name.count > 1, name.hasPrefix("\""), name.hasSuffix("\"") { name = String(name.dropFirst().dropLast()) }
            guard !name.contains(where: { "<>\"\\".contains($0) }) else { return nil }
        }
        guard let travelling = EmailAddress.Travelling(Array(address.utf8)), travelling.isASCII else { return nil }
        self.text = text
        self.name = name
        self.address = travelling
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        guard let first = text.firstIndex(where: { $0 != " " }), let last = text.lastIndex(where: { $0 != " " }) else {
            return ""
        }
        return String(text[first...last])
    }
}
