extension Migrations {
    /// In which order what waits leaves, and when what a rate counts has left, each found without reading the rest.
    static let parcelOrder = Migration(
        version: 9,
        sql: """
            CREATE INDEX parcel_waiting ON parcel(priority, due, id, campaign, batch, channel)
              WHERE status = \(ParcelStatus.waiting.rawValue);
            CREATE INDEX parcel_left ON parcel(campaign, left_at, status, count) WHERE left_at <> 0;
            CREATE INDEX parcel_carried ON parcel(transport, left_at, status, count) WHERE left_at <> 0;
            """)
}
