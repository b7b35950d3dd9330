import SystemIO

/// Reads one drop, from its bytes to its verdicts: stages 2 and 3 with the threads around them.
///
///     reader (bytes, SHA-256, gzip, records) ──▶ judge (verdicts, duplicates, segments) ──▶ the caller
///
/// The queues between hold a few chunks, so memory is flat whatever the drop's size. A drop of one block is read on the
/// caller's thread: starting two threads would cost more than it saves.
package struct DropReading {
    /// A judged part of the drop, in file order.
    package struct Part: Sendable {
        package let chunk: Chunk
        package let format: DropFormat
        package let verdicts: ChunkVerdicts
        /// What stands before the first record, for the rejects file.
        package let leadingBytes: [UInt8]
        /// Bytes of the file read so far, as it lies on disk.
        package let bytesRead: Int64
        /// SHA-256 of the drop's first block: a salt that the same drop always gives.
        package let salt: [UInt8]
    }

    /// What is known of a drop once all of it was read.
    package struct Findings: Sendable {
        package var sha256: [UInt8]
        package var format: DropFormat?
        package var schema: Schema
        package var trailingBytes: [UInt8]
        package var records: Int
        /// How many records the drop itself says it has (a trailer).
        package var declaredRecords: Int?
        package var normalised: Int
        /// Keys and records of the accepted contacts, in key order.
        package var recipients: SortedRecipients?
    }

    /// A read that was refused half-way: what was learnt until then.
    package struct Refusal: Error {
        package let refused: RefusedDrop
        package let sha256: [UInt8]?
        package let format: DropFormat?
        package let schema: Schema
    }

    private let file: DropFile
    private let settings: DecodeSettings
    private let campaign: Campaign
    private let configuration: Configuration
    private let spillFolder: String
    /// Reads on where a refusal of the header or the trailer leaves records to be read: a refused drop's are all told.
    private let passesOverRefusal: Bool

    /// 256 KiB: large enough that hand-over costs vanish, small enough that a chunk's text and fields stay in the
    /// second-level cache of two cores (measured 128 KiB … 4 MiB).
    package static let blockSize = 256 << 10

    package init(
        _ file: DropFile, campaign: Campaign, configuration: Configuration, spillFolder: String,
        passesOverRefusal: Bool = false
    ) {
        self.passesOverRefusal = passesOverRefusal
        self.file = file
        self.campaign = campaign
        self.configuration = configuration
        self.spillFolder = spillFolder
        settings = DecodeSettings(campaign: campaign, limits: configuration.limits)
    }

    /// Reads the drop and hands its parts to `absorb`, on the calling thread and in file order.
    ///
    /// `idle` is called again and again while a long drop's next part is waited for, as from a share that hangs.
    ///
    /// Throws `Refusal` when the drop is refused whole, and whatever `absorb` and `idle` throw.
    package func run(absorb: (Part) throws -> Void, idle: () throws -> Void = {}) throws -> Findings {
        file.isQuick && file.size <= Self.blockSize ? try runHere(absorb) : try runThreaded(absorb, idle)
    }

    /// Milliseconds for which the next part is waited for before `idle` is called.
    private static let idleAfter: Int64 = 20

    private func runHere(_ absorb: (Part) throws -> Void) throws -> Findings {
        var judge: Judge?
        let read = try read { decoded in
            if judge == nil { judge = try Judge(self, decoded.format) }
            guard let part = try judge?.judge(decoded) else { return true }
            try absorb(part)
            return true
        }
        return try findings(read, judge?.finish())
    }

    private func runThreaded(
        _ absorb: (Part) throws -> Void, _ idle: () throws -> Void
    ) throws -> Findings {
        Memory.keepFreed()
        let decoded = BoundedQueue<Decoded>(capacity: 3)
        let judged = BoundedQueue<Part>(capacity: 3)
        let reader = Worker.start(name: "reader") {
            defer { decoded.close() }
            return try read { decoded.push($0) }
        }
        let worker = Worker.start(name: "judge") { () -> Judgement? in
            defer {
                judged.close()
                decoded.cancel()
            }
            var judge: Judge?
            while let next = decoded.pop() {
                if judge == nil { judge = try Judge(self, next.format) }
                guard let part = try judge?.judge(next), judged.push(part) else { break }
            }
            return try judge?.finish()
        }
        do {
            parts: while true {
                switch judged.pop(waitingAtMost: Self.idleAfter) {
                case .element(let part): try absorb(part)
                case .timedOut: try idle()
                case .ended: break parts
                }
            }
        } catch {
            // The threads end by themselves; a reader that hangs in a share is not waited for.
            decoded.cancel()
            judged.cancel()
            throw error
        }
        let judgement = try worker.join()
        return try findings(try reader.join(), judgement)
    }

    private func findings(_ read: Read, _ judgement: Judgement?) throws -> Findings {
        Findings(
            sha256: read.sha256, format: read.format, schema: read.schema, trailingBytes: read.trailingBytes,
            records: read.records, declaredRecords: read.declaredRecords, normalised: judgement?.normalised ?? 0,
            recipients: judgement?.recipients)
    }

    // MARK: The reader

    private struct Decoded: Sendable {
        let chunk: Chunk
        let format: DropFormat
        let leadingBytes: [UInt8]
        let bytesRead: Int64
        let salt: [UInt8]
    }

    private struct Read: Sendable {
        var sha256: [UInt8]
        var format: DropFormat?
        var schema: Schema
        var trailingBytes: [UInt8]
        var records: Int
        var declaredRecords: Int?
    }

    /// Reads the file to its end; stops early when `emit` answers false.
    private func read(emit: (Decoded) throws -> Bool) throws -> Read {
        var drop: DropChunks?
        do {
            var opened = try DropChunks(
                file, settings, limits: configuration.limits, passingOverRefusals: passesOverRefusal)
            defer { drop = opened }
            return try read(&opened, emit: emit)
        } catch let refused as RefusedDrop {
            throw Refusal(
                refused: refused, sha256: nil, format: drop?.decoder.format, schema: drop?.decoder.schema ?? Schema())
        }
    }

    private func read(_ drop: inout DropChunks, emit: (Decoded) throws -> Bool) throws -> Read {
        var wanted = true
        while wanted, let chunks = try drop.next() {
            for chunk in chunks where wanted {
                guard let format = drop.format else { continue }
                wanted = try emit(
                    Decoded(
                        chunk: chunk, format: format, leadingBytes: drop.decoder.leadingBytes,
                        bytesRead: drop.bytesRead, salt: drop.salt))
            }
        }
        return Read(
            sha256: try drop.finish(), format: drop.format, schema: drop.decoder.schema,
            trailingBytes: drop.decoder.trailingBytes, records: Int(drop.decoder.recordCount),
            declaredRecords: drop.decoder.declaredCount)
    }

    // MARK: The judge

    private struct Judgement: Sendable {
        let normalised: Int
        let recipients: SortedRecipients
    }

    private struct Judge {
        var validator: RecordValidator

        init(_ reading: DropReading, _ format: DropFormat) throws {
            validator = RecordValidator(
                settings: ValidationSettings(
                    campaign: reading.campaign, region: reading.configuration.region, format: format),
                spill: try RecipientSpillFile(folder: reading.spillFolder),
                // Records of 128 bytes: longer ones leave the table half empty, shorter ones let it grow once or twice.
                expected: Int(clamping: reading.file.size / 128))
        }

        mutating func judge(_ decoded: Decoded) throws -> Part {
            Part(
                chunk: decoded.chunk, format: decoded.format, verdicts: try validator.validate(decoded.chunk),
                leadingBytes: decoded.leadingBytes, bytesRead: decoded.bytesRead, salt: decoded.salt)
        }

        func finish() throws -> Judgement {
            Judgement(normalised: validator.normalised, recipients: try validator.sortedRecipients())
        }
    }
}

/// Where the recipients of a drop go when they outgrow memory: an unlinked file in the state folder.
final class RecipientSpillFile: RecipientSpill, @unchecked Sendable {
    // Safe: one thread at a time has it, the judge until it ends, then the caller.
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
