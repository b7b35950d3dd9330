import XCTest

@testable import Waybill

final class CommandAnswersTests: XCTestCase {
    private let references = (1...4).map { record in
        Reference("bcdfgh-20261120-000001-\(record)-text-1")!
    }

    private func answers(_ text: String, cutAt size: Int = .max) throws -> [MessageOutcome?] {
        var answers = CommandAnswers(references)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: min(size, max(1, bytes.count))) {
            _ = try answers.take(Array(bytes[start..<min(bytes.count, start + min(size, bytes.count))]))
        }
        return references.map { answers.outcome(of: $0.record) }
    }

    func testOutcomesAreReadInAnyOrderAndWhereverTheyAreCut() throws {
        let text = """
            {"reference":"bcdfgh-20261120-000001-3-text-1","outcome":"later","detail":"busy"}
            {"outcome": "refused", "code": 30006, "detail": "land\\tline", "more": {"a": 1}, "reference": "bcdfgh-20261120-000001-2-text-1"}
            {"reference":"bcdfgh-20261120-000001-1-text-1","outcome":"accepted"}
            {"reference":"bcdfgh-20261120-000001-4-text-1","outcome":"unknown"}

            """
        for size in [1, 2, 7, 64, 1_000] {
            XCTAssertEqual(
                try answers(text, cutAt: size),
                [.accepted, .refused(code: "30006", detail: "land line"), .later, .lost])
        }
    }

    func testWhatIsNoAnswerCountsForNothing() throws {
        for line in [
            "", "ok", "[]", "null", "{}", "\"accepted\"", "{\"reference\":\"bcdfgh-20261120-000001-1-text-1\"}",
            "{\"outcome\":\"accepted\"}", "{\"reference\":\"bcdfgh-20261120-000001-1-text-1\",\"outcome\":\"sent\"}",
            "{\"reference\":\"bcdfgh-20261120-000001-1-text-2\",\"outcome\":\"accepted\"}",
            "{\"reference\":\"bcdfgh-20261120-000009-1-text-1\",\"outcome\":\"accepted\"}",
            "{\"reference\":1,\"outcome\":\"accepted\"}",
            "{\"reference\":\"bcdfgh-20261120-000001-1-text-1\",\"outcome\":true}",
            "{\"reference\":\"bcdfgh-20261120-000001-1-text-1\",\"outcome\":\"accepted\"", "\u{0}", "\u{FEFF}",
        ] {
            XCTAssertEqual(try answers(line + "\n"), [nil, nil, nil, nil], line)
        }
    }

    func testALastLineWithoutItsEndIsNoAnswer() throws {
        XCTAssertEqual(
            try answers(#"{"reference":"bcdfgh-20261120-000001-1-text-1","outcome":"accepted"}"#), [nil, nil, nil, nil])
    }

    func testTheSameAnswerTwiceIsOneAndTwoThatContradictAreNone() throws {
        let accepted = #"{"reference":"bcdfgh-20261120-000001-1-text-1","outcome":"accepted"}"# + "\n"
        let later = #"{"reference":"bcdfgh-20261120-000001-1-text-1","outcome":"later"}"# + "\n"
        XCTAssertEqual(try answers(accepted + accepted)[0], .accepted)
        for text in [accepted + later, later + accepted, accepted + later + accepted] {
            XCTAssertEqual(try answers(text)[0], nil)
        }
    }

    func testItIsNotListenedToForEver() {
        XCTAssertThrowsError(try answers(String(repeating: "x", count: 70_000)))
        XCTAssertThrowsError(try answers(String(repeating: "x\n", count: 1_000_000)))
    }

    func testCodesAndDetailsAreShortAndOfOneLine() throws {
        let long = String(repeating: "y", count: 1_000)
        let text =
            #"{"reference":"bcdfgh-20261120-000001-1-text-1","outcome":"refused","code":"a b/c\#(long)","detail":"\#(long)\n"}"#
            + "\n"
        guard case .refused(let code, let detail) = try answers(text)[0] else { return XCTFail("not refused") }
        XCTAssertTrue(code.hasPrefix("abc"), code)
        XCTAssertLessThanOrEqual(code.count, 32)
        XCTAssertEqual(detail.count, 200)
    }
}
