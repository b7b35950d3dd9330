import XCTest

@testable import Waybill

/// The configuration changes while contacts are under way.
final class ChangedConfigurationTests: XCTestCase {
    private func configuration(_ channel: String, _ windows: String) -> String {
        """
        {campaigns: {a: {strategy: "s", policy: "p"}},
         policies: {p: {zone: "campaign", windows: [\(windows)]}},
         strategies: {s: {steps: [{name: "first", channel: "\(channel)", to: "phone1"}]}}}
        """
    }

    func testWhoWaitsForAStepThatGoesOverAnotherChannelNowGoesOverThatOneInItsHours() throws {
        let both = "{channels: ['sms'], from: '16:00', to: '24:00'}, {channels: ['voice'], from: '18:00', to: '20:00'}"
        let bench = try PipelineBench(configuration("sms", both))
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a"), [], "it is 15:00")
        try bench.restart(at: "2026-11-20T16:30:00Z", with: configuration("voice", both))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a"), [], "texts would be allowed, calls are not")
        try bench.restart(at: "2026-11-20T18:00:00Z")
        try bench.send()
        let sent = try bench.dispatched("a")
        XCTAssertEqual(sent.count, 1)
        XCTAssertTrue(sent[0].contains("-first-1,voice,"), sent[0])
    }
}
