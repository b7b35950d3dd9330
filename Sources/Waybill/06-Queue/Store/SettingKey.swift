/// What is kept under a name in `Settings`: one list, since two things that have one name overwrite each other. The two
/// that watch the clock once did, and what one of them knew was lost to the other.
package enum SettingKey: Equatable {
    /// Names this store among others.
    case identity
    /// What references begin with.
    case letters
    /// The key of hashed addresses.
    case addressKey
    /// The last configuration that could be used.
    case configuration
    /// The latest moment that the clock has shown.
    case latestMoment
    /// Whether the clock is believed, and since when.
    case clockWitness
    /// The files that were told to hold campaigns.
    case toldWords
    /// When files that wait in the inboxes were seen first.
    case firstSights
    case listHolds
    /// Which drop was a named do-not-contact list last, and when it came.
    case namedList(String)
    /// How many of a campaign's calls were answered and abandoned, by day.
    case abandonedCalls(campaign: String)
    case unpublishedReports
    /// The last batch whose archive was checked.
    case archiveChecked
    /// The batches whose drops were found to have changed.
    case changedDrops
    /// Whether an inbox lay on a share.
    case share(inbox: String)
    /// That nothing need wait for an inbox.
    case accepted(inbox: String)
    /// What a side-car said of all contacts of a batch.
    case bounds(BatchID)
    /// A sampling that waits for the rest of its drop.
    case heldSample(BatchID)
    case summary(CalendarDay, campaign: String)
    /// What those who must not be contacted come to (`SuppressionTotal`).
    case suppressionTotal
    /// Up to which id batches may have been given by a store that this one is a copy of.
    case reservedBatches

    /// As stores have it.
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
        case .abandonedCalls(let campaign): "abandoned-calls.\(campaign)"
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

    /// What is done when its value is damaged.
    enum Remedy {
        /// Nothing: whoever needs it says so.
        case stays
        /// It is made again.
        case forgotten
        /// It may have held campaigns: all are held until somebody lets them go.
        case holds
    }

    private var remedy: Remedy {
        switch self {
        // Without the witness the clock would be believed, and without the mark of a share an empty mount point would
        // be an empty inbox.
        case .abandonedCalls, .addressKey, .bounds, .heldSample, .clockWitness, .share, .reservedBatches: .stays
        case .identity, .letters, .configuration, .latestMoment, .toldWords, .firstSights, .unpublishedReports,
            .archiveChecked,
            .changedDrops, .accepted, .summary, .suppressionTotal:
            .forgotten
        // Whoever needs the list waits for it: it counts as missing.
        case .namedList: .forgotten
        case .listHolds: .holds
        }
    }

    /// One of each kind; of those that name something, by how the name begins.
    private static let kinds: [SettingKey] = [
        .identity, .letters, .addressKey, .configuration, .latestMoment, .clockWitness, .toldWords, .firstSights,
        .listHolds, .unpublishedReports, .archiveChecked, .changedDrops, .suppressionTotal, .reservedBatches,
    ]
    private static let beginnings: [(beginning: String, remedy: Remedy)] = [
        ("abandoned-calls.", .stays), ("bounds.", .stays), ("sample.", .stays), ("share.", .stays),
        ("accepted.", .forgotten),
        ("summary/", .forgotten), ("named-list.", .forgotten),
    ]

    /// A name that is none of ours may have been any.
    static func remedy(ofName name: String) -> Remedy {
        kinds.first { $0.name == name }?.remedy ?? beginnings.first { name.hasPrefix($0.beginning) }?.remedy ?? .holds
    }
}
