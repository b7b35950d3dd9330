import Foundation

/// Writes a scenario as the files that Waybill reads.
extension PolicyScenario {
    /// The text of waybill.json5. Every key left out keeps its default.
    package func configuration() -> String {
        var policies: [(String, String)] = []
        for campaign in campaigns where !policies.contains(where: { $0.0 == campaign.policy.name }) {
            policies.append((campaign.policy.name, policyText(campaign.policy)))
        }
        var text = "{\n  campaigns: {\n"
        for campaign in campaigns {
            text += "    \(quoted(campaign.name)): {\n"
            text += "      policy: \(quoted(campaign.policy.name)), strategy: \(quoted(strategyName(campaign))),\n"
            text += "      timezone: \(quoted(campaign.timezone)), duplicates: \"reject\",\n"
            let kinds = campaign.kinds.sorted { $0.key < $1.key }.map { "\(quoted($0.key)): \(quoted($0.value))" }
            if !kinds.isEmpty { text += "      kind: { \(kinds.joined(separator: ", ")) },\n" }
            if !campaign.list.isEmpty { text += "      list: \(quoted(campaign.list)),\n" }
            if !campaign.lists.isEmpty {
                text += "      lists: [\(campaign.lists.map(quoted).joined(separator: ", "))],\n"
            }
            if !campaign.purpose.isEmpty { text += "      purpose: \(quoted(campaign.purpose)),\n" }
            text += "      \(rateText(campaign.rate)),\n"
            text += "      transports: { \(transportsText(campaign)) },\n    },\n"
        }
        text += "  },\n  policies: {\n"
        for (name, body) in policies { text += "    \(quoted(name)): {\n\(body)    },\n" }
        text += "  },\n  strategies: {\n"
        for campaign in campaigns {
            text += "    \(quoted(strategyName(campaign))): { steps: [\n"
            for step in campaign.steps { text += "      \(stepText(step)),\n" }
            text += "    ] },\n"
        }
        return text + "  },\n" + namedText() + "}\n"
    }

    private func namedText() -> String {
        if named.isEmpty { return "" }
        let lists = named.map { list in
            "\(quoted(list.name)): { files: \(quoted(list.name + "-*")), required: \(list.isRequired)"
                + (list.maxAge.map { ", maxAge: \"\(Self.duration($0))\"" } ?? "") + " }"
        }
        return "  lists: { named: { \(lists.joined(separator: ", ")) } },\n"
    }

    /// A drop as the sender would write it.
    package func csv(of drop: Drop) -> String {
        var text =
            "phone1,phone2,phone3,email,id,param1,timezone,notbefore,callbackat,expiresat,consent,consentat,state\n"
        for contact in drop.contacts {
            var cells: [String] = []
            for place in 0..<3 { cells.append(place < contact.phones.count ? contact.phones[place].number : "") }
            cells += [contact.email, contact.id, contact.param1, contact.timezone]
            for moment in [contact.notBefore, contact.callbackAt, contact.expiresAt] {
                cells.append(moment.map(Self.time) ?? "")
            }
            cells += [contact.hasConsent ? "yes" : "", contact.consentAt.map(Self.time) ?? "", contact.state]
            text += cells.joined(separator: ",") + "\n"
        }
        return text
    }

