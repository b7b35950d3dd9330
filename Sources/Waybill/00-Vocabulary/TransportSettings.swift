/// One entry of `transports`.
package struct TransportSettings: Hashable, Sendable {
    package var kind = Kind.folder
    /// `folder`: the format of a parcel's file.
    package var layout = Layout.csv
    /// `folder`: relative to the workspace; each campaign gets a folder in it.
    package var path = "outbox/dispatch"
    /// `command`: the program and its arguments.
    package var run: [String] = []
    /// `command` and `smtp`: the longest time without reading or answering. `http`: how long an answer may take.
    package var timeout = TimeSpan.seconds(30)
    /// How many parcels travel at once, each with its own program or connection. `http`: how many calls are made at
    /// once.
    package var concurrency = 1
    /// `command`: whether the program can be asked what became of messages.
    package var resolves = false
    package var relay = RelaySettings()
    package var http = HTTPSettings()
    /// `folder`: what stands in its lines, in this order; empty: what the layout has.
    package var columns: [Column] = []
    /// `folder`: whether each file is followed by one that says how many messages it has, and its digest.
    package var hasControl = false
    /// Nil: the carrier is not told until when a message may arrive.
    package var validity: Validity?

    /// To numbers of these regions alone anything goes; empty: to all.
    package var countries: [String] = []
    /// Where the data is that it is given, as `residency` names it; nil: it does not say.
    package var region: String?
    /// A name in `transports`: what carries a message while nothing leaves by this one.
    package var fallback: String?
    /// `folder`, set by whoever makes the transport: whether the folder of this campaign is on a share.
    package var isOnShare = false
    /// Set by whoever makes the transport: where it keeps what it needs to answer for messages after a crash.
    package var journals = ""
    package var rate = Rate()
    /// A name in `accounts`: this transport's messages count together with those of others on the same account.
    package var account: String?

    package init() {}

    /// A column of a parcel's file: its name, and what stands in it.
    package struct Column: Hashable, Sendable {
        package let name: String
        package let text: PlaceText

        package init(name: String, text: PlaceText) {
            self.name = name
            self.text = text
        }
    }

    /// For how long a message may be held back by the carrier before it reaches the person.
    package struct Validity: Hashable, Sendable {
        /// Nothing that must arrive sooner is sent.
        package var minimum = TimeSpan.minutes(1)
        package var maximum = TimeSpan.hours(48)
        package init() {}
    }

    package enum Kind: String, CaseIterable, Sendable {
        case folder, command, smtp, http
    }

    /// How many parcels are in flight before another one leaves.
    package var parcelsAtOnce: Int { kind == .folder ? 4 : concurrency }

    /// How many messages it takes in one call, where it takes calls.
    package var together: Int { kind == .http ? http.batch : 1 }

    /// How many contacts may be in flight before another parcel leaves.
    package var contactsAtOnce: Int {
        switch kind {
        case .folder, .command, .smtp: .max
        case .http: 2 * concurrency * http.batch
        }
    }

    /// Sets the kind, with its own defaults.
    package mutating func become(_ kind: Kind) {
        self.kind = kind
        switch kind {
        case .folder, .command: break
        case .http: concurrency = 4
        case .smtp:
            concurrency = 4
            // Time for the filters behind a relay: an answer that comes later is lost.
            timeout = .minutes(2)
        }
    }

    package enum Layout: String, CaseIterable, Sendable {
        case csv
        case jsonLines = "jsonl"
        /// The dialler's import layout: `Account Number,First Name,Last Name,Phone1,Phone2,Phone3,Dial Time`.
        case dialer
        /// The same, with a last column `Reference`.
        case dialerWithReference = "dialer-reference"

        /// The ending of its files' names.
        package var suffix: String {
            switch self {
            case .csv, .dialer, .dialerWithReference: ".csv"
            case .jsonLines: ".jsonl"
            }
        }
    }
}
