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
        XCTAssertGreaterThan(try XCTUnwrap(found["sends"] as? Int), 50)
    }
}
