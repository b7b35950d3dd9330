import Foundation
import Support
import XCTest

/// What lies in an inbox when the program starts, and is not what it seems at first sight.
final class DoorsTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    private var dispatched: [String] { workspace.files(below: "outbox/dispatch", ending: ".csv") }

    func testAListInAnUnknownFolderIsNotContactedThoughDefaultTakesEverything() throws {
        for folder in ["_dnc", "_suppression", "default/_suppress"] {
            try workspace.write("phone1\n+14155550123\n", to: "inbox/\(folder)/list.csv")
        }
        let outcome = try waybill.run("run", "--until-idle")
        // The one within the campaign's folder holds the campaign.
        XCTAssertEqual(outcome.status, 4, outcome.errors)
        XCTAssertEqual(dispatched, [])
        XCTAssertEqual(
            outcome.errors.split(separator: "\n").count { $0.contains(" error folder.left-alone ") }, 3, outcome.errors)
        XCTAssertTrue(workspace.exists("inbox/_dnc/list.csv"))
        let status = try waybill.run("status")
        XCTAssertTrue(status.output.contains("inbox/_dnc"), status.output)
    }

    func testADropInCapitalsWaitsForThePolicyOfItsCampaignAndTheFileThatMendsItTooAndCheckAgrees() throws {
        try workspace.write(
            """
            {campaigns: {clinic: {drops: ["clinic_*.csv"], policy: "closed"}},
             policies: {closed: {startAfter: "2099-01-01T00:00:00Z"}}}
            """, to: "waybill.json5")
        try workspace.write("phone1,id\n+14155550123,a\n12,b\n", to: "inbox/CLINIC_1.CSV")
        XCTAssertEqual(try waybill.run("run", "--until-idle", "--quiet").status, 0)
        let acks = workspace.files(below: "outbox/acks", ending: ".json")
        let batch = try XCTUnwrap(acks.first?.split(separator: ".").first { $0.count == 15 && $0.contains("-") })
        let mended = "phone1,id\n+14155550124,b\n"
        let file = try workspace.file("CLINIC_1-\(batch).txt", mended)
        let checked = try XCTUnwrap(try waybill.run("check", file, "--json").objects().first)
        XCTAssertEqual(checked["campaign"] as? String, "clinic")
        XCTAssertEqual(checked["corrects"] as? String, String(batch))
        try workspace.write(mended, to: "inbox/CLINIC_1-\(batch).txt")
        XCTAssertEqual(try waybill.run("run", "--until-idle", "--quiet").status, 0)
        XCTAssertEqual(workspace.files(below: "outbox/acks", ending: ".json").count, 2)
        XCTAssertEqual(dispatched, [])
        // One that corrects nothing is refused by both.
        let other = try workspace.file("list-20200101-000001.csv", mended)
        let refused = try XCTUnwrap(try waybill.run("check", other, "--json").objects().first)
        XCTAssertTrue((refused["reason"] as? String ?? "").hasPrefix("drop.corrects-unknown"), "\(refused)")
    }

    func testFoldersThatLieInEachOtherAreRefusedBeforeAnythingIsTouched() throws {
        try FileManager.default.createSymbolicLink(
            atPath: workspace.path("linked"), withDestinationPath: workspace.path("outbox/acks"))
        try workspace.write("Hello {{name}}", to: "inbox/texts/hello.txt")
        let cases: [(configuration: String, names: [String])] = [
            ("{inbox: '.'}", ["inbox (\(workspace.path))", "state (\(workspace.path)/state)"]),
            ("{inbox: ['in', 'in/b']}", ["inbox[0] (", "inbox[1] ("]),
            ("{inbox: 'linked'}", ["inbox (\(workspace.path)/outbox/acks)", "outbox ("]),
            (
                "{outbox: 'out', inbox: 'outbox'}",
                ["inbox (", "transports.folder.path (\(workspace.path)/outbox/dispatch)"]
            ),
            ("{state: 'outbox'}", ["outbox (", "state ("]),
            ("{transports: {x: {kind: 'folder', path: 'inbox/x'}}}", ["inbox (", "transports.x.path ("]),
            ("{transports: {x: {kind: 'folder', path: 'outbox'}}}", ["outbox (", "transports.x.path ("]),
            (
                "{campaigns: {clinic: {templates: {hello: 'inbox/texts/hello.txt'}}}}",
                ["inbox (", "campaigns.clinic.templates.hello ("]
            ),
        ]
        for (configuration, names) in cases {
            try workspace.write(configuration, to: "waybill.json5")
            let run = try waybill.run("run", "--until-idle")
            XCTAssertEqual(run.status, 3, configuration)
            let check = try waybill.run("config", "check")
            XCTAssertEqual(check.status, 1, configuration)
            for name in names {
                XCTAssertTrue(run.errors.contains(name), "\(configuration): \(name) in \(run.errors)")
                XCTAssertTrue(check.output.contains(name), "\(configuration): \(name) in \(check.output)")
            }
        }
        XCTAssertTrue(workspace.exists("waybill.json5"))
        XCTAssertFalse(workspace.exists("state"))
        for configuration in [
            "{inbox: ['a', 'b', '../c'], outbox: 'out', state: 'st'}",
            "{transports: {x: {kind: 'folder', path: 'outbox/dispatch'}, y: {kind: 'folder', path: '/srv/elsewhere'}}}",
        ] {
            try workspace.write(configuration, to: "waybill.json5")
            let check = try waybill.run("config", "check")
            XCTAssertEqual(check.status, 0, check.output)
        }
    }
}
