import XCTest

@testable import Waybill

final class ContactCapsTests: XCTestCase {
    private func at(_ hours: Int64) -> Timestamp { Timestamp(milliseconds: hours * 3_600_000) }

    private func cap(_ limit: Int, _ within: String, _ channels: [String] = [], then: Policy.CapAction = .delay) throws
        -> Policy.Cap
    {
        var cap = Policy.Cap(limit: limit, within: try XCTUnwrap(TimeSpan(within)))
        cap.channels = channels
        cap.then = then
        return cap
    }

    private func verdict(
        _ caps: [Policy.Cap], _ channel: String, at hour: Int64, past: [(Int64, String)]
    ) -> ContactCaps.Verdict {
        var policy = Policy()
        policy.caps = caps
        return ContactCaps(policy: policy, channel: channel).verdict(
            at: at(hour), past: past.map { ContactCaps.Contact(at: at($0.0), channel: $0.1) })
    }

    func testWithinTheSpanTheLimitHoldsAndAtItsEndItIsOver() throws {
        let daily = try cap(1, "24h")
        XCTAssertEqual(verdict([daily], "sms", at: 10, past: []), .free)
        XCTAssertEqual(verdict([daily], "sms", at: 10, past: [(0, "sms")]), .delay(until: at(24), daily))
        XCTAssertEqual(verdict([daily], "sms", at: 24, past: [(0, "sms")]), .free)
    }

    func testOneIsAllowedWhenEnoughOfThemHavePassed() throws {
        let three = try cap(3, "24h")
        let past: [(Int64, String)] = [(5, "sms"), (1, "sms"), (3, "voice"), (9, "sms")]
        // Four were sent, so two must pass: those of hours 1 and 3.
        XCTAssertEqual(verdict([three], "sms", at: 10, past: past), .delay(until: at(27), three))
        XCTAssertEqual(verdict([three], "sms", at: 27, past: past), .free)
    }

    func testACapOfOtherChannelsCountsNothingAndHoldsNothing() throws {
        let texts = try cap(1, "7d", ["sms"])
        XCTAssertEqual(verdict([texts], "voice", at: 1, past: [(0, "sms")]), .free)
        XCTAssertEqual(verdict([texts], "sms", at: 1, past: [(0, "voice")]), .free)
        XCTAssertEqual(verdict([texts], "sms", at: 1, past: [(0, "sms")]), .delay(until: at(168), texts))
    }

    func testTheLongestHoldCountsAndOneThatDropsGoesFirst() throws {
        let daily = try cap(1, "24h")
        let weekly = try cap(2, "7d")
        let past: [(Int64, String)] = [(0, "sms"), (20, "sms")]
        XCTAssertEqual(verdict([daily, weekly], "sms", at: 21, past: past), .delay(until: at(168), weekly))
        XCTAssertEqual(verdict([weekly, daily], "sms", at: 21, past: past), .delay(until: at(168), weekly))
        let drop = try cap(2, "24h", then: .drop)
        XCTAssertEqual(verdict([weekly, drop], "sms", at: 21, past: past), .drop(drop))
    }

    func testALimitOfZeroAllowsNone() throws {
        let none = try cap(0, "24h", ["voice"])
        XCTAssertEqual(verdict([none], "voice", at: 0, past: []), .delay(until: nil, none))
        XCTAssertEqual(
            verdict([none, try cap(1, "24h")], "voice", at: 1, past: [(0, "voice")]), .delay(until: nil, none))
        XCTAssertEqual(
            verdict([try cap(1, "24h"), none], "voice", at: 1, past: [(0, "voice")]), .delay(until: nil, none))
    }
}
