import Foundation
import Support
import XCTest

/// Runs of the real pipeline in which one call to the file system fails or is the last, and a start in peace after it.
final class FaultSweepTests: XCTestCase {
    /// Disturbs a part of all calls, drawn by `WAYBILL_SEED`; with `WAYBILL_FAULTS=all` every one.
    private func sweep(oneOf share: Int, _ options: String..., line: UInt = #line) throws {
        let isWhole = ProcessInfo.processInfo.environment["WAYBILL_FAULTS"] == "all"
        let seed = TestSeed.next(atMost: 1_000_000)
        let bench = Executable(try TestWorkspace(), program: "waybill-bench")
        let outcome = try bench.run(
            ["faults", "--json", "--one-of", isWhole ? "1" : "\(share)", "--seed", "\(seed)"] + options)
        XCTAssertEqual(outcome.status, 0, "seed \(seed):\n\(outcome.output)\n\(outcome.errors)", line: line)
        let found = try XCTUnwrap(try outcome.objects().first, line: line)
        XCTAssertGreaterThan(try XCTUnwrap(found["struck"] as? Int), 5, line: line)
    }

    func testAFullOrFailingDiskLosesNothingAndSendsNothingTwice() throws {
        try sweep(oneOf: 150, "--effects", "ENOSPC,EIO,EIO-after")
    }

    func testAKillAtAnyCallLosesNothingAndSendsNothingTwice() throws {
        try sweep(oneOf: 150, "--effects", "kill-before,kill-midway,kill-after")
    }

    func testAKillAtAnyRenameLosesNothingAndSendsNothingTwice() throws {
        try sweep(oneOf: 12, "--calls", "rename,link", "--effects", "kill-before,kill-after")
    }

    /// A parcel that was leaving is where it was put, whatever the configuration says by now.
    func testAKillAtARenameAndAnotherConfigurationAfterItLoseNothingAndSendNothingTwice() throws {
        for change in ["path", "layout", "transport"] {
            try sweep(oneOf: 30, "--calls", "rename", "--effects", "kill-before,kill-after", "--then", change)
        }
    }

    func testAKillAtARenameAndAFolderThatIsAwayAfterItLoseNothingAndSendNothingTwice() throws {
        try sweep(oneOf: 14, "--calls", "rename", "--effects", "kill-before,kill-after", "--then", "mount")
    }
}
