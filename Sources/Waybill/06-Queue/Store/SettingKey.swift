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
    /// How many of a campaign's calls were answered and abandoned, by day.
    case abandonedCalls(campaign: String)
    case unpublishedReports
    /// The last batch whose archive was checked.
    case archiveChecked
    /// The last batch whose archived drop was compressed, or passed over.
    case archiveCompressed
    /// Batches whose drops were found to have changed.
    case changedDrops
    /// Whether an inbox was on a share.
    case share(inbox: String)
    /// Set if the inbox's folder was there.
    case inbox(String)
    /// Set if no work has to wait for the inbox.
    case accepted(inbox: String)
    /// What a side-car said about all contacts of a batch.
    case bounds(BatchID)
    /// The sampling of a batch that waits for a program's answer.
    case heldSample(BatchID)
    case summary(CalendarDay, campaign: String)
    /// The sum over who must not be contacted (`SuppressionTotal`).
    case suppressionTotal
    /// What came of a campaign's messages lately, and whether it has stopped for that.
    case brake(campaign: String)
    /// Messages of which nobody knows whether they were sent, and transports in doubt.
    case doubts
    /// Addresses that messages came back from, too few yet, of a share of all keys.
    case bounces(share: Int)
    /// What a campaign's text messages have used of their budget.
    case budget(campaign: String)
    /// The texts that answer a drop of replies and have not left.
    case answers(BatchID)
    /// Up to which id batches may have been given by a store that this one is a copy of.
    case reservedBatches
    /// The same of the numbers of parcels.
    case reservedParcels
    /// How many outcomes and departures the store has known.
    case steps
    /// Set if the audit chain lost rows, until somebody accepts it: which, in words.
    case trailLoss
    /// The first day of a campaign's ramp.
    case rampStart(String)
    /// Contacts of a batch that came again in a new one.
    case requeued(BatchID)
    /// Set if all that a list says is in force, though its batch has not ended.
    case carriedOut(BatchID)
    /// Set if the sender of a batch was answered, though its file could not be archived.
    case answered(BatchID)
    /// Whom a batch cancelled.
    case cancelled(BatchID)
    /// The batches that wait for approval.
    case approvalHolds
    /// Set if the batch was withdrawn.
    case withdrawnBatch(BatchID)
    /// When everything of the campaign was withdrawn last.
    case withdrawnCampaign(String)
    /// How large a campaign's last drops were.
    case usualSizes(String)
    /// How far a campaign has come that repeats a kept list.
    case recurrence(String)
    /// When it was told last that a campaign's drop had not come.
    case missingTold
    /// The number of the last event that others are told of.
    case lastEvent
    /// How far they were told.
    case eventsTold
    /// An event, or some, that they are still to be told of.
    case event(Int64)

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
        case .abandonedCalls(let campaign): "abandoned-calls.\(campaign)"
        case .unpublishedReports: "reports-unpublished"
        case .archiveChecked: "archive-checked"
        case .archiveCompressed: "archive-compressed"
        case .changedDrops: "drops-changed"
        case .share(let inbox): "share.\(inbox)"
        case .inbox(let path): "inbox.\(path)"
        case .accepted(let inbox): "accepted.\(inbox)"
        case .bounds(let batch): "bounds.\(batch)"
        case .heldSample(let batch): "sample.\(batch)"
        case .summary(let day, let campaign): "summary/\(day)/\(campaign)"
        case .suppressionTotal: "suppression-total"
        case .brake(let campaign): "brake.\(campaign)"
        case .doubts: "doubts"
        case .bounces(let share): "bounces.\(share)"
        case .budget(let campaign): "budget.\(campaign)"
        case .answers(let batch): "answers.\(batch)"
        case .reservedBatches: "batches-reserved"
        case .reservedParcels: "parcels-reserved"
        case .steps: "steps"
        case .trailLoss: "trail-loss"
        case .rampStart(let campaign): "ramp-start.\(campaign)"
        case .requeued(let batch): "requeued.\(batch)"
        case .carriedOut(let batch): "carried-out.\(batch)"
        case .answered(let batch): "answered.\(batch)"
        case .cancelled(let batch): "cancelled.\(batch)"
        case .approvalHolds: "approval-holds"
        case .withdrawnBatch(let batch): "withdrawn-batch.\(batch)"
        case .withdrawnCampaign(let campaign): "withdrawn.\(campaign)"
        case .usualSizes(let campaign): "usual-sizes.\(campaign)"
        case .recurrence(let campaign): "recurrence.\(campaign)"
        case .missingTold: "missing-told"
        case .lastEvent: "event-last"
        case .eventsTold: "events-told"
        case .event(let number): "event.\(number)"
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
        // Without the witness the clock would be believed, and without the mark of a share an empty mount point would
        // be an empty inbox.
        // What was spent nobody knows: whoever asks waits.
        case .abandonedCalls, .addressKey, .bounds, .heldSample, .clockWitness, .share, .reservedBatches,
            .reservedParcels, .budget, .requeued, .carriedOut, .cancelled, .rampStart, .withdrawnBatch,
            .withdrawnCampaign, .inbox:
            .stays
        case .identity, .letters, .configuration, .latestMoment, .toldWords, .firstSights, .unpublishedReports,
            .archiveChecked, .archiveCompressed, .changedDrops, .accepted, .summary, .suppressionTotal, .bounces,
            .doubts,
            .answers, .answered, .lastEvent,
            .eventsTold, .event, .usualSizes, .missingTold, .recurrence, .steps:
            .forgotten
        // Campaigns that need the list wait for it: it counts as missing.
        case .namedList: .forgotten
        case .listHolds, .brake, .approvalHolds, .trailLoss: .holds
        }
    }

    /// One of each kind; those with a name in them by their prefix.
    private static let kinds: [SettingKey] = [
        .identity, .letters, .addressKey, .configuration, .latestMoment, .clockWitness, .toldWords, .firstSights,
        .listHolds, .unpublishedReports, .archiveChecked, .archiveCompressed, .changedDrops,
        .suppressionTotal, .reservedBatches, .reservedParcels, .doubts,
        .lastEvent, .eventsTold, .approvalHolds, .missingTold, .steps, .trailLoss,
    ]
    private static let beginnings: [(beginning: String, remedy: Remedy)] = [
        ("abandoned-calls.", .stays), ("bounds.", .stays), ("sample.", .stays), ("share.", .stays),
        ("accepted.", .forgotten),
        ("summary/", .forgotten), ("named-list.", .forgotten), ("brake.", .holds), ("budget.", .stays),
        ("bounces.", .forgotten), ("answers.", .forgotten), ("answered.", .forgotten), ("event.", .forgotten),
        ("usual-sizes.", .forgotten),
        ("requeued.", .stays), ("carried-out.", .stays), ("cancelled.", .stays),
        ("ramp-start.", .stays), ("recurrence.", .forgotten),
        ("withdrawn-batch.", .stays), ("withdrawn.", .stays), ("inbox.", .stays),
    ]

    /// An unknown name may have been any of them.
    static func remedy(ofName name: String) -> Remedy {
        kinds.first { $0.name == name }?.remedy ?? beginnings.first { name.hasPrefix($0.beginning) }?.remedy ?? .holds
    }
}
