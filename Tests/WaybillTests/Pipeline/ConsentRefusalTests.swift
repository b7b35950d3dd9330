import XCTest

@testable import Waybill

/// Who says no in the consent column of a drop is left alone by its campaign.
final class ConsentRefusalTests: XCTestCase {
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
                configuration: bench.configuration))
        XCTAssertEqual(ann.state, "Suppressed")
        XCTAssertTrue(ann.text.contains("the consent column of batch 20261120-000003 says no"), ann.text)
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
