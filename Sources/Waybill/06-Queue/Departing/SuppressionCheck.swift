/// Whom a campaign must not contact over a channel; made for one part of a drop or one parcel, and not kept, since
/// lists change.
package struct SuppressionCheck {
    package struct Found {
        /// The person said so; else a list does.
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
    /// No column from this one on is looked at.
    let width: Int

    /// - Parameter sort: without a channel where that is not decided: then only what holds for all of them counts.
    init(_ store: any Store, _ schema: Schema, for sort: MessageSort, at now: Timestamp) throws {
        self.store = store
        self.schema = schema
        self.sort = sort
        self.now = now
        filter = try store.suppressionFilter()
        wide = try store.wideListings(at: now).narrowed(campaign: sort.campaign, channel: sort.channel)
        columns = filter.columns(of: schema)
        // Wide listings look for the columns themselves.
        width = wide.isEmpty ? (columns.map(\.position).max() ?? -1) + 1 : schema.columns.count
    }

    /// Nobody is suppressed.
    var isIdle: Bool { filter.isEmpty }

    /// Whether `find` may find something for each contact, mostly not: quicker than to ask it about each, since many
    /// places in memory are read at the same time.
    mutating func mayFind(_ values: ParcelValues) -> [Bool] {
        if isIdle || !wide.isEmpty { return Array(repeating: !isIdle, count: values.count) }
        let (keys, places) = values.keys(of: columns)
        filter.touch(keys.span)
        var mayFind = Array(repeating: false, count: values.count)
        for next in keys.indices where filter.mayContain(keys[next]) { mayFind[Int(places[next])] = true }
        return mayFind
    }

    /// What speaks against any of a contact's numbers, its address or its id, given its values by their columns'
    /// positions. What holds for all channels goes before what holds for this one.
    func find(_ value: (Int) -> ArraySlice<UInt8>) throws -> Found? {
        var found =
            wide.isEmpty
            ? nil : wide.listing(schema, value).map { Found(isOwnWill: false, reason: $0.reason, scope: $0.scope) }
        for place in columns.indices {
            if let found, found.scope.channel == nil { break }
            let value = value(columns[place].position)
            guard !value.isEmpty, let key = RecipientKeys.key(of: value, field: columns[place].field),
                filter.mayContain(key),
                let own = try store.suppression(of: key, for: sort, at: now)
            else { continue }
            if found == nil || own.scope.channel == nil {
                found = Found(isOwnWill: own.state == .suppressed, reason: own.reason, scope: own.scope)
            }
        }
        return found
    }
}

extension Store {
    /// Whom of a segment no message of a sort must go to, by index.
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
