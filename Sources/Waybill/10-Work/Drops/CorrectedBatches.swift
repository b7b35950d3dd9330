/// The batch that a drop corrects, the one which that corrected, and so on: what somebody decided about one of them
/// holds for records that come again, too.
struct CorrectedBatches {
    private let store: any Store
    private let batches: [BatchRow]

    init(_ store: any Store, from parent: BatchID?) throws {
        self.store = store
        var found: [BatchRow] = []
        var next = parent
        while let id = next, let row = try store.batch(id) {
            found.append(row)
            // Only earlier batches, whatever a damaged ledger says.
            next = row.acknowledgement?.corrects.flatMap { $0 < id ? $0 : nil }
        }
        batches = found
    }

    func has(_ batch: BatchID) -> Bool { batches.contains { $0.id == batch } }

    /// The first of them, which corrects none.
    var root: BatchID? { batches.last?.id }

    /// Counts their records that came back. Call it inside a transaction.
    func noteMended(_ count: Int, at now: Timestamp) throws {
        for batch in batches where count > 0 { try store.addMended(count, to: batch.id, at: now) }
    }

    /// The hold of one of them that still waits for approval.
    func hold() throws -> ApprovalHold? {
        let holds = try store.approvalHolds()
        return batches.lazy.compactMap { batch in holds.first { $0.batch == batch.id } }.first
    }

    /// What a drop asks for: what its side-car says, else the same as what it corrects.
    static func mode(_ sidecar: Sidecar, correcting parent: BatchID?, in store: any Store) throws -> DropMode {
        if let mode = sidecar.mode { return mode }
        let parents = try parent.flatMap { try store.batch($0)?.acknowledgement?.mode }
        // The word that nobody knew was the side-car's, and this one has none.
        return parents.map { $0 == .unclear ? .update : $0 } ?? .add
    }

    /// The batch that a drop corrects, as far as it may. What was withdrawn or replaced is not mended; whoever wants
    /// its records sent says so, and then they correct nothing.
    static func parent(_ parent: BatchID?, _ sidecar: Sidecar, in store: any Store) throws -> BatchID? {
        let corrected = try CorrectedBatches(store, from: parent).batches
        guard let root = corrected.last else { return parent }
        let what: String
        if let gone = try corrected.first(where: { try store.isWithdrawn($0) }) {
            what = "\(gone.id) (\(gone.name)), which was withdrawn, and so are the records that it mends"
        } else if let list = try LaterCancels.wholeList(store, of: root.campaign, after: root.id) {
            what = "\(root.id) (\(root.name)), whose records \(list.id) (\(list.name)) replaced as the whole list"
        } else {
            return parent
        }
        if sidecar.resend { return nil }
        throw RefusedDrop(
            .correctsUnknown,
            "it corrects \(what); if they are to be sent all the same, drop it again with \"resend\": true in its side-car"
        )
    }
}
