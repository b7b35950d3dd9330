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

    private func reason(_ ack: [String: Any]) -> String {
        ["reason", "detail"].compactMap { ack[$0] as? String }.joined(separator: ": ")
    }

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
        for number in 0..<3_000 { text += "+1415555\(1_000 + number),\(String(repeating: "x", count: 90))\n" }
        text += "name,phone\nDi,+14155550144\n"
        let (ack, _) = try dropped(text)
        XCTAssertTrue(reason(ack).contains("begins on line 3002;"), reason(ack))
        XCTAssertEqual(ack["received"] as? Int, 3_002)
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

    func testAShortRecordComesBackCorrectedAsItWasSent() throws {
        let (ack, bench) = try dropped(Self.outlook + "\"Cid\",\"12\",\"cid@example.com\",\"Normal\"\n")
        XCTAssertEqual(counts(ack), [3, 2, 1])
        let rejects = try bench.notice(1, "rejects.csv")
        try bench.drop(
            rejects.replacingOccurrences(of: "\"12\"", with: "\"+14155550144\""), as: "20261120-000001.csv")
        XCTAssertEqual(counts(try bench.acknowledgement(2)), [1, 1, 0])
    }

    func testARequiredColumnBehindTheEndOfShortRecordsIsMissing() throws {
        let (ack, _) = try dropped(
            "phone,name,email\n+14155550142,Ann\n+14155550143,Bob\n",
            configuration: "{campaigns: {default: {require: ['phone1', 'email']}}}")
        XCTAssertEqual(ack["rejectsByCode"] as? [String: Int], ["email.missing": 2])
    }

    // MARK: - The end of the file

    private static let two = "phone,name\n+14155550142,Ann\n+14155550143,Bob\n"

    func testATailOfNULsIsACopyUnderWay() throws {
        for tail in [1, 3, 100, 600_000] {
            let (ack, bench) = try dropped(Self.two + String(repeating: "\0", count: tail))
            XCTAssertEqual(
                reason(ack),
                "drop.truncated: the file ends in \(tail) NUL bytes (from byte 45 on), so it was not written to its end; "
                    + "copy the whole file again")
            XCTAssertEqual(counts(ack), [2, 0, 2])
            XCTAssertEqual(try bench.dispatched(), [])
        }
        let (all, _) = try dropped(String(repeating: "\0", count: 300))
        XCTAssertTrue(reason(all).hasPrefix("drop.truncated: the file ends in 300 NUL bytes"), reason(all))
        let (json, _) = try dropped(#"[{"phone":"+14155550142"}]"# + "\n\0\0\0\0")
        XCTAssertTrue(reason(json).hasPrefix("drop.truncated: "), reason(json))
    }

    func testAHoleOfNULsRefusesTheDropAndAFewAreDamage() throws {
        let hole = String(repeating: "\0", count: 3 << 20)
        let (ack, _) = try dropped(Self.two + hole + Self.two)
        XCTAssertTrue(
            reason(ack).hasPrefix(
                "drop.truncated: there is a hole of more than 1 MiB of NUL bytes in it (from byte 45 on)"), reason(ack))
        let (few, _) = try dropped(Self.two + "+14155550144,C\0id\n+14155550145,\0\0\0\0\0\n+14155550146,Ed\n")
        XCTAssertEqual(counts(few), [5, 3, 2])
    }

    func testUTF16EndsInOneNULAndInNoMore() throws {
        for isMarked in [true, false] {
            let text = Self.two.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            let mark: [UInt8] = isMarked ? [0xFF, 0xFE] : []
            let configuration = isMarked ? "{}" : "{campaigns: {default: {encoding: 'utf-16le'}}}"
            for tail in [0, 6] {
                let bench = try PipelineBench(configuration)
                try bench.drop(mark + text + Array(repeating: 0, count: tail), as: "list.csv")
                let ack = try bench.acknowledgement(1)
                XCTAssertEqual(counts(ack), tail == 0 ? [2, 2, 0] : [2, 0, 2])
                XCTAssertEqual(reason(ack).hasPrefix("drop.truncated"), tail > 0, reason(ack))
            }
        }
    }

    func testAnEndSignEndsTheFile() throws {
        for sign in ["\u{1A}", "\u{1A}\u{1A}\u{1A}", "\u{1A}\0\0\0\0\0"] {
            let (ack, _) = try dropped(Self.two + sign)
            XCTAssertEqual(counts(ack), [2, 2, 0])
        }
    }

    func testWhatRepliesSayBeforeTheirEndIsMissingCounts() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("from,text\n+14155550142,STOP\n\0\0\0\0\0", as: "_replies/replies.csv")
        XCTAssertTrue(reason(try bench.acknowledgement(1)).hasPrefix("drop.truncated: "))
        try bench.drop(Self.two, as: "list.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched(), [], "others may have said stop behind it")
        let id = try XCTUnwrap(bench.acknowledgement(1)["batch"] as? String)
        try bench.drop("{\"command\": \"accept\", \"batch\": \"\(id)\"}", as: "_control/accept.json")
        try bench.advance(seconds: 61)
        try bench.send()
        XCTAssertEqual(try bench.dispatched().filter { $0.contains("+14155550142") }, [])
        XCTAssertEqual(try bench.dispatched().count, 1)
    }

    func testAFileThatEndsInNULsIsNotReadyForAMinute() throws {
        let text = Array(Self.two.utf8)
        let tails: [(head: [UInt8], tail: [UInt8], ending: SettlingFile.Ending)] = [
            (text, text + [0], .notWritten), (text, text + Array(repeating: 0, count: 64), .notWritten),
            ([0xFF, 0xFE, 0x61, 0], [0x0A, 0], .whole), ([0x61, 0], [0x0A, 0], .whole),
            ([0x61, 0], [0x0A, 0, 0, 0, 0, 0], .notWritten),
            ([0x1F, 0x8B, 8, 0], [3, 0, 0, 0, 0, 0, 0, 0, 0, 0], .openLine),
        ]
        for (head, tail, ending) in tails {
            XCTAssertEqual(SettlingFile.Ending(head: head, tail: tail), ending, "\(tail)")
        }
        var file = SettlingFile(
            status: try XCTUnwrap(FileStatus.of(#filePath)), at: 0)
        file.observe(file.status, at: 10)
        XCTAssertEqual(file.auto(quiet: 1_000, at: 59_999) { .notWritten }, .later(60_000, .unfinished))
        XCTAssertEqual(file.auto(quiet: 1_000, at: 60_000) { .notWritten }, .ready)
    }

    func testACopyUnderWayIsWaitedForForAMinuteAndThenRefused() throws {
        let bench = try PipelineBench()
        try Files.createFolder(bench.root + "/inbox")
        try bench.take()
        try Data((Self.two + String(repeating: "\0", count: 100)).utf8).write(
            to: URL(filePath: bench.root + "/inbox/list.csv"))
        let start = MonotonicClock.nanoseconds() / 1_000_000
        for rest in [0, 10_000, 50_000] as [Int64] {
            bench.pipeline.context.monotonic = { start + rest }
            try bench.take()
            XCTAssertEqual(bench.files("outbox/acks"), [], "after \(rest) ms")
        }
        bench.pipeline.context.monotonic = { start + 70_000 }
        try bench.take()
        let ack = try bench.acknowledgement(1)
        XCTAssertTrue(reason(ack).hasPrefix("drop.truncated: the file ends in 100 NUL bytes"), reason(ack))
        XCTAssertEqual(counts(ack), [2, 0, 2])
    }

    // MARK: - Other files

    func testWhatAFileIsIsSaid() throws {
        let files: [(String, String)] = [
            ("<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>", "an HTML page"),
            ("\n <html>\n<body><table><tr><th>phone</th></tr></table></body></html>", "an HTML page"),
            ("<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook/>", "an XML spreadsheet"),
            ("<?xml version=\"1.0\"?>\n<list/>", "an XML document"), ("BEGIN:VCARD\nVERSION:3.0\n", "a vCard"),
            ("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", "encrypted (PGP); decrypt it"),
            ("{\\rtf1\\ansi phone}", "a document in rich text (RTF)"),
            ("PK\u{3}\u{4}xx", "a workbook or a zip archive"),
            ("Return-Path: <a@example.com>\nReceived: from x\n by y\n\nphone\n", "an e-mail message"),
            ("From: a@example.com\nTo: b@example.com\n\nphone\n+14155550142\n", "an e-mail message"),
        ]
        let bench = try PipelineBench()
        var number = 0
        for (text, name) in files {
            for place in ["list.xls", "list.csv", "list.json", "_suppress/list.csv"] {
                try bench.drop(text, as: place)
                number += 1
                let said = reason(try bench.acknowledgement(number))
                XCTAssertTrue(said.hasPrefix("drop.unknown-format: the file is " + name), said)
            }
        }
        try bench.drop("From,To,Text,Date: x\n+14155550142,1,STOP,\n", as: "_replies/list.csv")
        XCTAssertEqual(counts(try bench.acknowledgement(number + 1)), [1, 1, 0])
    }

    // MARK: - Titles and places

    func testALineBelowATitleThatLooksLikeTheHeaderIsNamed() throws {
        let bench = try PipelineBench()
        var number = 0
        for (title, lines) in [
            ("Contacts by campaign\n\n", 2), ("# export v2\n", 1), ("2026-11-21\n", 1), ("20261121\n", 1),
            ("Report\r\n21.11.2026\r\n\r\n", 3), ("a;b;c\n1;2;3\n", 2),
        ] {
            number += 1
            try bench.drop(title + "phone,name\n+14155550142,Ann\n", as: "list.csv")
            let ack = try bench.acknowledgement(number)
            XCTAssertTrue(
                reason(ack).hasPrefix("drop.unknown-format: line \(lines + 1) looks like the header"), reason(ack))
            XCTAssertTrue(reason(ack).contains("`skipLines: \(lines)`"), reason(ack))
        }
        let (skipped, _) = try dropped(
            "Contacts\n\nphone,name\n+14155550142,Ann\n", configuration: "{campaigns: {default: {skipLines: 2}}}")
        XCTAssertEqual(counts(skipped), [1, 1, 0])
    }

    func testPhoneNumbersWithoutAHeaderAreNoTitle() throws {
        let (ack, _) = try dropped("4155550142\n4155550143\n2024-555-0144\n")
        XCTAssertEqual(counts(ack).first, 3)
        let (dated, _) = try dropped("+14155550142,2026-11-21\n+14155550143,2026-11-21\n")
        XCTAssertEqual(counts(dated).first, 2)
    }

    func testWhereThePhoneNumberStandsInAHeadlessFileIsSaidAndCanBeSet() throws {
        let text = "Ann,A,+14155550142\nBob,B,+14155550143\n"
        let (ack, _) = try dropped(text)
        XCTAssertTrue(reason(ack).contains(#"field 3 looks like the phone number"#), reason(ack))
        XCTAssertTrue(reason(ack).contains(##"`columns: {"#3": "phone1"}`"##), reason(ack))
        let (mapped, bench) = try dropped(
            text + "Cid\nDi,D,+14155550144,x\n",
            configuration: ##"{campaigns: {default: {columns: {"#3": "phone1", "#1": "firstname"}}}}"##)
        XCTAssertEqual(counts(mapped), [4, 2, 2])
        XCTAssertEqual(
            mapped["rejectsByCode"] as? [String: Int], ["phone1.missing": 1, "row.too-many-fields": 1])
        let columns = mapped["columns"] as? [String: String]
        XCTAssertEqual(["#1", "#3"].map { columns?[$0] }, ["firstname", "phone1"])
        try bench.send()
        XCTAssertTrue(try bench.dispatched()[0].contains(",+14155550142,"))
    }

    // MARK: - Limits

    func testTheLimitsHoldForSmallFiles() throws {
        let (ack, _) = try dropped("phone,a,b\n+14155550142,1,2\n", configuration: "{limits: {columns: 2}}")
        XCTAssertTrue(reason(ack).hasPrefix("drop.too-large: the drop has more than 2 columns"), reason(ack))
        let (json, _) = try dropped(#"[{"phone":"+14155550142","a":1,"b":2}]"#, configuration: "{limits: {columns: 2}}")
        XCTAssertTrue(reason(json).hasPrefix("drop.too-large: "), reason(json))
        let (headless, _) = try dropped("+14155550142,\n+14155550143,,1\n", configuration: "{limits: {columns: 2}}")
        XCTAssertEqual(counts(headless), [2, 1, 1])
        let text = "phone,name\n" + String(repeating: "+14155550142,Ann\n", count: 300)
        for (ratio, isRefused) in [(20, true), (200, false)] {
            let bench = try PipelineBench("{limits: {gzipRatio: \(ratio)}}")
            try bench.drop(try Gzip.bytes(Array(text.utf8)), as: "list.csv.gz")
            let ack = try bench.acknowledgement(1)
            XCTAssertEqual(reason(ack).hasPrefix("drop.bomb: "), isRefused, reason(ack))
        }
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
