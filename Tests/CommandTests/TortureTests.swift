import Support
import XCTest

/// The real program, killed at random moments by `waybill-bench`, which compares all that it leaves with a run in
/// peace.
final class TortureTests: XCTestCase {
    func testKillsAtRandomMomentsChangeNothingThatAnybodySees() throws {
        let seed = TestSeed.next(atMost: 1_000_000)
        let bench = Executable(try TestWorkspace(), program: "waybill-bench")
        let outcome = try bench.run("torture", "--kills", "20", "--records", "600", "--seed", "\(seed)", "--json")
        XCTAssertEqual(outcome.status, 0, "seed \(seed):\n\(outcome.output)\n\(outcome.errors)")
        let found = try XCTUnwrap(try outcome.objects().first)
        XCTAssertGreaterThanOrEqual(try XCTUnwrap(found["kills"] as? Int), 20)
        XCTAssertGreaterThan(try XCTUnwrap(found["messages"] as? Int), 600)
    }
}
