import Support
import SystemIO
import XCTest

@testable import Waybill

/// Bytes in the store that say nothing: nobody is sent to because of them, and what is whole goes on.
final class StoreDamageTests: XCTestCase {
    private static let configuration = "{campaigns: {a: {}, b: {}}}"
    private static let parcel = "WHERE campaign = 'a'"

    /// A bench with a parcel each of two campaigns, the first of which is then damaged.
    private func bench(_ damage: String) throws -> PipelineBench {
        let bench = try PipelineBench(Self.configuration)
        try bench.drop("phone1,name\n+14155550101,Ann\n+14155550102,Bob\n", as: "a/1.csv")
        try bench.drop("phone1,name\n+14155550201,Cy\n", as: "b/1.csv")
        try Database(path: bench.root + "/state/waybill.db").execute(damage)
        return bench
    }

    private static let segment = "(SELECT id FROM segment WHERE id >> 18 = (SELECT batch FROM parcel \(parcel)))"
    /// A standing of 36 bytes with a state and a stage.
    private static func standing(_ state: Int, _ stage: Int = 0) -> String {
        "x'" + [state, stage].map { String($0 + 256, radix: 16).suffix(2) }.joined() + "' || zeroblob(34)"
    }

    private static let damages: [(name: String, sql: String, words: String)] = [
        (
            "an unknown fate", "UPDATE parcel SET contacts = x'0100000001010900' || x'0200000001010000' \(parcel)",
            "record 1 in parcel P000000001 has the unknown fate 9"
        ),
        ("half a contact", "UPDATE parcel SET contacts = x'010000000101' \(parcel)", "contacts of parcel P000000001"),
        (
            "a contact too many", "UPDATE parcel SET contacts = contacts || x'0300000001010000' \(parcel)",
            "parcel P000000001 has 3 contacts"
        ),
        (
            "an unknown state",
            "INSERT INTO contact_state (id, data) SELECT id, CAST(x'FF01' || \(standing(99)) || x'0000' AS BLOB) FROM \(segment)",
            "segment 0 of batch 20261120-000001"
        ),
        (
            "an unknown stage",
            "INSERT INTO contact_state (id, data) SELECT id, CAST(\(standing(0, 99)) || \(standing(0)) AS BLOB) FROM \(segment)",
            "segment 0 of batch 20261120-000001"
        ),
        (
            "a kind that is not there",
            "INSERT INTO contact_state (id, data) SELECT id, CAST(x'FF01' || \(standing(0)) || x'0001' AS BLOB) FROM \(segment)",
            "segment 0 of batch 20261120-000001"
        ),
        (
            "standings of fewer contacts",
            "INSERT INTO contact_state (id, data) SELECT id, CAST(x'FF01' || \(standing(0)) || x'00' AS BLOB) FROM \(segment)",
            "segment 0 of batch 20261120-000001"
        ),
        (
            "a text that is not there",
            """
            INSERT INTO contact_state (id, data) SELECT id,
              CAST(x'FF01' || x'0000000063000000' || zeroblob(28) || x'0000' AS BLOB) FROM \(segment)
            """, "the text 99"
        ),
        (
            "bounds that say nothing",
            "INSERT INTO setting (key, value) VALUES ('bounds.20261120-000001', CAST('soon,never' AS BLOB))",
            "the bounds of batch 20261120-000001"
        ),
        (
            "a row of a batch that says nothing",
            "UPDATE batch SET schema = '[{' WHERE id = (SELECT batch FROM parcel \(parcel))",
            "the row of batch 20261120-000001"
        ),
        (
            "a value that is longer than its segment",
            "UPDATE segment SET data = CAST(substr(data, 1, 20) || x'FE' || substr(data, 22) AS BLOB) WHERE id = \(segment)",
            "segment 0 of batch 20261120-000001"
        ),
    ]

    func testNobodyIsSentToBecauseOfItAndOthersAre() throws {
        for damage in Self.damages {
            let bench = try bench(damage.sql)
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a"), [], damage.name)
            XCTAssertEqual(try bench.dispatched("b").count, 1, damage.name)
            let lines = bench.logged.with("parcel.held")
            XCTAssertEqual(lines.count, 1, damage.name)
            XCTAssertTrue(lines.first?.contains(damage.words) ?? false, "\(damage.name): \(lines)")
            XCTAssertTrue(lines.first?.contains("the store is damaged") ?? false, "\(damage.name): \(lines)")
            XCTAssertFalse(lines.joined().contains("4155550"), damage.name)
            // Said once, and sent as little later on.
            try bench.send()
            XCTAssertEqual(bench.logged.with("parcel.held").count, 1, damage.name)
            XCTAssertEqual(try bench.dispatched("a"), [], damage.name)
        }
    }

