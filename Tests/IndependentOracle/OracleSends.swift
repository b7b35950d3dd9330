/// Checks of single sends, without asking why each was sent.
extension OracleCase {
    func checkSends() {
        for (place, send) in sends.enumerated() {
            guard let contact = contact(send.drop, send.record),
                let prepared = campaigns[scenario.drops[send.drop].campaign]
            else { continue }
            guard let step = prepared.step(send.step) else {
                broken(send, "campaign \(prepared.campaign.name) has no step of that name")
                continue
            }
            checkAddress(send, step, contact)
            checkMoment(send, prepared, step, contact)
            checkWill(send, prepared, contact)
            checkCaps(send, place, prepared, step, contact)
            if let rule = brokenRate(send, prepared) { broken(send, rule) }
        }
        for list in sendsOf where list.count > 1 {
            var seen: Set<Int> = []
            for place in list where !seen.insert(sends[Int(place)].attempt).inserted {
                broken(sends[Int(place)], "this attempt has left before: it was sent twice")
            }
        }
    }

    private func checkAddress(_ send: PolicySend, _ step: PolicyScenario.Step, _ contact: PolicyScenario.Contact) {
        if send.channel != step.channel {
            broken(send, "the step's channel is \(step.channel)")
        }
        let address = target(step, contact).address
        if send.address != address {
            broken(send, "the step goes to \(address)")
        }
    }

    private func checkMoment(
        _ send: PolicySend, _ prepared: PreparedCampaign, _ step: PolicyScenario.Step,
        _ contact: PolicyScenario.Contact
    ) {
        if send.at < scenario.drops[send.drop].at * 1_000 {
            broken(send, "its drop came later")
        }
        if history.isOut(send.at) {
            broken(send, "nobody ran at that time (outage)")
        }
        if history.isPaused(prepared.campaign.name, send.at) {
            broken(send, "the campaign was paused")
        }
        let hours = hours(prepared, step, contact)
        if hours.openness(at: send.at) == .shut {
            broken(send, hours.reason(at: send.at))
        }
    }

    private func checkWill(_ send: PolicySend, _ prepared: PreparedCampaign, _ contact: PolicyScenario.Contact) {
        if isUnsure(contact) { return }
        for phone in contact.phones {
            if history.hasStopped(phone.number, by: send.at) == .yes {
                broken(send, "\(phone.number) had said stop")
            }
            let refused = consents.refusals(of: phone.number, send.channel, OracleSort(prepared.campaign))
            if refused.contains(where: { $0.from + 1_000 <= send.at && send.at < $0.until }) {
                broken(send, "\(phone.number) had taken that back")
            }
            let listings = history.listings(of: phone.number, campaign: prepared.campaign.name)
            if listings.contains(where: {
                $0.holds(at: send.at) && ($0.channel.isEmpty || $0.channel == send.channel)
            }) {
                broken(send, "\(phone.number) was on a do-not-contact list")
            }
        }
        if send.channel == "email", history.hasStopped(contact.email, by: send.at) == .yes {
            broken(send, "\(contact.email) had unsubscribed or complained")
        }
    }

    private func checkCaps(
        _ send: PolicySend, _ place: Int, _ prepared: PreparedCampaign, _ step: PolicyScenario.Step,
        _ contact: PolicyScenario.Contact
    ) {
        for cap in caps(prepared, step, contact) {
            guard let group = group(cap, contact, address: send.address) else { continue }
            if ledger.isFull(cap, group: group, at: send.at, before: place) {
                broken(send, "\(cap.text) was full")
            }
        }
    }

    private func broken(_ send: PolicySend, _ rule: String) {
        report(Violation(at: send.at, text: "\(describe(send)): \(rule)."))
    }

    // MARK: Words

    /// Describes a send for people, with its time in UTC and at the contact's place.
    func describe(_ send: PolicySend) -> String {
        let head = "Drop \(send.drop) record \(send.record) step \(send.step) attempt \(send.attempt)"
        let moment = describe(send.at, drop: send.drop, record: send.record)
        return "\(head), \(send.channel) to \(send.address) at \(moment)"
    }

    /// Describes a moment for people.
    func describe(_ moment: Int, drop: Int, record: Int) -> String {
        guard moment < Int.max / 2 else { return "the end of time" }
        var text = OracleClock.utcText(moment)
        if let contact = contact(drop, record) {
            let name = contact.timezone.isEmpty ? contact.phones.first?.zones.first ?? "UTC" : contact.timezone
            if let zone = clock.zone(name) { text += " (\(OracleClock.localText(moment, zone)))" }
        }
        return text
    }
}
