/// What a message is for, as far as stops and agreements ask; or what a stop is for.
struct OracleSort: Hashable {
    /// Empty: any.
    var purpose = ""
    var list = ""

    init(purpose: String = "", list: String = "") { (self.purpose, self.list) = (purpose, list) }

    init(_ campaign: PolicyScenario.Campaign) { self.init(purpose: campaign.purpose, list: campaign.list) }

    static let everything = OracleSort()

    /// Whether a stop for this may be one to messages of a sort: a list is refused whatever it is for, and with a purpose
    /// also what may be for that and is of no list.
    func mayMean(_ sort: OracleSort) -> Bool {
        if !list.isEmpty {
            if list == sort.list { return true }
            if !sort.list.isEmpty || purpose.isEmpty { return false }
        }
        return purpose.isEmpty || sort.purpose.isEmpty || purpose == sort.purpose
    }
}

extension OracleConsents.Word {
    func agrees(to sort: OracleSort) -> Bool {
        (purpose.isEmpty || purpose == sort.purpose) && (list.isEmpty || list == sort.list)
    }
}

/// For what a stop counts: for the list that it answers, or for what the law says.
extension OracleCase {
    /// Writes down a stop; of one whose reach the text leaves open nothing is said about whoever has the address.
    func take(stop reaches: Set<OracleSort>, of address: String, _ said: Int, _ known: Int, isReply: Bool) {
        guard reaches.count == 1, let reach = reaches.first else {
            consents.unsure.insert(address)
            return
        }
        if reach != .everything { return consents.stop(address, reach, said: said, known: known) }
        consents.add(.init(action: .revoke, said: said, known: known, isReply: true), of: address)
        if isReply { history.stop(address, at: known) } else { history.unsubscribe(address, at: known) }
    }

    /// A stop answers the last message to those whose first number it comes from.
    func reaches(answering number: String, by moment: Int) -> Set<OracleSort> {
        let own = (placesOfNumber[number] ?? []).filter { sends[$0].at <= moment }
        guard let latest = own.map({ sends[$0].at }).max() else { return [.everything] }
        var found: Set<OracleSort> = []
        // Which of several was the last, and whether one of this second was, the text does not say.
        for place in own where sends[place].at >= latest - 1_000 {
            // Of a contact that went on, its next step may be asked.
            for step in campaigns[scenario.drops[sends[place].drop].campaign]?.campaign.steps ?? [] {
                found.insert(reaches(answering: sends[place], step, at: moment))
            }
        }
        if own.contains(where: { sends[$0].at >= moment - 1_000 }) { found.insert(.everything) }
        return found
    }

    /// An unsubscription from a message.
    func reaches(answering send: PolicySend, at moment: Int) -> OracleSort {
        guard let step = campaigns[scenario.drops[send.drop].campaign]?.step(send.step) else { return .everything }
        return reaches(answering: send, step, at: moment)
    }

    /// Of all rules that hold where the person is, the widest. Around a change of the law, on the dates of UTC next to it,
    /// those of before and after it count alike.
    private func reaches(
        answering send: PolicySend, _ step: PolicyScenario.Step, at moment: Int
    ) -> OracleSort {
        guard let prepared = campaigns[scenario.drops[send.drop].campaign], !prepared.campaign.list.isEmpty,
            let contact = contact(send.drop, send.record)
        else { return .everything }
        let kinds = Self.kinds(prepared.campaign, step.channel)
        let here = places(target(step, contact).phone, contact)
        let rows = prepared.law.filter { row in
            !row.revocation.isEmpty && row.kinds.contains(where: kinds.contains)
                && row.places.contains(where: here.contains)
        }
        let day = OracleClock.quotient(moment, 86_400_000)
        let said = rows.filter { $0.from <= day + 1 && day - 1 <= $0.to }.map(\.revocation)
        if said.contains("all") { return .everything }
        if said.contains("purpose") { return OracleSort(purpose: prepared.campaign.purpose) }
        return OracleSort(prepared.campaign)
    }

