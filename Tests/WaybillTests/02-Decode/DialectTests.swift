import Support
import XCTest

@testable import Waybill

/// How a CSV file is written: what is found out, and what is refused because nobody could know.
final class DialectTests: XCTestCase {
    private func read(
        _ text: String, _ change: (inout Campaign) -> Void = { _ in }
    ) -> (drop: ReadDrop, decoder: DropDecoder) {
        ReadDrop.read(Array(text.utf8), settings: ReadDrop.settings(change))
    }

    func testTheAcknowledgementCanSayWhatWasFound() {
        for (text, quote, lineEnd) in [
            ("phone1;name\r\n+14155550101;Ann\r\n", 0x22, [0x0D, 0x0A]),
            ("phone1,name\n+14155550101,Ann\n", 0x22, [0x0A]),
            ("'phone1','name'\r'+14155550101','Ann'\r", 0x27, [0x0D]),
        ] as [(String, UInt8, [UInt8])] {
            let format = read(text).decoder.format
            XCTAssertEqual(format?.quote, quote, text)
            XCTAssertEqual(format?.lineEnd, lineEnd, text)
        }
    }

    // MARK: The delimiter

    func testADelimiterThatNobodyCanKnowIsRefused() {
        for text in ["phone1;a,name\n+14155550101;b,Ann\n"] {
            let refusal = read(text).drop.refusals.first
            XCTAssertEqual(refusal?.code, .unknownFormat, text)
            XCTAssertEqual(
                refusal?.detail,
                "the delimiter can be a comma or a semicolon, and each gives other columns; set the campaign's delimiter"
            )
            XCTAssertEqual(read(text) { $0.delimiter = .set(0x3B) }.drop.refusals, [], text)
        }
    }

    func testWhatOneDelimiterExplainsBetterIsNotRefused() {
        XCTAssertEqual(
            read("phone1;name;note\n+14155550101;Ann;a, b\n+14155550102;Bob;c\n").decoder.format?.delimiter, 0x3B)
        XCTAssertEqual(read("phone1\n+14155550101\n").drop.values, [["+14155550101"]])
    }

    // MARK: Quotes

    func testSingleQuotesEncloseValuesWhereTheyPlainlyDo() {
        XCTAssertEqual(
            read("'phone1','name'\n'+14155550101','O''Brien, Pat'\n'+14155550102','Ann'\n").drop.values,
            [["+14155550101", "O'Brien, Pat"], ["+14155550102", "Ann"]])
    }

    func testApostrophesAreNoQuotes() {
        XCTAssertEqual(
            read("phone1,name\n'+14155550101,O'Brien\n").drop.values, [["'+14155550101", "O'Brien"]])
        XCTAssertEqual(
            read("'+14155550101,Ann\n'+14155550102,Bob\n").drop.values,
            [["'+14155550101", "Ann"], ["'+14155550102", "Bob"]])
    }

    // MARK: Delimiters at the end of lines

    func testADelimiterAtTheEndOfEachLineMakesNoColumn() throws {
        for text in [
            "phone1,name,\n+14155550101,Ann,\n+14155550102,Bob,\n",
            "phone1,name\n+14155550101,Ann,\n+14155550102,Bob,\n",
            "phone1,name,\n+14155550101,Ann\n+14155550102,Bob\n",
        ] {
            let verdicts = try judged(text)
            XCTAssertEqual(verdicts.rejected.map { $0.violations.map(\.code) }, [], text)
            XCTAssertEqual(verdicts.segment.count, 2, text)
        }
    }

    func testAValueWithoutAColumnIsTooManyFields() throws {
        let verdicts = try judged("phone1,name,\n+14155550101,Ann,\n+14155550102,Bob,extra\n")
        XCTAssertEqual(verdicts.rejected.map { $0.violations.map(\.code) }, [["row.too-many-fields"]])
        XCTAssertEqual(
            verdicts.rejected.first?.violations.first?.message,
            "Field 3 has a value, and the header names no column for it.")
    }

    func testOneRecordWithADelimiterTooManyIsStillThatRecordsFault() throws {
        let verdicts = try judged("phone1,name\n+14155550101,Ann,\n+14155550102,Bob\n")
        XCTAssertEqual(verdicts.rejected.map(\.number), [1])
    }

    // MARK: Headers among records

    func testAHeaderThatStandsThereAgainIsRejectedAndNothingElse() throws {
        for require in [["phone1"], []] {
            let verdicts = try judged(
                "phone1,name\n+14155550101,Ann\nphone1,name\n+14155550102,Bob\n",
                { $0.require = require.map { Campaign.Requirement([$0]) } })
            XCTAssertEqual(verdicts.rejected.map(\.number), [2])
            XCTAssertEqual(verdicts.rejected.first?.violations.map(\.code), ["phone1.invalid"])
            XCTAssertEqual(verdicts.segment.count, 2)
        }
    }

    func testASecondTableRefusesTheDrop() throws {
        for text in [
            "phone1,name\n+14155550101,Ann\n\nid,email,language\n7,a@example.com,en\n",
            "phone1,name\n+14155550101,Ann\nTotals\nname,phone1\nAnn,+14155550101\n",
        ] {
            XCTAssertThrowsError(try judged(text), text) { error in
                let refused = error as? RefusedDrop
                XCTAssertEqual(refused?.code, .unknownFormat)
                XCTAssertEqual(
                    refused?.detail,
                    "a second table with other columns begins on line 4; send each table in a file of its own")
            }
        }
    }

    func testARecordWithNamesOfColumnsAmongItsValuesIsNoHeader() throws {
        let verdicts = try judged("phone1,name,param1,param2\n12,Text,call,44 Main Street\n")
        XCTAssertEqual(verdicts.rejected.count, 1)
    }

    /// Judges a drop through the front door.
    private func judged(_ text: String, _ change: (inout Campaign) -> Void = { _ in }) throws -> ChunkVerdicts {
        var campaign = Campaign(name: "test")
        change(&campaign)
        var decoder = DropDecoder(settings: DecodeSettings(campaign: campaign, limits: Configuration.Limits()))
        let chunk = try XCTUnwrap(try decoder.push(Array(text.utf8), isLast: true).first)
        var validator = DropValidator(
            settings: ValidationSettings(campaign: campaign, region: "US", format: try XCTUnwrap(decoder.format)),
            recipients: RecipientIndex(of: campaign, spill: try RecipientSpillFile(folder: "/nowhere")))
        return try validator.validate(chunk)
    }

    // MARK: Lines

    func testAMillionEmptyLinesCostLittleAndAreCounted() {
        let text = "phone1,name\n" + String(repeating: "\n", count: 1_000_000) + "+14155550101,Ann\n"
        let (drop, _) = read(text)
        XCTAssertEqual(drop.records, ["#1 L1000002 B1000012 <+14155550101,Ann> [+14155550101|Ann]"])
    }

    func testLineEndsOfAllKindsInOneFileKeepLineNumbers() {
        let (drop, _) = read(
            "phone1,name\r\n+14155550101,a\n+14155550102,b\r\n+14155550103,\"c\r\nd\"\n+14155550104,e\n")
        XCTAssertEqual(drop.values.map { $0[1] }, ["a", "b", "c\r\nd", "e"])
        XCTAssertEqual(
            drop.records.map { $0.split(separator: " ")[1] }, ["L2", "L3", "L4", "L6"])
    }
}
