import SystemIO
import XCTest

@testable import Waybill

/// The clock is set back while contacts wait.
final class ClockBackTests: XCTestCase {
    private func moment(_ text: String) -> Timestamp { Timestamp(iso8601: ArraySlice(text.utf8))! }

    func testAnAttemptThatWasDueIsDueAfterIt() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's'}}, strategies: {s: {steps: [
              {name: 'call', channel: 'voice', attempts: 3, on: {busy: {retry: '5m'}}}]}}}
            """, standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.send()
        try bench.drop("reference,event\nbcdfgh-20261120-000001-1-call-1,busy\n", as: "_receipts/1.csv")
        try bench.drop("{\"command\": \"pause\", \"campaign\": \"a\"}", as: "_control/1.json")
        try bench.advance(seconds: 420)
        try bench.send()
        try bench.set(moment("2026-11-20T14:00:00Z"))
        try bench.drop("{\"command\": \"resume\", \"campaign\": \"a\"}", as: "_control/2.json")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        let lines = bench.logged.with("clock.back")
        XCTAssertEqual(lines.count, 1, "\(lines)")
        XCTAssertTrue(lines.first?.contains("4020") ?? false, "\(lines)")
    }

    func testWhatHadToBeMendedFirstIsTriedAtOnceAlsoByTheNextProcess() throws {
        let strategy = "strategies: {s: {steps: [{name: 'text', channel: 'sms', template: 't'}]}}"
        let broken = "{campaigns: {a: {strategy: 's', templates: {t: 'none.txt'}}}, \(strategy)}"
        let mended = "{campaigns: {a: {strategy: 's'}}, strategies: {s: {steps: [{name: 'text', channel: 'sms'}]}}}"
        let bench = try PipelineBench(broken, standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.pipeline.store.holdings().first?.kind, .template)
        try bench.restart(at: "2026-11-20T13:00:00Z", with: mended)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
    }

    func testARateLetsAsMuchLeaveAsBefore() throws {
        let bench = try PipelineBench(
            "{campaigns: {a: {rate: {perSecond: 1, perHour: 3}}}}", standing: true)
        try bench.drop("phone1\n" + (1...6).map { "+1415555010\($0)\n" }.joined(), as: "a/1.csv")
        for _ in 0..<3 {
            try bench.send()
            try bench.advance(seconds: 1)
        }
        try bench.set(moment("2026-11-20T14:00:00Z"))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 3, "three left within the hour")
        try bench.set(moment("2026-11-20T14:59:59Z"))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 3)
        for _ in 0..<4 {
            try bench.advance(seconds: 1)
            try bench.send()
        }
        XCTAssertEqual(try bench.dispatched("a").count, 6)
    }

    func testHoursStayThoseOfTheClock() throws {
        let bench = try PipelineBench(
            "{campaigns: {a: {policy: 'p'}}, policies: {p: {zone: 'campaign', windows: [{from: '16:00', to: '20:00'}]}}}",
            standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.send()
        try bench.set(moment("2026-11-20T14:00:00Z"))
        try bench.send()
        XCTAssertTrue(bench.logged.with("clock.back").first?.contains("contactsThatWaitLonger=1") ?? false)
        try bench.set(moment("2026-11-20T15:59:00Z"))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a"), [])
        try bench.set(moment("2026-11-20T16:00:00Z"))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
    }
}
