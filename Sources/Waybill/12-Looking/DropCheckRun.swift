import SystemIO

/// Checks one file as the pipeline would, but without a store: nothing is queued, and no earlier drop is known.
///
/// A drop is read once for its verdicts. It is read a second time when it is refused, so that every record of it is
/// counted, or when what was found is to be written to a folder: only then are all columns known.
package struct DropCheckRun {
    /// What the check found.
    package struct Outcome: Sendable {
        /// Batch id `00000000-000000`.
        package var acknowledgement: Acknowledgement
        package var refusal: RefusedDrop?
        /// Violations counted, and the first of them.
        package var tally: ViolationTally
    }

    private let path: String
    private let campaignName: String?
    private let configuration: Configuration
    private let spillFolder: String
    private let now: () -> Timestamp

    /// `campaign` nil leaves the choice to the drop; `spillFolder` takes what does not fit into memory, unnamed.
    package init(
        path: String, campaign: String?, configuration: Configuration, spillFolder: String,
        now: @escaping () -> Timestamp
    ) {
        self.path = path
        campaignName = campaign
        self.configuration = configuration
        self.spillFolder = spillFolder
        self.now = now
    }

    private var name: String { Files.name(of: path) }

    /// Reads and judges the file; writes everything into `folder` if one is given. Throws for input and output errors
    /// only: a drop that is refused is an outcome. `onProgress` gets the bytes and records read so far.
    package func run(into folder: String?, onProgress: (Int64, Int) -> Void) throws -> Outcome {
        let started = now()
        var acknowledgement = Acknowledgement(
            batch: BatchID(rawValue: 0), drop: name, sha256: "", campaign: "", status: .accepted, startedAt: started,
            finishedAt: started)
        var campaign: Campaign?
        var refusal: RefusedDrop?
        var schema = Schema()
        var tally = ViolationTally()
        do {
            let sidecar = try DropCheck.sidecar(of: path)
            acknowledgement.reply = sidecar.reply
            var chosen = try self.campaign(sidecar)
            // The rejects of a drop with a trailer come back without one.
            if sidecar.corrects != nil || DropName.batchID(in: name) != nil { chosen.trailer = nil }
            campaign = chosen
            acknowledgement.campaign = chosen.name
            let (counts, findings) = try read(chosen, &tally, onProgress)
            acknowledgement.sha256 = SHA256.hex(findings.sha256)
            acknowledgement.format = findings.format
            schema = findings.schema
            refusal = DropCheck.refusal(
                counts, sidecar: sidecar, declared: findings.declaredRecords, sha256: findings.sha256,
                rejectLimit: chosen.rejectLimit)
            acknowledgement.status = counts.rejected > 0 ? .partial : .accepted
            acknowledgement.received = counts.received
            acknowledgement.accepted = counts.accepted
            acknowledgement.rejected = counts.rejected
            acknowledgement.duplicates = counts.duplicates
            acknowledgement.columns = Pipeline.columns(findings.schema)
            acknowledgement.normalised = findings.normalised
        } catch let refused as RefusedDrop {
            refusal = refused
        } catch let half as DropReading.Refusal {
            refusal = half.refused
            acknowledgement.format = half.format
            schema = half.schema
        }
        if let refusal { refuse(&acknowledgement, refusal) }
        let output = try folder.map { try DropCheckFolder($0, schema: schema) }
        if refusal != nil || output != nil {
            tally = ViolationTally()
            if let campaign, refusal?.code.leavesRecords != false {
                try readAgain(campaign, refusal, &acknowledgement, &tally, output, onProgress)
            }
        }
        // Of a drop that is taken, duplicates are counted apart.
        acknowledgement.rejectsByCode =
            refusal == nil ? tally.codeCounts.filter { $0.code != "row.duplicate" } : tally.codeCounts
        acknowledgement.finishedAt = now()
        try output?.finish(acknowledgement)
        return Outcome(acknowledgement: acknowledgement, refusal: refusal, tally: tally)
    }

    private func campaign(_ sidecar: Sidecar) throws -> Campaign {
        if let campaignName { return configuration.campaign(named: campaignName) ?? Campaign(name: campaignName) }
        let parent = Files.name(of: Files.folder(of: path))
        return try DropCheck.campaign(
            sidecar: sidecar, folder: configuration.campaign(named: parent) == nil ? "" : parent, name: name,
            in: configuration
        ) {
            var source = try DropSource(path: path, limits: configuration.limits)
            return JSONForm.campaign(inPrefix: try source.next(upTo: 65_536).bytes)
        }
    }

    private func read(
        _ campaign: Campaign, _ tally: inout ViolationTally, _ onProgress: (Int64, Int) -> Void
    ) throws -> (DropCheck.Counts, DropReading.Findings) {
        var counts = DropCheck.Counts()
        let reading = DropReading(
            try DropFile(path: path), campaign: campaign, configuration: configuration, spillFolder: spillFolder)
        let findings = try reading.run { part in
            counts.received += part.chunk.records.count
            counts.rejected += part.verdicts.rejected.count
            counts.duplicates += part.verdicts.duplicates.count
            counts.accepted += part.verdicts.segment.count
            for rejection in part.refused { tally.add(rejection) }
            onProgress(part.bytesRead, counts.received)
        }
        return (counts, findings)
    }

    private func refuse(_ acknowledgement: inout Acknowledgement, _ refusal: RefusedDrop) {
        acknowledgement.status = .rejected
        acknowledgement.reason = "\(refusal.code.rawValue): \(refusal.detail)"
        acknowledgement.received = 0
        acknowledgement.accepted = 0
        acknowledgement.rejected = 0
        acknowledgement.duplicates = 0
        acknowledgement.columns = []
        acknowledgement.normalised = 0
        if acknowledgement.sha256.isEmpty, var source = try? DropSource(path: path, limits: configuration.limits) {
            acknowledgement.sha256 = (try? source.finish()).map(SHA256.hex) ?? ""
        }
    }

    /// The second reading: every record of a refused drop is rejected, and what is accepted goes to the folder.
    private func readAgain(
        _ campaign: Campaign, _ refusal: RefusedDrop?, _ acknowledgement: inout Acknowledgement,
        _ tally: inout ViolationTally, _ output: DropCheckFolder?, _ onProgress: (Int64, Int) -> Void
    ) throws {
        let reading = DropReading(
            try DropFile(path: path), campaign: campaign, configuration: configuration, spillFolder: spillFolder,
            passesOverRefusal: refusal != nil)
        var received = 0
        do {
            let findings = try reading.run { part in
                received += part.chunk.records.count
                let refused = refusal.map(part.refusedWhole) ?? part.refused
                for rejection in refused { tally.add(rejection) }
                try output?.add(part, refused, accepted: refusal == nil)
                onProgress(part.bytesRead, received)
            }
            if refusal != nil { acknowledgement.format = findings.format }
            output?.trailing = findings.trailingBytes
        } catch is DropReading.Refusal {
            // It ends where the first reading ended; what came before is counted.
        }
        guard refusal != nil else { return }
        acknowledgement.received = received
        acknowledgement.rejected = received
    }
}

