import Foundation

/// Do-not-contact lists that the configuration names: when each came last, and whom those that are missing or too old
/// hold.
struct NamedLists {
    /// What is kept of a list that came.
    private struct Taken: Codable {
        let batch: BatchID
        /// Milliseconds since the epoch.
        let at: Int64
        /// Somebody said that its age does not matter until the next one.
        var isAccepted = false
    }

    private let context: WorkContext
    private var store: any Store { context.store }
    private var named: [String: Configuration.NamedList] { context.configuration.lists.named }

    init(_ context: WorkContext) { self.context = context }

    /// Why a campaign's contacts do not leave: the first of the lists that it needs that is missing or too old.
    func hold(for campaign: Campaign) throws -> SendingHold? {
        for (name, list) in named.sorted(by: { $0.key < $1.key })
        where list.isRequired || campaign.lists.contains(name) {
            guard let problem = try problem(of: name, list) else { continue }
            return SendingHold(place: "the list \(name) (\(list.files))", problem: problem, campaign: campaign.name)
        }
        return nil
    }

    private func problem(of name: String, _ list: Configuration.NamedList) throws -> String? {
        guard let taken = try taken(name) else {
            return
                "it has not come since it was named; drop it into _suppress (a header without entries is a list, too)"
        }
        guard let maxAge = list.maxAge, !taken.isAccepted else { return nil }
        let at = Timestamp(milliseconds: taken.at)
        guard at.adding(maxAge) < context.now else { return nil }
        return "it came last as batch \(taken.batch) on \(at), which is longer ago than \(maxAge); drop a new one into "
            + "_suppress, or waybill suppress accept \(taken.batch)"
    }

    /// A list was taken whole. Call it in the transaction that says so.
    func note(_ batch: BatchRow) throws {
        for (name, list) in named where DropName.matches(batch.name, pattern: list.files) {
            // A list that waited for longer than another is not the newer one.
            if let known = try taken(name), known.at > batch.claimedAt.milliseconds { continue }
            try set(name, Taken(batch: batch.id, at: batch.claimedAt.milliseconds))
        }
    }

    /// Somebody decided that campaigns go on with an old list until the next one comes; false when the batch is not the
    /// last of a named list, or it is not too old. Call it inside a transaction.
    func accept(_ batch: BatchID) throws -> Bool {
        var isMeant = false
        for (name, list) in named {
            guard var taken = try taken(name), taken.batch == batch, try problem(of: name, list) != nil else {
                continue
            }
            taken.isAccepted = true
            try set(name, taken)
            isMeant = true
        }
        return isMeant
    }

    private func taken(_ name: String) throws -> Taken? {
        guard let kept = try store.setting(.namedList(name)) else { return nil }
        do {
            return try JSONDecoder().decode(Taken.self, from: Data(kept))
        } catch {
            throw StoreProblem.damaged(what: "when the list \(name) came last")
        }
    }

    private func set(_ name: String, _ taken: Taken) throws {
        try store.set(.namedList(name), to: Array(try JSONEncoder().encode(taken)))
    }
}
