/// The tables of a new SQLite store. `Migrations` turn an older program's tables into the same.
enum StoreSchema {
    static let sql = """
        CREATE TABLE batch (
          id INTEGER PRIMARY KEY,            -- BatchID.rawValue
          token TEXT NOT NULL UNIQUE,        -- the claim's folder in the inbox
          kind INTEGER NOT NULL,             -- DropPurpose
          status INTEGER NOT NULL,           -- BatchStatus
          published INTEGER NOT NULL DEFAULT 0, -- acknowledgement, notice and archive copy are out
          name TEXT NOT NULL,
          folder TEXT NOT NULL,
          campaign TEXT NOT NULL DEFAULT '',
          size INTEGER NOT NULL DEFAULT 0,
          sha256 BLOB,
          priority INTEGER NOT NULL DEFAULT 5,
          config TEXT NOT NULL DEFAULT '',
          claimed_at INTEGER NOT NULL,
          visible_at INTEGER NOT NULL DEFAULT 0,
          progress INTEGER NOT NULL DEFAULT 0, -- rows of a receipts or replies drop that are applied
          accepted INTEGER NOT NULL DEFAULT 0,
          rejected INTEGER NOT NULL DEFAULT 0,
          duplicates INTEGER NOT NULL DEFAULT 0,
          mended INTEGER NOT NULL DEFAULT 0,
          segments INTEGER NOT NULL DEFAULT 0,
          open INTEGER NOT NULL DEFAULT 0,   -- contacts not in a final state
          changed_at INTEGER NOT NULL DEFAULT 0,
          schema TEXT NOT NULL DEFAULT '[]',
          ack TEXT,                          -- the acknowledgement, as far as it is known
          corrects INTEGER,                  -- the batch whose rejects it brought back
          content BLOB,                      -- SHA-256 of what was compressed in it
          sum INTEGER                        -- row_sum of what does not change once it is finished
        );
        CREATE INDEX batch_content ON batch(content) WHERE content IS NOT NULL;
        CREATE INDEX batch_sha256 ON batch(sha256);
        CREATE INDEX batch_unpublished ON batch(published) WHERE published = 0;
        CREATE INDEX batch_campaign ON batch(campaign, id);
        CREATE INDEX batch_claimed ON batch(id) WHERE status = \(BatchStatus.claimed.rawValue);
        CREATE INDEX batch_open ON batch(id) WHERE open > 0;
        CREATE TABLE batch_state (
          batch INTEGER NOT NULL, state INTEGER NOT NULL, count INTEGER NOT NULL,
          PRIMARY KEY (batch, state)
        ) WITHOUT ROWID;
        CREATE TABLE segment (
          id INTEGER PRIMARY KEY, first_record INTEGER NOT NULL, last_record INTEGER NOT NULL,
          count INTEGER NOT NULL, data BLOB NOT NULL,
          place INTEGER, size INTEGER,       -- where it stands in the batch's SegmentFile, data being empty then
          crc INTEGER,                       -- CRC-32C of what stands there
          sum INTEGER                        -- row_sum of the row, as in the tables below
        );
        CREATE TABLE contact_state (id INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER);
        CREATE TABLE refusal (id INTEGER PRIMARY KEY, data BLOB NOT NULL, sum INTEGER);
        CREATE TABLE recipient (
          id INTEGER PRIMARY KEY, first_key INTEGER NOT NULL, last_key INTEGER NOT NULL, data BLOB NOT NULL, sum INTEGER
        );
        CREATE TABLE parcel (
          id INTEGER PRIMARY KEY,
          batch INTEGER NOT NULL,
          campaign TEXT NOT NULL,
          step TEXT NOT NULL,
          channel TEXT NOT NULL,
          zone TEXT NOT NULL,
          priority INTEGER NOT NULL,
          due INTEGER NOT NULL,              -- waiting: leaves from then; awaiting: its results are due
          status INTEGER NOT NULL,           -- ParcelStatus
          count INTEGER NOT NULL,
          left_at INTEGER NOT NULL DEFAULT 0,
          transport TEXT NOT NULL DEFAULT '',
          config TEXT NOT NULL DEFAULT '',
          reason TEXT NOT NULL DEFAULT '',   -- why it waits: the particulars of hold (HoldReason)
          contacts BLOB NOT NULL,            -- ParcelContact, 8 bytes each
          ticket BLOB,                       -- what its transport needs to find it again
          owner TEXT NOT NULL DEFAULT '',    -- who has it claimed; empty: nobody
          lease INTEGER NOT NULL DEFAULT 0,  -- until when
          hold INTEGER NOT NULL DEFAULT 0,   -- the kind of what holds it
          sum INTEGER                        -- ParcelSQL.sum
        );
        CREATE INDEX parcel_due ON parcel(status, due, priority, campaign, batch, hold, reason, count);
        CREATE INDEX parcel_batch ON parcel(batch, left_at);
        CREATE INDEX parcel_claimed ON parcel(owner, lease) WHERE owner <> '';
        CREATE INDEX parcel_waiting ON parcel(priority, due, id, campaign, batch, channel)
          WHERE status = \(ParcelStatus.waiting.rawValue);
        CREATE INDEX parcel_left ON parcel(campaign, left_at, status, count) WHERE left_at <> 0;
        CREATE INDEX parcel_carried ON parcel(transport, left_at, status, count) WHERE left_at <> 0;
        CREATE TABLE receipt_page (
          id INTEGER PRIMARY KEY,            -- in the order in which they came
          place INTEGER NOT NULL,            -- ReceiptPage.Place
          first INTEGER NOT NULL, last INTEGER NOT NULL, -- records
          data BLOB NOT NULL,                -- ReceiptPage
          sum INTEGER                        -- row_sum
        );
        CREATE INDEX receipt_page_place ON receipt_page(place, first, last);
        CREATE TABLE suppression (
          key INTEGER PRIMARY KEY,           -- RecipientKey
          kind TEXT NOT NULL, state INTEGER NOT NULL, reason TEXT NOT NULL, source INTEGER NOT NULL, at INTEGER NOT NULL
        );
        CREATE TABLE lifted (                -- who wants to hear from us again
          key INTEGER PRIMARY KEY,           -- RecipientKey
          before INTEGER NOT NULL            -- a stop of an earlier moment does not count
        );
        CREATE TABLE quota (
          campaign TEXT NOT NULL, day TEXT NOT NULL, stratum TEXT NOT NULL, used INTEGER NOT NULL,
          PRIMARY KEY (campaign, day, stratum)
        ) WITHOUT ROWID;
        CREATE TABLE paused (campaign TEXT PRIMARY KEY, at INTEGER NOT NULL, sum INTEGER) WITHOUT ROWID;
        CREATE TABLE day (
          campaign TEXT NOT NULL, day TEXT NOT NULL, closed_at INTEGER NOT NULL, PRIMARY KEY (campaign, day)
        ) WITHOUT ROWID;
        CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, sum INTEGER);
        CREATE TABLE setting (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL, sum INTEGER); -- values may be large
        CREATE TABLE departure (
          parcel INTEGER PRIMARY KEY, at INTEGER NOT NULL, channel TEXT NOT NULL,
          keys BLOB NOT NULL,                -- KeyBytes of the addresses
          campaign TEXT NOT NULL DEFAULT ''
        );
        CREATE TABLE response (
          id INTEGER PRIMARY KEY, at INTEGER NOT NULL, channel TEXT NOT NULL, campaign TEXT NOT NULL,
          keys BLOB NOT NULL
        );
        CREATE TABLE listing (               -- do-not-contact lists; what a person said stands in suppression
          key INTEGER NOT NULL,              -- RecipientKey
          campaign TEXT NOT NULL, channel TEXT NOT NULL, -- empty for all
          list TEXT NOT NULL,                -- of lists.named; empty for none
          kind INTEGER NOT NULL,             -- Listing.Kind
          reason TEXT NOT NULL,
          source INTEGER NOT NULL,           -- the batch of the list; of a named one the last that has it
          expires INTEGER NOT NULL,          -- 0: without end
          PRIMARY KEY (key, campaign, channel, list)
        ) WITHOUT ROWID;
        CREATE INDEX listing_wide ON listing(kind) WHERE kind >= \(Listing.Kind.domain.rawValue);
        CREATE INDEX listing_expires ON listing(expires) WHERE expires > 0;
        CREATE TABLE audit (                 -- what was asked for: only added to
          id INTEGER PRIMARY KEY,            -- from 1, without gaps
          at INTEGER NOT NULL,
          kind TEXT NOT NULL,                -- AuditKind
          subject TEXT NOT NULL,             -- a campaign, batch or inbox
          source INTEGER NOT NULL,           -- the batch that asked for it; 0: a command
          record INTEGER NOT NULL,           -- its record; 0: all of it
          content TEXT NOT NULL,             -- a JSON object, by kind
          keys BLOB NOT NULL,                -- KeyBytes of whom it is about
          hash BLOB NOT NULL                 -- AuditChain
        );
        CREATE TABLE consent (               -- what people agreed to and took back; with its proof in the chain
          key INTEGER NOT NULL,              -- RecipientKey
          action INTEGER NOT NULL,           -- ConsentEntry.Action
          channel TEXT NOT NULL, purpose TEXT NOT NULL, list TEXT NOT NULL, -- empty for all
          at INTEGER NOT NULL,               -- when it was said
          expires INTEGER NOT NULL,          -- 0: without end
          kind INTEGER NOT NULL,             -- Listing.Kind
          source INTEGER NOT NULL,           -- the batch that said so
          record INTEGER NOT NULL,
          sum INTEGER,                       -- row_sum
          PRIMARY KEY (key, action, channel, purpose, list, at, expires)
        ) WITHOUT ROWID;
        CREATE INDEX audit_relied ON audit(subject) WHERE kind = '\(AuditKind.consentRelied.rawValue)';
        """
}
