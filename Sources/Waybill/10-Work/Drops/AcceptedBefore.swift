/// What a correcting drop must not queue again: the contacts accepted from the drop it corrects, from the drop which
/// that one corrected, and from all others that corrected any of these.
///
/// Under `duplicates: "reject"` the recipient alone identifies a contact: a person whose record was accepted is not
/// contacted a second time because a value changed on the way. Under `"keep"`, where several records may have the same
/// recipient, all values must be equal as well.
struct AcceptedBefore {
    private let store: any Store
    /// Oldest first, so the message names the batch in which a contact was first accepted. Of the same content, the
    /// latest first: it has what became of a contact.
    private let batches: [BatchRow]
    private let demandsEqualValues: Bool
    /// The last segment read; contacts mostly come in the same order as before.
    private var segment: StoredSegment?
    /// Of the part that was looked at last, by their indices in its segment.
    private var twins: [Int: Twin] = [:]

    /// Whether the batches had the same content, all of it.
    let isOfSameContent: Bool
    /// Contacts of the part that was looked at last that have not ended.
    private(set) var open: [EarlierContacts.Contact] = []

    /// A file is corrected once or twice; of a longer chain only this many are checked.
    private static let mostBatches = 32

    init(store: any Store, parent: BatchID, campaign: Campaign) throws {
        self.store = store
        demandsEqualValues = campaign.duplicates == .keep
        batches = try Self.family(of: parent, in: store)
        isOfSameContent = false
    }

    /// For a whole list that is put into force again: who was accepted from it before and was not replaced since has
    /// had what it says, or still waits for it.
    init(store: any Store, resuming earlier: [BatchID], campaign: Campaign) throws {
        self.store = store
        demandsEqualValues = campaign.duplicates == .keep
        let families = try earlier.suffix(Self.mostBatches).flatMap { try Self.family(of: $0, in: store) }
        batches = Dictionary(families.map { ($0.id, $0) }) { first, _ in first }.values.sorted { $0.id > $1.id }
        isOfSameContent = true
    }

    /// A batch, what it corrects, and what corrects any of these, oldest first.
    private static func family(of parent: BatchID, in store: any Store) throws -> [BatchRow] {
        guard var root = try store.batch(parent) else { return [] }
        var family = [root]
        while family.count < mostBatches, let id = root.acknowledgement?.corrects, let row = try store.batch(id) {
            family.append(row)
            root = row
        }
        // The list grows during the loop: corrections have corrections.
        var place = 0
        while place < family.count, family.count < mostBatches {
            for row in try store.corrections(of: family[place], limit: mostBatches)
            where family.count < mostBatches && !family.contains(where: { $0.id == row.id }) {
                family.append(row)
            }
            place += 1
        }
        return family.filter { $0.accepted > 0 }.sorted { $0.id < $1.id }
    }

    /// A contact of this drop, by its index in the segment, and where it was accepted before.
    private struct Twin {
        let batch: BatchID
        let record: UInt32
    }

    /// The contacts of a part that must not be queued again, in record order, each with the single violation
    /// `row.already-accepted`, and their indices in the part's segment.
    mutating func find(in part: DropReading.Part) throws -> (known: [Rejection], places: [Int]) {
        twins = try twins(of: part)
        open = []
        if isOfSameContent { try leaveOutReplaced() }
        guard !twins.isEmpty else { return ([], []) }
        let places = twins.keys.sorted()
        let found = twins
        let rejections = part.rejections(of: places) { place, field in
            guard let twin = found[place] else { return nil }
            return .alreadyAccepted(as: twin.record, of: twin.batch, by: field, isEqual: demandsEqualValues)
        }
        return (rejections, places)
    }

    /// Whoever was replaced since comes again, unless a message of before arrived after all; whoever is still open
    /// stays as it is.
    private mutating func leaveOutReplaced() throws {
        for (place, twin) in twins {
            guard let (_, index) = try stored(twin.record, in: twin.batch), let id = segment?.id else { continue }
            let standing = try store.standings(of: id)?[index] ?? Standing()
            if !standing.state.isFinal {
                open.append(EarlierContacts.Contact(batch: twin.batch, record: twin.record))
            } else if try standing.isReplaced(store),
                try !LateArrivals.areTold(of: twin.record, in: twin.batch, standing, store)
            {
                twins[place] = nil
            }
        }
    }

    /// Whether a contact that `find` named has all its values as it had them before.
    mutating func isUnchanged(_ place: Int, in part: DropReading.Part) throws -> Bool {
        guard let twin = twins[place], let batch = batches.first(where: { $0.id == twin.batch }) else { return false }
        let keys = (
            part.chunk.schema.columns.map(RecordFingerprint.key(of:)),
            batch.schema.columns.map(RecordFingerprint.key(of:))
        )
        return try sum(of: twin.record, in: twin.batch, keys: keys.1)
            == Self.sum(of: part.verdicts.segment, at: place, keys: keys.0)
    }

