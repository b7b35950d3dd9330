import XCTest

@testable import Waybill

/// Who says no in the consent column of a drop is left alone by its campaign.
final class ConsentRefusalTests: XCTestCase {
    func testAColumnWhoseNameIsAboutConsentAndThatNobodyReadsIsToldOfUnlessSomebodyDecided() throws {
        let text = "phone1,SMS Consent,opt_in,DoNotCall,city\n+14155550142,no,no,TRUE,Consentino\n"
        for (configuration, told) in [
            ("{}", ["SMS Consent", "opt_in", "DoNotCall"]),
            (
                "{campaigns: {default: {columns: {'sms consent': 'attribute:SMS Consent', DoNotCall: 'param1'}}}}",
                ["opt_in"]
            ),
        ] {
            let bench = try PipelineBench(configuration)
            try bench.drop(text, as: "a.csv")
            let lines = bench.logged.with("column.not-read")
            XCTAssertEqual(lines.count, told.count, configuration)
            for (line, name) in zip(lines, told) {
                XCTAssertTrue(line.contains(name), line)
                XCTAssertTrue(line.contains("a \(name == "DoNotCall" ? "yes" : "no") in it stops nobody"), line)
            }
            let unread = try XCTUnwrap(try bench.acknowledgement(1)["unreadConsents"] as? [String: String])
            XCTAssertEqual(Set(unread.keys), Set(told), configuration)
            for (name, advice) in unread {
                XCTAssertEqual(advice.contains(": \"consent\"}"), name != "DoNotCall", advice)
            }
        }
    }

    func testAColumnOfThoseWhoRefuseIsNeverTheConsent() throws {
        for name in [
            "DoNotCall", "Opted out", "opt_out", "DNC", "Do Not Disturb", "Unsubscribed", "No Calls", "Werbesperre",
            "Blacklisted", "Suppressed", "Robinson", "No marketing consent", "Consent withdrawn",
        ] {
            XCTAssertTrue(Campaign.isOfRefusal(column: name), name)
            XCTAssertFalse(Campaign.advice(unread: name).contains("\"consent\""), name)
            let (_, problems) = ConfigurationReader.read(
                Array("{campaigns: {a: {columns: {'\(name)': 'consent'}}}}".utf8), file: "waybill.json5")
            XCTAssertEqual(problems.filter { $0.severity == .error }.count, 1, name)
        }
        for name in ["SMS Consent", "Opt-in SMS", "Werbung erlaubt", "Marketing Permission", "Einverstanden", "GDPR"] {
            XCTAssertFalse(Campaign.isOfRefusal(column: name), name)
            XCTAssertTrue(Campaign.advice(unread: name).contains("\"consent\""), name)
        }
        let schema = ["Stadt", "phone type", "Notes", "Nickname", "Street", "Order no", "Contact", "Birthday"]
        XCTAssertEqual(schema.filter(Campaign.isOfRefusal(column:)), [])
    }

    func testADropWithoutSuchAColumnSaysNothingOfIt() throws {
        let bench = try PipelineBench("{}")
        try bench.drop("phone1,city\n+14155550142,Rome\n", as: "a.csv")
        XCTAssertNil(try bench.acknowledgement(1)["unreadConsents"])
    }

    private let configuration = """
        {campaigns: {a: {strategy: "s", policy: "night"}, b: {strategy: "s", policy: "night"}},
         policies: {night: {zone: "UTC", windows: [{from: "22:00", to: "23:00"}]}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "24h"}]}}}
        """

