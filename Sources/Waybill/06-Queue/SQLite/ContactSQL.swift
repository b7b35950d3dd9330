/// The SQLite store's statements about segments, standings, refusals and recipients.
enum ContactSQL {
    static let insertSegment = """
        INSERT INTO segment (id, first_record, last_record, count, data, place, size, crc, sum)
        VALUES (:id, :first, :last, :count, :data, :place, :size, :crc,
          row_sum(:id, :first, :last, :count, :data, :place, :size, :crc))
        """
    static let insertRefusals = "INSERT INTO refusal (id, data, sum) VALUES (:id, :data, row_sum(:id, :data))"
    static let insertRecipients = """
        INSERT INTO recipient (id, first_key, last_key, data, sum)
        VALUES (:id, :first, :last, :data, row_sum(:id, :first, :last, :data))
        """
    private static let sumOfSegment = "row_sum(id, first_record, last_record, count, data, place, size, crc)"
    private static let sumOfRecipients = "row_sum(id, first_key, last_key, data)"
    private static let segmentColumns =
        "id, data, place, size, crc, first_record, last_record, sum IS NULL OR sum = \(sumOfSegment)"
    static let damagedRefusals = "SELECT id FROM refusal WHERE sum <> row_sum(id, data) ORDER BY id"
    static let damagedRecipients = "SELECT id FROM recipient WHERE sum <> \(sumOfRecipients) ORDER BY id"
    static let damagedContactStates = "SELECT id FROM contact_state WHERE sum <> row_sum(id, data) ORDER BY id"
    /// All segments of visible batches.
    static let allSegments = """
        SELECT \(segmentColumns) FROM segment
        WHERE id >> 18 NOT IN (SELECT id FROM batch WHERE status = \(BatchStatus.claimed.rawValue)) ORDER BY id
        """
    static let segmentsOfBatch = "SELECT \(segmentColumns) FROM segment WHERE id >= :low AND id < :high ORDER BY id"
    static let damagedSegmentOfBatch = """
        SELECT \(segmentColumns) FROM segment WHERE id >= :low AND id < :high AND sum <> \(sumOfSegment)
          AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.id = :batch AND status = \(BatchStatus.claimed.rawValue))
        LIMIT 1
        """
    static let segmentsInSight = """
        SELECT id, first_record, last_record FROM segment WHERE id >= :low AND id < :high
          AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.id = :batch AND status = \(BatchStatus.claimed.rawValue))
        ORDER BY id
        """
    static let segmentByID = "SELECT \(segmentColumns) FROM segment WHERE id = :id"
    static let hasSegments = "SELECT 1 FROM segment WHERE id >= :low AND id < :high LIMIT 1"
    static let contactStates = "SELECT data, sum IS NULL OR sum = row_sum(id, data) FROM contact_state WHERE id = :id"
    static let putContactStates = """
        INSERT INTO contact_state (id, data, sum) VALUES (:id, :data, row_sum(:id, :data))
        ON CONFLICT (id) DO UPDATE SET data = excluded.data, sum = excluded.sum
        """
    static let refusalsOfBatch = """
        SELECT data, sum IS NULL OR sum = row_sum(id, data), id FROM refusal WHERE id >= :low AND id < :high ORDER BY id
        """
    private static let recipientColumns =
        "id, first_key, last_key, data, sum IS NULL OR sum = \(sumOfRecipients)"
    static let recipientRuns = "SELECT \(recipientColumns) FROM recipient WHERE id >= :low AND id < :high ORDER BY id"
    /// Of batches that can be seen.
    static let recipientRunsEverywhere = """
        SELECT \(recipientColumns) FROM recipient
        WHERE first_key <= :most AND last_key >= :least
          AND id >> 18 NOT IN (SELECT id FROM batch WHERE status = \(BatchStatus.claimed.rawValue))
        """
}
