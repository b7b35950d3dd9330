import Foundation
import Support
import XCTest

/// Looking at a workspace: what is done, what waits, and what needs somebody.
final class StatusCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    func testFilesThatNobodyTakesAndDropsThatWereRefusedNeedAttention() throws {
        _ = try waybill.run("process", try workspace.file("bad.csv", "phone1\n12\n"))
        let refused = try waybill.run("status")
        XCTAssertTrue(
            refused.output.contains("! bad.csv for default was refused: "), refused.output)
        try workspace.write("phone1\n+14155550123\n", to: "inbox/later.csv")
        try workspace.write("read me", to: "inbox/README.txt")
        // As if the last run were long ago.
        let status = try waybill.run("status", "--clock", "2030-01-01T00:00:00Z")
        XCTAssertTrue(
            status.output.contains("Waybill is not running, and 1 file waits: start it"), status.output)
    }

    func testWhatARunThatWasCutOffWasReadingWaits() throws {
        let rows = (0..<200_000).map { "+1415555\(1_000 + $0 % 9_000),\($0)\n" }.joined()
        try workspace.write("{campaigns: {default: {duplicates: 'keep'}}}", to: "waybill.json5")
        let daemon = try waybill.start("run")
        XCTAssertTrue(eventually { daemon.errors.contains("run.started") })
        XCTAssertEqual(try waybill.run("drop", try workspace.file("large.csv", "phone1,id\n" + rows)).status, 0)
        XCTAssertTrue(eventually { !self.workspace.exists("inbox/large.csv") })
        daemon.send(SIGKILL)
        _ = daemon.finish()
        let status = try waybill.run("status", "--clock", "2030-01-01T00:00:00Z")
        XCTAssertTrue(status.output.contains("Waybill is not running, and 1 file waits: start it"), status.output)
    }

    func testAKilledProcessIsToldAtOnceWhoeverAsks() throws {
        let daemon = try waybill.start("run")
        XCTAssertTrue(eventually { self.workspace.exists("outbox/status.json") })
        try workspace.write("phone1\n+14155550123\n", to: "inbox/later.csv.part")
        XCTAssertFalse(try waybill.run("status").output.contains("not running"))
        daemon.send(SIGKILL)
        _ = daemon.finish()
        try FileManager.default.moveItem(
            atPath: workspace.path("inbox/later.csv.part"), toPath: workspace.path("inbox/later.csv"))
        XCTAssertTrue(try waybill.run("status").output.contains("Waybill is not running, and 1 file waits: start it"))
        XCTAssertTrue(try waybill.run("doctor").output.contains("no waybill runs"))
        // As for somebody who may not read the store.
        try workspace.write("no store", to: "state/waybill.db")
        for ending in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: workspace.path("state/waybill.db" + ending))
        }
        XCTAssertTrue(try waybill.run("status").output.contains("Waybill is not running, and 1 file waits: start it"))
    }

    func testWhoCannotReadTheStoreIsToldFromTheFile() throws {
        _ = try waybill.run("process", try workspace.file("a.csv", "phone1\n+14155550123\n"))
        try workspace.write("no store", to: "state/waybill.db")
        for ending in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: workspace.path("state/waybill.db" + ending))
        }
        let outcome = try waybill.run("status")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.contains("1 of 1 done"), outcome.output)
        try FileManager.default.removeItem(atPath: workspace.path("outbox/status.json"))
        XCTAssertEqual(try waybill.run("status").status, 4, "there is nothing to be told from")
    }

    func testAConfigurationThatCannotBeUsedNeedsAttentionThoughNothingRuns() throws {
        _ = try waybill.run("process", try workspace.file("a.csv", "phone1\n+14155550123\n"))
        try workspace.write("{ campaigns: ", to: "waybill.json5")
        let status = try waybill.run("status", "--json", "--clock", "2030-01-01T00:00:00Z")
        XCTAssertEqual(status.status, 0, status.errors)
        XCTAssertTrue(status.output.contains("waybill config check says why"), status.output)
    }

    func testBatchesAreListedLatestLast() throws {
        XCTAssertEqual(try waybill.run("batches").status, 1)
        _ = try waybill.run("process", try workspace.file("a.csv", "phone1\n+14155550123\n"))
        _ = try waybill.run("process", try workspace.file("b.csv", "phone1\n12\n"))
        let lines = try waybill.run("batches").output.split(separator: "\n")
        XCTAssertEqual(lines.count, 3)
        XCTAssertTrue(lines[0].hasPrefix("BATCH") && lines[1].hasSuffix("a.csv") && lines[2].hasSuffix("b.csv"))
        let refused = try waybill.run("batches", "--refused", "--json").objects()
        XCTAssertEqual(refused.map { $0["drop"] as? String }, ["b.csv"])
        XCTAssertEqual(refused.first?["reason"] as? String, "drop.no-valid-records")
        XCTAssertEqual(try waybill.run("batches", "--limit", "1", "--json").objects().count, 1)
        XCTAssertEqual(try waybill.run("batches", "--day", "2001-01-01").status, 1)
        XCTAssertEqual(try waybill.run("batches", "--open").status, 1)
        XCTAssertEqual(try waybill.run("batches", "--campaign", "other").status, 1)
        for words in [["--limit", "0"], ["--day", "today"], ["x"]] {
            XCTAssertEqual(try waybill.run(["batches"] + words).status, 2)
        }
    }

    func testVersionIsAnOptionToo() throws {
        XCTAssertEqual(try waybill.run("--version").output, try waybill.run("version").output)
    }

    func testAReaderThatHasEnoughEndsACommandQuietly() throws {
        let program = try waybill.path()
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = [
            "-c", "(\"$0\" help; echo $? >&3) 3>\"$1\" 2>\"$2\" | true", program, workspace.path("rc"),
            workspace.path("err"),
        ]
        // The reader is gone before the first byte, or the text fits into the pipe: both are quiet.
        try shell.run()
        shell.waitUntilExit()
        let status = try workspace.read("rc")
        XCTAssertTrue(["0\n", "141\n"].contains(status), status)
        XCTAssertEqual(try workspace.read("err"), "")
    }
}
