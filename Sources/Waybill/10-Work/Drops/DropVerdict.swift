/// Decides what becomes of each record of a contact drop, part by part.
///
/// The pipeline stores its verdicts; `check` prints them.
struct DropVerdict {
    /// What becomes of the records of one part.
    struct Part {
        /// The contacts that are taken; nil in a drop that is refused whole.
        let accepted: ContactSegment?
        /// What was found about these contacts for their sampling.
        var hashes: [UInt64]?
        let rejected: [Rejection]
        /// Valid records that are not taken, since their recipient already was: in this drop, or in the one it
        /// corrects.
        let repeated: [Rejection]
        /// What is told of records that are taken.
        var told: [Rejection] = []

        /// Everything `errors.csv` lists, in record order.
        var refused: [Rejection] {
            repeated.isEmpty && told.isEmpty ? rejected : (rejected + repeated + told).sorted { $0.index < $1.index }
        }
    }

    /// Set in the second reading of a drop that is refused whole: nothing is accepted then.
    let refusal: RefusedDrop?
    /// Set for a drop that corrects another.
    private var acceptedBefore: AcceptedBefore?
    /// What it does to earlier contacts; nil where nobody knows any.
    private let actions: DropActions?
    private(set) var counts = DropCheck.Counts()
    /// Valid records that are no contacts of this batch: they were accepted before, or ask for what cannot be done.
    private(set) var acceptedEarlier = RecordSet()

    /// - Parameter acceptedBefore: for a correcting drop, what was accepted from the one it corrects.
    init(acceptedBefore: AcceptedBefore? = nil, actions: DropActions? = nil) {
        self.acceptedBefore = acceptedBefore
        self.actions = actions
        refusal = nil
    }

    /// Whether there are such records.
    private(set) var hasEarlier = false

    init(refusing refusal: RefusedDrop, actions: DropActions? = nil) {
        self.refusal = refusal
        self.actions = actions
    }

    /// Judges the next part of the drop.
    mutating func judge(_ part: DropReading.Part) throws -> Part {
        counts.received += part.chunk.records.count
        let judged =
            if let refusal {
                Part(accepted: nil, rejected: try whole(part, refusal), repeated: [])
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
        let schema = part.chunk.schema
        let concernsEarlier = actions?.concernsEarlier(schema) ?? false
        var (known, places) = try acceptedBefore?.find(in: part) ?? ([], [])
        if let actions, let acceptedBefore, acceptedBefore.isOfSameContent {
            for contact in acceptedBefore.open { actions.keep(contact) }
        } else if concernsEarlier, let actions, !known.isEmpty {
            // Whoever says what is to become of the first one has not just sent it again, unless all of it is as it
            // was: another drop may have changed the contact since. A cancel holds each time.
            let isRepeated = try places.map { place in
                let mode = actions.mode(of: verdicts.segment, at: place)
                return try !mode.isAboutEarlier
                    || !mode.cancels && acceptedBefore?.isUnchanged(place, in: part) ?? false
            }
            known = zip(known, isRepeated).filter(\.1).map(\.0)
            places = zip(places, isRepeated).filter(\.1).map(\.0)
        }
        let (rejections, unfounded, told) = try unfounded(part, except: Set(places))
        if known.isEmpty, rejections.isEmpty {
            return Part(
                accepted: verdicts.segment, hashes: verdicts.hashes, rejected: verdicts.rejected,
                repeated: verdicts.duplicates, told: told)
        }
        hasEarlier = true
        for rejection in known + rejections { acceptedEarlier.insert(rejection.number) }
        return Part(
            accepted: verdicts.segment.removing(Set(places).union(unfounded).sorted()),
            rejected: (verdicts.rejected + rejections).sorted { $0.index < $1.index },
            repeated: (verdicts.duplicates + known).sorted { $0.index < $1.index }, told: told)
    }

    /// Records that ask for something of nobody who waits, and their indices in the part's segment; and what is told of
    /// others. Those that are excepted ask for nothing.
    private func unfounded(
        _ part: DropReading.Part, except places: Set<Int> = []
    ) throws -> (rejections: [Rejection], places: [Int], told: [Rejection]) {
        guard let actions else { return ([], [], []) }
        let found = try actions.judge(
            part.verdicts.segment, part.chunk.schema, except: places, isTaken: refusal == nil)
        func rejections(_ findings: [(place: Int, violation: Violation)]) -> [Rejection] {
            if findings.isEmpty { return [] }
            let why = Dictionary(findings.map { ($0.place, $0.violation) }) { first, _ in first }
            return part.rejections(of: findings.map(\.place)) { place, _ in why[place] }
        }
        return (rejections(found.rejected), found.rejected.map(\.place), rejections(found.told))
    }

    /// Rejects every record of a refused drop: with its own violations, else with the drop's code.
    private func whole(_ part: DropReading.Part, _ refusal: RefusedDrop) throws -> [Rejection] {
        var own: [Int: Rejection] = [:]
        let (unfounded, _, told) = try unfounded(part)
        for rejection in told + part.verdicts.rejected + part.verdicts.duplicates + unfounded {
            own[rejection.index] = rejection
        }
        let isTaken = Set(told.map(\.index))
        let whole = Violation(
            .drop(refusal.code), .invalid, message: "The drop was refused whole: \(refusal.detail).",
            hint: "Fix the cause and drop the whole file again.")
        var offsets = RecordOffsets(part.chunk)
        return part.chunk.records.enumerated().map { index, record in
            let own = own[index]
            return Rejection(
                index: index, number: record.number, line: record.line, byte: offsets.offset(of: index),
                // Without its header, a record cannot be judged by itself.
                violations: refusal.code.isOfHeader
                    ? [whole] : (own?.violations ?? []) + (own == nil || isTaken.contains(index) ? [whole] : []),
                address: own?.address ?? [],
                id: own?.id ?? [])
        }
    }
}
