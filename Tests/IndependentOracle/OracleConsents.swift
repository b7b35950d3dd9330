/// The consents people gave and took back. All moments are milliseconds.
struct OracleConsents {
    enum Action { case grant, revoke, start }

    struct Word {
        var action: Action
        /// When the person said it, and when Waybill learned of it.
        var said: Int
        var known: Int
        /// Empty: all of them.
        var channel = ""
        var purpose = ""
        var until = Int.max
        /// It came in a reply or a receipt, and those close contacts by themselves.
        var isReply = false
    }

    /// By number or e-mail address.
    private(set) var words: [String: [Word]] = [:]

    mutating func add(_ word: Word, of address: String) { words[address, default: []].append(word) }

    /// Whether there is any word on an address besides a contact's own column.
    func knows(_ address: String) -> Bool { words[address] != nil }

    /// Whether somebody agrees to a message at a moment. At the exact moment when Waybill learns of a word, either
    /// reading is right: with the word or without it.
    ///
    /// - Parameter own: when consent was given by the contact's own column; nil: the column gives none.
    func openness(_ address: String, _ channel: String, _ purpose: String, own: Int?, at moment: Int) -> Openness {
        let now = agrees(address, channel, purpose, own: own, at: moment)
        guard words[address]?.contains(where: { $0.known == moment }) == true else { return now ? .open : .shut }
        return agrees(address, channel, purpose, own: own, at: moment, hearing: moment - 1) == now
            ? (now ? .open : .shut) : .free
    }

    private func agrees(
        _ address: String, _ channel: String, _ purpose: String, own: Int?, at moment: Int, hearing: Int? = nil
    ) -> Bool {
        let heard = (words[address] ?? []).filter { $0.known <= hearing ?? moment }
        let last = Self.lastRefusal(heard, channel, purpose)
        var grants = heard.filter { word in
            word.action == .grant && (word.channel.isEmpty || word.channel == channel)
                && (word.purpose.isEmpty || word.purpose == purpose)
        }.map { (said: $0.said, until: $0.until) }
        if let own { grants.append((own, Int.max)) }
        grants = grants.filter { $0.said > last && $0.said <= moment }
        guard let newest = grants.map(\.said).max() else { return false }
        return grants.filter { $0.said == newest }.allSatisfy { $0.until > moment }
    }

    private static func lastRefusal(_ heard: [Word], _ channel: String?, _ purpose: String) -> Int {
        heard.filter { word in
            word.action == .revoke && (word.channel.isEmpty || word.channel == channel)
                && (word.purpose.isEmpty || purpose.isEmpty || word.purpose == purpose)
        }.map(\.said).max() ?? Int.min
    }

    /// The spans in which nothing of a purpose may be sent to an address, because consent was taken back otherwise than
    /// by a reply. A nil channel means that the channel is not decided yet.
    func refusals(of address: String, _ channel: String?, _ purpose: String) -> [(from: Int, until: Int)] {
        guard let all = words[address], all.contains(where: { $0.action == .revoke && !$0.isReply }) else { return [] }
        var spans: [(from: Int, until: Int)] = []
        var since: Int?
        for moment in changes(of: address) {
            let heard = all.filter { $0.known <= moment }
            let last = Self.lastRefusal(heard.filter { !$0.isReply }, channel, purpose)
            let refuses = Self.lastRefusal(heard, channel, purpose)
            let isStarted = heard.contains { $0.action == .start && $0.said > refuses }
            let grants = heard.filter { word in
                word.action == .grant && (word.channel.isEmpty || channel == nil || word.channel == channel)
                    && (word.purpose.isEmpty || word.purpose == purpose) && word.said > refuses && word.said <= moment
            }
            let newest = grants.map(\.said).max()
            let isAgreed = newest != nil && grants.filter { $0.said == newest }.allSatisfy { $0.until > moment }
            let isRefused = last > Int.min && !isStarted && !isAgreed
            if isRefused, since == nil { since = moment }
            if !isRefused, let from = since {
                spans.append((from, moment))
                since = nil
            }
        }
        if let from = since { spans.append((from, Int.max)) }
        return spans
    }

    /// The moments at which the consent of an address can change.
    func changes(of address: String) -> [Int] {
        Set((words[address] ?? []).flatMap { [$0.known, max($0.known, $0.said), $0.until] }).subtracting([Int.max])
            .sorted()
    }
}

