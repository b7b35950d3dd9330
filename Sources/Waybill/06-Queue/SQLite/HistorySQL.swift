/// The SQLite store's statements about results, and about who was contacted when.
enum HistorySQL {
    static let insertReceiptPage = """
        INSERT INTO receipt_page (place, first, last, data, sum)
        VALUES (:place, :first, :last, :data, row_sum(:place, :first, :last, :data))
        """
    private static let isWhole = "sum IS row_sum(place, first, last, data)"
    static let nextReceiptPlace = """
        SELECT place FROM receipt_page WHERE place >= :low AND place <= :high ORDER BY place LIMIT 1
        """
    static let receiptPages = """
        SELECT id, first, last, data, \(isWhole) FROM receipt_page
        WHERE place = :place AND first <= :high AND last >= :low
        """
    static let damagedReceiptPages = """
        SELECT place, first, last FROM receipt_page WHERE NOT \(isWhole) ORDER BY id
        """
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
