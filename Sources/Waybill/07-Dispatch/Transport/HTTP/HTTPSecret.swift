/// The key of a transport, read when it is needed: it stands in no configuration, ticket, log or report.
enum HTTPSecret {
    /// The header that carries a key.
    struct Header {
        let name: String
        let value: String
        /// What nobody may read again where a server gives it back: the key, and what is made of it.
        let hidden: [String]
    }

    /// The header that carries the key; nil where there is none.
    static func header(
        _ settings: HTTPSettings, in folder: String, at now: Timestamp
    ) throws(TransportProblem) -> Header? {
        guard let place = settings.key else { return nil }
        let secret = try place.read("the key", in: folder)
        guard secret.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw TransportProblem("the key has letters that are no ASCII")
        }
        let way = settings.authorization
        var value = secret
        if let user = way.user { value = Base64.text(Array("\(user):\(secret)".utf8)) }
        if let issuer = way.issuer { value = token(issuer, secret, at: now) }
        return Header(
            name: way.header, value: way.scheme.map { "\($0) \(value)" } ?? value, hidden: [value, secret])
    }

    /// A signed token (RFC 7519): who says it, and when. Servers take it for half a minute or so.
    static func token(_ issuer: String, _ secret: String, at now: Timestamp) -> String {
        var claims = Array(#"{"iss":"#.utf8)
        JSONText.append(issuer, to: &claims)
        claims += Array(",\"iat\":\(now.seconds)}".utf8)
        let text = Base64.addressText(Array(#"{"typ":"JWT","alg":"HS256"}"#.utf8)) + "." + Base64.addressText(claims)
        return text + "." + Base64.addressText(Authenticator.sum(Array(text.utf8), Array(secret.utf8)))
    }
}
