/// Judges the records of one drop in file order: adds to what `RecordValidator` finds about each chunk by itself what
/// depends on the chunks before it, which is who is a duplicate and where another table begins.
package struct DropValidator {
    private var validator: RecordValidator
    /// The last record so far, if it may be another table's header.
    private var suspect: HeaderAmongRecords.Suspect?
    private var recipients: RecipientIndex

    /// How many values of accepted contacts were changed so far: trimmed, or a phone number's punctuation.
    package private(set) var normalised = 0
    /// How many values of a column `state` name no subdivision.
    package private(set) var unknownStates = 0

    /// - Parameters:
    ///   - recipients: empty, and for this campaign.
    ///   - passingOverTables: whether records after another table's header are judged nevertheless.
    package init(settings: ValidationSettings, recipients: consuming RecipientIndex, passingOverTables: Bool = false) {
        validator = RecordValidator(settings: settings, passingOverTables: passingOverTables)
        self.recipients = recipients
    }

    /// Judges the next chunk of the drop. Throws `RefusedDrop` if a second table begins, and what the spill throws.
    package mutating func validate(_ chunk: Chunk) throws -> ChunkVerdicts {
        try merge(validator.judge(chunk), of: chunk)
    }

    /// The verdicts on the next chunk of the drop, which a validator of the same settings has judged by itself.
    ///
    /// Throws the same as `validate`.
    package mutating func merge(_ judged: JudgedChunk, of chunk: Chunk) throws -> ChunkVerdicts {
        validator.follow(chunk.schema)
        if suspect != nil, let refusal = validator.secondTable(in: chunk, after: &suspect) { throw refusal }
        if let refusal = judged.refusal { throw refusal }
        suspect = judged.suspect ?? suspect
        normalised += judged.normalised
        unknownStates += judged.unknownStates
        var verdicts = ChunkVerdicts(
            segment: judged.segment, keys: judged.keys, hashes: judged.hashes, rejected: judged.rejected,
            duplicates: [])
        let repeated = try insertRecipients(of: judged, chunk, &verdicts.duplicates)
        guard !repeated.isEmpty else { return verdicts }
        verdicts.segment = judged.segment.removing(repeated)
        verdicts.keys = Self.without(repeated, judged.keys)
        verdicts.hashes = judged.hashes.map { Self.without(repeated, $0) }
        return verdicts
    }

    /// The words of contacts without those at these rising places.
    private static func without(_ places: [Int], _ words: [UInt64]) -> [UInt64] {
        var kept: [UInt64] = []
        kept.reserveCapacity(words.count - places.count)
        var start = 0
        for place in places {
            kept += words[start..<place]
            start = place + 1
        }
        return kept + words[start...]
    }

    /// Inserts the recipients of the new contacts in record order. Returns the places of those whose recipient came
    /// before.
    ///
    /// Done for many contacts at once: each look-up waits for memory, and the waits overlap.
    private mutating func insertRecipients(
        of judged: JudgedChunk, _ chunk: Chunk, _ duplicates: inout [Rejection]
    ) throws -> [Int] {
        let keys = judged.keys
        var repeated: [Int] = []
        var offsets = RecordOffsets(chunk)
        for place in keys.indices {
            if place % RecipientIndex.stride == 0 {
                recipients.prepare(for: keys[place..<min(keys.count, place + RecipientIndex.stride)])
            }
            let index = judged.places[place]
            guard keys[place] != RecipientKey.none,
                let earlier = try recipients.insert(
                    keys[place], record: chunk.records[index].number, check: judged.checks[place])
            else { continue }
            repeated.append(place)
            let (rejection, changed) = validator.duplicate(
                at: index, of: chunk, byte: offsets.offset(of: index), earlier: earlier, isClean: judged.isClean)
            normalised -= changed
            duplicates.append(rejection)
        }
        return repeated
    }

    /// All recipients of the accepted records so far, in key order; contacts without a recipient are left out.
    package func sortedRecipients() throws -> SortedRecipients { try recipients.sorted() }
}