    func testWhatWasLeavingStaysAsItIs() throws {
        let bench = try bench("")
        let parcel = try XCTUnwrap(bench.due().first)
        let store = bench.pipeline.store
        try store.durably {
            try store.markLeaving(
                parcel.id, owner: parcel.owner, transport: "folder", ticket: nil, at: bench.pipeline.now)
        }
        try Database(path: bench.root + "/state/waybill.db").execute(
            "UPDATE parcel SET contacts = x'01' \(Self.parcel)")
        try bench.restart(at: "2026-11-20T15:01:00Z")
        XCTAssertEqual(bench.logged.with("parcel.held").count, 1)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 1)
        let status = try Database(path: bench.root + "/state/waybill.db", readOnly: true)
            .statement("SELECT status FROM parcel \(Self.parcel)").first { $0.int(0) }
        XCTAssertEqual(status, ParcelStatus.leaving.rawValue)
    }

    func testAnUnknownKindOfReasonHoldsItsParcel() throws {
        let bench = try bench("UPDATE parcel SET hold = 77 \(Self.parcel)")
        XCTAssertEqual(try bench.pipeline.store.holdings().first { $0.campaign == "a" }?.kind, .damaged)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a"), [])
        XCTAssertEqual(try bench.dispatched("b").count, 1)
        XCTAssertTrue(bench.logged.with("parcel.held").first?.contains("unknown kind 77 of reason") ?? false)
    }

    private static let calls = """
        {campaigns: {a: {strategy: "s"}, b: {strategy: "s"}}, strategies: {s: {steps: [
          {name: "call", channel: "voice", resultWithin: "1h", on: {expired: {retry: "1h"}}, attempts: 2}]}}}
        """

    /// A bench with calls of two campaigns that are out; where the contacts of the first stand cannot be read.
    private func benchAwaiting() throws -> PipelineBench {
        let bench = try PipelineBench(Self.calls)
        try bench.drop("phone1,name\n+14155550101,Ann\n+14155550102,Bob\n", as: "a/1.csv")
        try bench.drop("phone1,name\n+14155550201,Cy\n", as: "b/1.csv")
        try bench.send()
        try Database(path: bench.root + "/state/waybill.db").execute(
            "UPDATE contact_state SET data = x'FF01' WHERE id = \(Self.segment)")
        return bench
    }

    func testAWaitThatCannotBeEndedHoldsNobodyElseUp() throws {
        let bench = try benchAwaiting()
        try bench.restart(at: "2026-11-20T16:30:00Z")
        try bench.send()
        XCTAssertEqual(bench.logged.with("parcel.held").count, 1)
        XCTAssertEqual(try bench.pipeline.store.nextMoments().due?.description.prefix(13), "2026-11-20T17")
        try bench.send()
        XCTAssertEqual(bench.logged.with("parcel.held").count, 1)
    }

    func testADayIsReportedWithoutTheBatchThatCannotBeReadWhichIsNamed() throws {
        let bench = try benchAwaiting()
        try bench.drop("phone1,name\n+14155550103,Di\n", as: "a/2.csv")
        try bench.restart(at: "2026-11-21T00:30:00Z")
        let summary = try bench.text("outbox/reports/2026-11-20/summary.json")
        XCTAssertTrue(summary.contains("\"damaged\""), summary)
        XCTAssertTrue(summary.contains("the contacts of segment 0 of batch 20261120-000001"), summary)
        XCTAssertEqual(try bench.report("progress", campaign: "a").filter { $0.contains("20261120-000003") }.count, 1)
        XCTAssertEqual(try bench.report("progress", campaign: "a").filter { $0.contains("20261120-000001") }.count, 0)
        XCTAssertEqual(try bench.report("progress", campaign: "b").count, 1)
        XCTAssertEqual(bench.logged.with("report.damaged").count, 1)
    }

    func testResultsOfABatchThatCannotBeReadAreGivenBackAndTheOthersCount() throws {
        let bench = try benchAwaiting()
        try bench.drop(
            "reference,event\nbcdfgh-20261120-000001-1-call-1,connected\nbcdfgh-20261120-000002-1-call-1,connected\n",
            as: "_receipts/1.csv")
        XCTAssertEqual(try bench.pipeline.store.states(of: BatchID("20261120-000002")!)[.connected], 1)
        XCTAssertEqual(try bench.acknowledgement(3)["rejected"] as? Int, 1)
        XCTAssertEqual(try bench.pipeline.store.states(of: BatchID("20261120-000002")!)[.connected], 1)
        try bench.drop("phone1,phone2\n+14155550301,+14155550302\n", as: "b/2.csv")
        try bench.send()
        try bench.drop("address,event\n+14155550302,connected\n", as: "_receipts/2.csv")
        XCTAssertEqual(try bench.pipeline.store.states(of: BatchID("20261120-000004")!)[.connected], 1)
        // A stop is heard whatever can be read.
        try bench.drop("from,text\n+14155550101,STOP\n", as: "_replies/1.csv")
        let key = RecipientKey.phone(E164Number(digits: 14_155_550_101))
        XCTAssertTrue(try bench.pipeline.store.hasStopped(key))
        let found = try XCTUnwrap(
            Explanation.of(
                anyOf: [key], store: bench.pipeline.store, configuration: bench.configuration, at: bench.pipeline.now
            ).first)
        XCTAssertEqual(found.state, "Unreadable")
    }

    func testAnUnknownKindOfListingIsNoListingLeftOut() throws {
        let workspace = try TestWorkspace()
        let store = try SQLiteStore(path: workspace.path("x.db"))
        let now = Timestamp(milliseconds: 1)
        try Database(path: workspace.path("x.db")).execute("INSERT INTO listing VALUES (7, '', '', '', 9, '', 1, 0)")
        for ask in [
            { _ = try store.wideListings(at: now) }, { _ = try store.suppressionFilter() },
            { _ = try store.listingTotals(at: now) },
        ] {
            XCTAssertThrowsError(try ask()) { XCTAssertTrue("\($0)".contains("the unknown kind 9"), "\($0)") }
        }
    }
}
