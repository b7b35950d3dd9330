import Waybill

/// A drop that was read in blocks of one size and judged, by several judges in turn where it says so, with everything
/// counted from the drop's beginning.
struct JudgedDrop {
    /// What the records are, whatever the blocks were.
    private(set) var records: [JudgedRecord] = []
    private(set) var refusals: [RefusedDrop] = []
    /// Whether the last refusal ended the reading.
    private(set) var hasEnded = false
    /// What ended it when that was one of the records, such as the header of another table.
    private(set) var refusalOfRecord: RefusedDrop?
    private(set) var findings = Findings()

    /// What is known of the drop at its end.
    struct Findings: Equatable {
        var format: DropFormat?
        var columns: [Column] = []
        var leading: [UInt8] = []
        var trailing: [UInt8] = []
        var declared: Int?
        var accepted = 0
        var rejected: [Rejected] = []
        var duplicates: [Rejected] = []
        var codes: [String: Int] = [:]
        var normalised = 0
        /// The recipients' keys in order.
        var keys: [UInt64] = []
    }

    /// A rejection without its place in a chunk.
    struct Rejected: Equatable {
        let number: UInt32
        let line: UInt64
        let byte: UInt64
        let violations: [Violation]

        init(_ rejection: Rejection) {
            number = rejection.number
            line = rejection.line
            byte = rejection.byte
            violations = rejection.violations
        }
    }

    private let drop: [UInt8]
    private let choice: DropReadingChoice
    private var decoder: DropDecoder
    private var validator: DropValidator?
    private let judgeCount: Int
    private var judges: [RecordValidator] = []
    /// Where the last chunk ended, in bytes of the drop.
    private var chunkEnd = 0

    init(_ drop: [UInt8], block: Int, _ choice: DropReadingChoice, judges: Int = 1) throws(BrokenPromise) {
        self.drop = drop
        self.choice = choice
        judgeCount = judges
        var settings = DecodeSettings(campaign: choice.campaign, limits: choice.limits)
        // Where several judge, the objects of JSON are read key by key.
        settings.usesKernels = judges == 1
        decoder = DropDecoder(settings: settings, lookedAt: choice.lookedAt)
        var start = 0
        repeat {
            let end = min(start + block, drop.count)
            try push(Array(drop[start..<end]), isLast: end == drop.count)
            start = end
        } while start < drop.count && !hasEnded
        try finish()
    }

    /// Hands a block over, and goes on behind refusals that allow it.
    private mutating func push(_ bytes: [UInt8], isLast: Bool) throws(BrokenPromise) {
        let chunks: [Chunk]
        do throws(RefusedDrop) {
            chunks = try decoder.push(bytes, isLast: isLast)
        } catch {
            hasEnded = refusals.last == error
            guard !hasEnded else { return }
            refusals.append(error)
            try BrokenPromise.unless(refusals.count < 8, "the reading never ends: \(refusals)")
            return try push([], isLast: isLast)
        }
        for chunk in chunks where !hasEnded {
            try add(chunk)
            try judge(chunk)
        }
    }

    private mutating func finish() throws(BrokenPromise) {
        findings.format = decoder.format
        findings.columns = decoder.schema.columns
        findings.leading = decoder.leadingBytes
        findings.trailing = decoder.trailingBytes
        findings.declared = decoder.declaredCount
        guard !hasEnded else { return }
        try BrokenPromise.unless(
            Int(decoder.recordCount) == records.count, "\(decoder.recordCount) records are counted")
        try BrokenPromise.unless(
            drop.starts(with: findings.leading), "what stands before the records is not the drop's")
        // Brackets that a damaged drop lacks are made up, so that its rejects can be read.
        try BrokenPromise.unless(
            records.last?.damage != nil || drop.reversed().starts(with: findings.trailing.reversed()),
            "what stands behind is not the drop's")
        guard let validator else { return }
        findings.normalised = validator.normalised
        try BrokenPromise.unless(
            try recipients(validator) == findings.keys.filter { $0 != RecipientKey.none }.sorted(),
            "the recipients are not those of the accepted contacts")
    }

    private func recipients(_ validator: DropValidator) throws(BrokenPromise) -> [UInt64] {
        var keys: [UInt64] = []
        do {
            var sorted = try validator.sortedRecipients()
            while let entry = try sorted.next() { keys.append(entry.key) }
        } catch {
            throw BrokenPromise("the recipients cannot be sorted: \(error)")
        }
        return keys
    }

    // MARK: - Records

