import Support
import SystemIO
import XCTest

@testable import Waybill

/// What of a damaged store can be had again is, before anything leaves, and what nobody can know leaves people alone.
final class StoreMendingTests: XCTestCase {
    private static let configuration = "{campaigns: {shop: {}, rest: {}}}"

    /// A bench whose store was damaged while nothing ran, started again with a drop of five for each campaign.
    private func damaged(
        _ sql: String, _ bench: PipelineBench, _ configuration: String = StoreMendingTests.configuration
    ) throws {
        bench.pipeline.close()
        try Database(path: bench.root + "/state/waybill.db").execute(sql)
        try bench.restart(at: "2026-11-21T15:00:00Z", with: configuration)
        for campaign in ["shop", "rest"] {
            let numbers = (101...105).map { "+14155550\($0)\n" }.joined()
            try bench.drop("phone1\n" + numbers, as: "\(campaign)/people.csv")
        }
        try bench.send()
    }

    private func sent(_ bench: PipelineBench, _ campaign: String = "shop") throws -> String {
        try bench.dispatched(campaign).joined(separator: "\n")
    }

    func testWhoWasListedOrSaidStopIsLeftAloneThoughTheirRowsAreGoneOrAnother() throws {
        let damages = [
            "DELETE FROM listing", "DELETE FROM suppression", "UPDATE listing SET key = key + 1",
            "UPDATE listing SET expires = 5", "UPDATE listing SET campaign = 'rest'", "UPDATE listing SET kind = 4",
            "UPDATE suppression SET key = key - 1", "INSERT INTO lifted SELECT key, at + 86400000000 FROM suppression",
            "DELETE FROM setting WHERE key = 'suppression-total'",
            "UPDATE setting SET value = CAST('9 0' AS BLOB) WHERE key = 'suppression-total'",
        ]
        for damage in damages {
            let bench = try PipelineBench(Self.configuration)
            try bench.drop("value\n+14155550101\n+14155550106\n", as: "_suppress/dnc.csv")
            try bench.drop(
                "action,value\nremove,+14155550106\nadd,+14155550106\nremove,+14155550105\n", as: "_suppress/c.csv")
            try bench.drop("from,text\n+14155550102,STOP\n+14155550103,STOP\n", as: "_replies/a.csv")
            try bench.drop("from,text\n+14155550103,START\n", as: "_replies/b.csv")
            try damaged(damage, bench)
            let sent = try sent(bench)
            for (number, isLeftAlone) in [(101, true), (102, true), (103, false), (104, false), (105, false)] {
                XCTAssertEqual(sent.contains("+14155550\(number)"), !isLeftAlone, "\(number) after \(damage)")
            }
            XCTAssertFalse(bench.logged.with("store.mended").isEmpty, damage)
            var found: [String] = []
            try bench.pipeline.store.forEachDamage { found.append($0) }
            XCTAssertEqual(found, [], damage)
        }
    }

    private static let asking = """
        {campaigns: {shop: {policy: "p", purpose: "marketing"}, rest: {purpose: "marketing"}},
         policies: {p: {require: "consent"}}}
        """

    func testWhatPeopleAgreedToAndTookBackIsSaidAgainByTheChain() throws {
        let damages = [
            "DELETE FROM consent", "DELETE FROM consent WHERE action = 0", "UPDATE consent SET action = 1",
            "UPDATE consent SET at = at + 86400000000 WHERE action = 1", "UPDATE consent SET key = key + 1",
            "UPDATE consent SET kind = 9", "UPDATE consent SET sum = 7", "UPDATE consent SET record = 7",
            "UPDATE consent SET purpose = 'none'",
        ]
        for damage in damages {
            let bench = try PipelineBench(Self.asking)
            try bench.drop(
                "value,action,at,purpose\n+14155550101,grant,2026-11-01,\n+14155550102,grant,2026-11-02,marketing\n"
                    + "+14155550102,revoke,2026-11-03,\n+14155550103,revoke,2026-11-03,marketing\n",
                as: "_consent/a.csv")
            try bench.drop("from,text\n+14155550104,STOP\n", as: "_replies/a.csv")
            try damaged(damage, bench, Self.asking)
            XCTAssertEqual(
                try Set(sent(bench).matches(of: /\+1415555010\d/).map { String($0.output) }), ["+14155550101"], damage)
            XCTAssertEqual(
                try Set(sent(bench, "rest").matches(of: /\+1415555010\d/).map { String($0.output) }),
                ["+14155550101", "+14155550105"], damage)
            XCTAssertFalse(bench.logged.with("store.mended").isEmpty, damage)
            var found: [String] = []
            try bench.pipeline.store.forEachDamage { found.append($0) }
            XCTAssertEqual(found, [], damage)
        }
    }

