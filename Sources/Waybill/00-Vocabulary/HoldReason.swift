/// Why a parcel waits: what holds it, with the particulars that its words are made of
/// (`09-Report/HoldReason+Words.swift`).
///
/// Code asks for the kind or compares values, and never looks into words.
package enum HoldReason: Hashable, Sendable {
    /// Nothing but its moment.
    case due
    /// Outside the hours of a channel where the contact is.
    case hours(ClosedHours, until: LocalMoment?)
    case holiday(Holiday, until: LocalMoment?)
    case blackout(until: LocalMoment)
    case unknownZone
    /// The contact can be in so many zones that their hours never meet.
    case zonesNeverMeet(count: Int, first: String, last: String)
    /// The policy has windows, but none for the channel.
    case noWindow(channel: Channel)
    /// What the rules of regions leave of the hours is nothing.
    case noHours(channel: Channel, rules: [String])
    case neverOpen
    /// A rule of law, or the policy, wants the contact's consent, which nobody can rely on.
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
    /// The campaign's strategy has no step of this name any more.
    case noStep(String, campaign: String)
    case template(name: String, problem: String)
    case account(name: String, problem: String)
    /// The configuration has no transport of this name.
    case noTransport(String, channel: Channel)
    /// Nobody can tell yet whether it left.
    case unsettled(String)
    /// What the store has of it, or of what it needs, cannot be read.
    case damaged(String)
    /// What the transport of this name says is in its own words.
    case transport(name: String, problem: String)
    /// The program of a sampling rule, counted from 0, has not answered; `fault` is empty while it has not failed.
    case program(rule: Int, label: String, fault: String)
    /// A do-not-contact list that could not be read, or not enough of it.
    case list(drop: String, batch: String, problem: String)
    /// A file, folder or inbox that may say who must not be contacted, and could not be read.
    case unread(place: String, problem: String)
    /// The dialler left more of a campaign's calls without anybody on the line than a rule of law allows.
    case abandonment(Abandonment)
    /// As a store wrote it that kept words.
    case legacy(Kind, String)

    /// The hours of one day at one place, all of which the moment is outside of.
    package struct ClosedHours: Hashable, Sendable {
        package let channel: Channel
        /// 0 = Monday … 6 = Sunday.
        package let weekday: Int
        /// In minutes of the day; none where the day has no hours.
        package let spans: [Range<Int>]
        /// The regions whose rules narrowed them, and the rules of law that the moment is outside of.
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

    package struct Holiday: Hashable, Sendable {
        /// Whose it is, as the configuration names it; `*` is everybody's.
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

    /// What kind of thing holds a parcel: what SQL and metrics ask for.
    ///
    /// The raw value is what the store keeps: append only, never renumber.
    package enum Kind: Int, CaseIterable, Sendable {
        case due = 0
        case hours, holiday, blackout, zone, window, policyStart, policyEnd, callback, notBefore, expired
        case cap, rate, campaign, template, account, transport, program
        case other, unsettled, damaged, list, unread, step, consent, abandonment

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
            }
        }

        /// Whether there are only as many different reasons of the kind as the configuration names things: they are
        /// told one by one. Of the others there may be one for each contact.
        package var isOfConfiguration: Bool {
            switch self {
            case .cap, .rate, .campaign, .template, .account, .program, .list, .unread, .step, .consent, .abandonment:
                true
            case .due, .hours, .holiday, .blackout, .zone, .window, .policyStart, .policyEnd, .callback, .notBefore,
                .expired, .transport, .other, .unsettled, .damaged:
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
        case .legacy(let kind, _): kind
        }
    }
}
