import Support
import XCTest

@testable import SystemIO
@testable import Waybill

/// What goes before what: the urgent before others, and the short in the middle of the long.
final class OvertakingTests: XCTestCase {
    /// Takes what may overtake as soon as the scan under way has found it; 0 when nothing came of it.
    private static func overtake(_ pipeline: Pipeline) throws -> Int {
        let end = MonotonicClock.nanoseconds() + 5_000_000_000
        while MonotonicClock.nanoseconds() < end {
            let taken = try pipeline.takeOvertaking { false }
            if taken > 0 || !pipeline.scanners.contains(where: \.isScanning) { return taken }
        }
        return 0
    }

    func testAShortDropOvertakesALongOne() throws {
        let bench = try PipelineBench()
        try bench.put(IntakeTests.large(), as: "large.csv")
        var taken = 0
        bench.pipeline.onInterlude = { reading in
            guard reading.drop == "large.csv", taken == 0 else { return }
            XCTAssertLessThan(reading.bytes, reading.size)
            try bench.put("phone1\n+14155550199\n", as: "short.csv")
            bench.pipeline.askScanners()
            taken = try Self.overtake(bench.pipeline)
        }
        try bench.take()
        XCTAssertEqual(taken, 1)
        let short = try bench.acknowledgement(2)
        XCTAssertEqual(short["drop"] as? String, "short.csv")
        XCTAssertEqual(short["accepted"] as? Int, 1)
        let large = try bench.acknowledgement(1)
        XCTAssertEqual(large["drop"] as? String, "large.csv")
        XCTAssertEqual(large["rejected"] as? Int, 1)
        XCTAssertLessThan(
            try XCTUnwrap(short["finishedAt"] as? String), try XCTUnwrap(large["finishedAt"] as? String))
    }

    func testAStopOvertakesALongDropAndHoldsForItsContacts() throws {
        let bench = try PipelineBench()
        try bench.put(IntakeTests.large(), as: "large.csv")
        var taken = 0
        bench.pipeline.onInterlude = { reading in
            guard reading.drop == "large.csv", taken == 0 else { return }
            try bench.put("+14155550100\n", as: "_suppress/stop.txt")
            bench.pipeline.askScanners()
            taken = try Self.overtake(bench.pipeline)
        }
        try bench.take()
        try bench.send()
        XCTAssertEqual(taken, 1)
        XCTAssertEqual(try bench.dispatched().filter { $0.contains("+14155550100") }, [])
        XCTAssertEqual(try bench.dispatched().filter { $0.contains("+14155550101") }.count, 1)
    }

    func testTheUrgentFolderGoesFirstThenTheHigherPriorityThenTheSmallerFile() throws {
        let bench = try PipelineBench("{ campaigns: { clinic: {} } }")
        try bench.put("phone1\n+14155550102\n+14155550103\n", as: "clinic/b.csv")
        try bench.put("phone1\n+14155550101\n", as: "clinic/a.csv")
        try bench.put("phone1\n+14155550104\n+14155550105\n+14155550106\n", as: "clinic/_urgent/c.csv")
        try bench.put("{\"priority\": 7}", as: "clinic/b.csv.meta.json")
        try bench.settle()
        let order = try (1...3).map { try bench.acknowledgement($0)["drop"] as? String }
        XCTAssertEqual(order, ["c.csv", "b.csv", "a.csv"].map(Optional.some))
        let row = try XCTUnwrap(try bench.pipeline.store.batches(ofCampaign: "clinic").first)
        XCTAssertEqual(row.priority, 9)
    }

    // MARK: Results

    /// A receipt for the first contact, and as many as asked for that are refused, with a long detail each.
    private static func receipts(_ count: Int, event: String = "delivered") -> String {
        let detail = String(repeating: "x", count: 600)
        return "reference,event,at,detail\n20261120-000001-1-handover-1,\(event),2026-11-20T15:00:00Z,\n"
            + (0..<count).map { "20261120-000001-\(900_000 + $0)-handover-1,\(event),2026-11-20T15:00:00Z,\(detail)\n" }
            .joined()
    }

    /// Takes a receipts file of more than 4 MiB (the second batch), in the middle of which files arrive; gives how many of these
    /// overtook it.
    private func takeLongReceipts(
        _ bench: PipelineBench, arriving put: @escaping (Pipeline.Progress) throws -> Void
    ) throws -> Int {
        try bench.drop("phone1,name\n+14155550100,Ann\n", as: "a.csv")
        try bench.send()
        try bench.put(Self.receipts(9_000), as: "_receipts/long.csv")
        var taken = 0
        bench.pipeline.onInterlude = { reading in
            guard reading.drop == "long.csv", taken == 0 else { return }
            try put(reading)
            bench.pipeline.askScanners()
            taken = try Self.overtake(bench.pipeline)
        }
        try bench.take()
        return taken
    }

    func testAShortDropOvertakesALongReceiptsFile() throws {
        let bench = try PipelineBench()
        let taken = try takeLongReceipts(bench) { reading in
            XCTAssertFalse(bench.pipeline.maySend)
            XCTAssertLessThan(reading.bytes, reading.size)
            XCTAssertGreaterThan(reading.records, 0)
            try bench.put("phone1\n+14155550199\n", as: "short.csv")
        }
        XCTAssertEqual(taken, 1)
        XCTAssertEqual(try bench.acknowledgement(3)["drop"] as? String, "short.csv")
        let long = try bench.acknowledgement(2)
        XCTAssertEqual(long["received"] as? Int, 9_001)
        XCTAssertEqual(long["accepted"] as? Int, 1)
    }

    func testReceiptsStayInTheirOrderAndAListGoesBeforeThem() throws {
        let bench = try PipelineBench()
        let taken = try takeLongReceipts(bench) { _ in
            try bench.put(Self.receipts(0, event: "failed"), as: "_receipts/next.csv")
            try bench.put("+14155550100\n", as: "_suppress/stop.txt")
        }
        XCTAssertEqual(taken, 1)
        XCTAssertEqual(try bench.acknowledgement(3)["drop"] as? String, "stop.txt")
        try bench.take()
        XCTAssertEqual(try bench.acknowledgement(4)["drop"] as? String, "next.csv")
    }

    // MARK: Sending

    func testAFileThatArrivesWhileMuchIsDueIsTakenBetweenTwoParcels() throws {
        let bench = try PipelineBench()
        try bench.drop(
            "phone1\n" + (0..<20_000).map { "+1415\(2_000_000 + $0)\n" }.joined(), as: "many.csv")
        var departures = 0
        var seenAfter: Int?
        bench.pipeline.onDeparture = { _ in
            departures += 1
            if departures == 1 {
                try? Files.writeAtomically(
                    Array("phone1\n+14155550199\n".utf8), to: bench.root + "/inbox/short.csv")
            } else if seenAfter == nil, bench.files("outbox/acks").contains(where: { $0.contains("short.csv") }) {
                seenAfter = departures
            }
        }
        let signals = try SignalReceiver([SIGUSR2])
        try PipelineRun(bench.pipeline, signals: signals) { bench.configuration }.untilIdle()
        XCTAssertEqual(departures, 21)
        XCTAssertLessThan(try XCTUnwrap(seenAfter), 15)
        XCTAssertEqual(try bench.dispatched().count, 20_001)
    }
}
