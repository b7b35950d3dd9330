import Foundation
import Glibc
import Support
import XCTest

/// The store copied while a waybill runs, and put back.
final class BackupCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
        try workspace.write(
            "{policies: {later: {startAfter: '2030-01-01T00:00:00Z'}}, campaigns: {default: {policy: 'later'}}}",
            to: "waybill.json5")
    }

    func testACopyOfARunningStoreIsPutBackAndGoesOnUnderNewIdsAndReferencesAndPaused() throws {
        // Large enough for a file of segments of its own.
        let numbers = (0..<60_000).map { "+1415555\(1_000 + $0 % 9_000),\($0)\n" }.joined()
        let people = try workspace.file("people.csv", "phone1,id\n" + numbers)
        try workspace.write(
            "{policies: {later: {startAfter: '2030-01-01T00:00:00Z'}}, campaigns: {default: {policy: 'later', "
                + "duplicates: 'keep'}}}", to: "waybill.json5")
        _ = try waybill.run("process", people)
        XCTAssertFalse(workspace.files(below: "state/waybill.db-segments").isEmpty)
        _ = try waybill.run("suppress", "add", "+14155551234")
        let daemon = try waybill.start("run")
        XCTAssertTrue(eventually { daemon.errors.contains("run.started") })
        let copy = workspace.beside("copy.tar")
        let backup = try waybill.run("backup", copy)
        XCTAssertEqual(backup.status, 0, backup.errors)
        let twice = try waybill.run("backup", copy)
        XCTAssertEqual(twice.status, 4, "a copy that is there is not replaced")
        XCTAssertTrue(twice.errors.contains("is there already, and is not replaced"), twice.errors)
        daemon.send(SIGTERM)
        XCTAssertEqual(daemon.finish().status, 0)
        // What comes after the copy is lost with the store.
        let later = try waybill.run("process", try workspace.file("b.csv", "phone1\n+14155550123\n"), "--json")
        let lost = try XCTUnwrap(later.objects().first?["batch"] as? String)
        XCTAssertEqual(try waybill.run("restore", copy).status, 4, "a store that is there is not replaced")
        try FileManager.default.moveItem(atPath: workspace.path("state"), toPath: workspace.beside("old"))

        let restored = try waybill.run("restore", copy)
        XCTAssertEqual(restored.status, 0, restored.errors)
        XCTAssertTrue(restored.output.contains("paused default"), restored.output)
        XCTAssertEqual(try waybill.run("audit", "verify").status, 0)
        XCTAssertEqual(try waybill.run("campaign", "list", "--json").objects().first?["open"] as? Int, 60_000)
        XCTAssertEqual(try waybill.run("suppress", "list", "+14155551234").status, 0)
        let explained = try waybill.run("explain", "59999", "--json").objects()
        XCTAssertEqual(explained.first?["state"] as? String, "Pending")
        let again = try waybill.run("process", try workspace.file("c.csv", "phone1\n+14155550124\n"), "--json")
        let next = try XCTUnwrap(again.objects().first?["batch"] as? String)
        XCTAssertEqual(again.status, 0, again.errors)
        XCTAssertGreaterThan(next, lost)
        XCTAssertTrue(next.hasSuffix("-100001"), next)
        XCTAssertFalse(workspace.exists("outbox/dispatch"), "nothing leaves before somebody says so")
    }

    func testADamagedCopyIsNotPutBack() throws {
        _ = try waybill.run("process", try workspace.file("a.csv", "phone1\n+14155550123\n"))
        let copy = workspace.beside("copy.tar")
        XCTAssertEqual(try waybill.run("backup", copy).status, 0)
        try FileManager.default.moveItem(atPath: workspace.path("state"), toPath: workspace.beside("old"))
        let whole = try Data(contentsOf: URL(fileURLWithPath: copy))
        var flipped = whole
        flipped[40_000] ^= 1
        for (bytes, name) in [(flipped, "flipped"), (whole.prefix(whole.count / 2), "cut"), (Data(), "empty")] {
            let path = workspace.beside(name)
            try bytes.write(to: URL(fileURLWithPath: path))
            let outcome = try waybill.run("restore", path)
            XCTAssertEqual(outcome.status, 4, name)
            XCTAssertFalse(workspace.exists("state/waybill.db"), name)
        }
        XCTAssertEqual(try waybill.run("restore", copy).status, 0)
        XCTAssertEqual(try waybill.run("restore").status, 2)
    }

    func testTheDoctorFindsWhatIsWrong() throws {
        XCTAssertEqual(try waybill.run("process", try workspace.file("a.csv", "phone1\n+14155550123\n")).status, 0)
        let well = try waybill.run("doctor")
        XCTAssertEqual(well.status, 0, well.output)
        XCTAssertTrue(well.output.contains("state"), well.output)
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        let after = try waybill.run("doctor")
        XCTAssertTrue(after.output.contains("the last run ended at"), after.output)
        try workspace.write(
            "{inbox: 'file', transports: {x: {kind: 'command', run: ['./none']}}, campaigns: {default: {transports: {sms: 'x'}}}}",
            to: "waybill.json5")
        try workspace.write("", to: "file")
        let ill = try waybill.run("doctor", "--json")
        XCTAssertEqual(ill.status, 1)
        let problems = try ill.objects().filter { $0["verdict"] as? String == "problem" }
        XCTAssertEqual(
            problems.compactMap { $0["about"] as? String }.sorted(), ["configuration", "inbox", "x"], ill.output)
    }

    func testTheDoctorAsksTheRelayOfSubscribers() throws {
        try workspace.write(
            "{transports: {relay: {kind: 'smtp', port: 1}}, notify: {transport: 'relay', from: 'w@clinic.example'}}",
            to: "waybill.json5")
        let told = try waybill.run("doctor")
        XCTAssertEqual(told.status, 1, told.output)
        XCTAssertTrue(
            told.output.contains("problem  relay          the relay cannot be reached: connect to"), told.output)
    }
}
