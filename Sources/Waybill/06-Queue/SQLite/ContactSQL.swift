/// What the SQLite store runs about segments, where their contacts stand, refusals and recipients.
enum ContactSQL {
    static let insertSegment = """
        INSERT INTO segment (id, first_record, last_record, count, data, place, size)
        VALUES (:id, :first, :last, :count, :data, :place, :size)
        """
    static let insertRefusals = "INSERT INTO refusal (id, data) VALUES (:id, :data)"
    static let insertRecipients =
        "INSERT INTO recipient (id, first_key, last_key, data) VALUES (:id, :first, :last, :data)"
    static let segmentsOfBatch = "SELECT id, data, place, size FROM segment WHERE id >= :low AND id < :high ORDER BY id"
    static let segmentsInSight = """
        SELECT id, first_record, last_record FROM segment WHERE id >= :low AND id < :high
          AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.id = :batch AND status = \(BatchStatus.claimed.rawValue))
        ORDER BY id
        """
    static let segmentByID = "SELECT id, data, place, size FROM segment WHERE id = :id"
    static let hasSegments = "SELECT 1 FROM segment WHERE id >= :low AND id < :high LIMIT 1"
    static let contactStates = "SELECT data FROM contact_state WHERE id = :id"
    static let putContactStates = """
        INSERT INTO contact_state (id, data) VALUES (:id, :data) ON CONFLICT (id) DO UPDATE SET data = excluded.data
        """
    static let refusalsOfBatch = "SELECT data FROM refusal WHERE id >= :low AND id < :high ORDER BY id"
    static let recipientRunsOfBatch =
        "SELECT first_key, last_key, data FROM recipient WHERE id >= :low AND id < :high ORDER BY id"
    /// Of batches that can be seen.
    static let recipientRunsEverywhere = """
        SELECT id, first_key, last_key, data FROM recipient WHERE first_key <= :most AND last_key >= :least
          AND id >> 18 NOT IN (SELECT id FROM batch WHERE status = \(BatchStatus.claimed.rawValue))
        """
}
