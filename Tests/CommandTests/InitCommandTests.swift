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
