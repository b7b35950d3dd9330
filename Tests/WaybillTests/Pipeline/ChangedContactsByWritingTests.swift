import SystemIO
import XCTest

@testable import Waybill

/// Drops that update and cancel say whom they mean: ids in other writings, in the order of a drop, of whoever was sent
/// before.
final class ChangedContactsByWritingTests: XCTestCase {
    private let configuration = """
        {campaigns: {a: {strategy: "s", policy: "night", require: []}},
         policies: {night: {zone: "UTC", windows: [{from: "22:00", to: "23:00"}]}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1"}]}}}
        """
    private let night = "2026-11-20T22:10:00Z"

    private func batch(_ number: Int) -> BatchID { BatchID(day: CalendarDay("2026-11-20")!, number: number) }

    private func states(_ bench: PipelineBench, _ number: Int) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: batch(number))
    }

    private func errors(_ bench: PipelineBench, _ number: Int) throws -> String {
        try bench.text("outbox/notices/2026-11-20/\(batch(number))/errors.csv")
    }

    private func codes(_ ack: [String: Any]) -> [String: Int] { ack["rejectsByCode"] as? [String: Int] ?? [:] }

    private func sent(_ bench: PipelineBench) throws -> String {
        try bench.restart(at: night)
        try bench.send()
        return try bench.dispatched("a").joined(separator: "\n")
    }

    private func list(_ ids: String...) -> String {
        "phone1,id\n"
            + ids.enumerated().map { "+1415555010\($0),\($1)\n" }.joined()
    }

    // MARK: - Ids in other writings

    func testACancelCountsForWhomItMeansHoweverTheIdIsWritten() throws {
        for (id, written) in [
            ("1001", "1001.0"), ("1001", "1.001E+03"), ("1001", "01001"), ("007", "7"), ("007", "7.00"),
            ("K-17a", "k-17A"), ("K-17a", "  K-17A "), ("K-17a", "'K-17a"), ("Jos\u{E9}", "Jose\u{301}"),
            ("Jose\u{301}", "jos\u{E9}"), ("STRASSE", "straße"), ("1001", "１００１"),
        ] {
            let bench = try PipelineBench(configuration)
            try bench.drop(list(id, "9999"), as: "a/1.csv")
            try bench.drop("id,action\n\(written),cancel\n", as: "a/2.csv")
            XCTAssertEqual(try states(bench, 1), [.cancelled: 1, .pending: 1], "\(written) for \(id)")
            let ack = try bench.acknowledgement(2)
            XCTAssertEqual(ack["status"] as? String, "accepted", written)
            XCTAssertEqual(ack["contacts"] as? Int, 1)
            if id.precomposedStringWithCanonicalMapping == written.precomposedStringWithCanonicalMapping { continue }
            let inexact = try XCTUnwrap((ack["inexactIds"] as? [[String: Any]])?.first, written)
            XCTAssertEqual(inexact["contacts"] as? [String], [id])
            XCTAssertTrue(try errors(bench, 2).contains("`\(id)` differs only in writing"), written)
            let text = try bench.text("outbox/notices/2026-11-20/\(batch(2))/notice.txt")
            XCTAssertTrue(text.contains("TAKEN, BUT NOT AS IT IS WRITTEN"), text)
            XCTAssertFalse(text.contains("could not be taken"), text)
        }
    }

    func testACancelThatMaySeveralMeanCancelsAllOfThem() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("007", "07", "70"), as: "a/1.csv")
        try bench.drop("id,action\n7,cancel\n", as: "a/2.csv")
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2, .pending: 1])
        let errors = try errors(bench, 2)
        XCTAssertTrue(errors.contains("`007` and `07`") && errors.contains("all of them are cancelled"), errors)
    }

    func testAnIdThatSomebodyHasAsItIsWrittenMeansNobodyElse() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("007", "7"), as: "a/1.csv")
        try bench.drop("id,action\n7,cancel\n", as: "a/2.csv")
        XCTAssertEqual(try states(bench, 1), [.cancelled: 1, .pending: 1])
        XCTAssertNil(try bench.acknowledgement(2)["inexactIds"])
        XCTAssertTrue(try sent(bench).contains(",007,"))
    }

    func testAnUpdateIsNoGuess() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("1001"), as: "a/1.csv")
        try bench.drop("phone1,id,action\n+14155550109,1001.0,update\n", as: "a/2.csv")
        XCTAssertEqual(codes(try bench.acknowledgement(2)), ["id.unknown": 1])
        XCTAssertEqual(try states(bench, 1), [.pending: 1])
        let errors = try errors(bench, 2)
        XCTAssertTrue(errors.contains("id.unknown,1001.0,") && errors.contains("`1001`"), errors)
    }

    func testADamagedRecordAndACancelledDuplicateCountForOtherWritingsToo() throws {
        for text in [
            "id,phone1,action\n\"1001.0,,cancel\nzoe,+14155550108,add\n", "id,action\n1001.0,cancel\n1001.0,cancel\n",
        ] {
            let bench = try PipelineBench(configuration)
            try bench.drop(list("1001"), as: "a/1.csv")
            try bench.drop(text, as: "a/2.csv")
            XCTAssertEqual(try states(bench, 1), [.cancelled: 1], text)
        }
    }

    func testARefusedConsentCountsForAnIdInAnotherWriting() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("1001", "9999"), as: "a/1.csv")
        try bench.drop("phone1,id,consent\n,1001.0,no\n", as: "a/2.csv")
        XCTAssertEqual(try states(bench, 1), [.suppressed: 1, .pending: 1])
    }

    func testAListAndARevocationCountForAnIdInAnotherWriting() throws {
        for (id, written) in [
            ("1001", "1001.0"), ("007", "7"), ("7", "007"), ("K-17a", "k-17A"), ("Jos\u{E9}", "JOSE\u{301}"),
        ] {
            let bench = try PipelineBench(configuration)
            try bench.drop("action,kind,value\nadd,id,\(written)\n", as: "_suppress/1.csv")
            try bench.drop(list(id, "9999"), as: "a/1.csv")
            XCTAssertEqual(try states(bench, 2), [.dncListed: 1, .pending: 1], written)
            try bench.drop("action,kind,value\nremove,id,\(written)\n", as: "_suppress/2.csv")
            try bench.drop("phone1,id\n+14155550109,\(id)\n", as: "a/2.csv")
            XCTAssertEqual(try states(bench, 4), [.pending: 1], "\(written) was removed")
            try bench.drop("kind,value,action\nid,\(written),revoke\n", as: "_consent/1.csv")
            XCTAssertFalse(try sent(bench).contains(",\(id),"), written)
        }
    }

    func testACancelThatMeansNobodyIsToldAsAnErrorWithTheNearestId() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("K-1001", "K-2002"), as: "a/1.csv")
        try bench.drop("id,action\nK-1010,cancel\nK-2002,cancel\n", as: "a/2.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["missedCancels"] as? Int, 1)
        XCTAssertEqual(codes(ack), ["id.unknown": 1])
        let errors = try errors(bench, 2)
        XCTAssertTrue(errors.contains("nobody was cancelled") && errors.contains("`K-1001`"), errors)
        try bench.pipeline.tellOthers()
        let event = try XCTUnwrap(
            try bench.text("outbox/events/events.jsonl").split(separator: "\n")
                .last { $0.contains("waybill.batch.partial") }.map(String.init))
        XCTAssertTrue(event.contains(#""severity":"error""#), event)
        XCTAssertTrue(event.contains("1 of 2 records cancels and means nobody"), event)
    }

    func testTheCancelOfADropThatIsRefusedTellsTheOtherWriting() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("1001"), as: "a/1.csv")
        try bench.put(#"{"mode": "cancel", "records": 7}"#, as: "a/2.csv.meta.json")
        try bench.drop("id\n1001.0\n", as: "a/2.csv")
        XCTAssertEqual(try states(bench, 1), [.cancelled: 1])
        let errors = try errors(bench, 2)
        XCTAssertTrue(errors.contains("id.other-writing") && errors.contains("drop.count-mismatch"), errors)
    }

    // MARK: - The order of a drop

    func testTheLastRecordOfAnIdDecides() throws {
        for (records, waits, message, codes) in [
            ("ann,,,cancel\nann,+14155550109,new,update\n", 1, "new", [:]),
            ("ann,+14155550109,new,update\nann,,,cancel\n", 0, "", [:]),
            ("ann,,,cancel\nann,+14155550109,new,add\n", 1, "new", [:]),
            ("ann,+14155550108,one,update\nann,,,cancel\nann,+14155550109,new,update\n", 1, "new", [:]),
            ("zoe,+14155550109,new,add\nzoe,,,cancel\n", 1, "old", [:]),
            ("zoe,+14155550109,one,add\nzoe,+14155550108,new,update\nann,,,cancel\n", 1, "new", [:]),
            ("zoe,,,cancel\nzoe,+14155550109,new,add\n", 2, "new", ["id.unknown": 1]),
            ("007,+14155550109,new,add\n7,,,cancel\n", 1, "old", [:]),
        ] as [(String, Int, String, [String: Int])] {
            let bench = try PipelineBench(configuration)
            try bench.drop("id,phone1,message\nann,+14155550101,old\n", as: "a/1.csv")
            let drop = "id,phone1,message,action\n" + records
            let checked = try check(drop, in: bench)
            try bench.drop(drop, as: "a/2.csv")
            let ack = try bench.acknowledgement(2)
            XCTAssertEqual(self.codes(ack), codes, records)
            XCTAssertEqual(
                Dictionary(uniqueKeysWithValues: checked.rejectsByCode.map { ($0.code, $0.count) }), codes, records)
            XCTAssertEqual(checked.accepted, ack["accepted"] as? Int, records)
            XCTAssertEqual(checked.contacts, ack["contacts"] as? Int, records)
            let pending = try (1...2).reduce(0) { try $0 + (states(bench, $1)[.pending] ?? 0) }
            XCTAssertEqual(pending, waits, records)
            let sent = try sent(bench)
            XCTAssertEqual(sent.split(separator: "\n").count, waits, records)
            XCTAssertTrue(message.isEmpty || sent.contains(message), records)
        }
    }

    private func check(_ text: String, in bench: PipelineBench) throws -> Acknowledgement {
        try Files.createFolder(bench.root + "/a")
        try Files.writeAtomically(Array(text.utf8), to: bench.root + "/a/checked.csv")
        return try DropCheckRun(
            path: bench.root + "/a/checked.csv", campaign: "a", configuration: bench.configuration,
            store: bench.pipeline.store, spillFolder: bench.root, now: { bench.pipeline.now }
        ).run(into: nil) { _, _ in }.acknowledgement
    }

    func testTheSameContentCancelsAgainWhomItsLastWordCancels() throws {
        let bench = try PipelineBench(configuration)
        let drop = "id,phone1,action\nann,,cancel\nbob,,cancel\nbob,+14155550102,add\n"
        try bench.drop(list("ann", "bob"), as: "a/1.csv")
        try bench.drop(drop, as: "a/2.csv")
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2])
        try bench.drop("phone1,id\n+14155550109,ann\n", as: "a/3.csv")
        try bench.drop(drop, as: "a/4.csv")
        let ack = try bench.acknowledgement(4)
        XCTAssertEqual(ack["status"] as? String, "duplicate")
        XCTAssertEqual(ack["contacts"] as? Int, 1)
        XCTAssertEqual(try states(bench, 3), [.cancelled: 1])
        XCTAssertEqual(try states(bench, 2), [.cancelled: 2, .pending: 1], "what it brought waits, and once")
        XCTAssertEqual(try sent(bench).split(separator: "\n").count, 1)
    }

    // MARK: - Who was sent before

    func testACancelOfWhoWasSentIsToldAsWhatItIs() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("ann", "bob"), as: "a/1.csv")
        XCTAssertTrue(try sent(bench).contains("ann"))
        XCTAssertEqual(try states(bench, 1), [.smsSentAndClosed: 2])
        try bench.drop("id,phone1,action\nann,,cancel\nBOB,,cancel\nbob,+14155550109,update\n", as: "a/2.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(codes(ack), ["id.ended": 3])
        XCTAssertNil(ack["missedCancels"])
        let errors = try errors(bench, 2)
        XCTAssertTrue(
            errors.contains("It is `SMS sent and Closed` since 2026-11-20T22:10:")
                && errors.contains("20261120-000001:1"), errors)
        XCTAssertTrue(errors.contains("It is written `bob` there"), errors)
    }

    func testASecondCancelSaysThatTheFirstOneCounted() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("ann"), as: "a/1.csv")
        try bench.drop("id,action\nann,cancel\n", as: "a/2.csv")
        try bench.drop("id,action\nann,cancel\n \n", as: "a/3.csv")
        XCTAssertEqual(codes(try bench.acknowledgement(3)), ["id.ended": 1])
        XCTAssertTrue(try errors(bench, 3).contains("`Cancelled`"))
    }

    // MARK: - Whole lists

    func testABadRecordOfAWholeListEndsTheEarlierContactAndTellsSo() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("ann", "bob"), as: "a/1.csv")
        try bench.put(#"{"mode": "replace"}"#, as: "a/2.csv.meta.json")
        try bench.drop("phone1,id\n12,ann\n+14155550109,bob\n", as: "a/2.csv")
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2])
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["unreplaced"] as? Int, 1)
        let text = try bench.text("outbox/notices/2026-11-20/\(batch(2))/notice.txt")
        XCTAssertTrue(
            text.replacing("\n", with: " ").contains("1 contact that waited was cancelled although"), text)
        let explained = try XCTUnwrap(
            Explanation.of(
                record: 1, batch: batch(1), store: bench.pipeline.store, configuration: bench.configuration,
                at: bench.pipeline.now)
        ).text
        XCTAssertTrue(explained.contains("is the whole list now, and its record there was rejected"), explained)
        // The corrected record is one of the list, and not the whole of it.
        try bench.drop("phone1,id\n+14155550101,ann\n", as: "a/2-20261120-000002.csv")
        XCTAssertEqual(try states(bench, 2), [.pending: 1])
        XCTAssertEqual(try states(bench, 3), [.pending: 1])
    }

    func testAWholeListThatIsRefusedReplacesNobody() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("ann", "bob"), as: "a/1.csv")
        try bench.put(#"{"mode": "replace"}"#, as: "a/2.csv.meta.json")
        try bench.drop("phone1,id\n12,ann\n", as: "a/2.csv")
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "rejected")
        XCTAssertEqual(try states(bench, 1), [.pending: 2])
    }

    // MARK: - What others see

    func testTheColumnActionDoesNotLeave() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop("phone1,id,action,param1\n+14155550101,ann,add,x\n", as: "a/1.csv")
        _ = try sent(bench)
        let file = try XCTUnwrap(bench.files("outbox/dispatch/a").first { $0.hasSuffix(".csv") })
        XCTAssertEqual(
            try bench.text("outbox/dispatch/a/" + file).split(separator: "\n").first,
            "reference,channel,address,id,message,phone1,param1")
    }

    func testAWordThatNobodyKnowsIsToldAlikeEverywhere() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list("ann"), as: "a/1.csv")
        try bench.drop("id,action,phone1\nann,remind,+14155550101\nbob,add,+14155550102\n", as: "a/2.csv")
        for file in ["notice.txt", "notice.html"] {
            let text = try bench.text("outbox/notices/2026-11-20/\(batch(2))/" + file)
                .split(whereSeparator: \.isWhitespace).joined(separator: " ")
            XCTAssertTrue(text.contains("so nothing is sent and what waited is cancelled"), file)
            XCTAssertTrue(text.contains("attribute:action"), file)
        }
    }
}
