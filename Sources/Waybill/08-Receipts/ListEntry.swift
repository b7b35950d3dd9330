/// One entry of a do-not-contact list as it is written (contract §9); `ListingRules` says what it asks for.
package struct ListEntry: Hashable, Sendable {
    /// `add` or `remove`, `a` or `d`, in lower case; empty for an entry that is added.
    package var action = ""
    /// In lower case. An entry that names none has that of its value.
    package var kind: String
    package var value: [UInt8]
    /// What stands in further columns for numbers and addresses.
    package var others: [[UInt8]] = []
    /// What else stands there: a number of some plan or an address in it is listed, too.
    package var strays: [[UInt8]] = []
    /// In which columns.
    package var strayColumns: [Int] = []
    /// Whether it is told that one was.
    package var tellsStrays = false
    /// Whether its row is damaged: nobody knows which column a value stands in.
    package var isSalvaged = false
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
        self.kind = kind.isEmpty ? Self.kind(of: value) : kind.lowercased()
    }

    /// Puts a value beside the one there is, or in its place where that is empty.
    mutating func add(_ other: ArraySlice<UInt8>) {
        if !value.isEmpty { return others.append(Array(other)) }
        self = ListEntry(other, kind: kind == Self.kind(of: value) ? "" : kind)
    }

    /// What the action says; an unknown action is neither.
    var isAdded: Bool { action.isEmpty || action == "add" || action == "a" }
    var isRemoved: Bool { action == "remove" || action == "d" }

    /// Of a value that says it by itself.
    static func kind(of value: some Collection<UInt8>) -> String {
        value.contains(UInt8(ascii: "@")) ? "email" : "phone"
    }
}
