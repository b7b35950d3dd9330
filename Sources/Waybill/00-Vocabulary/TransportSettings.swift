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

    package var rate = Rate()
    /// A name in `accounts`: this transport's messages count together with those of others on the same account.
    package var account: String?

    package init() {}

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
