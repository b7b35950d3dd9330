/// Whose clock gives the local time of a rehearsal's message: the recipient's, in the first of several possible zones,
/// or the campaign's if the policy uses no zone.
package struct SendingClock {
    private let zoneOfCampaign: (String) -> Zone
    private var zones: [String: Zone] = [:]
    private var campaigns: [String: Zone] = [:]

    package init(zoneOfCampaign: @escaping (String) -> Zone) {
        self.zoneOfCampaign = zoneOfCampaign
    }

    /// The zone, and the names of all possible zones.
    package mutating func zone(of sending: Sending) -> (zone: Zone, name: String) {
        let campaign = campaigns[sending.campaign] ?? zoneOfCampaign(sending.campaign)
        campaigns[sending.campaign] = campaign
        guard !sending.zone.isEmpty else { return (campaign, campaign.name) }
        let zone = zones[sending.zone] ?? sending.zone.split(separator: "+").first.flatMap { Zone.named(String($0)) }
        zones[sending.zone] = zone ?? campaign
        return (zone ?? campaign, sending.zone)
    }
}
