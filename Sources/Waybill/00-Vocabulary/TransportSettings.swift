/// One entry of `transports`.
package struct TransportSettings: Hashable, Sendable {
    package var kind = Kind.folder
    /// `folder`: what a parcel's file looks like.
    package var layout = Layout.csv
    /// `folder`: below the workspace; a folder per campaign comes in it.
    package var path = "outbox/dispatch"
    /// `smtp`: where the mail server listens, and how many connections are held at once.
    package var host = "127.0.0.1"
    package var port = 25
    package var connections = 4
    /// `sparkpost`, `messagebird`, `http`: where requests go; nil: the kind's own (`Kind.url`).
    package var url: String?
    /// `sparkpost`, `messagebird`: where the key is to be found.
    package var key: Secret?
    /// `http`: the request's body, a template.
    package var body: String?
    /// `command`: the program and its arguments.
    package var run: [String] = []

    package var rate = Rate()
    /// A name in `accounts`: what other transports of it send counts together with what this one does.
    package var account: String?

    package init() {}

    /// Where a secret is to be found: it never stands in the configuration itself.
    package enum Secret: Hashable, Sendable {
        /// The name of an environment variable.
        case environment(String)
        /// The path of a file.
        case file(String)
    }

    package enum Kind: String, CaseIterable, Sendable {
        case folder, smtp, sparkpost, messagebird, http, command

        /// Where the kind's requests go unless the configuration says otherwise.
        package var url: String? {
            switch self {
            case .sparkpost: "https://api.sparkpost.com"
            case .messagebird: "https://rest.messagebird.com"
            case .folder, .smtp, .http, .command: nil
            }
        }
    }

    package enum Layout: String, CaseIterable, Sendable {
        case csv
        case jsonLines = "jsonl"
        /// The dialler's import layout: `Account Number,First Name,Last Name,Phone1,Phone2,Phone3,Dial Time`.
        case dialer

        /// What the names of its files end with.
        package var suffix: String {
            switch self {
            case .csv, .dialer: ".csv"
            case .jsonLines: ".jsonl"
            }
        }
    }
}
