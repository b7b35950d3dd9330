import FuzzChecks
import Support
import Waybill
import XCTest

final class RecordValidatorTests: XCTestCase {
    func testWhatIsStoredAndCounted() throws {
        let drop = WrittenDrop(
            ["phone1", "name", "country", "phone2", "Note"],
            [
                ["(030) 12345-6", "\u{A0}Ann \u{FEFF}", "de", " +1 415 555 0100", " x\ty "],
                ["+14155550101", "Bob", "", "4155550102", ""],
            ])
        let (verdicts, normalised) = try drop.verdicts()
        XCTAssertEqual(
            drop.values(verdicts, at: 0), ["+4930123456", "Ann", "de", "+14155550100", "x\ty"])
        XCTAssertEqual(drop.values(verdicts, at: 1), ["+14155550101", "Bob", "", "+14155550102", ""])
        XCTAssertEqual(normalised, 4, "two phones, a name and a note; digits without punctuation are not counted")
    }

    func testRejectedRecordsAndDuplicatesAreNotCountedAsNormalised() throws {
        let drop = WrittenDrop(
            ["phone1", "name"], [["+14155550100", "Ann"], ["415 555 0100", " Ann "], ["415", " Bob "]])
        let (verdicts, normalised) = try drop.verdicts()
        XCTAssertEqual(verdicts.duplicates.map(\.number), [2])
        XCTAssertEqual(verdicts.rejected.map(\.number), [3])
        XCTAssertEqual(normalised, 0)
    }

    func testIgnoredColumnsAreStoredEmpty() throws {
        var drop = WrittenDrop(["phone1", "secret", "name"], [["+14155550100", "x", "Ann"]])
        drop.ignored = ["secret"]
        XCTAssertEqual(drop.values(try drop.verdicts().verdicts, at: 0), ["+14155550100", "", "Ann"])
    }

    func testTrimmedAndEmptyValuesKeepTheirPlacesInEveryOrder() throws {
        let forms: [WrittenDrop.Value] = ["", "x", " ", " y "]
        for pick in 0..<256 {
            let row = (0..<4).map { forms[pick >> (2 * $0) & 3] }
            for isUnescaped in [false, true] {
                var row = row
                row[2].isUnescaped = isUnescaped
                let drop = WrittenDrop(["phone1", "a", "b", "c", "d"], [["415-555-0100"] + row])
                XCTAssertEqual(
                    drop.values(try drop.verdicts().verdicts, at: 0),
                    ["+14155550100"]
                        + row.map { $0.bytes.filter { $0 != 0x20 }.isEmpty ? "" : $0.bytes.count == 1 ? "x" : "y" })
            }
        }
    }

    func testEachOfManyColumnsIsJudged() throws {
        for count in [1, 2, 63, 64, 65, 127, 128, 129, 200] {
            let columns = ["phone1"] + (0..<count).map { "a\($0)" }
            for place in 0..<count {
                var row = Array(repeating: WrittenDrop.Value("x"), count: count)
                row[place] = WrittenDrop.Value("\u{A0}Ann \u{FEFF}")
                let drop = WrittenDrop(columns, [["+14155550100"] + row])
                let (verdicts, normalised) = try drop.verdicts()
                var stored = Array(repeating: "x", count: count)
                stored[place] = "Ann"
                XCTAssertEqual(drop.values(verdicts, at: 0), ["+14155550100"] + stored, "\(place) of \(count)")
                XCTAssertEqual(normalised, 1)
                row[place] = WrittenDrop.Value(Array("q\"q".utf8), isUnescaped: true)
                let unescaped = WrittenDrop(columns, [["+14155550100"] + row])
                stored[place] = "q\"q"
                XCTAssertEqual(
                    unescaped.values(try unescaped.verdicts().verdicts, at: 0), ["+14155550100"] + stored,
                    "\(place) of \(count)")
                row[place] = WrittenDrop.Value("{}", kind: .nested)
                var nested = WrittenDrop(columns, [["+14155550100"] + row])
                nested.columns[place + 1] = "param7"
                XCTAssertEqual(try nested.verdicts().verdicts.codeCounts, ["param7.invalid": 1], "\(place) of \(count)")
            }
        }
    }

