import SystemIO

/// What of a campaign somebody has to look at at the end of its day, in the words of the status.
struct DayAttention {
    /// Contacts that wait for somebody, by the number of their parcel.
    private var waiting: [UInt32: (parcel: BatchTravels.Way, contacts: Int)] = [:]

    /// Notes a contact that waits in a parcel.
    mutating func note(_ parcel: BatchTravels.Way) {
        guard parcel.needsSomebody != nil else { return }
        waiting[parcel.id, default: (parcel, 0)].contacts += 1
    }

    func words(_ setup: CampaignSetup, _ store: any Store, until end: Timestamp) throws -> [String] {
        let last = Timestamp(milliseconds: end.milliseconds - 1)
        let name = setup.campaign.name
        var status = WorkspaceStatus(now: last, version: "")
        var campaign = WorkspaceStatus.CampaignStatus(
            campaign: name, zone: setup.zone.name, offset: setup.zone.offset(at: last), totals: ReportTotals())
        campaign.stopped = try Brakes(store, at: last).hold(of: name)?.words
        campaign.held = held
        status.campaigns = [campaign]
        status.lists = try store.listHolds().filter { $0.campaigns.isEmpty || $0.campaigns.contains(name) }.map {
            WorkspaceStatus.HoldingList(
                batch: $0.batch, drop: $0.drop, campaigns: $0.campaigns, problem: $0.problem, holds: !$0.isOnlyTold)
        }
        status.approvals = try store.approvalHolds().filter { $0.campaign == name && $0.at < end }
        status.missing =
            try Expectations(store).missing(setup, at: last).map {
                [WorkspaceStatus.MissingDrop(campaign: name, since: $0, by: setup.campaign.expect?.by?.description)]
            } ?? []
        return status.attention.map(\.what)
    }

    private var held: [WorkspaceStatus.Held] {
        var byReason: [String: WorkspaceStatus.Held] = [:]
        for (parcel, contacts) in waiting.values {
            guard let kind = parcel.needsSomebody else { continue }
            let reason = String(decoding: parcel.reason, as: UTF8.self)
            byReason[reason, default: .init(kind: kind, reason: reason, contacts: 0, nextAt: nil)].contacts += contacts
        }
        return byReason.values.sorted { ($1.contacts, $0.reason) < ($0.contacts, $1.reason) }
    }
}
