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
        case listed = "sent to somebody on a named list"
        case refused = "sent after a stop to its list"
        case unlisted = "sent while a list that it needs was missing"

        /// Whether it is a message that leaves at a moment at which it must not.
        package var isForbidden: Bool {
            switch self {
            case .unagreed, .listed, .refused, .unlisted: true
            case .earlier, .later, .twice, .lost, .state, .address: false
            }
        }
    }

    package private(set) var sends: [PolicySend]
    package private(set) var answers: [PolicyAnswer]
    package private(set) var finalStates: [[String]]
    /// The change and its contact, named as in the violations.
    package private(set) var words: String

    /// Nil where there is nothing to spoil.
    package init?(
        _ kind: Kind, sends: [PolicySend], answers: [PolicyAnswer], finalStates: [[String]],
        forbidden: [(send: Int, at: Int)] = [], seed: UInt64
    ) {
        guard !sends.isEmpty, !kind.isForbidden || !forbidden.isEmpty else { return nil }
        self.answers = answers
        self.finalStates = finalStates
        var random = RandomSource(seed: seed)
        var spoilt = Array(sends.enumerated())
        let chosen = forbidden.isEmpty ? nil : forbidden[random.number(0...forbidden.count - 1)]
        let place = chosen?.send ?? random.number(0...sends.count - 1)
        let send = sends[place]
        words = "\(kind.rawValue), drop \(send.drop) record \(send.record) step \(send.step)"
        switch kind {
        case .earlier: spoilt[place].element.at -= 3_600_000
        case .later: spoilt[place].element.at += 3_600_000
        case .twice: spoilt.append(spoilt[place])
        case .address: spoilt[place].element.address += "7"
        case .unagreed, .listed, .refused, .unlisted: spoilt[place].element.at = chosen?.at ?? 0
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