    func testACampaignWhosePauseIsDamagedStaysPaused() throws {
        let bench = try PipelineBench(Self.configuration)
        try bench.drop(#"{"command": "pause", "campaign": "rest"}"#, as: "_control/p.json")
        try damaged("UPDATE paused SET campaign = 'resu'", bench)
        XCTAssertEqual(try bench.pipeline.store.pausedCampaigns(), ["rest"])
        XCTAssertEqual(try sent(bench, "rest"), "")
        XCTAssertTrue(try sent(bench).contains("+14155550101"))
        XCTAssertTrue(bench.logged.with("store.mended").joined().contains("resu"))
    }

    func testWhereNobodyCanTellWhichCampaignWasPausedAllAre() throws {
        let bench = try PipelineBench(Self.configuration)
        try damaged("INSERT INTO paused VALUES ('resu', 1, 7)", bench)
        XCTAssertEqual(try sent(bench) + sent(bench, "rest"), "")
        XCTAssertTrue(try bench.pipeline.store.pausedCampaigns().isSuperset(of: ["shop", "rest"]))
    }

    func testWhereWhatHoldsCampaignsIsDamagedAllAreHeldUntilItIsAccepted() throws {
        for damage in ["value = CAST('[]' AS BLOB)", "key = 'list-hnlds'"] {
            let bench = try PipelineBench(Self.configuration)
            try bench.drop("%PDF-1.7\n", as: "_suppress/list.pdf")
            try damaged("UPDATE setting SET \(damage) WHERE key = 'list-holds'", bench)
            XCTAssertEqual(try sent(bench) + sent(bench, "rest"), "", damage)
            let hold = try XCTUnwrap(try bench.pipeline.store.listHolds().first)
            try bench.drop(#"{"command": "accept", "batch": "\#(hold.batch)"}"#, as: "_control/a.json")
            XCTAssertEqual(try bench.pipeline.store.listHolds().count, 0)
        }
    }

    func testWhereRowsOfTheChainAreLostNothingLeavesUntilSomebodyAcceptsIt() throws {
        try assertNothingLeaves(after: "the rows", lost: Self.removeRows)
    }

    func testWhereTheLengthOfTheChainIsLostNothingLeavesEitherSinceRowsMayBe() throws {
        func seal(_ bench: PipelineBench) -> String { bench.root + "/state/waybill.db-audit" }
        try assertNothingLeaves(after: "the file") { try Files.remove(seal($0)) }
        try assertNothingLeaves(after: "the rows and the file") {
            try Self.removeRows($0)
            try Files.remove(seal($0))
        }
        try assertNothingLeaves(after: "what is in the file") {
            try Files.writeAtomically(Array("x\n".utf8), to: seal($0))
        }
    }

    func testWhileTheLengthOfTheChainCannotBeReadNothingLeavesAndItGoesOnByItself() throws {
        defer { Faults.takeBack() }
        for code in [EIO, EACCES] {
            let bench = try PipelineBench(Self.configuration)
            try bench.drop("from,text\n+14155550102,STOP\n", as: "_replies/a.csv")
            bench.pipeline.close()
            let seal = bench.root + "/state/waybill.db-audit"
            Faults.handIn(Fault(.fails(code), of: [.open], beneath: seal, lasts: true))
            try bench.restart(at: "2026-11-21T15:00:00Z", with: Self.configuration)
            try bench.drop("phone1\n+14155550101\n", as: "shop/people.csv")
            for _ in 1...2 {
                try bench.take()
                XCTAssertTrue(try bench.pipeline.isCleared())
                try bench.send()
                XCTAssertEqual(try sent(bench) + sent(bench, "rest"), "", "\(code)")
            }
            let setup = try XCTUnwrap(bench.pipeline.context.setup("shop"))
            let words = try CampaignHolds(bench.pipeline.context).words(for: setup)
            XCTAssertEqual(words.count, 1, "\(words)")
            XCTAssertTrue(words.joined().contains(seal), "\(words)")
            XCTAssertTrue(words.joined().contains("let the user that waybill runs as read"), "\(words)")
            XCTAssertEqual(bench.logged.with("sending.held").count, 1)
            Faults.takeBack()
            try bench.take()
            XCTAssertTrue(try bench.pipeline.isCleared())
            try bench.send()
            XCTAssertTrue(try sent(bench).contains("+14155550101"), "\(code)")
            XCTAssertEqual(bench.logged.with("audit.broken"), [])
            bench.pipeline.close()
        }
    }

    private static func removeRows(_ bench: PipelineBench) throws {
        try Database(path: bench.root + "/state/waybill.db").execute("DELETE FROM audit")
    }

    private func assertNothingLeaves(after what: String, lost lose: (PipelineBench) throws -> Void) throws {
        let bench = try PipelineBench(Self.configuration)
        try bench.drop("from,text\n+14155550102,STOP\n", as: "_replies/a.csv")
        bench.pipeline.close()
        try lose(bench)
        try bench.restart(at: "2026-11-21T15:00:00Z", with: Self.configuration)
        XCTAssertFalse(bench.logged.with("audit.broken").isEmpty, what)
        try bench.drop("phone1\n+14155550101\n", as: "shop/people.csv")
        for _ in 1...2 {
            try bench.take()
            XCTAssertTrue(try bench.pipeline.isCleared())
            try bench.send()
            XCTAssertEqual(try sent(bench) + sent(bench, "rest"), "", what)
            let setup = try XCTUnwrap(bench.pipeline.context.setup("shop"))
            let words = try CampaignHolds(bench.pipeline.context).words(for: setup)
            XCTAssertEqual(words.count, 1, what)
            XCTAssertTrue(words.joined().contains("--state-is-right"), "\(words)")
            try bench.restart(at: "2026-11-21T15:01:00Z")
        }
        try bench.restart(at: "2026-11-21T15:02:00Z", stateIsRight: true)
        try bench.take()
        XCTAssertTrue(try bench.pipeline.isCleared())
        try bench.send()
        XCTAssertTrue(try sent(bench).contains("+14155550101"))
        try bench.restart(at: "2026-11-21T15:03:00Z")
        XCTAssertEqual(try bench.pipeline.store.trailHold(), nil)
    }

    func testWhatCanBeMadeAgainIsMadeAgain() throws {
        let bench = try PipelineBench(Self.configuration)
        let before = try bench.pipeline.store.identity()
        try damaged("UPDATE setting SET value = x'00' WHERE key = 'identity'", bench)
        XCTAssertNotEqual(try bench.pipeline.store.identity(), before)
        XCTAssertTrue(try sent(bench).contains("+14155550101"))
    }

    func testADamagedSegmentIsNamedWithItsBatchItsRecordsAndItsFile() throws {
        let bench = try PipelineBench(Self.configuration)
        try bench.drop("phone1\n+14155550107\n+14155550108\n", as: "shop/a.csv")
        try damaged("UPDATE segment SET data = CAST(replace(data, x'3037', x'3137') AS BLOB)", bench)
        let told = bench.logged.with("store.damaged").joined()
        XCTAssertTrue(told.contains("segment 0 of batch 20261120-000001, records 1 to 2"), told)
        XCTAssertTrue(told.contains("state/waybill.db"), told)
        XCTAssertFalse(try sent(bench).contains("5550117"))
        XCTAssertTrue(try sent(bench).contains("+14155550101"), "others go on")
    }
}
