/// Every statement that the SQLite store runs, and the tables they run on.
///
/// Times are milliseconds since the epoch (UTC). A segment's id is `batch << 18 | number`, so that the rows of one
/// batch lie together and in record order, and a contact's place is arithmetic from its reference.
enum StoreSQL {
    /// Raised with every change of the tables; a store of another version is refused, not guessed at.
    static let version = 6

    static let schema = """
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
          ack TEXT                           -- the acknowledgement, as far as it is known
        );
        CREATE INDEX batch_sha256 ON batch(sha256);
        CREATE INDEX batch_unpublished ON batch(published) WHERE published = 0;
        CREATE INDEX batch_campaign ON batch(campaign, id);
        CREATE INDEX batch_claimed ON batch(id) WHERE status = 0;
        CREATE INDEX batch_open ON batch(id) WHERE open > 0;
        CREATE TABLE batch_state (
          batch INTEGER NOT NULL, state INTEGER NOT NULL, count INTEGER NOT NULL,
          PRIMARY KEY (batch, state)
        ) WITHOUT ROWID;
        CREATE TABLE segment (
          id INTEGER PRIMARY KEY, first_record INTEGER NOT NULL, last_record INTEGER NOT NULL,
          count INTEGER NOT NULL, data BLOB NOT NULL,
          place INTEGER, size INTEGER        -- where it stands in the batch's SegmentFile, data being empty then
        );
        CREATE TABLE contact_state (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE refusal (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE recipient (
          id INTEGER PRIMARY KEY, first_key INTEGER NOT NULL, last_key INTEGER NOT NULL, data BLOB NOT NULL
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
          contacts BLOB NOT NULL
        );
        CREATE INDEX parcel_due ON parcel(status, due, priority, campaign, batch);
        CREATE INDEX parcel_batch ON parcel(batch, left_at);
        CREATE TABLE receipt (
          id INTEGER PRIMARY KEY,
          batch INTEGER NOT NULL, record INTEGER NOT NULL, step TEXT NOT NULL, attempt INTEGER NOT NULL,
          event TEXT NOT NULL, at INTEGER NOT NULL, received_at INTEGER NOT NULL,
          code TEXT NOT NULL, detail TEXT NOT NULL, late INTEGER NOT NULL, source INTEGER NOT NULL
        );
        CREATE INDEX receipt_contact ON receipt(batch, record);
        CREATE TABLE suppression (
          key INTEGER PRIMARY KEY,           -- RecipientKey
          kind TEXT NOT NULL, state INTEGER NOT NULL, reason TEXT NOT NULL, source INTEGER NOT NULL, at INTEGER NOT NULL
        );
        CREATE TABLE quota (
          campaign TEXT NOT NULL, day TEXT NOT NULL, stratum TEXT NOT NULL, used INTEGER NOT NULL,
          PRIMARY KEY (campaign, day, stratum)
        ) WITHOUT ROWID;
        CREATE TABLE paused (campaign TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE day (
          campaign TEXT NOT NULL, day TEXT NOT NULL, closed_at INTEGER NOT NULL, PRIMARY KEY (campaign, day)
        ) WITHOUT ROWID;
        CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        CREATE TABLE setting (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        \(laterTables)
        \(upgradeFrom2)
        \(upgradeFrom4)
        \(upgradeFrom5)
        """

    // MARK: The ledger

