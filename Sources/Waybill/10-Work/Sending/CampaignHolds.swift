/// What keeps a campaign's messages from leaving at the moment, whoever they are for, though nobody paused it.
package struct CampaignHolds {
    private let store: any Store
    private let names: NamesInForce
    private let named: NamedLists
    /// What was not heard yet; only a running waybill knows.
    private let unheard: [SendingHold]

    init(_ context: WorkContext) {
        store = context.store
        names = NamesInForce(context.configuration)
        named = NamedLists(context)
        unheard = context.holds.filter { $0.place != SendingHold.trail }
    }

    package init(_ store: any Store, _ configuration: Configuration, at now: Timestamp) {
        self.store = store
        names = NamesInForce(configuration)
        named = NamedLists(store, configuration, at: now)
        unheard = []
    }

    /// In words, each with what somebody can do.
    ///
    /// - Parameter batch: what keeps its messages; nil: those of any batch.
    package func words(for setup: CampaignSetup, batch: BatchID? = nil) throws -> [String] {
        let name = setup.campaign.name
        let lists = try store.listHolds().filter { $0.concerns(name, among: names) }.map(\.words)
        let missing = try [store.trailHold(), named.hold(for: setup)].compactMap(\.self)
        let approvals = try store.approvalHolds().filter {
            FoldedFileName.areSame($0.campaign, name) && (batch == nil || $0.batch == batch)
        }
        return lists + (unheard.filter { $0.concerns(name) } + missing).map { "\($0.place): \($0.problem)" }
            + approvals.map { HoldReason.approval(batch: $0.asked.description, reason: $0.reason).words }
    }
}
