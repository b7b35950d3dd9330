/// The keys by which caps count a contact: that of its address, and those of its values in columns.
///
/// A number or an e-mail address in a column has the same key as an address; other values have keys of the exact text.
struct CapKeys {
    private struct Column {
        let name: String
        let position: Int
        /// Set for one of our columns that has keys of its own kind.
        let field: Field?
        /// The digest of the column's name.
        let digest: UInt64
    }

    /// The columns that the drop has.
    private let columns: [Column]
    /// For each of the caps' subjects: nil for the address, -1 if the drop lacks the column.
    private let places: [Int?]

    /// Columns from this one on are never needed.
    var width: Int { (columns.map(\.position).max() ?? -1) + 1 }

    /// `names` are all columns that any cap counts by; `subjects` are those asked for.
    init(columns names: [String], subjects: [Policy.CapSubject], _ schema: Schema) {
        let columns = names.compactMap { name in
            schema.position(named: name).map { position in
                let field = (Field.phones + [.email]).first { schema.position(of: $0) == position }
                return Column(
                    name: name, position: position, field: field,
                    digest: RecipientKey.digest(Array(name.utf8).span, foldingCase: false))
            }
        }
        self.columns = columns
        places = subjects.map { subject in
            switch subject {
            case .address: nil
            case .column(let name): columns.firstIndex { $0.name == name } ?? -1
            }
        }
    }

    /// All keys, with what each stands for; without those that the contact lacks.
    func all(
        of address: ArraySlice<UInt8>, _ value: (Int) -> ArraySlice<UInt8>
    ) -> [(key: UInt64, subject: Policy.CapSubject?)] {
        var keys: [(key: UInt64, subject: Policy.CapSubject?)] = []
        if let key = RecipientKeys.key(ofAddress: address) { keys.append((key, .address)) }
        for place in columns.indices {
            if let key = key(column: place, value) { keys.append((key, .column(columns[place].name))) }
        }
        return keys
    }

    /// For each subject, the keys of a parcel's contacts; `RecipientKey.none` for a contact without one.
    ///
    /// - Parameter addresses: for each contact the column with its address, -1 for none.
    func all(of values: ParcelValues, addresses: [Int]) -> [[UInt64]] {
        places.map { place in
            guard let place else { return values.addressKeys(in: addresses) }
            guard place >= 0 else { return Array(repeating: RecipientKey.none, count: values.count) }
            return (0..<values.count).map { contact in
                key(column: place) { values[contact, $0] } ?? RecipientKey.none
            }
        }
    }

    private func key(column place: Int, _ value: (Int) -> ArraySlice<UInt8>) -> UInt64? {
        let value = value(columns[place].position)
        if value.isEmpty { return nil }
        if let field = columns[place].field, let key = RecipientKeys.key(of: value, field: field) { return key }
        return RecipientKey.tag(value.span, column: columns[place].digest)
    }
}
