/// Who may be suppressed, in memory: a no is certain, a yes must be looked up. So a list of ten million entries costs
/// an intake little: 16 bits per entry, and one in a thousand of all others is looked up in vain.
package struct SuppressionFilter {
    private var keys: RecipientFilter
    private var hasKind = [false, false, false]
    /// More entries than this make the answers vague; then a new filter is needed.
    private let capacity: Int
    private(set) var count = 0

    init(count: Int) {
        capacity = max(10_000, count + count / 8)
        keys = RecipientFilter(bytes: capacity * 2)
    }

    var isFull: Bool { count > capacity }
    package var isEmpty: Bool { count == 0 }

    /// Wide listings (`domain`, `prefix`) are kept elsewhere; here they only make the filter not empty.
    mutating func insert(_ key: UInt64, _ kind: Listing.Kind) {
        count += 1
        guard kind.rawValue <= Listing.Kind.id.rawValue else { return }
        keys.insert(key)
        hasKind[kind.rawValue - 1] = true
    }

    mutating func touch(_ keys: Span<UInt64>) { self.keys.touch(keys) }

    @inline(__always)
    package func mayContain(_ key: UInt64) -> Bool { keys.mayContain(key) }

    /// The columns by which a person may be in the filter.
    func columns(of schema: Schema) -> [(position: Int, field: Field)] {
        var fields: [Field] = hasKind[0] ? Field.phones : []
        if hasKind[1] { fields.append(.email) }
        if hasKind[2] { fields.append(.id) }
        return fields.compactMap { field in schema.position(of: field).map { ($0, field) } }
    }
}
