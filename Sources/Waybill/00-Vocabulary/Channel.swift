/// What messages go over: `sms`, `email`, `voice`, or any other name that the configuration uses (contract §8).
///
/// Names are compared as written. Whatever depends on a channel is asked here; no other code derives it from the name.
package struct Channel: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name, as in the configuration, the store and every report.
    package let name: String

    package init(_ name: String) {
        self.name = name
    }

    /// Nil for an empty name, which lists and the store use for all channels.
    package init?(unlessEmpty name: String) {
        if name.isEmpty { return nil }
        self.name = name
    }

    package static let sms = Channel("sms")
    package static let email = Channel("email")
    package static let voice = Channel("voice")
    /// The receiver of these messages may use any channel.
    package static let handover = Channel("handover")

    /// Known even if the configuration does not name them.
    package static let usual = [sms, email, voice]

    package var isHandover: Bool { self == .handover }

    /// The states that its messages have.
    package enum Medium: Sendable {
        case sms, email
        /// Waits for a call result.
        case call
        /// Any other channel: its messages may get any outcome.
        case other
    }

    package var medium: Medium {
        switch self {
        case .sms: .sms
        case .email: .email
        case .voice: .call
        case _: .other
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
    /// The state of a contact whose message is out and may still be answered.
    package var awaiting: ContactState {
        switch self {
        case .sms: .smsSent
        case .email: .emailSent
        case .call: .sentToDialer
        case .other: .sent
        }
    }

    /// Whether an event can be about one of its messages: a text is never connected, and a call is never delivered.
    package func canHave(_ event: Event) -> Bool {
        switch event {
        case .connected, .busy, .noAnswer, .abandonedCustomer, .abandonedDialer, .other: self == .call || self == .other
        case .delivered, .read, .opened, .clicked, .delayed, .bounced: self != .call
        case .accepted, .failed, .responded, .declined, .unsubscribed, .complained, .expired: true
        }
    }
}
