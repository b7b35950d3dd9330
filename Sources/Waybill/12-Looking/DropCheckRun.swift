import SystemIO

/// Checks one file as the pipeline would, and queues nothing.
///
/// It ignores identity: the same content is checked again, however often it came. What the store knows about the drop
/// that this one corrects counts. If no store can be read, a batch id in the name or side-car is believed, since a
/// sender may check a corrected file far from the workspace: then its trailer may be missing, and it is unknown who was
/// accepted before.
///
/// A drop is read once for its verdicts. It is read again if it is refused, so that each of its records is counted, and
/// if the findings go to a folder: only then are all columns known.
package struct DropCheckRun {
    /// What the check found.
    package struct Outcome: Sendable {
        /// Its batch id is `00000000-000000`.
        package let acknowledgement: Acknowledgement
        /// The counted violations, and the first of them.
        package let tally: ViolationTally
        /// What the messages to the accepted contacts lack.
        package let gaps: [TemplateCheck.Gap]
        /// What it would hold although it would be taken: campaigns (none named: all), and why.
        package var holds: (campaigns: [String], problem: String)?
        /// How many waiting contacts it would end, and of these replace, at this moment; nil where it is about none.
        package var foreseen: (ended: Int, replaced: Int)?
        /// What the sender's columns contain.
        package var columns: [ColumnTally.Column] = []
    }

    private let path: String
    private let target: String
    private let campaignName: String?
    private let configuration: Configuration
    private let store: (any Store)?
    private let spillFolder: String
    private let now: () -> Timestamp
    /// For reading templates; nil: they are not checked.
    private let workspace: Workspace?

    /// - Parameters:
    ///   - path: the file; its name, folder and side-cars are the drop's.
    ///   - target: where its bytes are, if `path` is a link.
    ///   - campaign: nil lets the drop decide.
    ///   - store: the workspace's, only read.
    ///   - spillFolder: for what does not fit in memory, in an unnamed file.
    package init(
        path: String, target: String? = nil, campaign: String?, configuration: Configuration, store: (any Store)?,
        spillFolder: String, workspace: Workspace? = nil, now: @escaping () -> Timestamp
    ) {
        self.path = path
        self.target = target ?? path
        campaignName = campaign
        self.configuration = configuration
        self.store = store
        self.spillFolder = spillFolder
        self.now = now
        self.workspace = workspace
    }

    private var name: String { Files.name(of: path) }

    /// A drop whose campaign is known.
    private struct Drop {
        let file: DropFile
        let sidecar: Sidecar
        var campaign: Campaign
        let isTold: Bool
        var parent: BatchID?
    }

    /// Reads and judges the file; writes everything into `folder` if one is given. Throws only for input and output
    /// errors: a refused drop is an outcome. `onProgress` gets the bytes and records read so far.
    package func run(into folder: String?, onProgress: (Int64, Int) -> Void) throws -> Outcome {
        let started = now()
        var ending = DropEnding()
        var tally = ViolationTally()
        var (file, drop): (DropFile?, Drop?) = (nil, nil)
        var schema = Schema()
        var templates: TemplateCheck?
        var columns = self.tally(of: Campaign(name: ""))
        var actions: DropActions?
        do {
            let opened = try DropFile(path: target)
            file = opened
            let sidecar = try sidecar(opened)
            ending.reply = sidecar.reply
            let whose = try whose(opened, sidecar)
            let campaign = whose.campaign
            ending.campaign = campaign.name
            columns = self.tally(of: campaign)
            var identified = Drop(file: opened, sidecar: sidecar, campaign: campaign, isTold: whose.isTold)
            drop = identified
            identified.parent = try parent(of: identified, whose)
            ending.corrects = identified.parent
            identified.campaign.mode = try mode(of: identified)
            ending.mode = identified.campaign.mode.told
            drop = identified
            templates = workspace.map {
                TemplateCheck(CampaignSetup(identified.campaign, in: configuration), in: $0, configuration)
            }
            let (counts, findings, own) = try read(identified, &tally, &templates, &columns, onProgress)
            ending.note(findings)
            (ending.counts, actions) = (counts, own)
            schema = findings.schema
            ending.unreadConsents = campaign.unreadConsents(in: schema)
            ending.refusal = DropCheck.refusal(
                counts, sidecar: sidecar, declared: findings.declaredRecords, sha256: findings.sha256,
                rejectLimit: campaign.rejectLimit)
        } catch let refused as RefusedDrop {
            ending.refusal = refused
        } catch let half as DropReading.Refusal {
            ending.refusal = half.refused
            ending.format = half.format
            schema = half.schema
        }
        if ending.refusal != nil {
            ending.schema = Schema()
            (ending.normalised, ending.unknownStates, ending.unreadConsents) = (0, 0, [])
        }
        let output = try folder.map {
            try DropCheckFolder($0, schema: schema, errors: drop?.campaign.errorsForm ?? .csv)
        }
        if ending.refusal != nil || output != nil {
            tally = ViolationTally()
            ending.counts = DropCheck.Counts()
            columns = columns.begunAnew
            if let drop, ending.refusal?.code.leavesRecords != false {
                actions = try readAgain(drop, &ending, &tally, &columns, output, onProgress)
            }
        }
        if ending.sha256.isEmpty, let file, var source = try? DropSource(file, limits: configuration.limits) {
            ending.sha256 = (try? source.finish()) ?? []
        }
        let foreseen = try actions.flatMap { try ending.foresee($0, at: now()) }
        var acknowledgement = ending.acknowledgement(
            of: BatchID(rawValue: 0), drop: name, tally, from: started, to: now())
        if let foreseen, let actions { acknowledgement.note(ended: foreseen.ended, actions) }
        try output?.finish(acknowledgement, trailing: ending.trailing)
        return Outcome(
            acknowledgement: acknowledgement, tally: tally,
            gaps: ending.refusal == nil ? templates?.gaps ?? [] : [], foreseen: foreseen, columns: columns.columns)
    }

    private func whose(_ file: DropFile, _ sidecar: Sidecar) throws -> DropCampaign {
        let parent = Files.name(of: Files.folder(of: path))
        let folder = campaignName ?? (configuration.campaign(named: parent) == nil ? "" : parent)
        var sidecar = sidecar
        // A campaign named on the command line overrides the side-car's.
        if campaignName != nil { sidecar.campaign = nil }
        return try DropCampaign(
            sidecar: sidecar, folder: folder, name: name, in: configuration,
            batch: store.map { store in { try store.batch($0) } }
        ) { try DropCheck.campaign(inContentOf: file, limits: configuration.limits) }
    }

    private func sidecar(_ file: DropFile) throws -> Sidecar {
        var sidecar = try DropCheck.sidecar(of: path)
        try DropCheck.hearMode(of: file, &sidecar, limits: configuration.limits)
        return sidecar
    }

    /// Of the columns of its drops.
    private func tally(of campaign: Campaign) -> ColumnTally {
        ColumnTally(
            region: campaign.region ?? configuration.region,
            DecodeSettings(campaign: campaign, limits: configuration.limits))
    }

    private func mode(of drop: Drop) throws -> DropMode {
        guard let store else { return drop.sidecar.mode ?? .add }
        return try CorrectedBatches.mode(drop.sidecar, correcting: drop.parent, in: store)
    }

    private func parent(of drop: Drop, _ whose: DropCampaign) throws -> BatchID? {
        guard let store else { return whose.corrects }
        var mended = MendedDrop(store: store, campaign: drop.campaign, limits: configuration.limits)
        let parent =
            try whose.corrects ?? mended.parent(of: drop.file, drop.sidecar, isAnybodys: whose.isAnybodys)
        return try CorrectedBatches.parent(parent, drop.sidecar, in: store)
    }

    private func reading(of drop: Drop, passesOverRefusal: Bool) throws -> DropReading {
        let believed = store == nil && (drop.sidecar.corrects != nil || !DropName.batchIDs(in: name).isEmpty)
        let parent = drop.parent
        return DropReading(
            drop.file, campaign: DropCheck.reading(drop.campaign, isCorrection: drop.parent != nil || believed),
            configuration: configuration, spillFolder: spillFolder, now: now(), passesOverRefusal: passesOverRefusal,
            shortRecords: try store.flatMap { store in
                try parent.flatMap { try DropCheck.shortRecords(of: $0, store) }
            }, isTold: drop.isTold || drop.parent != nil || believed)
    }

    private func actions(of drop: Drop, isRefused: Bool) -> DropActions? {
        store.map { store in
            DropActions(
                store, drop.campaign, nil, configuration.addressRules,
                isPart: isRefused || drop.parent != nil && drop.sidecar.mode == nil
            ) { _, _ in }
        }
    }

    private func verdict(of drop: Drop, _ refusal: RefusedDrop?, _ actions: DropActions?) throws -> DropVerdict {
        if let refusal { return DropVerdict(refusing: refusal, actions: actions) }
        let acceptedBefore = try store.flatMap { store in
            try drop.parent.map { try AcceptedBefore(store: store, parent: $0, campaign: drop.campaign) }
        }
        return DropVerdict(acceptedBefore: acceptedBefore, actions: actions)
    }

    private func read(
        _ drop: Drop, _ tally: inout ViolationTally, _ templates: inout TemplateCheck?,
        _ columns: inout ColumnTally, _ onProgress: (Int64, Int) -> Void
    ) throws -> (DropCheck.Counts, DropReading.Findings, DropActions?) {
        try DropCheck.checkMode(drop.sidecar)
        let actions = actions(of: drop, isRefused: false)
        var verdict = try verdict(of: drop, nil, actions)
        let findings = try reading(of: drop, passesOverRefusal: false).run { part in
            let judged = try verdict.judge(part)
            for rejection in judged.refused { tally.add(rejection) }
            actions?.note(part.chunk, judged.rejected)
            columns.add(part.chunk)
            if let accepted = judged.accepted { templates?.note(accepted, part.chunk.schema) }
            onProgress(part.bytesRead, verdict.counts.received)
        }
        return (verdict.counts, findings, actions)
    }

    /// The second reading: it rejects every record of a refused drop, and writes what is accepted to the folder.
    private func readAgain(
        _ drop: Drop, _ ending: inout DropEnding, _ tally: inout ViolationTally, _ columns: inout ColumnTally,
        _ output: DropCheckFolder?, _ onProgress: (Int64, Int) -> Void
    ) throws -> DropActions? {
        let actions = actions(of: drop, isRefused: ending.refusal != nil)
        var verdict = try verdict(of: drop, ending.refusal, actions)
        do {
            let findings = try reading(of: drop, passesOverRefusal: ending.refusal != nil).run { part in
                let judged = try verdict.judge(part)
                for rejection in judged.refused { tally.add(rejection) }
                actions?.note(part.chunk, judged.rejected)
                columns.add(part.chunk)
                try output?.add(part, judged)
                onProgress(part.bytesRead, verdict.counts.received)
            }
            ending.note(findings)
        } catch is DropReading.Refusal {
            // It ends where the first reading ended; what came before is counted.
        } catch is RefusedDrop {
            // The same, if the judge ended it: a second table begins.
        }
        ending.counts = verdict.counts
        return actions
    }
}

extension DropEnding {
    /// Notes what a drop would do to earlier contacts by now; nil if it is about none.
    fileprivate mutating func foresee(
        _ actions: DropActions, at now: Timestamp
    ) throws -> (ended: Int, replaced: Int)? {
        guard actions.concernedEarlier else { return nil }
        try note(actions)
        let foreseen = try actions.foreseen(at: now)
        contacts = foreseen.ended
        return foreseen
    }
}

extension ViolationTally {
    fileprivate mutating func add(_ rejection: Rejection) {
        for violation in rejection.violations { add(record: rejection.number, line: rejection.line, violation) }
    }
}