    func testTheLastColumnMayBeRequiredAndEmpty() throws {
        var campaign = Campaign(name: "c")
        campaign.require = ["last"]
        for count in [1, 63, 64, 65] {
            let columns = ["phone1"] + (1..<count).map { "a\($0)" } + ["last"]
            let drop = WrittenDrop(columns, [["+14155550100"] + Array(repeating: "", count: count)])
            XCTAssertEqual(try drop.verdicts(campaign).verdicts.codeCounts, ["row.missing": 1], "\(count)")
        }
    }

    func testLongAndUnescapedValuesAreStoredWhole() throws {
        let long = String(repeating: "y", count: 300)
        let drop = WrittenDrop(
            ["phone1", "a", "b", "c"],
            [["+14155550100", WrittenDrop.Value(long), WrittenDrop.Value(Array("q\"q".utf8), isUnescaped: true), ""]])
        XCTAssertEqual(drop.values(try drop.verdicts().verdicts, at: 0), ["+14155550100", long, "q\"q", ""])
    }

    func testARecipientIsPhoneElseEmailElseID() throws {
        var campaign = Campaign(name: "c")
        campaign.require = []
        let drop = WrittenDrop(
            ["phone1", "email", "id"],
            [
                ["+14155550100", "a@example.com", "1"],
                ["", "a@example.com", "1"],
                ["", "A@Example.COM", "2"],
                ["", "", "1"],
                ["", "", "1"],
                ["415-555-0100", "b@example.com", "9"],
                ["", "", ""],
                ["", "", ""],
            ])
        let verdicts = try drop.verdicts(campaign).verdicts
        XCTAssertEqual(verdicts.duplicates.map(\.number), [3, 5, 6])
        XCTAssertEqual((0..<verdicts.segment.count).map { verdicts.segment.record(at: $0) }, [1, 2, 4, 7, 8])
        XCTAssertEqual(
            verdicts.duplicates.map { $0.violations[0].message },
            [
                "The same email was accepted in record 2.", "The same id was accepted in record 4.",
                "The same phone1 was accepted in record 1.",
            ])
        XCTAssertEqual(
            verdicts.keys,
            [
                RecipientKey.phone(E164Number(digits: 14_155_550_100)),
                RecipientKey.email(Array("a@example.com".utf8).span),
                RecipientKey.id(Array("1".utf8).span), RecipientKey.none, RecipientKey.none,
            ])
        XCTAssertEqual(
            verdicts.duplicates.flatMap(\.violations).map(\.code), Array(repeating: "row.duplicate", count: 3))
        XCTAssertEqual(verdicts.codeCounts, [:])
    }

    func testOnlyAcceptedRecordsAreEarlierOnes() throws {
        let drop = WrittenDrop(
            ["phone1", "priority"], [["+14155550100", "x"], ["+14155550100", "1"], ["+14155550100", "x"]])
        let verdicts = try drop.verdicts().verdicts
        XCTAssertEqual(verdicts.segment.record(at: 0), 2)
        XCTAssertEqual(verdicts.rejected.map(\.number), [1, 3])
        XCTAssertEqual(verdicts.codeCounts, ["priority.invalid": 2])
    }

    func testDuplicatesMayBeKept() throws {
        var campaign = Campaign(name: "c")
        campaign.duplicates = .keep
        let drop = WrittenDrop(["phone1"], [["+14155550100"], ["+14155550101"], ["+14155550100"]])
        var validator = drop.validator(campaign)
        let verdicts = try validator.validate(drop.chunks()[0])
        XCTAssertEqual(verdicts.segment.count, 3)
        var sorted = try validator.sortedRecipients()
        var records: [UInt32] = []
        while let entry = try sorted.next() { records.append(entry.record) }
        XCTAssertEqual(records.sorted(), [1, 2, 3])
    }

