import SystemIO

/// What keeps a daemon from all of its work and passes by itself: no room, somebody else's lock, a lack of the moment.
/// It waits for that, at its start too, and what ends by itself says so and ends.
package struct PassingTrouble {
    /// As the log names it.
    let event: String
    /// For people.
    package let words: String
    private let remedy: String
    /// What failed.
    let detail: String

    /// Milliseconds until it is tried again.
    package static let patience: Int64 = 10_000

    /// Nil for what does not pass.
    package init?(_ error: any Error) {
        switch error {
        case let error as SQLiteError where error.isFull:
            (event, words, remedy) = ("store.full", "there is no room for the store", "make room on its disk")
        case let error as SQLiteError where error.isBusy:
            (event, words, remedy) = ("store.locked", "another program keeps the store locked", "end that program")
        case let error as SQLiteError where error.isPassing:
            (event, words, remedy) = ("store.unreachable", "the store cannot be used for the moment", "see to its disk")
        case let error as SystemError where error.isFull:
            (event, words, remedy) = ("store.full", "there is no room for \(error.path)", "make room there")
        case let error as SystemError where error.isPassing:
            (event, words, remedy) = (
                "store.unreachable", "\(error.path) cannot be used for the moment", "see to its disk"
            )
        default: return nil
        }
        detail = "\(error)"
    }

    /// The same with what somebody can do.
    var advice: String { words + ": " + remedy }

    /// Says in the log and in the status that it is waited for; whoever started the daemon does not wait with it.
    func tell(_ log: Log, _ manager: ServiceManager?, status: () throws -> Void) {
        log.error(event, ["error": .text(detail)])
        try? status()
        manager?.tell("READY=1", "STATUS=" + words)
    }
}
