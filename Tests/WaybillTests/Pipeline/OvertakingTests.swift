import Support
import XCTest

@testable import SystemIO
@testable import Waybill

/// What goes before what: the urgent before others, and the short in the middle of the long.
final class OvertakingTests: XCTestCase {
    /// Begins what may overtake as soon as the scan under way has found it; 0 when nothing came of it.
    static func overtake(_ pipeline: Pipeline) throws -> Int {
        while true {
            _ = try pipeline.drops.look(waitingAtMost: 1_000)
            let taken = try pipeline.drops.begin { false }
            if taken > 0 || !pipeline.claims.scanners.contains(where: \.isScanning) { return taken }
        }
    }

    func testAShortDropOvertakesALongOne() throws {
        let bench = try PipelineBench()
        try bench.put(IntakeTests.large(), as: "large.csv")
        var taken = 0
        bench.pipeline.drops.onInterlude = { reading in
            guard reading.drop == "large.csv", taken == 0 else { return }
            XCTAssertLessThan(reading.bytes, reading.size)
            try bench.put("phone1\n+14155550199\n", as: "short.csv")
            bench.pipeline.claims.ask()
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
        bench.pipeline.drops.onInterlude = { reading in
            guard reading.drop == "large.csv", taken == 0 else { return }
            try bench.put("+14155550100\n", as: "_suppress/stop.txt")
            bench.pipeline.claims.ask()
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
        return "reference,event,at,detail\nbcdfgh-20261120-000001-1-handover-1,\(event),2026-11-20T15:00:00Z,\n"
            + (0..<count).map {
                "bcdfgh-20261120-000001-\(900_000 + $0)-handover-1,\(event),2026-11-20T15:00:00Z,\(detail)\n"
            }
            .joined()
    }

    /// Takes a receipts file of more than 4 MiB (the second batch), in the middle of which files arrive; gives how many
    /// of these overtook it.
    private func takeLongReceipts(
        _ bench: PipelineBench, arriving put: @escaping (DropProgress) throws -> Void
    ) throws -> Int {
        try bench.drop("phone1,name\n+14155550100,Ann\n", as: "a.csv")
        try bench.send()
        try bench.put(Self.receipts(9_000), as: "_receipts/long.csv")
        var taken = 0
        bench.pipeline.drops.onInterlude = { reading in
            guard reading.drop == "long.csv", reading.records > 0, taken == 0 else { return }
            try put(reading)
            bench.pipeline.claims.ask()
            taken = try Self.overtake(bench.pipeline)
        }
        try bench.take()
        return taken
    }

    func testAShortDropOvertakesALongReceiptsFile() throws {
        let bench = try PipelineBench()
        let taken = try takeLongReceipts(bench) { reading in
            XCTAssertFalse(bench.maySend)
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

    // MARK: One within another

    /// Has files arrive, and what may overtake begun, once while a drop of this name is read: when so many bytes of it
    /// are, and what was to arrive before it has.
    private func arrive(
        _ bench: PipelineBench, during drop: String, from bytes: Int64 = 0,
        _ put: @escaping (DropProgress) throws -> Void
    ) {
        let before = bench.pipeline.drops.onInterlude
        var isDone = false
        bench.pipeline.drops.onInterlude = { [self] reading in
            let count = arrivals
            try before?(reading)
            guard reading.drop == drop, reading.bytes >= bytes, !isDone, arrivals == count else { return }
            isDone = true
            arrivals += 1
            try put(reading)
            bench.pipeline.claims.ask()
            _ = try Self.overtake(bench.pipeline)
        }
    }

    private var arrivals = 0

    func testTheSameContentThatOvertakesALongDropIsSentOnce() throws {
        let bench = try PipelineBench()
        try bench.put(IntakeTests.large(), as: "large.csv")
        // When all of it has been read and looked up, and only its last rows are to be written.
        var wholes = 0
        bench.pipeline.drops.onInterlude = { reading in
            guard reading.drop == "large.csv", reading.bytes == reading.size else { return }
            wholes += 1
            guard wholes == 2 else { return }
            try bench.put(IntakeTests.large(), as: "_urgent/again.csv")
            bench.pipeline.claims.ask()
            _ = try Self.overtake(bench.pipeline)
        }
        try bench.take()
        let statuses = try (1...2).map { try bench.acknowledgement($0)["status"] as? String }
        XCTAssertEqual(Set(statuses), ["partial", "duplicate"])
        try bench.send()
        let sent = try bench.dispatched()
        XCTAssertEqual(sent.count, Set(sent.map { $0.split(separator: ",")[2] }).count)
    }

    func testAReplyDoesNotOvertakeAnEarlierRepliesFileThatAContactDropHasOvertaken() throws {
        let bench = try PipelineBench()
        let rest = String(repeating: "x", count: 600)
        let replies =
            "from,to,text,at\n"
            + (0..<9_000).map { "+1415\(3_000_000 + $0),,\(rest),2026-11-20T15:00:00Z\n" }.joined()
            + "+14155550100,,START,2026-11-20T15:00:00Z\n"
        try bench.put(replies, as: "_replies/a.csv")
        arrive(bench, during: "b.csv") { _ in
            try bench.put("from,to,text,at\n+14155550100,,STOP,2026-11-20T15:00:01Z\n", as: "_replies/c.csv")
        }
        arrive(bench, during: "a.csv") { reading in
            XCTAssertLessThan(reading.records, 9_001)
            try bench.put(IntakeTests.large(), as: "_urgent/b.csv")
        }
        try bench.take()
        try bench.take()
        XCTAssertEqual(
            try (1...3).map { try bench.acknowledgement($0)["drop"] as? String }, ["a.csv", "b.csv", "c.csv"])
        let key = RecipientKey.phone(E164Number(digits: 14_155_550_100))
        XCTAssertTrue(try bench.pipeline.store.hasStopped(key))
    }

    func testADropDoesNotOvertakeOneOfItsCampaignThatCountsAQuotaOrCorrectsAnother() throws {
        let quota = "campaigns: {clinic: {sampling: [{rule: 'quota', limit: 500, per: 'day'}]}}"
        let bench = try PipelineBench("{\(quota)}")
        try bench.drop("phone1,name\n+14155550100,Ann\n", as: "clinic/a.csv")
        try bench.put(IntakeTests.large(), as: "clinic/large.csv")
        arrive(bench, during: "long.csv") { _ in
            try bench.put("phone1\n" + (0..<600).map { "+1415\(4_000_000 + $0)\n" }.joined(), as: "clinic/short.csv")
        }
        // When it has begun to count.
        arrive(bench, during: "large.csv", from: 3 << 20) { _ in
            try bench.put(Self.receipts(9_000), as: "_receipts/long.csv")
        }
        try bench.take()
        try bench.take()
        try bench.send()
        XCTAssertEqual(try bench.dispatched("clinic").count, 500)
    }

    func testACorrectionDoesNotOvertakeAnotherCorrectionOfTheSameBatch() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1,name,remark\n+14155550199,Zoe,\n12,Cy,\n13,Cy,\n", as: "first.csv")
        try bench.put(IntakeTests.large(), as: "large-20261120-000001.csv")
        arrive(bench, during: "large-20261120-000001.csv") { _ in
            try bench.put(
                "phone1,name,remark\n+14155550100,Ann,\n+14155550101,Bob,\n", as: "short-20261120-000001.csv")
        }
        try bench.take()
        try bench.take()
        let short = try bench.acknowledgement(3)
        XCTAssertEqual(short["drop"] as? String, "short-20261120-000001.csv")
        XCTAssertEqual(short["duplicates"] as? Int, 2)
    }

    func testACommandIsTakenHoweverManyDropsAreBeingRead() throws {
        let bench = try PipelineBench()
        try bench.put(IntakeTests.large(), as: "d1.csv")
        // Slow as from a share that hangs: any short drop may overtake them.
        let clock = bench.pipeline.context.monotonic
        var late: Int64 = 0
        bench.pipeline.context.monotonic = { clock() + late }
        bench.pipeline.drops.onProgress = { _ in late += 1_000 }
        for number in 1...3 {
            arrive(bench, during: "d\(number).csv") { _ in
                try bench.put("phone1\n+1415555011\(number)\n", as: "d\(number + 1).csv")
            }
        }
        var most = 0
        arrive(bench, during: "d4.csv") { _ in
            most = bench.pipeline.drops.progress.count
            try bench.put("phone1\n+14155550120\n", as: "d5.csv")
            try bench.put("{\"command\": \"pause\", \"campaign\": \"default\"}", as: "_control/p.json")
        }
        var wasPaused = false
        arrive(bench, during: "d4.csv") { _ in
            wasPaused = try bench.pipeline.store.pausedCampaigns().contains("default")
        }
        try bench.take()
        XCTAssertEqual(most, 4)
        XCTAssertTrue(wasPaused)
        XCTAssertEqual(try bench.acknowledgement(5)["drop"] as? String, "p.json")
    }

    /// As on a machine that is busy. All others of many short drops overtook it, and until they were all taken nothing was
    /// sent, and no stop was seen.
    func testAStopIsSeenBetweenShortDropsThatOvertakeOneThatWasSlow() throws {
        let bench = try PipelineBench()
        for number in 1...9 { try bench.put("phone1\n+1415555010\(number)\n", as: "d\(number).csv") }
        let clock = bench.pipeline.context.monotonic
        var (late, interludes) = (Int64(0), 0)
        bench.pipeline.context.monotonic = { clock() + late }
        bench.pipeline.drops.onProgress = { _ in late += late == 0 ? 1_000 : 300 }
        bench.pipeline.drops.onInterlude = { _ in
            interludes += 1
            guard interludes == 3 else { return }
            try bench.put("+14155550109\n", as: "_suppress/stop.txt")
            bench.pipeline.claims.ask()
            _ = try Self.overtake(bench.pipeline)
        }
        try bench.take()
        XCTAssertGreaterThan(interludes, 6)
        let names = try (1...10).map { try bench.acknowledgement($0)["drop"] as? String }
        let place = try XCTUnwrap(names.firstIndex(of: "stop.txt"))
        XCTAssertLessThan(place, 6, "\(names)")
    }

    func testADropThatIsBeingReadIsNotWithdrawnInHalf() throws {
        let bench = try PipelineBench()
        try bench.put(IntakeTests.large(), as: "large.csv")
        var withdrawn = 0
        bench.pipeline.drops.onInterlude = { _ in
            withdrawn += try bench.pipeline.carryOut(
                ControlCommand(json: Array(#"{"command": "withdraw", "campaign": "default"}"#.utf8))
            ).contacts
        }
        try bench.take()
        XCTAssertEqual(withdrawn, 0)
        let all = try bench.pipeline.carryOut(
            ControlCommand(json: Array(#"{"command": "withdraw", "campaign": "default"}"#.utf8)))
        XCTAssertEqual(all.contacts, 11_002)
        XCTAssertEqual(try bench.pipeline.store.openBatches(limit: 9).count, 0)
    }

    private struct Killed: Error {}

    func testAListThatWasClaimedBeforeACrashIsTakenBeforeTheDropThatItOvertook() throws {
        let bench = try PipelineBench()
        try bench.put(IntakeTests.large(), as: "large.csv")
        bench.pipeline.drops.onInterlude = { _ in
            try bench.put("+14155550100\n", as: "_suppress/stop.txt")
            let scanner = bench.pipeline.claims.scanners[0]
            bench.pipeline.claims.ask()
            let ready = try XCTUnwrap(scanner.collect(waitingAtMost: 5_000, at: bench.pipeline.context.monotonic()))
                .ready
            XCTAssertNotNil(try scanner.inbox.claim(XCTUnwrap(ready.first { $0.name == "stop.txt" })))
            throw Killed()
        }
        XCTAssertThrowsError(try bench.take())
        try bench.restartAfterCrash(at: "2026-11-20T15:00:05Z")
        var wasListed: Bool?
        bench.pipeline.drops.onInterlude = { [unowned pipeline = bench.pipeline] _ in
            let key = RecipientKey.phone(E164Number(digits: 14_155_550_100))
            wasListed = try wasListed ?? !pipeline.store.suppressions(of: key, at: pipeline.now).isEmpty
        }
        try bench.pipeline.recover()
        XCTAssertEqual(wasListed, true)
    }

    // MARK: Sending

    /// Amid a long drop parcels have their time: afterwards, files that arrive wait for none.
    func testSendingMakesUpForTheTimeOfShortDropsOnly() throws {
        let bench = try PipelineBench()
        var moment: Int64 = 0
        bench.pipeline.context.monotonic = {
            moment += 1
            return moment
        }
        try bench.put(IntakeTests.large(), as: "large.csv")
        var taken = 0
        bench.pipeline.drops.onInterlude = { _ in
            guard taken == 0 else { return }
            try bench.put("phone1\n+14155550198\n", as: "amid.csv")
            bench.pipeline.claims.ask()
            taken = try Self.overtake(bench.pipeline)
        }
        try bench.take()
        XCTAssertEqual(taken, 1)
        XCTAssertEqual(bench.pipeline.drops.spentOnShort, 0)
        bench.pipeline.drops.onInterlude = nil
        try bench.put("phone1\n+14155550199\n", as: "short.csv")
        try bench.take()
        XCTAssertGreaterThan(bench.pipeline.drops.spentOnShort, 0)
    }

    func testAFileThatArrivesWhileMuchIsDueIsTakenBetweenTwoParcels() throws {
        let bench = try PipelineBench()
        try bench.drop(
            "phone1\n" + (0..<40_000).map { "+1415\(2_000_000 + $0)\n" }.joined(), as: "many.csv")
        var departures = 0
        var seenAfter: Int?
        bench.pipeline.dispatcher.onDeparture = { _ in
            departures += 1
            if departures == 1 {
                try? Files.writeAtomically(
                    Array("phone1\n+14155550199\n".utf8), to: bench.root + "/inbox/short.csv")
            } else if seenAfter == nil, bench.files("outbox/acks").contains(where: { $0.contains("short.csv") }) {
                seenAfter = departures
            }
        }
        let signals = try SignalReceiver([SIGUSR2])
        try bench.pipeline.service(signals: signals) { bench.configuration }.untilIdle()
        XCTAssertEqual(departures, 41)
        // Behind the group that left, the next, which was ready by then, and what was loaded until it was seen.
        XCTAssertLessThan(try XCTUnwrap(seenAfter), 26)
        XCTAssertEqual(try bench.dispatched().count, 40_001)
    }
}
