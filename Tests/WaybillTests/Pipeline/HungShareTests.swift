import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// A transport's folder is on a share whose server does not answer.
final class HungShareTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    private let batch = BatchID("20261120-000001")!

    private func bench(_ share: HungShare, _ more: String = "") throws -> PipelineBench {
        try PipelineBench(
            """
            {campaigns: {a: {drops: ['a*'], transports: {handover: 'far'}}, b: {drops: ['b*']}},
             transports: {far: {path: '\(share.folder)'\(more)}}}
            """, standing: true)
    }

    /// The share hangs when the parcel of a drop of two contacts is on its way there.
    private func hung() throws -> (share: HungShare, bench: PipelineBench) {
        let share = try HungShare()
        let bench = try bench(share)
        try bench.drop("phone1,id\n+14155550101,ann\n+14155550102,bob\n", as: "a.csv")
        share.hang()
        return (share, bench)
    }

    private func lines(_ share: HungShare) throws -> [String] {
        try share.files("a").flatMap { try share.text("a/\($0)").split(separator: "\n").dropFirst().map(String.init) }
    }

    /// Lets what is in the air land, and what is due then leave.
    private func send(_ bench: PipelineBench) throws {
        for _ in 0..<2_000 {
            try bench.send()
            if bench.pipeline.dispatcher.flights.isEmpty { break }
            usleep(5_000)
        }
    }

    private func later(_ bench: PipelineBench, by milliseconds: Int64) {
        bench.pipeline.context.monotonic = { MonotonicClock.nanoseconds() / 1_000_000 + milliseconds }
    }

    func testAShareThatHangsHoldsItsOwnParcelsAndNothingElseAndGoesOnByItself() throws {
        let (share, bench) = try hung()
        try bench.drop("phone1\n+14155550103\n", as: "b.csv")
        try share.withoutWaiting {
            try bench.send()
            XCTAssertEqual(try bench.dispatched("b").count, 1)
            XCTAssertEqual(bench.pipeline.dispatcher.inFlight, 1)
            try bench.drop("from,text\n+14155550101,STOP\n", as: "_replies/1.csv")
            XCTAssertEqual(try bench.pipeline.store.states(of: batch)[.suppressed], 1)
            later(bench, by: 11_000)
            for _ in 0..<3 { try bench.send() }
            try bench.drop("phone1\n+14155550104\n", as: "a2.csv")
            try bench.send()
            try bench.pipeline.writeStatus()
        }
        let said = bench.logged.with("transport.stopped")
        XCTAssertEqual(said.count, 1, "\(said)")
        XCTAssertTrue(said.first?.contains("\(share.folder)/a does not answer") ?? false, "\(said)")
        let status = try bench.text("outbox/status.json")
        XCTAssertTrue(status.contains("does not answer"), status)
        XCTAssertTrue(try bench.text("outbox/metrics.prom").contains("waybill_transport_stopped{transport=\"far\"} 1"))
        XCTAssertEqual(share.files("a"), [])
        share.answer()
        try send(bench)
        try send(bench)
        XCTAssertEqual(try lines(share).map { $0.split(separator: ",")[2] }.sorted(), ["+14155550102", "+14155550104"])
        XCTAssertEqual(try bench.pipeline.store.states(of: batch), [.suppressed: 1, .handedOver: 1])
        XCTAssertEqual(bench.logged.with("transport.goes-on").count, 1)
        XCTAssertEqual(share.hidden("a"), [])
        XCTAssertEqual(bench.files("state/flights"), [])
        try bench.pipeline.writeStatus()
        XCTAssertFalse(try bench.text("outbox/status.json").contains("does not answer"))
    }

    func testAStopOfTheDaemonDoesNotWaitForTheShareAndNothingIsSentTwice() throws {
        let (share, bench) = try hung()
        try share.withoutWaiting {
            try bench.send()
            later(bench, by: 11_000)
            try bench.send()
            try bench.restart(at: "2026-11-20T15:00:20Z")
            usleep(100_000)
            try bench.send()
            XCTAssertEqual(try bench.pipeline.store.parcels(ofBatch: batch).count, 2, "it certainly has not left")
            XCTAssertEqual(try bench.pipeline.store.states(of: batch), [.pending: 2])
        }
        share.answer()
        try send(bench)
        XCTAssertEqual(try bench.pipeline.store.states(of: batch), [.handedOver: 2])
        XCTAssertEqual(try lines(share).count, 2)
        // The thread of the first process ends as well.
        usleep(200_000)
        XCTAssertEqual(try lines(share).count, 2)
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 0)
    }

    func testTheNoteThatAFlightIsWritingWhileAStartRemovesWhatIsLeftStays() throws {
        let share = try HungShare()
        let bench = try bench(share)
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        share.hang()
        try share.withoutWaiting {
            try bench.send()
            later(bench, by: 11_000)
            try bench.send()
            let leaving = try XCTUnwrap(bench.pipeline.store.leavingIDs().first)
            for name in [".\(leaving).1x2y3z.tmp", ".P000000009.1x2y3z.tmp", "P000000009"] {
                try Files.writeAtomically([], to: bench.root + "/state/flights/" + name)
            }
            try bench.restart(at: "2026-11-20T15:00:20Z")
            XCTAssertEqual(try Files.list(bench.root + "/state/flights"), [".\(leaving).1x2y3z.tmp"])
        }
        share.answer()
        try send(bench)
        XCTAssertEqual(try lines(share).count, 1)
    }

    func testWhatWasRecalledWhileTheShareHungStaysAndTheOthersLeaveWithTheNextParcel() throws {
        let (share, bench) = try hung()
        try share.withoutWaiting {
            try bench.send()
            try bench.drop("{\"command\": \"withdraw\", \"campaign\": \"a\"}\n", as: "_control/1.json")
            bench.pipeline.dispatcher.nextRecall = 0
            try bench.send()
        }
        share.answer()
        try send(bench)
        XCTAssertEqual(try lines(share), [])
        XCTAssertEqual(try bench.pipeline.store.states(of: batch), [.withdrawn: 2])
        XCTAssertEqual(share.hidden("a"), [])
    }

    func testWhileTheShareHangsAContactCanBeUpdatedSinceNothingHasLeft() throws {
        let (share, bench) = try hung()
        try share.withoutWaiting {
            try bench.send()
            try bench.put("{\"mode\": \"update\"}", as: "a2.csv.meta.json")
            try bench.drop("phone1,id\n+14155550111,ann\n", as: "a2.csv")
            let ack = try bench.acknowledgement(2)
            XCTAssertEqual(ack["status"] as? String, "accepted", "\(ack)")
            XCTAssertEqual(ack["contacts"] as? Int, 1)
        }
        share.answer()
        try send(bench)
        try send(bench)
        XCTAssertEqual(try lines(share).map { $0.split(separator: ",")[2] }.sorted(), ["+14155550102", "+14155550111"])
        XCTAssertEqual(try bench.pipeline.store.states(of: batch), [.cancelled: 1, .handedOver: 1])
    }

    func testNothingGoesIntoTheMountPointOfAShareThatIsAwayUntilSomebodyAcceptsThat() throws {
        let share = try HungShare()
        let bench = try bench(share)
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        try send(bench)
        XCTAssertEqual(try lines(share).count, 1)
        share.unmount()
        try bench.drop("phone1\n+14155550102\n", as: "a2.csv")
        try send(bench)
        XCTAssertEqual(try Files.list(share.folder), [], "it lies beside the share")
        XCTAssertTrue(bench.logged.with("parcel.held").first?.contains("was on a share when last seen") ?? false)
        let looked = FolderMounts(bench.configuration, in: bench.workspace, bench.pipeline.store, table: "")
        XCTAssertEqual(looked.folders.compactMap(\.problem).count, 1, "\(looked.folders)")
        try bench.restart(at: "2026-11-20T15:01:20Z")
        try send(bench)
        XCTAssertEqual(try Files.list(share.folder), [], "another process remembers it")
        let store = bench.pipeline.store
        try store.durably { try store.accept(inbox: share.folder + "/a") }
        try bench.advance(seconds: 61)
        try send(bench)
        XCTAssertEqual(try Files.list(share.folder + "/a").count { $0.hasSuffix(".csv") }, 1)
        XCTAssertFalse(try store.isShare(share.folder + "/a"))
    }

    func testAShareThatAnswersTakesParcelsAsAFolderDoes() throws {
        let share = try HungShare()
        let bench = try bench(share, ", control: true")
        try bench.drop("phone1\n" + (1_000..<3_500).map { "+1415555\($0)\n" }.joined(), as: "a.csv")
        try send(bench)
        XCTAssertEqual(try bench.pipeline.store.states(of: batch), [.handedOver: 2_500])
        XCTAssertEqual(share.files("a").filter { $0.hasSuffix(".csv") }.count, 3)
        XCTAssertEqual(share.files("a").filter { $0.hasSuffix(".meta.json") }.count, 3)
        XCTAssertEqual(share.hidden("a"), [])
        XCTAssertEqual(bench.files("state/flights"), [])
    }
}
