/// The settings by which the records of one drop are judged.
package struct ValidationSettings: Sendable {
    package let campaign: Campaign
    /// The region of national numbers in records without a `country`: the campaign's, else the workspace's.
    package let region: String
    package let format: DropFormat
    /// When the drop is judged: a future consent does not count yet. Nil: all times are past.
    package let now: Timestamp?
    /// Whether a name is a time zone's; called once for each name in a drop.
    package let isKnownZone: @Sendable (String) -> Bool

    /// - Parameter region: that of the workspace.
    package init(
        campaign: Campaign, region: String, format: DropFormat, now: Timestamp? = nil,
        isKnownZone: @escaping @Sendable (String) -> Bool = ZoneNames.isPlace
    ) {
        self.campaign = campaign
        self.region = campaign.region ?? region
        self.format = format
        self.now = now
        self.isKnownZone = isKnownZone
    }

    /// The greatest lengths of values, in Unicode scalars.
    enum Longest {
        static let phone = 28
        static let id = 64
        /// Ten SMS segments of 153 GSM 7-bit characters each.
        static let message = 1_530
    }
}
