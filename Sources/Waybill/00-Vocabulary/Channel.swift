/// What messages go over: `sms`, `email`, `voice`, or any other name that the configuration uses (contract §8).
///
/// Names are compared as they are written. What depends on a channel is asked of it here, never found out from its name
/// elsewhere.
package struct Channel: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// As the configuration, the store and every report write it.
    package let name: String

    package init(_ name: String) {
        self.name = name
    }

    /// Nil for an empty name, which lists and the store write for all channels.
    package init?(unlessEmpty name: String) {
        if name.isEmpty { return nil }
        self.name = name
    }

    package static let sms = Channel("sms")
    package static let email = Channel("email")
    package static let voice = Channel("voice")
    /// Whoever takes these messages may use any channel.
    package static let handover = Channel("handover")

    /// Known whether or not the configuration names them.
    package static let usual = [sms, email, voice]

    package var isHandover: Bool { self == .handover }

    /// Which states its messages have.
    package enum Medium: Sendable {
        case sms, email
        /// Waits for a result.
        case call
    }

    /// A channel without states of its own has those of a call.
    package var medium: Medium {
        switch self {
        case .sms: .sms
        case .email: .email
        case _: .call
        }
    }

    /// The columns that can hold the address of a message, the usual one first.
    package var addressFields: [Field] {
        switch self {
        case .email: [.email]
        case .sms, .voice: Field.phones
        case _: Field.phones + [.email, .id]
        }
    }

    package var description: String { name }

    package static func < (left: Channel, right: Channel) -> Bool { left.name < right.name }
}

extension Channel.Medium {
    /// Of a contact whose message is out, while an answer can come.
    package var awaiting: ContactState {
        switch self {
        case .sms: .smsSent
        case .email: .emailSent
        case .call: .sentToDialer
        }
    }
}
