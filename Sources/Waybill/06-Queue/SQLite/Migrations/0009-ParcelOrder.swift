extension Migrations {
    /// Indexes for the order in which parcels leave, and for when messages that a rate counts left, so neither reads
    /// other rows.
    static let parcelOrder = Migration(
        version: 9,
        sql: """
            CREATE INDEX parcel_waiting ON parcel(priority, due, id, campaign, batch, channel)
              WHERE status = \(ParcelStatus.waiting.rawValue);
            CREATE INDEX parcel_left ON parcel(campaign, left_at, status, count) WHERE left_at <> 0;
            CREATE INDEX parcel_carried ON parcel(transport, left_at, status, count) WHERE left_at <> 0;
            """)
}
