import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// A file that waits for its end is judged by runs of a second each, as cron makes them, like by one that goes on.
final class FirstSightTests: XCTestCase {
    func testAFileThatWaitsIsTakenOnceItHasWaitedLongEnoughOverSeveralRuns() throws {
        let bench = try PipelineBench(standing: true)
        try Files.writeAtomically(
            Array("[{\"phone\": \"+14155550142\"}\n".utf8), to: bench.root + "/inbox/a.json")
        func look(_ moment: String) throws -> [String] {
            try bench.restart(at: moment)
            let start = MonotonicClock.nanoseconds() / 1_000_000
            for rest in [0, 3_000] as [Int64] {
                bench.pipeline.context.monotonic = { start + rest }
                try bench.take()
            }
            bench.pipeline.context.monotonic = { start }
            bench.pipeline.claims.leave()
            return bench.files("outbox/acks")
        }
        XCTAssertEqual(try look("2026-11-20T15:01:00Z"), [])
        XCTAssertEqual(try look("2026-11-20T15:01:30Z"), [])
        XCTAssertEqual(try look("2026-11-20T15:02:10Z").count, 1)
    }

    func testAFileThatChangedBetweenTwoRunsIsSeenForTheFirstTime() throws {
        let root = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString
        defer { try? Files.removeTree(root) }
        try Files.createFolder(root)
        try Files.writeAtomically([1], to: root + "/a")
        let before = try XCTUnwrap(FileStatus.of(root + "/a"))
        let sight = FirstSight(SettlingFile(status: before, at: -90_000))
        XCTAssertEqual(SettlingFile(status: before, at: 5, since: sight).unchangedSince, -90_000)
        XCTAssertEqual(SettlingFile(status: before, at: 5, since: sight.moved(by: 200_000)).unchangedSince, 5)
        try Files.writeAtomically([1, 2], to: root + "/a")
        let after = try XCTUnwrap(FileStatus.of(root + "/a"))
        XCTAssertEqual(SettlingFile(status: after, at: 5, since: sight).unchangedSince, 5)
    }
}
