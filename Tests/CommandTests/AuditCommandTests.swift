import Support
import SystemIO
import XCTest

/// `waybill audit`: who asked for what, and whether the store is as it was written.
final class AuditCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    func testVerifyIsDoneWhereAllIsAsItWasWritten() throws {
        XCTAssertEqual(try waybill.run("audit", "verify").status, 0, "nothing has run yet")
        try workspace.write("value\n+14155550109\n", to: "inbox/_suppress/dnc.csv")
        try workspace.write("phone1\n+14155550101\n", to: "inbox/default/a.csv")
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        XCTAssertEqual(try waybill.run("campaign", "pause", "default").status, 0)
        let verified = try waybill.run("audit", "verify")
        XCTAssertEqual(verified.status, 0, verified.output)
        XCTAssertEqual(verified.output, "3 rows in the chain, and all is as it was written\n")
        let listed = try waybill.run("audit", "list").output
        XCTAssertTrue(listed.contains("listed  1 person  batch "), listed)
        XCTAssertTrue(listed.contains("paused  default"), listed)
        XCTAssertFalse(listed.contains("4155550109"), listed)
        let json = try waybill.run("audit", "list", "--json").output
        XCTAssertEqual(json.split(separator: "\n").count, 3, json)
        XCTAssertTrue(json.contains(#""content":{"by":"phone"}"#), json)
        XCTAssertEqual(try waybill.run("audit", "list", "--since", "2099-01-01T00:00:00Z").output, "")
        XCTAssertEqual(try waybill.run("audit", "list", "--since", "soon").status, 2)
        XCTAssertEqual(try waybill.run("audit", "mend").status, 2)
    }

    func testVerifyNamesEachRowThatIsNotAsItWasWritten() throws {
        try workspace.write("value\n+14155550109\n", to: "inbox/_suppress/dnc.csv")
        try workspace.write("phone1\n+14155550101\n", to: "inbox/default/a.csv")
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        try Database(path: workspace.path("state/waybill.db")).execute(
            """
            UPDATE audit SET content = '{}' WHERE id = 1;
            UPDATE segment SET data = CAST(replace(data, x'3535', x'3536') AS BLOB);
            DELETE FROM listing;
            UPDATE parcel SET zone = 'Europe/Berlin';
            """)
        let verified = try waybill.run("audit", "verify")
        XCTAssertEqual(verified.status, 1)
        let lines = verified.output.split(separator: "\n")
        XCTAssertEqual(lines.count, 4, verified.output)
        let words = ["row 1 (listed", "who must not be contacted", "parcel P000000001", "segment 0 of batch"]
        for (line, word) in zip(lines, words) {
            XCTAssertTrue(line.contains(word), "\(line) has no \(word)")
        }
        XCTAssertFalse(verified.output.contains("55501"), "no address is shown")
        XCTAssertEqual(try waybill.run("audit", "verify", "--json").status, 1)
    }
}
