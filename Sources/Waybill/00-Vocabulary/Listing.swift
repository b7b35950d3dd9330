/// An entry of a do-not-contact list: who must not be contacted, by which campaign, over which channel and for how long
/// (contract §9).
package struct Listing: Hashable, Sendable {
    /// What the entry names: a person's number or address, or a group.
    package enum Kind: Int, CaseIterable, Sendable {
        case phone = 1, email, id
        /// A domain: all its e-mail addresses and those of its subdomains. A prefix: all numbers that begin with these
        /// digits.
        case domain, prefix

        package init?(label: String) {
            guard let kind = Self.allCases.first(where: { $0.label == label }) else { return nil }
            self = kind
        }

        package var label: String {
            switch self {
            case .phone: "phone"
            case .email: "email"
            case .id: "id"
            case .domain: "domain"
            case .prefix: "prefix"
            }
        }
    }

    /// Where a listing applies.
    package struct Scope: Hashable, Sendable {
        /// Empty for all.
        package var campaign = ""
        /// Nil for all.
        package var channel: Channel?

        package init(campaign: String = "", channel: Channel? = nil) {
            self.campaign = campaign
            self.channel = channel
        }

        /// Whether an entry of this scope concerns a message of this campaign and channel; `channel` is nil while
        /// undecided.
        package func holds(campaign: String, channel: Channel?) -> Bool {
            (self.campaign.isEmpty || FoldedFileName.areSame(self.campaign, campaign))
                && (self.channel == nil || self.channel == channel || channel?.isHandover == true)
        }
    }

    /// A `RecipientKey`.
    package var key: UInt64
    package var kind: Kind
    package var scope = Scope()
    /// The named list it came with (`lists.named`), which can be replaced as a whole; empty: none.
    package var list = ""
    package var reason = ""
    /// When the entry ends; nil: never.
    package var expires: Timestamp?

    package init(key: UInt64, kind: Kind, scope: Scope = Scope(), reason: String = "", expires: Timestamp? = nil) {
        self.key = key
        self.kind = kind
        self.scope = scope
        self.reason = reason
        self.expires = expires
    }
}
