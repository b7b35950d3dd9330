import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What a run that ends by itself does with a parcel of which nobody can tell at once whether it left.
final class UnsettledRunTests: XCTestCase {
    /// The process dies behind the hand-over, and the first answers after that tell nothing.
    private struct Unsure: Transport {
        static let kind = FolderTransport.kind
        static let isImmediate = true
        static let silences = Mutex(0)
        private let own: FolderTransport
        var form: ParcelForm { own.form }

        init(_ name: String, _ settings: TransportSettings, in folder: String) {
            own = FolderTransport(name, settings, in: folder)
        }

        func prepare(_ load: ParcelLoad) throws -> Ticket { try own.prepare(load) }

        static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome {
            _ = try FolderTransport.commit(ticket, load, stop)
            throw TransportProblem("died")
        }

        static func resolve(
            _ ticket: Ticket, _ references: [Reference], _ stop: StopSign
        ) throws -> ParcelResolution {
            let isSilent = silences.withLock { left in
                left -= 1
                return left >= 0
            }
            return isSilent ? .unknown("it does not say") : try FolderTransport.resolve(ticket, references, stop)
        }

        static func discard(_ ticket: Ticket) {}
    }

    /// A store in which a parcel is leaving, after a crash.
    private func bench(silences: Int) throws -> PipelineBench {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        Unsure.silences.withLock { $0 = .max }
        bench.pipeline.dispatcher.transports = [Unsure.self]
        try bench.send()
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 1)
        Unsure.silences.withLock { $0 = silences }
        try bench.restart(at: "2026-11-20T15:10:00Z", recover: false)
        bench.pipeline.dispatcher.transports = [Unsure.self]
        return bench
    }

    private func service(_ bench: PipelineBench) throws -> Service {
        bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }
    }

    func testARunWaitsForTheSecondAfterWhichItAsksAgain() throws {
        let bench = try bench(silences: 1)
        let service = try service(bench)
        try service.untilIdle()
        XCTAssertEqual(try bench.pipeline.store.leavingIDs(), [])
        XCTAssertEqual(try bench.dispatched().count, 1)
        XCTAssertEqual(service.unfinished, [])
    }

    /// Cron took the run for a good one once.
    func testAParcelWhoseFolderCannotBeWrittenIsSaidAtTheEndUntilItLeaves() throws {
        let bench = try PipelineBench(standing: true)
        try bench.put("phone1\n+14155550101\n", as: "a.csv")
        try Files.writeAtomically([], to: bench.root + "/outbox/dispatch")
        let service = try service(bench)
        try bench.settle()
        try bench.send()
        XCTAssertEqual(service.unfinished.count, 1, "\(service.unfinished)")
        XCTAssertTrue(
            service.unfinished.first?.contains("1 contact of default did not leave") == true
                && service.unfinished[0].contains("a folder is needed there"), "\(service.unfinished)")
        try Files.remove(bench.root + "/outbox/dispatch")
        try bench.advance(seconds: 10)
        try bench.send()
        XCTAssertEqual(service.unfinished, [])
    }

    /// A bench in which an earlier run could not write a parcel, and puts it off for a second or so.
    private func putOff() throws -> PipelineBench {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        try Files.createFolder(bench.root + "/outbox/dispatch")
        try Files.writeAtomically([], to: bench.root + "/outbox/dispatch/default")
        try bench.send()
        try bench.restart(at: "2026-11-20T15:00:00Z", recover: false)
        return bench
    }

    func testARunTriesWhatAnEarlierOnePutOff() throws {
        let bench = try putOff()
        try Files.remove(bench.root + "/outbox/dispatch/default")
        let service = try service(bench)
        try service.untilIdle()
        XCTAssertEqual(service.unfinished, [])
        XCTAssertEqual(try bench.dispatched().count, 1)
    }

    func testARunThatTriesInVainWhatAnEarlierOnePutOffSaysSo() throws {
        let bench = try putOff()
        let service = try service(bench)
        let first = try XCTUnwrap(try bench.pipeline.store.holdings().first?.next)
        try service.untilIdle()
        XCTAssertEqual(service.unfinished.count, 1, "\(service.unfinished)")
        XCTAssertTrue(service.unfinished.joined().contains("a folder is needed there"), "\(service.unfinished)")
        let next = try XCTUnwrap(try bench.pipeline.store.holdings().first?.next)
        XCTAssertGreaterThan(next, first, "it was tried")
    }

    /// A folder in which no file gets a name, as where its quota is used up: a run went to and fro with each parcel once
    /// a second, and never ended.
    func testARunEndsWhoseParcelsComeBackHoweverOftenTheyGoAndTheNextOneSendsThem() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550100\n", as: "first.csv")
        try bench.send()
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        Faults.handIn(Fault(.fails(EDQUOT), of: [.rename], beneath: bench.root + "/outbox/dispatch", lasts: true))
        defer { Faults.takeBack() }
        let first = try service(bench)
        try first.untilIdle()
        XCTAssertGreaterThan(Faults.takeBack().struck, 1, "it tries again at once")
        XCTAssertEqual(first.unfinished.count, 1, "\(first.unfinished)")
        XCTAssertTrue(
            first.unfinished.joined().contains("1 contact of default did not leave: transport folder: rename to"),
            "\(first.unfinished)")
        try bench.restart(at: "2026-11-20T15:10:00Z", recover: false)
        let second = try service(bench)
        try second.untilIdle()
        XCTAssertEqual(second.unfinished, [])
        XCTAssertEqual(try bench.dispatched().count, 2)
    }

    func testParcelsThatComeBackGoAgainAfterAGrowingDelayAndOnceTheyCanLeaveNoneIsDelayed() throws {
        let bench = try PipelineBench("{campaigns: {other: {}}}", standing: true)
        try bench.drop("phone1\n+14155550100\n", as: "first.csv")
        try bench.send()
        for number in 1...3 { try bench.drop("phone1\n+1415555010\(number)\n", as: "\(number).csv") }
        Faults.handIn(Fault(.fails(EIO), of: [.rename], beneath: bench.root + "/outbox/dispatch/default", lasts: true))
        defer { Faults.takeBack() }
        for _ in 0..<120 {
            try bench.send()
            try bench.advance(seconds: 1)
        }
        let tries = bench.logged.with("parcel.unsettled").count
        XCTAssertTrue((6...36).contains(tries), "\(tries) instead of some 7 for each of three within two minutes")
        // Another batch goes on meanwhile, and changes nothing for these.
        try bench.drop("phone1\n+14155550105\n", as: "other/5.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch/other").filter { !$0.hasPrefix(".") }.count, 1)
        Faults.takeBack()
        try bench.advance(seconds: 80)
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch/default").filter { !$0.hasPrefix(".") }.count, 4)
        try bench.drop("phone1\n+14155550104\n", as: "4.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch/default").filter { !$0.hasPrefix(".") }.count, 5)
    }

    func testARunDoesNotWaitForAMinuteAndLongerButSaysWhatWaits() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        let parcel = try XCTUnwrap(bench.due().first)
        try bench.pipeline.store.durably {
            try bench.pipeline.store.delay(
                parcel.id, until: bench.pipeline.now.adding(.minutes(5)),
                reason: .transport(name: "relay", problem: "it asks to send later"))
        }
        let service = try service(bench)
        try service.untilIdle()
        XCTAssertEqual(
            service.unfinished,
            [
                "1 contact of default did not leave: transport relay: it asks to send later; the next run tries again"
            ])
    }

    func testWhatNobodyCanTellIsSaidAtTheEnd() throws {
        let bench = try bench(silences: .max)
        try bench.pipeline.recover()
        let found = try service(bench).unfinished
        XCTAssertEqual(found.count, 1)
        XCTAssertTrue(found.first?.contains("P000000001") == true && found[0].contains("it does not say"), "\(found)")
    }
}
