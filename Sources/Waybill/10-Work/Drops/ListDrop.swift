import SystemIO

/// A do-not-contact list. One pass checks it and another reads it; its entries are applied in the order of their keys,
/// so a list of ten million touches each page of the store a few times, not ten million times.
///
/// A restart applies all of it again, which changes nothing that is done. Where only its answer is missing nothing is
/// applied again: what was said since then counts.
final class ListDrop: DropJob {
    private(set) var progress: DropProgress
    private let frame: DropFrame
    private let context: WorkContext
    private let rules: ListingRules
    private let now: Timestamp
    private var stage = Stage.claimed
    private var notice: NoticeFolder?
    private var file: DropFile?
    private var ending: DropEnding
    /// Blank rows that the reader leaves out; others are recognised by their columns.
    private var blankRows = 0
    private var changes: ListChanges
    /// The named list that it is, and whether it is the complete list.
    private let named: (name: String, isWhole: Bool)?
    private var entries = ListEntries()
    /// Of a whole list: how many of those who stood on it before are not on it, and how many are.
    private var left: (out: Int, on: Int)?
    private var hasReplaced = false
    /// Whether all of it is in force already.
    private var isCarriedOut = false

    private enum Stage {
        case claimed
        /// The first pass has no effect: if a list is refused, none of its entries counts.
        case checking(ListPass, DropFile)
        case reading(ListPass)
        case carryingOut(ListRuns, ListPass)
        /// All entries are applied. Whoever is on the replaced list but not on this one is taken off, from a key on.
        case replacing(String, from: UInt64?)
    }

    init(_ frame: DropFrame) {
        self.frame = frame
        context = frame.context
        now = frame.context.now
        rules = ListingRules(frame.context.configuration, at: frame.context.earliestNow)
        progress = frame.progress
        ending = frame.ending
        named = NamedLists(frame.context).list(of: frame.batch.name)
        changes = ListChanges(list: named?.name ?? "")
    }

    func step(patience: Int64) throws -> DropStep {
        let notice = try begun()
        do {
            switch stage {
            case .claimed:
                let opened = try frame.claim.open()
                file = opened
                isCarriedOut = try context.store.setting(.carriedOut(frame.batch.id)) != nil
                stage = .checking(try pass(over: opened), opened)
            case .checking(let pass, let file):
                // A list that cannot be read is refused for its columns or its form.
                try pass.check()
                progress.bytes = pass.drop.bytesRead
                ending.format = pass.drop.format
                guard pass.drop.isAtEnd else { break }
                ending.sha256 = try pass.finish()
                stage = .reading(try self.pass(over: file))
            case .reading(let pass):
                try pass.next { try take($0, $1, leading: pass.drop.decoder.leadingBytes, notice) }
                ending.trailing = pass.drop.decoder.trailingBytes
                blankRows = pass.drop.decoder.blankRows
                progress.note(bytes: pass.drop.bytesRead, ending.counts)
                if changes.count >= ListChanges.most || pass.drop.isAtEnd {
                    stage = .carryingOut(ListRuns(changes.takeRuns()), pass)
                }
            case .carryingOut(var runs, let pass):
                if try !isCarriedOut && runs.carryOut(in: context.store, source: frame.batch.id, at: now) {
                    context.hasFreedTurns = true
                    stage = .carryingOut(runs, pass)
                } else if pass.drop.isAtEnd {
                    // A list with columns may have no entries.
                    if ending.counts.received == 0, ending.format?.hasHeader != true {
                        throw RefusedDrop(.empty, "the list has no entries")
                    }
                    try frame.compareWithSidecar(ending)
                    guard let named, named.isWhole, whyNotReplacing == nil else { return try end(notice) }
                    let count = try context.store.countListed(on: named.name, before: frame.batch.id)
                    left = (out: count.earlier, on: count.all - count.earlier)
                    if isShrunk { return try end(notice) }
                    stage = .replacing(named.name, from: nil)
                } else {
                    stage = .reading(pass)
                }
            case .replacing(let list, let place):
                var next: UInt64?
                if !isCarriedOut {
                    next = try context.store.transiently {
                        try context.store.takeOffEarlier(than: frame.batch.id, list: list, from: place, at: now)
                    }
                }
                hasReplaced = next == nil
                guard let next else { return try end(notice) }
                stage = .replacing(list, from: next)
            }
            return .more
        } catch let refused as RefusedDrop {
            frame.refuse(&ending, refused, file)
            return try end(notice)
        }
    }

    private func pass(over file: DropFile) throws -> ListPass {
        try ListPass(over: file, limits: context.configuration.limits)
    }

    private func begun() throws -> NoticeFolder {
        if let notice { return notice }
        try frame.claim.keep()
        let made = frame.notice()
        notice = made
        return made
    }