    /// Where a stop came behind an agreement that is newer, or that is narrower than it, nothing is said; nor of a start
    /// from somebody who agreed again meanwhile, which is an answer.
    func doubtWords() {
        let sorts = Set(scenario.campaigns.map { OracleSort($0) })
        for (address, stops) in consents.narrow {
            let isDoubtful = stops.contains { stop in
                let all = [stop.scope] + sorts.filter { stop.scope.mayMean($0) }
                return all.contains { sort in
                    !consents.refusals(of: address, nil, sort).contains { $0.from <= stop.at && stop.at < $0.until }
                }
            }
            if isDoubtful { consents.unsure.insert(address) }
        }
        for (at, order) in scenario.orders {
            guard case .start(let number) = order, consents.narrow[number] != nil else { continue }
            let known = history.taken(at * 1_000)
            let sorts = Set((consents.narrow[number] ?? []).map(\.scope))
            let isRefused = sorts.contains { sort in
                consents.refusals(of: number, nil, sort).contains { $0.from < known && known <= $0.until }
            }
            if !isRefused, history.hasStopped(number, by: known - 1) != .yes { consents.unsure.insert(number) }
        }
    }

    /// Whether nothing can be said about a contact, since nobody can tell the reach of one of its words.
    func isUnsure(_ contact: PolicyScenario.Contact) -> Bool {
        !consents.unsure.isEmpty
            && (consents.unsure.contains(contact.email)
                || contact.phones.contains { consents.unsure.contains($0.number) })
    }
}

/// Lists that campaigns need.
extension OracleCase {
    func takeNamedLists() {
        for (name, prepared) in campaigns {
            for list in scenario.named where list.isRequired || prepared.campaign.lists.contains(list.name) {
                let kinds = prepared.campaign.steps.flatMap { Self.kinds(prepared.campaign, $0.channel) }
                let law = prepared.law.filter { $0.kinds.contains(where: kinds.contains) }.compactMap(\.listAge)
                let age = (law + (list.maxAge.map { [$0] } ?? [])).min()
                history.need(list.name, age: age.map { $0 * 1_000 }, by: name, from: scenario.start * 1_000)
            }
        }
    }
}

extension PolicyOracle {
    /// Messages, and the moments at which they must not have left, for one reason each.
    package func forbidden(
        _ kind: SpoiltRound.Kind, sends: [PolicySend], answers: [PolicyAnswer]
    ) -> [(send: Int, at: Int)] {
        let judged = OracleCase(scenario, clock: clock, sends: sends, answers: answers, finalStates: [])
        return sends.indices.compactMap { place in
            let send = sends[place]
            guard let contact = judged.contact(send.drop, send.record), !judged.isUnsure(contact),
                let prepared = judged.campaigns[scenario.drops[send.drop].campaign],
                let step = prepared.step(send.step)
            else { return nil }
            let arrival = scenario.drops[send.drop].at * 1_000
            let moment: Int?
            switch kind {
            case .unagreed: moment = unagreed(judged, prepared, step, contact, send)
            case .listed:
                moment = contact.phones.flatMap {
                    judged.history.listings(of: $0.number, campaign: prepared.campaign.name)
                }
                .filter { !$0.list.isEmpty && $0.from > arrival && $0.until - $0.from > 2_000 }.map { $0.from + 1_001 }
                .min()
            case .refused:
                let sort = OracleSort(prepared.campaign)
                moment = contact.phones.compactMap { phone in
                    judged.consents.narrowStops(of: phone.number, sort).first { $0 > arrival }.map { $0 + 1_001 }
                }.min()
            case .unlisted:
                moment = judged.history.listless[prepared.campaign.name]?.first {
                    $0.from > arrival && $0.to - $0.from > 2
                }
                .map { $0.from + 1 }
            case .earlier, .later, .twice, .lost, .state, .address: moment = nil
            }
            return moment.map { (place, $0) }
        }
    }

    /// The moment before the consent came for which a message left, if it came after the contact did.
    private func unagreed(
        _ judged: OracleCase, _ prepared: PreparedCampaign, _ step: PolicyScenario.Step,
        _ contact: PolicyScenario.Contact, _ send: PolicySend
    ) -> Int? {
        let hours = judged.hours(prepared, step, contact)
        guard hours.hasChangingConsent, let zone = hours.zones.first else { return nil }
        let since = judged.consents.changes(of: send.address).last { $0 <= send.at }
        guard let since, since > scenario.drops[send.drop].at * 1_000 else { return nil }
        let second = OracleClock.quotient(since - 1, 1_000)
        let isShut = hours.law.contains { row in
            row.row.needsConsent && row.openness(zone.wall(atSecond: second), at: since - 1) == .shut
        }
        return isShut ? since - 1 : nil
    }
}
