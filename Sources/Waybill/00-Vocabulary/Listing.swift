/// An entry of a do-not-contact list: who is not to be contacted, by which campaign, over which channel and for how
/// long (contract §9).
package struct Listing: Hashable, Sendable {
    /// What a list names its people by.
    package enum Kind: Int, CaseIterable, Sendable {
        case phone = 1, email, id
        /// All addresses of an e-mail domain and what is beneath it; all numbers that begin with some digits.
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

    /// Where a listing holds.
    package struct Scope: Hashable, Sendable {
        /// Empty for all.
        package var campaign = ""
        /// Nil for all.
        package var channel: Channel?

        package init(campaign: String = "", channel: Channel? = nil) {
            self.campaign = campaign
            self.channel = channel
        }

        /// Whether what is listed so concerns a message of this campaign and channel; `channel` is nil while it is not
        /// decided.
        package func holds(campaign: String, channel: Channel?) -> Bool {
            (self.campaign.isEmpty || FoldedFileName.areSame(self.campaign, campaign))
                && (self.channel == nil || self.channel == channel || channel?.isHandover == true)
        }
    }

    /// A `RecipientKey`.
    package var key: UInt64
    package var kind: Kind
    package var scope = Scope()
    /// The named list that it stands on (`lists.named`), which may be replaced as a whole; empty: none of them.
    package var list = ""
    package var reason = ""
    /// From then on it does not hold; nil without end.
    package var expires: Timestamp?

    package init(key: UInt64, kind: Kind, scope: Scope = Scope(), reason: String = "", expires: Timestamp? = nil) {
        self.key = key
        self.kind = kind
        self.scope = scope
        self.reason = reason
        self.expires = expires
    }
}
