import SystemIO
import XCTest

@testable import Waybill

/// What is said of somebody behind their failed message: that it arrived after all, or by a newer drop. Then nobody
/// comes again.
final class RequeueLaterWordsTests: XCTestCase {
    private let configuration = """
        {campaigns: {a: {strategy: "s", require: []}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "24h"}]}}}
        """
    private let heading = "phone1,id,message\n"

    private func batch(_ number: Int) -> BatchID { BatchID(day: CalendarDay("2026-11-20")!, number: number) }

    private func states(_ bench: PipelineBench, _ number: Int) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: batch(number))
    }

    private func reference(_ number: Int, _ record: Int = 1) -> String { "bcdfgh-\(batch(number))-\(record)-text-1" }

    private func receipt(_ event: String, of number: Int, as name: String, _ bench: PipelineBench) throws {
        try bench.drop("reference,event\n\(reference(number)),\(event)\n", as: "_receipts/\(name).csv")
    }

    private func requeue(_ bench: PipelineBench, state: String = "Failed", of number: Int? = nil) throws -> Int {
        let which = number.map { #", "batch": "\#(batch($0))""# } ?? ""
        let command = #"{"command": "requeue", "campaign": "a", "where": "state=\#(state)"\#(which)}"#
        return try bench.pipeline.carryOut(ControlCommand(json: Array(command.utf8))).contacts
    }

    private func assertNobody(
        _ part: String, _ bench: PipelineBench, state: String = "Failed", of number: Int? = nil,
        _ message: String = "", line: UInt = #line
    ) {
        XCTAssertThrowsError(try requeue(bench, state: state, of: number), message, line: line) { error in
            XCTAssertTrue("\(error)".contains(part), "\(message): \(error)", line: line)
        }
        XCTAssertEqual(bench.files("inbox/a"), [], message, line: line)
    }

    private func pause(_ bench: PipelineBench) throws {
        try bench.pipeline.store.durably { try bench.pipeline.store.pause("a", at: bench.pipeline.now) }
    }

    private func resume(_ bench: PipelineBench) throws {
        try bench.pipeline.store.durably { try bench.pipeline.store.resume("a") }
        try bench.send()
    }

    /// Ann's message failed.
    private func failed(_ record: String = "+14155550101,ann,old") throws -> PipelineBench {
        let bench = try PipelineBench(configuration)
        try bench.drop(heading + record + "\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
        try receipt("failed", of: 1, as: "1", bench)
        XCTAssertEqual(try states(bench, 1), [.failed: 1])
        return bench
    }

    // MARK: - It arrived after all

    private static let misses: Set<Event> = [
        .accepted, .delayed, .failed, .bounced, .busy, .noAnswer, .abandonedDialer,
    ]

    func testWhoWaitsToGetAMessageAgainThatArrivedAfterAllIsLeftAlone() throws {
        for event in Event.allCases where event != .expired {
            let bench = try failed()
            try pause(bench)
            XCTAssertEqual(try requeue(bench), 1)
            try bench.settle()
            XCTAssertEqual(try states(bench, 3), [.pending: 1], event.rawValue)
            try receipt(event.rawValue, of: 1, as: "2", bench)
            let isMiss = Self.misses.contains(event)
            let ended: ContactState = event.isRefusal ? .suppressed : .cancelled
            XCTAssertEqual(try states(bench, 3), [isMiss ? .pending : ended: 1], event.rawValue)
            try resume(bench)
            // A bounce of which nobody says why lists nobody at once.
            XCTAssertEqual(try bench.dispatched("a").count, isMiss ? 2 : 1, event.rawValue)
            guard ended == .cancelled, !isMiss else { continue }
            let explained = try XCTUnwrap(
                Explanation.of(
                    record: 1, batch: batch(3), store: bench.pipeline.store, configuration: bench.configuration,
                    at: bench.pipeline.now)
            ).text
            XCTAssertTrue(explained.contains("contact.arrived"), explained)
            XCTAssertTrue(explained.contains("batch \(batch(1)), record 1"), explained)
        }
    }

    func testWhoseMessageArrivedAfterAllBeforeTheNewDropIsTakenIsLeftAlone() throws {
        let bench = try failed()
        XCTAssertEqual(try requeue(bench), 1)
        try receipt("delivered", of: 1, as: "2", bench)
        try bench.settle()
        XCTAssertEqual(try bench.acknowledgement(4)["requeues"] as? String, batch(1).description)
        XCTAssertEqual(try states(bench, 4), [.cancelled: 1])
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
    }

    func testAnAnswerAndAReceiptByAddressHoldHimToo() throws {
        for (name, text) in [
            ("_replies/2.csv", "from,text\n+14155550101,thanks\n"),
            ("_receipts/2.csv", "address,event\n+14155550101,delivered\n"),
            ("_receipts/2.csv", "account number,event\nann,delivered\n"),
        ] {
            let bench = try failed()
            try pause(bench)
            XCTAssertEqual(try requeue(bench), 1)
            try bench.settle()
            try bench.drop(text, as: name)
            XCTAssertEqual(try states(bench, 3), [.cancelled: 1], text)
        }
    }

    func testOnlyTheContactWhoseMessageArrivedIsHeld() throws {
        let bench = try PipelineBench(
            configuration.replacingOccurrences(of: "require: []", with: "require: [], duplicates: 'keep'"))
        try bench.drop(
            heading + "+14155550101,ann,one\n+14155550101,bob,two\n+14155550103,cem,three\n", as: "a/1.csv")
        try bench.send()
        for record in 1...3 {
            try bench.drop(
                "reference,event\n\(reference(1, record)),failed\n", as: "_receipts/\(record).csv")
        }
        try pause(bench)
        XCTAssertEqual(try requeue(bench), 3)
        try bench.settle()
        try bench.drop("reference,event\n\(reference(1, 2)),read\n", as: "_receipts/9.csv")
        XCTAssertEqual(try states(bench, 5), [.pending: 2, .cancelled: 1])
        try resume(bench)
        let sent = try bench.dispatched("a").joined(separator: "\n")
        XCTAssertEqual(sent.split(separator: "\n").filter { $0.contains(",two") }.count, 1, sent)
    }

    func testWhatIsHeardOfTheFirstMessageCountsHoweverOftenSomebodyCameAgain() throws {
        for isWaiting in [true, false] {
            let bench = try failed()
            XCTAssertEqual(try requeue(bench), 1)
            try bench.settle()
            try bench.send()
            try receipt("failed", of: 3, as: "2", bench)
            XCTAssertEqual(try bench.dispatched("a").count, 2)
            if isWaiting {
                try pause(bench)
                XCTAssertEqual(try requeue(bench), 1)
                try bench.settle()
                XCTAssertEqual(try states(bench, 5), [.pending: 1])
            }
            try receipt("delivered", of: 1, as: "3", bench)
            if isWaiting {
                XCTAssertEqual(try states(bench, 5), [.cancelled: 1])
            } else {
                assertNobody("of 1 other nobody can tell", bench)
            }
        }
    }

    func testWhomAWithdrawalMetOnTheWayDoesNotComeAgain() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: "s", transports: {sms: "slow"}, require: []}},
             transports: {slow: {kind: "command", run: ["./slow.sh"]}},
             strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1"}]}}}
            """)
        let program = bench.root + "/slow.sh"
        try Files.writeAtomically(Array("#!/bin/sh\nexec sleep 30\n".utf8), to: program, mode: 0o755)
        try bench.drop(heading + "+14155550101,ann,old\n", as: "a/1.csv")
        try bench.send()
        XCTAssertFalse(bench.pipeline.dispatcher.flights.isEmpty)
        _ = try bench.pipeline.carryOut(ControlCommand(json: Array(#"{"command": "withdraw", "campaign": "a"}"#.utf8)))
        XCTAssertEqual(try states(bench, 1), [.withdrawn: 1])
        assertNobody("of 1 other nobody can tell", bench, state: "Withdrawn")
    }

    // MARK: - A newer record

    func testWhomANewerDropHasDoesNotComeAgainWithAnOldRecord() throws {
        for (newer, mode) in [
            ("+14155550111,ann,new", "add"), ("+14155550111,ANN,new", "add"), ("12,ann,new", "add"),
            ("+14155550111,ann,new", "update"), ("+14155550101,,new", "add"),
        ] {
            let bench = try failed()
            try bench.put("{\"mode\": \"\(mode)\"}", as: "a/2.csv.meta.json")
            try bench.drop(heading + newer + "\n+14155550109,zoe,new\n", as: "a/2.csv")
            assertNobody("1 has a newer record", bench, newer)
        }
    }

    func testWhoHasAnotherIDInANewerDropComesAgain() throws {
        let bench = try failed()
        try bench.drop(heading + "+14155550101,order 2,new\n", as: "a/2.csv")
        XCTAssertEqual(try requeue(bench), 1)
    }

    func testWithoutIDsANewerRecordIsOneOfTheSameRecipient() throws {
        for newer in ["+14155550101,,new", "+14155550101,ann,new"] {
            let bench = try failed("+14155550101,,old")
            try bench.drop(heading + newer + "\n", as: "a/2.csv")
            assertNobody("1 has a newer record", bench, newer)
        }
    }

    func testOfTwoRecordsThatFailedTheNewerOneComesAgain() throws {
        let bench = try failed()
        try bench.drop(heading + "+14155550101,ann,new\n", as: "a/2.csv")
        try bench.send()
        try receipt("failed", of: 3, as: "2", bench)
        assertNobody("1 has a newer record", bench, of: 1)
        XCTAssertEqual(try requeue(bench), 1)
        try bench.settle()
        try bench.send()
        let sent = try bench.dispatched("a")
        XCTAssertEqual(sent.count, 3)
        XCTAssertEqual(sent.filter { $0.hasSuffix("new") || $0.contains(",new,") }.count, 2, "\(sent)")
    }

    func testWhatWasWithdrawnIsNoNewerRecord() throws {
        let bench = try failed()
        try pause(bench)
        try bench.drop(heading + "+14155550101,ann,new\n", as: "a/2.csv")
        let command = #"{"command": "withdraw", "batch": "\#(batch(3))"}"#
        _ = try bench.pipeline.carryOut(ControlCommand(json: Array(command.utf8)))
        XCTAssertEqual(try requeue(bench), 1)
    }

    func testANewerDropThatIsTakenBeforeTheOneOfThoseWhoComeAgainCounts() throws {
        let bench = try failed()
        XCTAssertEqual(try requeue(bench), 1)
        try bench.drop(heading + "+14155550101,ann,new\n", as: "a/2.csv")
        try bench.settle()
        XCTAssertEqual(try states(bench, 4), [.cancelled: 1])
        try bench.send()
        let sent = try bench.dispatched("a")
        XCTAssertEqual(sent.count, 2)
        XCTAssertEqual(sent.filter { $0.contains("old") }.count, 1, "\(sent)")
    }

    func testALongDropThatIsBeingReadWhenSomebodyRequeuesCounts() throws {
        let bench = try failed("+14155550100,,old")
        try bench.put(IntakeTests.large(), as: "a/large.csv")
        var again = 0
        bench.pipeline.drops.onInterlude = { [self] reading in
            guard reading.drop == "large.csv", again == 0 else { return }
            again = try requeue(bench)
            for name in bench.files("inbox/a") where name.hasSuffix(".csv") {
                bench.pipeline.claims.noteArrival(place: .init(folder: "a"), name: name)
            }
            bench.pipeline.claims.ask()
            _ = try OvertakingTests.overtake(bench.pipeline)
        }
        try bench.settle()
        XCTAssertEqual(again, 1)
        XCTAssertEqual(try bench.acknowledgement(3)["drop"] as? String, "large.csv")
        XCTAssertEqual(try bench.acknowledgement(4)["requeues"] as? String, batch(1).description)
        XCTAssertEqual(try states(bench, 4), [.cancelled: 1])
    }
}
