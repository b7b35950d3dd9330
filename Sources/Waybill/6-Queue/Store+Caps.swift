import SystemIO

/// Who was contacted when, for the caps of policies: a row for each parcel that left, with the keys of its addresses.
///
/// A row for each contact would make a random page dirty for each, some 12 KB of writing; this is 8 bytes. Reading
/// goes through all parcels of the caps' span, once for each parcel that is to leave.
extension Store {
    /// Notes that a parcel's contacts leave; the same parcel again changes nothing.
    package func noteDeparture(of keys: [UInt64], parcel: ParcelID, channel: String, at moment: Timestamp) throws {
        let insert = try database.statement(StoreSQL.noteDeparture)
        try insert.bind(":parcel", Int64(parcel.rawValue))
        try insert.bind(":at", moment.milliseconds)
        try insert.bind(":channel", channel)
        try insert.run(withBlob: KeyBytes.of(keys), at: ":keys")
    }

    /// The contacts of some recipients after a moment, by all campaigns; who has none is not there.
    package func contacts(of keys: Set<UInt64>, after moment: Timestamp) throws -> [UInt64: [ContactCaps.Contact]] {
        // Keys are mixed well, so that one bit of 65,536 tells nearly all of the others apart.
        var bits = [UInt64](repeating: 0, count: 1_024)
        for key in keys { bits[Int(key >> 6 & 1_023)] |= 1 << (key & 63) }
        let select = try database.statement(StoreSQL.departuresAfter)
        defer { select.reset() }
        try select.bind(":after", moment.milliseconds)
        var found: [UInt64: [ContactCaps.Contact]] = [:]
        while try select.step() {
            let contact = ContactCaps.Contact(at: Timestamp(milliseconds: select.int64(0)), channel: select.text(1))
            let marks = bits.span
            KeyBytes.forEach(in: select.blob(2)) { key in
                if marks[Int(key >> 6 & 1_023)] >> (key & 63) & 1 == 1, keys.contains(key) {
                    found[key, default: []].append(contact)
                }
            }
        }
        return found
    }

    /// Forgets departures that no cap looks back to any more.
    package func forgetDepartures(before moment: Timestamp) throws {
        let delete = try database.statement(StoreSQL.forgetDepartures)
        try delete.bind(":before", moment.milliseconds)
        try delete.run()
    }
}
