import Support
import XCTest

/// Random policies lived through by the real pipeline, each message checked by an oracle that knows nothing of it.
final class PolicyTests: XCTestCase {
    func testNobodyIsContactedWhenTheyMayNotBeAndNobodyWaitsWithoutNeed() throws {
        let seed = TestSeed.next(atMost: 1_000_000)
        let bench = Executable(try TestWorkspace(), program: "waybill-bench")
        let outcome = try bench.run(
            "policy", "--rounds", "3", "--contacts", "150", "--days", "45", "--seed", "\(seed)", "--json")
        XCTAssertEqual(outcome.status, 0, "seed \(seed):\n\(outcome.output)\n\(outcome.errors)")
        let found = try XCTUnwrap(try outcome.objects().first)
        XCTAssertEqual(found["violations"] as? Int, 0)
        let sends = try XCTUnwrap(found["sends"] as? Int)
        XCTAssertGreaterThan(sends, 50)
        // A run that is ended in its middle has told its figures.
        let told = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("round ") }
        XCTAssertEqual(told.count, 3)
        let last = try XCTUnwrap(told.last)
        XCTAssertTrue(last.contains(": \(sends) messages, 0 violations, 0 needless waits, "), "\(last)")
    }
}
