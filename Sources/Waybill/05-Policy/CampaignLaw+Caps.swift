/// What a rule of law counts at some places.
struct LawCap: Sendable {
    let cap: Policy.Cap
    /// Where it holds (`US-FL`).
    let places: [String]
    let from: CalendarDay?
    let to: CalendarDay?

    /// Whether it holds on the date that a clock somewhere shows at a moment.
    func holds(at moment: Timestamp) -> Bool { CampaignLaw.mayHold(from, to, at: moment) }
}

/// The caps of law for a campaign, in the order of their bits.
package struct LawCaps: Sendable {
    let caps: [LawCap]
    let kinds: CampaignLaw

    package static let none = LawCaps(caps: [], kinds: .none)

    package var isEmpty: Bool { caps.isEmpty }

    /// The caps that hold at a moment for messages over a channel, with their bits.
    func holding(at moment: Timestamp, channel: Channel) -> [(bit: UInt64, cap: Policy.Cap)] {
        let possible = kinds.kinds(of: channel)
        return caps.enumerated().compactMap { place, cap in
            guard cap.holds(at: moment), let law = cap.cap.law, law.kinds.contains(where: possible.contains) else {
                return nil
            }
            return (1 << UInt64(place), cap.cap)
        }
    }
}

extension Policy.Law {
    /// Whether contacts of these possible kinds and this purpose count.
    func concerns(_ possible: [ContactKind], _ purpose: ContactPurpose?) -> Bool {
        kinds.contains { possible.contains($0) } && (purpose.map { purposes.isEmpty || purposes.contains($0) } ?? true)
    }
}
