/// What happens to a contact that waits for a step.
extension ContactReplay {
    /// An event that had to happen, since nothing stood in its way from `at` on for the tolerance.
    struct Demand {
        enum Kind { case send, throttle, divert, suppress }

        var at: Int
        var kind: Kind
        /// For how long nothing stood in its way.
        var lasting = ContactReplay.tolerance
    }

    /// Everything about one wait that does not change while it lasts.
    struct Situation {
        var step: PolicyScenario.Step
        var hours: ContactHours
        /// Caps for the step's channel that have counted at least one send for this contact.
        var caps: [(cap: PreparedCap, group: Int)]
        /// Listings of the step's channel.
        var listings: [OracleHistory.Listing]
        /// From when on the step's e-mail address must not be used.
        var emailStop: Int?
        /// The spans in which a number of the contact other than its first had said stop, or any of them was listed for
        /// all channels.
        var others: [(from: Int, until: Int, label: String)]
        /// When the person's consent changes.
        var consents: [Int]
    }

    mutating func wait(for step: PolicyScenario.Step, earliest: Int, latest: Int, since: Int) -> Phase {
        let situation = situation(step)
        let closing = closing(from: since)
        let send = nextSend
        let stop = min(send?.at ?? end, closing?.at ?? end, end)
        let demand = firstDemand(situation, from: latest, stop: stop)
        let until = demand.map { min($0.at + $0.lasting, stop) } ?? stop
        if let phase = divert(situation, earliest: earliest, demand: demand, until: until, stop: stop) { return phase }
        if send == nil, let label {
            if label == "Throttled", throttles(situation, from: earliest, until: until) {
                return .ended(labels: ["Throttled"], at: until)
            }
            if label == "Suppressed", let stopped = situation.emailStop, stopped <= until {
                return .ended(labels: ["Suppressed"], at: until)
            }
            if situation.others.contains(where: {
                $0.label == label && max($0.from, earliest) <= until && earliest < $0.until
            }) {
                return .ended(labels: [label], at: until)
            }
            if label == "Expired", demand == nil, mayExpire(situation, earliest: latest, by: until) {
                return .ended(labels: ["Expired"], at: until)
            }
        }
        if let demand, let phase = missed(demand, situation, until: stop) { return phase }
        if let send, send.at < closing?.at ?? Int.max {
            return leave(send, step, earliest: earliest)
        }
        if let closing, closing.at <= end { return .ended(labels: closing.labels, at: closing.at) }
        return .ended(labels: labelsAtEnd(situation, earliest: latest), at: since)
    }

    private func situation(_ step: PolicyScenario.Step) -> Situation {
        let address = judged.target(step, contact).address
        var caps: [(cap: PreparedCap, group: Int)] = []
        for cap in judged.caps(prepared, step, contact) {
            if let group = judged.group(cap, contact, address: address) { caps.append((cap, group)) }
        }
        var listings: [OracleHistory.Listing] = []
        for phone in contact.phones {
            listings += judged.history.listings(of: phone.number, campaign: prepared.campaign.name)
                .filter { $0.channel == step.channel }
        }
        return Situation(
            step: step, hours: judged.hours(prepared, step, contact), caps: caps, listings: listings,
            emailStop: step.channel == "email" ? emailStop : nil, others: others(over: step.channel),
            consents: step.channel == "email" ? [] : judged.consents.changes(of: address))
    }

    private func others(over channel: String) -> [(from: Int, until: Int, label: String)] {
        var result: [(from: Int, until: Int, label: String)] = []
        for (place, phone) in contact.phones.enumerated() {
            var since: Int?
            for entry in place == 0 ? [] : judged.history.words[phone.number] ?? [] {
                switch entry.word {
                case .stop, .unsubscribed: since = since ?? entry.at
                case .start:
                    if let from = since { result.append((from, entry.at, "Suppressed")) }
                    since = nil
                }
            }
            if let from = since { result.append((from, Int.max, "Suppressed")) }
            for listing in judged.history.listings(of: phone.number, campaign: prepared.campaign.name)
            where listing.channel.isEmpty { result.append((listing.from, listing.until, "DNC Listed")) }
            result += judged.consents.refusals(of: phone.number, channel, OracleSort(prepared.campaign)).map {
                ($0.from, $0.until, "Suppressed")
            }
        }
        return result
    }

