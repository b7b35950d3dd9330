import XCTest

@testable import Waybill

/// The report of a past day, written again after its contacts went on.
final class PastDayTests: XCTestCase {
    private let configuration = """
        { campaigns: { a: { strategy: "s" } },
          strategies: { s: { steps: [
            { name: "text", channel: "sms", to: "phone1", attempts: 2, expires: "48h",
              on: { failed: { retry: "20h" } } } ] } } }
        """

    private func references(_ bench: PipelineBench) throws -> [String] {
        try bench.dispatched("a").map { String($0.prefix { $0 != "," }) }
    }

    func testAnAnswerThatChangesNothingLeavesAContactSentAndAFailureLeavesItPending() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop("phone1\n+14155551001\n+14155551002\n+14155551003\n", as: "a/1.csv")
        try bench.send()
        let sent = try references(bench)
        try bench.drop("reference,event\n\(sent[0]),delivered\n\(sent[1]),failed\n", as: "_receipts/1.csv")
        try bench.restart(at: "2026-11-21T15:00:00Z")
        try bench.send()
        let rows = try references(bench).map { "\($0),responded\n" }
        try bench.drop("reference,event\n" + rows.joined(), as: "_receipts/2.csv")
        _ = try bench.pipeline.report(day: CalendarDay("2026-11-20"), campaign: "a")
        let states = try bench.report("progress", campaign: "a").map { $0.split(separator: ",")[4...5] }
        XCTAssertEqual(states.map { $0.joined() }, ["SMS sentdispatch", "Pendingdispatch", "SMS sentdispatch"])
    }
}
