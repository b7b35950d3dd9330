/// The SQLite store's statements about parcels.
enum ParcelSQL {
    private static let waiting = ParcelStatus.waiting.rawValue
    private static let leaving = ParcelStatus.leaving.rawValue
    private static let awaiting = ParcelStatus.awaiting.rawValue
    private static let done = ParcelStatus.done.rawValue
    private static let undecided = ParcelStatus.undecided.rawValue

    /// The next number, as long as the last one is not below those that are reserved.
    static let insertParcel = """
        INSERT INTO parcel
          (id, batch, campaign, step, channel, zone, priority, due, status, count, config, hold, reason, contacts, sum)
        VALUES
          (CASE WHEN :reserved > (SELECT coalesce(max(id), 0) FROM parcel) THEN :reserved + 1 END, :batch, :campaign, :step, :channel, :zone, :priority, :due, :status, :count, :config, :hold, :reason, :contacts,
           resum(row_sum(:batch, :campaign, :step, :channel, :zone, :priority, :config, :count, :contacts),
             NULL, NULL, :status, :due))
        """
    /// The sum of a row covers what it is, whom it has, and its state. If only the state changes, the sum is updated
    /// (`resum`) and not computed anew, so that damage is not certified.
    private static func sum(
        count: String = "count", contacts: String = "contacts", status: String = "status", due: String = "due"
    ) -> String {
        """
        resum(row_sum(batch, campaign, step, channel, zone, priority, config, \(count), \(contacts)),
          NULL, NULL, \(status), \(due))
        """
    }
    private static func resum(status: String = "status", due: String = "due") -> String {
        "sum = resum(sum, status, due, \(status), \(due))"
    }
    static let addSums = "UPDATE parcel SET sum = \(sum()) WHERE status <> \(done)"
    static let damagedParcels = "SELECT id, batch FROM parcel WHERE sum <> \(sum()) ORDER BY id"
    private static let parcelColumns = """
        id, batch, campaign, step, channel, zone, priority, due, status, count, left_at, transport, config, hold,
        reason, contacts, ticket, owner, sum IS NULL OR sum = \(sum())
        """
    /// Parcels of a batch that is still being read count from its last commit on; none of their rows has to be touched
    /// for that.
    private static let isVisible = "batch NOT IN (SELECT id FROM batch WHERE status = \(BatchStatus.claimed.rawValue))"
    /// A pause holds a campaign's messages. What answers somebody's reply is none of them.
    private static let isNotPaused = """
        (campaign NOT IN (SELECT campaign FROM paused)
          OR batch IN (SELECT CAST(replace(substr(key, 9), '-', '') AS INTEGER) FROM setting WHERE key > 'answers.' AND key < 'answers/'))
        """
    /// Claims in one statement, so two senders never see the same parcel as free. RETURNING gives rows in no order.
    ///
    /// The first parcels of each priority are found in `parcel_waiting` alone, and those that others claimed in
    /// `parcel_claimed`, so a claim costs the same with two hundred thousand parcels due. A priority out of range comes
    /// from damage, which whoever claims the parcel reports.
    static let claimDue = """
        UPDATE parcel SET owner = :owner, lease = :lease WHERE id IN (
          SELECT id FROM (\(firstDue.joined(separator: " UNION ALL ")))
          ORDER BY priority DESC, due, id LIMIT :limit)
        RETURNING \(parcelColumns)
        """
    private static let firstDue =
        (["priority > 9"] + (0...9).reversed().map { "priority = \($0)" } + ["priority < 0"]).map { ofPriority in
            """
            SELECT * FROM (SELECT id, priority, due FROM parcel
              WHERE status = \(waiting) AND \(ofPriority) AND due <= :now AND \(isVisible)
                AND \(isNotPaused)
                AND (:excepted = '' OR instr(:excepted, char(30) || campaign || char(31) || channel || char(30)) = 0)
                AND (:behind = '' OR instr(:behind, ',' || id || ',') = 0)
                AND id NOT IN (SELECT id FROM parcel WHERE owner <> '' AND owner <> :owner AND lease > :now)
              ORDER BY priority DESC, due, id LIMIT :limit)
            """
        }
    static let parcelByID = "SELECT \(parcelColumns) FROM parcel WHERE id = :id"
    static let parcelsLeaving = """
        SELECT \(parcelColumns) FROM parcel WHERE status = \(leaving) AND (owner = :owner OR lease <= :now) ORDER BY id
        """
    static let idsLeaving = "SELECT id FROM parcel WHERE status = \(leaving) ORDER BY id"
    static let lastParcel = "SELECT id, (SELECT max(batch) FROM parcel) FROM parcel ORDER BY id DESC LIMIT 1"
    static let idsNotLeft = "SELECT id FROM parcel WHERE status IN (\(waiting), \(undecided)) ORDER BY id"
    static let renumberNotLeft = "UPDATE parcel SET id = id + :distance WHERE status IN (\(waiting), \(undecided))"
    static let parcelsAwaiting = """
        SELECT \(parcelColumns) FROM parcel WHERE status = \(awaiting) AND due <= :now
          AND (:excepted = '' OR instr(:excepted, char(30) || campaign || char(30)) = 0)
        ORDER BY due, id LIMIT :limit
        """
    /// Reasons that end at a moment, without anybody's help.
    private static let moments = [
        HoldReason.Kind.due, .hours, .holiday, .blackout, .policyStart, .callback, .notBefore, .cap, .rate,
        .budget, .pace,
    ].map { "\($0.rawValue)" }.joined(separator: ", ")
    static let nextDue = "SELECT min(due) \(comingDue) AND hold IN (\(moments))"
    static let nextTries = "SELECT min(due), max(due) \(comingDue) AND hold IN (\(obstacles))"
    private static let comingDue = """
        FROM parcel WHERE status = \(waiting) AND due > :after AND due <= :before AND \(isVisible) AND \(isNotPaused)
        """
    private static let obstacles = HoldReason.Kind.allCases.filter(\.keepsFromHandingOver).map { "\($0.rawValue)" }
        .joined(separator: ", ")
    static let nextParcel = """
        SELECT min(due) FROM parcel WHERE status = \(waiting) AND \(isVisible) AND \(isNotPaused)
        """
    static let nextResult = "SELECT min(due) FROM parcel WHERE status = \(awaiting)"
    static let markLeaving = """
        UPDATE parcel SET status = \(leaving), transport = :transport, ticket = :ticket, left_at = :at,
          hold = 0, reason = '', \(resum(status: "\(leaving)"))
        WHERE id = :id AND status = \(waiting) AND owner = :owner AND owner <> ''
        """
    static let markLeft = """
        UPDATE parcel SET status = :status, due = :due, count = :count, contacts = :contacts,
          owner = '', lease = 0, sum = \(sum(count: ":count", contacts: ":contacts", status: ":status", due: ":due"))
        WHERE id = :id AND status <> \(done)
        """
    static let setParcelContacts = """
        UPDATE parcel SET count = :count, contacts = :contacts, sum = \(sum(count: ":count", contacts: ":contacts"))
        WHERE id = :id
        """
    static let closeParcel = """
        UPDATE parcel SET status = \(done), owner = '', lease = 0, \(resum(status: "\(done)")) WHERE id = :id
        """
    /// A leaving parcel keeps its owner, who goes on to find out whether it left.
    static let delayParcel = """
        UPDATE parcel SET due = :due, hold = :hold, reason = :reason, owner = iif(status = \(leaving), owner, ''),
          lease = iif(status = \(leaving), lease, 0), \(resum(due: ":due"))
        WHERE id = :id
        """
    static let delayDueParcels = """
        UPDATE parcel SET due = :due, hold = :hold, reason = :reason, \(resum(due: ":due"))
        WHERE status = \(waiting) AND due <= :now AND campaign = :campaign AND (:channel = '' OR channel = :channel)
        """
    static let waitingCampaigns = "SELECT DISTINCT campaign FROM parcel WHERE status = \(waiting) AND due > :now"
    /// What never comes due by itself, or waits for a cap, a rate, a pace or a budget.
    static let wakeHeld = """
        UPDATE parcel SET due = :now, \(resum(due: ":now"))
        WHERE status = \(waiting) AND due > :now AND campaign = :campaign AND config <> :config
          AND (due >= :never OR hold IN (\(limits)))
        """
    private static let limits = [HoldReason.Kind.cap, .rate, .pace, .budget].map { "\($0.rawValue)" }.joined(
        separator: ", ")
    static let wakeHeldFor = """
        UPDATE parcel SET due = :now, \(resum(due: ":now"))
        WHERE status = \(waiting) AND due > :now AND hold = :hold
        """
    static let wakeUnseenHeldFor = wakeHeldFor + " AND NOT (\(isVisible))"
    private static let heldFor = "FROM parcel WHERE status = \(waiting) AND due > :after AND hold = :hold"
    static let batchesHeldFor = "SELECT DISTINCT batch \(heldFor) AND \(isVisible) ORDER BY batch"
    static let parcelsHeldFor = "SELECT \(parcelColumns) \(heldFor) AND batch = :batch ORDER BY id"
    /// What waits for a span, not for a moment of the clock.
    private static let spans = [
        HoldReason.Kind.rate, .pace, .campaign, .template, .account, .transport, .damaged, .list, .unread, .step,
        .stopped, .budget,
    ].map { "\($0.rawValue)" }.joined(separator: ", ")
    static let followClock = """
        UPDATE parcel SET due = :now, \(resum(due: ":now")) WHERE due > :now AND due < :never AND (
          status = \(waiting) AND (hold IN (\(spans)) OR hold = \(HoldReason.Kind.due.rawValue) AND due <= :latest)
          OR status = \(awaiting) AND due <= :latest)
        """
    static let shortenClaims = "UPDATE parcel SET lease = :lease WHERE owner <> '' AND lease > :lease"
    static let contactsAfter = """
        SELECT coalesce(sum(count), 0) FROM parcel WHERE status = \(waiting) AND due > :now AND due < :never
        """
    /// Reads only the rows it returns, however many parcels ever left. `left_at <> 0` selects the index; a second bound
    /// such as `left_at > 0` could become the start of the search.
    private static func departures(of column: String) -> String {
        """
        SELECT left_at, count FROM parcel WHERE left_at <> 0 AND \(column) = :name
          AND left_at > :after AND left_at <= :now AND status IN (\(leaving), \(awaiting), \(done))
        """
    }
    static let departuresOfCampaign = departures(of: "campaign")
    static let departuresByTransport = departures(of: "transport")
    static let parcelsOfBatch = "SELECT \(parcelColumns) FROM parcel WHERE batch = :batch ORDER BY id"
    /// A damaged one may have the record.
    static let parcelsWithRecord = """
        SELECT \(parcelColumns) FROM parcel
        WHERE batch = :batch AND (has_entry(contacts, :record) OR sum <> \(sum())) ORDER BY id
        """
    static let undecidedBatches =
        "SELECT DISTINCT batch FROM parcel WHERE status = \(undecided) AND \(isVisible) ORDER BY batch"
    static let undecidedParcels =
        "SELECT \(parcelColumns) FROM parcel WHERE status = \(undecided) AND batch = :batch ORDER BY id"
    static let setUndecidedReason =
        "UPDATE parcel SET hold = :hold, reason = :reason WHERE status = \(undecided) AND batch = :batch"
    /// Their contacts are in other parcels now, or in none.
    static let closeUndecided = """
        UPDATE parcel SET status = \(done), count = 0, contacts = x'',
          sum = \(sum(count: "0", contacts: "x''", status: "\(done)"))
        WHERE status = \(undecided) AND batch = :batch
        """
    /// Parcels with contacts that have not left, those alike in one row, in the form of `holdingsOfBatch`. It groups by
    /// the columns of `parcel_due` in their order, so it reads that index alone and sorts nothing.
    static let seated = """
        SELECT campaign, hold, sum(count), due, reason, reason, due, \(told), batch, \(isHeld) FROM parcel
        WHERE status IN (\(waiting), \(undecided), \(leaving)) AND \(isVisible)
        GROUP BY status, due, priority, campaign, batch, hold, reason
        """
    private static let told =
        "CASE WHEN hold IN (\(HoldReason.Kind.toldOneByOne)) THEN reason ELSE '' END AS told"
    private static let isHeld =
        "(status IN (\(waiting), \(undecided)) OR status = \(leaving) AND hold <> 0)"
    /// How many contacts of a batch wait; no row for one that has no contacts.
    static let waitingOfBatch = """
        SELECT sum(CASE WHEN state = \(ContactState.pending.rawValue) THEN count ELSE 0 END) FROM batch_state
        WHERE batch = :batch HAVING count(*) > 0
        """
    static let holdingsOfBatch = """
        SELECT campaign, hold, sum(count), min(due), min(reason), max(reason), max(due), \(told) FROM parcel
        WHERE batch = :batch AND \(isHeld)
        GROUP BY campaign, hold, told, due / \(Holding.openingMilliseconds) ORDER BY sum(count) DESC
        """
    static let parcelsOpenOfCampaign = """
        SELECT id FROM parcel WHERE campaign = :campaign AND (:batch = 0 OR batch = :batch)
          AND (status IN (\(waiting), \(undecided)) OR (status IN (\(leaving), \(awaiting)) AND :inFlight)) AND \(isVisible) ORDER BY id
        """
    static let pause = """
        INSERT INTO paused (campaign, at, sum) VALUES (:campaign, :at, row_sum(:campaign, :at)) ON CONFLICT DO NOTHING
        """
    static let resume = "DELETE FROM paused WHERE campaign = :campaign"
    static let pauses = "SELECT campaign, at FROM paused"
    static let removeDamagedPauses = "DELETE FROM paused WHERE sum <> row_sum(campaign, at)"
    static let damagedPause = "SELECT campaign FROM paused WHERE sum <> row_sum(campaign, at) LIMIT 1"
}
