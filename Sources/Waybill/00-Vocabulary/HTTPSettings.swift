/// The contract of a server that messages are given to by HTTP: what `transports` declares of it.
package struct HTTPSettings: Hashable, Sendable {
    /// Where the server is; `resource` is written behind it.
    package var url = ""
    package var resource: PlaceText?
    package var method = Method.post
    /// Beside those of the body and of the key.
    package var headers: [String: String] = [:]
    package var form = Form.json
    package var body = HTTPBody.object([])
    /// Places of the body that are the same for everybody: the sender, a subject.
    package var values: [String: String] = [:]

    /// Where the key is; it stands in no configuration.
    package var key: Secret?
    package var authorization = Authorization()

    /// How many messages a call carries at the most.
    package var batch = 1
    package var callsPerSecond: Int?
    /// The header that makes a call with the same value one and the same to the server; nil: it knows none.
    package var idempotencyHeader: String?
    /// For how long the server knows such a value again.
    package var idempotencyKeeps = TimeSpan.hours(24)

    /// The first that fits says what an answer means.
    package var answers: [AnswerRule] = []
    /// Where an answer says what became of each message.
    package var perRecipient: RecipientAnswers?
    /// Where the carrier's code and words stand in an answer.
    package var code: String?
    package var detail: String?

    package init() {}

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
        /// Stands before the key; nil: the key alone.
        package var scheme: String? = "Bearer"
        /// Name and key travel as Base64 of `user:key` (RFC 7617).
        package var user: String?
        /// Who signs a token with the key (RFC 7519, HS256), which travels instead.
        package var issuer: String?
    }

    /// What an answer, or what it says of a message, means.
    package enum Meaning: String, CaseIterable, Sendable {
        case accepted, refused, later, unknown
    }

    package struct AnswerRule: Hashable, Sendable {
        /// Statuses that it is about.
        package var statuses = [100...599]
        /// A place in the answer, names and numbers joined by dots; nil: the status is enough.
        package var place: String?
        /// What may stand there; empty: anything.
        package var words: [String] = []
        package var meaning = Meaning.unknown
    }

    package struct RecipientAnswers: Hashable, Sendable {
        /// Where the list stands in the answer; empty: the answer is the list.
        package var list = ""
        /// Where a message's reference stands in its entry; nil: the entries are in the order of the messages.
        package var reference: String?
        package var answers: [AnswerRule] = []
        package var code: String?
        package var detail: String?
    }
}

/// The body of a call: JSON in which texts have places for values. What comes from a contact is a value in it and can
/// never become anything else.
package indirect enum HTTPBody: Hashable, Sendable {
    case text(PlaceText)
    /// A text as it stands, braces and all.
    case literal(String)
    /// A number, `true`, `false` or `null`.
    case raw(String)
    case list([HTTPBody])
    /// Within a list: once for each message.
    case each(HTTPBody)
    case object([HTTPMember])

    /// Whether it has a place of this name.
    func names(_ name: FoldedName) -> Bool {
        switch self {
        case .text(let text): text.names.contains(name)
        case .literal, .raw: false
        case .each(let value): value.names(name)
        case .list(let values): values.contains { $0.names(name) }
        case .object(let members): members.contains { $0.value.names(name) }
        }
    }

    /// How many of it are there once for each message.
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
