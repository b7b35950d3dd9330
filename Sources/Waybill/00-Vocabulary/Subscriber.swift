/// Somebody who is told when something happens: by mail, at a web address, or in a file.
package enum Subscriber: Hashable, Sendable {
    case mail(Mailbox)
    case web(String)
    /// A path of the configuration.
    case file(String)

    private static let filePrefix = "file:"

    /// As the configuration has it.
    package var text: String {
        switch self {
        case .mail(let mailbox): mailbox.text
        case .web(let url): url
        case .file(let path): Self.filePrefix + path
        }
    }

    /// Reads a mailbox, `https://…` or `file:alerts.txt`; nil for anything else. Whether the address is well is not
    /// asked here.
    package init?(_ text: String) {
        if text.hasPrefix(Self.filePrefix) {
            let path = String(text.dropFirst(Self.filePrefix.count))
            if path.isEmpty || path.hasSuffix("/") { return nil }
            self = .file(path)
        } else if text.contains("://") {
            self = .web(text)
        } else {
            guard let mailbox = Mailbox(text) else { return nil }
            self = .mail(mailbox)
        }
    }
}

/// Whom a campaign tells, by how grave it is.
package struct Subscribers: Sendable, Equatable {
    package var failure: [Subscriber] = []
    package var error: [Subscriber] = []
    package var warning: [Subscriber] = []
    package var information: [Subscriber] = []
    package var debug: [Subscriber] = []

    package init() {}

    /// Whether some are at a web address.
    package var callsServers: Bool {
        (failure + error + warning + information + debug).contains { if case .web = $0 { true } else { false } }
    }

    package func of(_ level: OutgoingEvent.Level) -> [Subscriber] {
        switch level {
        case .failure: failure
        case .error: error
        case .warning: warning
        case .information: information
        case .debug: debug
        }
    }
}

/// By which transport, and in whose name, subscribers get mail.
package struct NotifySettings: Sendable, Equatable {
    package var transport: String?
    package var from: Mailbox?

    package init() {}
}
