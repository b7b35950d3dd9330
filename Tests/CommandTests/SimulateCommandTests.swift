import Support
import XCTest

/// What would be sent when, as a person asks for it.
final class SimulateCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
        try workspace.write(
            """
            {campaigns: {clinic: {policy: "day", timezone: "Europe/Berlin"}},
             policies: {day: {zone: "campaign", windows: [{from: "09:00", to: "17:00", days: ["mon-fri"]}]}}}
            """, to: "waybill.json5")
    }

    func testAFileIsPlannedAndNothingOfItIsKept() throws {
        let file = try workspace.file("people.csv", "phone1\n+491711234567\n+491711234568\n12\n")
        let before = workspace.files(below: ".")
        let outcome = try waybill.run(
            "simulate", file, "--campaign", "clinic", "--from", "2026-11-21T10:00:00Z", "--output",
            workspace.path("sends.csv"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.contains("3 records: 2 accepted, 1 rejected"), outcome.output)
        XCTAssertTrue(outcome.output.contains("2 messages by the recipients' clocks"), outcome.output)
        XCTAssertTrue(outcome.output.contains("Mon 2026-11-23  handover  Europe/Berlin"), outcome.output)
        XCTAssertEqual(
            try workspace.read("sends.csv").split(separator: "\n"),
            [
                "at,local,zone,channel,reference,address",
                "2026-11-23T08:00:00.000Z,2026-11-23T09:00:00+01:00,Europe/Berlin,handover,yyyyyy-20261121-000001-1-handover-1,"
                    + "+491711234567",
                "2026-11-23T08:00:00.000Z,2026-11-23T09:00:00+01:00,Europe/Berlin,handover,yyyyyy-20261121-000001-2-handover-1,"
                    + "+491711234568",
            ])
        let mode = try FileManager.default.attributesOfItem(atPath: workspace.path("sends.csv"))[.posixPermissions]
        XCTAssertEqual(mode as? Int, 0o600, "plain addresses")
        XCTAssertEqual(workspace.files(below: "."), (before + ["./sends.csv"]).sorted())
    }

    func testAListThatIsRepeatedIsSentOnEachOfItsDaysAndNothingOfItIsKept() throws {
        try workspace.write(
            """
            {campaigns: {clinic: {timezone: "Europe/Berlin", repeats: {file: "lists/people.csv",
              rule: "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3", start: "2026-11-23T09:00"}}}}
            """, to: "waybill.json5")
        try workspace.write("phone1\n+491711234567\n", to: "lists/people.csv")
        let before = workspace.files(below: ".")
        let outcome = try waybill.run(
            "simulate", "--from", "2026-11-21T10:00:00Z", "--until", "2026-12-21", "--output", workspace.path("s.csv"))
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(
            try workspace.read("s.csv").split(separator: "\n").dropFirst().map { $0.prefix(24) },
            ["2026-11-23T08:00:00.000Z", "2026-11-25T08:00:00.000Z", "2026-11-30T08:00:00.000Z"])
        XCTAssertTrue(outcome.output.contains("repeat-20261125.csv"), outcome.output)
        XCTAssertEqual(workspace.files(below: "."), (before + ["./s.csv"]).sorted())
    }

    func testTheResultForProgramsIsOneObject() throws {
        let file = try workspace.file("people.csv", "phone1\n+491711234567\n")
        let outcome = try waybill.run(
            "simulate", file, "--campaign", "clinic", "--from", "2026-11-21", "--until", "2026-11-22", "--json")
        let object = try XCTUnwrap(try outcome.objects().first)
        XCTAssertEqual(object["messages"] as? Int, 0)
        XCTAssertEqual(object["from"] as? String, "2026-11-21T00:00:00+00:00")
        let waiting = try XCTUnwrap((object["waiting"] as? [[String: Any]])?.first)
        XCTAssertEqual(waiting["nextAt"] as? String, "2026-11-23T08:00:00.000Z")
        XCTAssertEqual((object["batches"] as? [[String: Any]])?.first?["endedAt"] as? NSNull, NSNull())
    }

    func testWithoutFilesItShowsWhatBecomesOfThoseWhoWait() throws {
        let file = try workspace.file("people.csv", "phone1\n+491711234567\n")
        _ = try waybill.run("process", file, "--campaign", "clinic", "--clock", "2026-11-21T10:00:00Z")
        let outcome = try waybill.run("simulate", "--from", "2026-11-21T11:00:00Z")
        XCTAssertTrue(outcome.output.contains("all done at 2026-11-23T09:00:00+01:00"), outcome.output)
        XCTAssertEqual(workspace.files(below: "outbox/dispatch", ending: ".csv"), [])
    }

    func testMistakesAreUsage() throws {
        let file = try workspace.file("people.csv", "phone1\n+491711234567\n")
        for arguments in [
            ["--from", "monday"], ["--campaign", "clinic"], [file, "--output", workspace.path(".")],
            ["--from", "2026-11-22", "--until", "2026-11-21"], [file, "--campaign", "clinc"],
        ] {
            XCTAssertEqual(try waybill.run(["simulate"] + arguments).status, 2, "\(arguments)")
        }
        XCTAssertEqual(try waybill.run("simulate", workspace.path("none.csv")).status, 4)
    }

    func testTheCopyGoesAwayWithItsProcessOrWithTheNextOne() throws {
        let folder = workspace.beside("temporary")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // What a killed process leaves behind, and what is not a rehearsal's.
        for name in ["waybill-rehearsal-killed", "waybill-rehearsal-other"] {
            try FileManager.default.createDirectory(
                atPath: folder + "/" + name, withIntermediateDirectories: false)
        }
        _ = FileManager.default.createFile(atPath: folder + "/waybill-rehearsal-killed/.lock", contents: nil)
        let outcome = try waybill.run("simulate", environment: ["TMPDIR": folder])
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), ["waybill-rehearsal-other"])
    }
}
