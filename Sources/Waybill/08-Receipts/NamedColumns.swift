/// Where the columns of a receipt file stand, by name: compared folded.
///
/// The first of two columns with one name counts. Values lose spaces and tabs around them.
struct NamedColumns: Hashable, Sendable {
    private let positions: [FoldedName: Int]

    init(_ names: [String]) {
        positions = Dictionary(
            names.enumerated().map { (FoldedName($1), $0) }, uniquingKeysWith: { first, _ in first })
    }

    func position(of name: String) -> Int? { positions[FoldedName(name)] }

    /// Of the first of these names that a column has.
    func position(among names: [String]) -> Int? { names.lazy.compactMap { position(of: $0) }.first }

    /// The value of a column, empty when the record ends before it or there is no such column.
    static func value(at position: Int?, in values: [ArraySlice<UInt8>]) -> ArraySlice<UInt8> {
        guard let position, position < values.count else { return [] }
        let value = values[position]
        guard let first = value.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }),
            let last = value.lastIndex(where: { $0 != 0x20 && $0 != 0x09 })
        else { return [] }
        return value[first...last]
    }
}
