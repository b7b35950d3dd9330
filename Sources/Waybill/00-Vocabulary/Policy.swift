/// When a person may be contacted (contract §7).
package struct Policy: Hashable, Sendable {
    /// No window at all means always.
    package var windows: [Window] = []
    package var zone = ZoneRule.recipient
    package var unknownZone = UnknownZone.hold
    /// Narrower hours by region (`US-FL`); what a rule leaves out, it takes from the window.
    package var regions: [String: RegionRule] = [:]
    /// Which countries' rules of law apply, besides `regions`.
    package var rules: RuleScope?
    /// Days without contact, by country or region (`US`, `DE-BY`); `*` is everywhere.
    package var holidays: [String: [CalendarDay]] = [:]
    package var blackouts: [Blackout] = []
    /// No contact before `startAfter`, and none from `endBefore` on; nil: no bound. A local time without an offset is
    /// in the campaign's zone.
    package var startAfter: Timestamp?
    package var endBefore: Timestamp?
    /// What must be known about a person before anything is sent.
    package var require: [Demand] = []
    package var caps: [Cap] = []
    package var rate = Rate()
    package var late = Late.expire

    package init() {}

    /// A daily span in local time. `to` at or before `from` runs over midnight into the next day.
    package struct Window: Hashable, Sendable {
        /// Empty: every channel.
        package var channels: [Channel] = []
        /// Bit 0 = Monday … bit 6 = Sunday: the days on which the window begins.
        package var days: UInt8 = 0x7F
        package var from = TimeOfDay(minutes: 0)
        package var to = TimeOfDay.midnight
        package init() {}
    }

    package enum ZoneRule: Hashable, Sendable {
        case recipient
        case campaign
        /// An IANA name.
        case named(String)
    }

    package enum RuleScope: Hashable, Sendable {
        /// The rules of every country that has some.
        case all
        /// By the names of their files: `us`.
        case countries([String])
    }

    package enum UnknownZone: String, CaseIterable, Sendable { case hold, campaign }

    package struct RegionRule: Hashable, Sendable {
        package var from: TimeOfDay?
        package var to: TimeOfDay?
        package var days: UInt8?
        package init() {}
    }

    /// A span of time without contact, [from, to).
    package struct Blackout: Hashable, Sendable {
        package var from: Timestamp
        package var to: Timestamp
        /// Where it holds (`US-LA`); none: everywhere.
        package var regions: [String] = []
        package init(from: Timestamp, to: Timestamp) {
            self.from = from
            self.to = to
        }
    }

    /// Over these channels and for these purposes, nothing is sent without it.
    package struct Demand: Hashable, Sendable {
        package var what = Thing.consent
        /// Empty: every channel.
        package var channels: [Channel] = []
        /// Empty: every purpose, and campaigns that name none.
        package var purposes: [ContactPurpose] = []
        package init() {}

        package enum Thing: String, CaseIterable, Sendable { case consent }

        package func concerns(_ purpose: ContactPurpose?) -> Bool {
            purpose.map { purposes.isEmpty || purposes.contains($0) } ?? true
        }
    }

    /// At most `limit` contacts with a person, or responses of a person, within a period.
    package struct Cap: Hashable, Sendable {
        package var limit: Int
        package var within: CapPeriod
        /// Empty: every channel.
        package var channels: [Channel] = []
        package var by = CapSubject.address
        package var over = CapScope.all
        package var counts = Counted.contacts
        package var then = CapAction.delay
        /// Set for a cap of a rule of law; nil: the policy's own.
        package var law: Law?
        package init(limit: Int, within: CapPeriod) {
            self.limit = limit
            self.within = within
        }
    }

    /// What a rule of law counts: contacts of these kinds, for these purposes.
    package struct Law: Hashable, Sendable {
        /// The place where it holds, and its title.
        package var name: String
        package var kinds: [ContactKind] = []
        package var purposes: [ContactPurpose] = []
        package init(name: String) { self.name = name }
    }

    package enum CapPeriod: Hashable, Sendable, CustomStringConvertible {
        /// Any span of this length.
        case rolling(TimeSpan)
        /// The day of the campaign's reports.
        case day

        package var description: String {
            switch self {
            case .rolling(let span): span.description
            case .day: "day"
            }
        }
    }

    /// Who is counted.
    package enum CapSubject: Hashable, Sendable, CustomStringConvertible {
        /// The address the message goes to.
        case address
        /// All contacts with the same value in a column.
        case column(String)

        package var description: String {
            switch self {
            case .address: "address"
            case .column(let name): name
            }
        }
    }

    /// The campaigns whose contacts count.
    package enum CapScope: String, CaseIterable, Sendable { case all, campaign }

    package enum Counted: String, CaseIterable, Sendable { case contacts, responses, refusals }

    package enum CapAction: String, CaseIterable, Sendable { case delay, drop }

    package enum Late: String, CaseIterable, Sendable { case expire, send }
}
