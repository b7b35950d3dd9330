/// Changes the outcome of a round in one place, to show that the oracle notices.
package struct SpoiltRound {
    package enum Kind: String, CaseIterable, Sendable {
        case earlier = "sent an hour earlier"
        case later = "sent an hour later"
        case twice = "sent twice"
        case lost = "the last message of a contact not sent"
        case state = "another final state"
        case address = "sent to another address"
        case unagreed = "sent before the consent came"
    }

    package private(set) var sends: [PolicySend]
    package private(set) var answers: [PolicyAnswer]
    package private(set) var finalStates: [[String]]
    /// The change and its contact, named as in the violations.
    package private(set) var words: String

    /// Nil where there is nothing to spoil.
    package init?(
        _ kind: Kind, sends: [PolicySend], answers: [PolicyAnswer], finalStates: [[String]],
        agreed: [(send: Int, since: Int)] = [], seed: UInt64
    ) {
        guard !sends.isEmpty, kind != .unagreed || !agreed.isEmpty else { return nil }
        self.answers = answers
        self.finalStates = finalStates
        var random = RandomSource(seed: seed)
        var spoilt = Array(sends.enumerated())
        let chosen = agreed.isEmpty ? nil : agreed[random.number(0...agreed.count - 1)]
        let place = kind == .unagreed ? chosen?.send ?? 0 : random.number(0...sends.count - 1)
        let send = sends[place]
        words = "\(kind.rawValue), drop \(send.drop) record \(send.record) step \(send.step)"
        switch kind {
        case .earlier: spoilt[place].element.at -= 3_600_000
        case .later: spoilt[place].element.at += 3_600_000
        case .twice: spoilt.append(spoilt[place])
        case .address: spoilt[place].element.address += "7"
        case .unagreed: spoilt[place].element.at = (chosen?.since ?? 0) - 1
        case .lost:
            guard
                let last = spoilt.lastIndex(where: { $0.element.drop == send.drop && $0.element.record == send.record })
            else { return nil }
            spoilt.remove(at: last)
        case .state:
            let labels = ["Pending", "Expired", "Throttled", "Connected", "Failed", "Dangling", "Suppressed"]
            let own = finalStates[send.drop][send.record]
            let other = random.one(of: labels.filter { $0 != own }, or: "Nothing")
            self.finalStates[send.drop][send.record] = other
            words += ": \(other) in place of \(own)"
        }
        spoilt.sort { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        var moved: [Int: Int] = [:]
        for (new, old) in spoilt.enumerated() where moved[old.offset] == nil { moved[old.offset] = new }
        self.sends = spoilt.map(\.element)
        self.answers = answers.compactMap { answer in
            moved[answer.send].map {
                PolicyAnswer(send: $0, event: answer.event, happened: answer.happened, taken: answer.taken)
            }
        }
    }
}
