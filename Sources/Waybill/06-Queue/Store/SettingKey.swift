/// The names of values in `Settings`, in one list, since two values with the same name overwrite each other. The two
/// that watch the clock once did, and one of them lost what it knew.
package enum SettingKey: Equatable {
    /// Distinguishes this store from others.
    case identity
    /// The letters of references.
    case letters
    /// The key of hashed addresses.
    case addressKey
    /// The last usable configuration.
    case configuration
    /// The latest time the clock has shown.
    case latestMoment
    /// Whether the clock is trusted, and since when.
    case clockWitness
    /// Files that were reported as holding campaigns.
    case toldWords
    /// When files that wait in the inboxes were first seen.
    case firstSights
    case listHolds
    /// The drop that a named do-not-contact list last came as, and when.
    case namedList(String)
    case unpublishedReports
    /// The last batch whose archive was checked.
    case archiveChecked
    /// Batches whose drops were found to have changed.
    case changedDrops
    /// Whether an inbox was on a share.
    case share(inbox: String)
    /// Set if no work has to wait for the inbox.
    case accepted(inbox: String)
    /// What a side-car said about all contacts of a batch.
    case bounds(BatchID)
    /// The sampling of a batch that waits for a program's answer.
    case heldSample(BatchID)
    case summary(CalendarDay, campaign: String)
    /// The sum over who must not be contacted (`SuppressionTotal`).
    case suppressionTotal
    /// The highest batch id that the store this one is a copy of may have given.
    case reservedBatches

    /// The name in the store.
    package var name: String {
        switch self {
        case .identity: "identity"
        case .letters: "letters"
        case .addressKey: "address-key"
        case .configuration: "configuration"
        case .latestMoment: "clock"
        case .clockWitness: "clock-witness"
        case .toldWords: "words-told"
        case .firstSights: "first-sights"
        case .listHolds: "list-holds"
        case .namedList(let name): "named-list.\(name)"
        case .unpublishedReports: "reports-unpublished"
        case .archiveChecked: "archive-checked"
        case .changedDrops: "drops-changed"
        case .share(let inbox): "share.\(inbox)"
        case .accepted(let inbox): "accepted.\(inbox)"
        case .bounds(let batch): "bounds.\(batch)"
        case .heldSample(let batch): "sample.\(batch)"
        case .summary(let day, let campaign): "summary/\(day)/\(campaign)"
        case .suppressionTotal: "suppression-total"
        case .reservedBatches: "batches-reserved"
        }
    }

    /// What to do if its value is damaged.
    enum Remedy {
        /// Nothing: whoever needs the value reports it.
        case stays
        /// Remove it; it is made again.
        case forgotten
        /// It may have held campaigns: hold all of them until somebody releases them.
        case holds
    }

    private var remedy: Remedy {
        switch self {
        // Without the witness the clock would be trusted, and without the mark of a share an empty mount point would be
        // taken for an empty inbox.
        case .addressKey, .bounds, .heldSample, .clockWitness, .share, .reservedBatches: .stays
        case .identity, .letters, .configuration, .latestMoment, .toldWords, .firstSights, .unpublishedReports,
            .archiveChecked,
            .changedDrops, .accepted, .summary, .suppressionTotal:
            .forgotten
        // Campaigns that need the list wait for it: it counts as missing.
        case .namedList: .forgotten
        case .listHolds: .holds
        }
    }

    /// One of each kind; those with a name in them by their prefix.
    private static let kinds: [SettingKey] = [
        .identity, .letters, .addressKey, .configuration, .latestMoment, .clockWitness, .toldWords, .firstSights,
        .listHolds, .unpublishedReports, .archiveChecked, .changedDrops, .suppressionTotal, .reservedBatches,
    ]
    private static let beginnings: [(beginning: String, remedy: Remedy)] = [
        ("bounds.", .stays), ("sample.", .stays), ("share.", .stays), ("accepted.", .forgotten),
        ("summary/", .forgotten), ("named-list.", .forgotten),
    ]

    /// An unknown name may have been any of them.
    static func remedy(ofName name: String) -> Remedy {
        kinds.first { $0.name == name }?.remedy ?? beginnings.first { name.hasPrefix($0.beginning) }?.remedy ?? .holds
    }
}
