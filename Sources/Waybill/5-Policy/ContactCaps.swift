/// How often a recipient may be contacted over a channel (contract §7): the policy's caps that concern it.
package struct ContactCaps: Sendable {
    /// A contact of the past, by any campaign.
    package struct Contact: Hashable, Sendable {
        package let at: Timestamp
        package let channel: String

        package init(at: Timestamp, channel: String) {
            self.at = at
            self.channel = channel
        }
    }

    package enum Verdict: Hashable, Sendable {
        case free
        /// `then: "delay"`: not before this moment; nil where a limit of 0 never allows it.
        case delay(until: Timestamp?, Policy.Cap)
        case drop(Policy.Cap)
    }

    private let caps: [Policy.Cap]

    package init(policy: Policy?, channel: String) {
        caps = policy?.caps.filter { $0.concerns(channel) } ?? []
    }

    /// How far the caps look back; nil where there are none.
    package var horizon: TimeSpan? { caps.map(\.within).max() }

    /// Whether one more contact is allowed, given those of the past. One counts from its moment on, up to but not including
    /// the end of the cap's span. Of several caps reached, one that drops goes first, then the one that holds longest.
    package func verdict(at now: Timestamp, past: [Contact]) -> Verdict {
        var verdict = Verdict.free
        for cap in caps {
            let counted = past.filter { contact in
                contact.at.adding(cap.within) > now && cap.concerns(contact.channel)
            }
            guard counted.count >= cap.limit else { continue }
            if cap.then == .drop { return .drop(cap) }
            // So many must have passed that one below the limit is left.
            let last = cap.limit == 0 ? nil : counted.map(\.at).sorted()[counted.count - cap.limit].adding(cap.within)
            if case .delay(let until, _) = verdict, until.map({ until in last.map { $0 <= until } ?? false }) ?? true {
                continue
            }
            verdict = .delay(until: last, cap)
        }
        return verdict
    }
}

extension Policy.Cap {
    /// Whether contacts over a channel count.
    func concerns(_ channel: String) -> Bool {
        channels.isEmpty || channels.contains(channel) || Strategy.isHandover(channel: channel)
    }

    /// `the cap of 1 within 7d over sms`.
    package var label: String {
        "the cap of \(limit) within \(within)" + (channels.isEmpty ? "" : " over " + channels.joined(separator: ", "))
    }
}

extension Configuration {
    /// How long contacts of the past are remembered: as far as any policy's caps look back; nil where none has any.
    package var capHorizon: TimeSpan? { policies.values.flatMap(\.caps).map(\.within).max() }
}
