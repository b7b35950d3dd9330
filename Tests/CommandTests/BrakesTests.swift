import Foundation
import Support
import XCTest

/// What stops sending works while the configuration file is broken.
final class BrakesTests: XCTestCase {
    /// A workspace with one contact that waits until tomorrow, whose file was then broken.
    private func broken(_ state: String = "state", by damage: String) throws -> (TestWorkspace, Executable, String) {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        let configuration = """
            {state: "\(state)",
             policies: {later: {startAfter: "2030-01-01T00:00:00Z"}},
             campaigns: {default: {policy: "later"}, clinic: {}}}
            """
        try workspace.write(configuration, to: "waybill.json5")
        let file = try workspace.file("people.csv", "phone1\n+14155550142\n")
        XCTAssertEqual(try waybill.run("process", file).status, 0)
        try workspace.write(configuration + damage, to: "waybill.json5")
        return (workspace, waybill, file)
    }

    func testEveryBrakeWorksAndSaysWhatItGoesBy() throws {
        for (state, damage) in [("state", "\n}"), ("kept here", " ,"), ("state", "\n// fine\n[")] {
            let (workspace, waybill, file) = try broken(state, by: damage)
            for words in [
                ["campaign", "pause", "default"], ["campaign", "list"], ["status"],
                ["suppress", "add", "+14155550142"], ["suppress", "list", "+14155550142"],
                ["campaign", "resume", "default"], ["drop", file, "--campaign", "clinic"],
            ] {
                let outcome = try waybill.run(words)
                XCTAssertEqual(outcome.status, 0, "\(words) \(outcome.errors)")
                XCTAssertTrue(outcome.errors.contains("goes by the last one that could"), "\(words) \(outcome.errors)")
                XCTAssertTrue(outcome.errors.contains("waybill.json5:"), "\(words) \(outcome.errors)")
            }
            // What would send does not go on by an old configuration.
            for words in [["run", "--until-idle"], ["process", file], ["config", "check"]] {
                XCTAssertNotEqual(try waybill.run(words).status, 0, "\(words)")
            }
            XCTAssertFalse(workspace.exists("outbox/dispatch/clinic"))
        }
    }

    func testAPauseThatWasSaidWhileTheConfigurationWasBrokenHoldsOnceItIsMended() throws {
        let (workspace, waybill, file) = try broken(by: "\n}")
        XCTAssertEqual(try waybill.run("campaign", "pause", "clinic").status, 0)
        try workspace.write("{campaigns: {default: {}, clinic: {}}}", to: "waybill.json5")
        _ = try waybill.run("process", file, "--campaign", "clinic")
        XCTAssertFalse(workspace.exists("outbox/dispatch/clinic"))
        XCTAssertEqual(try waybill.run("campaign", "resume", "clinic").status, 0)
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        XCTAssertTrue(workspace.exists("outbox/dispatch/clinic"))
    }

    func testAResumeUnderAListsHoldSaysWhatHoldsAndWhatToDo() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        let list = try workspace.file("dnc.csv", "value\nnobody\n")
        let file = try workspace.file("people.csv", "phone1\n+14155550142\n")
        XCTAssertEqual(try waybill.run("drop", list, "--suppress").status, 0)
        _ = try waybill.run("process", file)
        XCTAssertFalse(workspace.exists("outbox/dispatch/default"))
        let outcome = try waybill.run("campaign", "resume", "default")
        XCTAssertEqual(outcome.status, 0)
        XCTAssertTrue(
            outcome.output.contains("nothing of it leaves; 1 contact waits, held by:\n  dnc.csv"), outcome.output)
        let remedy = try XCTUnwrap(outcome.output.firstMatch(of: /suppress accept (\d+-\d+)/)).output.1
        let told = try XCTUnwrap(try waybill.run("campaign", "resume", "default", "--json").objects().first)
        XCTAssertEqual((told["held"] as? [String])?.count, 1)
        XCTAssertEqual(try waybill.run("suppress", "accept", String(remedy)).status, 0)
        let free = try waybill.run("campaign", "resume", "default")
        XCTAssertTrue(free.output.hasPrefix("default goes on: "), free.output)
    }

    func testAWorkspaceThatNeverRanHasNothingToGoBy() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        try workspace.write("{campaigns: {", to: "waybill.json5")
        XCTAssertEqual(try waybill.run("campaign", "pause", "default").status, 3)
    }

    func testAConfigurationThatIsGoneOrCannotBeReadStopsWhatSendsAndNoBrake() throws {
        for isFolder in [false, true] {
            let (workspace, waybill, file) = try broken(by: "")
            try FileManager.default.removeItem(atPath: workspace.path("waybill.json5"))
            if isFolder {
                try FileManager.default.createDirectory(
                    atPath: workspace.path("waybill.json5"), withIntermediateDirectories: false)
            }
            for words in [["run", "--until-idle"], ["process", file, "--campaign", "clinic"]] {
                XCTAssertEqual(try waybill.run(words).status, 3, "\(words)")
            }
            for words in [["campaign", "pause", "clinic"], ["suppress", "add", "+14155550142"], ["status"]] {
                XCTAssertEqual(try waybill.run(words).status, 0, "\(words)")
            }
            XCTAssertFalse(workspace.exists("outbox/dispatch"))
        }
    }

    func testAWorkspaceThatNeverHadAConfigurationNeedsNone() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        let file = try workspace.file("people.csv", "phone1\n+14155550142\n")
        for _ in 1...2 { XCTAssertEqual(try waybill.run("process", file).status, 0) }
    }

    func testAnInboxThatGivesNoAnswerIsAcceptedByName() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        try workspace.write("{inbox: ['inbox', 'far']}", to: "waybill.json5")
        let file = try workspace.file("people.csv", "phone1\n+14155550142\n")
        XCTAssertEqual(try waybill.run("process", file).status, 0)
        XCTAssertEqual(try waybill.run("inbox", "accept", "elsewhere").status, 2)
        XCTAssertEqual(try waybill.run("inbox", "accept").status, 2)
        let outcome = try waybill.run("inbox", "accept", "far")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.hasPrefix("nothing waits for "), outcome.output)
    }
}
