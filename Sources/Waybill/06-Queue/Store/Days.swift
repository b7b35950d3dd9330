/// What is kept by day: what sampling quotas used, and which days are closed.
package protocol Days {
    /// What each stratum of a campaign's quota used on a day; unused strata are left out.
    func quotaUsed(campaign: String, day: String) throws -> [String: Int]

    /// Replaces what these strata used. Call it in the transaction of the contacts they were used for.
    func setQuota(campaign: String, day: String, used: [String: Int]) throws

    /// The latest closed day of a campaign.
    func lastClosedDay(of campaign: String) throws -> CalendarDay?

    /// When a day was closed; nil where it was not.
    func closing(of day: CalendarDay, of campaign: String) throws -> Timestamp?

    /// Days from this one on are not closed, since the clock that closed them was wrong.
    func reopenDays(from day: CalendarDay, of campaign: String) throws

    /// Marks a day's report as published and final. Doing it again changes nothing.
    func close(_ day: CalendarDay, of campaign: String, at now: Timestamp) throws
}
