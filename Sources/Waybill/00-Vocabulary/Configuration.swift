/// Everything `waybill.json5` can say (contract §11). The defaults are the initial values of the properties.
package struct Configuration: Sendable, Equatable {
    /// Inbox folders; relative paths count from the workspace, here and in `outbox` and `state`.
    package var inbox: [String] = ["inbox"]
    /// How files become ready, by folder of `inbox`, where the inbox sets it itself.
    package var inboxReadiness: [String: InboxReadiness] = [:]
    package var outbox = "outbox"
    package var state = "state"
    /// ISO 3166 alpha-2: the region of national-format numbers without a country of their own.
    package var region = "US"
    /// IANA name: for campaigns without their own.
    package var timezone = "UTC"
    /// Where what campaigns without their own send has to stay; nil: anywhere.
    package var residency: String?
    package var endOfDay = TimeOfDay.midnight
    package var keepDays = KeepDays()
    /// Whether archived originals are compressed.
    package var compressesArchive = false
    package var limits = Limits()
    package var lists = ListSettings()
    package var reports = ReportSettings()
    package var log = LogSettings()
    package var events = EventSettings()
    package var notify = NotifySettings()
    /// In file order; `default` is always there, and last.
    package var campaigns: [Campaign] = [Campaign(name: "default")] {
        didSet { index = CampaignIndex(campaigns) }
    }
    package private(set) var index = CampaignIndex([Campaign(name: "default")])
    package var policies: [String: Policy] = [:]
    /// The rules of law that policies use, by the names policies give them (`us`).
    package var rules: [String: RuleBook] = [:]
    package var strategies: [String: Strategy] = [:]
    package var transports: [String: TransportSettings] = ["folder": TransportSettings()]
    package var accounts: [String: Account] = [:]

    package init() {}

    /// Whether a campaign's messages over a channel leave as mails.
    package func sendsMails(_ campaign: Campaign, over channel: Channel) -> Bool {
        carriers(of: campaign, over: channel).contains { transports[$0]?.kind == .smtp }
    }

    /// Whether a campaign's mails may be sent by a call that says who sends.
    package func callsWithSender(_ campaign: Campaign, over channel: Channel) -> Bool {
        channel == .email
            && carriers(of: campaign, over: channel).contains {
                transports[$0].map { $0.kind == .http && $0.http.asksForSender } ?? false
            }
    }

    /// The calls of the first transport that carries a campaign's mails, where they have places for more than the text.
    package func mailCalls(of campaign: Campaign, over channel: Channel) -> HTTPSettings? {
        guard channel == .email, let transport = transports[campaign.transport(of: channel)], transport.kind == .http,
            !transport.http.names.isDisjoint(with: HTTPSettings.mailPlaces.subtracting([HTTPSettings.sender]))
        else { return nil }
        return transport.http
    }

    /// The transport that carries a campaign's channel, and those that do while nothing leaves by the ones before.
    package func carriers(of campaign: Campaign, over channel: Channel) -> [String] {
        var names = [campaign.transport(of: channel)]
        while let next = transports[names[names.count - 1]]?.fallback, !names.contains(next) { names.append(next) }
        return names
    }

    /// A transport that may carry what a campaign sends, and is not known to be where that has to stay.
    package struct Stray: Hashable, Sendable {
        package let transport: String
        package let channel: Channel
        /// Where it has to stay.
        package let residency: String
        /// Where the transport is; nil: it does not say.
        package let region: String?
    }

    /// The transports of a campaign, of their fallbacks as well, that are not where its `residency` is.
    package func strays(of campaign: Campaign) -> [Stray] {
        guard let residency = campaign.residency ?? residency else { return [] }
        let strategy = campaign.strategy.flatMap { strategies[$0] } ?? .handover
        let channels = strategy.steps.map(\.channel) + (campaign.answers.isEmpty ? [] : [.sms])
        var seen: Set<String> = []
        return channels.flatMap { channel in
            carriers(of: campaign, over: channel).filter { seen.insert($0).inserted }.compactMap { name in
                let region = transports[name]?.region
                if let region, region.lowercased() == residency.lowercased() { return nil }
                return Stray(transport: name, channel: channel, residency: residency, region: region)
            }
        }
    }

    /// By whom subscribers get mail; nil where they get none.
    package var notifier: (transport: String, settings: TransportSettings, from: Mailbox)? {
        guard let name = notify.transport, let transport = transports[name], transport.kind == .smtp,
            let sender = notify.from
        else { return nil }
        return (name, transport, sender)
    }

    /// What an inbox sets for all its files; nil: the campaigns decide.
    package struct InboxReadiness: Sendable, Equatable {
        package var ready: Campaign.Readiness?
        package var quiet: TimeSpan?
        package var marker: String?
        package init() {}
    }

    package struct KeepDays: Sendable, Equatable {
        package var archive = 90
        package var notices = 90
        package var reports = 365
        package var contacts = 90
        package var events = 30
        package init() {}
    }

    package struct Limits: Sendable, Equatable {
        /// Bytes of a drop as it stands in the inbox.
        package var dropBytes: Int64 = 16 << 30
        /// Bytes of one record.
        package var recordBytes = 65_536
        package var columns = 512
        /// The ratio of decompressed to compressed size from which a gzip drop is refused as a bomb.
        package var gzipRatio = 200
        package init() {}
    }

    package struct ListSettings: Sendable, Equatable {
        /// How many entries of a do-not-contact list may be unusable before the list holds campaigns; a percentage
        /// allows at least five.
        package var tolerance = Campaign.RejectLimit.percent(1)
        /// Lists that arrive regularly, by names the user chooses.
        package var named: [String: NamedList] = [:]
        package var bounces = BounceRule()
        package init() {}
    }

    /// A do-not-contact list that must have arrived, and be recent.
    package struct NamedList: Sendable, Equatable {
        /// A pattern (`*`, `?`) of the names of its files.
        package var files = ""
        /// Nil: it never gets too old.
        package var maxAge: TimeSpan?
        /// Whether every campaign needs it; otherwise only campaigns that name it do.
        package var isRequired = false
        package init() {}
    }

    /// From how many messages that come back on an address is left alone; nil: from none on.
    package struct BounceRule: Sendable, Equatable {
        package var hard: Int? = 1
        package var soft: Int? = 3
        /// In which these come.
        package var within = TimeSpan.hours(24 * 30)
        /// For how long the address is left alone; nil: until somebody takes it off.
        package var lasts: TimeSpan?
        package init() {}
    }

    package struct ReportSettings: Sendable, Equatable {
        package var addresses = AddressStyle.masked
        /// A column: a day's sums are also broken down by its values.
        package var splitBy: String?
        package init() {}
    }

    package enum AddressStyle: String, CaseIterable, Sendable {
        case masked, hashed, plain
    }

    package struct LogSettings: Sendable, Equatable {
        package var format = LogFormat.text
        package var level = LogLevel.info
        package init() {}
    }

    package enum LogFormat: String, CaseIterable, Sendable { case text, json }
    package enum LogLevel: String, CaseIterable, Sendable { case debug, info, warning, error }
}

/// A clock time of a window or of the end of day, 00:00 … 24:00, in minutes.
package struct TimeOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let minutes: Int

    package init(minutes: Int) {
        self.minutes = minutes
    }

    /// `24:00`: the end of the day.
    package static let midnight = TimeOfDay(minutes: 1_440)

    /// Reads `HH:MM`, 00:00 … 24:00; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60, hours * 60 + minutes <= 1_440
        else { return nil }
        self.minutes = hours * 60 + minutes
    }

    package var description: String {
        CalendarDay.padded(minutes / 60, to: 2) + ":" + CalendarDay.padded(minutes % 60, to: 2)
    }

    package static func < (left: TimeOfDay, right: TimeOfDay) -> Bool { left.minutes < right.minutes }
}

/// A setting that is either left to inspection or given.
package enum AutoOr<Value: Hashable & Sendable>: Hashable, Sendable {
    case auto
    case set(Value)

    package var value: Value? {
        if case .set(let value) = self { value } else { nil }
    }
}
