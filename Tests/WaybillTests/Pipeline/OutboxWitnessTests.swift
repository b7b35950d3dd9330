import SystemIO
import XCTest

@testable import Waybill

/// A state folder that is not the one that the outbox was written from.
final class OutboxWitnessTests: XCTestCase {
    /// A bench with two batches acknowledged, whose store is then the one of before them, or none.
    private func bench(older: Bool) throws -> PipelineBench {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "default/a.csv")
        bench.pipeline.close()
        let store = try Files.read(bench.root + "/state/waybill.db", limit: 1 << 24)
        try bench.restart(at: "2026-11-20T15:01:00Z")
        try bench.drop("phone1\n+14155550102\n", as: "default/b.csv")
        bench.pipeline.close()
        for name in try Files.list(bench.root + "/state") where name.hasPrefix("waybill.db") {
            try Files.removeTree(bench.root + "/state/" + name)
        }
        if older { try Files.writeAtomically(store, to: bench.root + "/state/waybill.db") }
        return bench
    }

    func testAnEmptyOrOlderStateFolderBesideAFullerOutboxIsRefusedWithWhatToDo() throws {
        for older in [false, true] {
            let bench = try bench(older: older)
            XCTAssertThrowsError(try bench.restart(at: "2026-11-21T15:00:00Z")) { error in
                let words = "\(error)"
                XCTAssertTrue(words.contains("20261120-000002"), words)
                XCTAssertTrue(words.contains("Put back the state folder"), words)
                XCTAssertTrue(words.contains("--state-is-right"), words)
            }
            XCTAssertEqual(try bench.dispatched().count, 0)
        }
    }

    func testItGoesOnWhereSomebodySaysThatItIsRight() throws {
        let bench = try bench(older: true)
        let letters = try bench.pipeline.store.referenceLetters()?.current
        try bench.restart(at: "2026-11-21T15:00:00Z", stateIsRight: true)
        try bench.drop("phone1\n+14155550103\n", as: "default/c.csv")
        XCTAssertNotEqual(try bench.pipeline.store.referenceLetters()?.current, letters)
        try bench.restart(at: "2026-11-21T15:01:00Z")
    }

    func testAStateFolderThatKnowsTheOutboxGoesOn() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "default/20991231-000001.csv")
        try bench.restart(at: "2026-11-20T15:01:00Z")
        try bench.restart(at: "2026-12-20T15:01:00Z")
    }
}
