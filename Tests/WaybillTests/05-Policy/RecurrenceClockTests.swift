import XCTest

@testable import Waybill

/// The days of rules: the examples of RFC 5545 (3.8.5.3), clocks that change, and rules that cannot be.
final class RecurrenceClockTests: XCTestCase {
    private func clock(_ rule: String, from start: String, _ zone: String = "America/New_York") throws
        -> RecurrenceClock
    {
        var recurrence = Recurrence()
        recurrence.rule = try RecurrenceRule(rule)
        recurrence.start = Recurrence.Start(start)
        return try XCTUnwrap(RecurrenceClock(recurrence, zone: XCTUnwrap(Zone.named(zone))))
    }

    /// The first times, by their own clock.
    private func times(_ clock: RecurrenceClock, _ most: Int) -> [String] {
        var found: [String] = []
        var moment = Timestamp(day: clock.firstDay, secondsOfDay: -172_800)
        while found.count < most, let next = clock.next(after: moment) {
            found.append(String(next.iso8601(offset: clock.offset(at: next)).prefix(16)))
            moment = next
        }
        return found
    }

    private func days(_ rule: String, from start: String = "1997-09-02T09:00", _ most: Int = 20) throws -> [String] {
        let clock = try clock(rule, from: start)
        let times = times(clock, most)
        let time = "T" + start.suffix(5)
        XCTAssertTrue(times.allSatisfy { $0.hasSuffix(time) }, "\(times)")
        // What was found one by one is what is found as a whole.
        let whole = clock.days(
            after: clock.firstDay.adding(days: -9), before: CalendarDay(String(times.last?.prefix(10) ?? ""))!)
        XCTAssertEqual(whole.map(\.description) + [String(times.last!.prefix(10))], times.map { String($0.prefix(10)) })
        return times.map { String($0.dropFirst(2).prefix(8)) }
    }

    func testTheExamplesOfTheStandard() throws {
        XCTAssertEqual(
            try days("FREQ=DAILY;COUNT=10"),
            (2...11).map { "97-09-" + ($0 < 10 ? "0" : "") + "\($0)" })
        XCTAssertEqual(try days("FREQ=DAILY;UNTIL=19971224T000000Z", from: "1997-09-02T09:00", 200).last, "97-12-23")
        XCTAssertEqual(try days("FREQ=DAILY;UNTIL=19971224T000000Z", from: "1997-09-02T09:00", 200).count, 113)
        XCTAssertEqual(
            try days("FREQ=DAILY;INTERVAL=10;COUNT=5"), ["97-09-02", "97-09-12", "97-09-22", "97-10-02", "97-10-12"])
        XCTAssertEqual(
            try days("FREQ=WEEKLY;COUNT=10").suffix(3), ["97-10-21", "97-10-28", "97-11-04"])
        XCTAssertEqual(
            try days("FREQ=WEEKLY;INTERVAL=2;WKST=SU", from: "1997-09-02T09:00", 4),
            ["97-09-02", "97-09-16", "97-09-30", "97-10-14"])
        XCTAssertEqual(
            try days("FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH"),
            [
                "97-09-02", "97-09-04", "97-09-09", "97-09-11", "97-09-16", "97-09-18", "97-09-23", "97-09-25",
                "97-09-30", "97-10-02",
            ])
        XCTAssertEqual(
            try days(
                "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", from: "1997-09-01T09:00", 30
            )
            .suffix(4), ["97-12-08", "97-12-10", "97-12-12", "97-12-22"])
        XCTAssertEqual(
            try days("FREQ=MONTHLY;COUNT=10;BYDAY=1FR", from: "1997-09-05T09:00"),
            [
                "97-09-05", "97-10-03", "97-11-07", "97-12-05", "98-01-02", "98-02-06", "98-03-06", "98-04-03",
                "98-05-01", "98-06-05",
            ])
        XCTAssertEqual(
            try days("FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", from: "1997-09-07T09:00"),
            [
                "97-09-07", "97-09-28", "97-11-02", "97-11-30", "98-01-04", "98-01-25", "98-03-01", "98-03-29",
                "98-05-03", "98-05-31",
            ])
        XCTAssertEqual(
            try days("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", from: "1997-09-22T09:00"),
            ["97-09-22", "97-10-20", "97-11-17", "97-12-22", "98-01-19", "98-02-16"])
        XCTAssertEqual(
            try days("FREQ=MONTHLY;BYMONTHDAY=-3", from: "1997-09-28T09:00", 6),
            ["97-09-28", "97-10-29", "97-11-28", "97-12-29", "98-01-29", "98-02-26"])
        XCTAssertEqual(
            try days("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", from: "1997-09-30T09:00"),
            [
                "97-09-30", "97-10-01", "97-10-31", "97-11-01", "97-11-30", "97-12-01", "97-12-31", "98-01-01",
                "98-01-31", "98-02-01",
            ])
        XCTAssertEqual(
            try days("FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", from: "1997-09-10T09:00"),
            [
                "97-09-10", "97-09-11", "97-09-12", "97-09-13", "97-09-14", "97-09-15", "99-03-10", "99-03-11",
                "99-03-12", "99-03-13",
            ])
        XCTAssertEqual(
            try days("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", from: "1997-09-02T09:00", 5),
            ["98-02-13", "98-03-13", "98-11-13", "99-08-13", "00-10-13"])
        XCTAssertEqual(
            try days("FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", from: "1997-09-13T09:00", 4),
            ["97-09-13", "97-10-11", "97-11-08", "97-12-13"])
        XCTAssertEqual(
            try days("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", from: "1997-08-05T09:00"),
            ["97-08-05", "97-08-10", "97-08-19", "97-08-24"])
        XCTAssertEqual(
            try days("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", from: "1997-08-05T09:00"),
            ["97-08-05", "97-08-17", "97-08-19", "97-08-31"])
        XCTAssertEqual(
            try days("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", from: "2007-01-15T09:00"),
            ["07-01-15", "07-01-30", "07-02-15", "07-03-15", "07-03-30"], "a February has no 30th")
        XCTAssertEqual(
            try days("FREQ=MONTHLY;COUNT=3", from: "2026-01-31T09:00"), ["26-01-31", "26-03-31", "26-05-31"])
    }

