/// The SQLite store's statements about who must not be contacted.
enum SuppressionSQL {
    static let suppress = """
        INSERT INTO suppression (key, kind, state, reason, source, at)
        VALUES (:key, :kind, \(ContactState.suppressed.rawValue), :reason, :source, :at) ON CONFLICT DO NOTHING
        """
    static let stopAgain = "UPDATE suppression SET at = :at WHERE key = :key"
    static let liftStop = "DELETE FROM suppression WHERE key = :key AND at < :before RETURNING kind, at"
    static let startOf = "SELECT before FROM lifted WHERE key = :key"
    static let noteLifted = """
        INSERT INTO lifted (key, before) VALUES (:key, :before)
        ON CONFLICT (key) DO UPDATE SET before = excluded.before WHERE excluded.before > before
        """
    static let isLifted = "SELECT 1 FROM lifted WHERE key = :key AND before > :at"
    static let stopOf = "SELECT kind, at FROM suppression WHERE key = :key"
    static let list = """
        INSERT INTO listing (key, campaign, channel, list, kind, reason, source, expires)
        VALUES (:key, :campaign, :channel, :list, :kind, :reason, :source, :expires)
        ON CONFLICT (key, campaign, channel, list) DO NOTHING
        """
    /// For a named list: its last drop that has the entry counts.
    static let listAgain = """
        UPDATE listing SET source = :source
        WHERE key = :key AND campaign = :campaign AND channel = :channel AND list = :list AND source < :source
        """
    /// Entries of a named list that only earlier drops have, some at a time, from a key on.
    static let listedEarlier = """
        SELECT key, campaign, channel, kind, reason, expires FROM listing
        WHERE key >= :from AND list = :list AND source < :source ORDER BY key LIMIT :most
        """
    /// `SuppressionTotal.mark`.
    /// How many stand on a named list, and how many of them by earlier drops alone.
    static let countOfListed = """
        SELECT count(*), coalesce(sum(source < :source), 0) FROM listing WHERE list = :list
        """
    private static let markOfListing = "row_mark('listing', campaign, channel, list, kind, expires, key)"
    private static let isShorter = """
        key = :key AND campaign = :campaign AND channel = :channel AND list = :list AND expires <> 0 AND (:expires = 0 OR :expires > expires)
        """
    static let hasExpiring = "SELECT 1 FROM listing WHERE expires > 0 LIMIT 1"
    static let shorterListing = "SELECT \(markOfListing) FROM listing WHERE \(isShorter)"
    static let listLonger = """
        UPDATE listing SET reason = :reason, source = :source, expires = :expires WHERE \(isShorter)
        RETURNING \(markOfListing)
        """
    /// Without a named list, everything within a scope; with one, exactly that scope of that list.
    static let takeOffList = """
        DELETE FROM listing WHERE key = :key AND (:campaign = '' AND :list = '' OR campaign = :campaign)
          AND (:channel = '' AND :list = '' OR channel = :channel) AND (:list = '' OR list = :list) RETURNING \(markOfListing)
        """
    /// Where a recipient is listed: a scope whose names may be written in other capitals than now.
    static let scopesOf = "SELECT DISTINCT campaign, channel FROM listing WHERE key = :key"
    static let removeExpiredListings =
        "DELETE FROM listing WHERE expires > 0 AND expires <= :now RETURNING \(markOfListing)"
    static let wideListings = """
        SELECT key, kind, reason, campaign, channel FROM listing
        WHERE kind >= \(Listing.Kind.domain.rawValue) AND (expires = 0 OR expires > :now) ORDER BY key, channel, campaign
        """
    /// Without an order: SQLite would build two sorters for it, which takes ten times as long as finding nothing.
    static let suppressionsOf = """
        SELECT 0, reason, '', '', 0, source FROM suppression WHERE key = :key
        UNION ALL
        SELECT 1, reason, campaign, channel, expires, source FROM listing
        WHERE key = :key AND (expires = 0 OR expires > :now)
        """
    /// Before everything in the chain is listed again, and after it: listings that the chain lacks are kept.
    static let setAside = """
        CREATE TABLE aside_listing AS SELECT * FROM listing;
        CREATE TABLE aside_suppression AS SELECT * FROM suppression;
        DELETE FROM listing; DELETE FROM suppression; DELETE FROM lifted;
        """
    static let takeBack = """
        INSERT OR IGNORE INTO listing SELECT * FROM aside_listing
          WHERE kind BETWEEN \(Listing.Kind.phone.rawValue) AND \(Listing.Kind.prefix.rawValue);
        INSERT OR IGNORE INTO suppression SELECT * FROM aside_suppression;
        DROP TABLE aside_listing; DROP TABLE aside_suppression;
        """
    static let countOfSuppressions = """
        SELECT (SELECT count(*) FROM listing) + (SELECT count(*) FROM suppression)
          + (SELECT count(*) FROM consent WHERE action = \(ConsentEntry.Action.revoke.rawValue))
        """
    /// These replace the kind for a row of `lifted` or a consent, and for the total of all rows.
    static let isStart = -1
    static let isTotal = -2
    /// The mark of each row, and the total they should add up to, in one snapshot.
    static let allSuppressions = """
        SELECT key, kind, \(markOfListing) FROM listing
        UNION ALL
        SELECT key, CASE kind WHEN '\(Listing.Kind.email.label)' THEN \(Listing.Kind.email.rawValue)
          ELSE \(Listing.Kind.phone.rawValue) END, row_mark('stop', kind, at, key) FROM suppression
        UNION ALL
        SELECT key, \(isStart), row_mark('start', before, key) FROM lifted
        UNION ALL
        SELECT key, CASE action WHEN \(ConsentEntry.Action.revoke.rawValue) THEN kind ELSE \(isStart) END,
          \(ConsentSQL.soundMark) FROM consent
        UNION ALL
        SELECT 0, \(isTotal), CAST(value AS TEXT) FROM setting WHERE key = '\(SettingKey.suppressionTotal.name)'
        """
    static let listingTotals = """
        SELECT kind, campaign, channel, reason, count(*), max(expires), sum(expires = 0) FROM listing
        WHERE expires = 0 OR expires > :now GROUP BY kind, campaign, channel, reason ORDER BY kind, campaign, channel, reason
        """
    static let stopTotals = "SELECT kind, reason, count(*) FROM suppression GROUP BY kind, reason ORDER BY kind, reason"
}
