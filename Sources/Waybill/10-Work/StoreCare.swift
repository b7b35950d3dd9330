import SystemIO

/// Maintenance of the store as a whole, when it is opened and now and then.
struct StoreCare {
    private let store: any Store
    private let log: Log
    private let now: Timestamp

    init(_ store: any Store, _ log: Log, _ clock: WallClock) {
        self.store = store
        self.log = log
        now = Timestamp(milliseconds: clock.nowMilliseconds())
    }

    /// Repairs what it can of the store before anything is read from it, and reports what was damaged. It also makes
    /// the suppression filter, so no drop has to wait for that.
    func mend(_ configuration: Configuration) throws {
        // Reports what the chain has lost, before anything is added to it.
        seal()
        let found = try store.mend(campaigns: configuration.campaigns.map(\.name), at: now)
        for words in found.mended { log.error("store.mended", ["problem": .text(words)]) }
        for words in found.damaged {
            log.error(
                "store.damaged", ["problem": .text(words), "remedy": .text("what it concerns waits; restore a backup")])
        }
    }

    /// Seals the chain's present length. If that fails, the old seal stays, and it is tried again.
    func seal() {
        do {
            guard try store.sealAudit(at: now) else { return }
            log.error(
                "audit.broken",
                [
                    "problem": .text(
                        "the audit chain is not what was sealed, or the file with its length is missing or damaged"),
                    "remedy": .text(
                        "see waybill audit verify, and put back what was lost; nothing is sent until a start with --state-is-right"
                    ),
                ])
        } catch {
            // What cannot be read holds, and is told by that.
            if store.sealProblem == nil { log.warning("audit.unsealed", ["error": .text("\(error)")]) }
        }
    }
}

extension Store {
    /// What holds everything since rows of the audit chain were lost, or may have been: they may have been anybody's
    /// stop.
    func trailHold() throws -> SendingHold? {
        if let error = sealProblem {
            return SendingHold(
                place: SendingHold.trail,
                problem: "its length cannot be compared (\(error)), and whether stops were lost is not known until it "
                    + "can be: see to that disk, and let the user that waybill runs as read and write in the state folder; "
                    + "if the file is lost, remove it, put back the state folder as it was, or start once with "
                    + "--state-is-right")
        }
        guard let words = try setting(.trailLoss) else { return nil }
        return SendingHold(
            place: SendingHold.trail,
            problem: String(decoding: words, as: UTF8.self)
                + ": who said stop since may be forgotten; put back the state folder as it was, or restore a backup and "
                + "drop lists and replies again; to go on without them, start once with --state-is-right")
    }
}

extension SendingHold {
    static let trail = "the audit chain"
}
