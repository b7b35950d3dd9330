import Foundation

/// The do-not-contact lists that the configuration names: when each last came, and whom missing or outdated lists hold.
struct NamedLists {
    /// What is kept about a list that came.
    private struct Taken: Codable {
        let batch: BatchID
        /// Milliseconds since the epoch.
        let at: Int64
        /// Somebody accepted its age until the next one comes.
        var isAccepted = false
    }

    private let store: any Store
    private let configuration: Configuration
    private let now: Timestamp
    /// A campaign with all that it names; one that runs has it already.
    private let setup: (Campaign) -> CampaignSetup
    private var named: [String: Configuration.NamedList] { configuration.lists.named }

    init(_ context: WorkContext) {
        (store, configuration, now) = (context.store, context.configuration, context.now)
        setup = { context.setupOrDefaults($0.name) }
    }

    init(_ store: any Store, _ configuration: Configuration, at now: Timestamp) {
        (self.store, self.configuration, self.now) = (store, configuration, now)
        setup = { CampaignSetup($0, in: configuration) }
    }

    /// Why a campaign's contacts do not leave: the first list it needs that is missing, or older than the configuration
    /// or its rules of law allow.
    func hold(for setup: CampaignSetup) throws -> SendingHold? {
        let campaign = setup.campaign
        let law = named.isEmpty ? nil : setup.listAge(at: now)
        for (name, list) in named.sorted(by: { $0.key < $1.key }) where Self.isNeeded(name, list, by: campaign) {
            guard let problem = try problem(of: name, list, law) else { continue }
            return SendingHold(place: "the list \(name) (\(list.files))", problem: problem, campaign: campaign.name)
        }
        return nil
    }

    private func problem(
        of name: String, _ list: Configuration.NamedList, _ law: CampaignLaw.ListAge? = nil
    ) throws -> String? {
        guard let taken = try taken(name) else {
            return
                "it has not come since it was named; drop it into _suppress (a header without entries is a list, too)"
        }
        guard let maxAge = [list.maxAge, law?.most].compactMap(\.self).min(), !taken.isAccepted else { return nil }
        let at = Timestamp(milliseconds: taken.at)
        guard at.adding(maxAge) < now else { return nil }
        let why = law.map { $0.most == maxAge && list.maxAge != maxAge ? " (\($0.rule))" : "" } ?? ""
        return
            "it came last as batch \(taken.batch) on \(at), which is longer ago than \(maxAge)\(why); drop a new one "
            + "into _suppress, or waybill suppress accept \(taken.batch)"
    }

    /// Notes that a list was taken completely. Call it in the transaction that finishes it.
    func note(_ batch: BatchRow) throws {
        for (name, list) in named where Self.isOf(name, list, file: batch.name) {
            // A list that waited longer than another is not the newer one.
            if let known = try taken(name), known.at > batch.claimedAt.milliseconds { continue }
            try set(name, Taken(batch: batch.id, at: batch.claimedAt.milliseconds))
        }
    }

    /// The named list that a file is, and whether it is the complete list (`NAME.full.csv`); nil if it is none, or may
    /// be several.
    func list(of file: String) -> (name: String, isWhole: Bool)? {
        let found = named.filter { Self.isOf($0.key, $0.value, file: file) }
        guard found.count == 1, let name = found.keys.first else { return nil }
        return (name, Self.stem(ofWhole: file) != nil)
    }

    /// As names are compared with `drops`: whatever their case and Unicode form, with their compression or without.
    private static func isOf(_ name: String, _ list: Configuration.NamedList, file: String) -> Bool {
        let pattern = DropPattern(list.files)
        return DropPattern.names(of: file).contains(where: pattern.matches)
            || stem(ofWhole: file).map { FoldedName($0) } == FoldedName(name)
    }

    /// What stands before `.full` and the ending of its form, where a name has that.
    private static func stem(ofWhole file: String) -> String? {
        let parts = DropPattern.plainName(file).split(separator: ".", omittingEmptySubsequences: false)
        for endings in [1, 2] where parts.count > endings + 1 {
            guard FoldedName(String(parts[parts.count - endings - 1])) == FoldedName("full") else { continue }
            return parts.dropLast(endings + 1).joined(separator: ".")
        }
        return nil
    }

    /// Somebody decided to let campaigns go on with an outdated list until the next one comes. False if the batch is
    /// not the latest of a named list, or is not outdated. Call it inside a transaction.
    func accept(_ batch: BatchID) throws -> Bool {
        var isMeant = false
        for (name, list) in named {
            guard var taken = try taken(name), taken.batch == batch,
                try isTooOld(name, list)
            else { continue }
            taken.isAccepted = true
            try set(name, taken)
            isMeant = true
        }
        return isMeant
    }

    private static func isNeeded(_ name: String, _ list: Configuration.NamedList, by campaign: Campaign) -> Bool {
        list.isRequired || campaign.lists.contains(name)
    }

    /// For any campaign that needs it.
    private func isTooOld(_ name: String, _ list: Configuration.NamedList) throws -> Bool {
        if try problem(of: name, list) != nil { return true }
        return try configuration.campaigns.contains { campaign in
            guard Self.isNeeded(name, list, by: campaign) else { return false }
            return try problem(of: name, list, setup(campaign).listAge(at: now)) != nil
        }
    }

    private func taken(_ name: String) throws -> Taken? {
        guard let kept = try store.setting(.namedList(name)) else { return nil }
        do {
            return try JSONDecoder().decode(Taken.self, from: Data(kept))
        } catch {
            throw StoreProblem.damaged(what: "when the list \(name) came last")
        }
    }

    private func set(_ name: String, _ taken: Taken) throws {
        try store.set(.namedList(name), to: Array(try JSONEncoder().encode(taken)))
    }
}
