import SystemIO

/// Finds the batch whose rejects a drop brings back, if neither its side-car nor its name says so (contract §5).
///
/// It is the latest batch with the same columns whose rejects include at least half of the drop's first records. JSON
/// has no header: there the drop's keys must be among those of the batch, or required.
struct MendedDrop {
    private let store: any Store
    private let campaign: Campaign
    private let limits: Configuration.Limits
    /// What was decoded of the drop; nil if nothing had to be, or nothing could be.
    private(set) var begun: BegunDrop?

    /// How many batches are checked: a file is corrected within hours or days, not after dozens of other files.
    private static let candidates = 16

    init(store: any Store, campaign: Campaign, limits: Configuration.Limits) {
        self.store = store
        // Rejects come back without their drop's trailer, and a trailer's count does not matter here.
        var campaign = campaign
        campaign.trailer = nil
        self.campaign = campaign
        self.limits = limits
    }

    /// A drop that says what it asks for is found by its name or side-car alone.
    mutating func parent(of file: DropFile, _ sidecar: Sidecar, isAnybodys: Bool) throws -> BatchID? {
        if let mode = sidecar.mode, mode.isAboutEarlier { return nil }
        return try isAnybodys ? anyParent(of: file) : parent(of: file)
    }

    private mutating func parent(of file: DropFile) throws -> BatchID? {
        try parent(of: file, among: store.mendableBatches(ofCampaign: campaign.name, limit: Self.candidates))
    }

    /// The same for a drop that nothing assigns to a campaign: if it brings back another campaign's rejects, it must
    /// not leave under the rules of the campaign that takes everything.
    private mutating func anyParent(of file: DropFile) throws -> BatchID? {
        if let own = try parent(of: file) { return own }
        let others = try store.mendableBatches(ofCampaign: nil, limit: Self.candidates)
        guard let other = try parent(of: file, among: others), let batch = try store.batch(other) else { return nil }
        throw RefusedDrop(
            .correctsUnknown,
            "its records are those that were rejected of \(other), of the campaign \"\(batch.campaign)\", and neither its name, its "
                + "folder nor a side-car says whose it is; write \(other) into its name, or put it into the folder of the campaign "
                + "that it is for")
    }

    private mutating func parent(of file: DropFile, among candidates: [MendableBatch]) throws -> BatchID? {
        guard !candidates.isEmpty, let begun = try beginning(of: file), let kind = begun.drop.format?.kind,
            let schema = begun.chunks.last?.schema
        else { return nil }
        let needed = ReturnedRecords.needed(of: begun.chunks.reduce(0) { $0 + $1.records.count })
        var isFitting: [String: Bool] = [:]
        // Most drops have more records, or other columns.
        var read: ReturnedRecords?
        for batch in candidates where needed <= batch.rejected {
            let fits = try isFitting[batch.schemaText] ?? hasColumns(schema, of: kind, as: store.schema(of: batch))
            isFitting[batch.schemaText] = fits
            guard fits else { continue }
            var returned = read ?? ReturnedRecords(begun.chunks)
            if read == nil { read = returned }
            var isFound = false
            try store.forEachRejected(of: batch.id) { id, fingerprint in
                returned.match(id: id, fingerprint)
                isFound = returned.matched >= needed
                return !isFound
            }
            if isFound { return batch.id }
        }
        return nil
    }

    private func hasColumns(_ schema: Schema, of kind: DropKind, as other: Schema) -> Bool {
        let theirs = other.columns.map(\.outputName)
        let ours = schema.columns.map(\.outputName)
        if kind.isCSV { return ours.sorted() == theirs.sorted() }
        return Set(ours).isSubset(of: theirs + campaign.require.flatMap(\.names))
    }

    /// The records in the drop's first block.
    private mutating func beginning(of file: DropFile) throws -> BegunDrop? {
        if begun == nil {
            var drop = try DropChunks(file, DecodeSettings(campaign: campaign, limits: limits), limits: limits)
            do {
                let chunks = try drop.next() ?? []
                begun = BegunDrop(chunks: chunks, drop: drop)
            } catch is RefusedDrop {
                // The actual reading will refuse it again, and say why.
                return nil
            }
        }
        return begun
    }
}

/// A drop whose first block was decoded; who reads it can go on from there.
struct BegunDrop {
    let chunks: [Chunk]
    /// Behind them.
    let drop: DropChunks
}
