import SystemIO

/// What is done with the store as a whole, when it is opened and now and then.
struct StoreCare {
    private let store: any Store
    private let log: Log
    private let now: Timestamp

    init(_ store: any Store, _ log: Log, _ clock: WallClock) {
        self.store = store
        self.log = log
        now = Timestamp(milliseconds: clock.nowMilliseconds())
    }

    /// Makes good what of the store can be, before anything is read from it, and says what was damaged. Who is
    /// suppressed is known then, so that no drop waits for it.
    func mend(_ configuration: Configuration) throws {
        // What is gone from the chain meanwhile is told before anything is added.
        seal()
        let found = try store.mend(campaigns: configuration.campaigns.map(\.name), at: now)
        for words in found.mended { log.error("store.mended", ["problem": .text(words)]) }
        for words in found.damaged {
            log.error(
                "store.damaged", ["problem": .text(words), "remedy": .text("what it concerns waits; restore a backup")])
        }
    }

    /// Writes down how long the chain is now. Where that cannot be done, it goes on as it was, and is tried again.
    func seal() {
        do {
            try store.sealAudit(at: now)
        } catch {
            log.warning("audit.unsealed", ["error": .text("\(error)")])
        }
    }
}