extension OracleCase {
    /// Collects the words in orders and answers. A start agrees to texts for the purpose of the last message to the
    /// number.
    func takeConsents() {
        for (at, order) in scenario.orders {
            let (said, known) = (at * 1_000, history.taken(at * 1_000))
            switch order {
            case .stop(let number):
                consents.add(.init(action: .revoke, said: said, known: known, isReply: true), of: number)
            case .start(let number):
                consents.add(.init(action: .start, said: said, known: known, isReply: true), of: number)
                guard let purpose = lastPurpose(of: number, by: known), !purpose.isEmpty else { continue }
                consents.add(
                    .init(
                        action: .grant, said: said, known: known, channel: "sms", purpose: purpose, isReply: true),
                    of: number)
            case .consent(let number, let word):
                consents.add(
                    .init(
                        action: word.grants ? .grant : .revoke,
                        said: word.grants ? word.said * 1_000 : min(word.said * 1_000, known),
                        known: known, channel: word.channel, purpose: word.purpose,
                        until: word.expires == 0 ? Int.max : word.expires * 1_000), of: number)
            case .list, .unlist, .pause, .resume: break
            }
        }
        for answer in answers where answer.event == "unsubscribed" || answer.event == "complained" {
            guard answer.send >= 0, answer.send < sends.count else { continue }
            let address = sends[answer.send].address
            let said = min(answer.happened, answer.taken)
            // A start sent later cancels what was said before it.
            let isPast = (consents.words[address] ?? []).contains {
                $0.action == .start && $0.said > said && $0.known <= answer.taken
            }
            if isPast { continue }
            consents.add(.init(action: .revoke, said: said, known: answer.taken, isReply: true), of: address)
        }
    }

    /// The purpose of the last message to the contacts whose first number this is.
    private func lastPurpose(of number: String, by moment: Int) -> String? {
        let own = sends.indices.filter { place in
            sends[place].at <= moment
                && contact(sends[place].drop, sends[place].record)?.phones.first?.number == number
        }
        guard let last = own.max(by: { sends[$0].at < sends[$1].at }) else { return nil }
        return campaigns[scenario.drops[sends[last].drop].campaign]?.campaign.purpose
    }

    /// Whether a contact agrees to a step's message, for any moment.
    func consent(
        _ campaign: PolicyScenario.Campaign, _ step: PolicyScenario.Step, _ contact: PolicyScenario.Contact
    ) -> OracleConsent {
        let address = target(step, contact).address
        let own = contact.hasConsent ? (contact.consentAt ?? 0) * 1_000 : nil
        guard consents.knows(address) || own ?? 0 > 0 else {
            return OracleConsent(own: contact.hasConsent) { _ in contact.hasConsent ? .open : .shut }
        }
        let known = self.consents
        return OracleConsent(own: nil) {
            known.openness(address, step.channel, campaign.purpose, own: own, at: $0)
        }
    }

    /// The demands for consent of the policy itself, as rules.
    static func demands(_ campaign: PolicyScenario.Campaign, _ channel: String) -> [OracleRuleBook.Row] {
        campaign.policy.requires.filter { demand in
            (demand.channels.isEmpty || demand.channels.contains(channel))
                && (demand.purposes.isEmpty || campaign.purpose.isEmpty || demand.purposes.contains(campaign.purpose))
        }.map { _ in
            OracleRuleBook.Row(
                id: "require", places: [], kinds: [], purposes: [], hours: nil, holidays: [], holidayHours: nil,
                counts: [], needsConsent: true, from: .min, to: .max)
        }
    }
}

/// Whether somebody agrees, for any moment.
struct OracleConsent {
    /// The answer, if it is the same at all moments.
    var own: Bool?
    var openness: (Int) -> Openness

    init(own: Bool?, _ openness: @escaping (Int) -> Openness) {
        self.own = own
        self.openness = openness
    }
}

extension PolicyOracle {
    /// The messages that left because of a consent that came after the contact did, and when it came.
    package func agreed(sends: [PolicySend], answers: [PolicyAnswer]) -> [(send: Int, since: Int)] {
        let judged = OracleCase(scenario, clock: clock, sends: sends, answers: answers, finalStates: [])
        return sends.indices.compactMap { place in
            let send = sends[place]
            guard let contact = judged.contact(send.drop, send.record),
                let prepared = judged.campaigns[scenario.drops[send.drop].campaign],
                let step = prepared.step(send.step)
            else { return nil }
            let hours = judged.hours(prepared, step, contact)
            guard hours.hasChangingConsent, let zone = hours.zones.first else { return nil }
            let since = judged.consents.changes(of: send.address).last { $0 <= send.at }
            guard let since, since > scenario.drops[send.drop].at * 1_000 else { return nil }
            let second = OracleClock.quotient(since - 1, 1_000)
            let isShut = hours.law.contains { row in
                row.row.needsConsent && row.openness(zone.wall(atSecond: second), at: since - 1) == .shut
            }
            return isShut ? (place, since) : nil
        }
    }
}
