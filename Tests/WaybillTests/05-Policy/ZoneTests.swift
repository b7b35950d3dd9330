import Foundation
import Support
import XCTest

@testable import Waybill

final class ZoneTests: XCTestCase {
    func testOffsetsAreThoseOfFoundationAtAnyMoment() throws {
        var random = SeededGenerator(seed: 7)
        for name in ["Europe/Berlin", "Africa/Casablanca", "America/St_Johns", "America/Recife", "Africa/Monrovia"] {
            let zone = try XCTUnwrap(Zone.named(name))
            let reference = try XCTUnwrap(TimeZone(identifier: name))
            for _ in 0..<5_000 {
                let second = Int64.random(in: 0..<4_102_444_800, using: &random)
                XCTAssertEqual(
                    zone.offset(at: Timestamp(milliseconds: second * 1_000)),
                    reference.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))), "\(name) at \(second)")
            }
        }
    }

    func testAWeekOfSummerTimeIsNotOverlooked() throws {
        // Recife put its clocks forward on 2000-10-08 and back on the 15th.
        let zone = try XCTUnwrap(Zone.named("America/Recife"))
        XCTAssertEqual(zone.offset(at: moment("2000-10-07", 12)), -3 * 3_600)
        XCTAssertEqual(zone.offset(at: moment("2000-10-12", 12)), -2 * 3_600)
        XCTAssertEqual(zone.offset(at: moment("2000-10-16", 12)), -3 * 3_600)
    }

    func testTheOffsetChangesToTheMillisecond() throws {
        let zone = try XCTUnwrap(Zone.named("Europe/Berlin"))
        let change = moment("2026-03-29", 1)
        XCTAssertEqual(zone.offset(at: change.adding(TimeSpan(milliseconds: -1))), 3_600)
        XCTAssertEqual(zone.offset(at: change), 7_200)
        XCTAssertEqual(zone.offset(at: Timestamp(milliseconds: -1)), 3_600)
        XCTAssertEqual(zone.offset(at: moment("2250-07-01", 0)), 3_600)
    }

    func testNamesAndLinksOfTheDatabaseAreKnown() {
        for name in ["UTC", "US/Eastern", "Asia/Calcutta", "Europe/Kyiv", "Etc/GMT+5", "EST5EDT", "Japan"] {
            XCTAssertEqual(Zone.named(name)?.name, name)
        }
    }

    func testAbbreviationsOffsetsAndNonsenseAreUnknown() {
        for name in ["PST", "IST", "GMT+5", "Foo/Bar", "", "europe/berlin", "Europe/Berlin ", "../etc", "UTC+3"] {
            XCTAssertNil(Zone.named(name), name)
        }
    }

    func testThereIsOneObjectForEachName() {
        XCTAssertTrue(Zone.named("Europe/Paris") === Zone.named("Europe/Paris"))
        XCTAssertTrue(Zone.named("UTC") === Zone.utc)
        XCTAssertNotEqual(Zone.named("Europe/Paris"), Zone.named("Europe/Madrid"))
    }

    private func moment(_ day: String, _ hour: Int) -> Timestamp {
        Timestamp(day: CalendarDay(day)!, secondsOfDay: hour * 3_600)
    }
}