    func testADayThatSkipsTheTimeIsPassedOverAndOneThatShowsItTwiceCountsOnce() throws {
        let spring = try clock("FREQ=DAILY;COUNT=3", from: "2026-03-28T02:30", "Europe/Berlin")
        XCTAssertEqual(times(spring, 9), ["2026-03-28T02:30", "2026-03-30T02:30", "2026-03-31T02:30"])
        let autumn = try clock("FREQ=DAILY;COUNT=3", from: "2026-10-24T02:30", "Europe/Berlin")
        XCTAssertEqual(times(autumn, 9), ["2026-10-24T02:30", "2026-10-25T02:30", "2026-10-26T02:30"])
        XCTAssertEqual(autumn.moment(on: CalendarDay("2026-10-25")!)?.description, "2026-10-25T00:30:00.000Z")
        // The day of Apia that never was.
        let apia = try clock("FREQ=DAILY;COUNT=3", from: "2011-12-29T09:00", "Pacific/Apia")
        XCTAssertEqual(times(apia, 9), ["2011-12-29T09:00", "2011-12-31T09:00", "2012-01-01T09:00"])
        let midnight = try clock("FREQ=DAILY;COUNT=2", from: "2026-11-20T00:00", "Asia/Tokyo")
        XCTAssertEqual(midnight.moment(on: midnight.firstDay)?.description, "2026-11-19T15:00:00.000Z")
    }

    func testTheLastTimeCounts() throws {
        func last(_ end: String) throws -> String? {
            times(try clock("FREQ=DAILY;UNTIL=" + end, from: "2026-11-20T09:00"), 99).last
        }
        XCTAssertEqual(try last("20261122"), "2026-11-22T09:00")
        XCTAssertEqual(try last("20261122T090000"), "2026-11-22T09:00")
        XCTAssertEqual(try last("20261122T085959"), "2026-11-21T09:00")
        XCTAssertEqual(try last("20261122T140000Z"), "2026-11-22T09:00", "nine in New York")
        XCTAssertEqual(try last("20261122T135959Z"), "2026-11-21T09:00")
        XCTAssertNil(try last("20261119"))
        XCTAssertNil(
            try clock("FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12", from: "2026-02-01T09:00").next(
                after: Timestamp(day: CalendarDay("2026-01-01")!, secondsOfDay: 0)))
    }

    func testARuleThatCannotBeSaysWhatToWrite() {
        for (rule, words) in [
            ("", "FREQ has to be one of DAILY, WEEKLY, MONTHLY"), ("FREQ=YEARLY", "FREQ has to be one of"),
            ("FREQ=DAILY;COUNT=0", "COUNT=0 is not a whole number from 1"),
            ("FREQ=DAILY;COUNT=3;UNTIL=20261231", "exclude each other"),
            ("FREQ=DAILY;BYHOUR=9", "BYHOUR is not understood"), ("FREQ=DAILY;COUNT", "COUNT is no part of a rule"),
            ("FREQ=DAILY;FREQ=DAILY", "FREQ stands there twice"), ("FREQ=WEEKLY;BYDAY=MON", "MON is no weekday"),
            ("FREQ=WEEKLY;BYDAY=2MO", "goes with FREQ=MONTHLY"), ("FREQ=MONTHLY;BYDAY=6MO", "from -5 to 5"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY=32 is not"), ("FREQ=WEEKLY;BYMONTHDAY=1", "does not go with"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "no day 0"), ("FREQ=DAILY;UNTIL=2026-12-31", "no day or time"),
            ("FREQ=DAILY;UNTIL=20260230", "no day or time"), ("FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1"),
            ("FREQ=WEEKLY;WKST=1MO", "WKST is one weekday"),
        ] {
            XCTAssertThrowsError(try RecurrenceRule(rule), rule) { XCTAssertTrue("\($0)".contains(words), "\($0)") }
        }
        XCTAssertEqual(try RecurrenceRule("rrule:freq=weekly;byday=mo").frequency, .weekly)
        for text in ["2026-12-01", "2026-12-01T24:00", "2026-02-30T09:00", "2026-12-01T9:00", "2026-12-01 09:00"] {
            XCTAssertNil(Recurrence.Start(text), text)
        }
    }
}
