/// The keys by which caps count a contact: that of its address, and those of its values in columns.
struct CapKeys {
    private struct Column {
        let position: Int
        /// Of the column's name.
        let digest: UInt64
    }

    /// Those of the columns that the drop has.
    private let columns: [Column]
    /// By the caps' subjects; nil for the address, and -1 where the drop has no such column.
    private let places: [Int?]

    /// `names` are all columns by which any cap counts, `subjects` what is asked for.
    init(columns names: [String], subjects: [Policy.CapSubject], _ schema: Schema) {
        var columns: [Column] = []
        var placesByName: [String: Int] = [:]
        for name in names {
            guard let position = schema.position(named: name) else { continue }
            placesByName[name] = columns.count
            columns.append(
                Column(
                    position: position, digest: RecipientKey.digest(Array(name.utf8).span, foldingCase: false)))
        }
        self.columns = columns
        places = subjects.map { subject in
            switch subject {
            case .address: nil
            case .column(let name): placesByName[name] ?? -1
            }
        }
    }

    /// All of them, those that the contact does not have left out.
    func all(of address: ArraySlice<UInt8>, _ value: (Int) -> ArraySlice<UInt8>) -> [UInt64] {
        var keys: [UInt64] = []
        if let key = RecipientKeys.key(ofAddress: address) { keys.append(key) }
        for place in columns.indices { if let key = key(column: place, value) { keys.append(key) } }
        return keys
    }

    /// The one for a subject by its place, nil where the contact has none.
    func key(
        ofSubject subject: Int, _ address: ArraySlice<UInt8>, _ value: (Int) -> ArraySlice<UInt8>
    ) -> UInt64? {
        guard let place = places[subject] else { return RecipientKeys.key(ofAddress: address) }
        return place < 0 ? nil : key(column: place, value)
    }

    private func key(column place: Int, _ value: (Int) -> ArraySlice<UInt8>) -> UInt64? {
        let value = value(columns[place].position)
        return value.isEmpty ? nil : RecipientKey.tag(value.span, column: columns[place].digest)
    }
}
