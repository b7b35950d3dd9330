/// What a person has to know about the bad records of one drop; `notice.html` and `notice.txt` are made of it.
package struct Notice: Sendable {
    package var batch: BatchID
    package var drop: String
    package var campaign: String
    package var received: Int
    package var accepted: Int
    package var rejected: Int
    package var duplicates: Int
    /// Set when the drop was refused whole.
    package var refusal: RefusedDrop?
    package var finishedAt: LocalMoment
    /// The notice's own folder, relative to the workspace.
    package var folder: String
    /// The name of the file of rejected records in that folder; nil when there is none.
    package var rejectsFile: String?
    package var tally: ViolationTally

    package init(
        _ acknowledgement: Acknowledgement, refusal: RefusedDrop?, finishedAt: LocalMoment, folder: String,
        rejectsFile: String?, tally: ViolationTally
    ) {
        batch = acknowledgement.batch
        drop = acknowledgement.drop
        campaign = acknowledgement.campaign
        received = acknowledgement.received
        accepted = acknowledgement.accepted
        rejected = acknowledgement.rejected
        duplicates = acknowledgement.duplicates
        self.refusal = refusal
        self.finishedAt = finishedAt
        self.folder = folder
        self.rejectsFile = rejectsFile
        self.tally = tally
    }

    /// `20 of 1,000 records of clinic.csv were rejected`.
    package var headline: String {
        if let refusal {
            return "\(drop) was refused: \(refusal.code.rawValue)"
        }
        if rejected == 0, tally.total > 0 {
            return
                "\(tally.total.counted("problem", "problems")) in \(received.counted(nouns.one, nouns.many)) of \(drop)"
        }
        return "\(rejected.grouped) of \(received.counted(nouns.one, nouns.many)) of \(drop) "
            + (rejected == 1 ? "was rejected" : "were rejected")
    }

    /// What to call the mended file: the batch id in its name tells what it corrects.
    package var mendedName: String {
        let suffix = rejectsFile.map { String($0.drop { $0 != "." }) } ?? ""
        // Whatever the sender put behind the first dot (`.csv`, `.json.gz`) says how the drop was packed, not this
        // file.
        let stem = drop.prefix { $0 != "." }
        return "\(stem.isEmpty ? "mended" : String(stem))-\(batch)\(suffix)"
    }

    /// What to do now, a sentence or two each.
    var steps: [String] {
        guard let rejectsFile else {
            guard refusal != nil else { return ["Nothing: there are no \(nouns.many) to correct."] }
            return [
                "Fix the cause named above, in the program that writes the file if it can happen again.",
                kind == nil
                    ? "Drop the corrected file into the same inbox folder."
                    : "Save the corrected file as \(mendedName) and drop it into the same inbox folder. \(refused)",
            ]
        }
        let file =
            "Open \(rejectsFile) in the notice's folder: \(rejected.counted(nouns.one, nouns.many)), "
            + "exactly as you sent them."
        let again =
            "Save the file as \(mendedName) and drop it into the same inbox folder. "
            + "The batch id in the name tells Waybill what it corrects."
        if refusal != nil {
            return [
                "Fix the cause named above. \(refused)", file,
                "Correct the \(nouns.many) as the hints say; errors.csv lists every problem with record, line and column.",
                again,
            ]
        }
        return [
            file,
            "Correct the \(nouns.many) as the hints say; errors.csv lists every problem with record, line and column.",
            again, rest,
        ]
    }
}
