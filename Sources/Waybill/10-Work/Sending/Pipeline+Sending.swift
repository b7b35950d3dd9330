/// What the rest asks of sending.
extension Pipeline {
    /// Called with how many contacts left in each parcel.
    package var onDeparture: ((Int) -> Void)? {
        get { dispatcher.onDeparture }
        set { dispatcher.onDeparture = newValue }
    }

    /// Called with each message of a rehearsal, when it leaves.
    package var onSending: ((Sending) throws -> Void)? {
        get { dispatcher.onSending }
        set { dispatcher.onSending = newValue }
    }

    /// Sends what is due until there is no more or it is asked to stop, which is between two parcels; returns how many parcels
    /// were handled.
    package func dispatchDue(stopping: () -> Bool) throws -> Int { try dispatcher.sendDue(stopping: stopping) }

    /// Moves on contacts whose step waited long enough for an answer, until it is asked to stop; returns how many parcels were
    /// handled.
    package func settleOverdue(stopping: () -> Bool) throws -> Int { try dispatcher.settleOverdue(stopping: stopping) }

    /// Whether a program is being asked, or sends: the bell of `events` rings when it has answered.
    package var isAskingPrograms: Bool { sampling.isAsking || dispatcher.inFlight > 0 }

    /// When the next parcel may leave, and when the next results are due. What waits for a program to end has no moment.
    package func nextMoments() throws -> (due: Timestamp?, result: Timestamp?) {
        var (due, result) = try store.nextMoments()
        if dispatcher.isFull, let moment = due, moment <= now { due = nil }
        return (due, result)
    }

    /// Begins to ask about batches that wait, and carries out what was answered; returns how many batches went on. `waiting`: until
    /// there is nothing more to ask.
    @discardableResult
    package func askPrograms(waiting: Bool = false) throws -> Int {
        try sampling.ask(waiting: waiting, at: monotonic())
    }

    /// Ends what is being asked; it is asked again by the next start.
    package func stopErrands() { sampling.stop() }
}
