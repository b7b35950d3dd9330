import Support
import XCTest

/// No path costs more than its share when there is more of everything else: what all of it costs grows with an exponent
/// of one, or little more.
///
/// Processor time is compared between sizes ten times and more apart, the least of some runs, and again where it is too
/// much: another process can only make a measurement worse.
final class GrowthTests: XCTestCase {
    private func exponents(_ paths: [String], _ sizes: String, runs: Int) throws -> [String: Double] {
        let bench = Executable(try TestWorkspace(), program: "waybill-bench")
        let outcome = try bench.run(
            "growth", "--paths", paths.joined(separator: ","), "--sizes", sizes, "--runs", "\(runs)", "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let found = try XCTUnwrap(try outcome.objects().first)
        return try Dictionary(
            uniqueKeysWithValues: paths.map {
                ($0, try XCTUnwrap(Double(XCTUnwrap(found["\($0).exponent"] as? String))))
            })
    }

    private func check(_ paths: [String], _ sizes: String, line: UInt = #line) throws {
        var worst = try exponents(paths, sizes, runs: 3).filter { $0.value > 1.2 }
        if !worst.isEmpty { worst = try exponents(Array(worst.keys), sizes, runs: 7).filter { $0.value > 1.2 } }
        XCTAssertEqual(worst, [:], "exponents above 1.2", line: line)
    }

    func testADropCostsTheSameAmongManyCampaigns() throws { try check(["campaigns"], "10,300") }

    func testAFileInAnInboxCostsTheSameAmongMany() throws { try check(["inbox", "inbox-again"], "100,1500") }

    func testADropAStopAndTheStatusCostTheSameAmongManyBatches() throws {
        try check(["batches", "stops", "status"], "50,1000")
    }

    func testAConsentCostsTheSameHoweverManyWaitForOne() throws { try check(["consents"], "100,4000") }

    func testAReceiptCostsTheSameAmongManyInWhateverOrderTheyCome() throws {
        try check(["receipts", "receipts-shuffled"], "200,4000")
    }

    func testAParcelThatLeavesAndWhatLeftLatelyCostTheSameAmongManyParcels() throws {
        try check(["due", "departures"], "100,3000")
    }

    func testAByteOfTheConfigurationCostsTheSameInALongOne() throws {
        try check(["configuration", "nesting"], "30,300")
    }
}