    func testDuplicatesAreFoundAcrossChunks() throws {
        let rows: [[WrittenDrop.Value]] = (0..<40).map { [WrittenDrop.Value("+1415555\(1_000 + $0 % 25)")] }
        let drop = WrittenDrop(["phone1"], rows)
        for size in [1, 7, 65_536] {
            var validator = drop.validator()
            var duplicates: [UInt32] = []
            var accepted = 0
            for chunk in drop.chunks(of: size) {
                let verdicts = try validator.validate(chunk)
                duplicates += verdicts.duplicates.map(\.number)
                accepted += verdicts.segment.count
            }
            XCTAssertEqual(duplicates, Array(26...40), "chunks of \(size)")
            XCTAssertEqual(accepted, 25)
        }
    }

    func testARejectionTellsWhereAndWho() throws {
        let drop = WrittenDrop(
            ["phone1", "email", "id", "priority"],
            [
                ["+14155550100", "", "A1", "1"], ["415 555 0101", "X@Example.com", " A2 ", "x"],
                ["bad", "X@Example.com", "A3", "x"],
            ])
        let verdicts = try drop.verdicts().verdicts
        let second = verdicts.rejected[0]
        XCTAssertEqual(second.index, 1)
        XCTAssertEqual(second.number, 2)
        XCTAssertEqual(second.line, 3)
        XCTAssertEqual(second.byte, 19)
        XCTAssertEqual(String(decoding: second.address, as: UTF8.self), "+14155550101")
        XCTAssertEqual(String(decoding: second.id, as: UTF8.self), "A2")
        XCTAssertEqual(String(decoding: verdicts.rejected[1].address, as: UTF8.self), "x@example.com")
    }

    func testByteOffsetsCountTheDropsOwnEncoding() throws {
        var drop = WrittenDrop(["name", "phone1"], [["Ä😀", "+14155550100"], ["é", "x"], ["é", "y"]])
        // Records of 16 and 3 scalars with their separators, the first with one beyond the basic plane.
        for (encoding, offsets) in [(TextEncoding.utf16LE, [34, 42]), (.latin1, [16, 20]), (.utf8, [20, 25])] {
            drop.encoding = encoding
            XCTAssertEqual(try drop.verdicts().verdicts.rejected.map { Int($0.byte) }, offsets, encoding.rawValue)
        }
    }

    func testJSONRecordsMayLackColumns() throws {
        var drop = WrittenDrop(["phone1", "name"], [["+14155550100"], [WrittenDrop.Value("", kind: .absent), "Ann"]])
        drop.format = DropFormat(kind: .jsonLines)
        let verdicts = try drop.verdicts().verdicts
        XCTAssertEqual(drop.values(verdicts, at: 0), ["+14155550100", ""])
        XCTAssertEqual(verdicts.rejected.flatMap(\.violations).map(\.code), ["phone1.missing"])
    }

    func testTheRegionIsTheRecordsElseTheCampaignsElseTheWorkspaces() throws {
        var campaign = Campaign(name: "c")
        campaign.region = "GB"
        let drop = WrittenDrop(
            ["phone1", "country"], [["020 7946 0958", ""], ["030 123456", "DE"], ["020 7946 0959", "??"]])
        let verdicts = try drop.verdicts(campaign, region: "US").verdicts
        XCTAssertEqual(drop.values(verdicts, at: 0)[0], "+442079460958")
        XCTAssertEqual(drop.values(verdicts, at: 1)[0], "+4930123456")
        XCTAssertEqual(verdicts.rejected[0].violations.map(\.code), ["country.unknown"])
    }

