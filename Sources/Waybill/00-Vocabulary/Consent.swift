/// One statement in the consent ledger: somebody agreed to be contacted, or took it back.
package struct ConsentEntry: Hashable, Sendable {
    /// The raw value is kept in the store: append only, never renumber.
    package enum Action: Int, CaseIterable, Sendable {
        case revoke = 0
        case grant
        /// The person wants to hear from us again after a stop: earlier revocations no longer count, but nothing is
        /// agreed to.
        case start

        package var label: String {
            switch self {
            case .revoke: "revoke"
            case .grant: "grant"
            case .start: "start"
            }
        }
    }

    /// What the statement covers.
    package struct Scope: Hashable, Sendable {
        /// Nil for all.
        package var channel: Channel?
        /// Nil for all.
        package var purpose: ContactPurpose?
        /// A campaign's `list`; empty for all.
        package var list = ""

        package init(channel: Channel? = nil, purpose: ContactPurpose? = nil, list: String = "") {
            self.channel = channel
            self.purpose = purpose
            self.list = list
        }

        package static let all = Scope()

        /// Whether agreement within this scope covers a message: nothing is guessed. While the message's channel is
        /// undecided, agreement to any channel counts.
        package func agrees(to sort: MessageSort) -> Bool {
            (channel == nil || sort.channel == nil || channel == sort.channel)
                && (purpose == nil || purpose == sort.purpose)
                && (list.isEmpty || FoldedFileName.areSame(list, sort.list))
        }

        /// Whether a message of a sort may be what somebody wants none of.
        ///
        /// Who refuses a list refuses it whatever it is for. Said with a purpose, it may be a campaign of that purpose
        /// without a list, too: its list may have been taken out since.
        package func mayMean(_ sort: MessageSort) -> Bool {
            guard channel == nil || channel == sort.channel || sort.channel?.isHandover == true else { return false }
            if !list.isEmpty {
                if FoldedFileName.areSame(list, sort.list) { return true }
                guard sort.list.isEmpty, purpose != nil else { return false }
            }
            return purpose == nil || sort.purpose == nil || purpose == sort.purpose
        }
    }

    /// The `RecipientKey` of the person.
    package var key: UInt64
    /// What the key is of: a phone number, an e-mail address or an id.
    package var kind: Listing.Kind
    package var action: Action
    package var scope = Scope.all
    /// When the person said so, which decides the order. `unknownMoment` where nobody knows.
    package var at: Timestamp
    /// From then on a grant no longer counts; nil: it has no end.
    package var expires: Timestamp?
    /// Where the evidence is, and who recorded it, in the sender's own words.
    package var proof = ""
    package var by = ""
    /// The record of the drop that said so; 0: the whole drop.
    package var record: UInt32 = 0

    package init(_ action: Action, key: UInt64, kind: Listing.Kind, at: Timestamp) {
        self.action = action
        self.key = key
        self.kind = kind
        self.at = at
    }

    /// So early that any dated statement overrides it.
    package static let unknownMoment = Timestamp(milliseconds: 0)
}

/// A message in the terms that people agree to or refuse: who sends it, over which channel, for what purpose.
package struct MessageSort: Hashable, Sendable {
    package var campaign: String
    /// Nil while undecided.
    package var channel: Channel?
    /// Nil: any, so it may be each of them.
    package var purpose: ContactPurpose?
    /// The campaign's `list`; empty: none.
    package var list: String

    package init(campaign: String, channel: Channel?, purpose: ContactPurpose? = nil, list: String = "") {
        self.campaign = campaign
        self.channel = channel
        self.purpose = purpose
        self.list = list
    }

    package init(_ campaign: Campaign, channel: Channel?) {
        self.init(campaign: campaign.name, channel: channel, purpose: campaign.purpose, list: campaign.list ?? "")
    }
}

/// Why somebody's consent cannot be relied on. The raw value is kept in the store: never rename.
package enum ConsentLack: String, CaseIterable, Sendable {
    case unknown, revoked, expired
    /// It begins on a later day.
    case future
}
