import Waybill
import XCTest

final class ISO8601DateTests: XCTestCase {
    func testDatesAndTimesAreRead() {
        let cases: [(String, Int?, Int?)] = [
            ("2026-11-21", nil, nil), ("2024-02-29", nil, nil), ("2026-11-21T10:00", 36_000_000, nil),
            ("2026-11-21T10:00:30", 36_030_000, nil), ("2026-11-21T10:00:30.125", 36_030_125, nil),
            ("2026-11-21T10:00:30,5Z", 36_030_500, 0), ("2026-11-21T10:00:30.123456789Z", 36_030_123, 0),
            ("2026-11-21T00:00Z", 0, 0), ("2026-11-21T24:00", 86_400_000, nil),
            ("2026-11-21T10:00+01:00", 36_000_000, 3_600), ("2026-11-21T10:00-0330", 36_000_000, -12_600),
            ("2026-11-21T10:00+01", 36_000_000, 3_600), ("2026-11-21T23:59:59.999-23:59", 86_399_999, -86_340),
        ]
        for (text, time, offset) in cases {
            let date = ISO8601Date(text)
            XCTAssertEqual(date?.day.description, String(text.prefix(10)), text)
            XCTAssertEqual(date?.millisecondOfDay, time, text)
            XCTAssertEqual(date?.offset, offset, text)
        }
    }

    func testAnythingElseIsNot() {
        for text in [
            "", "2026", "2026-11", "2026-11-2", "2026-11-21T", "2026-11-21T10", "2026-11-21 10:00", "2026-11-21t10:00",
            "2026-11-21T10:0", "2026-11-21T25:00", "2026-11-21T24:00:01", "2026-11-21T10:60", "2026-11-21T10:00:60",
            "2026-11-21T10:00:00.", "2026-11-21T10:00:00.1234567890", "2026-11-21T10:00z", "2026-11-21T10:00+1",
            "2026-11-21T10:00+24:00", "2026-11-21T10:00+01:60", "2026-11-21T10:00Z ", "2026-13-01", "2026-02-29",
            "2026-00-10", "2026-11-31", "20261121", "21.11.2026", "11/21/2026", "46347", "2026-W47-6", "+2026-11-21",
            "２026-11-21",
        ] {
            XCTAssertNil(ISO8601Date(text), text)
        }
    }

    func testAMomentNeedsAnOffsetOnlyWhereItHasNone() {
        let expected = Timestamp(day: CalendarDay(year: 2026, month: 11, day: 21)!, secondsOfDay: 32_400)
        XCTAssertEqual(ISO8601Date("2026-11-21T10:00+01:00")?.timestamp(localOffset: 7_200), expected)
        XCTAssertEqual(ISO8601Date("2026-11-21T10:00")?.timestamp(localOffset: 3_600), expected)
        XCTAssertEqual(
            ISO8601Date("2026-11-21")?.timestamp(localOffset: 0),
            Timestamp(day: CalendarDay(year: 2026, month: 11, day: 21)!))
    }
}
