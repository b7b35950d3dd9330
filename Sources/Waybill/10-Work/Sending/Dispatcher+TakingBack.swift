/// Takes back parcels that were about to leave and did not.
extension Dispatcher {
    /// Returns messages that did not leave to the queue, as if never tried, and they are checked again: somebody may
    /// have said stop, and hours may have closed.
    func takeBack(_ parcel: Parcel) throws {
        guard let batch = try context.store.batch(parcel.batch) else { return }
        let later = rest(after: parcel)
        if batch.purpose == .replies {
            try takeBackAnswer(parcel, later: later)
        } else {
            var landing = try ParcelLanding(
                context, parcel, batch, context.setupOrDefaults(parcel.campaign), later: later)
            try context.store.durably { try landing.takeBack() }
            context.contactTimes.readAgain()
        }
        context.log.info(
            "parcel.taken-back",
            [
                "parcel": .text(parcel.id.description), "campaign": .text(parcel.campaign),
                "contacts": .number(parcel.contacts.count),
            ])
        guard let ticket = parcel.ticket.map(Ticket.init(bytes:)) else { return }
        // Its leftovers harm nobody; the next start removes them.
        try? carrier(of: ticket).discard(ticket)
    }

    /// When messages that came back are sent again. If their transport could not send them, at once the first time, and
    /// then after a growing delay, like those that it wants later: else they would go to and fro for ever. Those of
    /// other batches may have a folder of their own, and do not wait for it.
    private func rest(after parcel: Parcel) -> Backoff {
        guard let doubt = unsettled[parcel.id], doubt.failures > 0 else { return .none(at: now) }
        let key = LaterKey(parcel)
        guard let earlier = laters[key] else {
            laters[key] = Backoff(after: nil, at: now, chance: chance(), reason: doubt.reason)
            return .none(at: now)
        }
        // Those that come back together are one failure.
        if earlier.failures > 1, !earlier.isDue(at: now) { return earlier }
        let rest = Backoff(
            after: earlier, at: now, chance: chance(),
            reason: .transport(name: parcel.transport, problem: doubt.reason.words))
        laters[key] = rest
        return rest
    }
}
