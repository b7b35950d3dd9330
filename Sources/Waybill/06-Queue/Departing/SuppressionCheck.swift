/// Decides which people a campaign must not contact over a channel. Made for one part of a drop or one parcel, and not
/// kept, since lists change.
package struct SuppressionCheck {
    package struct Found {
        /// Whether the person said so; otherwise a list does.
        package let isOwnWill: Bool
        package let reason: String
        package let scope: Listing.Scope
    }

    private let store: any Store
    private let schema: Schema
    private let sort: MessageSort
    private let now: Timestamp
    private var filter: SuppressionFilter
    private let wide: WideListings
    private let columns: [(position: Int, field: Field)]
    /// Columns from this one on are never needed.
    let width: Int

    /// - Parameter sort: without a channel while that is undecided: then only entries for all channels count.
    init(_ store: any Store, _ schema: Schema, for sort: MessageSort, at now: Timestamp) throws {
        self.store = store
        self.schema = schema
        self.sort = sort
        self.now = now
        filter = try store.suppressionFilter()
        wide = try store.wideListings(at: now).narrowed(campaign: sort.campaign, channel: sort.channel)
        columns = filter.columns(of: schema)
        // Wide listings find the columns themselves.
        width = wide.isEmpty ? (columns.map(\.position).max() ?? -1) + 1 : schema.columns.count
    }

    /// Whether nobody is suppressed.
    var isIdle: Bool { filter.isEmpty }

    /// Whether `find` may find something for each contact; mostly not. Faster than asking for one at a time, since many
    /// places in memory are read at the same time.
    mutating func mayFind(_ values: ParcelValues) -> [Bool] {
        if isIdle || !wide.isEmpty { return Array(repeating: !isIdle, count: values.count) }
        let (keys, places) = values.keys(of: columns)
        filter.touch(keys.span)
        var mayFind = Array(repeating: false, count: values.count)
        for next in keys.indices where filter.mayContain(keys[next]) { mayFind[Int(places[next])] = true }
        return mayFind
    }

    /// What forbids contact with any of a contact's numbers, its address or its id. Entries for all channels outrank
    /// those for this one.
    func find(_ value: (Int) -> ArraySlice<UInt8>) throws -> Found? {
        var found =
            wide.isEmpty
            ? nil : wide.listing(schema, value).map { Found(isOwnWill: false, reason: $0.reason, scope: $0.scope) }
        for place in columns.indices {
            if let found, found.scope.channel == nil { break }
            let value = value(columns[place].position)
            guard !value.isEmpty, let key = RecipientKeys.key(of: value, field: columns[place].field) else { continue }
            try look(for: key, &found)
            if columns[place].field == .id { try look(for: IDForm.listedKey(value.span), &found) }
        }
        return found
    }

    private func look(for key: UInt64, _ found: inout Found?) throws {
        guard filter.mayContain(key), let own = try store.suppression(of: key, for: sort, at: now) else { return }
        if found == nil || own.scope.channel == nil {
            found = Found(isOwnWill: own.state == .suppressed, reason: own.reason, scope: own.scope)
        }
    }
}

extension Store {
    /// The contacts of a segment that no message of this sort may reach, by index.
    func suppressed(
        in segment: ContactSegment, _ schema: Schema, for sort: MessageSort, at now: Timestamp
    ) throws -> [Int: SuppressionCheck.Found] {
        var check = try SuppressionCheck(self, schema, for: sort, at: now)
        guard !check.isIdle else { return [:] }
        var suppressed: [Int: SuppressionCheck.Found] = [:]
        let values = ParcelValues((0..<segment.count).map { (segment, $0) }, width: check.width)
        for (index, mayBe) in check.mayFind(values).enumerated() where mayBe {
            if let found = try check.find({ values[index, $0] }) { suppressed[index] = found }
        }
        return suppressed
    }
}
