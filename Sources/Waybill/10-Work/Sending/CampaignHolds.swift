/// What keeps a campaign's messages from leaving at the moment, whoever they are for, though nobody paused it.
struct CampaignHolds {
    private let context: WorkContext

    init(_ context: WorkContext) { self.context = context }

    /// In words, each with what somebody can do.
    func words(for setup: CampaignSetup) throws -> [String] {
        let name = setup.campaign.name
        let lists = try context.store.listHolds().filter { $0.concerns(name, among: context.store.namesInForce) }.map {
            "\($0.drop) (batch \($0.batch)) \($0.problem): correct it and drop it again, or waybill suppress accept \($0.batch)"
        }
        let named = try NamedLists(context).hold(for: setup).map { [$0] } ?? []
        let approvals = try context.store.approvalHolds().filter { FoldedFileName.areSame($0.campaign, name) }
        return lists + (context.holds.filter { $0.concerns(name) } + named).map { "\($0.place): \($0.problem)" }
            + approvals.map { HoldReason.approval(batch: $0.batch.description, reason: $0.reason).words }
    }
}
