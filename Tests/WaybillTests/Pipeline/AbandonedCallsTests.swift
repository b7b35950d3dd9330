import XCTest

@testable import Waybill

/// Where a rule of law says how many answered calls a dialler may abandon, one that abandoned more gets no more calls.
final class AbandonedCallsTests: XCTestCase {
    private func configuration(_ kind: String = "automated", purpose: String = "marketing", rules: String = "\"us\"")
        -> String
    {
        """
        {campaigns: {a: {policy: "p", purpose: "\(purpose)", kind: {voice: "\(kind)"}, strategy: "s"}},
         policies: {p: {rules: \(rules)}},
         strategies: {s: {steps: [{name: "call", channel: "voice", to: "phone1", resultWithin: "2d"}]}}}
        """
    }

    /// Two hundred people in New York were called at ten on a Friday there.
    private func bench(_ configuration: String) throws -> (PipelineBench, references: [String]) {
        let bench = try PipelineBench(configuration, at: "2026-11-20T15:00:00Z", standing: true)
        try bench.drop("phone1\n" + (0..<200).map { "+1212555\(1_000 + $0)\n" }.joined(), as: "a/1.csv")
        try bench.send()
        return (bench, try bench.dispatched("a").map { String($0.prefix { $0 != "," }) })
    }

    private func answer(
        _ bench: PipelineBench, _ references: ArraySlice<String>, _ event: String,
        at moment: String = "2026-11-20T15:30:00Z"
    ) throws {
        let rows = references.map { "\($0),\(event),\(moment)\n" }.joined()
        try bench.drop("reference,event,at\n" + rows, as: "_receipts/\(event)-\(references.startIndex).csv")
    }

    private func leaves(_ bench: PipelineBench) throws -> Bool {
        let before = try bench.dispatched("a").count
        try bench.drop("phone1\n+1212555\(3_000 + before)\n", as: "a/\(bench.pipeline.now.milliseconds).csv")
        try bench.advance(seconds: 61)
        try bench.send()
        return try bench.dispatched("a").count > before
    }

    func testOneThatAbandonedMoreThanTheRuleAllowsGetsNoMoreCalls() throws {
        let (bench, calls) = try bench(configuration())
        XCTAssertEqual(calls.count, 200)
        try answer(bench, calls[0..<95], "connected")
        try answer(bench, calls[95..<99], "Dialer Abandoned")
        XCTAssertTrue(try leaves(bench), "of fewer than a hundred nothing can be said")
        try answer(bench, calls[99..<150], "busy")
        XCTAssertTrue(try leaves(bench), "nobody answered those")
        try answer(bench, calls[150..<151], "Customer Abandoned")
        XCTAssertFalse(try leaves(bench), "4 of 100")
        let reason = try XCTUnwrap(bench.pipeline.store.holdings().first)
        XCTAssertEqual(reason.kind.label, "abandonment")
        XCTAssertEqual(
            reason.words,
            "the dialler abandoned 4 of 100 answered calls, more than 3 % within 30d (US: abandoned calls): until 2026-12-20, "
                + "or waybill campaign resume, which counts anew")
        // Within the limit again.
        try answer(bench, calls[151..<185], "declined")
        XCTAssertTrue(try leaves(bench), "4 of 134")
    }

    func testItEndsWithTheSpanOrWhenSomebodyDecides() throws {
        for byCommand in [false, true] {
            let (bench, calls) = try bench(configuration())
            try answer(bench, calls[0..<120], "connected")
            try answer(bench, calls[120..<130], "abandoned-dialer")
            XCTAssertFalse(try leaves(bench))
            if byCommand {
                try bench.drop("{\"command\": \"resume\", \"campaign\": \"a\"}", as: "_control/resume.json")
                XCTAssertTrue(try leaves(bench))
            } else {
                try bench.restart(at: "2026-12-18T16:00:00Z")
                XCTAssertFalse(try leaves(bench), "four weeks later")
                try bench.restart(at: "2026-12-21T16:00:00Z")
                XCTAssertTrue(try leaves(bench))
            }
        }
    }

    func testACampaignThatTheRuleDoesNotConcernGoesOn() throws {
        for text in [configuration("live"), configuration(purpose: "service"), configuration(rules: "\"gb\"")] {
            let (bench, calls) = try bench(text)
            try answer(bench, calls[0..<120], "connected")
            try answer(bench, calls[120..<130], "abandoned-dialer")
            XCTAssertTrue(try leaves(bench), text)
        }
    }

    func testTheSameFileTwiceCountsOnce() throws {
        let (bench, calls) = try bench(configuration())
        try answer(bench, calls[0..<110], "connected")
        for name in ["1", "2", "3"] {
            try bench.drop(
                "reference,event,at\n"
                    + calls[110..<113].map { "\($0),abandoned-dialer,2026-11-20T15:30:00Z\n" }.joined(),
                as: "_receipts/again-\(name).csv")
        }
        XCTAssertTrue(try leaves(bench), "3 of 113")
    }
}
