/// When a waiting contact should have left.
extension ContactReplay {
    /// The first moment at which nothing stood in the way for the whole tolerance, if the tolerance ended before
    /// `stop`. Looks at the start of the wait, all its quarter hours, and the moments at which an obstacle ends.
    func firstDemand(_ situation: Situation, from latest: Int, stop: Int) -> Demand? {
        let first = max(latest, situation.hours.earliest)
        let last = stop - Self.tolerance
        guard first < last else { return nil }
        // There is no need to look through years of hours that never open.
        if last - first > 30 * 86_400_000, neverOpens(situation, around: first) { return nil }
        let extras = releases(situation, from: first, until: last)
        var next = 0
        var probe = first
        while probe < last {
            while next < extras.count, extras[next] <= probe {
                if let demand = demand(situation, at: extras[next], before: stop) { return demand }
                next += 1
            }
            if let over = judged.history.idle(prepared.campaign.name, at: probe) {
                // The end of the pause or outage is among the releases, too.
                probe = over
                continue
            }
            if let demand = demand(situation, at: probe, before: stop) { return demand }
            probe = situation.hours.nextProbe(after: probe)
        }
        while next < extras.count {
            if let demand = demand(situation, at: extras[next], before: stop) { return demand }
            next += 1
        }
        return nil
    }

    /// Moments at which an outage, a pause, a listing or a cap's hold ends.
    private func releases(_ situation: Situation, from first: Int, until last: Int) -> [Int] {
        var result = judged.history.outages.map(\.to)
        result += (judged.history.pauses[prepared.campaign.name] ?? []).map(\.to)
        result += situation.listings.flatMap { [$0.from, $0.until] }
        if let stopped = situation.emailStop { result.append(stopped) }
        result += situation.others.flatMap { [$0.from, $0.until] } + situation.consents
        for (cap, group) in situation.caps {
            if case .rolling(let seconds) = cap.cap.span {
                let span = seconds * 1_000
                result += judged.ledger.moments(cap, group: group, after: first - span, until: last - span)
                    .map { $0 + span }
            }
            // A cap that drops can also be filled within the wait.
            if cap.cap.drops { result += judged.ledger.moments(cap, group: group, after: first, until: last) }
        }
        return result.filter { $0 >= first && $0 < last }.sorted()
    }

    /// What must happen within some time after a moment; nil: nothing.
    private func demand(_ situation: Situation, at moment: Int, before stop: Int) -> Demand? {
        let limits = judged.limits(of: prepared)
        guard !limits.isEmpty else { return demand(situation, at: moment, lasting: Self.tolerance) }
        // Tries the time for which there was room for one more, and the time in which others did not use up the rate.
        for lasting in [judged.roomFor(limits, at: moment), judged.turn(limits, at: moment, before: stop)] {
            guard let lasting, moment + lasting < stop else { continue }
            if let demand = demand(situation, at: moment, lasting: lasting) { return demand }
        }
        return nil
    }

    private func demand(_ situation: Situation, at moment: Int, lasting: Int) -> Demand? {
        let later = moment + lasting
        guard situation.hours.openness(at: moment) == .open, situation.hours.openness(at: later) == .open,
            judged.history.runs(prepared.campaign.name, from: moment, to: later)
        else { return nil }
        var probe = lasting > Self.tolerance ? situation.hours.nextProbe(after: moment) : later
        while probe < later {
            guard situation.hours.openness(at: probe) == .open else { return nil }
            probe = situation.hours.nextProbe(after: probe)
        }
        var isDropped = false
        for (cap, group) in situation.caps {
            let state = judged.ledger.state(cap, group: group, from: moment, lasting: lasting)
            if state.isFree { continue }
            guard cap.cap.drops, state.isFull else { return nil }
            isDropped = true
        }
        let isListed = situation.listings.contains { $0.from <= moment && later < $0.until }
        let isTouched = situation.listings.contains { $0.from <= later && moment < $0.until }
        let isOther = situation.others.contains { $0.from <= moment && later < $0.until }
        if !isOther, situation.others.contains(where: { $0.from <= later && moment < $0.until }) { return nil }
        let isStopped = isOther || (situation.emailStop ?? Int.max) <= moment
        if isTouched && !isListed { return nil }
        if !isStopped, (situation.emailStop ?? Int.max) <= later { return nil }
        // The contract does not say which of several comes first.
        if (isDropped ? 1 : 0) + (isListed ? 1 : 0) + (isStopped ? 1 : 0) > 1 { return nil }
        if isDropped { return Demand(at: moment, kind: .throttle, lasting: lasting) }
        if isListed { return Demand(at: moment, kind: .divert, lasting: lasting) }
        return Demand(at: moment, kind: isStopped ? .suppress : .send, lasting: lasting)
    }
}
