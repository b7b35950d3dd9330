/// What each version of the tables has more than the one before: a store of any earlier version is brought up to date.
extension StoreSQL {
    /// What version 2 has more than version 1: what lists say in a table of its own, where they hold and until when, and the trail.
    static let laterTables = """
        CREATE TABLE IF NOT EXISTS departure (
          parcel INTEGER PRIMARY KEY, at INTEGER NOT NULL, channel TEXT NOT NULL,
          keys BLOB NOT NULL                 -- KeyBytes of the addresses
        );
        CREATE TABLE listing (               -- do-not-contact lists; what a person said stands in suppression
          key INTEGER NOT NULL,              -- RecipientKey
          campaign TEXT NOT NULL, channel TEXT NOT NULL, -- empty for all
          kind INTEGER NOT NULL,             -- Listing.Kind
          reason TEXT NOT NULL,
          source INTEGER NOT NULL,           -- the batch of the list
          expires INTEGER NOT NULL,          -- 0: without end
          PRIMARY KEY (key, campaign, channel)
        ) WITHOUT ROWID;
        CREATE INDEX listing_wide ON listing(kind) WHERE kind >= 4;
        CREATE INDEX listing_expires ON listing(expires) WHERE expires > 0;
        CREATE TABLE suppression_change (    -- the trail: only added to
          id INTEGER PRIMARY KEY, at INTEGER NOT NULL, source INTEGER NOT NULL, change INTEGER NOT NULL,
          kind INTEGER NOT NULL, campaign TEXT NOT NULL, channel TEXT NOT NULL, reason TEXT NOT NULL,
          expires INTEGER NOT NULL, keys BLOB NOT NULL
        );
        """

    /// Makes a store of version 1 one of version 2. Listings stood in a table of their own, which not all have, and before that
    /// among the suppressions.
    static let upgradeFrom1 = """
        \(laterTables)
        CREATE TABLE IF NOT EXISTS listed (
          key INTEGER PRIMARY KEY, kind TEXT NOT NULL, reason TEXT NOT NULL, source INTEGER NOT NULL, at INTEGER NOT NULL
        );
        INSERT OR IGNORE INTO listed
          SELECT key, kind, reason, source, at FROM suppression WHERE state = \(ContactState.dncListed.rawValue);
        DELETE FROM suppression WHERE state = \(ContactState.dncListed.rawValue);
        INSERT INTO listing (key, campaign, channel, kind, reason, source, expires)
          SELECT key, '', '', CASE kind WHEN 'phone' THEN 1 WHEN 'email' THEN 2 WHEN 'id' THEN 3 WHEN 'domain' THEN 4 ELSE 5 END,
                 reason, source, 0 FROM listed ORDER BY key;
        DROP TABLE listed;
        """

    /// What version 3 has more than version 2: which campaign's contacts count for caps, and who responded.
    static let upgradeFrom2 = """
        ALTER TABLE departure ADD COLUMN campaign TEXT NOT NULL DEFAULT '';
        UPDATE departure SET campaign = coalesce((SELECT campaign FROM parcel WHERE parcel.id = departure.parcel), '');
        CREATE TABLE response (
          id INTEGER PRIMARY KEY, at INTEGER NOT NULL, channel TEXT NOT NULL, campaign TEXT NOT NULL,
          keys BLOB NOT NULL
        );
        """

    /// What version 4 has more than version 3: segments in files of their own.
    static let upgradeFrom3 = """
        ALTER TABLE segment ADD COLUMN place INTEGER;
        ALTER TABLE segment ADD COLUMN size INTEGER;
        """

    /// What version 5 has more than version 4: whose a parcel is and until when, what its transport needs to find it again, the
    /// kind of what holds it, and which batch a batch corrects.
    static let upgradeFrom4 = """
        ALTER TABLE parcel ADD COLUMN ticket BLOB;
        ALTER TABLE parcel ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE parcel ADD COLUMN lease INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE parcel ADD COLUMN hold INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE batch ADD COLUMN corrects INTEGER;
        UPDATE batch SET corrects = json_extract(ack, '$.corrects') WHERE ack IS NOT NULL;
        \(HoldReason.Kind.fromWordsOfVersion4)
        """

    /// What version 6 has more than version 5: what a compressed drop's content is known by when it comes uncompressed.
    static let upgradeFrom5 = """
        ALTER TABLE batch ADD COLUMN content BLOB;
        CREATE INDEX batch_content ON batch(content) WHERE content IS NOT NULL;
        """
}
