/// What a campaign's mails contain besides their texts.
package struct MailSettings: Hashable, Sendable {
    /// Where replies go; nil: to the sender.
    package var replyTo: Mailbox?
    /// Where bounces go; nil: to the sender.
    package var returnPath: Mailbox?
    /// A name such as `news.clinic.example` (RFC 2919).
    package var listID: String?
    /// Where people can unsubscribe (RFC 2369): web addresses and `mailto:`, with places for values, `{{reference}}`
    /// too.
    package var unsubscribe: [String] = []

    package init() {}

    /// What `List-Id` says: where no name is given, that of what people subscribe to, at the sender's domain; nil:
    /// nothing.
    package func listID(of list: String?, at domain: String) -> String? {
        if let listID { return listID }
        return list.flatMap { DomainName.ascii(Array("\($0).\(domain)".utf8)) }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}

/// A relay that takes mails.
package struct RelaySettings: Hashable, Sendable {
    /// A name, a number, or the path of a Unix socket.
    package var host = "127.0.0.1"
    package var port = 25
    /// The name Waybill gives in EHLO.
    package var hello = "localhost"
    /// How many mails go over a connection before it is closed.
    package var perConnection = 100
    package var login: Login?

    package init() {}

    /// The login at the relay. The secret itself is never in the configuration.
    package struct Login: Hashable, Sendable {
        package var user = ""
        package var secret = Secret.environment("")
        package var method: Method?
        package init() {}
    }

    package enum Method: String, CaseIterable, Codable, Sendable {
        case plain, login, xoauth2
    }

    /// Whether the host is this machine whatever names mean.
    package var isLoopback: Bool {
        host.hasPrefix("/") || host == "localhost" || host == "::1"
            || host.wholeMatch(of: /127(\.\d{1,3}){3}/) != nil
    }
}
