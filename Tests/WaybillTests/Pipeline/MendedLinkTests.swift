import SystemIO
import XCTest

@testable import Waybill

/// How a mended drop is linked to the batch whose rejects it brings back (contract §5).
final class MendedLinkTests: XCTestCase {
    private let parent = "20261120-000001"

    /// Two good records; two bad ones of different columns; one with a field too many.
    private let withoutIDs = #"""
        Mobile;Vorname;Notiz;email
        +14155550101;Ann;"sagt; ""bald""";ann@example.com
        +14155550102;Jörg;;
        12;Zoë;"zwei
        Zeilen";
        +14155550104;Łukasz;spät;lukasz@example
        +14155550105;zu;viele;Felder;hier

        """#

    private func corrects(_ bench: PipelineBench, _ number: Int) throws -> String? {
        try bench.acknowledgement(number)["corrects"] as? String
    }

    func testAMendedDropFindsItsParentBehindBatchesWithOtherColumnsAndIsSentAfterItsOwn() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1,id,name\n+14155550101,c1,Ann\n+1415555,c2,Short\n", as: "first.csv")
        try bench.drop("phone1,id,region\n+14155550103,c3,US\n+1415555,c4,US\n", as: "second.csv")
        try bench.drop("phone1,id,name\n+14155550105,c5,Eve\n+1415555,c6,Short\n", as: "third.csv")
        try bench.drop("phone1,id,name\n+14155550102,c2,Short\n", as: "mended.csv")
        XCTAssertEqual(try bench.acknowledgement(4)["corrects"] as? String, "20261120-000001")
        try bench.send()
        let sent = try bench.dispatched().joined(separator: "\n")
        for id in ["c1", "c2", "c3", "c5"] { XCTAssertTrue(sent.contains(id), "\(id) in \(sent)") }
        for id in ["c4", "c6"] { XCTAssertFalse(sent.contains(id), "\(id) in \(sent)") }
    }

    func testADropThatMayBringBackRejectsIsReadAsOftenAsAnyOther() throws {
        func reads(behind first: String) throws -> Int {
            let bench = try PipelineBench()
            try bench.drop(first, as: "first.csv")
            Faults.handIn(Fault(.nothing, of: [.read], beneath: bench.root + "/inbox/.waybill"))
            defer { Faults.takeBack() }
            try bench.drop("phone1,id,name\n+14155550105,c5,Eve\n+14155550106,c6,Zoë\n", as: "second.csv")
            let reads = Faults.takeBack().calls
            XCTAssertEqual(try bench.acknowledgement(2)["accepted"] as? Int, 2)
            XCTAssertNil(try corrects(bench, 2))
            return reads
        }
        let plain = try reads(behind: "phone1,id,name\n+14155550101,c1,Ann\n")
        XCTAssertGreaterThan(plain, 0)
        XCTAssertEqual(try reads(behind: "phone1,id,name\n+14155550101,c1,Ann\n+1415555,c2,Short\n"), plain)
    }

    func testTheSideCarNamesTheParent() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1,id\n+14155550101,a\n12,b\n", as: "list.csv")
        try bench.drop(
            bytes: Array("phone1,id\n+14155550109,other\n".utf8), as: "new.csv", meta: #"{"corrects": "\#(parent)"}"#)
        XCTAssertEqual(try corrects(bench, 2), parent)
        XCTAssertEqual(try bench.mended(), [1, 0])
    }

    func testTheNameThatTheNoticeProposesNamesTheParent() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n12\n", as: "list.csv")
        let name = "list-\(parent).csv"
        XCTAssertTrue(try bench.notice(1, "notice.txt").contains(name))
        try bench.drop("phone1\n+14155550109\n", as: name)
        XCTAssertEqual(try corrects(bench, 2), parent)
        XCTAssertEqual(try bench.mended(), [1, 0])
    }

    func testANameOfABatchThatIsNotOfThisCampaignOrWasNeverThereLinksNothing() throws {
        let bench = try PipelineBench("{campaigns: {other: {}, default: {drops: ['list*']}}}")
        try bench.drop("phone1\n+14155550101\n12\n", as: "list.csv")
        try bench.put("phone1\n+14155550108\n", as: "other/list-\(parent).csv")
        try bench.take()
        XCTAssertNil(try corrects(bench, 2))
        try bench.drop("phone1\n+14155550107\n", as: "list-20261119-000001.csv")
        XCTAssertNil(try corrects(bench, 3))
    }

    func testHalfOfTheRecordsHaveToBeKnownByTheirIDs() throws {
        for (ids, isLinked) in [
            (["b", "x"], true), (["b", "x", "y"], false), (["b", "c", "x"], true), ([""], false),
        ] {
            let bench = try PipelineBench()
            try bench.drop("phone1,id\n+14155550101,a\n12,b\n13,c\n", as: "list.csv")
            let rows = ids.enumerated().map { "+1415555012\($0.offset),\($0.element)\n" }.joined()
            try bench.drop("phone1,id\n" + rows, as: "new.csv")
            XCTAssertEqual(try corrects(bench, 2), isLinked ? parent : nil, "\(ids)")
        }
    }

    func testRecordsWithoutIDAreKnownByTheirOtherColumns() throws {
        let bench = try PipelineBench()
        try bench.drop(withoutIDs, as: "list.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["rejected"] as? Int, 3)
        let rows = [
            ["Mobile", "Vorname", "Notiz", "email"], ["+14155550103", "Zoë", "zwei\nZeilen", ""],
            ["+14155550104", "Łukasz", "spät", "lukasz@example.com"],
        ]
        try bench.drop(bytes: Spreadsheet(delimiter: ";").save(rows), as: "new.csv")
        XCTAssertEqual(try corrects(bench, 2), parent)
        XCTAssertEqual(try bench.mended(), [2, 0])
    }

    func testWhateverASpreadsheetMadeOfTheFileItIsKnown() throws {
        let mended = [
            ["Mobile", "Vorname", "Notiz", "email"], ["+14155550103", "Zoë", "zwei\nZeilen", ""],
            ["+14155550104", "Łukasz", "spät", "lukasz@example.com"],
            ["+14155550105", "zu", "viele Felder", "hier@example.com"],
            ["+14155550102", "Jörg", "", ""],
        ]
        for (name, program) in Spreadsheet.usual {
            let bench = try PipelineBench()
            try bench.drop(withoutIDs, as: "list.csv")
            try bench.drop(bytes: program.save(mended), as: "new.csv")
            let ack = try bench.acknowledgement(2)
            XCTAssertEqual(ack["corrects"] as? String, parent, name)
            XCTAssertEqual(ack["accepted"] as? Int, 3, name)
            XCTAssertEqual(ack["duplicates"] as? Int, 1, name)
            XCTAssertEqual(ack["rejected"] as? Int, 0, name)
            XCTAssertEqual(try bench.sentTo(), (1...5).map { "+1415555010\($0)" }, name)
            XCTAssertEqual(try bench.mended(), [3, 0], name)
        }
    }

    func testAFileThatComesBackInTheCampaignsOwnCodePageIsKnown() throws {
        let bench = try PipelineBench("{campaigns: {default: {encoding: 'windows-1252'}}}")
        let rows = [["phone1", "name", "note"], ["+14155550101", "Ann", ""], ["12", "Zoë", "groß; „so“"]]
        // UTF-8 with its mark out, Windows-1252 back.
        try bench.drop(bytes: Spreadsheet(byteOrderMark: true).save(rows), as: "list.csv")
        XCTAssertEqual(
            (try bench.acknowledgement(1)["format"] as? [String: Any])?["encoding"] as? String, "utf-8")
        let program = Spreadsheet(delimiter: ";", lineEnd: "\r\n", quotesAll: true, encoding: .windows1252)
        try bench.drop(
            bytes: program.save([rows[0], ["+14155550102", "Zoë", "groß; „so“"]]), as: "new.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual((ack["format"] as? [String: Any])?["encoding"] as? String, "windows-1252")
        XCTAssertEqual(ack["corrects"] as? String, parent)
        XCTAssertEqual(try bench.mended(), [1, 0])
    }

    func testRecordsInAWrongEncodingAreKnownByTheColumnsThatCouldBeRead() throws {
        let bench = try PipelineBench()
        var bytes = Array("phone1,name,note\n+14155550101,Ann,\n+14155550102,Zo".utf8)
        bytes += [0xEB] + Array(",call in the evening\n".utf8)
        try bench.drop(bytes: bytes, as: "list.csv")
        try bench.drop("phone1,name,note\n+14155550102,Zoë,call in the evening\n", as: "new.csv")
        XCTAssertEqual(try corrects(bench, 2), parent)
    }

    func testJSONIsKnownWhateverTheOrderAndTheFormOfItsKeys() throws {
        let out = """
            {"phone1": "+14155550101", "name": "Ann", "tags": ["a", 1]}
            {"phone1": "12", "name": "Bob", "tags": ["b", {"c": 2}], "age": 44}
            {"name": "Cid", "age": 45}

