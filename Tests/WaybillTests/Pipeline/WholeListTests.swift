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
