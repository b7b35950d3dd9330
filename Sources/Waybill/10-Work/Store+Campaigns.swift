/// Campaigns and named lists under the names by which they are known.
extension Store {
    /// A configuration whose campaigns and lists have the names under which their batches are kept, and their pauses
    /// with them: names are compared without case, and tables are not.
    package func adopt(_ configuration: Configuration, at now: Timestamp) throws -> Configuration {
        let adopted = try knowing(configuration)
        let paused = try pausedCampaigns()
        let moved = paused.compactMap { name -> (String, String)? in
            adopted.campaign(named: name).flatMap { $0.name.utf8.elementsEqual(name.utf8) ? nil : (name, $0.name) }
        }
        if moved.isEmpty { return adopted }
        try durably {
            for (before, after) in moved {
                let spellings = try spellings(of: after)
                if !spellings.contains(where: { $0.utf8.elementsEqual(before.utf8) }) { try resume(before) }
                for name in spellings { try pause(name, at: now) }
            }
        }
        return adopted
    }

    /// A campaign's name, and others under which batches of it are kept.
    func spellings(of campaign: String) throws -> [String] {
        [campaign]
            + (try campaignNames().filter {
                FoldedFileName.areSame($0, campaign) && !$0.utf8.elementsEqual(campaign.utf8)
            })
    }

    /// The same for those who only look.
    package func knowing(_ configuration: Configuration) throws -> Configuration {
        configuration.keepingNames(try campaignNames()).keepingLists(try namedLists())
    }
}
