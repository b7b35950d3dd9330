/// Parcels whose results are not waited for any longer.
extension Dispatcher {
    /// How many are looked up at once.
    private static let overdueAtOnce = 16

    /// Moves on contacts whose step waited long enough for an answer, until it is asked to stop; returns how many parcels were
    /// handled.
    func settleOverdue(stopping: () -> Bool) throws -> Int {
        var handled = 0
        while true {
            let overdue = try context.store.overdueParcels(at: context.now, limit: Self.overdueAtOnce)
            if overdue.isEmpty { return handled }
            for parcel in overdue {
                if stopping() { return handled }
                handled += 1
                guard let batch = try context.store.batch(parcel.batch) else { continue }
                let setup = context.setupOrDefaults(parcel.campaign)
                var moves = try Moves(context, batch, setup, at: context.now)
                try context.store.durably {
                    for member in parcel.contacts where member.fate == .travels {
                        guard let contact = try moves.ledger.contact(member.record),
                            contact.standing.parcel == parcel.id.rawValue
                        else { continue }
                        try moves.happen(.timeUp, to: contact, stage: .receipt, code: "expired", at: context.now)
                    }
                    try moves.finish()
                    try context.store.close(parcel.id)
                }
            }
        }
    }
}
