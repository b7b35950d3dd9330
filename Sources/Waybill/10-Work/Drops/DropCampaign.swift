/// Which campaign a drop belongs to, and which batch its side-car or its name says it corrects (contract §3).
package struct DropCampaign {
    package let campaign: Campaign
    package let corrects: BatchID?
    /// Whether only a pattern that matches every name gave it its campaign.
    package let isAnybodys: Bool
    /// Whether somebody said whose contacts they are, other than by the folder: whatever their columns are called, it
    /// is meant.
    package let isTold: Bool

    package typealias Ledger = (BatchID) throws -> BatchRow?

    /// The campaign of the batch that the drop corrects; else the one that its side-car, its folder (relative to the
    /// inbox) or its content names; else the one whose name patterns match. Throws `drop.corrects-unknown` and
    /// `drop.no-campaign`. `batch` looks into the ledger (nil: there is none here, so nothing is refused because of
    /// it). `content` is called only if it matters.
    package init(
        sidecar: Sidecar, folder: String, name: String, in configuration: Configuration,
        batch: Ledger?, content: () throws -> String?
    ) throws {
        guard !Self.isReserved(folder) else {
            throw RefusedDrop(
                .noCampaign, "it lay in the folder \"\(folder)\", and a folder that begins with _ is no campaign's")
        }
        guard !DropPurpose.isFolder(named: String(name.prefix { $0 != "." })) else {
            throw RefusedDrop(
                .noCampaign,
                "its name is that of a folder for lists, replies, receipts or commands; put such into that folder, and give "
                    + "contacts another name")
        }
        let drop = Drop(sidecar: sidecar, folder: folder, name: name, configuration: configuration)
        if let batch, let corrected = try drop.corrected(batch) {
            (campaign, corrects, isAnybodys, isTold) = (corrected.campaign, corrected.batch, false, true)
            return
        }
        corrects = nil
        if let named = try sidecar.campaign ?? (folder.isEmpty ? content() : nil) {
            (campaign, isAnybodys, isTold) = (try drop.campaign(named), false, true)
            return
        }
        (campaign, isAnybodys) =
            try folder.isEmpty
            ? drop.byPattern(isLedgerKnown: batch != nil) : (drop.campaign(folder), false)
        isTold = drop.isNamed(by: campaign)
        if !isTold, let purpose = WordsName.purpose(ofFile: name), !drop.isOfSuchNames(campaign) {
            throw RefusedDrop(
                .noCampaign,
                "its name says that it is \(purpose.fileWords); put it into the folder \(purpose.folder). If they are contacts, "
                    + "give the file another name, or say whose they are: by a side-car with \"campaign\", or by \"drops\" of "
                    + "\(campaign.name) with its name")
        }
    }

    /// A name that begins with `_` is never a campaign's.
    private static func isReserved(_ name: String) -> Bool { name.first { !$0.isWhitespace } == "_" }

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

        /// Whether a campaign's `drops` has this name, by more than wildcards.
        func isNamed(by campaign: Campaign) -> Bool {
            let names = DropPattern.names(of: name)
            return campaign.drops.map(DropPattern.init).contains { pattern in
                !pattern.saysNothing && names.contains(where: pattern.matches)
            }
        }

        /// Whether a campaign is itself called as files of such words are, and so are its contacts.
        func isOfSuchNames(_ campaign: Campaign) -> Bool { WordsName.purpose(ofFolder: campaign.name) != nil }

        /// If the configuration names no campaign, there is one for everything.
        private var only: Campaign? {
            configuration.campaigns.count == 1 ? configuration.campaign(named: "default") : nil
        }

        func campaign(_ named: String) throws -> Campaign {
            if DropCampaign.isReserved(named) {
                throw RefusedDrop(
                    .noCampaign,
                    "it says that it is of the campaign \"\(named)\", and a name that begins with _ is no campaign's; put a list, "
                        + "reply or receipt into the inbox's folder for it")
            }
            if let only { return only }
            guard let campaign = configuration.campaign(named: named) else {
                throw RefusedDrop(
                    .noCampaign, "there is no campaign \"\(named)\" in the configuration; add it or name another")
            }
            return campaign
        }

        /// Whether side-car and folder name no other campaign.
        private func agrees(_ campaign: Campaign) -> Bool {
            only != nil
                || [sidecar.campaign ?? "", folder].allSatisfy {
                    $0.isEmpty || configuration.campaign(named: $0)?.name == campaign.name
                }
        }

        // MARK: Corrections

        func corrected(_ batch: Ledger) throws -> Corrected? {
            if let named = sidecar.corrects { return try correctedBySidecar(named, batch) }
            let found = try DropName.batchIDs(in: name).compactMap { id -> Corrected? in
                guard let row = try correctable(id, batch), row.rejected > 0, !row.campaign.isEmpty else { return nil }
                guard let campaign = configuration.campaign(named: row.campaign) else {
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
            // It was refused before its campaign was known, so it may be any campaign's.
            if row.campaign.isEmpty { return nil }
            guard let campaign = configuration.campaign(named: row.campaign) else {
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

        func byPattern(isLedgerKnown: Bool) throws -> (campaign: Campaign, isAnybodys: Bool) {
            guard let place = only == nil ? configuration.index.place(ofFile: name) : 0 else {
                throw RefusedDrop(
                    .noCampaign, "no campaign's \"drops\" matches the name \"\(name)\"; put it into a campaign's folder"
                )
            }
            let campaign = only ?? configuration.campaigns[place]
            let names = DropPattern.names(of: name)
            let isAnybodys = campaign.drops.map(DropPattern.init).filter { names.contains(where: $0.matches) }
                .allSatisfy(\.fitsAll)
            if isAnybodys, DropCampaign.isReserved(name) {
                throw RefusedDrop(
                    .noCampaign,
                    "its name begins with _, as those of folders for lists and replies do, and no campaign's \"drops\" has it; put a "
                        + "list into the folder _suppress, contacts into a campaign's folder or under another name")
            }
            if only == nil, isLedgerKnown, campaign.name == "default", isAnybodys,
                let id = DropName.batchIDs(in: name).first
            {
                throw RefusedDrop(
                    .correctsUnknown,
                    "its name says that it corrects \(id), and no such batch has rejects; if it corrects nothing, put it into "
                        + "a campaign's folder or write its name into a campaign's \"drops\"")
            }
            return (campaign, isAnybodys && only == nil)
        }
    }
}
