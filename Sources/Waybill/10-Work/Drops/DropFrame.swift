import SystemIO

/// What all drops have in common, whatever their purpose: the notice, the acknowledgement, and the ledger row that ends
/// them.
struct DropFrame {
    let context: WorkContext
    let claim: Inbox.Claim
    let batch: BatchRow

    private var store: any Store { context.store }

    /// The job that reads and applies the drop.
    static func job(_ context: WorkContext, _ claim: Inbox.Claim, _ batch: BatchRow) -> any DropJob {
        let frame = DropFrame(context: context, claim: claim, batch: batch)
        return switch batch.purpose {
        case .contacts: ContactsDrop(frame)
        case .receipts, .replies: ResultsDrop(frame)
        case .suppression: ListDrop(frame)
        case .control: CommandDrop(frame)
        case .consent: ConsentDrop(frame)
        }
    }

    /// The progress at the start.
    var progress: DropProgress { DropProgress(batch, size: claim.size) }

    /// Reads the whole file once for its SHA-256.
    func digest(of file: DropFile) throws -> [UInt8] { try identity(of: file, inflating: false).sha256 }

    /// What identifies a drop's content; all of it is read for that.
    ///
    /// - Parameter inflating: whether also however it is compressed.
    func identity(of file: DropFile, inflating: Bool) throws -> DropIdentity {
        var source = try DropSource(file, limits: context.configuration.limits)
        while try inflating && !source.next(upTo: 1 << 20).isLast {}
        return DropIdentity(sha256: try source.finish(), content: source.contentDigest)
    }

    /// Whether the same bytes came before, for the same purpose.
    func cameBefore(_ sha256: [UInt8]) throws -> Bool {
        try store.firstBatch(sha256: sha256, purpose: batch.purpose, except: batch.id) != nil
    }

    /// The outcome as long as nothing is known about the content.
    var ending: DropEnding { DropEnding(campaign: batch.purpose.folder) }

    /// Notes why the drop is refused whole: its counts are reset, except for rows reported as bad.
    func refuse(_ ending: inout DropEnding, _ refused: RefusedDrop, _ file: DropFile?) {
        ending.refusal = refused
        ending.sha256 = file.flatMap { try? digest(of: $0) } ?? []
        ending.counts.received = ending.counts.rejected
    }

    /// Refuses a list, reply, receipt or command that contradicts its side-cars. Its content is applied nevertheless,
    /// since nobody knows who is missing in it.
    func compareWithSidecar(_ ending: DropEnding) throws {
        let sidecar = try DropCheck.sidecar(of: claim.path)
        if let contradicted = DropCheck.contradiction(ending.counts.received, sidecar, sha256: ending.sha256) {
            throw contradicted
        }
        if let corrected = sidecar.corrects, try store.batch(corrected)?.purpose != batch.purpose {
            throw RefusedDrop(
                .correctsUnknown,
                "its side-car says that it corrects \(corrected), and nothing that lay in \(batch.purpose.folder) has that id; "
                    + "write the id that its acknowledgement names")
        }
    }

    /// A new notice; what an earlier reading began is removed.
    func notice(campaign: String = "") -> NoticeFolder {
        let day = context.day(of: batch.claimedAt, campaign: campaign)
        let whose = context.setupOrDefaults(campaign.isEmpty ? "default" : campaign).campaign
        return NoticeFolder(
            path: context.outbox("notices/\(day)/\(batch.id)"), errors: whose.errorsForm,
            isPatient: batch.purpose != .contacts)
    }

    /// Completes the notice, if there is one, and the acknowledgement. Nobody sees either before they are published.
    ///
    /// - Parameter zone: the zone of times on the notice's page.
    func acknowledge(_ ending: DropEnding, _ notice: NoticeFolder, zone: Zone) throws -> Acknowledgement {
        let now = context.now
        var acknowledgement = ending.acknowledgement(
            of: batch.id, drop: claim.name, notice.tally, from: batch.claimedAt, to: now)
        guard notice.isBegun || ending.refusal != nil else {
            draft(acknowledgement)
            return acknowledgement
        }
        let folder = context.workspace.relative(notice.path)
        acknowledgement.notice = folder
        draft(acknowledgement)
        try notice.finish(
            acknowledgement, refusal: ending.refusal, at: LocalMoment(now, offset: zone.offset(at: now)),
            folder: folder, trailing: ending.trailing)
        return acknowledgement
    }

    /// Lets an acknowledgement go to the disk while the rest does. If it cannot, whoever publishes it says why. Nothing
    /// that says whom not to contact waits for what is said of it.
    private func draft(_ acknowledgement: Acknowledgement) {
        guard batch.purpose == .contacts, !context.isRehearsal else { return }
        let path = Publisher.acknowledgement(acknowledgement, batch.claimedAt, in: context)
        context.draft = try? AcknowledgementDraft(acknowledgement, as: path)
    }

    /// Ends the batch, and tells others what came of it. Call it in the transaction with its last rows.
    func finish(_ outcome: BatchOutcome) throws {
        try store.finish(batch.id, outcome)
        try context.tell(batch, outcome.acknowledgement)
    }

    /// The row of the ledger that goes with an acknowledgement.
    func outcome(_ acknowledgement: Acknowledgement, _ ending: DropEnding) -> BatchOutcome {
        let status: BatchStatus =
            switch acknowledgement.status {
            case .accepted, .partial: .visible
            // Each of its records was rejected and reported; the file itself was read.
            case .rejected: ending.refusal == nil ? .visible : .refused
            case .duplicate: .duplicate
            }
        return BatchOutcome(
            status: status, campaign: acknowledgement.campaign, identity: DropIdentity(sha256: ending.sha256),
            visibleAt: context.now,
            acknowledgement: acknowledgement)
    }
}
