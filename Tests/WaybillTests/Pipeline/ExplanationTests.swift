import XCTest

@testable import Waybill

final class ExplanationTests: XCTestCase {
    private func explanation(_ record: UInt32, _ bench: PipelineBench) throws -> Explanation {
        try XCTUnwrap(
            Explanation.of(
                record: record, batch: bench.pipeline.store.batches(ofCampaign: "a")[0].id, store: bench.pipeline.store,
                configuration: bench.configuration))
    }

    func testTheEvidenceOfConsentIsToldAsTheSenderWroteItOnOneLine() throws {
        let bench = try PipelineBench(
            "{campaigns: {a: {require: [\"phone1\", \"consent\"], consentWords: {other: \"evidence\"}}}}")
        try bench.drop(
            """
            phone1,id,consent,consentat
            +14155550101,A,"web form
            of the clinic",2026-01-04T10:00:00-05:00
            +14155550102,B,letter,
            +14155550103,C,,

            """, as: "a/1.csv")
        let first = try explanation(1, bench)
        XCTAssertEqual(first.consent, "web form\nof the clinic")
        XCTAssertEqual(first.consentAt, "2026-01-04T10:00:00-05:00")
        let line = first.text.split(separator: "\n")[2]
        XCTAssertEqual(line, "  consent: web form of the clinic, given 2026-01-04T10:00:00-05:00")
        let second = try explanation(2, bench).text
        XCTAssertTrue(second.contains("\n  consent: letter\n"), second)
        let refused = try explanation(3, bench)
        XCTAssertEqual(refused.state, "Rejected")
        XCTAssertTrue(refused.happenings[1].words.contains("consent.missing"), refused.text)
        XCTAssertFalse(refused.text.contains("  consent:"), refused.text)
    }
}
