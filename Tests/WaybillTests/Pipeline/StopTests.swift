import XCTest

@testable import Waybill

/// Whoever says stop in any way is left alone by everybody.
final class StopTests: XCTestCase {
    private let configuration = """
        {campaigns: {a: {strategy: "s"}, b: {strategy: "s"}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "24h"}]}}}
        """

    /// Ann is out in both campaigns, Bob in one.
    private func bench() throws -> (PipelineBench, reference: String) {
        let bench = try PipelineBench(configuration)
        try bench.drop("phone1,id\n+14155550101,ann\n", as: "a/1.csv")
        try bench.drop("phone1,id\n+14155550101,ann too\n+14155550102,bob\n", as: "b/1.csv")
        try bench.send()
        return (bench, String(try bench.dispatched("a")[0].prefix { $0 != "," }))
    }

    private func states(_ bench: PipelineBench) throws -> [[ContactState: Int]] {
        try (1...2).map { number in
            try bench.pipeline.store.states(of: BatchID(day: CalendarDay("2026-11-20")!, number: number))
        }
    }

    func testAnUnsubscriptionEndsAllOpenContactsOfThePerson() throws {
        for event in ["unsubscribed", "complained"] {
            let (bench, reference) = try bench()
            try bench.drop("reference,event\n\(reference),\(event)\n", as: "_receipts/r.csv")
            XCTAssertEqual(try states(bench), [[.suppressed: 1], [.suppressed: 1, .smsSent: 1]], event)
        }
    }

    func testAReplyDoesTheSame() throws {
        let (bench, _) = try bench()
        try bench.drop("from,to,text\n+14155550101,,STOP\n", as: "_replies/r.csv")
        XCTAssertEqual(try states(bench), [[.suppressed: 1], [.suppressed: 1, .smsSent: 1]])
    }

    /// Of a clock that nobody knows, a stop counts at the last moment that it can mean and a start at the first.
    func testATimeWithoutAnOffsetNeverMakesAStartTheLaterWord() throws {
        for (stop, start, isStopped) in [
            ("2026-11-20T08:00:00", "2026-11-20T14:00:00Z", true),
            ("2026-11-20T01:00:00", "2026-11-20T14:00:00Z", false),
            ("2026-11-20 08:00:00", "2026-11-20T14:00:00Z", true), ("2026-11-19", "2026-11-20T11:00:00Z", true),
            ("2026-11-18", "2026-11-20T14:00:00Z", false), ("2026-11-20T03:00:00Z", "2026-11-20T14:00:00", true),
            ("2026-11-19T13:00:00Z", "2026-11-20T14:00:00", false), ("2026-11-19T11:00:00Z", "2026-11-20", true),
            ("2026-11-19T09:00:00Z", "2026-11-20", false), ("2026-11-20T10:00:00", "2026-11-20T11:00:00", true),
            ("1795165200", "2026-11-20T14:00:00Z", false),
        ] {
            for isStopFirst in [true, false] {
                let bench = try PipelineBench(configuration)
                let rows = [("stop", "STOP,\(stop)"), ("start", "START,\(start)")]
                for (name, row) in isStopFirst ? rows : rows.reversed() {
                    try bench.drop("from,text,at\n+14155550101,\(row)\n", as: "_replies/\(name).csv")
                }
                try bench.drop("phone1,id\n+14155550101,ann\n", as: "a/1.csv")
                try bench.send()
                XCTAssertEqual(try bench.dispatched("a").count, isStopped ? 0 : 1, "\(stop) \(start) \(isStopFirst)")
            }
        }
        let bench = try PipelineBench(configuration)
        try bench.drop("from,text,at\n+14155550101,START,2026-11-20T14:00:00\n", as: "_replies/1.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["date.invalid": 1])
        XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted")
    }

    /// Vonage's times are in UTC, and do not say so.
    func testVonagesTimesHaveNoOffsetAndAreInUTC() throws {
        for (stop, start, isStopped) in [
            ("2026-11-20 12:00:00", "2026-11-20 14:00:00", false), ("2026-11-20 14:00:00", "2026-11-20 12:00:00", true),
        ] {
            let bench = try PipelineBench(configuration)
            for (number, (text, at)) in [("STOP", stop), ("START", start)].enumerated() {
                try bench.drop(
                    """
                    {"msisdn": "14155550101", "to": "12025550100", "messageId": "0A", "text": "\(text)", "type": "text",
                     "message-timestamp": "\(at)"}
                    """, as: "_replies/\(number).json")
                XCTAssertEqual(try bench.acknowledgement(number + 1)["rejected"] as? Int, 0)
            }
            try bench.drop("phone1,id\n+14155550101,ann\n", as: "a/1.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a").count, isStopped ? 0 : 1, "\(stop) \(start)")
        }
    }

