package import SystemIO

/// What all work shares: the workspace, the configuration in force, the store, the clock and the log.
///
/// It belongs to the pipeline's thread. A new configuration takes effect with the next step of whatever is under way.
package final class WorkContext {
    package let workspace: Workspace
    package private(set) var configuration: Configuration
    package let store: any Store
    package let clock: WallClock
    package let log: Log
    /// Everything but the sending is done: no parcel becomes a file, and nothing has to survive.
    package let isRehearsal: Bool
    /// Milliseconds of a monotonic clock, for durations and pauses. Set by tests.
    package var monotonic: () -> Int64 = { MonotonicClock.nanoseconds() / 1_000_000 }
    /// The same since the system started, its sleep included. Set by tests.
    var sinceBoot: @Sendable () -> Int64 = { MonotonicClock.millisecondsSinceBoot() }
    /// The reading of the system's clocks; nil if `--clock` set the time. Set by tests.
    package var clockReading: () -> ClockReading?
    /// Why the configuration on disk is not the one in force; nil if it is.
    package var configurationProblem: String?
    /// Why the store could not be written when that was last tried; nil if it could.
    package var storeProblem: String?
    /// It ends once nothing is left to do, and is started again by others, as by cron.
    package var runsUntilIdle = false
    /// What was not heard yet and holds campaigns at the moment.
    package var holds: [SendingHold] = []
    /// Whether a drop that was there before one that is being read, and may be of its campaign, was not taken yet.
    var isBehindOthers: (BatchID) -> Bool = { _ in false }
    /// A parcel that is being sent.
    var flight: (ParcelID) -> Flight? = { _ in nil }
    /// Whether a drop, a command or a configuration came that may say who must not be contacted, and nobody looked yet
    /// whether it concerns what is in flight.
    var hasHeard = false
    /// Whether a drop ended, moved or listed somebody who waits, so that nobody may come to the turn that a rate gave
    /// to their parcel. Who is ended as their parcel leaves has had that turn.
    var hasFreedTurns = false
    /// Content that came before is taken once more: for previews.
    package var takesKnownContent = false
    /// The letters of messages' references.
    let letters: ReferenceLetters
    let contactTimes: ContactTimes
    private(set) var mark: OutboxMark
    /// Of the drop whose step is under way, until it is published.
    var draft: AcknowledgementDraft?
    /// Errors of the log that nobody was told of yet.
    let troubles = Tray<Log.Trouble>()
    private var setups: [String: CampaignSetup] = [:]

    package init(
        workspace: Workspace, configuration: Configuration, store: any Store, letters: ReferenceLetters,
        clock: WallClock, log: Log, isRehearsal: Bool = false
    ) {
        self.workspace = workspace
        self.configuration = configuration
        self.store = store
        self.letters = letters
        self.clock = clock
        self.log = isRehearsal ? log : log.noting(in: troubles)
        self.isRehearsal = isRehearsal
        clockReading = { clock.isSystem ? .now : nil }
        contactTimes = ContactTimes(store)
        mark = OutboxMark(
            in: workspace.path(configuration.outbox) + "/" + OutboxMark.folder,
            state: workspace.path(configuration.state))
        store.namesInForce = NamesInForce(configuration)
    }

    /// What is known of the system's clock.
    var clockTrust = ClockTrust()

    /// The time; of a clock that is not believed, the one that it should show.
    package var now: Timestamp {
        guard let right = clockTrust.right, let reading = clockReading() else { return shown }
        return Timestamp(milliseconds: right.wall + reading.sinceBoot - right.sinceBoot)
    }

    /// What the clock shows, as other programs see it.
    var shown: Timestamp { Timestamp(milliseconds: clock.nowMilliseconds()) }

    /// Nothing has ended that ends later: while the clock is not believed, the earlier of the two times that it may be.
    var earliestNow: Timestamp { clockTrust.right == nil ? now : min(now, shown) }

    /// The latest that it may be.
    var latestNow: Timestamp { clockTrust.right?.isExact ?? true ? now : max(now, shown) }

    package func use(_ configuration: Configuration) {
        self.configuration = configuration
        mark = mark.moved(to: outbox(OutboxMark.folder))
        store.namesInForce = NamesInForce(configuration)
        configurationProblem = nil
        hasHeard = true
        setups = [:]
        contactTimes.readAgain()
    }

    /// Keeps a configuration for `Workspace.keptConfiguration`.
    package func keep(_ configuration: Configuration) throws {
        let text = Array(ConfigurationWriter.text(of: configuration).utf8)
        guard try store.setting(.configuration) != text else { return }
        try store.durably { try store.set(.configuration, to: text) }
    }

    /// A campaign's setup; nil when the configuration does not name it.
    package func setup(_ name: String) -> CampaignSetup? {
        if let known = setups[name] { return known }
        guard var campaign = configuration.campaign(named: name) else { return nil }
        // A store that had it under several names has tables under each.
        campaign.name = name
        let setup = CampaignSetup(campaign, in: configuration)
        setups[name] = setup
        return setup
    }

    /// A campaign's setup, with the defaults if it is no longer configured: its contacts must still be accounted for,
    /// though nothing new is sent to them.
    package func setupOrDefaults(_ name: String) -> CampaignSetup {
        setup(name) ?? CampaignSetup(named: name, in: configuration)
    }

    /// The day under which a drop's acknowledgement and notice are filed: the campaign's, else the workspace's.
    package func day(of moment: Timestamp, campaign: String) -> CalendarDay {
        if let setup = setup(campaign) { return setup.days.day(of: moment) }
        let zone = Zone.named(configuration.timezone) ?? .utc
        return DayClock(zone: zone, endOfDay: configuration.endOfDay).day(of: moment)
    }

    package func outbox(_ path: String) -> String { workspace.path(configuration.outbox) + "/" + path }
    package func state(_ path: String) -> String { workspace.path(configuration.state) + "/" + path }
}
