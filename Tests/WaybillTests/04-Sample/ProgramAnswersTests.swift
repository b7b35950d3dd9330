import XCTest

@testable import Waybill

final class ProgramAnswersTests: XCTestCase {
    private func answers(_ parts: String...) throws -> [String?] {
        var answers = ProgramAnswers()
        for part in parts { try answers.take(Array(part.utf8)) }
        try answers.finish()
        return (0..<answers.count).map { answers.reasonOfDrop(at: $0) }
    }

    func testALineIsAnAnswerWhereverTheOutputIsCut() throws {
        XCTAssertEqual(
            try answers("keep\ndrop\ndr", "op no  longer\ta customer \r\nke", "ep"),
            [nil, "", "no longer a customer", nil])
        XCTAssertEqual(try answers(""), [])
    }

    func testAnythingElseIsNoAnswerAndIsNotRepeated() {
        for text in ["Keep\n", "keep it\n", "\n", "{\"keep\": true}\n", "dropped\n", "yes"] {
            XCTAssertThrowsError(try answers("keep\n" + text), text) { error in
                XCTAssertTrue("\(error)".hasPrefix("answer 2 is neither keep nor drop"), "\(error)")
            }
        }
        XCTAssertThrowsError(try answers(String(repeating: "x", count: 100_000)))
    }

    func testLongReasonsAreCutAndTooManyBecomeOne() throws {
        let long = try answers("drop " + String(repeating: "ü", count: 80) + "\n")
        XCTAssertEqual(long, [String(repeating: "ü", count: 50)])
        let many = try answers((0..<1_200).map { "drop reason \($0)\n" }.joined() + "drop reason 5\n")
        XCTAssertEqual(many[999], "reason 999")
        XCTAssertEqual(many[1_100], "for another reason")
        XCTAssertEqual(many[1_200], "reason 5")
    }
}