    func testZonesAreAskedForOnce() throws {
        let asked = AskedNames()
        let drop = WrittenDrop(
            ["phone1", "timezone"],
            (0..<50).map { [WrittenDrop.Value("+1415555\(1_000 + $0)"), $0 % 2 == 0 ? "Europe/Berlin" : "Nowhere"] })
        let settings = ValidationSettings(
            campaign: Campaign(name: "c"), region: "US", format: drop.format,
            isKnownZone: { asked.ask($0) == "Europe/Berlin" })
        var validator = DropValidator(
            settings: settings, recipients: RecipientIndex(of: settings.campaign, spill: HeldSpill()))
        let verdicts = try validator.validate(drop.chunks()[0])
        XCTAssertEqual(verdicts.segment.count, 25)
        XCTAssertEqual(verdicts.codeCounts, ["timezone.unknown": 25])
        XCTAssertEqual(asked.names, ["Europe/Berlin", "Nowhere"])
    }

    func testWhateverTheBytesEveryRecordHasOneVerdict() throws {
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        let columns = Field.allCases.map(\.label) + ["other"]
        let seeds: [[UInt8]] = [
            "+14155550100", "00", "+", "(0)", "+49(0)30123", "a@b.c", "2026-11-21T10:00:00Z", "1e9", "'+1", "tel:",
            "\u{A0}",
            "٣", "US", "９",
        ].map { Array($0.utf8) }
        for round in 0..<300 {
            var drop = WrittenDrop(
                Array(columns.shuffled(using: &random).prefix(Int.random(in: 1...12, using: &random))), [])
            drop.format.kind = round % 2 == 0 ? .csv : .jsonLines
            drop.encoding = TextEncoding.allCases[round % TextEncoding.allCases.count]
            for _ in 0..<20 {
                let count = Int.random(in: 0...drop.columns.count + 1, using: &random)
                drop.rows.append(
                    (0..<count).map { _ in
                        var bytes = seeds.randomElement(using: &random) ?? []
                        for _ in 0..<Int.random(in: 0...4, using: &random) {
                            bytes.insert(
                                UInt8.random(in: 0...255, using: &random),
                                at: Int.random(in: 0...bytes.count, using: &random))
                        }
                        if Int.random(in: 0..<10, using: &random) == 0 { bytes += Array(repeating: 0x37, count: 40) }
                        return WrittenDrop.Value(
                            bytes, kind: FieldKind(rawValue: UInt8.random(in: 1...4, using: &random)) ?? .text,
                            isUnescaped: Bool.random(using: &random))
                    })
            }
            var campaign = Campaign(name: "c")
            campaign.require = round % 3 == 0 ? [] : ["phone1"]
            campaign.numbers.check = Campaign.NumberCheck.allCases[round % 3]
            let verdicts = try drop.verdicts(campaign, region: ["US", "DE", "JP", "IT", "??"][round % 5]).verdicts
            var numbers = (0..<verdicts.segment.count).map { verdicts.segment.record(at: $0) }
            numbers += verdicts.rejected.map(\.number) + verdicts.duplicates.map(\.number)
            XCTAssertEqual(numbers.sorted(), Array(1...20), "seed \(seed), round \(round)")
            XCTAssertEqual(verdicts.keys.count, verdicts.segment.count)
            XCTAssertEqual(
                verdicts.codeCounts.values.reduce(0, +), verdicts.rejected.reduce(0) { $0 + $1.violations.count })
            XCTAssertTrue((verdicts.rejected + verdicts.duplicates).allSatisfy { !$0.violations.isEmpty })
            XCTAssertNotNil(ContactSegment(bytes: verdicts.segment.bytes))
        }
    }
}

/// Remembers what it was asked; used from one thread only.
private final class AskedNames: @unchecked Sendable {
    private(set) var names: [String] = []

    func ask(_ name: String) -> String {
        names.append(name)
        return name
    }
}
