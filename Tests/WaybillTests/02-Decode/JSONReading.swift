@testable import Waybill

/// A JSON drop as the scanner has read it, with everything counted from the beginning of the drop.
struct JSONReading: Equatable {
    /// Whatever it is said to know of them.
    static func == (one: JSONReading, other: JSONReading) -> Bool {
        one.records == other.records && one.columns == other.columns && one.leading == other.leading
            && one.trailing == other.trailing && one.campaign == other.campaign
    }

    struct Record: Equatable {
        var number: UInt32
        var line: UInt64
        var raw: String
        /// Values by column name, written as kind and text (`text:x`); null and missing ones are left out.
        var values: [String: String]
        var problem: Problem?
        /// Where the damage showed, in the drop.
        var position: UInt64?
        var lastLine: UInt64?
    }

    var records: [Record] = []
    /// How many chunks the scanner knows to be text.
    private(set) var knownTexts = 0
    /// How many members its usual form has.
    private(set) var usualMembers = 0
    var columns: [String] = []
    var leading = ""
    var trailing = ""
    var campaign: String?

    var good: [[String: String]] { records.filter { $0.problem == nil }.map(\.values) }
    var problems: [Problem?] { records.map(\.problem) }

    /// Reads `drop` in blocks of `block` bytes, checking on the way what every chunk promises.
    init(
        _ drop: [UInt8], _ kind: DropKind, block: Int = 65_536, recordBytes: Int = 65_536,
        campaign: Campaign = Campaign(name: "test"), usesKernels: Bool = true
    ) throws {
        var limits = Configuration.Limits()
        limits.recordBytes = recordBytes
        limits.columns = 64
        var settings = DecodeSettings(campaign: campaign, limits: limits)
        settings.usesKernels = usesKernels
        var scanner = JSONRecordScanner(kind: kind, settings: settings)
        var carry: [UInt8] = []
        var position = 0
        var consumed = 0
        repeat {
            let next = min(position + block, drop.count)
            let text = carry + drop[position..<next]
            position = next
            let chunk = try scanner.scan(
                text, byteOffset: UInt64(consumed), isLast: position == drop.count, carry: &carry)
            guard Array(chunk.text[..<chunk.rawEnd]) == Array(drop[consumed..<consumed + chunk.rawEnd]),
                carry == Array(drop[consumed + chunk.rawEnd..<position]), carry.count <= 2 * recordBytes + block
            else { throw BrokenPromise() }
            try check(chunk)
            add(chunk)
            consumed += chunk.rawEnd
        } while position < drop.count
        guard consumed == drop.count else { throw BrokenPromise() }
        usualMembers = scanner.usual.count
        columns = scanner.schema.columns.map(\.name)
        leading = String(decoding: scanner.leadingBytes, as: UTF8.self)
        trailing = String(decoding: scanner.trailingBytes, as: UTF8.self)
        self.campaign = scanner.campaign
    }

    init(
        _ drop: String, _ kind: DropKind, block: Int = 65_536, recordBytes: Int = 65_536,
        campaign: Campaign = Campaign(name: "test")
    ) throws {
        try self.init(Array(drop.utf8), kind, block: block, recordBytes: recordBytes, campaign: campaign)
    }

    /// A chunk that does not hold what `RecordScanner.scan` says.
    struct BrokenPromise: Error {}

    /// What is said to need no look needs none.
    private mutating func check(_ chunk: Chunk) throws {
        if chunk.rawIsText == true {
            knownTexts += 1
            for record in chunk.records where record.damage == nil {
                let raw = chunk.text.span.extracting(Int(record.start)..<Int(record.end))
                if !TextForm.isText(raw) { throw BrokenPromise() }
            }
        }
        for field in chunk.fields where field.isTrimmed {
            if TextForm.mayHaveOuterSpace(chunk.text.span, field.offset..<field.end) { throw BrokenPromise() }
        }
    }

    private mutating func add(_ chunk: Chunk) {
        for record in chunk.records {
            precondition(record.start <= record.end && record.end <= chunk.rawEnd)
            precondition(Int(record.number) == records.count + 1)
            var values: [String: String] = [:]
            for column in 0..<Int(record.fieldCount) {
                let span = chunk.fields[Int(record.firstField) + column]
                if span.kind == .absent { continue }
                let value = String(decoding: chunk.value(span), as: UTF8.self)
                values[chunk.schema.columns[column].name] = "\(span.kind):\(value)"
            }
            let raw = chunk.text[Int(record.start)..<Int(record.end)]
            records.append(
                Record(
                    number: record.number, line: record.line, raw: String(decoding: raw, as: UTF8.self), values: values,
                    problem: record.damage?.problem,
                    position: record.damage.map { chunk.byteOffset + UInt64($0.position) },
                    lastLine: record.damage?.lastLine))
        }
    }
}

/// The block sizes that every form is read in: where blocks end must never show.
let blockSizes = [1, 7, 65_536]