    private mutating func add(_ chunk: Chunk) throws(BrokenPromise) {
        let start = Int(chunk.byteOffset)
        try BrokenPromise.unless(start >= chunkEnd, "a chunk at \(start) begins before \(chunkEnd)")
        try BrokenPromise.unless(chunk.rawEnd <= chunk.text.count, "the raw text ends behind the text")
        let original = EncodedText.original(of: chunk.text[..<chunk.rawEnd], encoding: chunk.encoding)
        chunkEnd = start + original.count
        try BrokenPromise.unless(
            chunkEnd <= drop.count && drop[start..<chunkEnd] == original[...], "the chunk at \(start) is not the drop's"
        )
        var position = 0
        var byte = chunk.byteOffset
        var field = 0
        for record in chunk.records {
            let range = Int(record.start)..<Int(record.end)
            try BrokenPromise.unless(
                range.lowerBound >= position && range.upperBound <= chunk.rawEnd, "record \(record) is out of order")
            try BrokenPromise.unless(
                Int(record.number) == records.count + 1 && record.line >= records.last?.line ?? 1,
                "record \(record) is not the next one")
            byte += UInt64(
                EncodedText.originalLength(of: chunk.text[position..<range.lowerBound], encoding: chunk.encoding))
            position = range.lowerBound
            let first = Int(record.firstField)
            try BrokenPromise.unless(
                first == field || record.fieldCount == 0, "the fields of \(record) are not the next")
            field = record.fieldCount == 0 ? field : first + Int(record.fieldCount)
            try BrokenPromise.unless(field <= chunk.fields.count, "the fields of \(record) are not there")
            records.append(try JudgedRecord(record, in: chunk, byte: byte))
            position = range.upperBound
            byte += UInt64(EncodedText.originalLength(of: chunk.text[range], encoding: chunk.encoding))
        }
    }

    // MARK: - Verdicts

    private mutating func judge(_ chunk: Chunk) throws(BrokenPromise) {
        guard let format = decoder.format else { throw BrokenPromise("there are records of an unknown form") }
        let settings = ValidationSettings(campaign: choice.campaign, region: "US", format: format)
        var whole =
            validator
            ?? DropValidator(
                settings: settings, recipients: RecipientIndex(of: choice.campaign, spill: HeldSpill()))
        let verdicts: ChunkVerdicts
        do {
            if judgeCount == 1 {
                verdicts = try whole.validate(chunk)
            } else {
                // The first of them lacks the processor's vector instructions.
                var judge =
                    judges.count < judgeCount
                    ? RecordValidator(settings: settings, usesKernels: !judges.isEmpty) : judges.removeFirst()
                verdicts = try whole.merge(judge.judge(chunk), of: chunk)
                judges.append(judge)
            }
        } catch let refusal as RefusedDrop {
            (refusalOfRecord, hasEnded) = (refusal, true)
            return
        } catch {
            throw BrokenPromise("the validator fails: \(error)")
        }
        validator = whole
        let segment = verdicts.segment
        try BrokenPromise.unless(
            segment.count + verdicts.rejected.count + verdicts.duplicates.count == chunk.records.count
                && verdicts.keys.count == segment.count, "not every record of the chunk has one verdict")
        for rejection in verdicts.rejected + verdicts.duplicates {
            let record = records[Int(rejection.number) - 1]
            try BrokenPromise.unless(
                !rejection.violations.isEmpty && rejection.byte == record.byte && rejection.line == record.line,
                "\(rejection) is not told of \(record)")
        }
        try check(segment, columns: chunk.schema.columns.count)
        findings.accepted += segment.count
        findings.rejected += verdicts.rejected.map(Rejected.init)
        findings.duplicates += verdicts.duplicates.map(Rejected.init)
        for code in verdicts.codeCounts.keys {
            try BrokenPromise.unless(Code.isListed(code), "the list of codes lacks \(code)")
        }
        findings.codes.merge(verdicts.codeCounts, uniquingKeysWith: +)
        findings.keys += verdicts.keys
    }

    private func check(_ segment: ContactSegment, columns: Int) throws(BrokenPromise) {
        guard let stored = ContactSegment(bytes: segment.bytes), stored.count == segment.count else {
            throw BrokenPromise("the accepted contacts are not of their own layout")
        }
        for index in 0..<stored.count {
            for value in stored.values(at: index, columns: columns)
            where String(validating: value, as: UTF8.self) == nil {
                throw BrokenPromise("a value of record \(stored.record(at: index)) is stored that is no text")
            }
        }
    }
}
