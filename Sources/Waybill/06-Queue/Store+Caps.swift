import SystemIO

/// Who was contacted when, and who responded, for the caps of policies: a row for each parcel that left, with the keys of whom it
/// went to, and one for the responses that were taken together.
///
/// A row for each contact would make a random page dirty for each, some 12 KB of writing; this is 8 bytes. Verdicts are
/// found in memory (`RecentContacts`), which a start fills from here.
extension Store {
    /// Notes that a parcel's contacts leave; the same parcel again changes nothing.
    package func noteDeparture(
        of keys: [UInt64], parcel: ParcelID, channel: Channel, campaign: String, at moment: Timestamp
    ) throws {
        let insert = try database.statement(StoreSQL.noteDeparture)
        try insert.bind(":parcel", Int64(parcel.rawValue))
        try insert.bind(":at", moment.milliseconds)
        try insert.bind(":channel", channel.name)
        try insert.bind(":campaign", campaign)
        try insert.run(withBlob: KeyBytes.of(keys), at: ":keys")
    }

    /// Forgets that a parcel's contacts left: what is known of them is noted anew.
    package func forgetDeparture(of parcel: ParcelID) throws {
        let delete = try database.statement(StoreSQL.forgetDeparture)
        try delete.bind(":parcel", Int64(parcel.rawValue))
        try delete.run()
    }

    /// Notes who responded to a campaign's messages over a channel.
    package func noteResponses(of keys: [UInt64], channel: Channel, campaign: String, at moment: Timestamp) throws {
        let insert = try database.statement(StoreSQL.noteResponses)
        try insert.bind(":at", moment.milliseconds)
        try insert.bind(":channel", channel.name)
        try insert.bind(":campaign", campaign)
        try insert.run(withBlob: KeyBytes.of(keys), at: ":keys")
    }

    /// All contacts and responses after a moment, as far as caps ask for them.
    package func recentContacts(after moment: Timestamp, caps: [Policy.Cap]) throws -> RecentContacts {
        let recent = RecentContacts(caps: caps)
        for (sql, counted) in [
            (StoreSQL.departuresAfter, Policy.Counted.contacts), (StoreSQL.responsesAfter, .responses),
        ] {
            let select = try database.statement(sql)
            defer { select.reset() }
            try select.bind(":after", moment.milliseconds)
            while try select.step() {
                var keys: [(key: UInt64, subject: Policy.CapSubject?)] = []
                // Which column a key is of is not kept: keys of different columns differ.
                KeyBytes.forEach(in: select.blob(3)) { keys.append(($0, nil)) }
                recent.note(
                    keys, channel: Channel(select.text(1)), campaign: .init(select.text(2)), counted: counted,
                    at: Timestamp(milliseconds: select.int64(0)))
            }
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
