/// One entry of a do-not-contact list as it is written (contract §9); `ListingRules` says what it asks for.
package struct ListEntry: Hashable, Sendable {
    /// `add` or `remove`, in lower case; empty for an entry that is added.
    package var action = ""
    /// In lower case. An entry that names none has that of its value.
    package var kind: String
    package var value: [UInt8]
    /// Empty for all.
    package var campaign = ""
    /// Empty for all.
    package var channel = ""
    package var reason = ""
    package var expires = ""

    /// - Parameters:
    ///   - value: with white space around it or without.
    ///   - kind: empty where the value says it.
    package init(_ value: ArraySlice<UInt8>, kind: String = "") {
        let range = TextForm.trimmed(value.span, 0..<value.count)
        self.value = Array(value.dropFirst(range.lowerBound).prefix(range.count))
        self.kind = kind.isEmpty ? (value.contains(UInt8(ascii: "@")) ? "email" : "phone") : kind.lowercased()
    }
}
