/// The fields of the current record: one slot for each column, and one more for values that belong to none.
///
/// Safe to use although it holds a pointer: it lives only inside `withFields`, and columns come from the schema, which
/// never has more columns than there are slots.
@safe struct JSONFields {
    /// The slot for values without a column. The slots after it are for values whose column is known only at the end of
    /// their record.
    let sink: Int
    private let base: UnsafeMutablePointer<FieldSpan>

    /// Calls `body` with slots for `limit` columns.
    static func withFields<Result, Failure: Error>(
        limit: Int, _ body: (JSONFields) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var places = [FieldSpan](repeating: .absent, count: limit + 1 + JSONKeys.mostOthers)
        // Safe: the pointer outlives neither the array nor the call.
        return try unsafe places.withUnsafeMutableBufferPointer { (buffer) throws(Failure) -> Result in
            let start = buffer.baseAddress!
            return try body(unsafe JSONFields(sink: limit, base: start))
        }
    }

    private init(sink: Int, base: UnsafeMutablePointer<FieldSpan>) {
        self.sink = sink
        unsafe self.base = base
    }

    /// A slot is taken when any bit is set: even `null` has a position.
    @inline(__always)
    func isTaken(_ column: Int) -> Bool { self[column].bits != 0 }

    @inline(__always)
    subscript(_ column: Int) -> FieldSpan {
        assert(column >= 0 && column <= sink + JSONKeys.mostOthers)
        return unsafe base[column]
    }

    @inline(__always)
    func set(_ column: Int, _ span: FieldSpan) {
        assert(column >= 0 && column <= sink + JSONKeys.mostOthers)
        unsafe base[column] = span
    }

    /// Reads members of the usual form from `member` on, whose lead begins at `position`, as far as their values are
    /// plain strings.
    ///
    /// - Returns: the first member that is otherwise, and whether only its value is: `position` is then there, else
    ///   behind the value before it.
    @inline(__always)
    func take(
        _ form: TextShape, of bytes: JSONBytes, _ survey: JSONSurvey, at position: inout Int, from member: Int
    ) -> (member: Int, isAtValue: Bool) {
        assert(form.places <= sink + 1 + JSONKeys.mostOthers && position <= bytes.count)
        return unsafe form.read(bytes.base, survey, at: &position, from: member, into: base)
    }

    /// Frees the first `count` slots.
    @inline(__always)
    func clear(_ count: Int) {
        assert(count <= sink)
        unsafe base.update(repeating: .absent, count: count)
    }

    /// Appends the first `count` slots to `fields`.
    @inline(__always)
    func append(_ count: Int, to fields: inout [FieldSpan]) {
        assert(count <= sink)
        unsafe fields.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }
}
