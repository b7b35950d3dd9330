/// What a person must know about the bad records of one drop; `notice.html` and `notice.txt` are made from it.
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
    /// The rows of a table that stand in it before the first record.
    package var rowsAbove: Int
    /// The drop's columns, by the names its sender gave them.
    package var columns: Schema
    package var tally: ViolationTally
    /// Of a whole list: how many earlier contacts it ended although their own record was rejected.
    package var unreplaced = 0

    package init(
        _ acknowledgement: Acknowledgement, refusal: RefusedDrop?, finishedAt: LocalMoment, folder: String,
        rejectsFile: String?, rowsAbove: Int, columns: Schema, tally: ViolationTally
    ) {
        batch = acknowledgement.batch
        drop = acknowledgement.drop
        campaign = acknowledgement.campaign
        received = acknowledgement.received
        accepted = acknowledgement.accepted
        rejected = acknowledgement.rejected
        duplicates = acknowledgement.duplicates
        unreplaced = acknowledgement.unreplaced ?? 0
        self.refusal = refusal
        self.finishedAt = finishedAt
        self.folder = folder
        self.rejectsFile = rejectsFile
        self.rowsAbove = rowsAbove
        self.columns = columns
        self.tally = tally
    }

    /// What has to be corrected, most frequent first. If a drop was refused whole, all its records must come again.
    var reasons: [ViolationTally.Reason] { tally.reasons.filter { refusal != nil || !$0.isRepeat && !$0.isOfTaken } }

    /// What was left out, and needs no correction.
    var repeats: [ViolationTally.Reason] { refusal == nil ? tally.reasons.filter(\.isRepeat) : [] }

    /// What was taken, but not as it was written.
    var remarks: [ViolationTally.Reason] { refusal == nil ? tally.reasons.filter(\.isOfTaken) : [] }

    /// Settings that would make the drop acceptable as it is, each once; for whoever configures Waybill.
    var settings: [String] {
        tally.reasons.flatMap(\.settings).reduce(into: []) { settings, setting in
            if !settings.contains(setting) { settings.append(setting) }
        }
    }

    /// `20 of 1,000 records of clinic.csv were rejected`.
    package var headline: String {
        if let refusal {
            return "\(drop) was refused: \(refusal.code.words)"
        }
        let all = received.counted(nouns.one, nouns.many)
        guard rejected == 0 else {
            return "\(rejected.grouped) of \(all) of \(drop) " + (rejected == 1 ? "was rejected" : "were rejected")
        }
        if !remarks.isEmpty {
            let count = remarks.reduce(0) { $0 + $1.count }
            return "\(count.grouped) of \(all) of \(drop) "
                + (count == 1
                    ? "cancels somebody whose id is written differently"
                    : "cancel people whose ids are written differently")
        }
        if tally.total > 0, reasons.isEmpty {
            return "\(duplicates.grouped) of \(all) of \(drop) " + (duplicates == 1 ? "was left out" : "were left out")
        }
        return "\(tally.total.counted("problem", "problems")) in \(all) of \(drop)"
    }

    /// What became of the drop, in a sentence or two for somebody who does not know Waybill.
    var lead: String {
        if refusal != nil { return "The file was not taken: it has to come again once the cause is removed." }
        var parts: [String] = []
        if accepted > 0 {
            parts.append(
                accepted == received
                    ? "All \(received.counted(nouns.one, nouns.many)) of this file count."
                    : "\(accepted.grouped) of the \(received.counted(nouns.one, nouns.many)) in this file "
                        + (accepted == 1 ? "was taken." : "were taken."))
        }
        if rejected > 0 {
            parts.append(
                "\(rejected.grouped) could not be taken as " + (rejected == 1 ? "it is" : "they are")
                    + ": what is wrong stands below, with what to do about it.")
        }
        if duplicates > 0 {
            parts.append(
                "\(duplicates.grouped) " + (duplicates == 1 ? "repeats" : "repeat")
                    + " somebody who was taken already; nothing is to be done about "
                    + (duplicates == 1 ? "it." : "them."))
        }
        if unreplaced > 0 {
            parts.append(
                "The file is the whole list now, so \(unreplaced.counted("contact", "contacts")) that waited "
                    + (unreplaced == 1 ? "was" : "were")
                    + " cancelled although the new record could not be taken: nothing is sent to "
                    + (unreplaced == 1 ? "that person" : "these people")
                    + " until the record is corrected and comes again.")
        }
        return parts.joined(separator: " ")
    }

    /// The name for the corrected file: the batch id in it says what it corrects.
    package var mendedName: String {
        let suffix = rejectsFile.map { String($0.drop { $0 != "." }) } ?? ""
        // The suffixes after the first dot (`.csv`, `.json.gz`) describe how the drop was packed, not this file.
        let stem = drop.prefix { $0 != "." }
        return "\(stem.isEmpty ? "mended" : String(stem))-\(batch)\(suffix)"
    }

    /// A piece of a sentence.
    enum Piece: ExpressibleByStringLiteral {
        case words(String)
        /// A file beside the notice.
        case file(String)
        /// A name to write just so.
        case name(String)

        init(stringLiteral value: String) { self = .words(value) }

        var text: String {
            switch self {
            case .words(let text), .file(let text), .name(let text): text
            }
        }
    }

    /// What to do now, a sentence or two each.
    var steps: [[Piece]] {
        let cause: Piece = "Remove the cause named above, in the program that writes the file if it can happen again."
        guard let rejectsFile else {
            guard refusal != nil else { return [[.words("Nothing: there are no \(nouns.many) to correct.")]] }
            return [
                [cause],
                kind == nil
                    ? ["Drop the corrected file into the same inbox folder."]
                    : [
                        "Save the corrected file as ", .name(mendedName), " and drop it into the same inbox folder. ",
                        .words(refused),
                    ],
            ]
        }
        let open: [Piece] = [
            "Open ", .file(rejectsFile), .words(": \(rejected.counted(nouns.one, nouns.many)), exactly as you sent "),
            .words(rejected == 1 ? "it. " : "them. "), .words(caution),
        ]
        let correct: [Piece] = [
            .words("Correct the \(nouns.many) as this notice says; "), .file(ErrorsFile.fileName),
            .words(" lists every problem with \(nouns.one), line and column."),
        ]
        let again: [Piece] = [
            "Save the file as ", .name(mendedName), " and drop it into the same inbox folder. ",
            "The number in the name says what it corrects, so keep it.",
        ]
        return refusal != nil
            ? [[cause, " ", .words(refused)], open, correct, again] : [open, correct, again, [.words(rest)]]
    }

    /// What a spreadsheet program does to the file of rejected records.
    private var caution: String {
        guard rejectsFile?.hasSuffix(".csv") == true else { return "" }
        let hasQuotes = tally.reasons.contains { $0.problem == .strayQuote || $0.problem == .unterminatedQuote }
        return
            (hasQuotes
            ? "Use a text editor: with quotation marks out of place a spreadsheet joins rows. In a spreadsheet load "
            : "In a spreadsheet load ")
            + "phone columns as text: it turns long numbers into 4.9E+12 otherwise, and drops leading zeros."
    }
}
