import Support
import SystemIO
import XCTest

@testable import Waybill

/// What the audit chain has of what people, lists, files and commands asked for.
final class AuditTrailTests: XCTestCase {
    private func rows(_ bench: PipelineBench) throws -> [AuditRow] {
        var rows: [AuditRow] = []
        try bench.pipeline.store.forEachAudited(after: 0) { rows.append($0) }
        return rows
    }

    private func problems(_ bench: PipelineBench) throws -> [String] {
        let store = bench.pipeline.store
        var found = try AuditChain.problems(of: store, sealedAs: store.auditSeal())
        try store.forEachDamage { found.append($0) }
        return found
    }

    func testEachThatIsAskedForIsARowWithItsFileAndRecord() throws {
        let bench = try PipelineBench("{campaigns: {shop: {}}}")
        try bench.drop("phone1\n+14155550101\n+14155550102\n+14155550103\n", as: "shop/people.csv")
        try bench.drop("value\n+14155550101\n+14155550109\n", as: "_suppress/dnc.csv")
        try bench.drop("from,text\n+14155550104,hello\n+14155550102,STOP\n", as: "_replies/r.csv")
        try bench.drop("from,text\n+14155550102,START\n", as: "_replies/s.csv")
        try bench.drop("action,value\nremove,+14155550101\n", as: "_suppress/off.csv")
        try bench.drop(#"{"command": "pause", "campaign": "shop"}"#, as: "_control/p.json")
        try bench.drop(#"{"command": "resume", "campaign": "shop"}"#, as: "_control/q.json")
        try bench.drop(#"{"command": "withdraw", "campaign": "shop"}"#, as: "_control/w.json")
        try bench.pipeline.acceptClock()
        let rows = try rows(bench)
        XCTAssertEqual(
            rows.map(\.kind),
            [
                "listed", "drop", "stopped", "lifted", "taken-off", "drop", "paused", "resumed", "withdrawn",
                "clock-accepted",
            ])
        XCTAssertEqual(rows.map(\.countOfKeys), [2, 0, 1, 1, 1, 0, 0, 0, 0, 0])
        XCTAssertEqual(rows[1].subject, rows[0].source?.description)
        XCTAssertTrue(rows[1].content.json.contains(#""file":"dnc.csv","sha256":""#), rows[1].content.json)
        XCTAssertTrue(rows[1].content.json.hasSuffix(#""received":2,"rejected":0}"#), rows[1].content.json)
        XCTAssertEqual(rows[2].record, 2)
        XCTAssertEqual(rows[6].subject, "shop")
        XCTAssertNotNil(rows[6].source)
        XCTAssertNil(rows[9].source)
        for row in rows { XCTAssertFalse(row.content.json.contains("4155550"), "row \(row.number) has an address") }
        try bench.take()
        XCTAssertEqual(try problems(bench), [])
    }

    func testRefusedConsentIsARowWithWhomItClosed() throws {
        let bench = try PipelineBench("{campaigns: {shop: {require: [\"phone1\", \"consent\"]}}}")
        try bench.drop("phone1,consent\n+14155550101,yes\n+14155550102,yes\n", as: "shop/a.csv")
        try bench.drop("phone1,consent\n+14155550101,no\n+14155550105,yes\n", as: "shop/b.csv")
        let row = try XCTUnwrap(try rows(bench).first { $0.kind == "consent-closed" })
        XCTAssertEqual(row.subject, "shop")
        XCTAssertEqual(row.countOfKeys, 1)
        XCTAssertEqual(try problems(bench), [])
    }

    func testAListThatHoldsAndIsAcceptedIsARow() throws {
        let bench = try PipelineBench("{campaigns: {shop: {}}}")
        try bench.drop("%PDF-1.7\n", as: "_suppress/list.pdf")
        let batch = try XCTUnwrap(try rows(bench).first?.source)
        try bench.drop(#"{"command": "accept", "batch": "\#(batch)"}"#, as: "_control/a.json")
        XCTAssertEqual(try rows(bench).map(\.kind), ["drop", "list-accepted"])
        XCTAssertEqual(try rows(bench)[1].subject, batch.description)
    }

    func testAListOfManyIsFewRows() throws {
        let bench = try PipelineBench()
        let list = "value\n" + (0..<9_000).map { "+1415555\(String($0 + 10_000).dropFirst())\n" }.joined()
        try bench.drop(list, as: "_suppress/dnc.csv")
        let rows = try rows(bench)
        XCTAssertLessThan(rows.count, 8)
        XCTAssertEqual(rows.map(\.countOfKeys).reduce(0, +), 9_000)
        XCTAssertEqual(try problems(bench), [])
    }

    func testAStoreOfAnEarlierVersionHasItsTrailInTheChain() throws {
        let bench = try PipelineBench("{campaigns: {shop: {}}}", store: OlderStores.bytes(ofVersion: 6))
        let rows = try rows(bench)
        XCTAssertEqual(rows.map(\.kind), ["listed", "listed", "stopped", "begun"])
        try bench.take()
        XCTAssertEqual(try problems(bench), [])
    }
}
