/// The campaign's paths into nested JSON values, as in `columns: { "address.mobile": "phone1" }`.
struct JSONPaths: Sendable {
    struct Path: Sendable {
        /// The path as the campaign writes it, which is also the name of its column.
        let name: String
        /// Nil for an attribute.
        let field: Field?
        /// The names to follow within the value, from the outside in.
        let rest: [FoldedName]
    }

    /// By the name of the record's own key.
    let byHead: [FoldedName: [Path]]
    var isEmpty: Bool { byHead.isEmpty }

    init(_ columns: [Campaign.ColumnName]) {
        var found: [FoldedName: [Path]] = [:]
        for entry in columns {
            let parts = entry.sender.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count > 1, !parts.contains(where: \.isEmpty) else { continue }
            found[FoldedName(String(parts[0])), default: []].append(
                Path(
                    name: entry.sender, field: Field(named: FoldedName(entry.column)),
                    rest: parts.dropFirst().map { FoldedName(String($0)) }))
        }
        byHead = found
    }
}

/// Values within the values of a record.
extension JSONRecordScanner {
    /// Takes the values that the campaign's paths lead to out of a whole, valid nested value at `start`; for one of our
    /// columns, also the value inside a database's wrapper: `{"$oid": "…"}`.
    ///
    /// - Returns: the position of a value whose column already has one; nil if all is well.
    mutating func takeInner(
        _ bytes: JSONBytes, at start: Int, _ column: Int, _ nested: inout FieldSpan, isCopied: inout Bool,
        _ fields: JSONFields
    ) -> Int? {
        for path in keys.paths(into: column) {
            guard let inner = bytes.member(path.rest[...], of: start) else { continue }
            let columns = keys.schema.columns.count
            let target: Int
            do {
                target = try keys.column(of: path)
            } catch {
                if refusal == nil { refusal = error }
                continue
            }
            if target == columns { fields.set(target, .absent) }
            let isOwn = target == column
            if !isOwn, fields.isTaken(target) { return inner }
            var found = FieldSpan.absent
            let sideStart = side.count
            _ = value(bytes, at: inner, depth: 1 + path.rest.count, &found)
            if isOwn {
                nested = found
                isCopied = side.count > sideStart
                continue
            }
            if side.count > sideStart { copiedColumns.append(target) }
            fields.set(target, found)
            // If the outer column is ours, the campaign wants only what its path leads to.
            if keys.isField(column) {
                nested = .absent
                isCopied = false
            }
        }
        if nested.isNested, keys.isField(column), let inner = bytes.wrapped(at: start) {
            let sideStart = side.count
            _ = value(bytes, at: inner, depth: 2, &nested)
            isCopied = side.count > sideStart
        }
        return nil
    }
}

extension JSONBytes {
    /// The position of the member that the names lead to; nil if there is none.
    func member(_ names: ArraySlice<FoldedName>, of start: Int) -> Int? {
        guard let name = names.first else { return start }
        guard self[start] == UInt8(ascii: "{") else { return nil }
        var position = skipWhiteSpace(start + 1)
        while self[position] == UInt8(ascii: "\"") {
            let end = stringEnd(position)
            let inner = skipWhiteSpace(skipWhiteSpace(end) + 1)
            if name == FoldedName(text(ofString: position, end: end)) { return member(names.dropFirst(), of: inner) }
            position = skipWhiteSpace(valueEnd(inner, depth: 1))
            guard self[position] == UInt8(ascii: ",") else { return nil }
            position = skipWhiteSpace(position + 1)
        }
        return nil
    }

    /// The position of the text or number in an object whose only member has a name with `$` in front; nil for any
    /// other value.
    func wrapped(at start: Int) -> Int? {
        guard self[start] == UInt8(ascii: "{") else { return nil }
        let key = skipWhiteSpace(start + 1)
        guard self[key] == UInt8(ascii: "\""), self[key + 1] == UInt8(ascii: "$") else { return nil }
        let inner = skipWhiteSpace(skipWhiteSpace(stringEnd(key)) + 1)
        guard self[inner] != UInt8(ascii: "{"), self[inner] != UInt8(ascii: "["),
            self[skipWhiteSpace(valueEnd(inner, depth: 1))] == UInt8(ascii: "}")
        else { return nil }
        return inner
    }
}