    static let lastBatchOfDay = "SELECT max(id) FROM batch WHERE id >= :low AND id < :high"
    static let insertBatch = """
        INSERT INTO batch (id, token, kind, status, name, folder, size, claimed_at)
        VALUES (:id, :token, :kind, :status, :name, :folder, :size, :claimed)
        """
    private static let batchColumns = """
        id, token, kind, status, published, name, folder, campaign, size, sha256, priority, config, claimed_at,
        visible_at, progress, accepted, rejected, duplicates, mended, segments, open, changed_at, schema, ack
        """
    static let batchByID = "SELECT \(batchColumns) FROM batch WHERE id = :id"
    static let batchByToken = "SELECT \(batchColumns) FROM batch WHERE token = :token"
    static let unpublishedBatches = "SELECT \(batchColumns) FROM batch WHERE published = 0 ORDER BY id"
    static let batchesOfCampaign = """
        SELECT \(batchColumns) FROM batch WHERE campaign = :campaign AND kind = 0 AND status <> 0 ORDER BY id
        """
    /// What a day's report lists: came in on it, changed on it, or still open.
    static let batchesOfDay = """
        SELECT \(batchColumns) FROM batch WHERE campaign = :campaign AND kind = 0 AND status <> 0
          AND visible_at < :end AND (visible_at >= :start OR changed_at >= :start OR open > 0) ORDER BY id
        """
    /// What a drop may be the mended part of: the latest batches of its campaign that had rejects.
    static let mendableBatches = """
        SELECT id, rejected, schema FROM batch WHERE campaign = :campaign AND kind = 0 AND status = 1 AND rejected > 0
          AND mended < rejected ORDER BY id DESC LIMIT :limit
        """
    /// Batches that corrected another, by that member of their acknowledgement: quotes within texts have a backslash, so
    /// nothing else reads like it.
    static let corrections = """
        SELECT \(batchColumns) FROM batch WHERE campaign = :campaign AND id > :id AND kind = 0 AND status = 1
          AND instr(ack, :corrects) > 0 ORDER BY id LIMIT :limit
        """
    static let openBatches = """
        SELECT \(batchColumns) FROM batch INDEXED BY batch_open WHERE open > 0 ORDER BY id LIMIT :limit
        """
    static let totalsOfCampaigns = """
        SELECT campaign, sum(accepted + rejected + duplicates), sum(rejected), sum(duplicates) FROM batch
        WHERE kind = 0 AND status IN (1, 2) AND campaign <> '' GROUP BY campaign ORDER BY campaign
        """
    static let statesOfCampaigns = """
        SELECT batch.campaign, state, sum(count) FROM batch_state JOIN batch ON batch.id = batch_state.batch
        GROUP BY batch.campaign, state
        """
    /// A batch from before version 6 has no `content`: what was compressed then is known by its compressed bytes.
    static let firstWithIdentity = """
        SELECT id FROM batch WHERE (sha256 IN (:sha, :content) OR content IN (:sha, :content)) AND campaign = :campaign
          AND status = 1 AND kind = 0 AND id <> :except ORDER BY id LIMIT 1
        """
    static let firstWithContent = """
        SELECT id FROM batch WHERE sha256 = :sha AND status = 1 AND kind = :kind AND id <> :except ORDER BY id LIMIT 1
        """
    static let sizeSeen = "SELECT 1 FROM batch WHERE size = :size AND status = 1 AND id <> :except LIMIT 1"
    static let campaignsWithBatches = """
        SELECT campaign, min(visible_at) FROM batch WHERE kind = 0 AND status <> 0 AND campaign <> ''
        GROUP BY campaign ORDER BY campaign
        """
    static let finishBatch = """
        UPDATE batch SET status = :status, campaign = :campaign, sha256 = :sha, content = :content, priority = :priority, config = :config,
          visible_at = :visible, changed_at = :visible, accepted = :accepted, rejected = :rejected,
          duplicates = :duplicates, segments = :segments, open = :open, schema = :schema, ack = :ack
        WHERE id = :id
        """
    static let setAcknowledgement = "UPDATE batch SET ack = :ack WHERE id = :id"
    static let markPublished = "UPDATE batch SET published = 1 WHERE id = :id"
    static let setProgress = "UPDATE batch SET progress = :progress WHERE id = :id"
    /// A drop that mends some records may bring new ones too.
    static let addMended =
        "UPDATE batch SET mended = min(rejected, mended + :count), changed_at = :at WHERE id = :id"
    static let forgetBatch = "DELETE FROM batch WHERE id = :id"
    static let removableBatches = """
        SELECT id FROM batch WHERE kind = 0 AND status IN (1, 2) AND open = 0 AND changed_at < :before AND segments > 0
        """
    static let forgetSegments = "UPDATE batch SET segments = 0 WHERE id = :batch"
    static let removeReceipts = "DELETE FROM receipt WHERE batch = :batch"
    static let addStates = """
        INSERT INTO batch_state (batch, state, count) VALUES (:batch, :state, :count)
        ON CONFLICT (batch, state) DO UPDATE SET count = count + excluded.count
        """
    static let addOpen = "UPDATE batch SET open = open + :open, changed_at = max(changed_at, :at) WHERE id = :id"
    static let statesOfBatch = "SELECT state, count FROM batch_state WHERE batch = :batch AND count <> 0 ORDER BY state"
    static let segmentRows = [
        "DELETE FROM segment WHERE id >= :low AND id < :high",
        "DELETE FROM contact_state WHERE id >= :low AND id < :high",
        "DELETE FROM refusal WHERE id >= :low AND id < :high",
        "DELETE FROM recipient WHERE id >= :low AND id < :high",
    ]
    static let hiddenParcels = "DELETE FROM parcel WHERE batch = :batch"
    static let hiddenStates = "DELETE FROM batch_state WHERE batch = :batch"

