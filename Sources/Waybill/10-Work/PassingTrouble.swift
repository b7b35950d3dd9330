import SystemIO

/// What keeps a daemon from all of its work and passes by itself: no room, somebody else's lock, a lack of the moment.
/// It waits for that, at its start too, and what ends by itself says so and ends.
package struct PassingTrouble {
    /// As the log names it.
    let event: String
    /// For people.
    package let words: String
    /// What failed.
    let detail: String

    /// Milliseconds until it is tried again.
    static let patience: Int64 = 10_000

    /// Nil for what does not pass.
    package init?(_ error: any Error) {
        switch error {
        case let error as SQLiteError where error.isFull:
            (event, words) = ("store.full", "there is no room for the store")
        case let error as SQLiteError where error.isBusy:
            (event, words) = ("store.locked", "another program keeps the store locked")
        case let error as SQLiteError where error.isPassing:
            (event, words) = ("store.unreachable", "the store cannot be used for the moment")
        case let error as SystemError where error.isFull:
            (event, words) = ("store.full", "there is no room for \(error.path)")
        case let error as SystemError where error.isPassing:
            (event, words) = ("store.unreachable", "\(error.path) cannot be used for the moment")
        default: return nil
        }
        detail = "\(error)"
    }

    /// Says in the log and in the status that it is waited for; whoever started the daemon does not wait with it.
    func tell(_ log: Log, _ manager: ServiceManager?, status: () throws -> Void) {
        log.error(event, ["error": .text(detail)])
        try? status()
        manager?.tell("READY=1", "STATUS=" + words)
    }
}
