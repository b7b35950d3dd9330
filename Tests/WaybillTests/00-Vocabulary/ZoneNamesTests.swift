import Waybill
import XCTest

final class ZoneNamesTests: XCTestCase {
    func testNamesAndTheirOlderLinksAreKnown() {
        for name in [
            "Europe/Berlin", "America/New_York", "America/Argentina/Buenos_Aires", "Asia/Calcutta", "US/Pacific", "UTC",
            "Etc/GMT+5", "GMT", "GB", "Zulu",
        ] {
            XCTAssertTrue(ZoneNames.isKnown(name), name)
        }
    }

    func testAbbreviationsOffsetsAndPathsAreNot() {
        for name in [
            "", "PST", "GMT+3", "+01:00", "europe/berlin", "Europe/", "Europe/Bonn", "../etc/passwd", "/etc/passwd",
            "posixrules", "America/Argentina", "Europe/Berlin ",
        ] {
            XCTAssertFalse(ZoneNames.isKnown(name), name)
        }
    }

    func testWhatChangesNoClockIsNoPlace() {
        for name in [
            "EST", "MST", "HST", "GMT", "GMT0", "Etc/GMT+5", "Etc/UTC", "CET", "EST5EDT", "Zulu", "UCT", "PST", "GMT+3",
        ] {
            XCTAssertFalse(ZoneNames.isPlace(name), name)
        }
        for name in ["UTC", "America/New_York", "America/Phoenix", "US/Hawaii", "Japan", "GB", "Asia/Calcutta"] {
            XCTAssertTrue(ZoneNames.isPlace(name), name)
        }
    }

    func testTheRightSpellingIsOffered() {
        XCTAssertEqual(ZoneNames.spelling(of: "europe/BERLIN"), "Europe/Berlin")
        XCTAssertNil(ZoneNames.spelling(of: "Europe/Bonn"))
    }
}