    func testAnUnsubscriptionWithoutAnOffsetCountsAtItsLastMoment() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop("address,event,at\n+14155550101,unsubscribed,2026-11-20T08:00:00\n", as: "_receipts/1.csv")
        try bench.drop("from,text,at\n+14155550101,START,2026-11-20T14:00:00Z\n", as: "_replies/1.csv")
        try bench.drop("phone1,id\n+14155550101,ann\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a"), [])
    }

    func testAStopThatWasSaidBeforeAStartDoesNotCountWhicheverFileComesFirst() throws {
        for rows in [
            ["YES,2026-11-20T14:00:00Z", "STOP,2026-11-20T13:00:00Z"],
            ["STOP,2026-11-20T13:00:00Z", "START,2026-11-20T14:00:00Z", "STOP,2026-11-20T13:30:00Z"],
        ] {
            let bench = try PipelineBench(configuration)
            for (number, row) in rows.enumerated() {
                try bench.drop("from,text,at\n+14155550101,\(row)\n", as: "_replies/\(number).csv")
            }
            try bench.drop("phone1,id\n+14155550101,ann\n", as: "a/1.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a").count, 1, "\(rows)")
            // A later one counts.
            try bench.drop("from,text,at\n+14155550101,STOP,2026-11-20T14:30:00Z\n", as: "_replies/9.csv")
            try bench.drop("phone1,id\n+14155550101,again\n", as: "a/2.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a").count, 1, "\(rows)")
        }
    }

    func testWhoAnswersTheConfirmationOfAStopPolitelyStaysStopped() throws {
        for (words, sent) in [("Yes thanks", 0), ("ok yes", 0), ("start please", 0), ("Yes!", 1), ("UNSTOP", 1)] {
            let bench = try PipelineBench(configuration)
            try bench.drop("from,text,at\n+14155550101,STOP,2026-11-20T13:00:00Z\n", as: "_replies/1.csv")
            try bench.drop("from,text,at\n+14155550101,\(words),2026-11-20T13:01:00Z\n", as: "_replies/2.csv")
            try bench.drop("phone1,id\n+14155550101,ann\n", as: "a/1.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a").count, sent, words)
        }
    }

    func testAFileOfOneLineWithoutAHeaderIsRefusedForThatAndAHeaderAloneHoldsNothing() throws {
        let noFrom =
            "header.unknown: The file's only line is no header. The replies have no column \"from\"; name it in the first "
            + "line, as in from,to,text,at."
        for (text, folder, refusal) in [
            ("+14155550101,STOP\n", "_replies", noFrom), ("+14155550101;15550100;stop it", "_replies", noFrom),
            ("+14155550101,unsubscribed\n", "_receipts", "header.unknown: The file's only line is no header. "),
            ("from,to,text,at\n", "_replies", "drop.empty: "), ("address,event\n", "_receipts", "drop.empty: "),
        ] {
            let bench = try PipelineBench(configuration)
            try bench.drop(text, as: folder + "/1.csv")
            let found = try bench.refusal(1)
            XCTAssertTrue(found.hasPrefix(refusal), "\(text): \(found)")
            XCTAssertEqual(try bench.pipeline.store.listHolds().isEmpty, refusal == "drop.empty: ", text)
        }
    }

    func testAStopOfADayCountsUntilItsEnd() throws {
        for (name, stop) in [
            ("_replies/stop.csv", "from,text,at\n+14155550101,STOP,2026-11-20\n"),
            ("_receipts/stop.csv", "address,event,at\n+14155550101,unsubscribed,2026-11-20\n"),
        ] {
            for order in [[0, 1], [1, 0]] {
                let bench = try PipelineBench(standing: true)
                let files = [
                    ("_replies/start.csv", "from,text,at\n+14155550101,START,2026-11-20T10:00:00Z\n"), (name, stop),
                ]
                for place in order { try bench.drop(files[place].1, as: files[place].0) }
                try bench.drop("phone1\n+14155550101\n", as: "a.csv")
                try bench.send()
                XCTAssertEqual(try bench.dispatched(), [], "\(name) \(order)")
            }
        }
        // What was said on a later day counts, where no clock of the world can have it the other way round.
        for (stop, leaves) in [("2026-11-19", 0), ("2026-11-18", 0), ("2026-11-17", 1)] {
            let bench = try PipelineBench(standing: true)
            try bench.drop(
                "from,text,at\n+14155550101,STOP,\(stop)\n+14155550101,START,2026-11-20\n", as: "_replies/r.csv")
            try bench.drop("phone1\n+14155550101\n", as: "a.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched().count, leaves, stop)
        }
    }

    func testAnUnsubscriptionThatComesTwiceChangesNothingMore() throws {
        let (bench, reference) = try bench()
        for number in 1...2 {
            try bench.drop(
                "reference,event,detail\n\(reference),unsubscribed,\(number)\n", as: "_receipts/r\(number).csv")
        }
        XCTAssertEqual(try states(bench), [[.suppressed: 1], [.suppressed: 1, .smsSent: 1]])
    }
}
