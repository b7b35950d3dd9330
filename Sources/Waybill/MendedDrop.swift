import SystemIO

/// Finds the batch whose rejects a drop brings back, when neither its side-car nor its name says so (contract §5).
///
/// It is the latest one with the same columns of which at least half of the drop's first records were rejected, by the
/// sender's `id`. Drops without ids are linked by name or side-car only.
struct MendedDrop {
    private let store: Store
    private let campaign: Campaign
    private let limits: Configuration.Limits

    /// How many batches are looked at: a file is mended within hours or days, not after dozens of others.
    private static let candidates = 16

    init(store: Store, campaign: Campaign, limits: Configuration.Limits) {
        self.store = store
        self.campaign = campaign
        self.limits = limits
    }

    func parent(of path: String) throws -> BatchID? {
        let candidates = try store.mendableBatches(ofCampaign: campaign.name, limit: Self.candidates)
        guard !candidates.isEmpty, let (schema, ids) = try beginning(of: path), !ids.isEmpty else { return nil }
        for batch in candidates where batch.schema.columns == schema.columns {
            var rejected: Set<[UInt8]> = []
            try store.forEachRefusal(of: batch.id) { if !$0.isDuplicate, !$0.id.isEmpty { rejected.insert($0.id) } }
            if 2 * ids.count(where: rejected.contains) >= ids.count { return batch.id }
        }
        return nil
    }

    /// The columns of a drop, and the ids of the records in its first block.
    private func beginning(of path: String) throws -> (Schema, [[UInt8]])? {
        var source = try DropSource(path: path, limits: limits)
        var decoder = DropDecoder(settings: DecodeSettings(campaign: campaign, limits: limits))
        let (block, isLast) = try source.next(upTo: DropReading.blockSize)
        // What cannot be read is refused by the reading proper, with its reason.
        guard let chunks = try? decoder.push(block, isLast: isLast), let first = chunks.first,
            let position = first.schema.position(of: .id)
        else { return nil }
        var ids: [[UInt8]] = []
        for chunk in chunks {
            for record in chunk.records where position < Int(record.fieldCount) {
                let span = chunk.fields[Int(record.firstField) + position]
                if span.length > 0 { ids.append(Array(chunk.value(span))) }
            }
        }
        return (first.schema, ids)
    }
}
