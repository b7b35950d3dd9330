/// The SQLite store's statements about results, and about who was contacted when.
enum HistorySQL {
    static let insertReceipt = """
        INSERT INTO receipt (batch, record, step, attempt, event, at, received_at, code, detail, late, source)
        VALUES (:batch, :record, :step, :attempt, :event, :at, :received, :code, :detail, :late, :source)
        """
    private static let receiptColumns = "record, step, attempt, event, at, received_at, code, detail, late"
    static let receiptsOfContact = """
        SELECT \(receiptColumns) FROM receipt WHERE batch = :batch AND record = :record ORDER BY id
        """
    static let receiptsOfBatch = "SELECT \(receiptColumns) FROM receipt WHERE batch = :batch ORDER BY record, id"
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
}
