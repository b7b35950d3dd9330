/// One thing that somebody said of being contacted, as the ledger of consent has it: they agreed, or took it back.
package struct ConsentEntry: Hashable, Sendable {
    /// The raw value is kept in the store: append only, never renumber.
    package enum Action: Int, CaseIterable, Sendable {
        case revoke = 0
        case grant
        /// The person wants to hear from us again after a stop: what was revoked before holds nobody up any more, and
        /// nothing is agreed to.
        case start

        package var label: String {
            switch self {
            case .revoke: "revoke"
            case .grant: "grant"
            case .start: "start"
            }
        }
    }

    /// What it is about.
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

        /// Whether an agreement within it is one to a message of a sort: nothing is guessed. While no channel is
        /// decided, one over any may be.
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

    /// A `RecipientKey`: whose it is.
    package var key: UInt64
    /// What the key is of: a phone number, an e-mail address or an id.
    package var kind: Listing.Kind
    package var action: Action
    package var scope = Scope.all
    /// When they said so, which is what counts. Of a moment that nobody knows `unknownMoment`.
    package var at: Timestamp
    /// From then on a grant is none any more; nil without end.
    package var expires: Timestamp?
    /// Where it can be seen that they did, and who wrote it down, in the sender's own words.
    package var proof = ""
    package var by = ""
    /// Of the drop that said so; 0: all of it.
    package var record: UInt32 = 0

    package init(_ action: Action, key: UInt64, kind: Listing.Kind, at: Timestamp) {
        self.action = action
        self.key = key
        self.kind = kind
        self.at = at
    }

    /// So early that whatever else is said counts more.
    package static let unknownMoment = Timestamp(milliseconds: 0)
}

/// What is asked about a message, by what people agree to and refuse: who sends it, over what, and what for.
package struct MessageSort: Hashable, Sendable {
    package var campaign: String
    /// Nil while it is not decided.
    package var channel: Channel?
    /// Nil: any, so that it may be each of them.
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

/// Why nobody can rely on somebody's consent. The raw value is kept in the store: never rename.
package enum ConsentLack: String, CaseIterable, Sendable {
    case unknown, revoked, expired
    /// It begins on a later day.
    case future
}
