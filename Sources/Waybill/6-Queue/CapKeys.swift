/// The keys by which caps count a contact: that of its address, and those of its values in columns.
struct CapKeys {
    /// Digests of the columns' names, and where each stands in the schema; nil where the drop has no such column.
    private let columns: [(name: String, digest: UInt64, position: Int?)]

    init(columns names: [String], _ schema: Schema) {
        columns = names.map { name in
            (name, RecipientKey.digest(Array(name.utf8).span, foldingCase: false), schema.position(named: name))
        }
    }

    /// All of them, those that the contact does not have left out.
    func all(of address: ArraySlice<UInt8>, _ value: (Int) -> ArraySlice<UInt8>) -> [UInt64] {
        var keys: [UInt64] = []
        if let key = RecipientKeys.key(ofAddress: address) { keys.append(key) }
        for place in columns.indices { if let key = key(column: place, value) { keys.append(key) } }
        return keys
    }

    /// One for each subject, nil where the contact has none.
    func keys(
        for subjects: [Policy.CapSubject], _ address: ArraySlice<UInt8>, _ value: (Int) -> ArraySlice<UInt8>
    ) -> [UInt64?] {
        subjects.map { subject in
            switch subject {
            case .address: RecipientKeys.key(ofAddress: address)
            case .column(let name): columns.firstIndex { $0.name == name }.flatMap { key(column: $0, value) }
            }
        }
    }

    private func key(column place: Int, _ value: (Int) -> ArraySlice<UInt8>) -> UInt64? {
        guard let position = columns[place].position else { return nil }
        let value = value(position)
        return value.isEmpty ? nil : RecipientKey.tag(value.span, column: columns[place].digest)
    }
}
