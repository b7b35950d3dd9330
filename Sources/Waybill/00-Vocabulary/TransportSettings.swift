/// One entry of `transports`.
package struct TransportSettings: Hashable, Sendable {
    package var kind = Kind.folder
    /// `folder`: what a parcel's file looks like.
    package var layout = Layout.csv
    /// `folder`: below the workspace; a folder per campaign comes in it.
    package var path = "outbox/dispatch"
    /// `command`: the program and its arguments.
    package var run: [String] = []
    /// `command`: for how long it may neither read nor answer; `smtp` likewise. `http`: how long an answer may take.
    package var timeout = TimeSpan.seconds(30)
    /// How many parcels are carried at once, each by a program of its own, or over a connection. `http`: how many calls
    /// are made at once.
    package var concurrency = 1
    /// `command`: it can be asked what became of messages.
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
    /// A name in `transports`: what carries a message while nothing leaves by this one.
    package var fallback: String?
    package var rate = Rate()
    /// A name in `accounts`: what other transports of it send counts together with what this one does.
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

    /// How many contacts may be in flight before another parcel leaves.
    package var contactsAtOnce: Int {
        switch kind {
        case .folder, .command, .smtp: .max
        case .http: 2 * concurrency * http.batch
        }
    }

    /// What a kind has otherwise than the rest.
    package mutating func become(_ kind: Kind) {
        self.kind = kind
        switch kind {
        case .folder, .command: break
        case .http: concurrency = 4
        case .smtp:
            concurrency = 4
            // What filters behind a relay take: an answer that comes later is one that nobody hears.
            timeout = .minutes(2)
        }
    }

    package enum Layout: String, CaseIterable, Sendable {
        case csv
        case jsonLines = "jsonl"
        /// The dialler's import layout: `Account Number,First Name,Last Name,Phone1,Phone2,Phone3,Dial Time`.
        case dialer
        /// The same with a column `Reference` behind them.
        case dialerWithReference = "dialer-reference"

        /// What the names of its files end with.
        package var suffix: String {
            switch self {
            case .csv, .dialer, .dialerWithReference: ".csv"
            case .jsonLines: ".jsonl"
            }
        }
    }
}