    // MARK: Segments and contacts

    static let insertSegment = """
        INSERT INTO segment (id, first_record, last_record, count, data, place, size)
        VALUES (:id, :first, :last, :count, :data, :place, :size)
        """
    static let insertRefusals = "INSERT INTO refusal (id, data) VALUES (:id, :data)"
    static let insertRecipients =
        "INSERT INTO recipient (id, first_key, last_key, data) VALUES (:id, :first, :last, :data)"
    static let segmentsOfBatch = "SELECT id, data, place, size FROM segment WHERE id >= :low AND id < :high ORDER BY id"
    static let segmentOfRecord = """
        SELECT id, data, place, size FROM segment
        WHERE id >= :low AND id < :high AND last_record >= :record
          AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.id = :batch AND status = \(BatchStatus.claimed.rawValue))
        ORDER BY id LIMIT 1
        """
    static let segmentByID = "SELECT id, data, place, size FROM segment WHERE id = :id"
    static let hasSegments = "SELECT 1 FROM segment WHERE id >= :low AND id < :high LIMIT 1"
    static let contactStates = "SELECT data FROM contact_state WHERE id = :id"
    static let putContactStates = """
        INSERT INTO contact_state (id, data) VALUES (:id, :data) ON CONFLICT (id) DO UPDATE SET data = excluded.data
        """
    static let refusalsOfBatch = "SELECT data FROM refusal WHERE id >= :low AND id < :high ORDER BY id"
    static let recipientRuns = """
        SELECT id, data FROM recipient WHERE id >= :low AND id < :high AND first_key <= :key AND last_key >= :key
        """
    static let recipientRunsOfBatch =
        "SELECT first_key, last_key, data FROM recipient WHERE id >= :low AND id < :high ORDER BY id"
    /// Of batches that can be seen.
    static let recipientRunsEverywhere = """
        SELECT id, data FROM recipient WHERE first_key <= :key AND last_key >= :key
        AND EXISTS (SELECT 1 FROM batch WHERE batch.id = recipient.id >> 18 AND status <> 0)
        """

    // MARK: Parcels

