import XCTest

@testable import SystemIO
@testable import Waybill

/// Drops as jobs: each goes on by a step when it is asked, and what goes on between two steps is nobody's concern.
final class DropJobTests: XCTestCase {
    /// Claims what lies in the inbox, in the order of names, without reading it.
    ///
    /// - Parameter progress: how many of its rows are applied already.
    private func jobs(_ bench: PipelineBench, progress: Int = 0) throws -> [any DropJob] {
        let (claims, context) = (bench.pipeline.claims, bench.pipeline.context)
        claims.ask()
        let found = try claims.collect(waitingAtMost: 5_000).found
        return try found.sorted { $0.candidate.name < $1.candidate.name }.map { found in
            let claim = try XCTUnwrap(try claims.claim(found))
            let id = try context.store.recordClaim(
                token: claim.token, purpose: found.candidate.purpose, name: claim.name, folder: claim.folder,
                size: claim.size, at: context.now)
            try context.store.transiently { try context.store.setProgress(progress, of: id) }
            return DropFrame.job(context, claim, try XCTUnwrap(try context.store.batch(id)))
        }
    }

    /// Has a drop go on until it has taken a step; true when it was its last.
    private func step(_ job: any DropJob) throws -> Bool {
        while true {
            switch try job.step(patience: 1_000) {
            case .more: return false
            case .waiting: continue
            case .done: return true
            }
        }
    }

    func testTwoLongDropsAreReadInTurnsAndEachIsVisibleAtItsEnd() throws {
        let bench = try PipelineBench()
        try bench.put(IntakeTests.large(11_000), as: "a.csv")
        try bench.put(IntakeTests.large(10_000), as: "b.csv")
        let jobs = try jobs(bench)
        let store = bench.pipeline.store
        func status(_ number: Int) throws -> BatchStatus? { try store.batch(jobs[number].progress.batch)?.status }
        var isDone = [false, false]
        var turns = 0
        while !isDone.allSatisfy(\.self) {
            turns += 1
            for number in [0, 1] where !isDone[number] {
                XCTAssertEqual(try status(number), .claimed)
                isDone[number] = try step(jobs[number])
                XCTAssertEqual(try status(number), isDone[number] ? .visible : .claimed)
            }
        }
        XCTAssertGreaterThan(turns, 20, "a step is no more than a block or a commit")
        XCTAssertEqual(try jobs.map { try store.batch($0.progress.batch)?.accepted }, [11_002, 10_002])
        XCTAssertEqual(jobs.map(\.progress.records), [11_003, 10_003])
    }

    func testADropThatIsGivenUpInTheMiddleLeavesNothingThatCounts() throws {
        let bench = try PipelineBench()
        try bench.put(IntakeTests.large(), as: "a.csv")
        var job: (any DropJob)? = try jobs(bench)[0]
        let batch = try XCTUnwrap(job?.progress.batch)
        for _ in 0..<10 { XCTAssertFalse(try step(XCTUnwrap(job))) }
        job = nil
        XCTAssertEqual(try bench.pipeline.store.batch(batch)?.status, .claimed)
        XCTAssertEqual(try bench.pipeline.store.states(of: batch), [:])
        try bench.restartAfterCrash(at: "2026-11-20T15:00:05Z")
        try bench.pipeline.recover()
        XCTAssertEqual(try bench.pipeline.store.states(of: batch), [.pending: 11_002])
    }

    func testASmallDropIsReadInThreeStepsAndACommandInOne() throws {
        let bench = try PipelineBench()
        try bench.put("phone1\n+14155550101\n", as: "a.csv")
        try bench.put("{\"command\": \"pause\", \"campaign\": \"default\"}", as: "_control/b.json")
        let jobs = try jobs(bench)
        XCTAssertEqual(try (0..<3).map { _ in try step(jobs[0]) }, [false, false, true])
        XCTAssertTrue(try step(jobs[1]))
        XCTAssertEqual(try bench.pipeline.store.pausedCampaigns(), ["default"])
    }

    func testALongReceiptsFileStopsBehindEachCommit() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550100\n", as: "a.csv")
        try bench.send()
        let row = "bcdfgh-20261120-000001-1-handover-1,delivered,2026-11-20T15:00:00Z\n"
        try bench.put("reference,event,at\n" + String(repeating: row, count: 17_000), as: "_receipts/r.csv")
        let job = try XCTUnwrap(try jobs(bench).first)
        var records: [Int] = []
        var isDone = false
        while !isDone {
            isDone = try step(job)
            // A step may find nothing read yet.
            if records.last != job.progress.records { records.append(job.progress.records) }
            XCTAssertEqual(try bench.pipeline.store.batch(job.progress.batch)?.progress, isDone ? 17_000 : records.last)
        }
        XCTAssertEqual(records, [0, 8_000, 16_000])
    }

    func testRowsThatWereAppliedAreNotAppliedAgainWhereverACommitEnded() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550100\n", as: "a.csv")
        try bench.send()
        let rows = (0..<10_000).map { "bcdfgh-20261120-000001-1-handover-1,delivered,2026-11-20T15:00:00Z,\($0)\n" }
        try bench.put("reference,event,at,detail\n" + rows.joined(), as: "_receipts/r.csv")
        let job = try XCTUnwrap(try jobs(bench, progress: 4_321).first)
        while try !step(job) {}
        let receipts = try bench.pipeline.store.receipts(ofBatch: BatchID("20261120-000001")!)
        XCTAssertEqual(receipts.map(\.detail), (4_321..<10_000).map { "\($0)" })
        let row = try bench.pipeline.store.batch(job.progress.batch)
        XCTAssertEqual(row?.acknowledgement?.received, 10_000)
        XCTAssertEqual(row?.progress, 10_000)
    }
}
