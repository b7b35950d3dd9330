extension Migrations {
    /// Who claimed a parcel and until when, what its transport needs to find it again, the kind of its hold reason,
    /// which batch a batch corrects, and the digest by which a compressed drop is recognised when it comes
    /// uncompressed.
    static let claims = Migration(
        version: 5,
        sql: """
            ALTER TABLE parcel ADD COLUMN ticket BLOB;
            ALTER TABLE parcel ADD COLUMN owner TEXT NOT NULL DEFAULT '';
            ALTER TABLE parcel ADD COLUMN lease INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE parcel ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX parcel_claimed ON parcel(owner, lease) WHERE owner <> '';
            ALTER TABLE batch ADD COLUMN corrects INTEGER;
            ALTER TABLE batch ADD COLUMN content BLOB;
            CREATE INDEX batch_content ON batch(content) WHERE content IS NOT NULL;
            UPDATE batch SET corrects = json_extract(ack, '$.corrects') WHERE ack IS NOT NULL;
            \(HoldReason.Kind.fromWordsOfVersion4)
            """)
}
