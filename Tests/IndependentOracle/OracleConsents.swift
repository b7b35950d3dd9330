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
        var list = ""
        var until = Int.max
        /// It came in a reply or a receipt, and those close contacts by themselves.
        var isReply = false
    }

    /// By number or e-mail address.
    private(set) var words: [String: [Word]] = [:]
    /// Stops for a list or a purpose alone, by number or e-mail address, and when they were known.
    private(set) var narrow: [String: [(at: Int, scope: OracleSort)]] = [:]
    /// Whose words nobody can tell the reach of: nothing is said about them.
    var unsure: Set<String> = []

    mutating func add(_ word: Word, of address: String) { words[address, default: []].append(word) }

    /// A stop that is for a list or a purpose alone.
    mutating func stop(_ address: String, _ scope: OracleSort, said: Int, known: Int) {
        add(.init(action: .revoke, said: said, known: known, purpose: scope.purpose, list: scope.list), of: address)
        narrow[address, default: []].append((known, scope))
    }

    /// When such a stop was heard that concerns messages of a sort: not where somebody agreed later.
    func narrowStops(of address: String, _ sort: OracleSort) -> [Int] {
        let refused = narrow[address] == nil ? [] : refusals(of: address, nil, sort)
        return (narrow[address] ?? []).filter { stop in
            stop.scope.mayMean(sort) && refused.contains { $0.from <= stop.at && stop.at < $0.until }
        }.map(\.at)
    }

    /// Whether anything but a contact's own column says anything of an address.
    func knows(_ address: String) -> Bool { words[address] != nil }

    /// Whether somebody agrees to a message at a moment. At the exact moment when Waybill learns of a word, either
    /// reading is right: with the word or without it.
    ///
    /// - Parameter own: when the contact's own column says that they did; nil: it does not.
    func openness(_ address: String, _ channel: String, _ sort: OracleSort, own: Int?, at moment: Int) -> Openness {
        let now = agrees(address, channel, sort, own: own, at: moment)
        guard words[address]?.contains(where: { $0.known == moment }) == true else { return now ? .open : .shut }
        return agrees(address, channel, sort, own: own, at: moment, hearing: moment - 1) == now
            ? (now ? .open : .shut) : .free
    }

    private func agrees(
        _ address: String, _ channel: String, _ sort: OracleSort, own: Int?, at moment: Int, hearing: Int? = nil
    ) -> Bool {
        let heard = (words[address] ?? []).filter { $0.known <= hearing ?? moment }
        let last = Self.lastRefusal(heard, channel, sort)
        var grants = heard.filter { word in
            word.action == .grant && (word.channel.isEmpty || word.channel == channel) && word.agrees(to: sort)
        }.map { (said: $0.said, until: $0.until) }
        if let own { grants.append((own, Int.max)) }
        grants = grants.filter { $0.said > last && $0.said <= moment }
        guard let newest = grants.map(\.said).max() else { return false }
        return grants.filter { $0.said == newest }.allSatisfy { $0.until > moment }
    }

    private static func lastRefusal(_ heard: [Word], _ channel: String?, _ sort: OracleSort) -> Int {
        heard.filter { word in
            word.action == .revoke && (word.channel.isEmpty || word.channel == channel)
                && OracleSort(purpose: word.purpose, list: word.list).mayMean(sort)
        }.map(\.said).max() ?? Int.min
    }

    /// When nothing of a purpose may be sent to an address for what was taken back otherwise than by a reply: over a
    /// channel, or over none that is decided.
    func refusals(of address: String, _ channel: String?, _ sort: OracleSort) -> [(from: Int, until: Int)] {
        guard let all = words[address], all.contains(where: { $0.action == .revoke && !$0.isReply }) else { return [] }
        var spans: [(from: Int, until: Int)] = []
        var since: Int?
        for moment in changes(of: address) {
            let heard = all.filter { $0.known <= moment }
            let last = Self.lastRefusal(heard.filter { !$0.isReply }, channel, sort)
            let refuses = Self.lastRefusal(heard, channel, sort)
            let isStarted = heard.contains { $0.action == .start && $0.said > refuses }
            let grants = heard.filter { word in
                word.action == .grant && (word.channel.isEmpty || channel == nil || word.channel == channel)
                    && word.agrees(to: sort) && word.said > refuses && word.said <= moment
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
            case .stop(let number, let isAll):
                take(
                    stop: isAll ? [.everything] : reaches(answering: number, by: known), of: number, said, known,
                    isReply: true)
            case .start(let number):
                consents.add(.init(action: .start, said: said, known: known, isReply: true), of: number)
                guard let sort = lastSort(of: number, by: known), !sort.purpose.isEmpty else { continue }
                consents.add(
                    .init(
                        action: .grant, said: said, known: known, channel: "sms", purpose: sort.purpose,
                        list: sort.list,
                        isReply: true),
                    of: number)
            case .consent(let number, let word):
                consents.add(
                    .init(
                        action: word.grants ? .grant : .revoke,
                        said: word.grants ? word.said * 1_000 : min(word.said * 1_000, known),
                        known: known, channel: word.channel, purpose: word.purpose, list: word.list,
                        until: word.expires == 0 ? Int.max : word.expires * 1_000), of: number)
            case .list, .unlist, .named, .pause, .resume: break
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
            let reach = answer.event == "complained" ? .everything : reaches(answering: sends[answer.send], at: said)
            take(stop: [reach], of: address, said, answer.taken, isReply: false)
        }
        doubtWords()
    }

    /// Of what sort the last message was to the contacts whose first number this is.
    private func lastSort(of number: String, by moment: Int) -> OracleSort? {
        let own = (placesOfNumber[number] ?? []).filter { sends[$0].at <= moment }
        guard let last = own.max(by: { sends[$0].at < sends[$1].at }) else { return nil }
        return campaigns[scenario.drops[sends[last].drop].campaign].map { OracleSort($0.campaign) }
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
            known.openness(address, step.channel, OracleSort(campaign), own: own, at: $0)
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
