import SystemIO
import XCTest

@testable import Waybill

/// A drop that changes what waits comes again with the same content: it is compared with what is in force.
final class ContentAgainTests: XCTestCase {
    private let night = """
        {campaigns: {a: {strategy: "s", policy: "night"}},
         policies: {night: {zone: "UTC", windows: [{from: "22:00", to: "23:00"}]}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1"}]}}}
        """
    private let byDay = """
        {campaigns: {a: {strategy: "s"}}, strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1"}]}}}
        """
    private let first = "phone1,id,message\n+14155550101,ann,one\n+14155550102,bob,one\n"
    private let second = "phone1,id,message\n+14155550102,bob,two\n+14155550103,cem,two\n"

    private func batch(_ number: Int) -> BatchID { BatchID(day: CalendarDay("2026-11-20")!, number: number) }

    private func drop(_ text: String, as number: Int, _ mode: String?, in bench: PipelineBench) throws {
        if let mode { try bench.put("{\"mode\": \"\(mode)\"}", as: "a/\(number).csv.meta.json") }
        try bench.drop(text, as: "a/\(number).csv")
    }

    private func states(_ bench: PipelineBench, _ number: Int) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: batch(number))
    }

    private func sent(_ bench: PipelineBench) throws -> [String] {
        try bench.restart(at: "2026-11-20T22:10:00Z")
        try bench.send()
        return try bench.dispatched("a").map { $0.split(separator: ",").suffix(3).joined(separator: ",") }.sorted()
    }

    func testAWholeListThatComesAgainAfterAnotherIsInForceAgain() throws {
        let bench = try PipelineBench(night)
        for (number, list) in [first, second, first].enumerated() {
            try drop(list, as: number + 1, "replace", in: bench)
        }
        let ack = try bench.acknowledgement(3)
        XCTAssertEqual(ack["status"] as? String, "accepted", "\(ack)")
        XCTAssertEqual(ack["resumes"] as? String, batch(1).description)
        XCTAssertEqual(ack["contacts"] as? Int, 2)
        XCTAssertEqual(try states(bench, 2), [.cancelled: 2])
        XCTAssertEqual(try states(bench, 3), [.pending: 2])
        // Once more it is what is in force already.
        try drop(first, as: 4, "replace", in: bench)
        let again = try bench.acknowledgement(4)
        XCTAssertEqual(again["status"] as? String, "duplicate")
        XCTAssertEqual(again["firstBatch"] as? String, batch(3).description)
        try drop(second, as: 5, "replace", in: bench)
        try drop(first, as: 6, "replace", in: bench)
        XCTAssertEqual(try states(bench, 6), [.pending: 2])
        let sent = try sent(bench)
        XCTAssertEqual(sent.count, 2)
        XCTAssertTrue(sent.allSatisfy { $0.contains("one") }, "\(sent)")
    }

    func testAWholeListThatComesAgainCompressedIsTheSameList() throws {
        for packed in [[false, true], [true, false]] {
            let bench = try PipelineBench(night)
            for (number, (list, isPacked)) in [(first, packed[0]), (second, false), (first, packed[1])].enumerated() {
                let name = "a/\(number + 1).csv" + (isPacked ? ".gz" : "")
                try bench.put("{\"mode\": \"replace\"}", as: name + ".meta.json")
                try bench.drop(isPacked ? Gzip.bytes(Array(list.utf8)) : Array(list.utf8), as: name)
            }
            XCTAssertEqual(try states(bench, 2), [.cancelled: 2], "\(packed)")
            XCTAssertEqual(try states(bench, 3), [.pending: 2], "\(packed)")
        }
    }

    /// All of B have its message: it changes nothing but that A is not in force any more.
    func testAWholeListOfPeopleWhoAllHadItsMessageIsAWord() throws {
        let bench = try PipelineBench(byDay)
        try drop(second, as: 1, "replace", in: bench)
        try bench.send()
        try bench.pipeline.store.durably { try bench.pipeline.store.pause("a", at: bench.pipeline.now) }
        for (number, list) in [first, second, first].enumerated() {
            try drop(list, as: number + 2, "replace", in: bench)
        }
        XCTAssertEqual(try bench.acknowledgement(3)["accepted"] as? Int, 0)
        XCTAssertEqual(try states(bench, 2), [.cancelled: 2])
        XCTAssertEqual(try bench.acknowledgement(4)["resumes"] as? String, batch(2).description)
        XCTAssertEqual(try states(bench, 4), [.pending: 2])
    }

    func testACorrectionOfAListThatAnotherReplacedContactsNobody() throws {
        let bench = try PipelineBench(night)
        try drop(first + "12,cem,one\n", as: 1, "replace", in: bench)
        try drop(second, as: 2, "replace", in: bench)
        try bench.put("{\"corrects\": \"\(batch(1))\"}", as: "a/3.csv.meta.json")
        try bench.drop("phone1,id,message\n+14155550103,cem,one\n", as: "a/3.csv")
        XCTAssertEqual(try states(bench, 3)[.pending, default: 0], 0)
        XCTAssertEqual(try states(bench, 2), [.pending: 2])
    }

    func testWhoHadTheMessageOfThatListGetsItNotAgain() throws {
        for mode in ["phone1,id,message", "phone1,param1,message"] {
            let bench = try PipelineBench(byDay)
            let first = mode + first.dropFirst("phone1,id,message".count)
            try drop(first, as: 1, "replace", in: bench)
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a").count, 2)
            try drop(second, as: 2, "replace", in: bench)
            try drop(first, as: 3, "replace", in: bench)
            let ack = try bench.acknowledgement(3)
            XCTAssertEqual(ack["accepted"] as? Int, 0, "\(ack)")
            XCTAssertEqual(ack["duplicates"] as? Int, 2)
            XCTAssertEqual(try states(bench, 2), [.cancelled: 2])
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a").count, 2)
        }
    }

    func testWhoseMessageOfThatListArrivedAfterAllGetsItNotAgain() throws {
        for event in ["delivered", "failed"] {
            let bench = try PipelineBench(
                """
                {campaigns: {a: {strategy: "s"}}, strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1",
                  attempts: 2, expires: "24h", on: {failed: {retry: "12h"}}}]}}}
                """)
            try drop(first, as: 1, "replace", in: bench)
            try bench.send()
            // What says that it arrived is older, so that the message goes again all the same.
            for (number, word) in ["failed", event].enumerated() {
                try bench.drop(
                    "reference,event,at\nbcdfgh-\(batch(1))-1-text-1,\(word),2026-11-20T14:59:0\(9 - number)Z\n",
                    as: "_receipts/\(number).csv")
            }
            XCTAssertEqual(try states(bench, 1), [.pending: 1, .smsSent: 1])
            try drop(second, as: 4, "replace", in: bench)
            XCTAssertEqual(try states(bench, 1), [.cancelled: 1, .smsSent: 1])
            try drop(first, as: 5, "replace", in: bench)
            XCTAssertEqual(try bench.acknowledgement(5)["duplicates"] as? Int, event == "failed" ? 1 : 2, event)
            XCTAssertEqual(try states(bench, 5), event == "failed" ? [.pending: 1] : [:], event)
        }
    }

    func testAWholeListThatComesAgainEndsWhatWasAddedSinceAndLeavesItsOwnAsTheyAre() throws {
        let bench = try PipelineBench(night)
        try drop(first, as: 1, "replace", in: bench)
        try drop("phone1,id\n+14155550105,eve\n", as: 2, nil, in: bench)
        try drop("id,action\nann,cancel\n", as: 3, nil, in: bench)
        try drop(first, as: 4, "replace", in: bench)
        XCTAssertEqual(try states(bench, 1), [.cancelled: 1, .pending: 1], "who was cancelled stays cancelled")
        XCTAssertEqual(try states(bench, 2), [.cancelled: 1])
        XCTAssertEqual(try bench.acknowledgement(4)["duplicates"] as? Int, 2)
        XCTAssertEqual(try sent(bench).count, 1)
    }

    func testAnUpdateThatComesAgainAfterAnotherCountsAgain() throws {
        let bench = try PipelineBench(night)
        try drop(first, as: 1, nil, in: bench)
        for (number, text) in ["two", "three", "two"].enumerated() {
            try drop("phone1,id,message\n+14155550101,ann,\(text)\n", as: number + 2, "update", in: bench)
        }
        let ack = try bench.acknowledgement(4)
        XCTAssertEqual(ack["status"] as? String, "accepted", "\(ack)")
        XCTAssertEqual(ack["resumes"] as? String, batch(2).description)
        let sent = try sent(bench).joined(separator: "\n")
        XCTAssertTrue(sent.contains("two"), sent)
        XCTAssertFalse(sent.contains("three"), sent)
    }

    func testItsCorrectionAndUnrelatedDropsLeaveAnUpdateInForce() throws {
        let bench = try PipelineBench(night)
        try drop(first, as: 1, nil, in: bench)
        let update = "phone1,id,message\n+14155550101,ann,two\n12,bob,two\n"
        try drop(update, as: 2, "update", in: bench)
        try bench.drop("phone1,id,message\n+14155550102,bob,two\n", as: "a/2-\(batch(2)).csv")
        try drop("phone1,id\n+14155550105,eve\n", as: 4, nil, in: bench)
        try drop(update, as: 5, "update", in: bench)
        XCTAssertEqual(try bench.acknowledgement(5)["status"] as? String, "duplicate")
        XCTAssertEqual(try sent(bench).count, 3)
    }

    func testContentThatWasWithdrawnIsADuplicateWhoseAcknowledgementSaysHowItIsSent() throws {
        for mode in [nil, "update", "replace"] {
            let bench = try PipelineBench(night)
            try drop("phone1,id\n+14155550101,ann\n+14155550102,bob\n", as: 1, nil, in: bench)
            try drop(first, as: 2, mode, in: bench)
            let command = #"{"command": "withdraw", "batch": "\#(batch(2))"}"#
            _ = try bench.pipeline.carryOut(ControlCommand(json: Array(command.utf8)))
            try drop(first, as: 3, mode, in: bench)
            let ack = try bench.acknowledgement(3)
            XCTAssertEqual(ack["status"] as? String, "duplicate", mode ?? "add")
            XCTAssertEqual(ack["firstBatch"] as? String, batch(2).description)
            XCTAssertNil(ack["reason"] as? String)
            let detail = try XCTUnwrap(ack["detail"] as? String)
            let words = "2 contacts of \(batch(2)) (2.csv), which had this content, were withdrawn"
            XCTAssertTrue(detail.hasPrefix(words), detail)
            let advised = try XCTUnwrap(detail.firstMatch(of: #/--where (\S+) --batch (\S+)/#))
            let requeue = #"{"command": "requeue", "where": "\#(advised.1)", "batch": "\#(advised.2)"}"#
            XCTAssertEqual(try bench.pipeline.carryOut(ControlCommand(json: Array(requeue.utf8))).contacts, 2)
            try bench.settle()
            try drop(first, as: 5, mode, in: bench)
            XCTAssertEqual(try sent(bench).filter { $0.contains("one") }.count, 2)
        }
    }

    func testWhatChangesWhatWaitsIsReadAsOftenAsWhatDoesNotWhereItsContentIsNew() throws {
        let people = (0..<2_000).map { "+1415555\(1_000 + $0),p\($0),\(String(repeating: "x", count: 2_000))" }
        let text = "phone1,id,note\n+14155550102,bob,\n" + people.joined(separator: "\n") + "\n"
        let read = try ["add", "update", "replace"].map { mode in
            let bench = try PipelineBench(night)
            try drop(first, as: 1, nil, in: bench)
            try drop(second, as: 2, mode, in: bench)
            try bench.put("{\"mode\": \"\(mode)\"}", as: "a/3.csv.meta.json")
            try bench.put(text, as: "a/3.csv")
            let before = try bytesRead()
            try bench.take()
            XCTAssertEqual(try bench.acknowledgement(3)["received"] as? Int, 2_001, mode)
            return try bytesRead() - before
        }
        for other in read { XCTAssertLessThan(other, read[0] + text.utf8.count / 2, "\(read) of \(text.utf8.count)") }
    }

    /// By this process so far.
    private func bytesRead() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/io", encoding: .utf8)
        return try XCTUnwrap(Int(XCTUnwrap(text.firstMatch(of: #/rchar: (\d+)/#)).1))
    }
}
