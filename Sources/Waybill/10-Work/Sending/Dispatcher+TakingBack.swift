/// Parcels that were about to leave, and did not.
extension Dispatcher {
    /// What did not leave waits again, each message as one that was never tried, and is looked at as if for the first
    /// time: since then somebody may have said stop, and hours may have closed.
    func takeBack(_ parcel: Parcel) throws {
        guard let batch = try context.store.batch(parcel.batch) else { return }
        var landing = try ParcelLanding(
            context, parcel, batch, context.setupOrDefaults(parcel.campaign), later: .none(at: context.now))
        try context.store.durably { try landing.takeBack() }
        context.contactTimes.readAgain()
        context.log.info(
            "parcel.taken-back",
            [
                "parcel": .text(parcel.id.description), "campaign": .text(parcel.campaign),
                "contacts": .number(landing.later),
            ])
        guard let ticket = parcel.ticket.map(Ticket.init(bytes:)) else { return }
        // What is left of it is in nobody's way, and goes with the next start.
        try? carrier(of: ticket).discard(ticket)
    }
}
