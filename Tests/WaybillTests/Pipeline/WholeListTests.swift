import SystemIO
import XCTest

@testable import Waybill

/// Do-not-contact lists that come as a whole, and replace what they had.
final class WholeListTests: XCTestCase {
    private static let configuration = """
        {lists: {named: {dnc: {files: "dnc*.csv"}, house: {files: "house*.csv"}}}, campaigns: {a: {}, b: {}}}
        """

    private func bench() throws -> PipelineBench { try PipelineBench(Self.configuration, standing: true) }

    /// Who of +14155550101 to 109 is listed, by the last digit.
    private func listed(_ bench: PipelineBench, campaign: String = "a") throws -> [Int] {
        try (1...9).filter { last in
            let key = RecipientKey.phone(E164Number(digits: UInt64(14_155_550_100 + last)))
            return try bench.pipeline.store.suppression(
                of: key, campaign: campaign, channel: .sms, at: bench.pipeline.now) != nil
        }
    }

    private func list(_ lasts: [Int]) -> String { "value\n" + lasts.map { "+1415555010\($0)\n" }.joined() }

    func testAWholeListTakesOffWhoIsNotOnItAnyMoreAndNobodyElse() throws {
        let bench = try bench()
        try bench.drop(list([1, 2, 3]), as: "_suppress/dnc-1.csv")
        try bench.drop(list([2]), as: "_suppress/house.csv")
        try bench.drop(list([3]), as: "_suppress/other.csv")
        try bench.drop("from,text\n+14155550104,STOP\n", as: "_replies/1.csv")
        XCTAssertEqual(try listed(bench), [1, 2, 3, 4])
        try bench.drop(list([5]), as: "_suppress/dnc-2.csv")
        XCTAssertEqual(try listed(bench), [1, 2, 3, 4, 5], "a list that is no whole one adds")
        try bench.drop(list([5, 6]), as: "_suppress/DNC.full.csv")
        XCTAssertEqual(try listed(bench), [2, 3, 4, 5, 6], "what other lists and people say stays")
        try bench.drop(list([7]), as: "_suppress/dnc-20261130.full.csv")
        XCTAssertEqual(try listed(bench), [2, 3, 4, 7])
        let key = RecipientKey.phone(E164Number(digits: 14_155_550_101))
        XCTAssertEqual(
            try bench.pipeline.store.suppressionChanges(of: [key]).map(\.change), [.listed, .takenOff])
        XCTAssertEqual(
            try AuditChain.problems(of: bench.pipeline.store, sealedAs: bench.pipeline.store.auditSeal()), [])
    }

    func testAnEntryThatGotNarrowerIsKeptAsItIsNow() throws {
        let bench = try bench()
        try bench.drop("value,campaign\n+14155550101,\n+14155550102,a\n", as: "_suppress/dnc.full.csv")
        try bench.drop("value,campaign\n+14155550101,b\n+14155550102,\n", as: "_suppress/dnc-2.full.csv")
        XCTAssertEqual(try listed(bench, campaign: "a"), [2])
        XCTAssertEqual(try listed(bench, campaign: "b"), [1, 2])
    }

    func testTheOldOneHoldsWhereTheNewOneIsDamaged() throws {
        let bench = try bench()
        try bench.drop(list(Array(1...5)), as: "_suppress/dnc.full.csv")
        let nobody = (0..<6).map { "who\($0)\n" }.joined()
        try bench.drop("value\n+14155550106\n" + nobody, as: "_suppress/dnc-2.full.csv")
        XCTAssertEqual(try listed(bench), [1, 2, 3, 4, 5, 6])
        XCTAssertEqual(try bench.pipeline.store.listHolds().map(\.drop), ["dnc-2.full.csv"])
        try bench.drop(Array("%PDF-1.4 is no list\n".utf8), as: "_suppress/dnc-3.full.csv")
        XCTAssertEqual(try listed(bench), [1, 2, 3, 4, 5, 6], "refused")
        try bench.drop("value\n", as: "_suppress/dnc-4.full.csv")
        XCTAssertEqual(
            try listed(bench), [1, 2, 3, 4, 5, 6], "a whole list of nobody is more likely an export that failed")
        XCTAssertEqual(
            try bench.pipeline.store.listHolds().last?.problem,
            "is a whole list without an entry; what stood on it before still does")
        try bench.drop("value\n+14155550108\n+14155550108, x\n", as: "_suppress/dnc-5.full.csv")
        XCTAssertEqual(try listed(bench), [8])
    }

    // MARK: One that lost many

    private func numbers(_ range: Range<Int>) -> String { "value\n" + range.map { "+1415555\(1_000 + $0)\n" }.joined() }

