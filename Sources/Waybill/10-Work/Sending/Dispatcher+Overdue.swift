/// Handles parcels whose time for results is over, and those that are put off or cannot be read.
extension Dispatcher {
    /// How many are looked up at once.
    private static let overdueAtOnce = 16

    /// Puts off everything of a campaign that is due, for a minute.
    func putOff(_ campaign: String, for hold: SendingHold) throws {
        try putOff(campaign, because: .unread(place: hold.place, problem: hold.problem))
    }

    /// - Parameter moment: nil: in a minute.
    func putOff(_ campaign: String, because reason: HoldReason, until moment: Timestamp? = nil) throws {
        let now = context.now
        try context.store.transiently {
            try context.store.delayDue(
                ofCampaign: campaign, channel: nil, at: now, until: moment ?? now.adding(.minutes(1)), reason: reason)
        }
    }

    /// Moves contacts on whose step has waited long enough for an answer, until asked to stop. Returns how many parcels
    /// were handled. A following delay counts from the end of the wait, whenever that is noticed.
    func settleOverdue(stopping: () -> Bool) throws -> Int {
        var handled = 0
        let all = context.configuration.campaigns.map(\.name)
        // The answer may be in the files that could not be read.
        if holds.contains(where: { $0.campaign == nil }) { return 0 }
        let held = Set(all.filter { name in holds.contains { $0.concerns(name) } })
        while true {
            let overdue = try context.store.overdueParcels(
                at: context.now, limit: Self.overdueAtOnce, except: held)
            if overdue.isEmpty { return handled }
            try putAside(overdue.damaged)
            for parcel in overdue.readable {
                if stopping() { return handled }
                handled += 1
                do {
                    try endWait(of: parcel)
                } catch let problem as StoreProblem {
                    // Something it needs cannot be read; the other parcels go on.
                    try putAside([DamagedParcel(id: parcel.id, problem: problem)])
                }
            }
        }
    }

    private func endWait(of parcel: Parcel) throws {
        let store = context.store
        guard let batch = try store.batch(parcel.batch) else {
            return try store.transiently { try store.close(parcel.id) }
        }
        if let setup = context.setup(parcel.campaign), setup.strategy.step(named: parcel.step) == nil {
            // The next step is unknown: closing would end contacts whose next step was only renamed.
            return try hold(parcel, because: .noStep(parcel.step, campaign: parcel.campaign))
        }
        let moves = try Moves(context, batch, context.setupOrDefaults(parcel.campaign), at: context.now)
        try store.durably {
            for member in parcel.contacts where member.fate == .travels {
                guard let contact = try moves.changes.contact(member.record),
                    contact.standing.parcel == parcel.id.rawValue
                else { continue }
                try moves.happen(.timeUp, to: contact, stage: .receipt, code: "expired", at: parcel.due)
            }
            try moves.finish()
            try store.close(parcel.id)
        }
    }

    /// Moves parcels whose rows cannot be read out of the way: they wait until somebody has repaired the store.
    func putAside(_ parcels: [DamagedParcel]) throws {
        for parcel in parcels {
            let reason = parcel.problem.description
            context.log.error("parcel.held", ["parcel": .text(parcel.id.description), "reason": .text(reason)])
            try context.store.transiently {
                try context.store.delay(parcel.id, until: ContactPlanner.never, reason: .damaged(reason))
            }
        }
    }

    /// Puts a parcel off for a minute: something in the configuration has to be corrected first. In a rehearsal nobody
    /// can do that.
    func hold(_ parcel: Parcel, because reason: HoldReason) throws {
        if context.isRehearsal {
            return try context.store.transiently {
                try context.store.delay(parcel.id, until: ContactPlanner.never, reason: reason)
            }
        }
        if parcel.reason != reason {
            context.log.error(
                "parcel.held", ["parcel": .text(parcel.id.description), "reason": .text(reason.words)])
        }
        try context.store.transiently {
            try context.store.delay(parcel.id, until: context.now.adding(.minutes(1)), reason: reason)
        }
    }
}
