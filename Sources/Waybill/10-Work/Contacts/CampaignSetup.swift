/// A campaign with everything it names resolved: its strategy, policy, zone and days.
package struct CampaignSetup: Sendable {
    package let campaign: Campaign
    package let strategy: Strategy
    package let policy: Policy?
    package let zone: Zone
    package let days: DayClock
    /// For contacts whose number and columns name no country.
    private let region: String
    /// Made once, since every parcel needs it.
    private let window: ContactWindow?
    package let transitions: ContactTransitions
    /// A hash of all of it; reports give it with each attempt.
    package let fingerprint: String

    package init(_ campaign: Campaign, in configuration: Configuration) {
        self.campaign = campaign
        strategy = campaign.strategy.flatMap { configuration.strategies[$0] } ?? .handover
        policy = campaign.policy.flatMap { configuration.policies[$0] }
        days = configuration.dayClock(zone: campaign.timezone)
        zone = days.zone
        region = campaign.region ?? configuration.region
        window = policy.map { [zone] policy in
            ContactWindow(policy: policy, campaignZone: zone, law: CampaignLaw(of: campaign, policy, in: configuration))
        }
        transitions = ContactTransitions(strategy: strategy)
        let channels = Set(strategy.steps.map(\.channel))
        carriers = Dictionary(
            uniqueKeysWithValues: channels.map { channel in
                let names = configuration.carriers(of: campaign, over: channel)
                return (
                    channel,
                    names.map {
                        Carrier(name: $0, rates: configuration.rates(of: campaign, channel: channel, by: $0))
                    }
                )
            })
        let together = carriers.values.joined().compactMap { configuration.transports[$0.name]?.together }
        parcelCapacity = carriers.values.joined().flatMap(\.rates).compactMap(\.rate.most).reduce(
            min(together.reduce(Parcel.capacity, max), campaign.pace.parcelCapacity), min)
        fingerprint = ConfigurationWriter.fingerprint(of: campaign, in: configuration)
    }

    /// The campaign of that name from the configuration, or one with the defaults if it has none.
    package init(named name: String, in configuration: Configuration) {
        var campaign = configuration.campaign(named: name) ?? Campaign(name: name)
        campaign.name = name
        self.init(campaign, in: configuration)
    }

    /// How many contacts travel together: as many as a transport takes in one call, and at most what every rate lets
    /// leave at once.
    package let parcelCapacity: Int
    /// A transport, and the rates that hold for what goes by it, those of accounts last.
    private struct Carrier {
        let name: String
        let rates: [(holder: RateHolder, rate: Rate)]
    }

    /// By the strategy's channels: the transport, and what carries while nothing leaves by it.
    private let carriers: [Channel: [Carrier]]

    /// The transports that may carry a channel, the campaign's own first.
    package func carriers(of channel: Channel) -> [String] {
        carriers[channel].map { $0.map(\.name) } ?? [campaign.transport(of: channel)]
    }

    /// The rates that hold for a channel.
    ///
    /// - Parameter carrier: the transport that carries it; nil: the campaign's own.
    package func rates(channel: Channel, by carrier: String? = nil) -> [(holder: RateHolder, rate: Rate)] {
        let all = carriers[channel] ?? []
        return (carrier.map { name in all.first { $0.name == name } } ?? all.first)?.rates ?? []
    }

    /// The step of that name; for one that no longer exists only the name, and nothing is sent with it.
    package func step(_ name: String) -> Strategy.Step {
        let first = strategy.steps[0]
        return strategy.step(named: name) ?? Strategy.Step(name: name, channel: first.channel, to: first.to)
    }

    package func planner(
        schema: Schema, priority: Int, bounds: ContactBounds = ContactBounds()
    ) -> ContactPlanner {
        ContactPlanner(
            region: region, policy: policy, zone: zone, schema: schema, priority: priority, bounds: bounds,
            window: window)
    }

    /// How old a list that it needs may be at a moment, by the rules of law that hold for it; nil: any age.
    package func listAge(at moment: Timestamp) -> CampaignLaw.ListAge? {
        window?.listAge(channels: strategy.steps.map(\.channel), at: moment)
    }

    /// What the rules of law that hold for it say of abandoned calls over a channel.
    package func abandonments(channel: Channel, at moment: Timestamp) -> [CampaignLaw.Abandonment] {
        window?.abandonments(channel: channel, at: moment) ?? []
    }

    /// Whether its policy asks for consent, by itself or by rules of law.
    package var asksForConsent: Bool { window?.asksForConsent == true }

    /// What a stop to one of its messages covers, by the rules of law for the contact that is planned next; nil if none
    /// says so.
    package func revocation(
        of planner: inout ContactPlanner, _ step: Strategy.Step, at moment: Timestamp,
        _ values: (Int) -> ArraySlice<UInt8>
    ) -> Rule.Revocation? {
        guard let window, window.hasRevocations else { return nil }
        let place = planner.place(of: step, at: moment, values)
        return window.revocation(
            channel: step.channel, country: place.country, regions: place.regions, at: moment)
    }

    /// What rules of law count for it.
    package var lawCaps: LawCaps { window?.lawCaps ?? .none }

    /// A moment on the campaign's clock.
    package func local(_ moment: Timestamp) -> String { moment.iso8601(offset: zone.offset(at: moment)) }
}

extension Configuration {
    /// The days of campaigns in this zone; nil: of campaigns that name none.
    fileprivate func dayClock(zone: String?) -> DayClock {
        // The reader refused unknown names, so the fallback only serves configurations made in code.
        DayClock(zone: Zone.named(zone ?? timezone) ?? .utc, endOfDay: endOfDay)
    }

    /// The days of all campaigns, each once.
    var dayClocks: [DayClock] { index.zones.map(dayClock) }
}
