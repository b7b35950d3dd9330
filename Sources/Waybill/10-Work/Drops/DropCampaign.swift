/// Whose a drop is: its campaign, and the batch that its side-car or its name says it corrects (contract §3).
package struct DropCampaign {
    package let campaign: Campaign
    package let corrects: BatchID?

    package typealias Ledger = (BatchID) throws -> BatchRow?

    /// The campaign of the batch that the drop corrects, else its side-car's, its folder's (relative to the inbox), its
    /// content's own, else by the name patterns. Throws `drop.corrects-unknown` and `drop.no-campaign`; `batch` looks
    /// into the ledger (nil: there is none here, and nothing is refused for what stands in it), and `content` is asked
    /// for only when it counts.
    package init(
        sidecar: Sidecar, folder: String, name: String, in configuration: Configuration,
        batch: Ledger?, content: () throws -> String?
    ) throws {
        guard !folder.hasPrefix("_") else {
            throw RefusedDrop(
                .noCampaign, "it lay in the folder \"\(folder)\", and a folder that begins with _ is no campaign's")
        }
        let drop = Drop(sidecar: sidecar, folder: folder, name: name, configuration: configuration)
        if let batch, let corrected = try drop.corrected(batch) {
            (campaign, corrects) = (corrected.campaign, corrected.batch)
            return
        }
        corrects = nil
        if let stated = try drop.stated() {
            campaign = stated
            return
        }
        if let named = try content() {
            campaign = try drop.campaign(named)
            return
        }
        campaign = try drop.byPattern(isLedgerKnown: batch != nil)
    }

    /// A batch that may be corrected, and its campaign.
    private struct Corrected {
        let batch: BatchID
        let campaign: Campaign
    }

    private struct Drop {
        let sidecar: Sidecar
        let folder: String
        let name: String
        let configuration: Configuration

        /// A workspace that names no campaign has one for everything.
        private var only: Campaign? {
            configuration.campaigns.count == 1 ? configuration.campaign(named: "default") : nil
        }

        func campaign(_ named: String) throws -> Campaign {
            if let only { return only }
            guard let campaign = configuration.campaign(like: named) else {
                throw RefusedDrop(
                    .noCampaign, "there is no campaign \"\(named)\" in the configuration; add it or name another")
            }
            return campaign
        }

        /// What the side-car or the folder says, where it counts.
        func stated() throws -> Campaign? {
            if let only { return only }
            return try (sidecar.campaign ?? (folder.isEmpty ? nil : folder)).map(campaign)
        }

        /// Whether neither side-car nor folder names another campaign.
        private func agrees(_ campaign: Campaign) -> Bool {
            only != nil
                || [sidecar.campaign ?? "", folder].allSatisfy {
                    $0.isEmpty || configuration.campaign(like: $0)?.name == campaign.name
                }
        }

        // MARK: Corrections

        func corrected(_ batch: Ledger) throws -> Corrected? {
            if let named = sidecar.corrects { return try correctedBySidecar(named, batch) }
            let found = try DropName.batchIDs(in: name).compactMap { id -> Corrected? in
                guard let row = try correctable(id, batch), row.rejected > 0, !row.campaign.isEmpty else { return nil }
                guard let campaign = configuration.campaign(like: row.campaign) else {
                    if only == nil { return nil }
                    throw RefusedDrop(
                        .correctsUnknown, "its name says that it corrects \(id), which is " + Self.gone(row.campaign))
                }
                guard agrees(campaign) else { return nil }
                return Corrected(batch: id, campaign: campaign)
            }
            guard Set(found.map(\.batch)).count > 1 else { return found.first }
            let ids = found.map(\.batch.description).joined(separator: " and ")
            throw RefusedDrop(
                .correctsUnknown,
                "its name has the ids of several batches with rejects, \(ids); leave one of them in it")
        }

        private func correctedBySidecar(_ named: BatchID, _ batch: Ledger) throws -> Corrected? {
            guard let row = try correctable(named, batch) else {
                throw RefusedDrop(
                    .correctsUnknown,
                    "its side-car says that it corrects \(named), and no batch of contacts that was accepted or refused has that id; "
                        + "write the id that the notice names")
            }
            // Refused before it was known whose it is: it may be anybody's.
            if row.campaign.isEmpty { return nil }
            guard let campaign = configuration.campaign(like: row.campaign) else {
                throw RefusedDrop(
                    .correctsUnknown, "its side-car says that it corrects \(named), which is " + Self.gone(row.campaign)
                )
            }
            guard agrees(campaign) else {
                throw RefusedDrop(
                    .correctsUnknown,
                    "its side-car says that it corrects \(named), which is of the campaign \"\(campaign.name)\", and its "
                        + "\(sidecar.campaign == nil ? "folder" : "side-car or folder") names another; leave one of them out"
                )
            }
            return Corrected(batch: named, campaign: campaign)
        }

        private static func gone(_ campaign: String) -> String {
            "of the campaign \"\(campaign)\", and the configuration has none of that name; add it again, or name no batch"
        }

        private func correctable(_ id: BatchID, _ batch: Ledger) throws -> BatchRow? {
            guard let row = try batch(id), row.purpose == .contacts, row.status == .visible || row.status == .refused
            else { return nil }
            return row
        }

        // MARK: Patterns

        func byPattern(isLedgerKnown: Bool) throws -> Campaign {
            guard let place = configuration.index.place(ofFile: name) else {
                throw RefusedDrop(
                    .noCampaign, "no campaign's \"drops\" matches the name \"\(name)\"; put it into a campaign's folder"
                )
            }
            let campaign = configuration.campaigns[place]
            if isLedgerKnown, campaign.name == "default", let id = DropName.batchIDs(in: name).first {
                let own = DropPattern(name)
                let fitting = campaign.drops.map(DropPattern.init).filter { $0.matches(own) }
                if fitting.allSatisfy(\.fitsAll) {
                    throw RefusedDrop(
                        .correctsUnknown,
                        "its name says that it corrects \(id), and no such batch has rejects; if it corrects nothing, put it into "
                            + "a campaign's folder or write its name into a campaign's \"drops\"")
                }
            }
            return campaign
        }
    }
}
