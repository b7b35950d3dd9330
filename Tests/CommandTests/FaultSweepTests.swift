import Foundation
import Support
import XCTest

/// Runs of the real pipeline in which one call to the file system fails or is the last, and a start in peace after it.
final class FaultSweepTests: XCTestCase {
    /// Disturbs a part of all calls, drawn by `WAYBILL_SEED`; with `WAYBILL_FAULTS=all` every one.
    private func sweep(oneOf share: Int, _ options: String..., line: UInt = #line) throws {
        let (outcome, seed) = try disturb(oneOf: share, options)
        XCTAssertEqual(outcome.status, 0, "seed \(seed):\n\(outcome.output)\n\(outcome.errors)", line: line)
        let found = try XCTUnwrap(try outcome.objects().first, line: line)
        XCTAssertGreaterThan(try XCTUnwrap(found["struck"] as? Int), 5, line: line)
    }

    private func disturb(oneOf share: Int, _ options: [String]) throws -> (Executable.Outcome, seed: UInt64) {
        let isWhole = ProcessInfo.processInfo.environment["WAYBILL_FAULTS"] == "all"
        let seed = TestSeed.next(atMost: 1_000_000)
        let bench = Executable(try TestWorkspace(), program: "waybill-bench")
        let words = ["faults", "--json", "--one-of", isWhole ? "1" : "\(share)", "--seed", "\(seed)"]
        return (try bench.run(words + options), seed)
    }

    func testAFullOrFailingDiskLosesNothingAndSendsNothingTwice() throws {
        try sweep(oneOf: 150, "--effects", "ENOSPC,EIO,EIO-after")
    }

    func testADiskThatIsFullOrFailsFromACallOnLosesNothingAndSendsNothingTwice() throws {
        try sweep(oneOf: 150, "--effects", "ENOSPC-on,EIO-on")
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

    // MARK: - Other file systems

    /// On a disk of its own, as root; skipped where nobody can mount one, or the file system's tools are missing.
    private func sweep(oneOf share: Int, on disk: String, _ effects: String, _ options: String..., line: UInt = #line)
        throws
    {
        let (outcome, seed) = try disturb(oneOf: share, ["--disk", disk, "--effects", effects] + options)
        if outcome.errors.contains("there is no disk with") { throw XCTSkip(outcome.errors) }
        XCTAssertEqual(outcome.status, 0, "seed \(seed):\n\(outcome.output)\n\(outcome.errors)", line: line)
    }

    private let powerFailures = "kill-before,kill-midway,kill-after"

    func testAPowerFailureOnExt4LosesNothingAndSendsNothingTwice() throws {
        try sweep(oneOf: 200, on: "ext4", powerFailures, "--calls", "fsync,rename")
    }

    func testAPowerFailureOnExt4WithFastCommitLosesNothingAndSendsNothingTwice() throws {
        try sweep(oneOf: 200, on: "ext4-fast-commit", powerFailures, "--calls", "fsync,rename")
    }

    func testAPowerFailureOnXFSLosesNothingAndSendsNothingTwice() throws {
        try sweep(oneOf: 200, on: "xfs", powerFailures, "--calls", "fsync,rename")
    }

    func testAPowerFailureOnBtrfsLosesNothingAndSendsNothingTwice() throws {
        try sweep(oneOf: 200, on: "btrfs", powerFailures, "--calls", "fsync,rename")
    }

    func testFaultsOnOverlayfsLoseNothingAndSendNothingTwice() throws {
        try sweep(oneOf: 100, on: "overlay", "EIO,kill-before,kill-after", "--calls", "fsync,rename")
    }

    func testFaultsOnTmpfsLoseNothingAndSendNothingTwice() throws {
        try sweep(oneOf: 100, on: "tmpfs", "EIO,kill-before,kill-after", "--calls", "fsync,rename")
    }

    /// By FUSE, which has no rename that replaces nothing. A drop there settles for a second, as on a share, so that each
    /// run takes that long.
    func testFaultsOnBindfsLoseNothingAndSendNothingTwice() throws {
        try sweep(oneOf: 60, on: "bindfs", "EIO,kill-before,kill-after", "--calls", "rename")
    }
}
