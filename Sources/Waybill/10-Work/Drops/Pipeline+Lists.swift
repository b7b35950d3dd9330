import SystemIO

/// Do-not-contact lists in: checked in one pass and read in another, and carried out in the order of their keys, so that a list of ten millions
/// touches each page of the store a few times and not ten million times.
extension Pipeline {
    /// Takes a do-not-contact list.
    ///
    /// A restart carries all of it out again, which changes nothing that is done.
    func receiveSuppressions(_ claim: Inbox.Claim, _ batch: BatchRow) throws {
        try claim.keep()
        let notice = try NoticeFolder(path: noticePath(batch, campaign: ""))
        var count = ResultCount()
        var file: DropFile?
        do {
            let opened = try claim.open()
            file = opened
            let rules = ListingRules(configuration, at: now)
            var changes = ListChanges()
            var sha256: [UInt8] = []
            try whileReading(progress(of: claim, batch)) { tell in
                func letOthersGo(_ bytesRead: Int64) throws {
                    try tell { progress in
                        progress.bytes = bytesRead
                        progress.records = count.received
                        progress.rejected = count.rejected
                    }
                }
                // First without any effect: of a list that is refused, no entry holds.
                sha256 = try readList(opened) { _, _, _ in
                } between: { drop in
                    try letOthersGo(drop.bytesRead)
                }
                _ = try readList(opened) { columns, chunk, drop in
                    count.format = drop.format
                    count.leading = drop.decoder.leadingBytes
                    var offsets = RecordOffsets(chunk)
                    for (index, record) in chunk.records.enumerated() {
                        guard let reading = rules.read(record, in: chunk, columns) else { continue }
                        count.received += 1
                        switch reading {
                        case .listings(let listings, let isRemoval): changes.add(listings, isRemoval: isRemoval)
                        case .problem(let violation):
                            count.rejected += 1
                            let (bytes, lineEnd) = chunk.original(of: index)
                            try notice.addRejected(
                                bytes, lineEnd: lineEnd, kind: drop.format?.kind ?? .csv, leading: count.leading,
                                encoding: chunk.encoding)
                            try notice.add(
                                record: record.number, line: record.line, byte: offsets.offset(of: index), [violation])
                        }
                    }
                } between: { drop in
                    count.trailing = drop.decoder.trailingBytes
                    if changes.count >= ListChanges.most || drop.isAtEnd {
                        try carryOut(&changes, of: batch) { try letOthersGo(drop.bytesRead) }
                    } else {
                        try letOthersGo(drop.bytesRead)
                    }
                }
            }
            if count.received == 0 { throw RefusedDrop(.empty, "the list has no entries") }
            try finishResults(claim, batch, sha256, count, notice)
        } catch let refused as RefusedDrop {
            try finishRefused(claim, file, batch, refused, count, notice)
        }
    }

    /// Reads a list to its end, and calls `between` behind each block; gives the file's digest.
    private func readList(
        _ file: DropFile, _ body: (ListColumns, Chunk, DropChunks) throws -> Void,
        between: (DropChunks) throws -> Void
    ) throws -> [UInt8] {
        let limits = configuration.limits
        var drop = try DropChunks(file, ListColumns.settings(limits), limits: limits)
        while let chunks = try drop.next() {
            for chunk in chunks {
                guard let format = drop.format else { continue }
                try body(try ListColumns(chunk.schema, format), chunk, drop)
            }
            try between(drop)
        }
        return try drop.finish()
    }

    /// How many entries share a commit, some twenty milliseconds.
    private static let entriesAtOnce = 8_192

    private func carryOut(
        _ changes: inout ListChanges, of batch: BatchRow, between letOthersGo: () throws -> Void
    ) throws {
        let runs = changes.takeRuns()
        var place = 0
        var offset = 0
        while place < runs.count {
            try store.transiently {
                var room = Self.entriesAtOnce
                while room > 0, place < runs.count {
                    let run = runs[place]
                    let part = run.keys[offset...].prefix(room)
                    try store.carryOut(
                        run.head.listing, isRemoval: run.head.isRemoval, for: part, source: batch.id, at: now)
                    room -= part.count
                    offset += part.count
                    if offset == run.keys.count { (place, offset) = (place + 1, 0) }
                }
            }
            try letOthersGo()
        }
    }
}

/// What a list asks for, gathered until it is worth a pass through the store.
private struct ListChanges {
    /// What entries share.
    struct Head: Hashable {
        /// With the key of none of them.
        var listing: Listing
        let isRemoval: Bool
    }

    struct Run {
        let head: Head
        var keys: [UInt64]
    }

    /// 16 MiB of keys.
    static let most = 1 << 21

    private var runs: [Run] = []
    /// Of keys; what a run has beside them counts like some more.
    private(set) var count = 0
    private var places: [Head: Int] = [:]

    mutating func add(_ listings: [Listing], isRemoval: Bool) {
        for listing in listings {
            var head = Head(listing: listing, isRemoval: isRemoval)
            head.listing.key = RecipientKey.none
            count += 1
            if runs.last?.head == head {
                runs[runs.count - 1].keys.append(listing.key)
                continue
            }
            // What is added and taken off again is done in that order; else the order of entries says nothing.
            if runs.last?.head.isRemoval != isRemoval { places = [:] }
            if let place = places[head] {
                runs[place].keys.append(listing.key)
            } else {
                places[head] = runs.count
                count += 64
                runs.append(Run(head: head, keys: [listing.key]))
            }
        }
    }

    /// The runs in their order, each with its keys sorted.
    mutating func takeRuns() -> [Run] {
        defer { self = ListChanges() }
        for place in runs.indices { runs[place].keys.sort(by: { Store.signed($0) < Store.signed($1) }) }
        return runs
    }
}
