/// Makes the links of messages: each has a token that nobody guesses, and that is the message's own.
///
/// A token is an authenticator (HMAC with SHA-256, the first 16 bytes) of what it is for and of the message's
/// reference, under the campaign's key. One that unsubscribes is another than the one that the message's link has, and
/// its form says what it takes: `post-…`.
package struct LinkMaker: Sendable {
    package enum Use: String, Sendable {
        case link
        /// Works by a POST alone: scanners follow every link.
        case unsubscribe

        fileprivate var beginning: String {
            switch self {
            case .link: ""
            case .unsubscribe: "post-"
            }
        }
    }

    private let url: PlaceText?
    /// Nil: for a look at what messages would be.
    private let key: [UInt8]?

    private static let leastKey = 16

    /// - Parameter folder: where a relative path of the key counts from.
    package init(_ settings: LinkSettings, in folder: String) throws(TransportProblem) {
        let key = Array(try settings.key.read("the key of links", in: folder).utf8)
        guard key.count >= Self.leastKey else {
            throw TransportProblem(
                "the key of links has \(key.count) characters: take \(Self.leastKey) or more, as of openssl rand -hex 32"
            )
        }
        (url, self.key) = (settings.url, key)
    }

    /// Its links are as long as others, and lead nowhere.
    package init(sampleOf settings: LinkSettings) { (url, key) = (settings.url, nil) }

    /// - Parameter reference: nil where it is of no message.
    package func token(_ use: Use, of reference: Reference?) -> String {
        guard let key, let reference else { return use.beginning + String(repeating: "x", count: 22) }
        let sum = Authenticator.sum(Array("\(use.rawValue) \(reference)".utf8), key)
        return use.beginning + Base64.addressText(Array(sum.prefix(16)))
    }

    package func link(to reference: Reference?) -> [UInt8] {
        var text = ""
        for piece in url?.pieces ?? [] {
            switch piece {
            case .text(let own): text += own
            case .place: text += token(.link, of: reference)
            }
        }
        return Array(text.utf8)
    }
}
