/// What the SQLite store runs about days, names and settings.
enum DaySQL {
    static let quotaUsed = "SELECT stratum, used FROM quota WHERE campaign = :campaign AND day = :day"
    static let setQuota = """
        INSERT INTO quota (campaign, day, stratum, used) VALUES (:campaign, :day, :stratum, :used)
        ON CONFLICT (campaign, day, stratum) DO UPDATE SET used = excluded.used
        """
    static let lastClosedDay = "SELECT max(day) FROM day WHERE campaign = :campaign"
    static let closeDay =
        "INSERT INTO day (campaign, day, closed_at) VALUES (:campaign, :day, :at) ON CONFLICT DO NOTHING"
    static let reopenDays = "DELETE FROM day WHERE campaign = :campaign AND day >= :day"
    static let names = "SELECT id, text FROM name"
    static let insertName = "INSERT INTO name (text) VALUES (:text)"
    static let getSetting = "SELECT value FROM setting WHERE key = :key"
    static let removeSetting = "DELETE FROM setting WHERE key = :key"
    static let putSetting = """
        INSERT INTO setting (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """
}
