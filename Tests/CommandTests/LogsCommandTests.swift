import Foundation
import Support
import XCTest

/// `waybill logs`: what happened, as Waybill itself keeps it.
final class LogsCommandTests: XCTestCase {
    private func workspace() throws -> (TestWorkspace, Executable) {
        let workspace = try TestWorkspace()
        try workspace.write(#"{timezone: "Europe/Berlin", campaigns: {a: {}, b: {}}}"#, to: "waybill.json5")
        try workspace.write("phone1\n+14155550101\n", to: "inbox/a/good.csv")
        try workspace.write("phone1\n+14155550102\n12\n", to: "inbox/b/half.csv")
        try workspace.write("phone1\n12\n", to: "inbox/b/bad.csv")
        let waybill = Executable(workspace)
        XCTAssertEqual(try waybill.run("logs").status, 1, "nothing happened yet")
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        return (workspace, waybill)
    }

    func testWhatHappenedIsShownByCampaignBatchTimeAndSeverity() throws {
        let (_, waybill) = try workspace()
        func lines(_ words: String...) throws -> [String] {
            try waybill.run(["logs"] + words).output.split(separator: "\n").map(String.init)
        }
        let all = try lines()
        XCTAssertTrue(all.contains { $0.contains("batch.accepted  a") && $0.contains("good.csv") }, "\(all)")
        XCTAssertFalse(all.contains { $0.contains("parcel.left") }, "\(all)")
        XCTAssertTrue(try lines("--severity", "debug").contains { $0.contains("parcel.left") })
        let serious = try lines("--severity", "warning")
        XCTAssertEqual(serious.count, 2, "\(serious)")
        XCTAssertTrue(serious.contains { $0.contains("  error        batch.rejected  b") }, "\(serious)")
        XCTAssertTrue(try lines("--campaign", "A").allSatisfy { $0.contains("  a  ") })
        let batch = try XCTUnwrap(
            try waybill.run("logs", "--json", "--severity", "error").objects().first?["subject"] as? String)
        XCTAssertEqual(try lines("--batch", batch).count, 1)
        XCTAssertEqual(try lines("--limit", "1").count, 1)
        XCTAssertEqual(try lines("--since", "1h").count, all.count)
        XCTAssertEqual(try waybill.run("logs", "--since", "2999-01-01").status, 1)
        XCTAssertFalse(try lines("--severity", "debug").joined().contains("4155550101"), "nobody is named")
    }

    func testWhatCannotBeMeantIsAnError() throws {
        let waybill = Executable(try TestWorkspace())
        for words in [["--severity", "loud"], ["--since", "often"], ["--batch", "x"], ["--limit", "0"]] {
            XCTAssertEqual(try waybill.run(["logs"] + words).status, 2, "\(words)")
        }
    }

    func testItGoesOnWithWhatHappens() throws {
        let (workspace, waybill) = try workspace()
        let following = try waybill.start("logs", "--follow", "--limit", "1")
        try workspace.write("phone1\n+14155550103\n", to: "inbox/a/later.csv")
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        XCTAssertTrue(eventually { following.output.contains("later.csv") }, following.output)
        following.send(SIGINT)
        XCTAssertEqual(following.finish().status, 0)
    }
}
