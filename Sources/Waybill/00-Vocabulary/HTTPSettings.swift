/// The contract of a server that takes messages by HTTP, as `transports` declares it.
package struct HTTPSettings: Hashable, Sendable {
    /// The server's address; `resource` is appended to it.
    package var url = ""
    package var resource: PlaceText?
    package var method = Method.post
    /// Headers besides those that the body and the key bring.
    package var headers: [String: String] = [:]
    package var form = Form.json
    package var body = HTTPBody.object([])
    /// Values of places in the body that are the same for every message: the sender, a subject.
    package var values: [String: String] = [:]

    /// Where to find the key, which is never in the configuration.
    package var key: Secret?
    package var authorization = Authorization()

    /// The most messages in one call.
    package var batch = 1
    package var callsPerSecond: Int?
    /// The header by whose value the server recognises a repeated call; nil: it recognises none.
    package var idempotencyHeader: String?
    /// How long the server remembers such a value.
    package var idempotencyKeeps = TimeSpan.hours(24)

    /// Where the server can be asked which messages it knows of, after a call without an answer; nil: it cannot.
    package var events: Events?
    /// Whether messages that the server never told of are sent again.
    package var resendsAfterSilence = false

    /// The first rule that fits says what an answer means.
    package var answers: [AnswerRule] = []
    /// Where an answer says what became of each message.
    package var perRecipient: RecipientAnswers?
    /// Where an answer has the carrier's code and words.
    package var code: String?
    package var detail: String?

    package init() {}

    /// The places of what a mail has beside its text.
    package static let mailPlaces = Set(
        ["subject", "html", "listunsubscribe", "oneclick", "from"].map { FoldedName($0) })
    /// Who sends: for mails the campaign's sender, else what `values` say.
    package static let sender = FoldedName("from")
    package var asksForSender: Bool { body.names.contains(Self.sender) }

    /// All places of a call that are filled by message.
    package var names: Set<FoldedName> { body.names.union(resource?.names ?? []) }

    /// Whether a call says which message it is about, so that answers and receipts can say it again.
    package var givesReference: Bool { names.contains(FoldedName("reference")) }

    /// Where a server tells what became of messages, and when what it does not tell of was not taken.
    package struct Events: Hashable, Sendable {
        /// Appended to the server's address; it has places for `batch`, `parcel`, `campaign` and `since`.
        package var resource: PlaceText?
        /// The path to the list in the answer; empty: the answer is the list.
        package var list = ""
        /// The path to the message's reference in an entry.
        package var reference = "reference"
        /// The path to the resource of the next page, or to a list of links of which one is `rel: "next"`.
        package var next: String?
        /// How long after the call everything is told.
        package var after = TimeSpan.minutes(10)
        /// How long it is told.
        package var keeps = TimeSpan.hours(240)
        package init() {}

        package static let places = ["batch", "parcel", "campaign", "since"]
    }

    package enum Method: String, CaseIterable, Sendable {
        case post = "POST"
        case put = "PUT"
    }

    package enum Form: String, CaseIterable, Sendable {
        case json, urlencoded
    }

    /// How the key travels.
    package struct Authorization: Hashable, Sendable {
        package var header = "Authorization"
        /// Written before the key; nil: the key alone.
        package var scheme: String? = "Bearer"
        /// If set, name and key are sent as Base64 of `user:key` (RFC 7617).
        package var user: String?
        /// If set, a token signed with the key is sent instead of it (RFC 7519, HS256), with this issuer.
        package var issuer: String?
    }

    /// What an answer, or what it says of a message, means.
    package enum Meaning: String, CaseIterable, Sendable {
        case accepted, refused, later, unknown
    }

    package struct AnswerRule: Hashable, Sendable {
        /// The statuses the rule applies to.
        package var statuses = [100...599]
        /// A path into the answer, names and numbers joined by dots; nil: the status is enough.
        package var place: String?
        /// The values that match there, with `*` for any run of characters; empty: any.
        package var words: [String] = []
        package var meaning = Meaning.unknown
        /// Of a message that is wanted later: not sooner than after this; nil: as others are.
        package var after: TimeSpan?
    }

    package struct RecipientAnswers: Hashable, Sendable {
        /// The path to the list in the answer; empty: the answer is the list.
        package var list = ""
        /// The path to the message's reference in an entry; nil: entries are in the order of the messages.
        package var reference: String?
        package var answers: [AnswerRule] = []
        package var code: String?
        package var detail: String?
    }
}

/// The body of a call: JSON whose texts have places for values. A contact's data can only become a value in it, never
/// anything else.
package indirect enum HTTPBody: Hashable, Sendable {
    case text(PlaceText)
    /// A text written as it is, braces included; with a place, only for messages that have a value there.
    case literal(String, with: FoldedName?)
    /// A number, `true`, `false` or `null`.
    case raw(String)
    case list([HTTPBody])
    /// In a list: repeated for each message.
    case each(HTTPBody)
    case object([HTTPMember])

    /// All names at its places, also at those that stand in it once for each message.
    package var names: Set<FoldedName> {
        Set(
            places.compactMap { piece in
                switch piece {
                case .text: nil
                case .place(let name, default: _): name
                }
            })
    }

    /// The same with what stands in for a value.
    var places: [PlaceText.Piece] {
        switch self {
        case .text(let text): text.pieces
        case .literal(_, let place): place.map { [.place($0, default: "")] } ?? []
        case .raw: []
        case .each(let value): value.places
        case .list(let values): values.flatMap(\.places)
        case .object(let members): members.flatMap(\.value.places)
        }
    }

    /// How many parts of it are repeated for each message.
    var eachCount: Int {
        switch self {
        case .text, .literal, .raw: 0
        case .each: 1
        case .list(let values): values.reduce(0) { $0 + $1.eachCount }
        case .object(let members): members.reduce(0) { $0 + $1.value.eachCount }
        }
    }
}

package struct HTTPMember: Hashable, Sendable {
    package let key: String
    package let value: HTTPBody
}
