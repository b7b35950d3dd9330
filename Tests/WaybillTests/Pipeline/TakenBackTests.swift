import SystemIO
import XCTest

@testable import Waybill

/// What is heard of a message while its contact waits to be reached again, in whatever order.
final class TakenBackTests: XCTestCase {
    /// How results come: in one file, in one after the other, and in runs of their own as from cron.
    private enum Way: CaseIterable {
        case oneFile, files, runs
    }

    private static let tells = Event.allCases.filter { event in
        ![.accepted, .delayed, .failed, .bounced, .busy, .noAnswer, .abandonedDialer, .expired].contains(event)
    }

    private let batch = BatchID(day: CalendarDay("2026-11-20")!, number: 1)

    /// Contacts whose text left at 17:00.
    private func sent(_ rules: String, contacts: Int = 1) throws -> PipelineBench {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: "s", require: []}},
             strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "24h", attempts: 3,
                                       on: {\(rules)}},
                                      {name: "call", channel: "voice", to: "phone1"}]}}}
            """, at: "2026-11-20T17:00:00Z", standing: true)
        let rows = (1...contacts).map { "+1415555010\($0),c\($0),hello\n" }
        try bench.drop("phone1,id,message\n" + rows.joined(), as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, contacts)
        return bench
    }

    private func reference(_ record: Int, _ step: String = "text", _ attempt: Int = 1) -> String {
        "bcdfgh-\(batch)-\(record)-\(step)-\(attempt)"
    }

    private func moment(_ time: String) -> String { "2026-11-20T\(time):00Z" }

    private func set(_ bench: PipelineBench, _ moment: String) throws {
        try bench.set(XCTUnwrap(Timestamp(iso8601: ArraySlice(moment.utf8))))
    }

    /// Hears of the first message of contact 1: events with their times, from 17:25 on.
    private func hear(_ bench: PipelineBench, _ events: [(event: Event, at: String)], _ way: Way) throws {
        let rows = events.map { "\(reference(1)),\($0.event.rawValue),\(moment($0.at))\n" }
        let heading = "reference,event,at\n"
        try set(bench, moment("17:25"))
        if way == .oneFile { return try bench.drop(heading + rows.joined(), as: "_receipts/all.csv") }
        for (number, row) in rows.enumerated() {
            if way == .runs { try bench.restart(at: moment("17:2\(5 + number)")) }
            try bench.drop(heading + row, as: "_receipts/\(number).csv")
            try bench.send()
        }
    }

    private func states(_ bench: PipelineBench) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: batch)
    }

    private func sends(_ bench: PipelineBench, until moment: String) throws -> [String] {
        try set(bench, moment)
        try bench.send()
        return try bench.dispatched("a").compactMap { $0.split(separator: ",").first.map(String.init) }.sorted()
    }

    private static let rules = [
        #"failed: {to: "call", after: "30m"}, responded: "close""#, #"failed: {retry: "1h"}, responded: "close""#,
    ]

    func testWhoIsHeardOfAfterTheFailureIsNotContactedAgainInWhateverOrderThatComes() throws {
        for event in Self.tells {
            let isTriedFully = [.delivered, .responded].contains(event)
            for rules in isTriedFully ? Self.rules : [Self.rules[0]] {
                for way in isTriedFully ? Way.allCases : [.oneFile] {
                    for isFirst in [false, true] {
                        let bench = try sent(rules)
                        let events: [(event: Event, at: String)] = [(.failed, "17:01"), (event, "17:05")]
                        try hear(bench, isFirst ? events.reversed() : events, way)
                        let expected: ContactState =
                            switch event {
                            case .responded, .declined: .smsResponded
                            case .unsubscribed, .complained: .suppressed
                            case _: .smsSent
                            }
                        let note = "\(event) \(rules) \(way) \(isFirst)"
                        XCTAssertEqual(try states(bench), [expected: 1], note)
                        XCTAssertEqual(try sends(bench, until: moment("19:30")), [reference(1)], note)
                        // Who gives no answer is no longer waited for.
                        XCTAssertEqual(try sends(bench, until: "2026-11-21T17:30:00Z"), [reference(1)], note)
                        let end = expected == .smsSent ? .smsSentAndClosed : expected
                        XCTAssertEqual(try states(bench), [end: 1], note)
                    }
                }
            }
        }
    }

    func testAReplyAfterTheFailureHoldsTheCall() throws {
        for isInRuns in [false, true] {
            let bench = try sent(Self.rules[0], contacts: 3)
            try set(bench, moment("17:01"))
            try bench.drop(
                "reference,event\n" + (1...3).map { "\(reference($0)),failed\n" }.joined(), as: "_receipts/1.csv")
            XCTAssertEqual(try states(bench), [.pending: 3])
            if isInRuns { try bench.restart(at: moment("17:05")) } else { try set(bench, moment("17:05")) }
            try bench.drop("from,text\n+14155550101,\"Thanks, I will be there\"\n", as: "_replies/1.csv")
            if isInRuns { try bench.restart(at: moment("17:06")) }
            try bench.drop(
                "reference,event\n\(reference(2)),delivered\n\(reference(3)),declined\n", as: "_receipts/2.csv")
            XCTAssertEqual(try states(bench), [.smsResponded: 2, .smsSent: 1])
            if isInRuns { try bench.restart(at: moment("18:30")) }
            XCTAssertEqual(try sends(bench, until: moment("18:30")).count, 3)
            let said = try bench.pipeline.store.receipts(ofBatch: batch, record: 1)
            XCTAssertEqual(said.map(\.step), ["text", "text"])
        }
    }

    func testAStepsOwnRuleForWhatIsHeardTakesThePlaceOfThePlan() throws {
        let rules = #"failed: {to: "call", after: "30m"}, read: {to: "call", after: "2h"}, delivered: "close""#
        for way in Way.allCases {
            for isFirst in [false, true] {
                let read = try sent(rules)
                let events: [(event: Event, at: String)] = [(.failed, "17:01"), (.read, "17:20")]
                try hear(read, isFirst ? events.reversed() : events, way)
                XCTAssertEqual(try sends(read, until: moment("19:15")), [reference(1)], "\(way) \(isFirst)")
                let called = [reference(1, "call", 2), reference(1)]
                XCTAssertEqual(try sends(read, until: moment("19:25")), called, "\(way) \(isFirst)")
                let closed = try sent(rules)
                // Whatever is said to be older: what was heard first would have ended it.
                try hear(closed, [(.failed, "17:10"), (.delivered, isFirst ? "17:05" : "17:15")], way)
                XCTAssertEqual(try states(closed), [.smsSentAndClosed: 1], "\(way) \(isFirst)")
            }
        }
    }

    func testWhoseMessageFailedAfterAllIsContactedOnce() throws {
        for way in Way.allCases {
            for events in [
                [(.delivered, "17:01"), (.failed, "17:05")], [(.failed, "17:05"), (.delivered, "17:01")],
                [(.failed, "17:01"), (.delivered, "17:03"), (.failed, "17:05")],
                [(.delivered, "17:03"), (.failed, "17:05"), (.failed, "17:01")],
                [(.failed, "17:01"), (.failed, "17:05"), (.delivered, "17:03")],
                [(.failed, "17:05"), (.failed, "17:05"), (.accepted, "17:06")],
            ] as [[(event: Event, at: String)]] {
                let bench = try sent(Self.rules[0])
                try hear(bench, events, way)
                XCTAssertEqual(try states(bench), [.pending: 1], "\(way) \(events)")
                let called = [reference(1, "call", 2), reference(1)]
                XCTAssertEqual(try sends(bench, until: moment("18:30")), called, "\(way) \(events)")
            }
        }
    }

    func testWhoIsPlannedTwiceAtOnceIsContactedOnce() throws {
        for way in Way.allCases {
            let bench = try sent(#"failed: {to: "call", after: "30m"}, read: {to: "call", after: "30m"}"#)
            try hear(bench, [(.failed, "17:05"), (.read, "17:05"), (.failed, "17:05"), (.read, "17:05")], way)
            XCTAssertEqual(try states(bench), [.pending: 1])
            XCTAssertEqual(try sends(bench, until: moment("18:30")), [reference(1, "call", 2), reference(1)])
        }
    }

    func testAfterTheNextAttemptLeftNewsOfTheFirstChangeNothing() throws {
        let bench = try sent(Self.rules[0])
        try hear(bench, [(.failed, "17:01")], .files)
        XCTAssertEqual(try sends(bench, until: moment("18:30")).count, 2)
        try bench.drop(
            "reference,event\n\(reference(1)),read\n\(reference(1)),responded\n", as: "_receipts/9.csv")
        XCTAssertEqual(try states(bench), [.sentToDialer: 1])
    }

    func testWhoAnswersBehindTheEndOfTheWaitIsNotCalledAndWhoseMessageOnlyArrivedIs() throws {
        for (event, isCalled) in [(Event.responded, false), (.declined, false), (.delivered, true), (.read, true)] {
            let bench = try sent(#"expired: {to: "call", after: "2h"}"#)
            try set(bench, "2026-11-21T17:30:00Z")
            try bench.send()
            XCTAssertEqual(try states(bench), [.pending: 1])
            try bench.drop("reference,event\n\(reference(1)),\(event.rawValue)\n", as: "_receipts/9.csv")
            let sent = try sends(bench, until: "2026-11-21T19:30:00Z")
            XCTAssertEqual(sent.count, isCalled ? 2 : 1, event.rawValue)
        }
    }

    func testAMessageWhoseTimeIsOverWhenItIsSaidToHaveArrivedIsAsOneWithoutAnAnswer() throws {
        let bench = try sent(#"failed: {retry: "30h"}"#)
        try hear(bench, [(.failed, "17:01")], .files)
        try set(bench, "2026-11-21T18:00:00Z")
        try bench.send()
        XCTAssertEqual(try states(bench), [.pending: 1])
        try bench.drop("reference,event\n\(reference(1)),delivered\n", as: "_receipts/9.csv")
        XCTAssertEqual(try states(bench), [.smsSentAndClosed: 1])
        XCTAssertEqual(try sends(bench, until: "2026-11-22T18:00:00Z"), [reference(1)])
    }

    func testTheDaysFilesSayOfWhoWaitsAgainForAnAnswerThatTheTextIsOut() throws {
        let bench = try sent(Self.rules[0])
        try hear(bench, [(.failed, "17:01"), (.delivered, "17:05")], .files)
        _ = try sends(bench, until: "2026-11-21T18:00:00Z")
        XCTAssertEqual(try states(bench), [.smsSentAndClosed: 1])
        _ = try bench.pipeline.report(day: CalendarDay("2026-11-20"), campaign: "a")
        let row = try XCTUnwrap(bench.report("progress", campaign: "a").first)
        XCTAssertTrue(row.contains(",SMS sent,"), row)
    }
}
