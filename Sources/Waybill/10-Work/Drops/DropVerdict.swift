/// Decides what becomes of each record of a contact drop, part by part.
///
/// The pipeline stores its verdicts; `check` prints them.
struct DropVerdict {
    /// What becomes of the records of one part.
    struct Part {
        /// The contacts that are taken; nil in a drop that is refused whole.
        let accepted: ContactSegment?
        let rejected: [Rejection]
        /// Valid records that are not taken, since their recipient already was: in this drop, or in the one it
        /// corrects.
        let repeated: [Rejection]

        /// Everything `errors.csv` lists, in record order.
        var refused: [Rejection] {
            repeated.isEmpty ? rejected : (rejected + repeated).sorted { $0.index < $1.index }
        }
    }

    /// Set in the second reading of a drop that is refused whole: nothing is accepted then.
    let refusal: RefusedDrop?
    /// Set for a drop that corrects another.
    private var acceptedBefore: AcceptedBefore?
    private(set) var counts = DropCheck.Counts()
    /// Records that were accepted before, so they are no contacts of this batch.
    private(set) var acceptedEarlier = RecordSet()

    /// - Parameter acceptedBefore: for a correcting drop, what was accepted from the one it corrects.
    init(acceptedBefore: AcceptedBefore? = nil) {
        self.acceptedBefore = acceptedBefore
        refusal = nil
    }

    /// Whether records may have been accepted earlier.
    var hasEarlier: Bool { acceptedBefore != nil }

    init(refusing refusal: RefusedDrop) { self.refusal = refusal }

    /// Judges the next part of the drop.
    mutating func judge(_ part: DropReading.Part) throws -> Part {
        counts.received += part.chunk.records.count
        let judged =
            if let refusal {
                Part(accepted: nil, rejected: Self.whole(part, refusal), repeated: [])
            } else {
                try taken(part)
            }
        counts.rejected += judged.rejected.count
        for rejection in judged.rejected where rejection.violations[0].problem == .tooFewFields {
            counts.short.add(
                Int(part.chunk.records[rejection.index].fieldCount), of: part.chunk.schema.columns.count)
        }
        counts.duplicates += judged.repeated.count
        counts.accepted += judged.accepted?.count ?? 0
        return judged
    }

    private mutating func taken(_ part: DropReading.Part) throws -> Part {
        let verdicts = part.verdicts
        guard let (known, places) = try acceptedBefore?.find(in: part), !known.isEmpty else {
            return Part(accepted: verdicts.segment, rejected: verdicts.rejected, repeated: verdicts.duplicates)
        }
        for rejection in known { acceptedEarlier.insert(rejection.number) }
        return Part(
            accepted: verdicts.segment.removing(places),
            rejected: verdicts.rejected, repeated: (verdicts.duplicates + known).sorted { $0.index < $1.index })
    }

    /// Rejects every record of a refused drop: with its own violations, else with the drop's code.
    private static func whole(_ part: DropReading.Part, _ refusal: RefusedDrop) -> [Rejection] {
        var own: [Int: Rejection] = [:]
        for rejection in part.verdicts.rejected + part.verdicts.duplicates { own[rejection.index] = rejection }
        let whole = Violation(
            .drop(refusal.code), .invalid, message: "The drop was refused whole: \(refusal.detail).",
            hint: "Fix the cause and drop the whole file again.")
        var offsets = RecordOffsets(part.chunk)
        return part.chunk.records.enumerated().map { index, record in
            let own = own[index]
            return Rejection(
                index: index, number: record.number, line: record.line, byte: offsets.offset(of: index),
                // Without its header, a record cannot be judged by itself.
                violations: refusal.code.isOfHeader ? [whole] : own?.violations ?? [whole], address: own?.address ?? [],
                id: own?.id ?? [])
        }
    }
}