            """
        let back = [
            """
            [{"age": 44, "tags": [ "b", {"c": 2} ], "phone1": "+14155550102", "n\\u0061me": "Bob"},
             {"age": 45, "name": "Cid", "phone1": "+14155550103", "tags": null}]
            """,
            """
            {"name": " Bob ", "phone1": "+14155550102", "tags": ["b",{"c":2}], "age": "44"}
            {"phone1": "+14155550103", "name": "Cid", "age": 45}
            """,
        ]
        for (index, text) in back.enumerated() {
            let bench = try PipelineBench()
            try bench.drop(out, as: "list.jsonl")
            try bench.drop(text, as: "new.json")
            let ack = try bench.acknowledgement(2)
            XCTAssertEqual(ack["corrects"] as? String, parent, "\(index)")
            XCTAssertEqual(ack["accepted"] as? Int, 2, "\(index)")
        }
    }

    func testAFileWithoutHeaderIsKnownByItsColumns() throws {
        let bench = try PipelineBench()
        try bench.drop("+14155550101,,,,,Ann,Monday\n12,,,,,Bob,Tuesday\n", as: "list.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["rejected"] as? Int, 1)
        try bench.drop("\"+14155550102\",\"\",,,,Bob,Tuesday,,\r\n", as: "new.csv")
        XCTAssertEqual(try corrects(bench, 2), parent)
    }

    func testOtherColumnsOrAnotherHeaderLinkNothing() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1,name,note\n+14155550101,Ann,x\n12,Bob,y\n", as: "list.csv")
        try bench.drop("phone1,name\n+14155550102,Bob\n", as: "less.csv")
        XCTAssertNil(try corrects(bench, 2))
        try bench.drop("phone1,name,remark\n+14155550103,Bob,y\n", as: "other.csv")
        XCTAssertNil(try corrects(bench, 3))
        try bench.drop("note,name,phone1\ny,Bob,+14155550104\n", as: "moved.csv")
        XCTAssertEqual(try corrects(bench, 4), parent)
    }

    func testWhatAllRecordsShareLinksNothing() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1,language\n+14155550101,en\n12,en\n13,en\n", as: "monday.csv")
        // Two of five at most can be what was rejected, though all look like it.
        try bench.drop(
            "phone1,language\n" + (2...6).map { "+1415555010\($0),en\n" }.joined(), as: "tuesday.csv")
        XCTAssertNil(try corrects(bench, 2))
        // Nothing of a record is left that could be known again.
        try bench.drop("phone1\n+14155550101\n12\n", as: "numbers.csv")
        try bench.drop("phone1\n+14155550107\n", as: "more.csv")
        XCTAssertNil(try corrects(bench, 4))
    }

    func testTheLatestBatchWithHalfOfTheRecordsIsTheParent() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1,name\n+14155550101,Ann\n12,Bob\n", as: "a.csv")
        try bench.drop("phone1,name\n+14155550102,Cid\n+14155550105,Dan\n12,Bob\n", as: "b.csv")
        XCTAssertNil(try corrects(bench, 2))
        try bench.drop("phone1,name\n+14155550103,Bob\n", as: "c.csv")
        XCTAssertEqual(try corrects(bench, 3), "20261120-000002")
        // All of the second is mended, so that the first is left.
        try bench.drop("phone1,name\n+14155550104,Bob\n", as: "d.csv")
        XCTAssertEqual(try corrects(bench, 4), parent)
    }

    func testADropThatNamesARefusedOneCorrectsIt() throws {
        let bench = try PipelineBench("{campaigns: {default: {rejectLimit: 0}}}")
        try bench.drop("phone1,name\n+14155550101,Ann\n12,Bob\n", as: "a.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "rejected")
        try bench.drop("phone1,name\n+14155550101,Ann\n+14155550102,Bob\n", as: "a-\(parent).csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["corrects"] as? String, parent)
        XCTAssertEqual(ack["accepted"] as? Int, 2)
    }
}
