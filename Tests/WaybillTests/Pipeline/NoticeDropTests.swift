import SystemIO
import XCTest

@testable import Waybill

/// What the sender of a drop finds in its notice, by a pass of the daemon.
final class NoticeDropTests: XCTestCase {
    private let folder = "outbox/notices/2026-11-20/20261120-000001/"

    /// The n-th row of a file, from 1, as a spreadsheet counts.
    private func row(_ number: Int, of file: String) -> String {
        let rows = file.split(separator: "\n", omittingEmptySubsequences: false)
        return number <= rows.count ? String(rows[number - 1]) : ""
    }

    func testANoticeSpeaksOfTheSendersColumnsIdsAndRows() throws {
        let bench = try PipelineBench(
            "{campaigns: {default: {columns: {'Mobil': 'phone1', 'Kd-Nr': 'id'}, skipLines: 1}}}")
        try bench.drop(
            """
            Export vom 20.11.
            Kd-Nr;Mobil;Name
            K-1;+14155550100;Ann
            K-2;12;Bob
            K-3;+14155550100;Ann
            K-4;;Cara

            """, as: "crm.csv")
        let page = try bench.text(folder + "notice.html")
        XCTAssertTrue(page.contains("“Mobil” has too few or too many digits for a phone number"), page)
        XCTAssertTrue(page.contains("“Mobil” is empty"))
        let rejects = try bench.text(folder + "rejects.csv")
        for (place, id) in [("row 3 of", "K-2"), ("row 4 of", "K-4")] {
            XCTAssertTrue(
                page.contains("\(place) <a href=\"rejects.csv\">rejects.csv</a> · id <b><bdi>\(id)</bdi></b>"), id)
        }
        XCTAssertEqual(row(3, of: rejects), "K-2;12;Bob")
        XCTAssertEqual(row(4, of: rejects), "K-4;;Cara")
        // The one that came twice is apart, and in no row of that file.
        XCTAssertTrue(page.contains("id <b><bdi>K-3</bdi></b> · line 5 of your file"))
        XCTAssertTrue(page.contains("Left out, nothing to correct"))
        XCTAssertFalse(try bench.text(folder + "notice.txt").contains("K-"), "mail names nobody")
    }

    func testANoticeOfARefusedDropSpeaksOfTheSendersColumns() throws {
        let bench = try PipelineBench("{campaigns: {default: {columns: {'Mobil': 'phone1'}, rejectLimit: 0}}}")
        try bench.drop("Mobil;Name\n+14155550100;Ann\n12;Bob\n", as: "crm.csv")
        let page = try bench.text(folder + "notice.html")
        XCTAssertTrue(page.contains("crm.csv was refused: too many of its records are wrong"), page)
        XCTAssertTrue(page.contains("“Mobil” has too few or too many digits"))
    }

    func testErrorsAreWrittenForASpreadsheetWhereTheCampaignSaysSo() throws {
        let bench = try PipelineBench("{campaigns: {default: {spreadsheet: true}}}")
        try bench.drop("phone1,name\n12,Zoë\n", as: "a.csv")
        let bytes = try Files.read(bench.root + "/" + folder + "errors.csv", limit: 1 << 16)
        XCTAssertEqual(bytes.prefix(2), [0xFF, 0xFE])
        let units = stride(from: 2, to: bytes.count, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
        let lines = String(decoding: units, as: UTF16.self).split(separator: "\r\n")
        XCTAssertEqual(lines[0], "record\tline\tbyte\tfield\tcode\tvalue\tmessage\thint")
        XCTAssertTrue(lines[1].hasPrefix("1\t2\t12\tphone1\tphone1."), String(lines[1]))
        XCTAssertEqual(lines.count, 2)
    }

    func testAListsNoticeHasTheRowsOfItsFileOfRejectedEntries() throws {
        let bench = try PipelineBench()
        try bench.drop("value,action\n+14155550100,add\n12,add\n", as: "_suppress/dnc.csv")
        let page = try bench.text(folder + "notice.html")
        XCTAssertTrue(page.contains("row 2 of <a href=\"rejects.csv\">"), page)
        XCTAssertTrue(page.contains("“value” cannot be read"))
        XCTAssertEqual(row(2, of: try bench.text(folder + "rejects.csv")), "12,add")
    }
}
