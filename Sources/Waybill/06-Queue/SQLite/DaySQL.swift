/// The SQLite store's statements about days, names and settings.
enum DaySQL {
    static let addSums = """
        UPDATE name SET sum = row_sum(text);
        UPDATE setting SET sum = row_sum(key, value);
        UPDATE paused SET sum = row_sum(campaign, at);
        """
    static let quotaUsed = "SELECT stratum, used FROM quota WHERE campaign = :campaign AND day = :day"
    static let setQuota = """
        INSERT INTO quota (campaign, day, stratum, used) VALUES (:campaign, :day, :stratum, :used)
        ON CONFLICT (campaign, day, stratum) DO UPDATE SET used = excluded.used
        """
    static let lastClosedDay = "SELECT max(day) FROM day WHERE campaign = :campaign"
    static let closingOfDay = "SELECT closed_at FROM day WHERE campaign = :campaign AND day = :day"
    static let closeDay =
        "INSERT INTO day (campaign, day, closed_at) VALUES (:campaign, :day, :at) ON CONFLICT DO NOTHING"
    static let reopenDays = "DELETE FROM day WHERE campaign = :campaign AND day >= :day"
    /// Only undamaged rows.
    static let names = "SELECT id, text FROM name WHERE sum IS NULL OR sum = row_sum(text)"
    static let damagedNames = "SELECT id FROM name WHERE sum <> row_sum(text) ORDER BY id"
    static let insertName = "INSERT INTO name (text, sum) VALUES (:text, row_sum(:text))"
    static let getSetting = "SELECT value, sum IS NULL OR sum = row_sum(key, value) FROM setting WHERE key = :key"
    static let damagedSettings = "SELECT key FROM setting WHERE sum <> row_sum(key, value) ORDER BY key"
    static let settingsFrom = "SELECT key FROM setting WHERE key >= :from ORDER BY key"
    static let removeSetting = "DELETE FROM setting WHERE key = :key"
    static let putSetting = """
        INSERT INTO setting (key, value, sum) VALUES (:key, :value, row_sum(:key, :value))
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, sum = excluded.sum
        """
}
