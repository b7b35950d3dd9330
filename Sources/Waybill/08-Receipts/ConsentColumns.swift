/// Reads the records of a drop of consents by the names of their columns: `value` and what it has of `kind`, `channel`,
/// `purpose`, `list`, `action`, `at`, `proof`, `expires` and `by` (contract §3), and what others call them
/// (`ColumnNames`).
package struct ConsentColumns: Hashable, Sendable {
    private let values: [Int]
    private let positions: [String: Int]
    /// How many fields a row has.
    private let named: Int

    private static let names: [(name: String, all: [String])] = [
        ("action", ColumnNames.consentAction), ("kind", ["kind"]), ("channel", ["channel"]), ("purpose", ["purpose"]),
        ("list", ColumnNames.topic), ("at", ColumnNames.consentMoment), ("expires", ["expires"]),
        ("proof", ColumnNames.proof), ("by", ColumnNames.recorder),
    ]

    /// The most bytes kept of a proof and of who recorded it; longer texts are cut.
    private static let mostOfText = 1_024

    package init(names: [String]) throws(UnusableReceipts) {
        let columns = NamedColumns(names)
        let value = columns.position(of: "value").map { [$0] }
        let values = value ?? columns.positions(among: ColumnNames.people).sorted()
        let found = Self.names.compactMap { name, all in columns.position(among: all).map { (name, $0) } }
        let positions = Dictionary(uniqueKeysWithValues: found)
        guard !values.isEmpty, positions["action"] != nil else {
            throw UnusableReceipts(
                description:
                    "The consents have no column \"\(values.isEmpty ? "value" : "action")\"; name it in the first "
                    + "line, as in value,channel,purpose,action,at,proof.")
        }
        self.values = values
        named = (names.lastIndex { !FoldedName($0).text.isEmpty } ?? -1) + 1
        self.positions = positions
    }

    /// What became of the columns.
    func outcomes(_ names: [String]) -> [Campaign.ColumnName] {
        NamedColumns.outcomes(of: names) { position in
            values.contains(position) ? "value" : positions.first { $0.value == position }?.key
        }
    }

    /// What is wrong with how many fields a row has: nobody knows which columns they stand in.
    ///
    /// - Parameter shortRecords: how many they have where all have fewer than the header names.
    func unevenness(_ cells: [ArraySlice<UInt8>], _ shortRecords: Int?) -> Violation? {
        if cells.count < named {
            return cells.count == shortRecords ? nil : .tooFewFields(cells.count, expected: named, orAll: shortRecords)
        }
        let isLonger = cells.indices.dropFirst(named).contains { !NamedColumns.value(at: $0, in: cells).isEmpty }
        return isLonger ? .tooManyFields(cells.count, expected: named, hasHeader: true) : nil
    }

    func read(_ cells: [ArraySlice<UInt8>]) -> ConsentRow {
        func bytes(_ name: String) -> ArraySlice<UInt8> { NamedColumns.value(at: positions[name], in: cells) }
        func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }
        func long(_ name: String) -> String {
            let text = text(name)
            return text.utf8.count > Self.mostOfText ? String(text.prefix(Self.mostOfText / 4)) : text
        }
        return ConsentRow(
            values: values.map { Array(NamedColumns.value(at: $0, in: cells)) }.filter { !$0.isEmpty },
            action: text("action"), kind: text("kind"), channel: text("channel"), purpose: text("purpose"),
            list: text("list"), at: Array(bytes("at")), expires: text("expires"), proof: long("proof"), by: long("by"))
    }
}

/// One record of a drop of consents as it is written; `ConsentRules` says what it comes to.
package struct ConsentRow: Hashable, Sendable {
    /// Numbers, addresses and ids; empty cells are left out.
    var values: [[UInt8]]
    var action = ""
    var kind = ""
    var channel = ""
    var purpose = ""
    var list = ""
    var at: [UInt8] = []
    var expires = ""
    var proof = ""
    var by = ""
}
