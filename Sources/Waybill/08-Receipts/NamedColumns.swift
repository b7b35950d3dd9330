/// Where the columns of a receipt file stand, by name: compared without case, spaces, `_` and `-`.
///
/// The first of two columns with one name counts. Values lose spaces and tabs around them.
struct NamedColumns: Hashable, Sendable {
    private let positions: [String: Int]

    init(_ names: [String]) {
        positions = Dictionary(
            names.enumerated().map { (Self.folded($1), $0) }, uniquingKeysWith: { first, _ in first })
    }

    func position(of name: String) -> Int? { positions[name] }

    /// The value of a column, empty when the record ends before it or there is no such column.
    static func value(at position: Int?, in values: [ArraySlice<UInt8>]) -> ArraySlice<UInt8> {
        guard let position, position < values.count else { return [] }
        let value = values[position]
        guard let first = value.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }),
            let last = value.lastIndex(where: { $0 != 0x20 && $0 != 0x09 })
        else { return [] }
        return value[first...last]
    }

    /// Whether a value is a word that stands there folded, without making a String of it.
    static func isSame(_ value: ArraySlice<UInt8>, folded word: [UInt8]) -> Bool {
        var index = 0
        for byte in value {
            if byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") { continue }
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            guard index < word.count, word[index] == lower else { return false }
            index += 1
        }
        return index == word.count
    }

    static func folded(_ name: String) -> String {
        name.lowercased().filter { !$0.isWhitespace && $0 != "_" && $0 != "-" }
    }
}
