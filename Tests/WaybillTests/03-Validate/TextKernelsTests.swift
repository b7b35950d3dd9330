import Support
import XCTest

@testable import Waybill

/// Vector instructions give the answers that the code without them gives.
final class TextKernelsTests: XCTestCase {
    override func setUpWithError() throws {
        try XCTSkipUnless(TextKernels.canRun, "this processor has no such instructions")
    }

    /// Bytes of which most, but not all, are right beside each other.
    private func text(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
        let pieces: [[UInt8]] = [
            [0x2C], [0x22], [0x0A], [0x0D], [0x09], [0x20], [0x3B], [0x01], [0x1F], [0x7F], [0x21], [0xC3, 0xA9],
            [0xC2, 0xA0], [0xEF, 0xBB, 0xBF], [0xF0, 0x9F, 0x93, 0xA6], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF],
            [0xF4, 0x8F, 0xBF, 0xBF],
            [0x80], [0xC0, 0xAF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF5], [0xF0, 0x9F],
        ]
        // Few texts have a fault, or every long text would have one.
        let most = random.next() % 4 == 0 ? pieces.count : 18
        let plain = 1 + Int(random.next() % 12)
        var bytes: [UInt8] = []
        while bytes.count < count {
            if random.next() % UInt64(plain) == 0 {
                bytes += pieces[Int(random.next() % UInt64(most))]
            } else {
                bytes.append(0x41 + UInt8(random.next() % 26))
            }
        }
        return Array(bytes.prefix(count))
    }

    /// Which bytes are odd and beside a mark, byte by byte.
    private func borders(_ text: [UInt8], delimiter: UInt8, quote: UInt8) -> [Bool] {
        func isMark(_ place: Int) -> Bool {
            guard text.indices.contains(place) else { return true }
            return [delimiter, quote, 0x0A, 0x0D].contains(text[place])
        }
        return text.indices.map { place in
            guard text[place] <= 0x20 || text[place] >= 0x80 else { return false }
            if isMark(place) {
                return [place - 1, place + 1].contains { text.indices.contains($0) && text[$0] == quote }
            }
            return isMark(place - 1) || isMark(place + 1)
        }
    }

    func testOnePassFindsWhatThreeFind() {
        var random = SeededGenerator(seed: TestSeed.next())
        var survey = TextSurvey()
        var good = 0
        for round in 0..<6_000 {
            let text = text(round % 300, &random)
            let delimiter: UInt8 = [0x2C, 0x3B, 0x09, 0x7C][round % 4]
            let quote: UInt8 = round % 3 == 0 ? 0x27 : 0x22
            survey.take(text.span, delimiter: delimiter, quote: quote)
            XCTAssertEqual(survey.isText, TextForm.isText(text.span), "\(text)")
            if survey.isText { good += 1 }
            let found = text.indices.map { survey.borders[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
            XCTAssertEqual(found, borders(text, delimiter: delimiter, quote: quote), "\(text)")
        }
        XCTAssertGreaterThan(good, 500)
        XCTAssertLessThan(good, 5_500)
    }

    func testEveryLeadByteWithEverySecondByteAtEveryPlaceOfABlock() {
        var survey = TextSurvey()
        for first in UInt8.min ... .max {
            for second in UInt8.min ... .max where first >= 0x80 || second >= 0x80 {
                for rest in [[], [0x80], [0x80, 0x80], [0xBF, 0x41]] as [[UInt8]] {
                    let sequence = [first, second] + rest
                    // Across the borders of 32 and 64 bytes, and at the text's end.
                    let before = [0, 28 + Int(second % 4), 60 + Int(first % 4)][Int(first ^ second) % 3]
                    let text = Array(repeating: UInt8(ascii: "a"), count: before) + sequence
                    survey.take(text.span, delimiter: 0x2C, quote: 0x22)
                    XCTAssertEqual(survey.isText, TextForm.isText(text.span), "\(before), \(sequence)")
                }
            }
        }
    }

    /// Fields as a drop has them: cut from its text, some of them unescaped behind it.
    func testAllFieldsAreLookedAtAsOneByOne() throws {
        var random = SeededGenerator(seed: TestSeed.next())
        var campaign = Campaign(name: "c")
        campaign.paramMaxLength = 5
        var known = 0
        for round in 0..<400 {
            let columns = ["phone1", "param1", "note", "email", "param2"] + (0..<(round % 75)).map { "x\($0)" }
            var text = Array((columns.joined(separator: ",") + "\n").utf8)
            for _ in 0..<12 {
                for place in columns.indices {
                    if place > 0 { text.append(0x2C) }
                    var value = self.text(Int(random.next() % (random.next() % 50 == 0 ? 300 : 9)), &random)
                    let isQuoted = random.next() % 4 == 0
                    value.removeAll { [0x22, 0x2C, 0x0A, 0x0D].contains($0) && !isQuoted }
                    text += isQuoted ? [0x22] + value.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22] : value
                }
                text += random.next() % 2 == 0 ? [0x0A] : [0x0D, 0x0A]
            }
            let settings = DecodeSettings(campaign: campaign, limits: Configuration.Limits())
            try forEachRecord(of: text, settings, campaign) { quick, slow, record, chunk, plan in
                guard record.fieldCount > 0, record.damage == nil else { return }
                known += try compare(quick, slow, record, chunk, plan)
            }
        }
        XCTAssertGreaterThan(known, 3_000)
    }

    /// Looks at the records of a drop with the kernels and without.
    private func forEachRecord(
        of text: [UInt8], _ settings: DecodeSettings, _ campaign: Campaign,
        _ body: (FieldLooks, FieldLooks, RecordSpan, Chunk, RecordPlan) throws -> Void
    ) throws {
        var decoder = DropDecoder(settings: settings)
        let chunks = try decoder.push(text, isLast: true)
        let format = try XCTUnwrap(decoder.format)
        var plan = RecordPlan(campaign: campaign)
        for chunk in chunks {
            _ = plan.follow(chunk.schema)
            var quick = FieldLooks(format: format, usesKernels: true)
            var slow = FieldLooks(format: format, usesKernels: false)
            XCTAssertEqual(quick.take(chunk), slow.take(chunk))
            for record in chunk.records { try body(quick, slow, record, chunk, plan) }
        }
    }

    /// A field that the one wants and the other does not must need nothing but the look.
    private func compare(
        _ quick: FieldLooks, _ slow: FieldLooks, _ record: RecordSpan, _ chunk: Chunk, _ plan: RecordPlan
    ) throws -> Int {
        let first = Int(record.firstField)
        let count = min(Int(record.fieldCount), plan.columns.count)
        let (text, fields) = (chunk.text.span, chunk.fields.span)
        var next = (quick: fields[first].offset, slow: fields[first].offset)
        for start in stride(from: 0, to: count, by: 64) {
            let end = min(start + 64, count)
            let some = fields.extracting(first + start..<first + end)
            let rules = plan.columns.span.extracting(start..<end)
            let limits = plan.freeLengths.span.extracting(start..<end)
            let found = quick.look(at: some, rules, limits, of: record, text, &next.quick)
            let known = slow.look(at: some, rules, limits, of: record, text, &next.slow)
            XCTAssertEqual(found.isAdjacent, known.isAdjacent)
            let shown = "\(chunk.text[Int(record.start)..<Int(record.end)])"
            XCTAssertEqual(known.wanted & ~found.wanted, 0, shown)
            for place in start..<end where (found.wanted & ~known.wanted) >> UInt64(place - start) & 1 == 1 {
                let span = fields[first + place]
                XCTAssertFalse(TextForm.mayHaveOuterSpace(text, span.offset..<span.end), shown)
                XCTAssertLessThanOrEqual(span.length, plan.columns[place].freeLength, shown)
            }
        }
        return 1
    }

    /// Of JSON the scanner says what needs no look.
    func testFieldsOfJSONThatNeedMoreThanALookAreFound() throws {
        var random = SeededGenerator(seed: TestSeed.next())
        var campaign = Campaign(name: "c")
        campaign.paramMaxLength = 5
        let names = ["phone1", "param1", "note", "email", "param2"]
        let values = [
            "\"\"", "\"a\"", "\" a\"", "\"a \"", "\"é\"", "\"\u{A0}\"", "\"long enough\"", "null", "17", "1234567",
            "true", "[]", "{\"a\": 1}", "\" \\n\"", "\"\\u0020x\"",
        ]
        var text = ""
        for _ in 0..<400 {
            let members = names.map { "\"\($0)\":" + (values.randomElement(using: &random) ?? "") }
            text += "{" + members.joined(separator: ",") + "}\n"
        }
        for usesKernels in [true, false] {
            var settings = DecodeSettings(campaign: campaign, limits: Configuration.Limits())
            settings.usesKernels = usesKernels
            try forEachRecord(of: Array(text.utf8), settings, campaign) { quick, slow, record, chunk, plan in
                let first = Int(record.firstField)
                let fields = chunk.fields.span.extracting(first..<first + Int(record.fieldCount))
                var next = 0
                let found = quick.look(
                    at: fields, plan.columns.span, plan.freeLengths.span, of: record, chunk.text.span, &next)
                let known = slow.look(
                    at: fields, plan.columns.span, plan.freeLengths.span, of: record, chunk.text.span, &next)
                XCTAssertEqual(known.wanted & ~found.wanted, 0)
                XCTAssertFalse(found.isAdjacent)
            }
        }
    }

    func testTheMarksOf64BytesAreThoseFoundOneByOne() {
        var random = SeededGenerator(seed: TestSeed.next())
        for round in 0..<3_000 {
            let text = text(64 + round % 3, &random)
            let delimiter: UInt8 = [0x2C, 0x3B, 0x09, 0x7C][round % 4]
            let quote: UInt8 = round % 3 == 0 ? 0x27 : 0x22
            let known = text.prefix(64).enumerated().reduce(0 as UInt64) { bits, next in
                [delimiter, quote, 0x0A, 0x0D].contains(next.element) ? bits | 1 << UInt64(next.offset) : bits
            }
            for usesKernels in [true, false] {
                let marks = ByteMarks(delimiter: delimiter, quote: quote, usesKernels: usesKernels)
                // Safe: the text has 64 bytes.
                let found = unsafe text.withUnsafeBufferPointer { unsafe marks.mask($0.baseAddress!) }
                XCTAssertEqual(found, known, "\(text)")
            }
        }
    }

    /// Fields of all lengths, more than there may be columns, quotes in right and wrong places, in blocks of any length.
    func testFieldsAreCutAsWithoutKernels() {
        var random = SeededGenerator(seed: TestSeed.next())
        var (fields, damaged) = (0, 0)
        for round in 0..<1_500 {
            let delimiter: Character = [",", ";", "\t", "|"][round % 4]
            let isDense = round % 5 == 0
            var lines: [UInt8] = []
            for _ in 0..<(1 + random.next() % 6) {
                for byte in text(Int(random.next() % 700), &random) {
                    if isDense, random.next() % 3 == 0 { lines.append(delimiter.asciiValue!) }
                    lines.append(byte)
                }
                lines.append(0x0A)
            }
            let block = 1 + Int(random.next() % UInt64(lines.count + 64))
            var limits = Configuration.Limits()
            limits.columns = 1 + round % 40
            var campaign = Campaign(name: "c")
            campaign.quotes = round % 3 == 0 ? .lenient : .strict
            let readings = [true, false].map { usesKernels -> ReadDrop in
                var settings = DecodeSettings(campaign: campaign, limits: limits)
                settings.usesKernels = usesKernels
                return ReadDrop.cut(lines, block: block, settings: settings, delimiter: delimiter).drop
            }
            XCTAssertEqual(readings[0], readings[1], "\(lines) by \(block)")
            fields += readings[0].values.joined().count
            damaged += readings[0].values.count(where: \.isEmpty)
        }
        XCTAssertGreaterThan(fields, 30_000)
        XCTAssertGreaterThan(damaged, 300)
    }

    func testAnAddressIsPlainOnlyIfItHasNoFault() {
        var random = SeededGenerator(seed: TestSeed.next())
        let pieces = ["a", "B", "9", ".", "-", "@", "example", "com", "_", "+", " ", "\u{E9}", "<", "x.y", "@a.b", "!"]
        var found = 0
        for round in 0..<60_000 {
            var address = ""
            for _ in 0..<(1 + random.next() % 8) { address += pieces[Int(random.next() % UInt64(pieces.count))] }
            if round % 3 == 0 { address += "@mail" + String(repeating: "x", count: round % 60) + ".example" }
            // Whatever stands behind it.
            let bytes = Array((address + [String(), "@b.c", String(repeating: "@", count: 70)][round % 3]).utf8)
            let count = address.utf8.count
            let isGood = EmailAddress.fault(of: bytes.span.extracting(0..<count)) == nil
            let isPlain = TextKernels.isPlainEmail(bytes.span, 0..<count)
            if isPlain { XCTAssertTrue(isGood, address) }
            let isASCII = address.utf8.allSatisfy { $0 < 0x80 }
            if isGood, isASCII, count <= 64 { XCTAssertTrue(isPlain, address) }
            found += isPlain ? 1 : 0
        }
        XCTAssertGreaterThan(found, 2_000)
    }

    func testEveryByteInAnAddressIsJudgedAlike() {
        for byte in UInt8.min..<0x80 {
            for place in [0, 3, 7, 40] {
                var address = Array("abc@example.com".utf8)
                if place == 40 { address = Array(repeating: UInt8(ascii: "l"), count: 40) + address }
                address.insert(byte, at: place)
                XCTAssertEqual(
                    TextKernels.isPlainEmail(address.span, 0..<address.count),
                    EmailAddress.fault(of: address.span) == nil, "\(byte) at \(place)")
            }
        }
    }
}
