import XCTest

@testable import Waybill

final class ExplanationTests: XCTestCase {
    func testAContactIsFoundByEachOfItsNumbersItsAddressAndItsId() throws {
        let bench = try PipelineBench()
        try bench.drop(
            "id,phone1,phone5,email\nA7,+14155550101,+14155550105,ann@example.com\nB8,+14155550102,+14155550105,bob@example.com\n",
            as: "default/1.csv")
        func records(_ text: String) throws -> [UInt32] {
            let bytes = Array(text.utf8)
            let keys =
                AddressReading.all(of: bytes, AddressRules(regions: ["US"], takesAnyDigits: false)).map(\.key) + [
                    RecipientKey.id(bytes.span)
                ]
            return try Explanation.of(
                anyOf: Set(keys), store: bench.pipeline.store, configuration: bench.configuration,
                at: bench.pipeline.now
            ).map(\.record)
        }
        XCTAssertEqual(try records("A7"), [1])
        XCTAssertEqual(try records("BOB@example.com"), [2])
        XCTAssertEqual(try records("415-555-0105"), [1, 2], "each that has the number")
        XCTAssertEqual(try records("+14155550102"), [2])
        XCTAssertEqual(try records("C9"), [])
    }

    func testWhatAPersonWroteIsShownWithTheContactAndAmongTheAttempts() throws {
        let bench = try PipelineBench(
            "{campaigns: {a: {strategy: 's'}}, strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '24h'}]}}}"
        )
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.send()
        try bench.drop("from,text\n+14155550101,\"Tuesday, at ten\"\n", as: "_replies/1.csv")
        let batch = BatchID("20261120-000001")!
        let found = try XCTUnwrap(
            Explanation.of(
                record: 1, batch: batch, store: bench.pipeline.store, configuration: bench.configuration,
                at: bench.pipeline.now))
        XCTAssertTrue(found.text.contains("came back responded (Tuesday, at ten)"), found.text)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let rows = try bench.report("attempts", campaign: "a")
        XCTAssertTrue(rows.contains { $0.contains("\"Tuesday, at ten\"") }, "\(rows)")
    }

    private func explanation(_ record: UInt32, _ bench: PipelineBench) throws -> Explanation {
        try XCTUnwrap(
            Explanation.of(
                record: record, batch: bench.pipeline.store.batches(ofCampaign: "a")[0].id, store: bench.pipeline.store,
                configuration: bench.configuration, at: bench.pipeline.now))
    }

    func testARejectedRecordIsToldWithWhatCameAgainCorrected() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        try bench.drop("phone1\n+14155550101\n12\n13\n", as: "a/1.csv")
        XCTAssertFalse(try explanation(2, bench).text.contains("came again"))
        try bench.drop("phone1\n+14155550102\n", as: "a/1-20261120-000001.csv")
        let text = try explanation(2, bench).text
        XCTAssertTrue(
            text.contains("of its 2 rejected records 1 came again corrected, in batch 20261120-000002"), text)
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
