/// What the SQLite store runs about who must not be contacted.
enum SuppressionSQL {
    static let suppress = """
        INSERT INTO suppression (key, kind, state, reason, source, at)
        VALUES (:key, :kind, \(ContactState.suppressed.rawValue), :reason, :source, :at)
        ON CONFLICT (key) DO UPDATE SET at = excluded.at WHERE excluded.at > at
        """
    static let liftStop = "DELETE FROM suppression WHERE key = :key AND at < :before"
    static let noteLifted = """
        INSERT INTO lifted (key, before) VALUES (:key, :before)
        ON CONFLICT (key) DO UPDATE SET before = excluded.before WHERE excluded.before > before
        """
    static let isLifted = "SELECT 1 FROM lifted WHERE key = :key AND before > :at"
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
        WHERE kind >= \(Listing.Kind.domain.rawValue) AND (expires = 0 OR expires > :now) ORDER BY key, channel, campaign
        """
    /// In no order: SQLite would make two sorters for it, which takes ten times as long as finding that there is
    /// nothing.
    static let suppressionsOf = """
        SELECT 0, reason, '', '', 0, source FROM suppression WHERE key = :key
        UNION ALL
        SELECT 1, reason, campaign, channel, expires, source FROM listing
        WHERE key = :key AND (expires = 0 OR expires > :now)
        """
    static let countOfSuppressions = "SELECT (SELECT count(*) FROM listing) + (SELECT count(*) FROM suppression)"
    static let allSuppressions = """
        SELECT key, kind FROM listing UNION ALL SELECT key, CASE kind WHEN '\(Listing.Kind.email.label)' THEN \(Listing.Kind.email.rawValue)
          ELSE \(Listing.Kind.phone.rawValue) END FROM suppression
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
}