    private func take(_ chunk: Chunk, _ format: DropFormat, leading: [UInt8], _ notice: NoticeFolder) throws {
        try entries.judge(chunk, format, rules, &ending, plain: { self.changes.addPlain($0) }) { entry in
            let reading = entry.reading
            if !reading.listings.isEmpty { changes.add(reading.listings, isRemoval: reading.isRemoval) }
            if reading.violations.isEmpty { return }
            let (bytes, lineEnd) = chunk.original(of: entry.index)
            try notice.addRejected(
                bytes, lineEnd: lineEnd, kind: format.kind, leading: leading, encoding: chunk.encoding)
            try notice.add(
                record: entry.record, line: entry.line, byte: entry.byte, reading.violations, isReturned: true)
        }
    }

    private func end(_ notice: NoticeFolder) throws -> DropStep {
        ending.blank += blankRows
        var hold = tooManyLost.map { frame.hold($0.campaigns, because: $0.problem) }
        if let whyNotReplacing {
            hold = frame.hold([], because: whyNotReplacing)
        } else if isShrunk, let left, let named {
            let problem =
                "is a whole list of \(left.on.counted("entry", "entries")), and \(left.out) that stood on \(named.name) before "
                + "are not on it: they still stand there, and are taken off once it is accepted"
            hold = frame.hold([], because: problem, replacing: named.name)
        }
        return try frame.endResults(ending, notice, holding: hold, replacing: hasReplaced ? named?.name : nil)
    }

    /// More of those who stood on it are missing than people leave a list: more likely a part of it, or another one.
    private var isShrunk: Bool {
        guard let left, ending.refusal == nil else { return false }
        return left.out > Self.fewLeaving && left.out * 100 > (left.out + left.on) * Self.percentLeaving
    }

    private static let fewLeaving = 100
    private static let percentLeaving = 10

    private var tooManyLost: (campaigns: [String], problem: String)? {
        entries.tooManyLost(of: ending.counts.received, context.configuration.lists.tolerance)
    }

    /// Of a whole list that was read: more likely an export that failed than one that leaves people out.
    private var whyNotReplacing: String? {
        guard named?.isWhole == true, ending.refusal == nil else { return nil }
        return entries.whyNotReplacing(ending.counts.received, context.configuration.lists.tolerance)
    }
}

/// The changes of a list on their way into the store.
private struct ListRuns {
    private let runs: [ListChanges.Run]
    private var place = 0
    private var offset = 0

    /// How many entries share a commit of some twenty milliseconds.
    private static let entriesAtOnce = 8_192

    init(_ runs: [ListChanges.Run]) { self.runs = runs }

    /// Applies the next entries in one transaction; false if there were none.
    mutating func carryOut(in store: any Store, source: BatchID, at now: Timestamp) throws -> Bool {
        guard place < runs.count else { return false }
        try store.transiently {
            var room = Self.entriesAtOnce
            while room > 0, place < runs.count {
                let run = runs[place]
                let part = run.keys[offset...].prefix(room)
                try store.carryOut(run.head.listing, isRemoval: run.head.isRemoval, for: part, source: source, at: now)
                room -= part.count
                offset += part.count
                if offset == run.keys.count { (place, offset) = (place + 1, 0) }
            }
        }
        return true
    }
}

/// The changes of a list, collected until a pass through the store is worth it.
private struct ListChanges {
    /// What entries share.
    struct Head: Hashable {
        /// A listing without a key.
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
    /// Counts keys; the other data of a run counts like some more keys.
    private(set) var count = 0
    private var places: [Head: Int] = [:]

    /// Whether the last run consists of plain numbers listed for everything.
    private var endsPlain = false
    private let plain: Listing

    /// - Parameter list: the named list; empty for none.
    init(list: String) {
        var plain = Listing(key: RecipientKey.none, kind: .phone, reason: "")
        plain.list = list
        self.plain = plain
    }

    /// Adds a plain number, listed for everything.
    @inline(__always)
    mutating func addPlain(_ key: UInt64) {
        guard endsPlain else {
            var listing = plain
            listing.key = key
            add([listing], isRemoval: false)
            endsPlain = runs.last?.head == Head(listing: plain, isRemoval: false)
            return
        }
        count += 1
        runs[runs.count - 1].keys.append(key)
    }

    mutating func add(_ listings: [Listing], isRemoval: Bool) {
        endsPlain = false
        for listing in listings {
            var head = Head(listing: listing, isRemoval: isRemoval)
            head.listing.key = RecipientKey.none
            // Who is taken off by a list that has no name is off all lists, by a named one off that.
            head.listing.list = plain.list
            count += 1
            if runs.last?.head == head {
                runs[runs.count - 1].keys.append(listing.key)
                continue
            }
            // Additions and removals keep their order; otherwise the order of entries does not matter.
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

    /// The runs in order, each with its keys sorted.
    mutating func takeRuns() -> [Run] {
        defer { self = ListChanges(list: plain.list) }
        for place in runs.indices { runs[place].keys.sort() }
        return runs
    }
}
