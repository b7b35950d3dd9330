import SystemIO

/// Notes who is in which segment of large batches (`Contacts.noteKeys`), one batch after the other and while there is
/// nothing else to do, so that `explain` finds a person among millions of contacts without reading all of them.
final class KeyNotes {
    private let context: WorkContext
    /// Rings when a batch is done.
    private let bell: Bell
    /// The batch that is being noted; its outcome is what went wrong, or nil.
    private var errand: (batch: BatchID, outcome: BoundedQueue<String?>)?
    /// Batches that could not be noted; the next start tries again.
    private var failed: Set<BatchID> = []
    /// Monotonic milliseconds of the next look for a batch.
    private var nextLook: Int64 = 0

    private static let pause: Int64 = 10_000

    init(_ context: WorkContext, bell: Bell) {
        self.context = context
        self.bell = bell
    }

    /// Ends what is done and begins the next batch; returns whether one is being noted.
    func go(isIdle: Bool) throws -> Bool {
        if let (batch, outcome) = errand {
            guard case .element(let problem) = outcome.pop(waitingAtMost: 0) else { return true }
            errand = nil
            nextLook = 0
            if let problem {
                failed.insert(batch)
                context.log.warning("keys.unnoted", ["batch": .text("\(batch)"), "error": .text(problem)])
            }
        }
        guard isIdle, !context.isRehearsal, context.monotonic() >= nextLook else { return false }
        nextLook = context.monotonic() + Self.pause
        guard let batch = try context.store.batchWithoutKeys(except: failed) else { return false }
        begin(batch)
        return true
    }

    private func begin(_ batch: BatchID) {
        let outcome = BoundedQueue<String?>(capacity: 1)
        errand = (batch, outcome)
        let (workspace, configuration) = (context.workspace, context.configuration)
        _ = Worker.start(name: "keys") { [bell] in
            defer { bell.ring() }
            do {
                try workspace.openStore(configuration, readOnly: true).noteKeys(of: batch)
                outcome.push(nil)
            } catch {
                outcome.push("\(error)")
            }
        }
    }
}
