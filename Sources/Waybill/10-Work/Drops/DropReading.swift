import SystemIO

/// The reading of one drop, from its bytes to its verdicts: stages 2 and 3 with the threads around them.
///
///     reader (bytes, SHA-256, gzip, records) ──▶ judges (verdicts, segments) ──▶ merger (duplicates) ──▶ next()
///
/// Each judge takes the next chunk; the merger gets them in file order again. The queues in between hold a few chunks,
/// so memory is flat whatever the drop's size. A drop of one block is read on the caller's thread: starting threads
/// would cost more than it saves.
package final class DropReading {
    /// The result of `next`.
    package enum Next {
        case part(Part)
        /// Nothing yet, for example from a share that hangs.
        case waiting
        /// The whole drop was read.
        case end(Findings)
    }

    /// A judged part of the drop, in file order.
    package struct Part: Sendable {
        package let chunk: Chunk
        package let format: DropFormat
        package let verdicts: ChunkVerdicts
        /// The bytes before the first record, for the rejects file.
        package let leadingBytes: [UInt8]
        /// Bytes of the file read so far, in its stored form.
        package let bytesRead: Int64
        /// SHA-256 of the drop's first block: a salt that is the same whenever the drop is.
        package let salt: [UInt8]
    }

    /// What is known about a drop after all of it was read.
    package struct Findings: Sendable {
        package var identity: DropIdentity
        package var sha256: [UInt8] { identity.sha256 }
        package var format: DropFormat?
        package var schema: Schema
        package var trailingBytes: [UInt8]
        /// How many records its own trailer gives.
        package var declaredRecords: Int?
        package var normalised: Int
        /// Blank rows, which are not records.
        package var blankRows: Int
        package var unknownStates = 0
        /// Keys and records of the accepted contacts, in key order.
        package var recipients: SortedRecipients?
    }

    /// A reading that ended in a refusal: what was learnt until then.
    package struct Refusal: Error {
        package let refused: RefusedDrop
        package let format: DropFormat?
        package let schema: Schema
    }

    private let terms: Terms
    private var course = Course.unbegun

    /// 256 KiB: large enough that the cost of hand-overs vanishes, small enough that a chunk's text and fields stay in
    /// the second-level cache of two cores (measured from 128 KiB to 4 MiB).
    package static let blockSize = 256 << 10

    /// A judge for each processor; one reader cannot keep more than four busy.
    private static let usualJudges = min(4, ResourceUse.processors())

    /// How many milliseconds to wait for the next part before other work goes on.
    package static let patience: Int64 = 20

    /// Nothing is read before `next` is called.
    ///
    /// - Parameters:
    ///   - now: a later consent does not count yet; nil: all times are past.
    ///   - passesOverRefusal: reads on after a refusal of the header, the end or a second table, if that leaves
    ///     records: the notice of a refused drop lists all of them.
    ///   - shortRecords: as in `DecodeSettings`.
    ///   - isTold: whether somebody said that they are contacts, whatever their columns are called.
    ///   - judges: how many judge a drop of more than one block; nil: as many as suit the machine.
    package init(
        _ file: DropFile, campaign: Campaign, configuration: Configuration, spillFolder: String,
        now: Timestamp? = nil, passesOverRefusal: Bool = false, shortRecords: Int? = nil, isTold: Bool = true,
        judges: Int? = nil
    ) {
        var settings = DecodeSettings(campaign: campaign, limits: configuration.limits)
        settings.shortRecords = shortRecords
        terms = Terms(
            file: file, campaign: campaign, configuration: configuration, spillFolder: spillFolder, now: now,
            passesOverRefusal: passesOverRefusal, isTold: isTold, settings: settings,
            judges: judges ?? Self.usualJudges)
    }

    /// Goes on behind what was decoded before under the same settings, if it is read on the caller's thread.
    func goOn(behind begun: BegunDrop) {
        guard case .unbegun = course, isShort, !terms.passesOverRefusal else { return }
        course = .here(Reader(behind: begun), nil)
    }

    /// Whether it is read on the caller's thread.
    private var isShort: Bool { terms.file.isQuick && terms.file.size <= Self.blockSize }

    deinit {
        // The threads end by themselves; nobody waits for a reader that hangs in a share.
        if case .threaded(let threads) = course { threads.cancel() }
    }

    /// The next part in file order, after waiting at most `milliseconds` for it; not to be called again after the end.
    ///
    /// Throws `Refusal` if the drop is refused whole.
    package func next(waitingAtMost milliseconds: Int64 = DropReading.patience) throws -> Next {
        while true {
            switch course {
            case .unbegun:
                course = isShort ? .here(try Reader(terms), nil) : .threaded(Threads(terms))
            case .here(var reader, var merger):
                course = .ended
                guard let decoded = try reader.next() else {
                    return .end(Findings(try reader.finish(), try merger?.finish()))
                }
                if merger == nil { merger = try Merger(terms, decoded.format, terms.recipients()) }
                guard let part = try merger?.judge(decoded) else { continue }
                course = .here(reader, merger)
                return .part(part)
            case .threaded(let threads):
                switch threads.judged.pop(waitingAtMost: milliseconds) {
                case .element(let part): return .part(part)
                case .timedOut: return .waiting
                case .ended:
                    let judgement = try threads.merger.join()
                    return .end(Findings(try threads.reader.join(), judgement))
                }
            case .ended: preconditionFailure("a drop has one end")
            }
        }
    }

    /// Reads the drop to its end.
    package func run(absorb: (Part) throws -> Void) throws -> Findings {
        while true {
            switch try next() {
            case .part(let part): try absorb(part)
            case .waiting: break
            case .end(let findings): return findings
            }
        }
    }

    /// What to read, and under which rules.
    private struct Terms: Sendable {
        let file: DropFile
        let campaign: Campaign
        let configuration: Configuration
        let spillFolder: String
        let now: Timestamp?
        let passesOverRefusal: Bool
        let isTold: Bool
        let settings: DecodeSettings
        let judges: Int

        func validation(_ format: DropFormat) -> ValidationSettings {
            ValidationSettings(campaign: campaign, region: configuration.region, format: format, now: now)
        }

        /// Nobody yet. Assumes records of 128 bytes: longer ones leave the table half empty, shorter ones make it grow
        /// once or twice.
        func recipients() throws -> RecipientIndex {
            RecipientIndex(
                of: campaign, spill: try RecipientSpillFile(folder: spillFolder),
                expected: Int(clamping: file.size / 128))
        }
    }

    private enum Course {
        case unbegun
        case here(Reader, Merger?)
        case threaded(Threads)
        case ended
    }

    private struct Threads {
        let decoded = BoundedQueue<Decoded>(capacity: 3)
        let ordered: OrderedQueue<(Decoded, JudgedChunk)>
        let judged = BoundedQueue<Part>(capacity: 3)
        let reader: Worker<Read>
        let merger: Worker<Judgement?>

        init(_ terms: Terms) {
            Memory.keepFreed()
            ordered = OrderedQueue(capacity: terms.judges + 1, producers: terms.judges)
            reader = Worker.start(name: "reader") { [decoded] in
                defer { decoded.close() }
                var reader = try Reader(terms)
                while let next = try reader.next(), decoded.push(next) {}
                return try reader.finish()
            }
            for _ in 0..<terms.judges {
                _ = Worker.start(name: "judge") { [decoded, ordered] in
                    defer { ordered.leave() }
                    var judge: Judge?
                    while let next = decoded.pop() {
                        if judge == nil { judge = Judge(terms, next) }
                        guard let found = judge?.judge(next.chunk), ordered.push((next, found), at: next.place)
                        else { break }
                    }
                }
            }
            merger = Worker.start(name: "merger") { [decoded, ordered, judged] in
                defer {
                    judged.close()
                    decoded.cancel()
                    ordered.cancel()
                }
                // Of a long drop it is large, and takes a while to be cleared: so the first block is read meanwhile.
                var recipients = try Optional(terms.recipients())
                var merger: Merger?
                while let (next, found) = ordered.pop() {
                    if let empty = recipients.take() { merger = try Merger(terms, next.format, empty) }
                    guard let part = try merger?.merge(found, of: next), judged.push(part) else { break }
                }
                return try merger?.finish()
            }
        }

        func cancel() {
            decoded.cancel()
            ordered.cancel()
            judged.cancel()
        }
    }

    // MARK: The reader

    private struct Decoded: Sendable {
        /// How many chunks came before it.
        let place: Int
        let chunk: Chunk
        let format: DropFormat
        let leadingBytes: [UInt8]
        let bytesRead: Int64
        let salt: [UInt8]
    }

    fileprivate struct Read: Sendable {
        var identity: DropIdentity
        var format: DropFormat?
        var schema: Schema
        var trailingBytes: [UInt8]
        var declaredRecords: Int?
        var blankRows: Int
    }

    /// Decodes the file. What it throws for a refused drop says what was learnt until then.
    private struct Reader {
        private var drop: DropChunks
        /// The chunks of the last block not handed on yet, the first one last.
        private var left: [Chunk] = []
        private var place = 0

        init(_ terms: Terms) throws {
            do {
                drop = try DropChunks(
                    terms.file, terms.settings, limits: terms.configuration.limits,
                    passingOverRefusals: terms.passesOverRefusal)
            } catch let refused as RefusedDrop {
                throw Refusal(refused: refused, format: nil, schema: Schema())
            }
        }

        init(behind begun: BegunDrop) {
            drop = begun.drop
            left = begun.chunks.reversed()
        }

        /// Nil at the end.
        mutating func next() throws -> Decoded? {
            while true {
                while let chunk = left.popLast() {
                    guard let format = drop.format else { continue }
                    defer { place += 1 }
                    return Decoded(
                        place: place, chunk: chunk, format: format, leadingBytes: drop.decoder.leadingBytes,
                        bytesRead: drop.bytesRead, salt: drop.salt)
                }
                do {
                    guard let chunks = try drop.next() else { return nil }
                    left = chunks.reversed()
                } catch let refused as RefusedDrop {
                    throw refusal(refused)
                }
            }
        }

        /// What is known at the end of the file.
        mutating func finish() throws -> Read {
            do {
                return Read(
                    identity: DropIdentity(sha256: try drop.finish(), content: drop.contentDigest),
                    format: drop.format, schema: drop.decoder.schema,
                    trailingBytes: drop.decoder.trailingBytes, declaredRecords: drop.decoder.declaredCount,
                    blankRows: drop.decoder.blankRows)
            } catch let refused as RefusedDrop {
                throw refusal(refused)
            }
        }

        private func refusal(_ refused: RefusedDrop) -> Refusal {
            Refusal(refused: refused, format: drop.format, schema: drop.decoder.schema)
        }
    }

    // MARK: A judge

    /// Judges chunks by themselves, and does what else can be done with each of them beside the others.
    private struct Judge {
        private var validator: RecordValidator
        /// Nil where nobody is sampled.
        private let sampler: Sampler?
        private let campaign: Campaign

        init(_ terms: Terms, _ first: Decoded) {
            campaign = terms.campaign
            validator = RecordValidator(
                settings: terms.validation(first.format), passingOverTables: terms.passesOverRefusal)
            sampler =
                terms.passesOverRefusal || campaign.sampling.isEmpty
                ? nil : Sampler(rules: campaign.sampling, seed: campaign.seed, drop: first.salt)
        }

        mutating func judge(_ chunk: Chunk) -> JudgedChunk {
            var judged = validator.judge(chunk)
            judged.segment.addChecksum()
            judged.hashes = sampler.flatMap { $0.hashes(of: judged.segment, columns: $0.columns(in: chunk.schema)) }
            guard campaign.errorsForm == .csv else { return judged }
            for place in judged.rejected.indices {
                let found = judged.rejected[place]
                judged.rejected[place].rows = ErrorsFile.rows(
                    record: found.number, line: found.line, byte: found.byte, found.violations)
            }
            return judged
        }
    }

    // MARK: The merger

    fileprivate struct Judgement: Sendable {
        let normalised: Int
        let unknownStates: Int
        let recipients: SortedRecipients
    }

    /// Makes parts of chunks, in file order.
    private struct Merger {
        var validator: DropValidator
        /// Nil where a refusal is passed over.
        var campaigns: RecordCampaigns?
        /// How many columns were looked at; nil where nobody asks. In JSON they become more.
        var columns: Int?
        let campaign: Campaign

        init(_ terms: Terms, _ format: DropFormat, _ recipients: consuming RecipientIndex) throws {
            campaign = terms.campaign
            columns = terms.passesOverRefusal || terms.isTold || format.hasHeader == false ? nil : 0
            campaigns =
                terms.passesOverRefusal ? nil : RecordCampaigns(of: terms.campaign, in: terms.configuration)
            validator = DropValidator(
                settings: terms.validation(format), recipients: recipients,
                passingOverTables: terms.passesOverRefusal)
        }

        /// Judges a chunk on this thread.
        mutating func judge(_ decoded: Decoded) throws -> Part {
            try check(decoded)
            return part(decoded, try validator.validate(decoded.chunk))
        }

        /// Takes over what a judge found in the chunk.
        mutating func merge(_ judged: JudgedChunk, of decoded: Decoded) throws -> Part {
            try check(decoded)
            return part(decoded, try validator.merge(judged, of: decoded.chunk))
        }

        private mutating func check(_ decoded: Decoded) throws {
            do {
                if let known = columns, decoded.chunk.schema.columns.count != known {
                    try RecordCampaigns.checkColumns(decoded.chunk.schema, of: campaign)
                    columns = decoded.chunk.schema.columns.count
                }
                try campaigns?.check(decoded.chunk)
            } catch let refused as RefusedDrop {
                throw Refusal(refused: refused, format: decoded.format, schema: decoded.chunk.schema)
            }
        }

        private func part(_ decoded: Decoded, _ verdicts: ChunkVerdicts) -> Part {
            Part(
                chunk: decoded.chunk, format: decoded.format, verdicts: verdicts,
                leadingBytes: decoded.leadingBytes, bytesRead: decoded.bytesRead, salt: decoded.salt)
        }

        func finish() throws -> Judgement {
            Judgement(
                normalised: validator.normalised, unknownStates: validator.unknownStates,
                recipients: try validator.sortedRecipients())
        }
    }
}

extension DropReading.Findings {
    fileprivate init(_ read: DropReading.Read, _ judgement: DropReading.Judgement?) {
        self.init(
            identity: read.identity, format: read.format, schema: read.schema, trailingBytes: read.trailingBytes,
            declaredRecords: read.declaredRecords, normalised: judgement?.normalised ?? 0, blankRows: read.blankRows,
            unknownStates: judgement?.unknownStates ?? 0, recipients: judgement?.recipients)
    }
}

/// Holds a drop's recipients that do not fit in memory, in an unlinked file in the state folder.
final class RecipientSpillFile: RecipientSpill, @unchecked Sendable {
    // Safe: one thread at a time has it, the merger until it ends, then the caller.
    private let folder: String
    private var file: ScratchFile?
    private var length: Int64 = 0

    init(folder: String) throws {
        self.folder = folder
    }

    func append(_ bytes: [UInt8]) throws -> Int64 {
        let file = try self.file ?? ScratchFile(in: folder)
        self.file = file
        try file.append(bytes)
        defer { length += Int64(bytes.count) }
        return length
    }

    func read(at offset: Int64, count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        _ = try file?.read(at: offset, into: &bytes, count: count)
        return bytes
    }
}
