import Support
import XCTest

@testable import Waybill

final class HolidayCalendarTests: XCTestCase {
    private func days(_ events: String..., lineEnd: String = "\r\n") throws -> [String] {
        var text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n"
        for event in events { text += "BEGIN:VEVENT\n\(event)\nEND:VEVENT\n" }
        text += "END:VCALENDAR\n"
        return try HolidayCalendar(Array(text.replacingOccurrences(of: "\n", with: lineEnd).utf8)).days.map(
            \.description)
    }

    func testWholeDaysAreReadWhereverLinesAreFolded() throws {
        for lineEnd in ["\r\n", "\n"] {
            XCTAssertEqual(
                try days(
                    "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas: and\n  more",
                    "DTST\n ART;VALUE=DATE:2026\n 0101\nUID:a", "DTSTART:20261003\nDURATION:P1D",
                    "DTSTART;X-Y=\"a:b\":20260501", "DTSTART;VALUE=DATE:20260502\nSTATUS:CANCELLED", lineEnd: lineEnd),
                ["2026-01-01", "2026-05-01", "2026-10-03", "2026-12-25", "2026-12-26"])
        }
    }

    func testAnAlarmWithinAnEventIsNotTheEvent() throws {
        XCTAssertEqual(
            try days("DTSTART;VALUE=DATE:20260101\nBEGIN:VALARM\nTRIGGER:-PT1H\nDURATION:PT5M\nEND:VALARM"),
            ["2026-01-01"])
    }

    func testAYearlyRuleIsFollowedTo2099() throws {
        let all = try days("DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=YEARLY")
        XCTAssertEqual(all.count, 80)
        XCTAssertEqual(all.last, "2099-01-01")
        XCTAssertEqual(
            try days("DTSTART;VALUE=DATE:20200229\nRRULE:FREQ=YEARLY;COUNT=3"),
            ["2020-02-29", "2024-02-29", "2028-02-29"])
        XCTAssertEqual(
            try days("DTSTART;VALUE=DATE:20250704\nRRULE:FREQ=YEARLY;UNTIL=20270704T000000Z;INTERVAL=2"),
            ["2025-07-04", "2027-07-04"])
        XCTAssertEqual(
            try days("DTSTART;VALUE=DATE:20250704\nRRULE:FREQ=YEARLY;INTERVAL=9223372036854775807"), ["2025-07-04"])
        // Thanksgiving, Memorial Day and Inauguration Day, as tables of the United States have them.
        XCTAssertEqual(
            try days("DTSTART;VALUE=DATE:20241128\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=4"),
            ["2024-11-28", "2025-11-27", "2026-11-26", "2027-11-25"])
        XCTAssertEqual(
            try days("DTSTART;VALUE=DATE:20240527\nRRULE:FREQ=YEARLY;BYDAY=-1MO;BYMONTH=5;COUNT=4;WKST=SU"),
            ["2024-05-27", "2025-05-26", "2026-05-25", "2027-05-31"])
        XCTAssertEqual(
            try days("DTSTART;VALUE=DATE:20250120\nRRULE:FREQ=YEARLY;INTERVAL=4;BYMONTH=1;BYMONTHDAY=20;COUNT=2"),
            ["2025-01-20", "2029-01-20"])
    }

    func testDaysAreTakenOutAddedAndMoved() throws {
        XCTAssertEqual(
            try days(
                "UID:a\nDTSTART;VALUE=DATE:20260501\nRRULE:FREQ=YEARLY;COUNT=3\nEXDATE;VALUE=DATE:20270501",
                "UID:a\nRECURRENCE-ID;VALUE=DATE:20280501\nDTSTART;VALUE=DATE:20280502",
                "UID:b\nDTSTART;VALUE=DATE:20260601\nRDATE;VALUE=DATE:20260701,20260801"),
            ["2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01", "2028-05-02"])
    }

