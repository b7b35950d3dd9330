/// One entry of `transports`.
package struct TransportSettings: Hashable, Sendable {
    package var kind = Kind.folder
    /// `folder`: what a parcel's file looks like.
    package var layout = Layout.csv
    /// `folder`: below the workspace; a folder per campaign comes in it.
    package var path = "outbox/dispatch"

    package init() {}

    package enum Kind: String, CaseIterable, Sendable { case folder, smtp, sparkpost, messagebird, http, command }

    package enum Layout: String, CaseIterable, Sendable {
        case csv
        case jsonLines = "jsonl"
        /// The dialler's import layout: `Account Number,First Name,Last Name,Phone1,Phone2,Phone3,Dial Time`.
        case dialer
    }
}