    // MARK: Leaving

    /// Compares a send with the expected one.
    private mutating func leave(_ send: PolicySend, _ step: PolicyScenario.Step, earliest: Int) -> Phase {
        if send.step != step.name || send.attempt != attempts + 1 {
            find(send.at, "\(judged.describe(send)): expected is step \(step.name) attempt \(attempts + 1)")
            return .lost
        }
        if send.at < earliest {
            find(send.at, "\(judged.describe(send)): too early, the strategy allows it from \(words(earliest))")
        }
        let place = Int(sends[followed])
        followed += 1
        attemptsSinceEntry += 1
        diverted = []
        return .sent(step: step, place: place)
    }

    /// Reports what should have happened; nil when it did happen.
    private mutating func missed(_ demand: Demand, _ situation: Situation, until stop: Int) -> Phase? {
        let due = words(demand.at)
        let then = nextSend.map { "it left at \(words($0.at))" } ?? "it has not left by \(words(stop))"
        switch demand.kind {
        case .send:
            if let send = nextSend, send.at == stop {
                find(
                    send.at, "\(judged.describe(send)): late, nothing stood in its way from \(due) on",
                    isNeedlessWait: true)
            } else {
                find(
                    demand.at, "\(words(situation.step)): late, nothing stood in its way from \(due) on and \(then)",
                    isNeedlessWait: true)
            }
            return nil
        case .throttle:
            if nextSend == nil, label == "Throttled" { return .ended(labels: ["Throttled"], at: demand.at) }
            find(
                demand.at,
                "\(words(situation.step)): a cap that drops was full at \(due), so it should be Throttled; "
                    + then)
        case .divert:
            find(demand.at, "\(words(situation.step)): its number is listed for that channel at \(due); \(then)")
        case .suppress:
            if nextSend == nil, let label, label == "Suppressed" || label == "DNC Listed" {
                return .ended(labels: [label], at: demand.at)
            }
            find(demand.at, "\(words(situation.step)): one of its addresses had said stop at \(due); \(then)")
        }
        return .lost
    }

    /// The step that a listing of the channel leads to, if that is what happened.
    private mutating func divert(
        _ situation: Situation, earliest: Int, demand: Demand?, until: Int, stop: Int
    ) -> Phase? {
        let moments = situation.listings
            .map { (from: max(earliest, $0.from), until: $0.until) }
            .filter { $0.from <= until && $0.from < $0.until }
        guard let first = moments.map(\.from).min() else { return nil }
        let isDue = demand?.kind == .divert
        let prefersStaying = !isDue && (nextSend?.step ?? situation.step.name) == situation.step.name
        if (choices.pick(2) == 0) == prefersStaying { return nil }
        guard case .go(let name, let seconds)? = situation.step.on["failed"], name != situation.step.name,
            let target = prepared.step(name)
        else {
            return .ended(labels: ["DNC Listed"], at: first)
        }
        if !diverted.insert(situation.step.name).inserted {
            return .ended(labels: ["DNC Listed", "Retries Completed"], at: first)
        }
        let last = isDue ? until : stop
        skipped += 1
        return enter(target, seconds: seconds, happened: first, from: first, until: max(first, last))
    }

    // MARK: Caps that drop

    private func throttles(_ situation: Situation, from: Int, until: Int) -> Bool {
        for (cap, group) in situation.caps where cap.cap.drops {
            if judged.ledger.isFull(cap, group: group, at: from) { return true }
            let later = judged.ledger.moments(cap, group: group, after: from, until: until)
            if later.contains(where: { judged.ledger.isFull(cap, group: group, at: $0) }) { return true }
        }
        return false
    }