extension ViolationTally {
    fileprivate mutating func add(_ rejection: Rejection) {
        for violation in rejection.violations { add(record: rejection.number, line: rejection.line, violation) }
    }
}

extension DropReading.Part {
    /// Rejected records and duplicates, in record order.
    fileprivate var refused: [Rejection] {
        verdicts.duplicates.isEmpty
            ? verdicts.rejected : (verdicts.rejected + verdicts.duplicates).sorted { $0.index < $1.index }
    }

    /// Every record of a drop that is refused whole: with its own violations, or else with the drop's code.
    fileprivate func refusedWhole(_ refusal: RefusedDrop) -> [Rejection] {
        var own: [Int: Rejection] = [:]
        // Without its header a record cannot be judged by itself.
        if !refusal.code.isOfHeader { for rejection in refused { own[rejection.index] = rejection } }
        var offsets = RecordOffsets(chunk)
        return chunk.records.enumerated().map { index, record in
            let offset = offsets.offset(of: index)
            return own[index]
                ?? Rejection(
                    index: index, number: record.number, line: record.line, byte: offset,
                    violations: [
                        Violation(
                            .drop(refusal.code), .invalid, message: "The drop was refused whole: \(refusal.detail).",
                            hint: "Mend the cause and drop the whole file again.")
                    ], address: [], id: [])
        }
    }
}
