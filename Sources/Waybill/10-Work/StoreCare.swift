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
                    "problem": .text("the audit chain is not what was sealed, or the file with its length is damaged"),
                    "remedy": .text("see waybill audit verify, and compare with a backup"),
                ])
        } catch {
            log.warning("audit.unsealed", ["error": .text("\(error)")])
        }
    }
}