    /// ISO 8601 in UTC.
    static func time(_ second: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(second)).formatted(.iso8601)
    }

    /// A duration in the largest unit that divides it.
    static func duration(_ seconds: Int) -> String {
        let units = [(86_400, "d"), (3_600, "h"), (60, "m")]
        for (length, letter) in units where seconds >= length && seconds % length == 0 {
            return "\(seconds / length)\(letter)"
        }
        return "\(seconds)s"
    }

    /// A drop of one consent.
    package func csv(of word: Consent, number: String) -> String {
        let end = word.expires == 0 ? "" : Self.time(word.expires)
        return
            "value,action,channel,purpose,list,at,expires\n\(number),\(word.grants ? "grant" : "revoke"),\(word.channel),"
            + "\(word.purpose),\(word.list),\(Self.time(word.said)),\(end)\n"
    }

    private func strategyName(_ campaign: Campaign) -> String { "steps-" + campaign.name }

    private func transportsText(_ campaign: Campaign) -> String {
        let channels = Set(campaign.steps.map(\.channel)).union(["sms", "email", "voice"]).sorted()
        return channels.map { "\(quoted($0)): \"folder\"" }.joined(separator: ", ")
    }

    private func policyText(_ policy: Policy) -> String {
        var lines: [String] = []
        lines.append("windows: [" + policy.windows.map(windowText).joined(separator: ", ") + "]")
        switch policy.zone {
        case .recipient: lines.append("zone: \"recipient\"")
        case .campaign: lines.append("zone: \"campaign\"")
        case .named(let zone): lines.append("zone: \(quoted(zone))")
        }
        let rules = policy.regions.keys.sorted().map { key in
            "\(quoted(key)): \(policy.regions[key].map(regionText) ?? "{}")"
        }
        lines.append("region: { \(rules.joined(separator: ", ")) }")
        let holidays = policy.holidays.keys.sorted().map { key in
            "\(quoted(key)): [\((policy.holidays[key] ?? []).map(quoted).joined(separator: ", "))]"
        }
        lines.append("holidays: { \(holidays.joined(separator: ", ")) }")
        let blackouts = policy.blackouts.map { span in
            "{ from: \(quoted(Self.time(span.from))), to: \(quoted(Self.time(span.to))) }"
        }
        lines.append("blackouts: [\(blackouts.joined(separator: ", "))]")
        lines.append("startAfter: \(policy.startAfter.map { quoted(Self.time($0)) } ?? "null")")
        lines.append("endBefore: \(policy.endBefore.map { quoted(Self.time($0)) } ?? "null")")
        lines.append("caps: [\(policy.caps.map(capText).joined(separator: ", "))]")
        if !policy.rules.isEmpty {
            let names = policy.rules.map(quoted)
            lines.append("rules: " + (policy.rules == ["all"] ? names[0] : "[\(names.joined(separator: ", "))]"))
        }
        let demands = policy.requires.map { demand in
            "{ channels: [\(demand.channels.map(quoted).joined(separator: ", "))], "
                + "purposes: [\(demand.purposes.map(quoted).joined(separator: ", "))] }"
        }
        if !demands.isEmpty { lines.append("require: [\(demands.joined(separator: ", "))]") }
        lines.append(rateText(policy.rate))
        lines.append("late: \"\(policy.sendsLate ? "send" : "expire")\"")
        return lines.map { "      \($0),\n" }.joined()
    }

    private func rateText(_ rate: Rate) -> String {
        let limits = [("perSecond", rate.perSecond), ("perHour", rate.perHour), ("perDay", rate.perDay)]
        return "rate: { " + limits.map { "\($0.0): \($0.1.map(String.init) ?? "null")" }.joined(separator: ", ") + " }"
    }

    private func windowText(_ window: Window) -> String {
        let names = window.channels.map(quoted).joined(separator: ", ")
        let channels = names.isEmpty ? "" : "channels: [\(names)], "
        return "{ \(channels)days: \(daysText(window.days)), from: \(clock(window.from)), to: \(clock(window.to)) }"
    }

    private func regionText(_ rule: RegionRule) -> String {
        var parts: [String] = []
        if let from = rule.from { parts.append("from: \(clock(from))") }
        if let to = rule.to { parts.append("to: \(clock(to))") }
        if let days = rule.days { parts.append("days: \(daysText(days))") }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private func capText(_ cap: Cap) -> String {
        var parts = ["limit: \(cap.limit)"]
        switch cap.span {
        case .rolling(let seconds): parts.append("within: \"\(Self.duration(seconds))\"")
        case .day: parts.append("within: \"day\"")
        }
        parts.append("by: \"\(cap.by.rawValue)\"")
        parts.append("over: \"\(cap.isOwn ? "campaign" : "all")\"")
        if !cap.channels.isEmpty { parts.append("channels: [\(cap.channels.map(quoted).joined(separator: ", "))]") }
        parts.append("then: \"\(cap.drops ? "drop" : "delay")\"")
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private func stepText(_ step: Step) -> String {
        var parts = ["name: \(quoted(step.name))", "channel: \(quoted(step.channel))"]
        parts.append("to: \"\(step.phone == 0 ? "email" : "phone\(step.phone)")\"")
        parts.append("attempts: \(step.attempts)")
        if step.channel == "sms" || step.channel == "email" {
            if let expires = step.expires { parts.append("expires: \"\(Self.duration(expires))\"") }
        } else {
            parts.append("resultWithin: \"\(Self.duration(step.resultWithin))\"")
        }
        if !step.on.isEmpty {
            let rules = step.on.keys.sorted().map { "\(quoted($0)): \(step.on[$0].map(ruleText) ?? "null")" }
            parts.append("on: { \(rules.joined(separator: ", ")) }")
        }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private func ruleText(_ rule: Rule) -> String {
        switch rule {
        case .close: return "\"close\""
        case .retry(let seconds): return "{ retry: \"\(Self.duration(seconds))\" }"
        case .go(let step, 0): return quoted(step)
        case .go(let step, let seconds): return "{ to: \(quoted(step)), after: \"\(Self.duration(seconds))\" }"
        }
    }

    private func daysText(_ days: [Int]) -> String {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        return "[" + days.map { "\"\(names[$0 % 7])\"" }.joined(separator: ", ") + "]"
    }

    private func clock(_ minute: Int) -> String {
        let hours = minute / 60 < 10 ? "0\(minute / 60)" : "\(minute / 60)"
        let minutes = minute % 60 < 10 ? "0\(minute % 60)" : "\(minute % 60)"
        return "\"\(hours):\(minutes)\""
    }

    private func quoted(_ text: String) -> String {
        "\"" + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
    }
}

/// The answers of the outside world.
extension PolicyScenario {
    /// The answer to a send, drawn from the seed and the send's reference alone, so that the order of the calls does
    /// not matter. Nil: no answer ever comes.
    package func answer(seed: UInt64, to send: PolicySend) -> Answer? {
        guard send.drop >= 0, send.drop < drops.count,
            let campaign = campaigns.first(where: { $0.name == drops[send.drop].campaign }),
            let step = campaign.steps.first(where: { $0.name == send.step })
        else { return nil }
        let reference = "\(send.drop)/\(send.record)/\(send.step)/\(send.attempt)"
        var random = RandomSource(seed: RandomSource.seed(seed, for: reference))
        let isMessage = step.channel == "sms" || step.channel == "email"
        let event: String
        if random.chance(0.3) {
            event = random.chance(50) ? "unsubscribed" : "complained"
        } else {
            let draw = random.number(0...99)
            let table: [(below: Int, event: String)] =
                isMessage
                ? [(32, "delivered"), (64, "failed"), (78, "responded")]
                : [
                    (15, "connected"), (38, "busy"), (62, "no-answer"), (73, "abandoned-customer"),
                    (82, "abandoned-dialer"), (90, "other"),
                ]
            guard let row = table.first(where: { draw < $0.below }) else { return nil }
            // More than a few of them would have a campaign under rules of law wait for a month.
            event = row.event == "abandoned-dialer" && !campaign.policy.rules.isEmpty ? "busy" : row.event
        }
        let waiting = (isMessage ? step.expires : step.resultWithin) ?? 3_600
        let usual = max(60, min(10_800, waiting * 9 / 10))
        var happens = random.chance(50) ? random.number(5...min(600, usual)) : random.number(5...usual)
        if random.chance(5) { happens = waiting + random.number(1...3_600) }
        return Answer(event: event, happens: happens, arrives: happens + random.number(0...1_800))
    }
}
