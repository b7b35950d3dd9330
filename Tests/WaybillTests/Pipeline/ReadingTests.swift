import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What a file is, and how its rows are cut: told by what comes of it in the pipeline.
final class ReadingTests: XCTestCase {
    /// Drops a file and gives its acknowledgement.
    private func dropped(
        _ text: String, as name: String = "list.csv", configuration: String = "{}"
    ) throws -> (ack: [String: Any], bench: PipelineBench) {
        let bench = try PipelineBench(configuration)
        try bench.drop(text, as: name)
        return (try bench.acknowledgement(1), bench)
    }

    /// Received, accepted, rejected.
    private func counts(_ ack: [String: Any]) -> [Int?] {
        ["received", "accepted", "rejected"].map { ack[$0] as? Int }
    }

    private func reason(_ ack: [String: Any]) -> String { ack["reason"] as? String ?? "" }

    // MARK: - A second table

    func testABadRowOfWordsThatAreNamesOfOursIsOneBadRow() throws {
        for row in ["withheld,Cy,Text,Mail", "unknown,Mobile,Email,Phone", "Mobile,Cy,Text,Mail"] {
            let (ack, _) = try dropped(
                "phone,firstname,preferred,fallback\n+14155550142,Ann,Text,Email\n\(row)\n+14155550144,Di,Email,Text\n")
            XCTAssertEqual(counts(ack), [3, 2, 1], row)
        }
        let (ack, _) = try dropped("phone,firstname\n+14155550142,Ann\nMobile,Mail\n")
        XCTAssertEqual(counts(ack), [2, 1, 1], "nothing follows that could be read wrongly")
    }

    func testTheRecordsOfADropWithASecondTableAreCounted() throws {
        for second in ["email,phone\na@example.com,+14155550144\n", "phone,message,firstname\n+14155550144,Hi,Di\n"] {
            let (ack, bench) = try dropped("phone,firstname,message\n+14155550142,Ann,Hello\n" + second)
            XCTAssertTrue(
                reason(ack).hasPrefix("drop.unknown-format: a second table with other columns begins on line 3;"),
                second)
            XCTAssertEqual(counts(ack), [3, 0, 3], second)
            XCTAssertEqual(try bench.dispatched(), [])
        }
    }

    func testASecondTableIsFoundAcrossBlocks() throws {
        var text = "phone,name\n"
        for number in 0..<20_000 { text += "+1415555\(String(format: "%04d", number % 10_000)),Someone\(number)\n" }
        text += "name,phone\nDi,+14155550144\n"
        let (ack, _) = try dropped(text)
        XCTAssertTrue(reason(ack).contains("begins on line 20002;"), reason(ack))
        XCTAssertEqual(ack["received"] as? Int, 20_002)
    }

    // MARK: - Blank rows

    func testRowsWithNothingInThemAreNoRecords() throws {
        let (ack, _) = try dropped(
            "phone,name,email\n+14155550142,Ann,a@example.com\n,,\n\"\", ,\t\n+14155550143,Bob,b@example.com\n"
                + ",,\n \u{A0} \n\"\",\"\",\" \"\n,,")
        XCTAssertEqual(counts(ack), [2, 2, 0])
        XCTAssertEqual(ack["blank"] as? Int, 6)
        XCTAssertEqual(ack["status"] as? String, "accepted")
    }

    func testBlankRowsHaveNoNumberAndKeepTheLines() throws {
        let (ack, bench) = try dropped("phone,name\n,\n+14155550142,Ann\n,\n12,Bob\n")
        XCTAssertEqual(counts(ack), [2, 1, 1])
        XCTAssertEqual(ack["blank"] as? Int, 2)
        let row = try bench.notice(1, "errors.csv").split(separator: "\n")[1].split(separator: ",")
        XCTAssertEqual(row[0...2].joined(separator: ","), "2,5,32")
    }

    func testBlankRowsOfADropRefusedWholeAreCounted() throws {
        let (ack, _) = try dropped("phone,name\n12,Ann\n,\n")
        XCTAssertEqual(counts(ack), [1, 0, 1])
        XCTAssertEqual(ack["blank"] as? Int, 1)
    }

