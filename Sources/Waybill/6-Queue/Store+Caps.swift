import SystemIO

/// Who was contacted when, for the caps of policies.
extension Store {
    /// Notes that a parcel's contacts leave; the same parcel again changes nothing.
    package func noteContacts(_ keys: [UInt64], parcel: ParcelID, channel: String, at moment: Timestamp) throws {
        let insert = try database.statement(StoreSQL.noteContact)
        for (key, count) in keys.reduce(into: [UInt64: Int](), { $0[$1, default: 0] += 1 }) {
            try insert.bind(":key", Self.signed(key))
            try insert.bind(":at", moment.milliseconds)
            try insert.bind(":parcel", Int64(parcel.rawValue))
            try insert.bind(":channel", channel)
            try insert.bind(":count", count)
            try insert.run()
        }
    }

    /// The contacts of a recipient after a moment, by all campaigns.
    package func contacts(of key: UInt64, after moment: Timestamp) throws -> [ContactCaps.Contact] {
        let select = try database.statement(StoreSQL.contactsOf)
        defer { select.reset() }
        try select.bind(":key", Self.signed(key))
        try select.bind(":after", moment.milliseconds)
        var found: [ContactCaps.Contact] = []
        while try select.step() {
            let contact = ContactCaps.Contact(at: Timestamp(milliseconds: select.int64(0)), channel: select.text(1))
            found += Array(repeating: contact, count: select.int(2))
        }
        return found
    }

    /// Forgets contacts that no cap looks back to any more.
    package func forgetContacts(before moment: Timestamp) throws {
        let delete = try database.statement(StoreSQL.forgetContacts)
        try delete.bind(":before", moment.milliseconds)
        try delete.run()
    }
}
