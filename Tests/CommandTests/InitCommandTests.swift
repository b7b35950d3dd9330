import Foundation
import Support
import XCTest

/// A workspace made from a sample.
final class InitCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    func testASampleOfACRMMakesAConfigurationThatTakesIt() throws {
        let sample = try workspace.file(
            "CRM_Export_20261124.csv",
            "Kundennr;Handy;Mail\n1234567;+14155550123;a@b.example\n1234568;+14155550124;c@d.example\n")
        let made = try waybill.run("init", sample)
        XCTAssertEqual(made.status, 0, made.errors)
        let text = try workspace.read("waybill.json5")
        XCTAssertTrue(text.contains("\"crm-export\": {"), text)
        XCTAssertTrue(text.contains("drops: [\"CRM_Export_*.*\"]"), text)
        XCTAssertTrue(text.contains("columns: { \"Handy\": \"phone1\", \"Kundennr\": \"id\" }"), text)
        XCTAssertFalse(text.contains("4155550123"), "nothing of the sample is kept")
        XCTAssertEqual(try waybill.run("config", "check").output, "waybill.json5: no problems\n")
        let checked = try waybill.run("check", sample, "--json")
        XCTAssertEqual(checked.status, 0, checked.output)
        XCTAssertEqual(try checked.objects().first?["campaign"] as? String, "crm-export")
        XCTAssertEqual(try waybill.run("process", sample).status, 0)
        XCTAssertEqual(workspace.files(below: "outbox/dispatch/crm-export").filter { $0.hasSuffix(".csv") }.count, 1)
    }

    func testAFolderIsNoSampleAndIsSaidToBeNone() throws {
        let tried = try waybill.run("init", workspace.path)
        XCTAssertEqual(tried.status, 2)
        XCTAssertTrue(tried.errors.contains("is a folder; a workspace is named by --workspace"), tried.errors)
        XCTAssertThrowsError(try workspace.read("waybill.json5"))
    }

    private func made(_ name: String, _ text: String) throws -> (output: String, configuration: String) {
        try? FileManager.default.removeItem(atPath: workspace.path("waybill.json5"))
        let made = try waybill.run("init", try workspace.file(name, text))
        XCTAssertEqual(made.status, 0, made.errors)
        return (made.output, try workspace.read("waybill.json5"))
    }

    func testWhatARefusalSaysIsInTheConfiguration() throws {
        let titled = try made("titled.csv", "Export of today\n\nphone,name\n+14155550123,Ann\n+14155550124,Bob\n")
        XCTAssertTrue(titled.configuration.contains("skipLines: 2"), titled.configuration)
        XCTAssertTrue(titled.output.contains("2 records: 2 accepted"), titled.output)
        let twice = try made("twice.csv", "Customer ID,External ID,phone\n1,2,+14155550123\n")
        XCTAssertTrue(
            twice.configuration.contains("\"External ID\": \"attribute:External ID\""), twice.configuration)
        XCTAssertTrue(twice.output.contains("1 record: 1 accepted"), twice.output)
    }

    func testAFirstRecordIsNoHeaderAndATimeIsNoPhoneNumber() throws {
        let headless = try made("headless.csv", "Ann,A,+27761234561\nBob,B,+27761234562\n")
        XCTAssertFalse(headless.configuration.contains("header: true"), headless.configuration)
        XCTAssertTrue(headless.configuration.contains("columns: { \"#3\": \"phone1\" }"), headless.configuration)
        XCTAssertTrue(headless.output.contains("2 records: 2 accepted"), headless.output)
        let times = try made("times.csv", "email,created\nann@example.com,1761955200\nbob@example.com,1761955201\n")
        XCTAssertFalse(times.configuration.contains("\"created\""), times.configuration)
        XCTAssertTrue(times.configuration.contains("require: [\"email\"]"), times.configuration)
    }

    func testTheSendersOwnKeyIsAskedForWhereItComesTwiceAndTheRegionComesFirst() throws {
        let rows = (10..<30).map { "K\($0);0151234567\($0)\n" }.joined()
        let made = try made("kunden.csv", "Kunden-Nr;Mobil\n" + rows + "K10;015123456799\n")
        XCTAssertTrue(made.configuration.contains("// If \"Kunden-Nr\" is the sender's own key"), made.configuration)
        XCTAssertTrue(made.output.contains("\nFirst: take the right \"// region:\" line"), made.output)
        XCTAssertEqual(try waybill.run("config", "check").output, "waybill.json5: no problems\n")
    }

    func testAnOfficesEncodingIsFoundAndTheRegionIsNotGuessed() throws {
        let path = workspace.beside("kunden.csv")
        let rows = (10..<30).map { "M\u{FC}ller;0151 234567\($0)\n" }.joined()
        try Data(
            ("Name;Telefon mobil;phone\n" + rows.replacingOccurrences(of: ";0151", with: ";x;0151"))
                .data(using: .windowsCP1252)!
        ).write(to: URL(fileURLWithPath: path))
        let made = try waybill.run("init", path)
        XCTAssertEqual(made.status, 0, made.errors)
        let text = try workspace.read("waybill.json5")
        XCTAssertTrue(text.contains("encoding: \"windows-1252\","), text)
        XCTAssertTrue(text.contains("// region: \"DE\", // 20 of the sample's records are good then"), text)
        XCTAssertTrue(made.output.contains("say in which region they are dialled"), made.output)
        XCTAssertEqual(try waybill.run("config", "check").status, 0)
    }

    func testWhereNumbersFitNoRegionThatIsTriedItSaysHowTheyAreRead() throws {
        let sample = try workspace.file("x.csv", "phone1,ref\n0000171,a1\n0000172,a2\n")
        let made = try waybill.run("init", sample)
        XCTAssertTrue(made.output.contains("are read as dialled in US until region is set"), made.output)
    }

    func testItSaysWhyRecordsOfTheSampleAreRejectedInTheLinesOfCheck() throws {
        let sample = try workspace.file(
            "x.csv", "phone,email\n+14155550123,a@b.example\n+1415555,c@d.example\n+14155550124,nowhere\n+1415556,\n")
        let made = try waybill.run("init", sample)
        let lines = made.output.split(separator: "\n").filter { $0.contains(" × ") }
        XCTAssertEqual(lines.count, 2, made.output)
        XCTAssertTrue(
            lines[0].hasPrefix("  2 × phone1.impossible-length: record 2, line 3, \"+1415555\": "), "\(lines)")
        let checked = try waybill.run("check", sample)
        XCTAssertEqual(checked.output.split(separator: "\n").filter { $0.contains(" × ") }, lines)
    }

    /// Whatever a column is called, and whether it is known.
    func testNumbersAndAddressesInExamplesAreShownInPart() throws {
        let sample = try workspace.file(
            "x.csv", "phone,Second,Post,ref\n+14155550123,0151 23456789,ann@b.example,K-100\n")
        for output in [try waybill.run("init", sample).output, try waybill.run("check", sample).output] {
            XCTAssertTrue(output.contains("e.g. +1415555…\n"), output)
            for whole in ["4155550123", "23456789", "ann@"] { XCTAssertFalse(output.contains(whole), output) }
            XCTAssertTrue(output.contains("e.g. 0151 234…\n") && output.contains("e.g. a…@b.example\n"), output)
            XCTAssertTrue(output.contains("e.g. K-100\n"), output)
        }
    }

    func testAHeaderOfNamesThatNobodyKnowsIsFound() throws {
        let sample = try workspace.file(
            "x.csv", "Kundennr;Handy;Post\n1;+14155550123;a@b.example\n2;+14155550124;c@d.example\n")
        XCTAssertEqual(try waybill.run("init", sample).status, 0)
        let text = try workspace.read("waybill.json5")
        XCTAssertTrue(text.contains("header: true,"), text)
        XCTAssertTrue(
            text.contains("columns: { \"Handy\": \"phone1\", \"Post\": \"email\", \"Kundennr\": \"id\" }"), text)
        let checked = try waybill.run("check", sample, "--json")
        XCTAssertEqual(try checked.objects().first?["accepted"] as? Int, 2, checked.output)
    }

    func testAConfigurationThatIsThereIsNotTouched() throws {
        try workspace.write("{}", to: "waybill.json5")
        XCTAssertEqual(try waybill.run("init").status, 1)
        XCTAssertEqual(try workspace.read("waybill.json5"), "{}")
    }

    func testWithoutASampleThereIsACommentedConfigurationOfDefaults() throws {
        XCTAssertEqual(try waybill.run("init").status, 0)
        XCTAssertEqual(try waybill.run("config", "check").output, "waybill.json5: no problems\n")
        XCTAssertTrue(FileManager.default.fileExists(atPath: workspace.path("inbox")))
        XCTAssertEqual(try waybill.run("init", "a", "b").status, 2)
    }
}
