import SystemIO

/// Whether a drop's content came before, so that nothing of it is queued.
///
/// A drop that adds is the same as any earlier one with its content. One that changes what waits is compared with what
/// is in force: after another drop has changed that, the same content is a new word, and puts the old state back.
struct KnownContent {
    private let store: any Store
    private let campaign: String
    private let batch: BatchID

    init(_ store: any Store, of campaign: String, for batch: BatchID) {
        (self.store, self.campaign, self.batch) = (store, campaign, batch)
    }

    /// The batch as whose duplicate a drop counts; nil: it counts by itself.
    func original(of drop: IdentifiedDrop, _ identity: DropIdentity) throws -> BatchID? {
        if let day = drop.sidecar.repeats {
            // The same list is sent on each day, and on each once.
            let taken = try store.recurrence(of: campaign)?.taken
            return taken?.day == day ? taken?.batch : nil
        }
        if drop.isTakenAgain { return nil }
        let earlier = try store.batches(with: identity, campaign: campaign, except: batch)
        guard drop.mode != .add, let last = earlier.last else { return earlier.first }
        // Of a whole list it was known from the beginning who had its message, but for one that came in meanwhile.
        let isSeen = drop.mode != .replace || drop.resumes.contains(last)
        return try isSeen && !isInForce(last, as: drop.mode) ? nil : last
    }

    /// Earlier drops of the same content that this one may put into force again.
    func resumable(_ drop: IdentifiedDrop, _ identity: DropIdentity) throws -> [BatchID] {
        if drop.isTakenAgain || drop.mode == .add || drop.sidecar.repeats != nil { return [] }
        return try store.batches(with: identity, campaign: campaign, except: batch)
    }

    /// How a content is sent after all, of which somebody withdrew what it queued when it came: that it comes once more
    /// undoes no withdrawal.
    func advice(on original: BatchID) throws -> String? {
        let withdrawn = try store.states(of: original)[.withdrawn, default: 0]
        guard withdrawn > 0, let row = try store.batch(original) else { return nil }
        return "\(withdrawn.counted("contact", "contacts")) of \(original) (\(row.name)), which had this content, "
            + "\(withdrawn == 1 ? "was" : "were") withdrawn: waybill campaign requeue \(campaign) --where state=Withdrawn "
            + "--batch \(original) sends to those who got nothing, \"resend\": true in the side-car to all once more"
    }

    /// Whether what a drop said still counts as it said it: nothing came since but its corrections, and people who come
    /// again after a failure. Of an update, only what changes others counts.
    private func isInForce(_ original: BatchID, as mode: DropMode) throws -> Bool {
        try !store.batches(ofCampaign: campaign).contains { row in
            guard row.id > original, row.id != batch, row.acknowledgement?.requeues == nil else { return false }
            let adds = row.status == .visible && row.accepted > 0
            guard row.changesOthers || mode == .replace && adds else { return false }
            return try !CorrectedBatches(store, from: row.acknowledgement?.corrects).has(original)
        }
    }
}
