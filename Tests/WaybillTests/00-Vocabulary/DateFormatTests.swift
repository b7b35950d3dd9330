import Waybill
import XCTest

final class DateFormatTests: XCTestCase {
    private func read(_ text: String, _ pattern: String) throws -> String? {
        var bytes: [UInt8] = []
        guard let moment = try XCTUnwrap(DateFormat(pattern), pattern).moment(Array(text.utf8).span) else { return nil }
        moment.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    func testDatesAreReadByTheirForm() throws {
        for (pattern, text, expected) in [
            ("dd.MM.yyyy HH:mm", "21.11.2026 10:05", "2026-11-21T10:05:00"), ("d.M.yyyy", "1.2.2026", "2026-02-01"),
            ("MM/dd/yyyy hh:mm a", "11/21/2026 12:05 AM", "2026-11-21T00:05:00"),
            ("M/d/yyyy h:mm:ss a", "1/2/2026 12:00:09 pm", "2026-01-02T12:00:09"),
            ("yyyyMMdd", "20261121", "2026-11-21"),
            ("yyyy/MM/ddTHH:mm:ss", "2026/11/21T23:59:59", "2026-11-21T23:59:59"),
        ] {
            XCTAssertEqual(try read(text, pattern), expected, pattern)
        }
    }

    func testWhatIsWrittenOtherwiseOrDoesNotExistIsNone() throws {
        for (pattern, text) in [
            ("dd.MM.yyyy", "1.2.2026"), ("dd.MM.yyyy", "31.02.2026"), ("dd.MM.yyyy", "21.11.26"),
            ("dd.MM.yyyy", "21.11.2026 "),
            ("dd.MM.yyyy HH:mm", "21.11.2026"), ("dd.MM.yyyy HH:mm", "21.11.2026 24:00"),
            ("dd.MM.yyyy HH:mm", "21.11.2026 10:60"),
            ("M/d/yyyy h:mm a", "1/2/2026 13:00 pm"), ("M/d/yyyy h:mm a", "1/2/2026 1:00 xm"), ("d.M.yyyy", ""),
        ] {
            XCTAssertNil(try read(text, pattern), text)
        }
    }

    func testAFormThatLeavesTheDayOpenIsNone() {
        for pattern in [
            "", "dd.MM", "dd.MM.yy", "dd.MM.yyyy dd", "dd.MM.yyyy HH", "dd.MM.yyyy hh:mm", "dd.MM.yyyy HH:mm a",
            "dd.MM.yyyy mm",
            "dd MMM yyyy", "DD.MM.YYYY", "dd.MM.yyyy HH:mm z",
        ] {
            XCTAssertNil(DateFormat(pattern), pattern)
        }
    }
}
