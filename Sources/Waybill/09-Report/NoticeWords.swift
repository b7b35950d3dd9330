/// How a notice describes drops of each kind, and what it asks for.
extension Notice {
    /// From the folder that replaces a campaign.
    var purpose: DropPurpose { DropPurpose(folder: campaign) }

    /// What the drop is called if it has no campaign.
    var kind: String? {
        switch purpose {
        case .contacts: nil
        case .suppression: "do-not-contact list"
        case .replies: "replies"
        case .receipts: "receipts"
        case .control: "command"
        case .consent: "consents"
        }
    }

    /// One of its records, and several.
    var nouns: (one: String, many: String) {
        switch purpose {
        case .contacts: ("record", "records")
        case .suppression: ("entry", "entries")
        case .replies: ("reply", "replies")
        case .receipts: ("receipt", "receipts")
        case .control: ("command", "commands")
        case .consent: ("consent", "consents")
        }
    }

    /// What counts although records of the drop were rejected.
    var rest: String {
        switch purpose {
        case .contacts:
            accepted > 0
                ? "Do not send the whole drop again: its "
                    + "\(accepted.counted("accepted record counts", "accepted records count")) already."
                : "Nothing else of this drop is on the way."
        case .suppression:
            "The other entries are in force. So is each of these that adds somebody, for all that it may mean; one that "
                + "removes somebody removed nobody."
        case .replies: "The other replies count already; a stop that could be heard in these counts as well."
        case .receipts:
            "The other receipts count already; an unsubscription or a complaint of these counts for its address as well."
        case .control: "Nothing was carried out."
        case .consent:
            "The others are in force. So is each of these that takes consent back, for all that it may mean; one that gives "
                + "it gave none."
        }
    }

    /// What holds for a refused drop until it comes again.
    var refused: String {
        let held =
            " What it may have said is unknown: `waybill status` names the campaigns that are held until it comes "
            + "again, or until `waybill suppress accept \(batch)`."
        return switch purpose {
        case .contacts: "Nothing of this drop was taken, so all of it has to come again."
        case .suppression: "No entry of this list is in force." + held
        case .replies, .receipts, .consent:
            "What was read before the fault counts, and counts once when it comes again." + held
        case .control: "Nothing was carried out." + held
        }
    }
}