    func testWhatWouldLeaveADayOutIsAnError() {
        let cases: [(String, String)] = [
            ("DTSTART:20261225T000000Z", "line 5: DTSTART is no whole day"),
            ("DTSTART:20260230", "line 5: there is no day 20260230"), ("SUMMARY:x", "line 4: the event has no DTSTART"),
            ("DTSTART:20260102\nDTEND:20260101", "line 4: the event ends before it begins"),
            ("DTSTART:20260102\nDURATION:PT1H", "line 6: DURATION is no number of whole days"),
            ("DTSTART:20260102\nRRULE:FREQ=WEEKLY", "line 6: FREQ=WEEKLY is not understood"),
            ("DTSTART:20260102\nRRULE:FREQ=YEARLY;BYDAY=4TH", "line 6: FREQ=YEARLY;BYDAY=4TH is not understood"),
            ("DTSTART:20260102\nRRULE:FREQ=YEARLY;BYEASTER=1", "line 6: BYEASTER=1 is not understood"),
            ("DTSTART:20260102\nRRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=-9223372036854775808SU", "line 6: BYDAY=-9223"),
            ("DTSTART:20260102\nRRULE:COUNT=1", "line 6: COUNT=1 is not understood"),
            ("DTSTART:20260102\nEND:VCALENDAR", "line 6: END:VCALENDAR ends nothing that is open"),
        ]
        for (event, words) in cases {
            XCTAssertThrowsError(try days(event), event) { error in
                XCTAssertTrue("\(error)".hasPrefix(words), "\(error)")
            }
        }
        for text in ["", "2026-12-25\n", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\n"] {
            XCTAssertThrowsError(try HolidayCalendar(Array(text.utf8)), text)
        }
    }

    func testThePolicyTakesDaysFromFilesAndSaysWhatIsWrongWithThem() throws {
        func read(_ holidays: String) -> (days: [String: [CalendarDay]], problems: [String]) {
            let text = "{policies: {p: {holidays: {\(holidays)}}}}"
            let (configuration, problems) = ConfigurationReader.read(Array(text.utf8), file: "w") { path in
                switch path {
                case "good.ics":
                    Array("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\nEND:VCALENDAR\n".utf8)
                default: Array("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026\nEND:VEVENT\nEND:VCALENDAR\n".utf8)
                }
            }
            return (configuration.policies["p"]?.holidays ?? [:], problems.map(\.description))
        }
        let good = read("US: 'good.ics', DE: ['2026-10-03', 'good.ics']")
        XCTAssertEqual(good.problems, [])
        XCTAssertEqual(
            good.days.mapValues { $0.map(\.description) }, ["US": ["2026-01-01"], "DE": ["2026-10-03", "2026-01-01"]])
        XCTAssertEqual(
            read("US: ['bad.ics']").problems,
            [
                "w:1:33: policies.p.holidays.US[0]: \"bad.ics\", line 3: DTSTART is no whole day such as 20261225: holidays "
                    + "have no time of day"
            ])
        let missing = ConfigurationReader.read(
            Array("{policies: {p: {holidays: {US: '/nowhere/x.ics'}}}}".utf8), file: "w")
        XCTAssertTrue(
            missing.problems[0].description.hasSuffix("No such file or directory (ENOENT)"),
            missing.problems[0].description)
    }

    func testNoBytesTrapIt() {
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        let words = [
            "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "DTSTART:20261225", "RRULE:FREQ=YEARLY;",
            "BYDAY=",
            "-5SU", "BYMONTH=2", ";", ":", "=", "\n", "\n", "\r\n ", "DURATION:P366D", "99999999", "-",
            "UNTIL=20300101", "\"", "é",
            "INTERVAL=1", "EXDATE:", "RDATE:", ",", "20200229",
        ]
        for _ in 0..<3_000 {
            let text =
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"
                + (0..<Int.random(in: 0...14, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
                .joined()
            _ = try? HolidayCalendar(Array(text.utf8))
            _ = try? HolidayCalendar(Array((text + "\nEND:VEVENT\nEND:VCALENDAR").utf8))
        }
    }
}
