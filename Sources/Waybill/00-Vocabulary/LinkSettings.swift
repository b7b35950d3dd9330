/// The links of a campaign's messages, each of which is one message's alone.
package struct LinkSettings: Hashable, Sendable {
    /// With a place `{{token}}`.
    package var url: PlaceText?
    package var key = Secret.environment("")
    /// Whether a file of all tokens is written for whom the links lead to.
    package var hasTokens = false
    package init() {}
}
