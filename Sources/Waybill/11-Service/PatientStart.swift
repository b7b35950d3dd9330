package import SystemIO

/// The start of a daemon. What its store needs may be missing for the moment; it waits for that as one that runs does,
/// and the workspace is its own meanwhile.
package final class PatientStart {
    private let workspace: Workspace
    private var configuration: Configuration
    private let clock: WallClock
    private let log: Log
    private let signals: SignalReceiver
    private let manager: ServiceManager?
    private var locks: WorkspaceLocks?

    package init(
        _ workspace: Workspace, _ configuration: Configuration, clock: WallClock, log: Log, signals: SignalReceiver,
        manager: ServiceManager?
    ) {
        self.workspace = workspace
        self.configuration = configuration
        self.clock = clock
        self.log = log
        self.signals = signals
        self.manager = manager
    }

    /// What `open` makes with the configuration and the workspace's locks, once it can; nil if a signal ends the wait.
    /// SIGHUP makes it try at once, with the configuration that `reload` reads.
    package func result<Opened>(
        reload: () throws -> Configuration, _ open: (Configuration, WorkspaceLocks) throws -> Opened
    ) throws -> Opened? {
        while true {
            do {
                return try open(configuration, try lock())
            } catch {
                guard let trouble = PassingTrouble(error) else { throw error }
                trouble.tell(log, manager) {
                    try StatusWriter.writeWaiting(
                        for: trouble.advice, workspace, configuration,
                        at: Timestamp(milliseconds: clock.nowMilliseconds()))
                }
            }
            if try isStopped(reload) { return nil }
        }
    }

    /// Waits; true if a signal says to stop.
    private func isStopped(_ reload: () throws -> Configuration) throws -> Bool {
        func now() -> Int64 { MonotonicClock.nanoseconds() / 1_000_000 }
        let until = now() + PassingTrouble.patience
        while now() < until {
            signals.wait(milliseconds: min(manager?.patience.map { $0 / 4 } ?? 1_000, max(0, until - now())))
            if manager?.patience != nil { manager?.tell("WATCHDOG=1") }
            let received = try signals.pending()
            if received.isEmpty { continue }
            guard received.allSatisfy({ $0 == SignalNumber.hangup }) else { return true }
            do {
                configuration = try reload()
            } catch {
                log.error("configuration.kept", ["error": .text("\(error)")])
            }
            return false
        }
        return false
    }

    private func lock() throws -> WorkspaceLocks {
        let state = workspace.path(configuration.state)
        if let locks, locks.state == state { return locks }
        let taken = try WorkspaceLocks(state)
        locks = taken
        return taken
    }
}
