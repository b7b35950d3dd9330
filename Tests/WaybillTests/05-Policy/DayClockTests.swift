import Foundation
import Support
import XCTest

@testable import Waybill

final class DayClockTests: XCTestCase {
    func testADayIsTheCalendarDayOfItsZone() {
        let clock = clock("Europe/Berlin")
        XCTAssertEqual(clock.start(of: day("2026-11-21")).description, "2026-11-20T23:00:00.000Z")
        XCTAssertEqual(clock.end(of: day("2026-11-21")).description, "2026-11-21T23:00:00.000Z")
        XCTAssertEqual(clock.day(of: moment("2026-11-21", "22:59")), day("2026-11-21"))
        XCTAssertEqual(clock.day(of: moment("2026-11-21", "23:00")), day("2026-11-22"))
    }

    func testAnEarlierEndOfDayNamesTheDayByWhereItEnds() {
        let clock = clock("Europe/Berlin", "18:00")
        XCTAssertEqual(clock.day(of: moment("2026-11-21", "16:59")), day("2026-11-21"))
        XCTAssertEqual(clock.day(of: moment("2026-11-21", "17:00")), day("2026-11-22"))
        XCTAssertEqual(clock.start(of: day("2026-11-21")), moment("2026-11-20", "17:00"))
    }

    func testAnEndInASkippedHourIsTheFirstMomentAfterIt() {
        XCTAssertEqual(
            clock("Europe/Berlin", "02:30").end(of: day("2026-03-29")).description, "2026-03-29T01:00:00.000Z")
        // In São Paulo the clocks went from 24:00 on to 01:00.
        XCTAssertEqual(
            clock("America/Sao_Paulo").end(of: day("2018-11-03")).description, "2018-11-04T03:00:00.000Z")
    }

    func testAnEndInARepeatedHourIsInTheFirstPass() {
        XCTAssertEqual(
            clock("Europe/Berlin", "02:30").end(of: day("2026-10-25")).description, "2026-10-25T00:30:00.000Z")
        // In São Paulo the clocks went from 24:00 back to 23:00, so midnight came once.
        XCTAssertEqual(
            clock("America/Sao_Paulo").end(of: day("2018-02-17")).description, "2018-02-18T03:00:00.000Z")
        // In St. John's they went from 00:01 back to 23:01, so midnight came twice.
        XCTAssertEqual(
            clock("America/St_Johns").end(of: day("2010-11-06")).description, "2010-11-07T02:30:00.000Z")
    }

    func testADayThatWasSkippedHasNoMoment() {
        let clock = clock("Pacific/Apia")
        XCTAssertEqual(clock.start(of: day("2011-12-30")), clock.end(of: day("2011-12-30")))
        XCTAssertEqual(clock.day(of: clock.end(of: day("2011-12-29"))), day("2011-12-31"))
    }

    func testDaysFollowEachOtherWithoutGapOrOverlapInEveryZone() {
        let seed: UInt64 = 11
        var random = SeededGenerator(seed: seed)
        for name in TimeZone.knownTimeZoneIdentifiers {
            guard let zone = Zone.named(name) else {
                XCTFail("\(name) is not known")
                continue
            }
            for _ in 0..<6 {
                let clock = DayClock(
                    zone: zone, endOfDay: TimeOfDay(minutes: Int.random(in: 0...96, using: &random) * 15))
                let moment = Self.moment(near: zone, &random)
                let day = clock.day(of: moment)
                let label = "\(name), \(clock.endOfDay), \(moment), seed \(seed)"
                let start = clock.start(of: day)
                let end = clock.end(of: day)
                XCTAssertTrue(start <= moment && moment < end, label)
                XCTAssertEqual(clock.day(of: start), day, label)
                XCTAssertEqual(clock.day(of: Timestamp(milliseconds: end.milliseconds - 1)), day, label)
                XCTAssertGreaterThan(clock.day(of: end), day, label)
                XCTAssertLessThan(end.milliseconds - start.milliseconds, 50 * 3_600_000, label)
            }
        }
    }

    /// Within a day of a clock change, where there is one.
    private static func moment(near zone: Zone, _ random: inout SeededGenerator) -> Timestamp {
        let any = Int64.random(in: 0..<2_000_000_000_000, using: &random)
        let change = zone.span(at: any).end
        let near = change == .max ? any : change
        return Timestamp(milliseconds: near + Int64.random(in: -86_400_000...86_400_000, using: &random))
    }

    private func clock(_ zone: String, _ end: String = "24:00") -> DayClock {
        DayClock(zone: Zone.named(zone)!, endOfDay: TimeOfDay(end)!)
    }

    private func day(_ text: String) -> CalendarDay { CalendarDay(text)! }

    private func moment(_ day: String, _ time: String) -> Timestamp {
        Timestamp(day: CalendarDay(day)!, secondsOfDay: TimeOfDay(time)!.minutes * 60)
    }
}