    static let insertParcel = """
        INSERT INTO parcel (batch, campaign, step, channel, zone, priority, due, status, count, config, hold, reason, contacts)
        VALUES (:batch, :campaign, :step, :channel, :zone, :priority, :due, :status, :count, :config, :hold, :reason, :contacts)
        """
    private static let parcelColumns = """
        id, batch, campaign, step, channel, zone, priority, due, status, count, left_at, transport, config, hold, reason, contacts, ticket
        """
    /// Parcels of a batch that is still being read count with its last commit: no row of theirs is touched again for that.
    private static let isVisible = "batch NOT IN (SELECT id FROM batch WHERE status = 0)"
    static let dueParcels = """
        SELECT id FROM parcel WHERE status = 1 AND due <= :now AND \(isVisible)
          AND campaign NOT IN (SELECT campaign FROM paused)
          AND instr(:excepted, char(30) || campaign || char(31) || channel || char(30)) = 0
        ORDER BY priority DESC, due, id LIMIT :limit
        """
    static let parcelByID = "SELECT \(parcelColumns) FROM parcel WHERE id = :id"
    static let parcelsLeaving = "SELECT \(parcelColumns) FROM parcel WHERE status = 2 ORDER BY id"
    static let parcelsAwaiting =
        "SELECT \(parcelColumns) FROM parcel WHERE status = 3 AND due <= :now ORDER BY due, id LIMIT :limit"
    /// The parcel of the highest number stays, so that no number is given twice: files and departures are known by it.
    static let removeParcels = "DELETE FROM parcel WHERE batch = :batch AND id < (SELECT max(id) FROM parcel)"
    static let nextPaced = """
        SELECT min(due) FROM parcel WHERE status = 1 AND due <= :before AND hold = \(HoldReason.Kind.rate.rawValue) AND \(isVisible)
          AND campaign NOT IN (SELECT campaign FROM paused)
        """
    static let nextParcel = """
        SELECT min(due) FROM parcel WHERE status = 1 AND \(isVisible) AND campaign NOT IN (SELECT campaign FROM paused)
        """
    static let nextResult = "SELECT min(due) FROM parcel WHERE status = 3"
    static let markLeaving = """
        UPDATE parcel SET status = 2, transport = :transport, ticket = :ticket, left_at = :at, hold = 0, reason = '' WHERE id = :id
        """
    static let markLeft =
        "UPDATE parcel SET status = :status, due = :due, count = :count, contacts = :contacts WHERE id = :id"
    static let setParcelContacts = "UPDATE parcel SET contacts = :contacts WHERE id = :id"
    static let closeParcel = "UPDATE parcel SET status = 4 WHERE id = :id"
    static let delayParcel = "UPDATE parcel SET due = :due, hold = :hold, reason = :reason WHERE id = :id"
    static let delayDueParcels = """
        UPDATE parcel SET due = :due, hold = :hold, reason = :reason WHERE status = 1 AND due <= :now AND campaign = :campaign
          AND (:channel = '' OR channel = :channel)
        """
    /// What never comes due by itself, or waits for a cap or a rate.
    static let wakeHeld = """
        UPDATE parcel SET due = :now WHERE status = 1 AND due > :now AND campaign = :campaign AND config <> :config
          AND (due >= :never OR hold IN (\(HoldReason.Kind.cap.rawValue), \(HoldReason.Kind.rate.rawValue)))
        """
    static let departures = """
        SELECT left_at, count FROM parcel WHERE status >= 2 AND left_at > :after AND left_at <= :now
          AND (:campaign = '' OR campaign = :campaign) AND (:transport = '' OR transport = :transport)
        """
    static let parcelsOfBatch = "SELECT \(parcelColumns) FROM parcel WHERE batch = :batch ORDER BY id"
    static let parcelsLeftBetween = """
        SELECT \(parcelColumns) FROM parcel WHERE batch = :batch AND left_at >= :from AND left_at < :to AND status >= 3
        ORDER BY left_at, id
        """
    static let undecidedBatches = "SELECT DISTINCT batch FROM parcel WHERE status = 5 AND \(isVisible) ORDER BY batch"
    static let undecidedParcels = "SELECT contacts FROM parcel WHERE status = 5 AND batch = :batch ORDER BY id"
    static let setUndecidedReason =
        "UPDATE parcel SET hold = :hold, reason = :reason WHERE status = 5 AND batch = :batch"
    /// Their contacts sit elsewhere now, or nowhere.
    static let closeUndecided =
        "UPDATE parcel SET status = 4, count = 0, contacts = x'' WHERE status = 5 AND batch = :batch"
    static let holdings = """
        SELECT campaign, hold, sum(count), min(due), min(reason), max(reason) FROM parcel
        WHERE (status IN (1, 5) OR status = 2 AND hold <> 0) AND \(isVisible)
        GROUP BY campaign, hold, CASE WHEN hold IN (\(HoldReason.Kind.toldOneByOne)) THEN reason ELSE '' END
        ORDER BY campaign, sum(count) DESC, hold, min(reason)
        """
    static let parcelsOpenOfCampaign = """
        SELECT id FROM parcel WHERE campaign = :campaign AND (:batch = 0 OR batch = :batch)
          AND (status IN (1, 5) OR (status IN (2, 3) AND :inFlight)) AND \(isVisible) ORDER BY id
        """

    // MARK: Receipts, suppression, days

