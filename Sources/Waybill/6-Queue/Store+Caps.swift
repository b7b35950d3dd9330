import SystemIO

/// Who was contacted when, and who responded, for the caps of policies: a row for each parcel that left, with the keys of whom it
/// went to, and one for the responses that were taken together.
///
/// A row for each contact would make a random page dirty for each, some 12 KB of writing; this is 8 bytes. Verdicts are
/// found in memory (`RecentContacts`), which a start fills from here.
extension Store {
    /// Notes that a parcel's contacts leave; the same parcel again changes nothing.
    package func noteDeparture(
        of keys: [UInt64], parcel: ParcelID, channel: String, campaign: String, at moment: Timestamp
    ) throws {
        let insert = try database.statement(StoreSQL.noteDeparture)
        try insert.bind(":parcel", Int64(parcel.rawValue))
        try insert.bind(":at", moment.milliseconds)
        try insert.bind(":channel", channel)
        try insert.bind(":campaign", campaign)
        try insert.run(withBlob: KeyBytes.of(keys), at: ":keys")
    }

    /// Notes who responded to a campaign's messages over a channel.
    package func noteResponses(of keys: [UInt64], channel: String, campaign: String, at moment: Timestamp) throws {
        let insert = try database.statement(StoreSQL.noteResponses)
        try insert.bind(":at", moment.milliseconds)
        try insert.bind(":channel", channel)
        try insert.bind(":campaign", campaign)
        try insert.run(withBlob: KeyBytes.of(keys), at: ":keys")
    }

    /// All contacts and responses after a moment.
    package func recentContacts(after moment: Timestamp) throws -> RecentContacts {
        let recent = RecentContacts()
        let select = try database.prepare(StoreSQL.contactsAfter)
        try select.bind(":after", moment.milliseconds)
        while try select.step() {
            let counted: Policy.Counted = select.int(1) == 0 ? .contacts : .responses
            let row = try database.statement(counted == .contacts ? StoreSQL.departureByID : StoreSQL.responseByID)
            defer { row.reset() }
            try row.bind(":id", select.int64(2))
            guard try row.step() else { continue }
            let lane = recent.place(
                of: RecentContacts.Lane(channel: row.text(0), campaign: row.text(1), counted: counted))
            let at = Timestamp(milliseconds: select.int64(0))
            KeyBytes.forEach(in: row.blob(2)) { recent.note($0, in: lane, at: at) }
        }
        return recent
    }

    /// Forgets contacts and responses that no cap looks back to any more.
    package func forgetContacts(before moment: Timestamp) throws {
        for sql in [StoreSQL.forgetDepartures, StoreSQL.forgetResponses] {
            let delete = try database.statement(sql)
            try delete.bind(":before", moment.milliseconds)
            try delete.run()
        }
    }
}
