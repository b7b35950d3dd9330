import XCTest

@testable import Waybill

final class RateMeterTests: XCTestCase {
    func testItTellsWhatLeftWithinTheLastMinutesOnceItKnowsEnough() {
        var meter = RateMeter()
        XCTAssertNil(meter.perMinute("a", left: 100, at: 0))
        XCTAssertNil(meter.perMinute("a", left: 150, at: 9_000))
        XCTAssertEqual(meter.perMinute("a", left: 160, at: 60_000), 60)
        XCTAssertNil(meter.perMinute("b", left: 7, at: 60_000), "another campaign")
        XCTAssertEqual(meter.perMinute("a", left: 260, at: 359_000), 20, "what is older than five minutes is forgotten")
        XCTAssertEqual(meter.perMinute("a", left: 10, at: 375_000), 0, "more wait again")
    }
}
