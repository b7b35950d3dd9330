import Support
import XCTest

/// What a file's messages and its sample would be.
final class PreviewCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
        try workspace.write(
            """
            {campaigns: {
               clinic: {strategy: "s", templates: {t: "t.txt"}},
               survey: {sampling: [{rule: "where", field: "language", in: ["en", "es"]},
                                   {rule: "quota", limit: 1, per: "day", by: "param4"}]}},
             strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", template: "t", expires: "1h",
                                       on: {expired: "mail"}},
                                      {name: "mail", channel: "email", to: "email", template: "t"}]}}}
            """, to: "waybill.json5")
        try workspace.write("Hello {{name}} €", to: "t.txt")
    }

    func testTheMessagesOfEachStepAndThoseOfOneRecord() throws {
        let file = try workspace.file(
            "a.csv", "phone1,name,email\n+14155550101,Ann,ann@example.com\n12,X,\n+14155550102,,\n+14155550103,Bob,\n")
        let outcome = try waybill.run("preview", file, "--campaign", "clinic")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        for line in [
            "text  sms to phone1, template t: 2 messages, 2 segments", "  none for 1: The template needs \"name\"",
            "mail  email to email, template t: 1 message\n", "  none for 2: The contact has no email.", "Record 1",
            "  text  sms to phone1, template t  +14155550101  GSM-7, 12 septets, 1 segment", "    Hello Ann €",
        ] { XCTAssertTrue(outcome.output.contains(line), "\(line) in \(outcome.output)") }
        let object = try XCTUnwrap(
            try waybill.run("preview", file, "--campaign", "clinic", "--record", "4", "--json").objects().first)
        let messages = try XCTUnwrap(object["messages"] as? [[String: Any]])
        XCTAssertEqual(messages.map { $0["message"] as? String }, ["Hello Bob €", nil])
        XCTAssertEqual(messages[1]["problem"] as? String, "The contact has no email.")
        XCTAssertEqual(workspace.files(below: "outbox"), [], "nothing is kept")
        XCTAssertEqual(try waybill.run("preview", file, "--campaign", "clinic", "--record", "2").status, 1)
    }

    func testWhatEachSamplingRuleKeepsByStratum() throws {
        let file = try workspace.file(
            "s.csv",
            "phone1,language,param4\n+14155550101,en,x\n+14155550102,en,x\n+14155550103,es,y\n+14155550104,de,y\n")
        let outcome = try waybill.run("preview", file, "--campaign", "survey", "--sampling", "--json")
        let object = try XCTUnwrap(try outcome.objects().first)
        XCTAssertEqual(object["kept"] as? Int, 2)
        let rules = try XCTUnwrap(object["rules"] as? [[String: Any]])
        XCTAssertEqual(rules.map { $0["kept"] as? Int }, [3, 2])
        XCTAssertEqual(rules.map { $0["dropped"] as? Int }, [1, 1])
        let strata = try rules.map { try XCTUnwrap($0["strata"] as? [[String: Any]]) }
        XCTAssertEqual(strata[0].map { $0["value"] as? String }, ["en", "de", "es"])
        XCTAssertEqual(
            strata[1].map { "\($0["value"] ?? "") \($0["kept"] ?? "") \($0["dropped"] ?? "")" }, ["x 1 1", "y 1 0"])
        // What the quota has used counts, and the file may have been dropped already.
        _ = try waybill.run("process", file, "--campaign", "survey")
        let again = try waybill.run("preview", file, "--campaign", "survey", "--sampling")
        XCTAssertTrue(again.output.contains("0 of 4 contacts kept"), again.output + again.errors)
        XCTAssertTrue(again.output.contains("rule 2: quota 1 per day by param4  0 kept, 3 dropped"), again.output)
    }

    func testMistakesAreUsageAndARefusedFileIsANo() throws {
        let file = try workspace.file("a.csv", "phone1\n+14155550101\n")
        for arguments in [
            [], [file, file], [file, "--record", "0"], [file, "--record", "1", "--sampling"],
            [file, "--campaign", "clinc"],
        ] {
            XCTAssertEqual(try waybill.run(["preview"] + arguments).status, 2, "\(arguments)")
        }
        let refused = try waybill.run(
            "preview", try workspace.file("b.csv", "phone1\n12\n"), "--campaign", "clinic")
        XCTAssertEqual(refused.status, 1)
        XCTAssertTrue(refused.errors.contains("drop.no-valid-records"), refused.errors)
    }

    func testAMailIsShownWithItsSubjectInTheContactsLanguage() throws {
        try workspace.write(
            """
            {transports: {relay: {kind: "smtp"}},
             campaigns: {clinic: {strategy: "s", require: ["email"], from: {email: "desk@clinic.example"},
               transports: {email: "relay"}, templates: {t: {
               subject: "Your day, {{name}}", text: "t.txt", html: "t.html",
               languages: {de: {subject: "Ihr Termin, {{name}}", text: "de.txt", html: "t.html"}}}}}},
             strategies: {s: {steps: [{name: "mail", channel: "email", template: "t"}]}}}
            """, to: "waybill.json5")
        try workspace.write("\u{FEFF}Hello\r\n{{name}}\r\n", to: "t.txt")
        try workspace.write("Hallo {{name}}\n\n", to: "de.txt")
        try workspace.write("<b>{{name}}</b>\n", to: "t.html")
        let file = try workspace.file("m.csv", "email,name,language\na@b.example,A&B,en\nc@b.example,Udo,de-CH\n")
        let text = try waybill.run("preview", file, "--campaign", "clinic").output
        XCTAssertTrue(text.contains("    Subject: Your day, A&B\n\n    Hello"), text)
        func message(_ record: String) throws -> [String: Any]? {
            let outcome = try waybill.run("preview", file, "--campaign", "clinic", "--record", record, "--json")
            return (try outcome.objects().first?["messages"] as? [[String: Any]])?.first
        }
        let first = try XCTUnwrap(try message("1"))
        XCTAssertEqual(first["message"] as? String, "Hello\r\nA&B", "the file's last line end is no part of it")
        XCTAssertEqual(first["html"] as? String, "<b>A&amp;B</b>")
        let second = try XCTUnwrap(try message("2"))
        XCTAssertEqual(second["subject"] as? String, "Ihr Termin, Udo")
        XCTAssertEqual(second["message"] as? String, "Hallo Udo\n")
    }

    func testAMailThatAServerIsCalledForIsShownWithItsSubjectAndHTML() throws {
        func preview(_ templates: String, _ rows: String) throws -> [String: Any]? {
            try workspace.write(
                """
                {transports: {web: {kind: "sparkpost", values: {from: "desk@clinic.example", subject: "Hello"}}},
                 campaigns: {clinic: {strategy: "s", require: ["email"], transports: {email: "web"} \(templates)}},
                 strategies: {s: {steps: [{name: "mail", channel: "email", \(templates.isEmpty ? "" : "template: 't'")}]}}}
                """, to: "waybill.json5")
            let outcome = try waybill.run(
                "preview", try workspace.file("m.csv", rows), "--campaign", "clinic", "--json")
            return (try outcome.objects().first?["messages"] as? [[String: Any]])?.first
        }
        try workspace.write("Dear {{name}}", to: "t.txt")
        try workspace.write("<b>{{name}}</b>", to: "t.html")
        let whole = try XCTUnwrap(
            preview(
                ", templates: {t: {subject: 'Your day, {{name}}', text: 't.txt', html: 't.html'}}",
                "email,name\na@b.example,A&B\n"))
        XCTAssertEqual(whole["subject"] as? String, "Your day, A&B")
        XCTAssertEqual(whole["html"] as? String, "<b>A&amp;B</b>")
        XCTAssertEqual(whole["message"] as? String, "Dear A&B")
        let own = try XCTUnwrap(preview("", "email,message,subject\na@b.example,Hi,Mine\n"))
        XCTAssertEqual(own["subject"] as? String, "Mine")
        let plain = try XCTUnwrap(preview("", "email,message\na@b.example,Hi\n"))
        XCTAssertEqual(plain["subject"] as? String, "Hello")
    }
}
