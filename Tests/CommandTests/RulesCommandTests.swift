import Support
import XCTest

final class RulesCommandTests: XCTestCase {
    func testWhatHoldsIsPrintedInWordsWithItsSource() throws {
        let waybill = Executable(try TestWorkspace())
        let florida = try waybill.run("rules", "US-FL", "--kind", "text", "--at", "2026-11-30")
        XCTAssertEqual(florida.status, 0, florida.errors)
        for words in [
            "US-FL: Florida Telephone Solicitation Act, hours (fl-hours)", "daily 08:00–20:00", "since 2021-07-01",
            "Fla. Stat. 501.616(6); its text or several sources, checked 2026-11-30, confidence high",
            "US: Telephone Consumer Protection Act, hours (us-hours)", "no legal advice", "not before 2027-01-31",
        ] {
            XCTAssertTrue(florida.output.contains(words), words + "\n" + florida.output)
        }
        XCTAssertFalse(florida.output.contains("US-TX"), florida.output)
        let service = try waybill.run("rules", "us-fl", "--kind", "text", "--purpose", "service")
        XCTAssertFalse(service.output.contains("fl-hours"), service.output)
        XCTAssertEqual(try waybill.run("rules", "SG", "--kind", "email").status, 1)
        XCTAssertEqual(try waybill.run("rules", "JP").status, 2)
        XCTAssertEqual(try waybill.run("rules", "US", "--kind", "texts").status, 2)
    }

    func testRulesAreObjectsForPrograms() throws {
        let waybill = Executable(try TestWorkspace())
        let all = try waybill.run("rules", "--json", "--at", "2027-06-01").objects()
        XCTAssertEqual(Set(all.compactMap { $0["country"] as? String }).count, 12)
        let french = all.first { $0["id"] as? String == "fr-consent" }
        XCTAssertEqual(french?["from"] as? String, "2026-08-11")
        XCTAssertEqual(french?["holds"] as? String, "now")
        XCTAssertEqual(french?["old"] as? Bool, true, "half a year and a day after it was checked")
    }

    func testACopyOfTheSourceIsTheSameRulesAndADamagedOneIsNoConfiguration() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        try workspace.write(
            "{campaigns: {a: {policy: \"p\", purpose: \"service\"}}, policies: {p: {rules: \"us\"}}}",
            to: "waybill.json5")
        let source = try waybill.run("rules", "--source", "us").output
        try workspace.write(source, to: "rules/us.json5")
        XCTAssertEqual(
            try waybill.run("config", "check", "--clock", "2026-12-01T00:00:00Z").output.hasSuffix("no problems\n"),
            true)
        let before = try waybill.run("rules", "US", "--json").objects().count
        XCTAssertGreaterThan(before, 20)
        XCTAssertTrue(try waybill.run("rules", "US").output.contains("from rules/us.json5"))

        try workspace.write(source.replacingOccurrences(of: "hours: [", with: "hourss: ["), to: "rules/us.json5")
        let drop = try workspace.file("a.csv", "phone1\n+14155550123\n")
        let outcome = try waybill.run("process", drop)
        XCTAssertEqual(outcome.status, 3)
        XCTAssertTrue(outcome.errors.contains("rules/us.json5:"), outcome.errors)
        XCTAssertTrue(outcome.errors.contains("did you mean \"hours\"?"), outcome.errors)
        XCTAssertFalse(workspace.exists("outbox"))
        XCTAssertEqual(try waybill.run("rules", "US").status, 3)
        XCTAssertEqual(try waybill.run("config", "check").status, 1)
    }

    func testCheckWarnsOfOldRulesOfACountryWithoutAndOfNoPurpose() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        try workspace.write(
            """
            {
              campaigns: {
                ours: { policy: "p", region: "US", purpose: "service" },
                theirs: { policy: "p",
                          region: "JP" },
              },
              policies: { p: { rules: ["us"] } },
            }
            """, to: "waybill.json5")
        let fresh = try waybill.run("config", "check", "--clock", "2026-12-01T00:00:00Z")
        XCTAssertEqual(fresh.status, 0, "warnings alone")
        let lines = fresh.output.split(separator: "\n")
        XCTAssertEqual(lines.count, 4, fresh.output)
        XCTAssertTrue(lines[0].hasPrefix("waybill.json5:5:"), fresh.output)
        XCTAssertTrue(lines[0].contains("the numbers of this campaign are those of JP"), fresh.output)
        XCTAssertTrue(lines[1].contains("asks for a do-not-contact list no older than 31d"), fresh.output)
        XCTAssertTrue(lines[2].contains("this campaign has no purpose"), fresh.output)
        let later = try waybill.run("config", "check", "--clock", "2027-05-30T00:00:00Z").output
        XCTAssertTrue(later.contains("checked more than 180 days ago, the oldest on 2026-11-30"), later)
    }
}