    private mutating func twins(of part: DropReading.Part) throws -> [Int: Twin] {
        let keys = part.verdicts.keys
        let order = keys.indices.filter { keys[$0] != RecipientKey.none }.sorted { keys[$0] < keys[$1] }
        let sorted = order.map { keys[$0] }
        var twins: [Int: Twin] = [:]
        for batch in batches {
            var candidates: [(place: Int, record: UInt32)] = []
            try store.forEachRecord(ofRecipients: sorted, batch: batch.id) { index, record in
                if twins[order[index]] == nil { candidates.append((order[index], record)) }
            }
            // In record order, so each segment is read once.
            candidates.sort { $0.record < $1.record }
            if demandsEqualValues {
                let keys = (
                    part.chunk.schema.columns.map(RecordFingerprint.key(of:)),
                    batch.schema.columns.map(RecordFingerprint.key(of:))
                )
                for candidate in candidates
                where try sum(of: candidate.record, in: batch.id, keys: keys.1)
                    == Self.sum(of: part.verdicts.segment, at: candidate.place, keys: keys.0)
                {
                    twins[candidate.place] = Twin(batch: batch.id, record: candidate.record)
                }
            } else {
                for candidate in candidates
                where try isAboutOne(candidate.record, in: batch, and: candidate.place, of: part) {
                    twins[candidate.place] = Twin(batch: batch.id, record: candidate.record)
                }
            }
        }
        return twins
    }

    /// Two numbers never have one key, but whoever wants to can make two ids that do. What is no longer stored is taken
    /// for the same person.
    private mutating func isAboutOne(
        _ record: UInt32, in batch: BatchRow, and place: Int, of part: DropReading.Part
    ) throws -> Bool {
        let new = SegmentRecipient(of: part.verdicts.segment, at: place, part.chunk.schema)
        if new.field == .phone1 { return true }
        guard let (contacts, old) = try stored(record, in: batch.id) else { return true }
        return SegmentRecipient(of: contacts, at: old, batch.schema).text == new.text
    }

    private mutating func stored(_ record: UInt32, in batch: BatchID) throws -> (ContactSegment, Int)? {
        if segment?.id.batch != batch || segment?.contacts.index(of: record) == nil {
            segment = try store.segment(of: record, batch: batch)
        }
        guard let contacts = segment?.contacts, let place = contacts.index(of: record) else { return nil }
        return (contacts, place)
    }

    /// Nil if the contact is no longer stored.
    private mutating func sum(of record: UInt32, in batch: BatchID, keys: [UInt64]) throws -> UInt64? {
        try stored(record, in: batch).map { Self.sum(of: $0, at: $1, keys: keys) }
    }

    /// Equal for contacts with the same values in columns of the same names, in any order.
    private static func sum(of segment: ContactSegment, at place: Int, keys: [UInt64]) -> UInt64 {
        let values = segment.values(at: place, columns: keys.count)
        return zip(values, keys).reduce(0) { sum, column in
            sum &+ RecordFingerprint.word(of: column.0.span, key: column.1)
        }
    }
}

extension DropReading.Part {
    /// Contacts of its segment, by their rising indices there, that are not taken after all.
    ///
    /// - Parameter violation: why, from the index and the field that identifies the recipient; nil: it is taken.
    func rejections(of places: [Int], _ violation: (Int, Field) -> Violation?) -> [Rejection] {
        var rejections: [Rejection] = []
        var offsets = RecordOffsets(chunk)
        var inChunk = 0
        for place in places {
            let number = verdicts.segment.record(at: place)
            while chunk.records[inChunk].number != number { inChunk += 1 }
            let recipient = SegmentRecipient(of: verdicts.segment, at: place, chunk.schema)
            guard let violation = violation(place, recipient.field) else { continue }
            rejections.append(
                Rejection(
                    index: inChunk, number: number, line: chunk.records[inChunk].line,
                    byte: offsets.offset(of: inChunk), violations: [violation], address: recipient.address,
                    id: recipient.id))
        }
        return rejections
    }
}

/// Whom a contact is about.
private struct SegmentRecipient {
    let field: Field
    /// What a rejection shows of it.
    let address: [UInt8]
    let id: [UInt8]

    init(of segment: ContactSegment, at place: Int, _ schema: Schema) {
        func value(_ field: Field) -> [UInt8] {
            schema.position(of: field).map { Array(segment.value(at: place, column: $0)) } ?? []
        }
        let (phone, email) = (value(.phone1), value(.email))
        id = value(.id)
        field = !phone.isEmpty ? .phone1 : !email.isEmpty ? .email : .id
        address = field == .phone1 ? phone : EmailAddress.recipient(email)
    }

    var text: [UInt8] { field == .id ? id : address }
}
