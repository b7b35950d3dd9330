import Foundation
import Support
import XCTest

final class ConfigCommandTests: XCTestCase {
    private static let typos = """
        {
          campaings: {},
          campaigns: {
            clinic: { polcy: "consumer", timezone: "Europe/Berln" },
          },
        }
        """

    func testAListThatCannotBeRepeatedIsNamed() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        func problems(_ file: String, _ rule: String, _ start: String) throws -> [String] {
            try workspace.write(
                "{campaigns: {news: {repeats: {file: \"\(file)\", rule: \"\(rule)\", start: \"\(start)\"}}}}",
                to: "waybill.json5")
            return try waybill.run("config", "check", "--json", "--clock", "2026-12-01T10:00:00Z").objects()
                .compactMap { $0["message"] as? String }
        }
        try workspace.write("phone1\n+14155550123\n", to: "lists/people.csv")
        XCTAssertEqual(try problems("lists/people.csv", "FREQ=DAILY", "2026-12-02T09:00"), [])
        XCTAssertEqual(
            try problems("lists/people.csv", "FREQ=WEEKLY;BYDAY=MO", "2026-12-02T09:00"),
            ["the rule does not have this day; the first one is 2026-12-07T09:00:00+00:00"])
        XCTAssertEqual(
            try problems("lists/people.csv", "FREQ=DAILY;UNTIL=20261130", "2026-11-01T09:00"),
            ["its last day is past: nothing is sent again"])
        XCTAssertEqual(
            try problems("lists/people.csv", "FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12", "2026-11-01T09:00"),
            ["no day fits it within ten years of its start"])
        XCTAssertTrue(
            try problems("lists/none.csv", "FREQ=DAILY", "2026-12-02T09:00").contains {
                $0.hasPrefix("there is no such")
            })
        XCTAssertTrue(
            try problems("inbox/people.csv", "FREQ=DAILY", "2026-12-02T09:00").contains {
                $0.contains("lie in each other")
            })
    }

    func testThreeTyposAreThreeProblemsWithTheirPlaces() throws {
        let workspace = try TestWorkspace()
        try workspace.write(Self.typos, to: "waybill.json5")
        let waybill = Executable(workspace)
        let outcome = try waybill.run("config", "check")
        XCTAssertEqual(outcome.status, 1)
        let lines = outcome.output.split(separator: "\n")
        XCTAssertEqual(lines.count, 4, outcome.output)
        XCTAssertTrue(lines[0].hasPrefix("waybill.json5:2:3: "), outcome.output)
        XCTAssertTrue(lines[0].contains("did you mean \"campaigns\"?"), outcome.output)
        XCTAssertTrue(lines[1].hasPrefix("waybill.json5:4:15: "), outcome.output)
        XCTAssertTrue(lines[2].hasPrefix("waybill.json5:4:"), outcome.output)
        XCTAssertEqual(lines[3], "waybill.json5: 3 errors")

        let objects = try waybill.run("config", "check", "--json").objects()
        XCTAssertEqual(objects.count, 3)
        XCTAssertEqual(objects.first?["line"] as? Int, 2)
        XCTAssertEqual(objects.first?["severity"] as? String, "error")
    }

    func testNothingIsDoneWithAConfigurationThatHasErrors() throws {
        let workspace = try TestWorkspace()
        try workspace.write(Self.typos, to: "waybill.json5")
        let waybill = Executable(workspace)
        let drop = try workspace.file("a.csv", "phone1\n+14155550123\n")
        for arguments in [["process", drop], ["run", "--until-idle"], ["status"], ["check", drop]] {
            let outcome = try waybill.run(arguments)
            XCTAssertEqual(outcome.status, 3, "\(arguments)")
            XCTAssertTrue(outcome.errors.contains("waybill.json5:2:3: "), outcome.errors)
        }
        XCTAssertFalse(workspace.exists("inbox"))
    }

    func testWhatContradictsItselfOrHasNoEffectIsAWarningWithItsPlace() throws {
        let workspace = try TestWorkspace()
        try workspace.write(
            """
            { policies: {
                old: { endBefore: "2020-01-01T00:00:00Z", region: { "US-XX": { to: "20:00" }, "US-FL": { to: "20:00" } },
                       holidays: { "US": ["2020-12-25"] } },
                unused: {},
              },
              strategies: { s: { steps: [
                { name: "text", channel: "sms", on: { failed: { retry: "5m" }, expired: "close" } },
                { name: "lost", channel: "sms", attempts: 2, on: { failed: { retry: "5m" } } },
              ] } },
              campaigns: {
                first: { drops: ["*.csv"], policy: "old", strategy: "s" },
                second: { drops: ["b*.csv", "*.json"] },
              },
            }
            """, to: "waybill.json5")
        let waybill = Executable(workspace)
        let objects = try waybill.run("config", "check", "--json").objects()
        XCTAssertEqual(
            objects.compactMap { $0["setting"] as? String }.sorted(),
            [
                "campaigns.second.drops[0]", "policies.old.endBefore", "policies.old.holidays.US",
                "policies.old.region.US-XX", "policies.unused", "strategies.s.steps[0].on.expired",
                "strategies.s.steps[0].on.failed", "strategies.s.steps[1]",
            ])
        XCTAssertTrue(objects.allSatisfy { $0["severity"] as? String == "warning" })
        let second = objects.first { $0["setting"] as? String == "campaigns.second.drops[0]" }
        XCTAssertEqual(second?["line"] as? Int, 12)
        XCTAssertEqual(try waybill.run("config", "check").status, 0)
    }

    func testAConfigurationThatIsNotThereIsNone() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        XCTAssertEqual(try waybill.run("config", "check").status, 0)
        XCTAssertEqual(try waybill.run("status", "--config", "none.json5").status, 3)
    }

    func testTheConfigurationShownReadsBackToItself() throws {
        let workspace = try TestWorkspace()
        try workspace.write("{ region: \"DE\", campaigns: { clinic: { drops: [\"clinic*\"] } } }", to: "waybill.json5")
        let waybill = Executable(workspace)
        let shown = try waybill.run("config", "show").output
        try workspace.write(shown, to: "shown.json5")
        XCTAssertEqual(try waybill.run("config", "check", "--config", "shown.json5").status, 0)
        XCTAssertEqual(try waybill.run("config", "show", "--config", "shown.json5").output, shown)
        let object = try waybill.run("config", "show", "--json").objects().first
        XCTAssertEqual(object?["region"] as? String, "DE")
    }

    func testATemplateThatCannotBeUsedIsFoundBeforeAnythingIsSent() throws {
        let workspace = try TestWorkspace()
        try workspace.write(
            """
            { campaigns: { clinic: {
                columns: { Vorname: "firstname" },
                templates: {
                  gone: "gone.txt",
                  old: "old.txt",
                  open: { subject: "Hi {{name", text: "good.txt" },
                  none: "none.txt",
                  typo: { subject: "{{Vornam}}", text: "good.txt", languages: { de: {
                    subject: "Hallo", text: "empty.txt" } } },
                } } } }
            """, to: "waybill.json5")
        try workspace.write("{{Vorname}} {{Filiale}} {{fristname|you}}", to: "good.txt")
        try workspace.write("a\n{{}}", to: "empty.txt")
        try workspace.write("\r\n", to: "none.txt")
        try Data([0x61, 0x0A, 0x47, 0x72, 0xFC, 0xDF]).write(to: URL(fileURLWithPath: workspace.path("old.txt")))
        let outcome = try Executable(workspace).run("config", "check")
        XCTAssertEqual(outcome.status, 1)
        for line in [
            "waybill.json5:4:7: campaigns.clinic.templates.gone: open \(workspace.path("gone.txt")): No such file",
            "waybill.json5:5:7: campaigns.clinic.templates.old: old.txt, line 2: from there on it is not UTF-8; save",
            "waybill.json5:6:15: campaigns.clinic.templates.open: line 1, column 4: \"{{\" is not closed",
            "waybill.json5:7:7: campaigns.clinic.templates.none: none.txt is empty; write the message",
            "waybill.json5:8:7: warning: campaigns.clinic.templates.typo: the template asks for \"Vornam\", which is "
                + "taken as a column of the sender's own, did you mean \"Vorname\"?",
            "asks for \"fristname\", which is taken as a column of the sender's own, did you mean \"firstname\"?",
            "waybill.json5:9:27: campaigns.clinic.templates.typo: empty.txt, line 2, column 1: a place without",
        ] { XCTAssertTrue(outcome.output.contains(line), "\(line) in \(outcome.output)") }
        XCTAssertFalse(outcome.output.contains("Filiale"), "a column of the sender's own: \(outcome.output)")
        XCTAssertTrue(outcome.output.hasSuffix("waybill.json5: 5 errors, 8 warnings\n"), outcome.output)
    }

    func testAMisspeltPlaceOfACallAFileOrALinkIsFound() throws {
        let workspace = try TestWorkspace()
        try workspace.write(
            """
            { campaigns: { default: { columns: { Adresse: "email" } },
                a: { strategy: "s", mail: { unsubscribe: ["https://x.example/{{token}}/{{refrence}}/{{emial}}/{{Filiale}}"] } },
                b: { strategy: "s", mail: { unsubscribe: ["https://x.example/{{token}}"] },
                  link: { url: "https://x.example/{{token}}", key: { env: "LINK_KEY" } } } },
              strategies: { s: { steps: [{ name: "x", channel: "sms" }] } },
              transports: {
                call: { kind: "http", url: "https://x.example", values: { sender: "Us" },
                  body: { to: "{{adress}}", from: "{{sender}}", text: "{{mesage}}", "for": "{{Adresse}}", at: "{{Filiale}}" } },
                good: { kind: "http", url: "https://x.example", body: { to: "{{phone1}}", text: "{{message}}", r: "{{reference}}" } },
                file: { kind: "folder", path: "out", columns: { Ref: "{{reference}}", Until: "{{valid until}}", Id: "{{refrence}}" } },
              } }
            """, to: "waybill.json5")
        let outcome = try Executable(workspace).run("config", "check")
        XCTAssertEqual(outcome.status, 1)
        let line = "is taken as a column of the sender's own, did you mean"
        for words in [
            "waybill.json5:2:33: campaigns.a.mail.unsubscribe: {{token}} needs the key of the campaign's links",
            "campaigns.a.mail.unsubscribe: the place {{emial}} \(line) {{email}}?",
            "campaigns.a.mail.unsubscribe: the place {{refrence}} \(line) {{reference}}?",
            "waybill.json5:8:7: warning: transports.call.body: the place {{adress}} \(line) {{address}}?",
            "transports.call.body: the place {{mesage}} \(line) {{message}}?",
            "transports.call.body: nothing in a call says whom it is for",
            "transports.call.body: no call has {{reference}}, so that results are found by their addresses alone",
            "warning: campaigns.b.link.key: the variable LINK_KEY, which should hold the key of links, is empty or not set; it "
                + "may be there once Waybill is started",
            "transports.file.columns: the place {{refrence}} \(line) {{reference}}?",
        ] { XCTAssertTrue(outcome.output.contains(words), "\(words) in \(outcome.output)") }
        for word in ["Filiale", "{{adresse}}", "transports.good.body", "{{validuntil}}", "campaigns.b.mail"] {
            XCTAssertFalse(outcome.output.contains(word), "\(word) in \(outcome.output)")
        }
    }
}