    private func states(_ bench: PipelineBench, _ number: Int) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: BatchID(day: CalendarDay("2026-11-20")!, number: number))
    }

    func testNobodyWhoSaysNoIsContactedWhateverTheDropsForm() throws {
        let drops = [
            "list.csv": "phone,name,consent\n+14155550142,Ann,no\n+14155550143,Bob,yes\n",
            "list.jsonl": #"{"phone":"+14155550142","consent":false}"# + "\n"
                + #"{"phone":"+14155550144","consent":null}"# + "\n" + #"{"phone":"+14155550143","consent":true}"#
                + "\n",
            "list.json": #"[{"phone":"+14155550142","consent":0},{"phone":"+14155550143","consent":1}]"#,
            "request.json": #"[{"DispatchID":"a","PreFill":[[{"QuestionId":"phone1","Input":"+14155550142"},"#
                + #"{"QuestionId":"consent","Input":"Nein"}],[{"QuestionId":"phone1","Input":"+14155550143"},"#
                + #"{"QuestionId":"consent","Input":"ja"}]]}]"#,
        ]
        for (name, text) in drops {
            let bench = try PipelineBench("{campaigns: {a: {}}}")
            try bench.drop(text, as: "a/" + name)
            try bench.send()
            let sent = try bench.dispatched("a").joined()
            XCTAssertTrue(sent.contains("+14155550143"), name)
            XCTAssertFalse(sent.contains("+14155550142") || sent.contains("+14155550144"), name)
        }
    }

    func testNoEndsThePersonsOpenContactsInThatCampaignOnly() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop("phone1,id\n+14155550101,ann\n+14155550102,bob\n", as: "a/1.csv")
        try bench.drop("phone1\n+14155550101\n", as: "b/1.csv")
        try bench.drop("phone,consent\n(415) 555-0101,revoked\n+14155550103,yes\n", as: "a/2.csv")
        XCTAssertEqual(try states(bench, 1), [.suppressed: 1, .pending: 1])
        XCTAssertEqual(try states(bench, 2), [.pending: 1])
        XCTAssertEqual(try states(bench, 3), [.pending: 1])
        let ann = try XCTUnwrap(
            Explanation.of(
                record: 1, batch: BatchID(day: CalendarDay("2026-11-20")!, number: 1), store: bench.pipeline.store,
                configuration: bench.configuration, at: bench.pipeline.now))
        XCTAssertEqual(ann.state, "Suppressed")
        XCTAssertTrue(ann.text.contains("the consent column of batch 20261120-000003 says no"), ann.text)
    }

    func testNoByAnyNumberAddressOrIdEndsThePersonsOpenContacts() throws {
        for (name, text) in [
            ("second.csv", "phone1,phone2,consent\n+14155550177,+14155550101,no\n+14155550199,,yes\n"),
            ("their-second.csv", "phone1,consent\n+14155550102,no\n+14155550199,yes\n"),
            ("mail.csv", "phone1,email,consent\n+14155550177,ANN@example.com,no\n+14155550199,,yes\n"),
            ("id.csv", "phone1,id,consent\n,ann,no\n+14155550199,x,yes\n"),
            ("id.jsonl", "{\"id\":\"ann\",\"consent\":false}\n{\"phone1\":\"+14155550199\",\"consent\":true}\n"),
            ("id.json", "[{\"id\":\"ann\",\"consent\":\"nein\"},{\"phone1\":\"+14155550199\",\"consent\":true}]"),
        ] {
            let bench = try PipelineBench(configuration)
            try bench.drop(
                "phone1,phone2,email,id\n+14155550101,+14155550102,ann@example.com,ann\n+14155550103,,bob@example.com,bob\n",
                as: "a/1.csv")
            try bench.drop(text, as: "a/" + name)
            XCTAssertEqual(try states(bench, 1), [.suppressed: 1, .pending: 1], name)
        }
    }

    func testNoInADamagedRecordIsHeardForEveryNumberInIt() throws {
        for (name, text) in [
            ("quote.csv", "phone1,name,consent\n+14155550101,\"Ann,no\n+14155550199,Bob,yes\n"),
            ("few.csv", "phone1,name,consent,city\n+14155550101,no,\n+14155550199,Bob,yes,Rome\n"),
            ("many.csv", "phone1,name,consent\n+14155550101,Ann,Lee,No thanks\n+14155550199,Bob,yes\n"),
            (
                "key.jsonl",
                "{\"phone1\":\"+14155550101\",\"consent\":false,\"consent\":false}\n{\"phone1\":\"+14155550199\",\"consent\":true}\n"
            ),
        ] {
            let bench = try PipelineBench(configuration)
            try bench.drop("phone1,id\n+14155550101,ann\n+14155550102,bob\n", as: "a/1.csv")
            try bench.drop(text, as: "a/" + name)
            XCTAssertEqual(try states(bench, 1), [.suppressed: 1, .pending: 1], name)
        }
    }

    func testADamagedRecordWithoutAWordOfNoEndsNothing() throws {
        for text in [
            "phone1,name,consent\n+14155550101,\"Ann,yes\n+14155550199,Bob,yes\n",
            "phone1,name,city\n+14155550101,\"Ann,no\n+14155550199,Bob,Rome\n",
        ] {
            let bench = try PipelineBench(configuration)
            try bench.drop("phone1,id\n+14155550101,ann\n", as: "a/1.csv")
            try bench.drop(text, as: "a/2.csv")
            XCTAssertEqual(try states(bench, 1), [.pending: 1], text)
        }
    }

    func testAWordOfRefusalIsNeverEvidenceOfConsent() throws {
        let bench = try PipelineBench("{campaigns: {shop: {consentWords: {other: 'evidence'}}}}")
        let refusals = [
            "yes, but no calls", "no", "not", "nicht", "kein", "stop", "web form, not by phone",
            "ja, aber keine Anrufe",
            "oui, mais pas de SMS", "s\u{ED}, pero nunca por la noche", "si, ma non di sera", "sim, n\u{E3}o por SMS",
        ]
        let rows = refusals.enumerated().map { "+1415555\(1000 + $0),\"\($1)\"\n" }.joined()
        try bench.drop("phone1,consent\n" + rows + "+14155550199,\"web form, 2026-01-04\"\n", as: "shop/1.csv")
        try bench.send()
        let sent = try bench.dispatched("shop")
        XCTAssertTrue(sent.count == 1 && sent[0].contains("+14155550199"), "\(sent)")
        let errors = try bench.text("outbox/notices/2026-11-20/20261120-000001/errors.csv")
        XCTAssertTrue(errors.contains("campaigns.shop.consentWords"), errors)
    }

    func testNoInADropThatIsRefusedWholeCountsAllTheSame() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop("email,id\nann@example.com,ann\n", as: "a/0.csv")
        try bench.drop("phone1,id\n+14155550101,ann\n", as: "a/1.csv")
        try bench.drop("phone,consent\n+14155550101,no\n", as: "a/2.csv")
        XCTAssertEqual(try states(bench, 2), [.suppressed: 1])
    }

    func testOfYesAndNoInOneDropNoCounts() throws {
        for order in [["yes", "no"], ["no", "yes"]] {
            let bench = try PipelineBench(configuration)
            try bench.drop(
                "phone,consent\n+14155550101,\(order[0])\n+14155550101,\(order[1])\n+14155550102,yes\n", as: "a/1.csv")
            XCTAssertEqual(try states(bench, 1), [.suppressed: 1, .pending: 1], "\(order)")
        }
    }

    func testALaterYesIsTaken() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop("phone,consent\n+14155550101,no\n+14155550102,yes\n", as: "a/1.csv")
        try bench.drop("phone,consent\n+14155550101,yes\n", as: "a/2.csv")
        XCTAssertEqual(try states(bench, 2), [.pending: 1])
    }
}