    func testBlankRowsBehindATrailerAreCountedOnce() throws {
        let (ack, _) = try dropped(
            "phone,name\n+14155550142,Ann\n,\nEND,1\n,\n,\n",
            configuration: "{campaigns: {default: {trailer: {starts: 'END', count: 2}}}}")
        XCTAssertEqual(counts(ack), [1, 1, 0])
        XCTAssertEqual(ack["blank"] as? Int, 3)
    }

    func testBlankRowsOfListsReceiptsAndRepliesAreCounted() throws {
        for (folder, text) in [
            ("_suppress", "value,reason\n,\n+14155550142,asked\n,\n"),
            ("_replies", "from,text\n,\n+14155550142,STOP\n,\n"),
            ("_receipts", "address,event\n,\n+14155550142,unsubscribed\n,\n"),
        ] {
            let (ack, _) = try dropped(text, as: folder + "/list.csv")
            XCTAssertEqual(counts(ack), [1, 1, 0], folder)
            XCTAssertEqual(ack["blank"] as? Int, 2, folder)
        }
    }

    // MARK: - Records that end early

    private static let outlook = """
        "First","Mobile","Mail","Privacy","Server","Page","Other"
        "Ann","+14155550142","ann@example.com","Normal"
        "Bob","+14155550143","bob@example.com","Normal"

        """

    func testRecordsThatAllEndEarlyAreWhole() throws {
        let (ack, _) = try dropped(Self.outlook)
        XCTAssertEqual(counts(ack), [2, 2, 0])
        XCTAssertEqual((ack["format"] as? [String: Any])?["shortRecords"] as? Int, 4)
    }

    func testARecordOfAnotherLengthAmongShortOnesIsRejected() throws {
        var text = Self.outlook
        while text.utf8.count < 70_000 { text += "\"Ann\",\"+14155550142\",\"ann@example.com\",\"Normal\"\n" }
        text += "Cid,+14155550144,cid@example.com\nDi,+14155550145,di@example.com,Normal,,,\n"
        let (ack, _) = try dropped(text, configuration: "{campaigns: {default: {duplicates: 'keep'}}}")
        XCTAssertEqual(ack["rejected"] as? Int, 1)
        XCTAssertEqual(ack["rejectsByCode"] as? [String: Int], ["row.too-few-fields": 1])
    }

    func testRecordsThatEndInDifferentPlacesAreRejectedAndTheReasonSaysHow() throws {
        let (ack, _) = try dropped("phone,name,note\n+14155550142,Ann\n+14155550143\n")
        XCTAssertEqual(
            reason(ack),
            "drop.no-valid-records: none of its 2 records is valid; 2 records have 1 to 2 of 3 fields; see errors.csv for "
                + "the reasons")
        let (one, _) = try dropped("phone,name,note\n+14155550142,Ann\n")
        XCTAssertTrue(reason(one).contains("1 record has 2 of 3 fields"), reason(one))
    }

    func testARequiredColumnBehindTheEndOfShortRecordsIsMissing() throws {
        let (ack, _) = try dropped(
            "phone,name,email\n+14155550142,Ann\n+14155550143,Bob\n",
            configuration: "{campaigns: {default: {require: ['phone1', 'email']}}}")
        XCTAssertEqual(ack["rejectsByCode"] as? [String: Int], ["email.missing": 2])
    }

    // MARK: - JSON

