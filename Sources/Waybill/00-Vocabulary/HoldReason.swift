/// Why a parcel waits: what holds it, with the details that its words need (`09-Report/HoldReason+Words.swift`).
///
/// Code asks for the kind or compares values. It never inspects the words.
package enum HoldReason: Hashable, Sendable {
    /// Only its own time.
    case due
    /// Outside the hours of a channel in the contact's zone.
    case hours(ClosedHours, until: LocalMoment?)
    case holiday(Holiday, until: LocalMoment?)
    case blackout(until: LocalMoment)
    case unknownZone
    /// The contact can be in several zones whose hours never overlap.
    case zonesNeverMeet(count: Int, first: String, last: String)
    /// The policy has windows, but none for this channel.
    case noWindow(channel: Channel)
    /// The rules of the regions leave no hours at all.
    case noHours(channel: Channel, rules: [String])
    case neverOpen
    /// A rule of law, or the policy, requires the contact's consent, and there is none to rely on.
    case consent(rule: String, lack: ConsentLack = .unknown)
    case policyStarts(LocalMoment)
    case policyEnded(LocalMoment)
    case callback(LocalMoment)
    case notBefore(LocalMoment)
    case expired(LocalMoment)
    /// A cap is reached; one with the limit 0 allows nothing at all.
    case cap(Policy.Cap)
    case rate(RateLimit)
    /// The configuration has no campaign of this name.
    case noCampaign(String)
    /// The campaign's strategy no longer has a step of this name.
    case noStep(String, campaign: String)
    case template(name: String, problem: String)
    case account(name: String, problem: String)
    /// The configuration has no transport of this name.
    case noTransport(String, channel: Channel)
    /// It is still unknown whether the parcel left.
    case unsettled(String)
    /// What the store has of the parcel, or of something it needs, cannot be read.
    case damaged(String)
    /// What this transport reports, in its own words.
    case transport(name: String, problem: String)
    /// The program of a sampling rule, counted from 0, has not answered yet; `fault` is empty unless it failed.
    case program(rule: Int, label: String, fault: String)
    /// A do-not-contact list that could not be read, or too little of it.
    case list(drop: String, batch: String, problem: String)
    /// A file, folder or inbox that may say who must not be contacted, and that could not be read.
    case unread(place: String, problem: String)
    /// The dialler left more of a campaign's calls without anybody on the line than a rule of law allows.
    case abandonment(Abandonment)
    /// The campaign stopped by itself (`stopWhen`): so many of its messages came to something, or (with a code) so many
    /// of a parcel were refused for one cause.
    case stopped(campaign: String, outcome: String, count: Int, of: Int, code: String = "")
    /// The campaign's text messages have used up their budget.
    case budget(campaign: String, segments: Int, per: TextBudget.Span)
    /// Somebody has to approve the batch first.
    case approval(batch: String, reason: String)
    /// The campaign's own pace: its capacity, its ramp, or its spread.
    case pace(PaceHold, until: LocalMoment)
    /// As a store wrote it that kept words.
    case legacy(Kind, String)

    /// The hours of one day at one place, with the moment outside them.
    package struct ClosedHours: Hashable, Sendable {
        package let channel: Channel
        /// 0 = Monday … 6 = Sunday.
        package let weekday: Int
        /// In minutes of the day; empty where the day has no hours.
        package let spans: [Range<Int>]
        /// The regions whose rules narrowed the hours, and the rules of law that do not allow the moment.
        package let rules: [String]
        package let place: Place

        package init(channel: Channel, weekday: Int, spans: [Range<Int>], rules: [String], place: Place) {
            self.channel = channel
            self.weekday = weekday
            self.spans = spans
            self.rules = rules
            self.place = place
        }
    }

    package enum PaceHold: Hashable, Sendable {
        /// There is none at this time.
        case capacity
        /// As many have left as this day allows.
        case ramp(Int)
        case spread
    }

    package struct Holiday: Hashable, Sendable {
        /// The calendar it is from, as the configuration names it; `*` holds everywhere.
        package let list: String
        package let day: CalendarDay
        package let place: Place

        package init(list: String, day: CalendarDay, place: Place) {
            self.list = list
            self.day = day
            self.place = place
        }
    }

    /// Calls that a person answered, and what a rule allows.
    package struct Abandonment: Hashable, Sendable {
        /// Where it holds and what it is called.
        package let rule: String
        package let abandoned: Int
        package let answered: Int
        /// Such as `3 % within 30d`.
        package let limit: String
        /// When so many of them are older than the rule asks about that the rest is within it.
        package let until: CalendarDay

        package init(rule: String, abandoned: Int, answered: Int, limit: String, until: CalendarDay) {
            (self.rule, self.abandoned, self.answered) = (rule, abandoned, answered)
            (self.limit, self.until) = (limit, until)
        }
    }

    /// The zone that opens last, of so many in which the contact can be.
    package struct Place: Hashable, Sendable {
        package let zone: String
        package let zones: Int

        package init(zone: String, zones: Int) {
            self.zone = zone
            self.zones = zones
        }
    }

    /// What kind of thing holds a parcel: SQL and metrics use this.
    ///
    /// The raw value is what the store keeps: append only, never renumber.
    package enum Kind: Int, CaseIterable, Sendable {
        case due = 0
        case hours, holiday, blackout, zone, window, policyStart, policyEnd, callback, notBefore, expired
        case cap, rate, campaign, template, account, transport, program
        case other, unsettled, damaged, list, unread, step, consent, stopped, budget, abandonment
        case approval = 30
        case pace

        /// A word for programs: `kind` in `status.json`, the label in `metrics.prom`. Stable.
        package var label: String {
            switch self {
            case .due: "due"
            case .hours: "hours"
            case .holiday: "holiday"
            case .blackout: "blackout"
            case .zone: "zone"
            case .window: "window"
            case .policyStart: "policy-start"
            case .policyEnd: "policy-end"
            case .callback: "callback"
            case .notBefore: "not-before"
            case .expired: "expired"
            case .cap: "cap"
            case .rate: "rate"
            case .campaign: "campaign"
            case .template: "template"
            case .account: "account"
            case .transport: "transport"
            case .program: "program"
            case .other: "other"
            case .unsettled: "unsettled"
            case .damaged: "damaged"
            case .list: "list"
            case .unread: "unread"
            case .step: "step"
            case .consent: "consent"
            case .abandonment: "abandonment"
            case .stopped: "stopped"
            case .budget: "budget"
            case .approval: "approval"
            case .pace: "pace"
            }
        }

        /// Whether it holds a contact until a certain time only: whatever else needs somebody, and no hour is promised.
        package var endsByClock: Bool {
            switch self {
            case .due, .hours, .holiday, .blackout, .zone, .window, .policyStart, .callback, .notBefore, .cap, .rate,
                .budget, .pace:
                true
            case .policyEnd, .expired, .campaign, .template, .account, .transport, .program, .other, .unsettled,
                .damaged, .list, .unread, .step, .consent, .abandonment, .stopped, .approval:
                false
            }
        }

        /// Whether it is tried again by itself, whatever comes of it.
        package var isTriedAgain: Bool { self == .transport || self == .unsettled }

        /// Whether a parcel that would leave cannot be handed over: something has to be mended first, or its transport
        /// wants it later, or nobody knows yet whether it was sampled.
        package var keepsFromHandingOver: Bool {
            switch self {
            case .campaign, .template, .account, .transport, .damaged, .step, .program: true
            case .due, .hours, .holiday, .blackout, .zone, .window, .policyStart, .policyEnd, .callback, .notBefore,
                .expired, .cap, .rate, .other, .unsettled, .list, .unread, .consent, .abandonment, .stopped, .budget,
                .approval, .pace:
                false
            }
        }

        /// Whether the number of different reasons of this kind is bounded by what the configuration names. Then each
        /// is reported separately; of other kinds there may be one for each contact.
        package var isOfConfiguration: Bool {
            switch self {
            case .cap, .rate, .campaign, .template, .account, .program, .list, .unread, .step, .consent, .stopped,
                .budget, .abandonment, .approval:
                true
            case .due, .hours, .holiday, .blackout, .zone, .window, .policyStart, .policyEnd, .callback, .notBefore,
                .expired, .transport, .other, .unsettled, .damaged, .pace:
                false
            }
        }
    }

    package var kind: Kind {
        switch self {
        case .due: .due
        case .hours: .hours
        case .holiday: .holiday
        case .blackout: .blackout
        case .unknownZone, .zonesNeverMeet: .zone
        case .noWindow, .noHours, .neverOpen: .window
        case .consent: .consent
        case .policyStarts: .policyStart
        case .policyEnded: .policyEnd
        case .callback: .callback
        case .notBefore: .notBefore
        case .expired: .expired
        case .cap: .cap
        case .rate: .rate
        case .noCampaign: .campaign
        case .template: .template
        case .account: .account
        case .transport, .noTransport: .transport
        case .unsettled: .unsettled
        case .damaged: .damaged
        case .program: .program
        case .list: .list
        case .unread: .unread
        case .noStep: .step
        case .abandonment: .abandonment
        case .stopped: .stopped
        case .budget: .budget
        case .approval: .approval
        case .pace: .pace
        case .legacy(let kind, _): kind
        }
    }
}