    private func countListed(_ bench: PipelineBench) throws -> Int {
        try (0..<3_000).filter { number in
            let key = RecipientKey.phone(E164Number(digits: UInt64(14_155_551_000 + number)))
            return try !bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now).isEmpty
        }.count
    }

    private func leaves(_ bench: PipelineBench) throws -> Bool {
        let before = try bench.dispatched("a").count
        try bench.drop("phone1\n+14155550\(100 + before)\n", as: "a/\(bench.pipeline.now.milliseconds).csv")
        try bench.advance(seconds: 61)
        try bench.send()
        return try bench.dispatched("a").count > before
    }

    private func accept(_ batch: String, in bench: PipelineBench, _ command: String = "accept") throws {
        try bench.drop(
            "{\"command\": \"\(command)\", \"batch\": \"\(batch)\"}", as: "_control/\(command)-\(batch).json")
    }

    func testAWholeListThatLostMoreThanATenthReplacesOnlyOnceItIsAccepted() throws {
        let bench = try bench()
        try bench.drop(numbers(0..<1_000), as: "_suppress/dnc.full.csv")
        // A tenth and not a hundred, or a hundred and not a tenth, is how people leave a list.
        try bench.drop(numbers(95..<1_000), as: "_suppress/dnc-2.full.csv")
        XCTAssertEqual(try countListed(bench), 905)
        try bench.drop(numbers(206..<1_050), as: "_suppress/dnc-3.full.csv")
        XCTAssertEqual(try countListed(bench), 955, "both hold")
        XCTAssertEqual(
            try bench.pipeline.store.listHolds().map(\.problem),
            [
                "is a whole list of 844 entries, and 111 that stood on dnc before are not on it: they still stand there, and are "
                    + "taken off once it is accepted"
            ])
        XCTAssertFalse(try leaves(bench))
        try bench.restart(at: "2026-11-20T16:00:00Z")
        XCTAssertFalse(try leaves(bench))
        try accept("20261120-000003", in: bench)
        XCTAssertEqual(try countListed(bench), 844)
        XCTAssertTrue(try leaves(bench))
        XCTAssertEqual(
            try AuditChain.problems(of: bench.pipeline.store, sealedAs: bench.pipeline.store.auditSeal()), [])
    }

    func testALargeListMayLoseMoreThanAHundred() throws {
        let bench = try bench()
        try bench.drop(numbers(0..<2_000), as: "_suppress/dnc.full.csv")
        try bench.drop(numbers(150..<2_000), as: "_suppress/dnc-2.full.csv")
        XCTAssertEqual(try countListed(bench), 1_850)
    }

    /// As an export of another list under this one's name.
    func testOneOfOtherPeopleIsHeldThoughItIsLonger() throws {
        let bench = try bench()
        try bench.drop(numbers(0..<200), as: "_suppress/dnc.full.csv")
        try bench.drop(numbers(500..<2_000), as: "_suppress/dnc-2.full.csv")
        XCTAssertEqual(try countListed(bench), 1_700)
        XCTAssertFalse(try leaves(bench))
        // One that came by mistake takes nobody off when it is withdrawn, and what it lists stays listed.
        try accept("20261120-000002", in: bench, "withdraw")
        XCTAssertEqual(try countListed(bench), 1_700)
        XCTAssertTrue(try leaves(bench))
    }

    func testTheNextWholeOneSettlesWhatTheLastOneHeld() throws {
        let bench = try bench()
        try bench.drop(numbers(0..<1_000), as: "_suppress/dnc.full.csv")
        try bench.drop(numbers(0..<500), as: "_suppress/dnc-2.full.csv")
        XCTAssertFalse(try leaves(bench))
        try bench.drop(numbers(0..<990), as: "_suppress/dnc-3.full.csv")
        XCTAssertEqual(try countListed(bench), 990)
        XCTAssertTrue(try leaves(bench))
    }

    func testAnAcceptedOneIsTheLastThatCame() throws {
        let bench = try PipelineBench(
            "{lists: {named: {dnc: {files: 'dnc*', maxAge: '31d', required: true}}}, campaigns: {a: {}}}",
            standing: true)
        try bench.drop(numbers(0..<1_000), as: "_suppress/dnc.full.csv")
        try bench.set(Timestamp(iso8601: Array("2026-12-15T15:00:00Z".utf8)[...])!)
        try bench.drop(numbers(0..<500), as: "_suppress/dnc-2.full.csv")
        try accept("20261215-000001", in: bench)
        try bench.set(Timestamp(iso8601: Array("2027-01-10T15:00:00Z".utf8)[...])!)
        XCTAssertTrue(try leaves(bench))
    }

    func testAWholeListOfNoNameAddsAndTakesNobodyOff() throws {
        let bench = try bench()
        try bench.drop(list([1]), as: "_suppress/dnc.csv")
        try bench.drop(list([2]), as: "_suppress/rest.full.csv")
        XCTAssertEqual(try listed(bench), [1, 2])
    }

    func testARemovalIsFromAllListsAndTheChainKnowsOfEach() throws {
        let bench = try bench()
        try bench.drop(list([1, 2]), as: "_suppress/dnc.full.csv")
        try bench.drop(list([1]), as: "_suppress/house.csv")
        try bench.drop("action,value\nremove,+14155550101\n", as: "_suppress/change.csv")
        XCTAssertEqual(try listed(bench), [2])
        try bench.drop(list([3]), as: "_suppress/dnc.full.csv")
        bench.pipeline.close()
        try Database(path: bench.root + "/state/waybill.db").execute("DELETE FROM listing")
        try bench.restart(at: "2026-11-21T15:00:00Z")
        XCTAssertEqual(try listed(bench), [3], "said again by the chain")
    }

    /// A list that came while the whole one was read is a later word.
    func testWhoWasListedByALaterDropStays() throws {
        let bench = try bench()
        let store = bench.pipeline.store
        var head = Listing(key: RecipientKey.none, kind: .phone)
        head.list = "dnc"
        let drops = (1...3).map { BatchID(rawValue: 20_261_120_000_000 + $0) }
        try store.durably {
            try store.carryOut(head, isRemoval: false, for: [1, 2, 3], source: drops[0], at: bench.pipeline.now)
            try store.carryOut(head, isRemoval: false, for: [2], source: drops[1], at: bench.pipeline.now)
            try store.carryOut(head, isRemoval: false, for: [3], source: drops[2], at: bench.pipeline.now)
            let place = try store.takeOffEarlier(than: drops[1], list: "dnc", from: nil, at: bench.pipeline.now)
            XCTAssertNil(try store.takeOffEarlier(than: drops[1], list: "dnc", from: place, at: bench.pipeline.now))
        }
        XCTAssertEqual(
            try (1...3).map { try store.suppressions(of: UInt64($0), at: bench.pipeline.now).count }, [0, 1, 1])
    }
}