    static let insertReceipt = """
        INSERT INTO receipt (batch, record, step, attempt, event, at, received_at, code, detail, late, source)
        VALUES (:batch, :record, :step, :attempt, :event, :at, :received, :code, :detail, :late, :source)
        """
    private static let receiptColumns = "record, step, attempt, event, at, received_at, code, detail, late"
    static let receiptsOfContact = """
        SELECT \(receiptColumns) FROM receipt WHERE batch = :batch AND record = :record ORDER BY id
        """
    static let receiptsOfBatch = "SELECT \(receiptColumns) FROM receipt WHERE batch = :batch ORDER BY record, id"
    static let suppress = """
        INSERT INTO suppression (key, kind, state, reason, source, at)
        VALUES (:key, :kind, \(ContactState.suppressed.rawValue), :reason, :source, :at) ON CONFLICT (key) DO NOTHING
        """
    static let liftStop = "DELETE FROM suppression WHERE key = :key"
    static let stopOf = "SELECT 1 FROM suppression WHERE key = :key"
    static let list = """
        INSERT INTO listing (key, campaign, channel, kind, reason, source, expires)
        VALUES (:key, :campaign, :channel, :kind, :reason, :source, :expires)
        ON CONFLICT (key, campaign, channel) DO UPDATE
          SET reason = excluded.reason, source = excluded.source, expires = excluded.expires
          WHERE expires <> 0 AND (excluded.expires = 0 OR excluded.expires > expires)
        """
    static let takeOffList = """
        DELETE FROM listing WHERE key = :key AND (:campaign = '' OR campaign = :campaign)
          AND (:channel = '' OR channel = :channel)
        """
    static let removeExpiredListings = "DELETE FROM listing WHERE expires > 0 AND expires <= :now"
    static let wideListings = """
        SELECT key, kind, reason, campaign, channel FROM listing
        WHERE kind >= 4 AND (expires = 0 OR expires > :now) ORDER BY key, channel, campaign
        """
    /// In no order, and sorted by who reads it: SQLite would make two sorters for it, which takes ten times as long as finding that there is nothing.
    static let suppressionsOf = """
        SELECT 0, reason, '', '', 0, source FROM suppression WHERE key = :key
        UNION ALL
        SELECT 1, reason, campaign, channel, expires, source FROM listing
        WHERE key = :key AND (expires = 0 OR expires > :now)
        """
    static let countOfSuppressions = "SELECT (SELECT count(*) FROM listing) + (SELECT count(*) FROM suppression)"
    static let allSuppressions = """
        SELECT key, kind FROM listing UNION ALL SELECT key, CASE kind WHEN 'email' THEN 2 ELSE 1 END FROM suppression
        """
    static let noteSuppressionChange = """
        INSERT INTO suppression_change (at, source, change, kind, campaign, channel, reason, expires, keys)
        VALUES (:at, :source, :change, :kind, :campaign, :channel, :reason, :expires, :keys)
        """
    static let suppressionChanges = """
        SELECT at, source, change, campaign, channel, reason, expires, keys FROM suppression_change ORDER BY id
        """
    static let listingTotals = """
        SELECT kind, campaign, channel, reason, count(*), max(expires), sum(expires = 0) FROM listing
        WHERE expires = 0 OR expires > :now GROUP BY kind, campaign, channel, reason ORDER BY kind, campaign, channel, reason
        """
    static let stopTotals = "SELECT kind, reason, count(*) FROM suppression GROUP BY kind, reason ORDER BY kind, reason"
    static let noteDeparture = """
        INSERT INTO departure (parcel, at, channel, campaign, keys) VALUES (:parcel, :at, :channel, :campaign, :keys)
        ON CONFLICT DO NOTHING
        """
    static let forgetDeparture = "DELETE FROM departure WHERE parcel = :parcel"
    static let noteResponses =
        "INSERT INTO response (at, channel, campaign, keys) VALUES (:at, :channel, :campaign, :keys)"
    static let departuresAfter = "SELECT at, channel, campaign, keys FROM departure WHERE at > :after"
    static let responsesAfter = "SELECT at, channel, campaign, keys FROM response WHERE at > :after"
    static let forgetDepartures = "DELETE FROM departure WHERE at < :before"
    static let forgetResponses = "DELETE FROM response WHERE at < :before"
    static let quotaUsed = "SELECT stratum, used FROM quota WHERE campaign = :campaign AND day = :day"
    static let setQuota = """
        INSERT INTO quota (campaign, day, stratum, used) VALUES (:campaign, :day, :stratum, :used)
        ON CONFLICT (campaign, day, stratum) DO UPDATE SET used = excluded.used
        """
    static let pause = "INSERT INTO paused (campaign, at) VALUES (:campaign, :at) ON CONFLICT DO NOTHING"
    static let resume = "DELETE FROM paused WHERE campaign = :campaign"
    static let pausedCampaigns = "SELECT campaign FROM paused ORDER BY campaign"
    static let lastClosedDay = "SELECT max(day) FROM day WHERE campaign = :campaign"
    static let closeDay =
        "INSERT INTO day (campaign, day, closed_at) VALUES (:campaign, :day, :at) ON CONFLICT DO NOTHING"
    static let closedDay = "SELECT 1 FROM day WHERE campaign = :campaign AND day = :day"
    static let names = "SELECT id, text FROM name"
    static let insertName = "INSERT INTO name (text) VALUES (:text)"
    static let getSetting = "SELECT value FROM setting WHERE key = :key"
    static let removeSetting = "DELETE FROM setting WHERE key = :key"
    static let putSetting = """
        INSERT INTO setting (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """
}
