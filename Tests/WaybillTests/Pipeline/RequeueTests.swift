import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Contacts that certainly got nothing come again, and nobody else does.
final class RequeueTests: XCTestCase {
    private let configuration = """
        {campaigns: {a: {strategy: "s", delimiter: ";", skipLines: 1, columns: {Kunde: "id", phone2: "attribute:phone2"},
           sampling: [{rule: "every", n: 1}]}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "24h"}]}}}
        """

    private let rows = #"""
        made by hand
        phone1;Kunde;phone2;Wort
        +14155550101;ann;x;"a, ""b"""
        +14155550102;bob;y;
        +14155550103;cid;z;c
        +14155550104;dan;;d
        +14155550105;eve;;e

        """#

    private func command(_ condition: String, _ more: String = "") throws -> ControlCommand {
        try ControlCommand(
            json: Array(#"{"command": "requeue", "campaign": "a", "where": "\#(condition)"\#(more)}"#.utf8))
    }

    /// Ann's text failed, Bob's too and he said stop since, Cid's arrived, Dan's failed although it had been delivered
    /// before, Eve's is out.
    private func bench() throws -> PipelineBench {
        let bench = try PipelineBench(configuration)
        try bench.drop(rows, as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 5)
        func reference(_ record: Int) -> String { "bcdfgh-20261120-000001-\(record)-text-1" }
        try bench.drop(
            """
            reference,event,at
            \(reference(1)),failed,
            \(reference(2)),failed,
            \(reference(3)),delivered,
            \(reference(4)),delivered,2026-11-20T14:59:00Z
            \(reference(4)),failed,

            """, as: "_receipts/1.csv")
        try bench.drop("from,text\n+14155550102,STOP\n", as: "_replies/1.csv")
        return bench
    }

    func testOnlyWhoCertainlyGotNothingComesAgainAndOnce() throws {
        let bench = try bench()
        XCTAssertEqual(try bench.pipeline.carryOut(command("state=Failed")).contacts, 1)
        let file = try XCTUnwrap(bench.files("inbox/a").first { $0.hasPrefix("requeue-") && $0.hasSuffix(".csv") })
        XCTAssertEqual(try (FileStatus.of(bench.root + "/inbox/a/" + file)?.mode ?? 0) & 0o777, 0o600)
        XCTAssertThrowsError(try bench.pipeline.carryOut(command("state=Failed"))) { error in
            XCTAssertTrue("\(error)".contains("no contact comes again"), "\(error)")
            XCTAssertTrue("\(error)".contains("of 2 others nobody can tell"), "\(error)")
        }
        try bench.settle()
        let again = try bench.acknowledgement(4)
        XCTAssertEqual(again["requeues"] as? String, "20261120-000001")
        XCTAssertEqual(again["status"] as? String, "accepted", "\(again)")
        XCTAssertEqual(
            again["columns"] as? [String: String],
            [
                "phone1": "phone1", "id": "id", "phone2": "attribute:phone2", "Wort": "attribute:Wort",
            ])
        try bench.send()
        let sent = try bench.dispatched("a")
        XCTAssertEqual(sent.count, 6)
        let last = try XCTUnwrap(sent.first { $0.contains("000004-1-text-1") })
        XCTAssertTrue(last.contains("+14155550101") && last.contains("\"a, \"\"b\"\"\"") && last.contains("ann"), last)
        // When that fails as well, she may come once more; and the first batch has nobody left.
        try bench.drop("reference,event\nbcdfgh-20261120-000004-1-text-1,failed\n", as: "_receipts/2.csv")
        XCTAssertEqual(try bench.pipeline.carryOut(command("state=failed,step=text")).contacts, 1)
        XCTAssertThrowsError(
            try bench.pipeline.carryOut(command("state=Failed", #", "batch": "20261120-000001""#)))
        for line in bench.logged.with("") { XCTAssertFalse(line.contains("4155550"), line) }
    }

    func testWhoSaidStopMeanwhileIsLeftAlone() throws {
        let bench = try bench()
        XCTAssertEqual(try bench.pipeline.carryOut(command("state=Failed")).contacts, 1)
        try bench.drop("from,text\n+14155550101,STOP\n", as: "_replies/2.csv")
        try bench.settle()
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 5)
    }

    func testWhomTheSenderCancelledSinceDoesNotComeAgain() throws {
        for written in ["ann", "ANN", ""] {
            let bench = try bench()
            let cancel = written.isEmpty ? "phone1;action\n+14155550101;cancel" : "Kunde;action\n\(written);cancel"
            try bench.drop("made by hand\n\(cancel)\n", as: "a/2.csv")
            XCTAssertThrowsError(try bench.pipeline.carryOut(command("state=Failed")), written) { error in
                XCTAssertTrue("\(error)".contains("its sender cancelled 1 since"), "\(error)")
            }
            XCTAssertEqual(bench.files("inbox/a"), [])
        }
    }

    func testNobodyOfAListThatAnotherReplacedComesAgain() throws {
        for mode in ["replace", "add"] {
            let bench = try bench()
            try bench.put("{\"mode\": \"\(mode)\"}", as: "a/2.csv.meta.json")
            try bench.drop("made by hand\nphone1;Kunde\n+14155550109;zoe\n", as: "a/2.csv")
            if mode == "add" {
                XCTAssertEqual(try bench.pipeline.carryOut(command("state=Failed")).contacts, 1)
            } else {
                XCTAssertThrowsError(try bench.pipeline.carryOut(command("state=Failed")))
                XCTAssertEqual(bench.files("inbox/a"), [])
            }
        }
    }

    func testWhomTheSenderCancelsBeforeTheNewDropIsTakenIsLeftAlone() throws {
        let bench = try bench()
        XCTAssertEqual(try bench.pipeline.carryOut(command("state=Failed")).contacts, 1)
        try bench.drop("made by hand\nKunde;action\nann;cancel\n", as: "a/2.csv")
        try bench.settle()
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 5)
    }

    func testConditionsThatAskForTooMuchAreRefused() throws {
        for (text, part) in [
            ("code=x", "names no state"), ("state=Dangling", "are not sent to again"),
            ("state=Suppressed", "are not sent to again"), ("state=Failed,phone=1", "is no condition"),
        ] {
            XCTAssertThrowsError(try command(text)) { XCTAssertTrue("\($0)".contains(part), "\($0)") }
        }
        XCTAssertThrowsError(
            try ControlCommand(json: Array(#"{"command": "pause", "campaign": "a", "where": "state=Failed"}"#.utf8)))
        let bench = try bench()
        XCTAssertThrowsError(try bench.pipeline.carryOut(command("state=Failed,code=other.code")))
        XCTAssertEqual(bench.files("inbox/a"), [])
    }

    func testASideCarThatRequeuesAnothersBatchIsRefused() throws {
        let bench = try bench()
        try bench.put(#"{"requeues": "20261120-000099"}"#, as: "a/2.csv.meta.json")
        try bench.drop("phone1\n+14155550109\n", as: "a/2.csv")
        let refusal = try bench.refusal(4)
        XCTAssertTrue(refusal.contains("requeues 20261120-000099"), refusal)
    }
}
