import XCTest

@testable import Waybill

/// Numbers that no numbering plan has, in the files that say who must not be contacted: whoever is meant by one has
/// another number, and once was contacted without a word.
final class NobodysNumberTests: XCTestCase {
    private let people = "phone\n+14155550142\n+14155550150\n"

    private func called(_ bench: PipelineBench) throws -> [String] {
        try bench.drop(people, as: "people-\(bench.pipeline.now.milliseconds).csv")
        try bench.send()
        return try bench.dispatched().map { String($0.split(separator: ",")[2]) }.sorted()
    }

    private func list(_ good: Int, _ nobodys: Int, _ form: (Int) -> String) -> String {
        "value,reason\n" + (0..<good).map { "+1415\(2_000_000 + $0),x\n" }.joined()
            + (0..<nobodys).map { form($0) + ",x\n" }.joined()
    }

    func testAListOfSuchNumbersHoldsHoweverTheyAreWritten() throws {
        for form in ["+1415155%", "001415155%", "1415155%", "415155%", "+1 (415) 155-%"] {
            let bench = try PipelineBench(standing: true)
            try bench.drop(
                list(0, 20) { form.replacing("%", with: "\(1_000 + $0)") }, as: "_suppress/l.csv")
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "rejected", form)
            XCTAssertEqual(try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["value.invalid": 20], form)
            XCTAssertEqual(
                try bench.pipeline.store.listHolds().map(\.problem), ["has 20 of 20 entries that name nobody"], form)
            XCTAssertEqual(try called(bench), [], form)
            try bench.drop("{\"command\": \"accept\", \"batch\": \"20261120-000001\"}", as: "_control/a.json")
            try bench.advance(seconds: 61)
            XCTAssertEqual(try called(bench).count, 2, form)
        }
    }

    func testAFewOfThemInAGoodListAreToldAndHoldNothing() throws {
        for (good, nobodys, holds) in [(5, 5, 0), (14, 6, 1), (990, 10, 0), (989, 11, 1), (0, 1, 1)] {
            let bench = try PipelineBench(standing: true)
            try bench.drop(list(good, nobodys) { "+1415155\(1_000 + $0)" }, as: "_suppress/l.csv")
            XCTAssertEqual(try bench.acknowledgement(1)["rejected"] as? Int, nobodys, "\(nobodys)")
            XCTAssertEqual(try bench.pipeline.store.listHolds().count, holds, "\(nobodys) of \(good + nobodys)")
            let notice = try XCTUnwrap(try bench.acknowledgement(1)["notice"] as? String)
            let errors = try bench.text(notice + "/errors.csv")
            XCTAssertTrue(
                errors.contains("numbers of US have (+1), but the numbering plan there has no such number"), errors)
        }
    }

    func testSuchANumberIsListedAllTheSameAndCanBeTakenOff() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("+14151551000\n+14155550142\n", as: "_suppress/l.txt")
        let key = RecipientKey.phone(E164Number(digits: 14_151_551_000))
        XCTAssertEqual(try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now).count, 1)
        try bench.drop("action,value\nremove,+14151551000\n", as: "_suppress/r.csv")
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "accepted")
        XCTAssertEqual(try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now), [])
    }

    func testWhoStandsBesideSuchANumberIsWhoIsMeant() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("value,who\n+14151551000,4155550142\n", as: "_suppress/l.csv")
        XCTAssertEqual(try bench.pipeline.store.listHolds(), [])
        XCTAssertEqual(try called(bench), ["+14155550150"])
    }

    func testWhereACampaignTakesNumbersOfNoPlanTheyAreSomebodys() throws {
        let bench = try PipelineBench("{campaigns: {default: {numbers: {check: 'possible'}}}}", standing: true)
        try bench.drop("+14151551000\n", as: "_suppress/l.txt")
        XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted")
        try bench.drop("phone\n+14151551000\n+14155550150\n", as: "people.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550150"])
    }

    func testAWholeListReplacesTheOneBeforeWithAFewOfThemAndNotWithMany() throws {
        for (nobodys, isReplaced) in [(5, true), (6, false)] {
            let bench = try PipelineBench("{lists: {named: {dnc: {files: 'dnc*.csv'}}}}", standing: true)
            try bench.drop("value\n+14155550142\n", as: "_suppress/dnc.csv")
            try bench.drop(list(20, nobodys) { "+1415155\(1_000 + $0)" }, as: "_suppress/dnc.full.csv")
            let key = RecipientKey.phone(E164Number(digits: 14_155_550_142))
            let listed = try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now)
            XCTAssertEqual(listed.isEmpty, isReplaced, "\(nobodys)")
            XCTAssertEqual(try bench.pipeline.store.listHolds().isEmpty, isReplaced, "\(nobodys)")
        }
    }

    func testARevocationAStopAndAComplaintFromSuchANumberAreTold() throws {
        for (name, text, code) in [
            ("_consent/c.csv", "value,action,at\n+14151551000,revoke,2026-11-19T10:00:00Z\n", "value.invalid"),
            ("_replies/r.csv", "from,text,at\n+14151551000,STOP,2026-11-19T10:00:00Z\n", "from.invalid"),
            ("_receipts/r.csv", "address,event,at\n+14151551000,complained,2026-11-19T10:00:00Z\n", "address.invalid"),
        ] {
            let bench = try PipelineBench(standing: true)
            try bench.drop(text, as: name)
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "rejected", name)
            XCTAssertEqual(try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], [code: 1], name)
            let isTold =
                try WorkspaceStatus(
                    store: bench.pipeline.store, configuration: bench.configuration, now: bench.pipeline.now
                ).attention.contains { $0.kind == .unheardStop }
                || !bench.pipeline.store.listHolds().isEmpty
            XCTAssertTrue(isTold, name)
        }
        // What comes of messages otherwise is not about anybody's will.
        let bench = try PipelineBench(standing: true)
        try bench.drop("from,text\n+14151551000,hello\n", as: "_replies/r.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted")
    }
}
