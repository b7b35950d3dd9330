import SystemIO
import XCTest

@testable import Waybill

/// Changes of contacts that come late: of whose message is on its way, or of whom a newer drop has changed since.
final class LateChangesTests: XCTestCase {
    private func batch(_ number: Int) -> BatchID { BatchID(day: CalendarDay("2026-11-20")!, number: number) }

    private func put(_ text: String, as name: String, mode: String, in bench: PipelineBench) throws {
        try bench.put("{\"mode\": \"\(mode)\"}", as: name + ".meta.json")
        try bench.drop(text, as: name)
    }

    private func codes(_ ack: [String: Any]) -> [String: Int] { ack["rejectsByCode"] as? [String: Int] ?? [:] }

    func testACorrectionOfAnUpdateDoesNotUndoWhatANewerDropChanged() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: "s", policy: "night", require: []}},
             policies: {night: {zone: "UTC", windows: [{from: "22:00", to: "23:00"}]}},
             strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1"}]}}}
            """)
        let heading = "phone1,id,message\n"
        try bench.drop(heading + "+14155550101,1,old\n+14155550102,2,old\n", as: "a/1.csv")
        try put(heading + "12,1,new\n+14155550112,2,new\n", as: "a/2.csv", mode: "update", in: bench)
        try put(heading + "+14155550122,2,newest\n", as: "a/3.csv", mode: "update", in: bench)
        try bench.drop(heading + "+14155550111,1,new\n+14155550112,2,new\n", as: "a/2-\(batch(2)).csv")
        let ack = try bench.acknowledgement(4)
        XCTAssertEqual(ack["accepted"] as? Int, 1)
        XCTAssertEqual(ack["duplicates"] as? Int, 1, "record 2 was taken before: \(ack)")
        try bench.restart(at: "2026-11-20T22:10:00Z")
        try bench.send()
        let sent = try bench.dispatched("a").joined(separator: "\n")
        XCTAssertTrue(sent.contains("newest"), sent)
        XCTAssertTrue(sent.contains("+14155550111"), sent)
        XCTAssertFalse(sent.contains("+14155550112"), sent)
    }

    func testACancelHoldsForARecordThatWasRejectedAndComesCorrectedLater() throws {
        let night = """
            {campaigns: {a: {strategy: "s", policy: "night", require: []}},
             policies: {night: {zone: "UTC", windows: [{from: "22:00", to: "23:00"}]}},
             strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1"}]}}}
            """
        let heading = "phone1,id,message\n"
        for (cancel, name) in [
            ("id,action\n1,cancel\n", "a/1-\(batch(1)).csv"), ("id,action\n1.0,cancel\n", "a/again.csv"),
            ("phone1,action\n+14155550111,cancel\n", "a/again.csv"),
        ] {
            let bench = try PipelineBench(night)
            try bench.drop(heading + "12,1,old\n13,3,old\n+14155550102,2,old\n", as: "a/1.csv")
            try bench.drop(cancel, as: "a/2.csv")
            try bench.drop(heading + "+14155550111,1,old\n+14155550113,3,old\n", as: name)
            XCTAssertEqual(try bench.acknowledgement(3)["corrects"] as? String, batch(1).description)
            XCTAssertEqual(try bench.pipeline.store.states(of: batch(3)), [.cancelled: 1, .pending: 1], cancel)
            let explained = try XCTUnwrap(
                Explanation.of(
                    record: 1, batch: batch(3), store: bench.pipeline.store, configuration: bench.configuration,
                    at: bench.pipeline.now)
            ).text
            XCTAssertTrue(explained.contains("batch \(batch(2)) cancelled it before"), explained)
            // What the sender sends as a drop of its own is a newer word.
            try bench.drop(heading + "+14155550115,1,new\n", as: "a/4.csv")
            try bench.restart(at: "2026-11-20T22:10:00Z")
            try bench.send()
            let sent = try bench.dispatched("a").joined(separator: "\n")
            XCTAssertFalse(sent.contains("+14155550111"), sent)
            for number in ["02", "13", "15"] { XCTAssertTrue(sent.contains("+141555501\(number)"), sent) }
        }
    }

    func testWhoIsOnTheWayIsNotUpdatedAndItsRecordIsTold() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: "s", transports: {sms: "slow"}, require: []}},
             transports: {slow: {kind: "command", run: ["./slow.sh"]}},
             strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1"}]}}}
            """)
        let program = bench.root + "/slow.sh"
        try Files.writeAtomically(Array("#!/bin/sh\nexec sleep 30\n".utf8), to: program, mode: 0o755)
        try bench.drop("phone1,id\n+14155550101,1\n+14155550102,2\n", as: "a/1.csv")
        try bench.send()
        XCTAssertFalse(bench.pipeline.dispatcher.flights.isEmpty)
        try put("phone1,id\n+14155550111,1\n", as: "a/2.csv", mode: "update", in: bench)
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(codes(ack), ["id.under-way": 1], "\(ack)")
    }

    func testAnIDThatASpreadsheetCutShortIsNoEntryOfAList() throws {
        for value in ["1.23457E+11", "1,23457E+11", "1E+11"] {
            let bench = try PipelineBench()
            try bench.drop("action,kind,value\nadd,id,\"\(value)\"\nadd,id,77\n", as: "_suppress/1.csv")
            XCTAssertEqual(codes(try bench.acknowledgement(1)), ["value.invalid": 1], value)
        }
        for value in ["1.001E+03", "12E5", "K1E+5", "1001"] {
            XCTAssertFalse(IDForm.isCutShort(Array(value.utf8)), value)
        }
    }
}
