import SystemIO
import XCTest

@testable import Waybill

/// Do-not-contact lists that have to be there, and fresh.
final class NamedListTests: XCTestCase {
    private static let required = """
        {lists: {named: {dnc: {files: "dnc*.csv", maxAge: "31d", required: true}}}, campaigns: {a: {}, b: {}}}
        """

    private func left(_ bench: PipelineBench, _ campaign: String) throws -> Int {
        try bench.advance(seconds: 61)
        try bench.send()
        return try bench.pipeline.store.batches(ofCampaign: campaign).flatMap {
            try bench.pipeline.store.parcels(ofBatch: $0.id).filter { $0.leftAt.milliseconds > 0 }
        }.count
    }

    private func reasons(_ bench: PipelineBench, _ campaign: String) throws -> [String] {
        try bench.pipeline.store.batches(ofCampaign: campaign).flatMap {
            try bench.pipeline.store.parcels(ofBatch: $0.id).filter { $0.status == .waiting }.map(\.reason.words)
        }
    }

    func testNothingLeavesBeforeTheListHasComeAndAfterItGotTooOld() throws {
        let bench = try PipelineBench(Self.required, at: "2026-11-20T15:00:00Z", standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        XCTAssertEqual(try left(bench, "a"), 0)
        XCTAssertEqual(
            try reasons(bench, "a"),
            [
                "waits for the list dnc (dnc*.csv): it has not come since it was named; drop it into _suppress (a header "
                    + "without entries is a list, too)"
            ])
        // Another list is another list, and one that cannot be read is none.
        try bench.drop("value\n+14155550199\n", as: "_suppress/other.csv")
        XCTAssertEqual(try left(bench, "a"), 0)
        try bench.drop("value\n+14155550199\n", as: "_suppress/dnc-1.csv")
        XCTAssertEqual(try left(bench, "a"), 1)

        try bench.set(Timestamp(iso8601: Array("2026-12-21T14:00:00Z".utf8)[...])!)
        try bench.drop("phone1\n+14155550102\n", as: "a/2.csv")
        XCTAssertEqual(try left(bench, "a"), 2, "a month less an hour")
        try bench.set(Timestamp(iso8601: Array("2026-12-21T16:00:00Z".utf8)[...])!)
        try bench.drop("phone1\n+14155550103\n", as: "a/3.csv")
        XCTAssertEqual(try left(bench, "a"), 2)
        let words = try XCTUnwrap(reasons(bench, "a").first)
        XCTAssertTrue(
            words.contains("the list dnc (dnc*.csv): it came last as batch 20261120-000003 on 2026-11-20T15:"), words)
        let found = try XCTUnwrap(
            Explanation.of(
                record: 1, batch: XCTUnwrap(bench.pipeline.store.batches(ofCampaign: "a").last).id,
                store: bench.pipeline.store, configuration: bench.configuration, at: bench.pipeline.now))
        XCTAssertTrue(found.present.contains("suppress accept 20261120-000003"), found.present)

        try bench.drop("value\n+14155550198\n", as: "_suppress/dnc-2.csv")
        XCTAssertEqual(try left(bench, "a"), 3)
    }

    func testAnOldListIsAcceptedUntilTheNextOneAndNoOtherIs() throws {
        let bench = try PipelineBench(Self.required, at: "2026-11-20T15:00:00Z", standing: true)
        func accept(_ batch: String) throws {
            try bench.drop(
                "{\"command\": \"accept\", \"batch\": \"\(batch)\"}\n",
                as: "_control/\(batch).\(bench.pipeline.now.milliseconds).json")
        }
        try bench.drop("value\n+14155550199\n", as: "_suppress/dnc-1.csv")
        try accept("20261120-000001")
        try bench.set(Timestamp(iso8601: Array("2027-01-20T15:00:00Z".utf8)[...])!)
        try bench.drop("phone1\n+14155550103\n", as: "a/3.csv")
        XCTAssertEqual(try left(bench, "a"), 0, "what was not too old yet could not be accepted")
        try accept("20261120-000001")
        XCTAssertEqual(try left(bench, "a"), 1)
        try bench.restart(at: "2027-01-21T15:00:00Z")
        try bench.drop("phone1\n+14155550104\n", as: "a/4.csv")
        XCTAssertEqual(try left(bench, "a"), 2)
        try bench.drop("value\n+14155550198\n", as: "_suppress/dnc-2.csv")
        try bench.set(Timestamp(iso8601: Array("2027-03-01T15:00:00Z".utf8)[...])!)
        try bench.drop("phone1\n+14155550105\n", as: "a/5.csv")
        XCTAssertEqual(try left(bench, "a"), 2)
    }

    func testAListThatIsNotRequiredHoldsThoseThatNameItOnly() throws {
        let bench = try PipelineBench(
            """
            {lists: {named: {ours: {files: "ours*"}}}, campaigns: {a: {}, b: {lists: ["ours"]}}}
            """, standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.drop("phone1\n+14155550102\n", as: "b/1.csv")
        XCTAssertEqual(try left(bench, "a"), 1)
        XCTAssertEqual(try left(bench, "b"), 0)
        // Of a list that names nobody nothing is known.
        try bench.drop("value\nfoo\nbar\n", as: "_suppress/ours-1.csv")
        XCTAssertEqual(try left(bench, "b"), 0)
        try bench.drop("value\n+14155550199\n", as: "_suppress/ours-20261120-000003.csv")
        XCTAssertEqual(try left(bench, "b"), 1)
    }

    /// As names are compared with `drops`.
    func testAListCountsHoweverItsNameIsWritten() throws {
        for name in [
            "DNC-1.CSV", "dnc-1.csv.gz", "dnc-1.csv ", " dnc-1.csv", "Dnc-1.Csv.GZ ", "dnc.full.csv",
            " DNC.Full.csv.gz",
            "d n_c.FULL.json",
        ] {
            let bench = try PipelineBench(Self.required, standing: true)
            try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
            try bench.drop("value\n+14155550199\n", as: "_suppress/" + name)
            XCTAssertEqual(try left(bench, "a"), 1, name)
        }
        let bench = try PipelineBench(
            "{lists: {named: {'gr\u{F6}\u{DF}e': {files: 'gr\u{F6}\u{DF}e*', required: true}}}, campaigns: {a: {}}}",
            standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.drop("value\n+14155550199\n", as: "_suppress/GRO\u{308}SSE.full.csv")
        XCTAssertEqual(try left(bench, "a"), 1)
    }

    func testAListThatIsNotThereIsAMistake() {
        func problems(_ text: String) -> [String] {
            ConfigurationReader.read(Array(text.utf8), file: "w").problems.map(\.message)
        }
        XCTAssertEqual(
            problems("{lists: {named: {dnc: {files: 'dnc*'}}}, campaigns: {a: {lists: ['dmc']}}}"),
            ["there is no \"dmc\" in lists.named, did you mean \"dnc\"?"])
        XCTAssertEqual(
            problems("{lists: {named: {dnc: {maxAge: '31d'}}}}"),
            ["the key \"files\" is missing: write files: \"dnc*.csv\""])
        XCTAssertEqual(problems("{lists: {named: {dnc: {files: 'dnc*', maxage: '31d'}}}}").count, 1)
    }

    /// The United States ask for a list of the last 31 days for marketing, Singapore for one of 21.
    func testALawThatAsksForAYoungerListIsKept() throws {
        func bench(_ rules: String, _ purpose: String) throws -> PipelineBench {
            try PipelineBench(
                """
                {lists: {named: {dnc: {files: "dnc*.csv", maxAge: "60d"}}},
                 campaigns: {a: {policy: "p", purpose: "\(purpose)", lists: ["dnc"], kind: {voice: "live"}, strategy: "s"}},
                 policies: {p: {rules: \(rules)}},
                 strategies: {s: {steps: [{name: "call", channel: "voice", to: "phone1", resultWithin: "9d"}]}}}
                """, at: "2026-11-19T15:00:00Z", standing: true)
        }
        for (rules, purpose, later, isHeld) in [
            ("\"us\"", "marketing", "2026-12-21T17:00:00Z", true),
            ("\"us\"", "marketing", "2026-12-18T17:00:00Z", false),
            ("\"us\"", "service", "2026-12-21T17:00:00Z", false),
            ("[\"us\", \"sg\"]", "marketing", "2026-12-11T17:00:00Z", true),
        ] {
            let bench = try bench(rules, purpose)
            try bench.drop("value\n+14155550199\n", as: "_suppress/dnc.csv")
            try bench.set(Timestamp(iso8601: Array(later.utf8)[...])!)
            try bench.drop("phone1\n+12125550101\n", as: "a/1.csv")
            XCTAssertEqual(try left(bench, "a"), isHeld ? 0 : 1, "\(rules) \(purpose) \(later)")
            guard isHeld else { continue }
            let words = try XCTUnwrap(reasons(bench, "a").first)
            XCTAssertTrue(words.contains("d (US") || words.contains("d (SG"), words)
            let batch = try XCTUnwrap(words.firstMatch(of: /accept (\S+)/)).output.1
            try bench.drop("{\"command\": \"accept\", \"batch\": \"\(batch)\"}", as: "_control/1.json")
            XCTAssertEqual(try left(bench, "a"), 1)
        }
    }
}
