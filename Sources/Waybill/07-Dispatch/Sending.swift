/// One message of a rehearsal, as it would leave.
package struct Sending: Sendable {
    package let at: Timestamp
    package let campaign: String
    package let channel: Channel
    /// The zones in which the recipient can be, joined by `+`; empty where the policy asks for none.
    package let zone: String
    package let reference: Reference
    package let address: [UInt8]
}