    // MARK: Expiry

    /// Whether Waybill could know by a moment that the contact will not be reached in time any more.
    private func mayExpire(_ situation: Situation, earliest: Int, by moment: Int) -> Bool {
        guard let bound = situation.hours.bound else { return false }
        if situation.hours.hasChangingConsent { return true }
        let from = max(earliest, moment, situation.hours.earliest)
        if bound > moment, neverOpens(situation, around: earliest) { return false }
        let delaying = situation.caps.filter { !$0.cap.cap.drops }
        if delaying.isEmpty {
            return !situation.hours.opens(
                from: from, to: min(bound, from + 400 * 86_400_000), least: .open, lasting: Self.tolerance)
        }
        var probe = from
        while probe < min(bound, from + 400 * 86_400_000) {
            let isOpen =
                situation.hours.openness(at: probe) == .open
                && situation.hours.openness(at: probe + Self.tolerance) == .open
            if isOpen,
                !delaying.contains(where: {
                    judged.ledger.isFull($0.cap, group: $0.group, at: probe, knowing: moment)
                })
            {
                return false
            }
            probe = situation.hours.nextProbe(after: probe)
        }
        return true
    }

    /// The possible labels at the end of a contact that was neither sent nor closed.
    private func labelsAtEnd(_ situation: Situation, earliest: Int) -> Set<String> {
        guard let bound = situation.hours.bound else { return ["Pending"] }
        if situation.hours.hasChangingConsent { return ["Pending", "Expired"] }
        let from = max(earliest, end - Self.tolerance, situation.hours.earliest)
        let horizon = min(bound, from + 400 * 86_400_000)
        if situation.hours.opens(from: from, to: horizon, least: .free) { return ["Pending"] }
        if neverOpens(situation, around: earliest) {
            return bound <= end ? ["Pending", "Expired"] : ["Pending"]
        }
        let isWatched = judged.history.runs(prepared.campaign.name, from: end - Self.tolerance, to: end)
        // Waybill looks again at a contact held by a cap when the cap allows one more, or when the contact's last
        // moment is over; at one held by a rate, when its turn comes.
        if !judged.limits(of: prepared).isEmpty { return ["Pending", "Expired"] }
        let isHeld =
            bound > end - Self.tolerance
            && situation.caps.contains {
                judged.ledger.isFull($0.cap, group: $0.group, at: end - Self.tolerance)
                    || judged.ledger.isFull($0.cap, group: $0.group, at: end)
            }
        // Waybill may notice at once that the contact expires, or only when the attempt would be due.
        return isWatched && !isHeld && earliest + Self.tolerance < end ? ["Expired"] : ["Pending", "Expired"]
    }

    /// True if the contact's hours stay shut for 400 days, whatever its bounds are.
    func neverOpens(_ situation: Situation, around moment: Int) -> Bool {
        if situation.hours.windows?.isEmpty == true || situation.hours.zones.isEmpty { return true }
        let phone = judged.target(situation.step, contact).phone
        let key =
            ([prepared.campaign.name, situation.step.channel, phone.country] + phone.regions
            + situation.hours.zones.map(\.name)
            + [contact.state, contact.hasConsent ? "consent" : ""]
            // The law changes.
            + (situation.hours.law.isEmpty ? [] : ["\(moment / (7 * 86_400_000))"]))
            .joined(separator: "|")
        let isChanging = situation.hours.hasChangingConsent
        if !isChanging, let known = judged.neverOpening[key] { return known }
        var hours = situation.hours
        hours.notBefore = []
        hours.expiresAt = nil
        hours.endBefore = nil
        let opens = hours.opens(from: moment, to: moment + 400 * 86_400_000, least: .free)
        if !isChanging { judged.neverOpening[key] = !opens }
        return !opens
    }
}
