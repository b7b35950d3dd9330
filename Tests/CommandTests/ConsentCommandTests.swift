import Support
import XCTest

/// `waybill consent`: what a person agreed to and took back.
final class ConsentCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    private func takeConsents() throws {
        try workspace.write(
            "{campaigns: {shop: {policy: \"p\", purpose: \"marketing\"}}, policies: {p: {require: \"consent\"}}}",
            to: "waybill.json5")
        try workspace.write(
            "value,action,at,proof,purpose,by\n+14155550123,grant,2026-11-02T10:00:00Z,\"form 7, page 1\",marketing,web\n"
                + "+14155550123,revoke,2026-11-03T10:00:00Z,letter,,desk\nann@example.com,grant,2026-11-02,,,\n",
            to: "inbox/_consent/a.csv")
        let run = try waybill.run("run", "--until-idle", "--clock", "2026-11-20T15:00:00Z")
        XCTAssertEqual(run.status, 0, run.errors)
    }

    func testTheLedgerOfAPersonIsShownWithItsProofAndWhatItComesTo() throws {
        try takeConsents()
        let found = try waybill.run("consent", "+1 415 555 0123", "--clock", "2026-11-20T16:00:00Z")
        XCTAssertEqual(found.status, 0)
        XCTAssertEqual(
            found.output.split(separator: "\n").map(String.init),
            [
                "2026-11-02T10:00:00+00:00  grant  for marketing  proof: form 7, page 1  by: web  batch 20261120-000001 record 1",
                "2026-11-03T10:00:00+00:00  revoke  everything  proof: letter  by: desk  batch 20261120-000001 record 2",
                "now, campaign shop over handover: the person took the consent back; only they can give it again",
            ])
        let objects = try waybill.run("consent", "+14155550123", "--json").objects()
        XCTAssertEqual(objects.map { $0["action"] as? String }, ["grant", "revoke"])
        XCTAssertEqual(objects.first?["person"] as? String, "+14155550123")
        XCTAssertEqual(objects.first?["proof"] as? String, "form 7, page 1")
        XCTAssertTrue(try waybill.run("explain", "+14155550123").output.contains("Suppressed, reason: consent revoked"))
        let nobody = try waybill.run("consent", "+14155550199")
        XCTAssertEqual(nobody.status, 1)
        XCTAssertEqual(try waybill.run("audit", "verify").status, 0)
    }

    func testTheExportHasTheWholeLedgerAndReplacesNothing() throws {
        try takeConsents()
        let path = workspace.path("ledger.csv")
        XCTAssertEqual(try waybill.run("consent", "--export", path).status, 0)
        let lines = try workspace.read("ledger.csv").split(separator: "\n").map(String.init)
        XCTAssertEqual(lines.count, 4)
        XCTAssertEqual(
            lines[0],
            "person,kind,action,at,channel,purpose,list,expires,proof,by,batch,record,notedAt,origin")
        XCTAssertTrue(
            lines[1].hasPrefix(
                "+14155550123,phone,grant,2026-11-02T10:00:00+00:00,,marketing,,,\"form 7, page 1\",web,20261120-000001,1,"
            ),
            lines[1])
        XCTAssertTrue(lines[3].hasPrefix("key:"), lines[3])
        XCTAssertEqual(try waybill.run("consent", "--export", path).status, 4)
        XCTAssertEqual(try waybill.run("consent", "ann@example.com", "--export", workspace.path("ann.csv")).status, 0)
        XCTAssertEqual(try workspace.read("ann.csv").split(separator: "\n").count, 2)
    }

    func testWithoutAValueItSaysWhatItTakes() throws {
        XCTAssertEqual(try waybill.run("consent").status, 2)
    }
}
