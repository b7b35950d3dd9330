/// The judged entries of a list, the same for `check` and for the pipeline.
struct ListEntries {
    private var lost = LostEntries()
    /// How many name nobody whom they could list or take off, and whether any lists somebody.
    private var nameless = 0
    private var isAnybodyListed = false
    /// Columns of which nobody knew what they hold, and which had a number or an address.
    private var strayColumns: Set<Int> = []

    struct Entry {
        /// The index in the chunk.
        let index: Int
        let record: UInt32
        let line: UInt64
        let byte: UInt64
        let reading: ListingRules.Reading
    }

    /// Judges and counts the entries of the next part of a list. A faulty entry is handed back for correction, even if
    /// it lists somebody.
    ///
    /// - Parameter plain: takes the keys of entries that are just a number in E.164, instead of `take`.
    mutating func judge(
        _ chunk: Chunk, _ format: DropFormat, _ rules: ListingRules, _ ending: inout DropEnding,
        plain: ((UInt64) -> Void)? = nil, _ take: (Entry) throws -> Void
    ) throws {
        let columns = try ListColumns(chunk.schema, format)
        ending.format = format
        defer { ending.columns = columns.outcomes(chunk.schema, holding: strayColumns) }
        var offsets = RecordOffsets(chunk)
        for (index, record) in chunk.records.enumerated() {
            if let plain, let key = rules.plainRecipient(record, in: chunk, columns) {
                ending.counts.received += 1
                isAnybodyListed = true
                plain(key)
                continue
            }
            guard let reading = rules.read(record, in: chunk, columns) else {
                ending.blank += 1
                continue
            }
            ending.counts.received += 1
            strayColumns.formUnion(reading.strayColumns)
            if reading.isLost { lost.add(reading.campaign) }
            // Somebody who has a number that no plan has stands on the list as they did before.
            if reading.listings.isEmpty, reading.isLost || reading.isRemoval { nameless += 1 }
            if !reading.isRemoval, !reading.isLost, !reading.listings.isEmpty { isAnybodyListed = true }
            if !reading.violations.isEmpty { ending.counts.rejected += 1 }
            try take(
                Entry(
                    index: index, record: record.number, line: record.line, byte: offsets.offset(of: index),
                    reading: reading))
        }
    }

    /// Why nobody is taken off by a list that is whole: who is left out of it was not asked off by anybody, as far as
    /// can be told. Nil when it replaces the one before.
    func whyNotReplacing(_ received: Int, _ tolerance: Campaign.RejectLimit) -> String? {
        let problem =
            if received == 0 {
                "without an entry"
            } else if nameless > 0 {
                "of which \(nameless) of \(received) entries name nobody"
            } else if let lost = tooManyLost(of: received, tolerance) {
                "that " + lost.problem
            } else if !isAnybodyListed {
                "that lists nobody"
            } else {
                ""
            }
        return problem.isEmpty ? nil : "is a whole list \(problem); what stood on it before still does"
    }

    /// The campaigns that the list holds since too many of its entries name nobody (none named: all), and why.
    func tooManyLost(
        of received: Int, _ tolerance: Campaign.RejectLimit
    ) -> (campaigns: [String], problem: String)? {
        lost.tooMany(of: received, tolerance)
    }
}

/// Entries that ask not to contact somebody, without telling who that is.
struct LostEntries {
    private(set) var count = 0
    private var campaigns: Set<String> = []
    private var isForAll = false

    /// - Parameter campaign: empty for all.
    mutating func add(_ campaign: String) { add([campaign]) }

    /// One entry that may be about any of these campaigns.
    mutating func add(_ names: [String]) {
        count += 1
        for name in names { if name.isEmpty { isForAll = true } else { campaigns.insert(name) } }
    }

    /// The campaigns that they may be about; none: all.
    var concerned: [String] { isForAll ? [] : campaigns.sorted() }

    /// Which campaigns they hold (none named: all), and why; nil while they are few enough. All of a list are too many.
    ///
    /// - Parameter isList: else one reply is not a file of which all is lost.
    func tooMany(
        of received: Int, _ tolerance: Campaign.RejectLimit, isList: Bool = true
    ) -> (campaigns: [String], problem: String)? {
        let most =
            switch tolerance {
            case .count(let most): Double(most)
            case .percent(let share): max(5, share * Double(received) / 100)
            }
        guard count > 0, Double(count) > most || isList && count == received else { return nil }
        return (concerned, "has \(count) of \(received) entries that name nobody")
    }
}

/// One reading of a list, one block per step.
final class ListPass {
    private(set) var drop: DropChunks

    init(over file: DropFile, limits: Configuration.Limits) throws {
        drop = try DropChunks(file, ListColumns.settings(limits), limits: limits)
    }

    /// Reads the next block only to check the form and the columns.
    func check() throws {
        try next { chunk, format in _ = try ListColumns(chunk.schema, format) }
    }

    func next(_ body: (Chunk, DropFormat) throws -> Void) throws {
        do {
            for chunk in try drop.next() ?? [] {
                if let format = drop.format { try body(chunk, format) }
            }
        } catch let refused as RefusedDrop where refused.code == .empty {
            // A header alone is enough: it says what the list would contain.
            guard let format = drop.format, format.hasHeader == true else { throw refused }
            _ = try ListColumns(drop.decoder.schema, format)
        }
    }

    /// The digest of the whole file.
    func finish() throws -> [UInt8] { try drop.finish() }
}
