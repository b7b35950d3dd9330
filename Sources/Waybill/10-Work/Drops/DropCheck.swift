import SystemIO

/// Decisions about a drop as a whole, for `check` and for the pipeline: what its side-cars say, and whether it is
/// refused although its records could be read.
package enum DropCheck {
    /// The verdicts of a drop's records, counted.
    package struct Counts: Hashable, Sendable {
        package var received = 0
        package var accepted = 0
        package var rejected = 0
        package var duplicates = 0
        /// Among the rejected records, those that end before the header does.
        var short = ShortRecords()
        package init() {}
    }

    /// Counts records with fewer fields than the header.
    struct ShortRecords: Hashable, Sendable {
        private var count = 0
        private var least = Int.max
        private var most = 0
        private var expected = 0

        mutating func add(_ fields: Int, of expected: Int) {
            count += 1
            least = min(least, fields)
            most = max(most, fields)
            self.expected = expected
        }

        /// How many records have how many of the header's fields; empty if none is short.
        var words: String {
            guard count > 0 else { return "" }
            let fields = least == most ? "\(least)" : "\(least) to \(most)"
            return count == 1
                ? "1 record has \(fields) of \(expected) fields"
                : "\(count) records have \(fields) of \(expected) fields"
        }
    }

    /// Why a drop is refused after all its records were judged; nil if it is not.
    ///
    /// `declared` is the number of records that its trailer gives.
    package static func refusal(
        _ counts: Counts, sidecar: Sidecar, declared: Int?, sha256: [UInt8], rejectLimit: Campaign.RejectLimit?
    ) -> RefusedDrop? {
        if counts.received == 0 {
            return RefusedDrop(.empty, "the file has no records; check the export that wrote it")
        }
        if let contradicted = contradiction(counts.received, sidecar, declared: declared, sha256: sha256) {
            return contradicted
        }
        if let rejectLimit, rejectLimit.isPassed(by: counts.rejected, of: counts.received) {
            return RefusedDrop(
                .tooManyRejects,
                "\(counts.rejected) of \(counts.received) records are bad, more than rejectLimit allows; "
                    + (counts.short.words.isEmpty ? "" : counts.short.words + "; ")
                    + "fix the export and drop the file again")
        }
        // Duplicates are valid records: in a correcting drop, all of them may have been accepted before.
        if counts.accepted == 0, counts.duplicates == 0 {
            return RefusedDrop(
                .noValidRecords,
                (counts.received == 1
                    ? "its only record is not valid; " : "none of its \(counts.received) records is valid; ")
                    + (counts.short.words.isEmpty ? "" : counts.short.words + "; ") + "see errors.csv for the reasons")
        }
        return nil
    }

    /// How a file contradicts its side-car or its trailer; nil if it does not.
    static func contradiction(
        _ received: Int, _ sidecar: Sidecar, declared: Int? = nil, sha256: [UInt8]
    ) -> RefusedDrop? {
        if let wanted = sidecar.sha256, wanted != SHA256.hex(sha256) {
            return RefusedDrop(
                .checksumMismatch,
                "the side-car's SHA-256 is \(wanted), the file's is \(SHA256.hex(sha256)); copy it again")
        }
        for (count, source) in [(sidecar.records, "side-car"), (declared, "trailer")] {
            if let count, count != received {
                return RefusedDrop(
                    .countMismatch,
                    "the \(source) says \(count) records, the file has \(received); export or copy it again")
            }
        }
        return nil
    }

    /// The campaign that a drop's own content names, if it does.
    static func campaign(inContentOf file: DropFile, limits: Configuration.Limits) throws -> String? {
        var source = try DropSource(file, limits: limits)
        return JSONForm.campaign(inPrefix: try source.next(upTo: 65_536).bytes)
    }

    /// The campaign with which a drop is read: the rejects of a drop with a trailer may come back without it.
    static func reading(_ campaign: Campaign, isCorrection: Bool) -> Campaign {
        var campaign = campaign
        if isCorrection { campaign.trailer?.isOptional = true }
        // Ids are enough.
        if campaign.mode.cancels { campaign.require = [] }
        return campaign
    }

    /// What a drop asks for, as far as it says so itself: its side-car goes before its content.
    static func hearMode(of file: DropFile, _ sidecar: inout Sidecar, limits: Configuration.Limits) throws {
        if sidecar.mode != nil { return }
        do {
            var source = try DropSource(file, limits: limits)
            guard let said = JSONForm.mode(inPrefix: try source.next(upTo: 65_536).bytes) else { return }
            sidecar.mode = DropMode(word: said.word)
            (sidecar.modePlace, sidecar.modeWord) = ("its \"\(said.member)\"", said.word)
        } catch is RefusedDrop {
            // The actual reading will refuse it again, and say why.
        }
    }

    /// Throws if nobody knows what it asks for.
    static func checkMode(_ sidecar: Sidecar) throws {
        guard sidecar.mode == .unclear else { return }
        throw RefusedDrop(
            .modeUnknown,
            "\(sidecar.modePlace) is \"\(sidecar.modeWord.plain)\"; write add to have its records sent, or cancel, "
                + "and drop it again (what waited under its ids is cancelled)")
    }

    /// How many fields the records of a batch had, if all had fewer than its header; else nil.
    static func shortRecords(of batch: BatchID, _ store: any Store) throws -> Int? {
        try store.batch(batch)?.acknowledgement?.format?.shortRecords
    }

    /// What the side-cars beside a file say; throws `drop.unreadable` if one cannot be understood.
    package static func sidecar(of path: String) throws -> Sidecar {
        var sidecar = Sidecar()
        do {
            if try Files.exists(path + DropName.checksumSuffix) {
                try sidecar.read(
                    checksum: try Files.read(
                        path + DropName.checksumSuffix, limit: Sidecar.checksumLimit, followLinks: false),
                    of: Files.name(of: path))
            }
            if try Files.exists(path + DropName.metaSuffix) {
                try sidecar.read(
                    meta: try Files.read(path + DropName.metaSuffix, limit: Sidecar.metaLimit, followLinks: false))
            }
        } catch let problem as Sidecar.Problem {
            throw RefusedDrop(.unreadable, "its side-car cannot be used: \(problem); fix it and drop both again")
        } catch let error as SystemError where !error.mayPass {
            throw RefusedDrop(.unreadable, "its side-car cannot be read: \(error.reason); fix it and drop both again")
        }
        return sidecar
    }
}

extension DropRefusal {
    /// Whether the records of a drop refused for this reason can still be read one by one.
    package var leavesRecords: Bool {
        switch self {
        // If the form becomes unknown only after the first records, those are read; otherwise none is.
        case .noValidRecords, .countMismatch, .checksumMismatch, .tooManyRejects, .truncated, .missingPhone,
            .duplicateHeader, .unknownHeader, .unknownFormat,
            .modeUnknown:
            true
        case .empty, .noCampaign, .correctsUnknown, .repeatsUnknown, .tooLarge, .bomb, .changed, .notAFile, .unreadable:
            false
        }
    }
}
