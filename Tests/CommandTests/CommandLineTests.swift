import Support
import XCTest

/// The command line: statuses, hints, and where options may stand.
final class CommandLineTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    func testVersionAndHelpAreDone() throws {
        let version = try waybill.run("version")
        XCTAssertEqual(version.status, 0)
        XCTAssertTrue(version.output.hasPrefix("waybill "), version.output)
        let help = try waybill.run("help")
        XCTAssertEqual(help.status, 0)
        for name in [
            "process", "drop", "run", "check", "status", "batches", "logs", "explain", "simulate", "report", "campaign",
            "backup",
            "restore", "init", "config", "doctor",
        ] {
            XCTAssertTrue(help.output.contains("\n  \(name) "), "help does not list \(name)")
            let one = try waybill.run("help", name)
            XCTAssertEqual(one.status, 0)
            XCTAssertTrue(one.output.contains("Usage: waybill \(name)"))
            XCTAssertTrue(one.output.contains("Example"))
            XCTAssertEqual(try waybill.run(name, "--help").output, one.output)
        }
    }

    func testWithoutACommandTheUsageGoesToStandardError() throws {
        let outcome = try waybill.run()
        XCTAssertEqual(outcome.status, 2)
        XCTAssertEqual(outcome.output, "")
        XCTAssertTrue(outcome.errors.contains("Usage: waybill"))
    }

    func testAnUnknownCommandNamesTheNearestOne() throws {
        let outcome = try waybill.run("proces", "x.csv")
        XCTAssertEqual(outcome.status, 2)
        XCTAssertTrue(outcome.errors.contains("did you mean \"process\"?"), outcome.errors)
    }

    func testAnUnknownOptionNamesTheNearestOne() throws {
        let outcome = try waybill.run("process", "--campain", "x", "x.csv")
        XCTAssertEqual(outcome.status, 2)
        XCTAssertTrue(outcome.errors.contains("did you mean --campaign?"), outcome.errors)
        XCTAssertTrue(outcome.errors.contains("Usage: waybill process"), outcome.errors)
    }

    func testAnOptionWithoutItsValueIsAMistake() throws {
        XCTAssertEqual(try waybill.run("process", "x.csv", "--campaign").status, 2)
        XCTAssertEqual(try waybill.run("status", "--json=yes").status, 2)
        XCTAssertEqual(try waybill.run("status", "--clock", "tomorrow").status, 2)
    }

    func testOptionsMayStandBeforeTheCommandAndCarryTheirValue() throws {
        let outcome = try waybill.run("--json", "--workspace=\(workspace.path)", "version")
        XCTAssertEqual(outcome.status, 0)
        XCTAssertEqual(try outcome.objects().count, 1)
    }

    func testTwoDashesEndTheOptions() throws {
        try workspace.write("phone1\n+14155550123\n", to: "--odd.csv")
        XCTAssertEqual(try waybill.run("check", "--", "--odd.csv").status, 0)
        XCTAssertEqual(try waybill.run("check", "--odd.csv").status, 2)
    }

    func testAFileThatIsNotThereIsAFailure() throws {
        for command in ["process", "drop", "check"] {
            let outcome = try waybill.run(command, "missing.csv")
            XCTAssertEqual(outcome.status, 4, command)
            XCTAssertTrue(outcome.errors.contains("missing.csv"), outcome.errors)
        }
    }

    func testAWorkspaceThatIsNotThereIsAFailure() throws {
        let outcome = try waybill.run("status", "--workspace", workspace.beside("none"))
        XCTAssertEqual(outcome.status, 4)
        XCTAssertTrue(outcome.errors.contains("there is no workspace"), outcome.errors)
    }

    func testTheWorkspaceIsFoundInTheEnvironment() throws {
        let other = try TestWorkspace()
        let drop = try workspace.file("a.csv", "phone1\n+14155550123\n")
        XCTAssertEqual(try waybill.run("drop", drop, environment: ["WAYBILL_WORKSPACE": other.path]).status, 0)
        XCTAssertTrue(other.exists("inbox/a.csv"))
        XCTAssertFalse(workspace.exists("inbox"))
    }

    func testAStoreThatIsNoneIsAFailureInWords() throws {
        try workspace.write("this is no database, however long it is read", to: "state/waybill.db")
        let outcome = try waybill.run("status")
        XCTAssertEqual(outcome.status, 4)
        XCTAssertTrue(outcome.errors.contains("waybill.db is no database"), outcome.errors)
    }

    func testTheClockCanBeSet() throws {
        let drop = try workspace.file("a.csv", "phone1\n+14155550123\n")
        let outcome = try waybill.run("process", drop, "--json", "--clock", "2031-02-03T04:05:06Z")
        XCTAssertEqual(try outcome.objects().first?["batch"] as? String, "20310203-000001")
        XCTAssertTrue(workspace.exists("outbox/reports/2031-02-03/SHA256SUMS"))
    }

    /// With a typo in it, a person was once listed, and a daemon ran, where nobody sends from.
    func testAWorkspaceThatIsNotThereIsNotMadeAndTheNearestIsNamed() throws {
        let workspace = try TestWorkspace()
        try workspace.write("{}", to: "clinic-prod/waybill.json5")
        let wrong = workspace.path("clinic-prd")
        let file = try workspace.file("a.csv", "phone1\n+14155550123\n")
        for words in [
            ["run"], ["run", "--until-idle"], ["process", file], ["drop", file], ["check", file], ["status"],
            ["doctor"],
            ["config", "check"], ["campaign", "pause", "default"], ["suppress", "add", "+14155550123"], ["batches"],
        ] {
            let outcome = try Executable(workspace).run(words + ["--workspace", wrong])
            XCTAssertEqual(outcome.status, 4, "\(words): \(outcome.errors)")
            XCTAssertTrue(
                outcome.errors.contains("did you mean \(workspace.path("clinic-prod"))?"), "\(words): \(outcome.errors)"
            )
            XCTAssertFalse(FileManager.default.fileExists(atPath: wrong), "\(words)")
        }
    }
}
