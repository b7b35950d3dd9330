/// One round of the property test as plain values: its configuration, drops and answers. Times are seconds since 1970
/// (UTC).
///
/// None of these types is Waybill's own, so the oracle shares no code with the program that it checks.
package struct PolicyScenario: Sendable {
    package struct Window: Sendable {
        /// Empty: every channel.
        package var channels: [String]
        /// Days on which it begins, 0 = Monday.
        package var days: [Int]
        /// Minutes of the local day; `to` at or before `from` runs over midnight.
        package var from: Int
        package var to: Int
    }

    package struct RegionRule: Sendable {
        package var from: Int?
        package var to: Int?
        package var days: [Int]?
    }

    package struct Cap: Sendable {
        package enum Span: Sendable {
            case rolling(seconds: Int)
            /// The campaign's calendar day.
            case day
        }

        package enum Subject: String, Sendable { case address, id, param1 }

        package var limit: Int
        package var span: Span
        package var channels: [String]
        package var by: Subject
        /// True: counts the messages of this campaign; false: those of all campaigns.
        package var isOwn: Bool
        package var drops: Bool
    }

    package enum ZoneRule: Sendable {
        case recipient, campaign
        case named(String)
    }

    package struct Policy: Sendable {
        package var name: String
        package var windows: [Window]
        package var zone: ZoneRule
        package var regions: [String: RegionRule]
        /// Dates such as 2026-12-25 by country, region or `*`.
        package var holidays: [String: [String]]
        package var blackouts: [(from: Int, to: Int)]
        package var startAfter: Int?
        package var endBefore: Int?
        package var caps: [Cap]
        /// A contact's own `expiresat` is ignored.
        package var sendsLate: Bool
        /// The names of the rule files that apply; `all`: every file there is.
        package var rules: [String] = []
        /// Channels and purposes for which nothing is sent without consent; empty: all of them.
        package var requires: [(channels: [String], purposes: [String])] = []
        package var rate = Rate()
    }

    /// How many messages may leave in any second, hour and day; nil: no limit.
    package struct Rate: Sendable {
        package var perSecond: Int?
        package var perHour: Int?
        package var perDay: Int?
    }

    package enum Rule: Sendable {
        case close
        case retry(seconds: Int)
        case go(step: String, seconds: Int)
    }

    package struct Step: Sendable {
        package var name: String
        package var channel: String
        /// 1 … 5: the phone; 0: the e-mail address.
        package var phone: Int
        package var attempts: Int
        /// For SMS and e-mail: seconds until `expired`; nil: done when the message has left.
        package var expires: Int?
        /// For other channels: seconds until the result is missing.
        package var resultWithin: Int
        /// By event of contract §9, or `expired`.
        package var on: [String: Rule]
    }

    package struct Campaign: Sendable {
        package var name: String
        package var timezone: String
        package var policy: Policy
        package var steps: [Step]
        /// The kind of contact for each channel that has one set.
        package var kinds: [String: String] = [:]
        /// Empty: not set.
        package var purpose = ""
        /// For all messages of the campaign, in addition to the policy's rate.
        package var rate = Rate()
        /// What people subscribe to, of which a stop may be for that alone; empty for none.
        package var list = ""
        /// Named do-not-contact lists that it needs.
        package var lists: [String] = []
    }

    /// A do-not-contact list that comes again and again.
    package struct NamedList: Sendable {
        package var name: String
        /// Seconds; nil: it may be as old as it likes.
        package var maxAge: Int?
        /// All campaigns need it.
        package var isRequired: Bool
    }

    /// A number, and where the person behind it can be.
    package struct Phone: Sendable {
        /// E.164 with +.
        package var number: String
        package var zones: [String]
        /// ISO 3166 alpha-2.
        package var country: String
        /// Such as US-FL.
        package var regions: [String]

        package init(number: String, zones: [String], country: String, regions: [String]) {
            (self.number, self.zones, self.country, self.regions) = (number, zones, country, regions)
        }
    }

    package struct Contact: Sendable {
        package var id: String
        package var param1: String
        /// phone1 first; at least one.
        package var phones: [Phone]
        package var email: String
        /// The `timezone` column, which takes precedence over the numbers' zones; empty: none.
        package var timezone: String
        package var notBefore: Int?
        package var callbackAt: Int?
        package var expiresAt: Int?
        package var hasConsent = false
        /// When consent was given; nil: unknown.
        package var consentAt: Int?
        /// The `state` column; empty for none.
        package var state = ""
    }

    package struct Drop: Sendable {
        package var at: Int
        package var campaign: String
        package var contacts: [Contact]
    }

    /// An answer of the outside world.
    package struct Answer: Sendable {
        package var event: String
        /// Seconds from the message's leaving until the event happens, and until its file arrives.
        package var happens: Int
        package var arrives: Int
    }

    /// One record of a drop of consents.
    package struct Consent: Sendable {
        /// False: it takes consent back.
        package var grants: Bool
        /// Empty: all of them.
        package var channel = ""
        package var purpose = ""
        package var list = ""
        package var said: Int
        /// 0: never.
        package var expires = 0
    }

    /// An order: what the lists, replies and other drops contain.
    package enum Order: Sendable {
        /// The number says STOP, or STOP ALL (or START).
        case stop(number: String, isAll: Bool = false)
        case start(number: String)
        /// A do-not-contact list; empty campaign and channel: all; expires 0: never.
        case list(number: String, campaign: String, channel: String, expires: Int)
        case unlist(number: String)
        /// A named list comes: all of it, or more of it.
        case named(list: String, numbers: [String], isWhole: Bool)
        /// A drop of consents.
        case consent(number: String, word: Consent)
        case pause(campaign: String)
        case resume(campaign: String)
    }

    package var campaigns: [Campaign]
    package var drops: [Drop]
    package var orders: [(at: Int, order: Order)]
    /// Waybill does not run in [from, to).
    package var outages: [(from: Int, to: Int)]
    package var named: [NamedList] = []
    package var start: Int
    package var end: Int
    /// The texts of all rule files by name, and the names of those in the workspace, which replace the program's own.
    package var ruleTexts: [String: String] = [:]
    package var ownRules: Set<String> = []
}

/// A message that Waybill sent, as seen from outside.
package struct PolicySend: Sendable {
    /// Milliseconds since 1970.
    package var at: Int
    /// The index of the drop in the scenario, and of the record in the drop.
    package var drop: Int
    package var record: Int
    package var step: String
    package var attempt: Int
    package var channel: String
    package var address: String

    package init(
        at: Int, drop: Int, record: Int, step: String, attempt: Int, channel: String, address: String
    ) {
        (self.at, self.drop, self.record, self.step) = (at, drop, record, step)
        (self.attempt, self.channel, self.address) = (attempt, channel, address)
    }
}

/// An answer as Waybill received it.
package struct PolicyAnswer: Sendable {
    /// The index of the send.
    package var send: Int
    package var event: String
    /// Milliseconds since 1970: when it happened by its own time, and when Waybill had read the file.
    package var happened: Int
    package var taken: Int

    package init(send: Int, event: String, happened: Int, taken: Int) {
        (self.send, self.event, self.happened, self.taken) = (send, event, happened, taken)
    }
}
