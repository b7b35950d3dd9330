/// Takes back parcels that were about to leave and did not.
extension Dispatcher {
    /// Returns messages that did not leave to the queue, as if never tried, and they are checked again: somebody may
    /// have said stop, and hours may have closed.
    func takeBack(_ parcel: Parcel) throws {
        guard let batch = try context.store.batch(parcel.batch) else { return }
        if batch.purpose == .replies {
            try takeBackAnswer(parcel)
        } else {
            var landing = try ParcelLanding(
                context, parcel, batch, context.setupOrDefaults(parcel.campaign), later: .none(at: context.now))
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
}
