/// A relay and how it is spoken to, as a ticket keeps it; no secret is in it.
struct SMTPRelay: Hashable, Codable, Sendable {
    let transport: String
    let host: String
    let port: Int
    let hello: String
    let perConnection: Int
    /// Milliseconds.
    let timeout: Int64
    let user: String?
    let secret: Secret?
    let method: RelaySettings.Method?
    /// Seconds for which a mail may be on its way, at the least and at the most; nil: the relay is not told. None in
    /// tickets of older versions.
    let shortest: Int?
    let longest: Int?

    init(_ name: String, _ settings: TransportSettings) {
        transport = name
        host = settings.relay.host
        port = settings.relay.port
        hello = settings.relay.hello
        perConnection = settings.relay.perConnection
        timeout = settings.timeout.milliseconds
        user = settings.relay.login?.user
        secret = settings.relay.login?.secret
        method = settings.relay.login?.method
        shortest = settings.validity.map { Int($0.minimum.milliseconds / 1_000) }
        longest = settings.validity.map { Int($0.maximum.milliseconds / 1_000) }
    }
}
