/// The SQLite store's statements about batches.
enum LedgerSQL {
    private static let contacts = DropPurpose.contacts.rawValue
    private static let claimed = BatchStatus.claimed.rawValue
    private static let visible = BatchStatus.visible.rawValue
    private static let refused = BatchStatus.refused.rawValue

    /// The last drop that was not one of contacts.
    static let lastWord = "SELECT id, name FROM batch WHERE kind <> \(contacts) ORDER BY id DESC LIMIT 1"
    static let lastBatchOfDay = "SELECT max(id) FROM batch WHERE id >= :low AND id < :high"
    static let insertBatch = """
        INSERT INTO batch (id, token, kind, status, name, folder, size, claimed_at)
        VALUES (:id, :token, :kind, :status, :name, :folder, :size, :claimed)
        """
    private static let batchColumns = """
        id, token, kind, status, published, name, folder, campaign, size, sha256, priority, config, claimed_at,
        visible_at, progress, accepted, rejected, duplicates, mended, segments, open, changed_at, schema, ack,
        sum IS NULL OR sum = \(sum)
        """
    /// Covers the columns that say whose a batch's contacts are and how they are read, which do not change once it is
    /// finished. Wrong counts show up as a report that does not add up, and affect nothing else.
    private static let sum =
        "row_sum(id, kind, name, status, campaign, priority, config, visible_at, schema, ack)"
    static let addSums = "UPDATE batch SET sum = \(sum) WHERE status <> \(claimed)"
    static let damagedBatches = "SELECT id FROM batch WHERE sum <> \(sum) ORDER BY id"
    static let byID = "SELECT \(batchColumns) FROM batch WHERE id = :id"
    private static let entryColumns =
        "id, kind, status, campaign, size, accepted, rejected, duplicates, mended, visible_at"
    static let entry = "SELECT \(entryColumns) FROM batch WHERE id = :id"
    static let everything = "SELECT \(entryColumns) FROM batch WHERE status <> \(claimed) ORDER BY id"
    static let allStates = "SELECT batch, state, count FROM batch_state"
    static let byToken = "SELECT \(batchColumns) FROM batch WHERE token = :token"
    static let unpublishedBatches = "SELECT \(batchColumns) FROM batch WHERE published = 0 ORDER BY id"
    static let batchesAfter = """
        SELECT \(batchColumns) FROM batch WHERE id > :after AND claimed_at <= :until ORDER BY id LIMIT :limit
        """
    static let campaignNames = """
        WITH RECURSIVE found(known) AS (
          SELECT min(campaign) FROM batch WHERE campaign > ''
          UNION ALL SELECT (SELECT min(campaign) FROM batch WHERE campaign > found.known) FROM found WHERE known IS NOT NULL
        ) SELECT known FROM found WHERE known IS NOT NULL
        """
    static let batchesOfCampaign = """
        SELECT \(batchColumns) FROM batch WHERE campaign = :campaign AND id > :id AND kind = \(contacts)
          AND status <> \(claimed) ORDER BY id
        """
    /// The batches in a day's report: those that came in or changed on the day, or are still open.
    static let batchesOfDay = """
        SELECT \(batchColumns) FROM batch WHERE campaign = :campaign AND kind = \(contacts) AND status <> \(claimed)
          AND visible_at < :end AND (visible_at >= :start OR changed_at >= :start OR open > 0) ORDER BY id
        """
    /// A batch whose rejects a drop may bring back.
    static let mendableBatch = "SELECT id, rejected, schema FROM batch WHERE id = :id"
    static let corrections = """
        SELECT \(batchColumns) FROM batch WHERE campaign = :campaign AND id > :id AND kind = \(contacts)
          AND status = \(visible) AND corrects = :id ORDER BY id LIMIT :limit
        """
    static let openBatches = """
        SELECT \(batchColumns) FROM batch INDEXED BY batch_open WHERE open > 0 ORDER BY id LIMIT :limit
        """
    /// Batches from before version 5 have no `content`: a compressed one is recognised by its compressed bytes.
    ///
    /// The plus keeps SQLite from scanning all batches of the campaign.
    static let withIdentity = """
        SELECT id FROM batch WHERE (sha256 IN (:sha, :content) OR content IN (:sha, :content)) AND +campaign = :campaign
          AND status = \(visible) AND kind = \(contacts) AND id <> :except ORDER BY id
        """
    static let firstWithContent = """
        SELECT id FROM batch WHERE sha256 = :sha AND status = \(visible) AND kind = :kind AND id <> :except
        ORDER BY id LIMIT 1
        """
    static let sizeSeen = "SELECT 1 FROM batch WHERE size = :size AND status = \(visible) AND id <> :except LIMIT 1"
    static let finishBatch = """
        UPDATE batch SET status = :status, campaign = :campaign, sha256 = :sha, content = :content,
          priority = :priority, config = :config,
          visible_at = :visible, changed_at = :visible, accepted = :accepted, rejected = :rejected,
          duplicates = :duplicates, segments = :segments, open = :open, schema = :schema, ack = :ack,
          corrects = :corrects,
          sum = row_sum(id, kind, name, :status, :campaign, :priority, :config, :visible, :schema, :ack)
        WHERE id = :id AND status = \(claimed)
        """
    static let markPublished = "UPDATE batch SET published = 1 WHERE id = :id"
    static let setProgress = "UPDATE batch SET progress = :progress WHERE id = :id"
    /// A corrected drop may also bring new records, so the count is capped.
    static let addMended =
        "UPDATE batch SET mended = min(rejected, mended + :count), changed_at = :at WHERE id = :id"
    static let forgetBatch = "DELETE FROM batch WHERE id = :id"
    static let removableBatches = """
        SELECT id FROM batch WHERE kind = \(contacts) AND status IN (\(visible), \(refused)) AND open = 0
          AND changed_at < :before AND segments > 0
        """
    static let forgetSegments = "UPDATE batch SET segments = 0 WHERE id = :batch"
    /// The parcel of the highest number stays, so that no number is given twice: files and departures are known by it.
    static let removeParcels = "DELETE FROM parcel WHERE batch = :batch AND id < (SELECT max(id) FROM parcel)"
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
        "DELETE FROM receipt_page WHERE place >= :low AND place < :high",
    ]
    static let hiddenParcels = "DELETE FROM parcel WHERE batch = :batch"
    static let hiddenStates = "DELETE FROM batch_state WHERE batch = :batch"
}
