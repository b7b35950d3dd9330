/// Tries all combinations of readings that the contract allows, one after the other.
struct Choices {
    private var picks: [Int] = []
    private var counts: [Int] = []
    private var depth = 0

    /// Picks one of several readings, the first one first.
    mutating func pick(_ count: Int) -> Int {
        if depth == picks.count {
            picks.append(0)
            counts.append(count)
        }
        depth += 1
        return picks[depth - 1]
    }

    /// Moves to the next combination; false: there is none left.
    mutating func advance() -> Bool {
        depth = 0
        while let last = picks.last, let count = counts.last {
            if last + 1 < count {
                picks[picks.count - 1] = last + 1
                return true
            }
            picks.removeLast()
            counts.removeLast()
        }
        return false
    }
}

extension OracleCase {
    /// Follows every contact from its drop to the end of the scenario.
    func checkContacts() {
        for (drop, entry) in scenario.drops.enumerated() {
            guard let prepared = campaigns[entry.campaign] else { continue }
            for record in entry.contacts.indices where !isUnsure(entry.contacts[record]) {
                var choices = Choices()
                var best: [Violation] = []
                for turn in 0..<300 {
                    var replay = ContactReplay(self, drop: drop, record: record, prepared: prepared, choices: choices)
                    replay.run()
                    if turn == 0 || replay.findings.count < best.count { best = replay.findings }
                    choices = replay.choices
                    if best.isEmpty || !choices.advance() { break }
                }
                best.forEach(report)
            }
        }
    }
}

/// One contact's history, under one combination of readings.
struct ContactReplay {
    /// Where a contact is.
    enum Phase {
        /// It waits for a step since `since`: it may leave from `earliest` on, and is not late before `latest`.
        case waits(step: PolicyScenario.Step, earliest: Int, latest: Int, since: Int)
        /// The message with this index among the sends has left.
        case sent(step: PolicyScenario.Step, place: Int)
        /// It is closed or stays open, with one of these labels.
        case ended(labels: Set<String>, at: Int)
        /// Something unexpected happened, so following the contact further is of no use.
        case lost
    }

    static let tolerance = OracleCase.tolerance

    let judged: OracleCase
    let drop: Int
    let record: Int
    let contact: PolicyScenario.Contact
    let prepared: PreparedCampaign
    let sends: [Int32]
    let answers: [Int]
    /// Waybill's final state; nil: it was not asked.
    let label: String?
    var choices: Choices
    var findings: [Violation] = []
    /// How many of the sends were followed so far.
    var followed = 0
    /// Attempts without a message because of a listing of the channel. They count as attempts.
    var skipped = 0
    var attemptsSinceEntry = 0
    /// Steps that a listing made the contact leave since the last send.
    var diverted: Set<String> = []
    var closings: [(at: Int, label: String)] = []
    var emailStop: Int?

    var end: Int { judged.end }
    var attempts: Int { followed + skipped }
    var nextSend: PolicySend? { followed < sends.count ? judged.sends[Int(sends[followed])] : nil }

    init(_ judged: OracleCase, drop: Int, record: Int, prepared: PreparedCampaign, choices: Choices) {
        self.judged = judged
        self.drop = drop
        self.record = record
        self.prepared = prepared
        self.choices = choices
        contact = judged.scenario.drops[drop].contacts[record]
        let number = judged.firstContact[drop] + record
        sends = judged.sendsOf[number]
        answers = judged.answersOf[number] ?? []
        let labels = drop < judged.finalStates.count ? judged.finalStates[drop] : []
        label = record < labels.count ? labels[record] : nil
    }

    mutating func run() {
        let arrival = judged.history.taken(judged.scenario.drops[drop].at * 1_000)
        guard arrival < end else { return }
        var phase = arrive(at: arrival)
        while true {
            switch phase {
            case .waits(let step, let earliest, let latest, let since):
                phase = wait(for: step, earliest: earliest, latest: latest, since: since)
            case .sent(let step, let place):
                phase = awaitResult(of: step, place: place)
            case .ended(let labels, let moment):
                finish(labels, at: moment)
                return
            case .lost:
                return
            }
        }
    }

    // MARK: Arrival and end

