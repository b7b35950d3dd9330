import XCTest

@testable import Waybill

/// Results that come back without our reference: by the address that a message went to, and as diallers name contacts.
final class DiallerResultsTests: XCTestCase {
    private let calls = """
        {campaigns: {a: {strategy: "s", transports: {voice: "dialler"}}},
         strategies: {s: {steps: [
           {name: "first", channel: "voice", to: "phone1", on: {"no-answer": "second", busy: {retry: "1h"}}},
           {name: "second", channel: "voice", to: "phone2", attempts: 2, on: {busy: {retry: "1h"}}}]}},
         transports: {dialler: {layout: "dialer"}}}
        """

    private func bench() throws -> PipelineBench {
        let bench = try PipelineBench(calls)
        try bench.drop(
            "id,phone1,phone2\nA7,+14155550101,+14155550201\nB8,+14155550102,+14155550202\n", as: "a/1.csv")
        try bench.send()
        return bench
    }

    private func states(_ bench: PipelineBench) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: BatchID("20261120-000001")!).filter { $0.value > 0 }
    }

    func testAResultByAccountNumberIsOfItsContact() throws {
        let bench = try bench()
        try bench.drop("Account Number,Result\nA7,Connected\n", as: "_receipts/1.csv")
        XCTAssertEqual(try states(bench), [.connected: 1, .sentToDialer: 1])
        XCTAssertEqual(
            try bench.pipeline.store.receipts(ofBatch: BatchID("20261120-000001")!).map(\.record), [1])
    }

    func testAResultOfACallToAnotherNumberIsFoundByIt() throws {
        let bench = try bench()
        try bench.drop("Dialed Number,Result\n+14155550102,No Answer\n", as: "_receipts/1.csv")
        try bench.send()
        XCTAssertEqual(try states(bench), [.sentToDialer: 2])
        // The call to B8's second number, and a late one about the first, which has been answered.
        try bench.drop("Dialed Number,Result\n+14155550202,Connected\n", as: "_receipts/2.csv")
        XCTAssertEqual(try states(bench), [.connected: 1, .sentToDialer: 1])
        let receipts = try bench.pipeline.store.receipts(ofBatch: BatchID("20261120-000001")!)
        XCTAssertEqual(
            receipts.map { "\($0.record) \($0.step) \($0.attempt) \($0.event)" },
            ["2 first 1 no-answer", "2 second 2 connected"])
        try bench.drop("Dialed Number,Result\n+14155550102,Busy\n", as: "_receipts/3.csv")
        XCTAssertEqual(try bench.pipeline.store.receipts(ofBatch: BatchID("20261120-000001")!).last?.step, "first")
    }

    func testTheWordsOfTheDialerAreReadAsTheyAre() throws {
        for (words, event) in [
            ("Others", Event.other), ("Customer Abandoned", .abandonedCustomer), ("Dialer Abandoned", .abandonedDialer),
        ] {
            let bench = try bench()
            try bench.drop("Account Number,Dialled Number,Result\nA7,4155550101,\(words)\n", as: "_receipts/1.csv")
            XCTAssertEqual(
                try bench.pipeline.store.receipts(ofBatch: BatchID("20261120-000001")!).map(\.event), [event.rawValue])
            XCTAssertEqual(try states(bench), [.notConnected: 1, .sentToDialer: 1])
        }
    }

    func testAnAccountThatNobodyHasIsNotGuessedFromTheNumber() throws {
        let bench = try bench()
        try bench.drop(
            "Account Number,Dialled Number,Result\nZ9,+14155550101,Connected\n", as: "_receipts/1.csv")
        XCTAssertEqual(try states(bench), [.sentToDialer: 2])
        XCTAssertEqual(try bench.acknowledgement(2)["rejected"] as? Int, 1)
    }

    func testAResultByAddressIsOfTheLastMessageThatCanHaveComeToIt() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: "s"}},
             strategies: {s: {steps: [
               {name: "text", channel: "sms", expires: "24h", on: {failed: "call"}},
               {name: "call", channel: "voice", on: {delivered: "close"}}]}}}
            """)
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.send()
        try bench.drop("address,event\n+14155550101,connected\n", as: "_receipts/1.csv")
        XCTAssertEqual(try states(bench), [.smsSent: 1], "nobody connects to a text")
        try bench.drop("address,event\n+14155550101,failed\n", as: "_receipts/2.csv")
        try bench.send()
        try bench.drop("address,event\n+14155550101,delivered\n", as: "_receipts/3.csv")
        XCTAssertEqual(try states(bench), [.sentToDialer: 1], "the text was delivered after all, and no call is")
        XCTAssertEqual(try bench.pipeline.store.receipts(ofBatch: BatchID("20261120-000001")!).last?.step, "text")
        try bench.drop("address,event,detail\n+14155550101,connected,talked\n", as: "_receipts/4.csv")
        XCTAssertEqual(try states(bench), [.connected: 1])
    }

    func testADelayBehindExpiredCountsFromTheEndOfTheWait() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: "s"}}, strategies: {s: {steps: [
               {name: "text", channel: "sms", expires: "1h", on: {expired: {to: "call", after: "2h"}}},
               {name: "call", channel: "voice"}]}}}
            """, standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.send()
        // Nobody ran for an hour and a half after the wait was over.
        try bench.advance(seconds: 9_000)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
        XCTAssertEqual(try bench.pipeline.store.nextMoments().due?.description, "2026-11-20T18:00:00.000Z")
        try bench.advance(seconds: 1_800)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
    }

    func testAReferenceIsComparedWithoutCaseAndNotWithoutItsUnderscore() throws {
        let bench = try PipelineBench(
            "{campaigns: {a: {strategy: 's'}}, strategies: {s: {steps: [{name: 'call_Back', channel: 'voice'}]}}}")
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a/1.csv")
        try bench.send()
        try bench.drop(
            "reference,event\nbcdfgh-20261120-000001-1-CALL_BACK-1,connected\nbcdfgh-20261120-000001-2-callback-1,connected\n",
            as: "_receipts/1.csv")
        XCTAssertEqual(try states(bench), [.connected: 1, .sentToDialer: 1])
        XCTAssertEqual(
            try bench.pipeline.store.receipts(ofBatch: BatchID("20261120-000001")!).map(\.step), ["call_Back"])
        let text = "{strategies: {s: {steps: [{name: 'call', channel: 'sms'}, {name: 'CALL', channel: 'sms'}]}}}"
        let problems = ConfigurationReader.read(Array(text.utf8), file: "w").1
        XCTAssertTrue(problems.contains { $0.description.contains("stands twice") }, "\(problems)")
    }

    func testAChannelOfAnotherNameHasStatesOfItsOwn() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: "s", transports: {letter: "folder"}}}, strategies: {s: {steps: [
               {name: "post", channel: "letter", to: "phone1", expires: "48h"}]}}}
            """, standing: true)
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try states(bench), [.sent: 2])
        try bench.drop("reference,event\nbcdfgh-20261120-000001-1-post-1,responded\n", as: "_receipts/1.csv")
        try bench.advance(seconds: 49 * 3_600)
        try bench.send()
        XCTAssertEqual(try states(bench), [.responded: 1, .sentAndClosed: 1])
        XCTAssertEqual(ContactState.sent.label, "Sent")
        XCTAssertEqual(ContactState.sentAndClosed.label, "Sent and Closed")
    }
}
