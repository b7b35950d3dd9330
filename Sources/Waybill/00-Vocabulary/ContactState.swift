/// Where a contact stands. The words are the contract's and appear in every report.
///
/// The store keeps the raw value: append only, never renumber. `ContactTransitions` has the allowed transitions;
/// `Sources/README.md` draws them.
package enum ContactState: UInt8, CaseIterable, Codable, Sendable {
    case pending = 0
    case sentToDialer = 1
    case smsSent = 2
    case emailSent = 3
    case sent = 4
    case handedOver = 10
    case connected = 11
    case smsSentAndClosed = 12
    case smsResponded = 13
    case emailSentAndClosed = 14
    case emailResponded = 15
    case sentAndClosed = 16
    case responded = 17
    case notConnected = 20
    case retriesCompleted = 21
    case dangling = 22
    case expired = 23
    case failed = 24
    case withdrawn = 25
    case sampledOut = 30
    case throttled = 31
    case suppressed = 32
    case dncListed = 33
    case cancelled = 34

    /// The state as users read it.
    package var label: String {
        switch self {
        case .pending: "Pending"
        case .sentToDialer: "Sent to Dialer"
        case .smsSent: "SMS sent"
        case .emailSent: "Email sent"
        case .sent: "Sent"
        case .handedOver: "Handed Over"
        case .connected: "Connected"
        case .smsSentAndClosed: "SMS sent and Closed"
        case .smsResponded: "SMS responded"
        case .emailSentAndClosed: "Email sent and Closed"
        case .emailResponded: "Email responded"
        case .sentAndClosed: "Sent and Closed"
        case .responded: "Responded"
        case .notConnected: "Not Connected"
        case .retriesCompleted: "Retries Completed"
        case .dangling: "Dangling"
        case .expired: "Expired"
        case .failed: "Failed"
        case .withdrawn: "Withdrawn"
        case .sampledOut: "Sampled Out"
        case .throttled: "Throttled"
        case .suppressed: "Suppressed"
        case .dncListed: "DNC Listed"
        case .cancelled: "Cancelled"
        }
    }

    /// The total it is counted in.
    package var total: Total {
        switch self {
        case .pending, .sentToDialer, .smsSent, .emailSent, .sent: .open
        case .handedOver, .connected, .smsSentAndClosed, .smsResponded, .emailSentAndClosed, .emailResponded,
            .sentAndClosed, .responded:
            .success
        case .notConnected, .retriesCompleted, .dangling, .expired, .failed, .withdrawn: .failure
        case .sampledOut, .throttled, .suppressed, .dncListed, .cancelled: .skipped
        }
    }

    /// A contact never leaves a final state.
    package var isFinal: Bool { total != .open }
}

/// The totals of the end-of-day reports; every contact is in exactly one.
package enum Total: String, CaseIterable, Sendable {
    case open, success, failure, skipped
}

/// The stage that decided a contact's state, as the reports name it.
package enum ContactStage: UInt8, Sendable {
    case validation = 0
    case sampling, policy, dispatch, receipt

    package var label: String {
        switch self {
        case .validation: "validation"
        case .sampling: "sampling"
        case .policy: "policy"
        case .dispatch: "dispatch"
        case .receipt: "receipt"
        }
    }
}
