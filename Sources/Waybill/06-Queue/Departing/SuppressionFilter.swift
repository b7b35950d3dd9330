/// Who may be suppressed, in memory: a no is certain, a yes has to be looked up. So that a list of ten millions costs
/// an intake little: 16 bits for each entry, and of the others one in a thousand is looked up in vain.
package struct SuppressionFilter {
    private var keys: RecipientFilter
    private var hasKind = [false, false, false]
    /// Entries beyond that make the answers vague: then a new filter is due.
    private let capacity: Int
    private(set) var count = 0

    init(count: Int) {
        capacity = max(10_000, count + count / 8)
        keys = RecipientFilter(bytes: capacity * 2)
    }

    var isFull: Bool { count > capacity }
    package var isEmpty: Bool { count == 0 }

    /// Wide ones (`domain`, `prefix`) are kept elsewhere, and only make the filter not empty.
    mutating func insert(_ key: UInt64, _ kind: Listing.Kind) {
        count += 1
        guard kind.rawValue <= Listing.Kind.id.rawValue else { return }
        keys.insert(key)
        hasKind[kind.rawValue - 1] = true
    }

    mutating func touch(_ keys: Span<UInt64>) { self.keys.touch(keys) }

    @inline(__always)
    package func mayContain(_ key: UInt64) -> Bool { keys.mayContain(key) }

    /// The columns by which somebody may be in here.
    func columns(of schema: Schema) -> [(position: Int, field: Field)] {
        var fields: [Field] = hasKind[0] ? Field.phones : []
        if hasKind[1] { fields.append(.email) }
        if hasKind[2] { fields.append(.id) }
        return fields.compactMap { field in schema.position(of: field).map { ($0, field) } }
    }
}
