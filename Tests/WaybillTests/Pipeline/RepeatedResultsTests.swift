import Support
import XCTest

@testable import Waybill

/// Results and replies are always taken: what a row says twice has no second effect, and a file is no duplicate because
/// an equal one came on another day.
final class RepeatedResultsTests: XCTestCase {
    private func called() throws -> PipelineBench {
        let bench = try PipelineBench(
            """
            {strategies: {call: {steps: [{name: "call", channel: "voice", to: "phone1", attempts: 3, resultWithin: "2h",
               on: {busy: {retry: "5m"}, connected: "close"}}]}}, campaigns: {default: {strategy: "call"}}}
            """, standing: true)
        try bench.drop("phone1\n+14155550142\n", as: "people.csv")
        try bench.send()
        return bench
    }

    private func attempts(_ bench: PipelineBench) throws -> Int {
        try bench.send()
        return try bench.dispatched().count
    }

    func testTheSameResultByReferenceHasNoSecondEffect() throws {
        let bench = try called()
        let reference = try XCTUnwrap(bench.dispatched().first?.split(separator: ",").first)
        for (number, text) in ["busy\n", "busy\n"].enumerated() {
            try bench.drop("reference,event\n\(reference),\(text)", as: "_receipts/r\(number).csv")
            XCTAssertEqual(try bench.acknowledgement(number + 2)["status"] as? String, "accepted")
            try bench.advance(seconds: 400)
            XCTAssertEqual(try attempts(bench), 2)
        }
        XCTAssertEqual(try bench.pipeline.store.receipts(ofBatch: BatchID("20261120-000001")!, record: 1).count, 1)
    }

    func testAnEqualFileByAddressWithoutATimeIsAnotherDaysResult() throws {
        let bench = try called()
        for number in 1...2 {
            try bench.drop("address,event\n+14155550142,busy\n", as: "_receipts/day\(number).csv")
            XCTAssertEqual(try bench.acknowledgement(number + 1)["status"] as? String, "accepted")
            try bench.advance(seconds: 400)
            XCTAssertEqual(try attempts(bench), number + 1)
        }
    }

    func testAnEqualFileWithTimesSaysNothingNew() throws {
        let bench = try called()
        for _ in 1...2 {
            try bench.drop("address,event,at\n+14155550142,busy,2026-11-20T15:00:00Z\n", as: "_receipts/day.csv")
            try bench.advance(seconds: 400)
            XCTAssertEqual(try attempts(bench), 2)
        }
    }

    func testRowsInAnyOrderLeadToTheSameAndKeepTheOrderOfEachContact() throws {
        let events = ["accepted", "delivered", "read"]
        var states: [[ContactState: Int]] = []
        var receipts: [[String]] = []
        for isShuffled in [false, true] {
            let bench = try PipelineBench(
                """
                {strategies: {text: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "48h",
                   on: {read: "close"}}]}}, campaigns: {default: {strategy: "text"}}}
                """, standing: true)
            for batch in 0..<3 {
                try bench.drop(
                    "phone1\n" + (0..<40).map { "+1415555\(1_000 + batch * 40 + $0)\n" }.joined(), as: "\(batch).csv")
            }
            try bench.send()
            var random = SeededGenerator(seed: 7)
            let people = (0..<120).map { "bcdfgh-20261120-00000\($0 / 40 + 1)-\($0 % 40 + 1)-text-1" }
            let rows = events.flatMap { event in
                (isShuffled ? people.shuffled(using: &random) : people).map { "\($0),\(event)\n" }
            }
            try bench.drop(
                "reference,event\nbcdfgh-20261120-000009-1-text-1,read\n" + rows.joined(), as: "_receipts/r.csv")
            XCTAssertEqual(try bench.acknowledgement(4)["rejected"] as? Int, 1)
            let ids = (1...3).map { BatchID("20261120-00000\($0)")! }
            states += try ids.map { try bench.pipeline.store.states(of: $0) }
            receipts += try ids.map {
                try bench.pipeline.store.receipts(ofBatch: $0).map { "\($0.record) \($0.event)" }
            }
        }
        XCTAssertEqual(states[0...2], states[3...5])
        XCTAssertEqual(receipts[0...2], receipts[3...5])
        XCTAssertEqual(receipts[0].prefix(3), ["1 accepted", "1 delivered", "1 read"])
    }
}