    func testAnArrayOfObjectsInAnObjectIsTheList() throws {
        for text in [
            #"{"totalSize":2,"records":[{"Phone":"+14155550142"},{"Phone":"+14155550143"}]}"#,
            "{\n \"done\": true,\n \"records\": [\n  { \"Phone\": \"+14155550142\" },\n  { \"Phone\": \"+14155550143\" }\n ],\n"
                + " \"none\": []\n}\n",
        ] {
            let (ack, _) = try dropped(text)
            XCTAssertEqual(counts(ack), [2, 2, 0], text)
        }
        let (ack, _) = try dropped(
            #"{"campaign":"clinic","data":[{"phone":"+14155550142"}]}"#, configuration: "{campaigns: {clinic: {}}}")
        XCTAssertEqual(ack["campaign"] as? String, "clinic")
    }

    func testOfTwoArraysOfObjectsBothAreNamed() throws {
        let first = #""users":[{"phone":"+14155550142"},{"phone":"+14155550143"}]"#
        let (ack, bench) = try dropped("{" + first + #","errors":[{"phone":"+14155550144"}]}"#)
        XCTAssertTrue(reason(ack).contains(#"two arrays of objects, "users" and "errors""#), reason(ack))
        XCTAssertEqual(counts(ack), [2, 0, 2])
        try bench.send()
        XCTAssertEqual(try bench.dispatched(), [])
    }

    func testARecordWithAnArrayOfObjectsIsARecord() throws {
        let (ack, _) = try dropped(#"{"phone":"+14155550142","orders":[{"phone":"+14155550143"}]}"#)
        XCTAssertEqual(counts(ack), [1, 1, 0])
        XCTAssertEqual((ack["format"] as? [String: Any])?["kind"] as? String, "json-lines")
    }

    func testALongListInAnObjectIsReadBlockByBlock() throws {
        var text = "{\"page\":1,\n\"items\":["
        for number in 0..<20_000 {
            text += (number == 0 ? "" : ",\n") + "{\"mobile\":\"+1415\(5_550_000 + number)\",\"n\":\(number)}"
        }
        let (ack, _) = try dropped(
            text + "]}", configuration: "{campaigns: {default: {numbers: {check: 'syntax'}}}}")
        XCTAssertEqual(counts(ack), [20_000, 20_000, 0])
    }

    func testObjectsOneBehindTheOtherAreRecords() throws {
        for text in [
            #"{"phone":"+14155550142"}{"phone":"+14155550143"}{"phone":"+14155550144"}"#,
            "{\n  \"phone\": \"+14155550142\"\n}\n{\n  \"phone\": \"+14155550143\"\n} {\"phone\":\"+14155550144\"}",
        ] {
            let (ack, _) = try dropped(text)
            XCTAssertEqual(counts(ack), [3, 3, 0], text)
        }
    }

    func testInvalidJSONNamesLineAndByteOfTheFault() throws {
        let (ack, bench) = try dropped(
            "{\n  \"phone\": \"+14155550142\"\n}\n{\n  \"phone\": +1\n}\n{\"phone\":\"+14155550143\"},\n")
        XCTAssertEqual(counts(ack), [3, 1, 2])
        let errors = try bench.notice(1, "errors.csv")
        XCTAssertTrue(errors.contains("The record is not valid JSON from line 5, byte 43 on."), errors)
        XCTAssertTrue(errors.contains("from line 7, byte 72, `,`, on."), errors)
    }

    // MARK: - Formulas

    func testAFormulaOfATextIsThatText() throws {
        for quotes in ["strict", "lenient"] {
            let (ack, bench) = try dropped(
                "phone,name,note\n=\"4155550142\",Ann,x\n\"=\"\"4155550143\"\"\",Bob,\n+14155550144,=\"Cy\",=\"007\"",
                configuration: "{campaigns: {default: {quotes: '\(quotes)'}}}")
            XCTAssertEqual(counts(ack), [3, 3, 0])
            try bench.send()
            let rows = try bench.dispatched().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            XCTAssertEqual(rows.map { $0[2] }, ["+14155550142", "+14155550143", "+14155550144"])
            XCTAssertTrue(try bench.dispatched()[2].hasSuffix("+14155550144,Cy,007"))
        }
    }

    func testOtherFormulasAreLeftAsTheyAreAndNamed() throws {
        for cell in ["=\"a\"&\"b\"", "=\"a\"\"b\"", "=HYPERLINK(\"x\")"] {
            let (ack, bench) = try dropped("phone,name\n+14155550142,\(cell)\n+14155550143,Bob\n")
            XCTAssertEqual(counts(ack), [2, 1, 1], cell)
            XCTAssertTrue(try bench.notice(1, "errors.csv").contains("formula"), cell)
        }
    }
}