    private mutating func arrive(at arrival: Int) -> Phase {
        collectClosings(after: arrival)
        var labels: Set<String> = []
        var isUnsure = false
        for phone in contact.phones {
            switch judged.history.hasStopped(phone.number, by: arrival) {
            case .yes: labels.insert("Suppressed")
            case .maybe: isUnsure = true
            case .no: break
            }
            let listings = judged.history.listings(of: phone.number, campaign: prepared.campaign.name)
            if listings.contains(where: { $0.channel.isEmpty && $0.holds(at: arrival) }) { labels.insert("DNC Listed") }
            let refusals = judged.consents.refusals(of: phone.number, nil, OracleSort(prepared.campaign))
            if refusals.contains(where: { $0.from <= arrival && arrival < $0.until }) { labels.insert("Suppressed") }
        }
        if !labels.isEmpty { return .ended(labels: labels, at: arrival) }
        if isUnsure, choices.pick(2) == 1 { return .ended(labels: ["Suppressed"], at: arrival) }
        if let stop = emailStop, choices.pick(2) == 1 {
            if stop <= arrival { return .ended(labels: ["Suppressed"], at: arrival) }
            closings.append((stop, "Suppressed"))
            closings.sort { $0.at < $1.at }
        }
        guard let first = prepared.campaign.steps.first else { return .lost }
        return .waits(step: first, earliest: arrival, latest: arrival, since: arrival)
    }

    /// Collects what closes the contact at any time while it is open: its first number says stop, or one of its answers
    /// unsubscribes or complains. Everything else counts when a message is about to leave (`Situation.others`).
    private mutating func collectClosings(after arrival: Int) {
        for entry in judged.history.words[contact.phones[0].number] ?? []
        where entry.at > arrival && entry.word != .start { closings.append((entry.at, "Suppressed")) }
        let sort = OracleSort(prepared.campaign)
        closings += judged.consents.narrowStops(of: contact.phones[0].number, sort).filter { $0 > arrival }.map {
            ($0, "Suppressed")
        }
        let own = answers.map { judged.answers[$0] }.filter { $0.event == "unsubscribed" || $0.event == "complained" }
        closings += own.filter { $0.taken > arrival }.map { ($0.taken, "Suppressed") }
        closings.sort { $0.at < $1.at }
        let words = judged.history.words[contact.email] ?? []
        let times = Set(own.filter { judged.sends[$0.send].address == contact.email }.map(\.taken))
        let stops = words.filter { $0.word != .start }.map(\.at) + judged.consents.narrowStops(of: contact.email, sort)
        emailStop = stops.filter { !times.contains($0) }.min()
    }

    /// The first closing from a moment on.
    func closing(from moment: Int) -> (at: Int, labels: Set<String>)? {
        guard let first = closings.first(where: { $0.at >= moment }) else { return nil }
        return (first.at, Set(closings.filter { $0.at == first.at }.map(\.label)))
    }

    private mutating func finish(_ labels: Set<String>, at moment: Int) {
        for place in sends.dropFirst(followed) {
            let send = judged.sends[Int(place)]
            find(send.at, "\(judged.describe(send)): the contact was \(words(labels)) since \(words(moment))")
        }
        guard let label, !labels.contains(label) else { return }
        find(
            end,
            "Drop \(drop) record \(record) (\(prepared.campaign.name), after \(attempts) attempts): "
                + "it ends as \(label), expected is \(words(labels)) since \(words(moment))")
    }

    // MARK: Words

    mutating func find(_ moment: Int, _ text: String, isNeedlessWait: Bool = false) {
        findings.append(Violation(at: moment, text: text + ".", isNeedlessWait: isNeedlessWait))
    }

    func words(_ moment: Int) -> String { judged.describe(moment, drop: drop, record: record) }

    func words(_ labels: Set<String>) -> String { labels.sorted().joined(separator: " or ") }

    /// The head of a sentence about a contact whose message has not left.
    func words(_ step: PolicyScenario.Step) -> String {
        "Drop \(drop) record \(record) step \(step.name) attempt \(attempts + 1) "
            + "(\(prepared.campaign.name), \(step.channel))"
    }
}
