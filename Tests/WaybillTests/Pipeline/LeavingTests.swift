import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What becomes of a parcel whose process died between *leaving* and the rename, and of one that cannot be written.
final class LeavingTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    private let two = "phone1,id\n+14155550101,C1\n+14155550102,C2\n"
    private let batch = BatchID("20261120-000001")!

    /// A workspace with a parcel of two that is leaving, its process dead before or after the rename.
    private func caught(
        afterTheRename: Bool = false, _ configuration: String = "{}"
    ) throws -> PipelineBench {
        let bench = try PipelineBench(configuration, standing: true)
        try bench.drop(two, as: "clinic.csv")
        bench.pipeline.dispatcher.transports = [afterTheRename ? DiesAfterwards.self : DiesBefore.self]
        XCTAssertThrowsError(try bench.send()) { XCTAssertTrue($0 is Killed) }
        return bench
    }

    private struct Killed: Error {}

    /// The folder transport, whose process dies in `commit`.
    private struct DiesBefore: Transport {
        static let kind = FolderTransport.kind
        static let isImmediate = true
        let folder: FolderTransport
        var form: ParcelForm { folder.form }
        init(_ name: String, _ settings: TransportSettings, in folder: String) {
            self.folder = FolderTransport(name, settings, in: folder)
        }
        func prepare(_ load: ParcelLoad) throws -> Ticket { try folder.prepare(load) }
        static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome {
            throw Killed()
        }
        static func resolve(
            _ ticket: Ticket, _ references: [Reference], _ stop: StopSign
        ) throws -> ParcelResolution { try FolderTransport.resolve(ticket, references, stop) }
        static func discard(_ ticket: Ticket) throws { try FolderTransport.discard(ticket) }
    }

    private struct DiesAfterwards: Transport {
        static let kind = FolderTransport.kind
        static let isImmediate = true
        let folder: FolderTransport
        var form: ParcelForm { folder.form }
        init(_ name: String, _ settings: TransportSettings, in folder: String) {
            self.folder = FolderTransport(name, settings, in: folder)
        }
        func prepare(_ load: ParcelLoad) throws -> Ticket { try folder.prepare(load) }
        static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome {
            _ = try FolderTransport.commit(ticket, load, stop)
            throw Killed()
        }
        static func resolve(
            _ ticket: Ticket, _ references: [Reference], _ stop: StopSign
        ) throws -> ParcelResolution { try FolderTransport.resolve(ticket, references, stop) }
        static func discard(_ ticket: Ticket) throws { try FolderTransport.discard(ticket) }
    }

    private let hidden = "outbox/dispatch/default/.P000000001.csv.tmp"
    private let file = "outbox/dispatch/default/P000000001.csv"

    private func states(_ bench: PipelineBench) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: batch)
    }

    private func assertLeftOnce(_ bench: PipelineBench, line: UInt = #line) throws {
        XCTAssertEqual(try bench.dispatched().count, 2, line: line)
        XCTAssertEqual(try states(bench), [.handedOver: 2], line: line)
        XCTAssertFalse(try Files.exists(bench.root + "/" + hidden), line: line)
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 0, line: line)
    }

    func testAParcelCaughtByACrashIsTakenBackByTheNextStartAndLeavesOnce() throws {
        let bench = try caught()
        XCTAssertFalse(try Files.exists(bench.root + "/" + file))
        try bench.restart(at: "2026-11-20T15:00:05Z")
        XCTAssertEqual(try states(bench), [.pending: 2])
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
        for _ in 1...2 {
            try bench.send()
            try assertLeftOnce(bench)
        }
        XCTAssertEqual(Set(try bench.dispatched().map { $0.split(separator: ",")[0] }).count, 2)
    }

    func testWhoSaidStopSinceTheCrashDoesNotTravelInTheParcelThatItCaught() throws {
        let bench = try caught()
        try bench.restart(at: "2026-11-20T15:00:05Z", recover: false)
        try bench.put("from,text\n+14155550101,STOP\n", as: "_replies/replies.csv")
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550102"])
    }

    func testAParcelCaughtByACrashDoesNotLeaveOnceItsHoursAreOver() throws {
        let bench = try caught(
            """
            {policies: {day: {windows: [{channels: ["handover"], days: ["mon-sun"], from: "09:00", to: "18:00"}], zone: "UTC"}},
             campaigns: {default: {policy: "day"}}}
            """)
        try bench.restart(at: "2026-11-20T18:00:05Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched(), [])
        try bench.set(Timestamp(iso8601: ArraySlice("2026-11-21T09:00:00Z".utf8))!)
        try bench.send()
        try assertLeftOnce(bench)
    }

    func testACapCountsAParcelThatACrashCaughtOnce() throws {
        let bench = try caught(
            "{policies: {one: {caps: [{limit: 1, within: '7d'}]}}, campaigns: {default: {policy: 'one'}}}")
        try bench.restart(at: "2026-11-20T15:00:05Z")
        try bench.send()
        try assertLeftOnce(bench)
    }

    func testAParcelThatWasRenamedBeforeTheCrashHasLeftEvenWhenItWasTakenAway() throws {
        for isTaken in [false, true] {
            let bench = try caught(afterTheRename: true)
            XCTAssertEqual(try bench.dispatched().count, 2)
            if isTaken { try Files.remove(bench.root + "/" + file) }
            try bench.restart(at: "2026-11-20T15:00:05Z")
            XCTAssertEqual(try states(bench), [.handedOver: 2])
            XCTAssertEqual(try bench.dispatched().count, isTaken ? 0 : 2)
            XCTAssertEqual(bench.logged.with("parcel.taken-away").count, isTaken ? 1 : 0)
        }
    }

    func testAParcelCaughtByACrashLeavesOnceWhateverTheConfigurationSaysNow() throws {
        for changed in [
            "{transports: {folder: {path: 'outbox/elsewhere'}}}", "{transports: {folder: {layout: 'jsonl'}}}",
            "{transports: {folder: {layout: 'jsonl', path: 'outbox/dispatch/more'}}}",
            "{campaigns: {default: {transports: {handover: 'other'}}}, transports: {other: {path: 'outbox/other'}}}",
        ] {
            let bench = try caught()
            try bench.restart(at: "2026-11-20T15:00:05Z", with: changed)
            try bench.send()
            XCTAssertEqual(try states(bench), [.handedOver: 2], changed)
            let names = bench.files("outbox").filter { $0.contains("P0000") }
            XCTAssertEqual(names.count, 1, "\(changed) \(names)")
        }
    }

    func testTheSameAfterTheRenameIsCountedOnceUnderAnotherConfiguration() throws {
        let bench = try caught(afterTheRename: true)
        try bench.restart(at: "2026-11-20T15:00:05Z", with: "{transports: {folder: {path: 'outbox/elsewhere'}}}")
        try assertLeftOnce(bench)
    }

    /// As where a share is mounted after Waybill was started.
    func testAParcelWhoseFolderIsAwayIsHeldAndLeavesOnceItIsBack() throws {
        for isRenamed in [false, true] {
            let bench = try caught(afterTheRename: isRenamed)
            let (folder, away) = (bench.root + "/outbox/dispatch", bench.root + "/away")
            try Files.rename(folder, to: away, replacing: false)
            try Files.createFolder(folder)
            try bench.restart(at: "2026-11-20T15:00:05Z")
            XCTAssertEqual(try states(bench), [.pending: 2])
            let told = bench.logged.with("parcel.unsettled")
            XCTAssertEqual(told.count, 1)
            XCTAssertTrue(told[0].contains("is not the folder it was; mount or put back"), told[0])
            // What is due meanwhile goes on, into the folder that is there.
            try bench.drop("phone1\n+14155550199\n", as: "later.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched().count, 1)
            XCTAssertEqual(try states(bench), [.pending: 2])
            try bench.pipeline.writeStatus()
            XCTAssertTrue(try bench.text("outbox/status.json").contains("is not the folder it was"))
            // Another start, and nothing was deleted.
            try bench.restart(at: "2026-11-20T15:01:00Z")
            XCTAssertTrue(try Files.exists(away + "/default/" + (isRenamed ? "P000000001.csv" : ".P000000001.csv.tmp")))
            try Files.removeTree(folder)
            try Files.rename(away, to: folder, replacing: false)
            // Asked again while it runs, or by the next start.
            try bench.restart(at: "2026-11-20T15:02:00Z")
            try bench.send()
            try assertLeftOnce(bench)
        }
    }

    func testAFolderThatComesBackWhileWaybillRunsIsNoticed() throws {
        let bench = try caught()
        let (folder, away) = (bench.root + "/outbox/dispatch", bench.root + "/away")
        try Files.rename(folder, to: away, replacing: false)
        try bench.restart(at: "2026-11-20T15:00:05Z")
        XCTAssertEqual(try states(bench), [.pending: 2])
        try Files.rename(away, to: folder, replacing: false)
        // Not before its moment.
        XCTAssertEqual(try bench.pipeline.dispatchDue { false }, 0)
        try bench.advance(seconds: 2)
        // Taken back, and sent.
        XCTAssertEqual(try bench.pipeline.dispatchDue { false }, 2)
        try assertLeftOnce(bench)
    }

    func testTheDaemonGoesThroughTheSame() throws {
        let bench = try caught()
        try bench.restart(at: "2026-11-20T15:00:05Z", recover: false)
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        try assertLeftOnce(bench)
    }

    func testAParcelThatNobodyCanTellAboutCanBeWithdrawn() throws {
        let bench = try caught()
        try Files.removeTree(bench.root + "/outbox/dispatch")
        try bench.restart(at: "2026-11-20T15:00:05Z")
        XCTAssertEqual(
            try bench.pipeline.carryOut(
                ControlCommand(json: Array(#"{"command": "withdraw", "batch": "20261120-000001"}"#.utf8))
            ).contacts, 2)
        try bench.advance(seconds: 5)
        try bench.send()
        XCTAssertEqual(try states(bench), [.withdrawn: 2])
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 0)
    }

    func testAParcelFromBeforeTicketsLeavesOnlyByWhatIsThere() throws {
        let content = "reference,channel,address,id,message\na,b,c,d,e\n"
        for (names, expected, states) in [
            ([hidden], 2, [ContactState.handedOver: 2]), ([file], 1, [.handedOver: 2]), ([], 0, [.pending: 2]),
            ([hidden, file], 2, [.pending: 2]),
        ] {
            let bench = try PipelineBench(standing: true)
            try bench.drop(two, as: "clinic.csv")
            let parcel = try XCTUnwrap(bench.due().first)
            try bench.pipeline.store.durably {
                try bench.pipeline.store.markLeaving(
                    parcel.id, owner: parcel.owner, transport: "folder", ticket: nil, at: bench.pipeline.now)
            }
            try Files.createFolder(bench.root + "/outbox/dispatch/default")
            for name in names { try Files.writeAtomically(Array(content.utf8), to: bench.root + "/" + name) }
            try bench.restart(at: "2026-11-20T15:00:05Z")
            try bench.send()
            XCTAssertEqual(try self.states(bench), states, "\(names)")
            XCTAssertEqual(try bench.dispatched().count, expected, "\(names)")
        }
    }

    // MARK: - What cannot be written

    func testAForeignFileUnderTheNameHoldsThatParcelOnly() throws {
        let bench = try PipelineBench(standing: true)
        try Files.createFolder(bench.root + "/outbox/dispatch/default")
        try Files.writeAtomically(Array("theirs\n".utf8), to: bench.root + "/" + file)
        try bench.drop(two, as: "a.csv")
        try bench.drop("phone1\n+14155550199\n", as: "b.csv")
        try bench.send()
        XCTAssertEqual(try bench.text(file), "theirs\n")
        XCTAssertEqual(try states(bench), [.pending: 2])
        XCTAssertEqual(try bench.dispatched().count, 1)
        XCTAssertEqual(bench.logged.with("parcel.held").count, 1)
        XCTAssertTrue(bench.logged.with("parcel.held")[0].contains("EEXIST"), bench.logged.with("parcel.held")[0])
        try Files.remove(bench.root + "/" + file)
        try bench.advance(seconds: 2)
        try bench.send()
        XCTAssertEqual(try states(bench), [.handedOver: 2])
        XCTAssertEqual(try bench.dispatched().count, 3)
    }

    func testAForeignFileThatComesJustBeforeTheRenameIsNeverReplaced() throws {
        let bench = try caught()
        try Files.writeAtomically(Array("theirs\n".utf8), to: bench.root + "/" + file)
        try bench.restart(at: "2026-11-20T15:00:05Z")
        try bench.send()
        XCTAssertEqual(try bench.text(file), "theirs\n")
        // What was caught left in a parcel of another number.
        XCTAssertEqual(try states(bench), [.handedOver: 2])
        try Files.remove(bench.root + "/" + file)
        try assertLeftOnce(bench)
    }

    func testWhatIsPlantedUnderTheHiddenNameHoldsThatParcelOnly() throws {
        for plant: (String) throws -> Void in [
            { XCTAssertEqual(unsafe mkfifo($0, 0o644), 0) }, { try Files.createFolder($0) },
            { try Files.makeLink(to: "/etc/passwd", as: $0) },
        ] {
            let bench = try PipelineBench(standing: true)
            try Files.createFolder(bench.root + "/outbox/dispatch/default")
            try plant(bench.root + "/" + hidden)
            try bench.drop(two, as: "a.csv")
            try bench.drop("phone1\n+14155550199\n", as: "b.csv")
            try bench.send()
            XCTAssertEqual(try states(bench), [.pending: 2])
            XCTAssertEqual(try bench.dispatched().count, 1)
            XCTAssertEqual(bench.logged.with("parcel.held").count, 1)
        }
    }

    func testAnEarlierAttemptsFileIsReplaced() throws {
        let bench = try PipelineBench(standing: true)
        try Files.createFolder(bench.root + "/outbox/dispatch/default")
        try Files.writeAtomically(Array("half".utf8), to: bench.root + "/" + hidden)
        try bench.drop(two, as: "a.csv")
        try bench.send()
        try assertLeftOnce(bench)
    }

    /// A file where a folder is wanted fails for every user alike, as a full disk does.
    func testAParcelThatCannotBeWrittenIsTriedAgainLaterAndLaterWhileOthersLeave() throws {
        let bench = try PipelineBench("{campaigns: {bad: {}, good: {}}}", standing: true)
        bench.pipeline.dispatcher.chance = { 0 }
        try Files.createFolder(bench.root + "/outbox/dispatch")
        try Files.writeAtomically([], to: bench.root + "/outbox/dispatch/bad")
        try bench.drop(two, as: "bad/a.csv")
        try bench.drop("phone1\n+14155550199\n", as: "good/b.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("good").count, 1)
        XCTAssertEqual(try states(bench), [.pending: 2])
        var waits: [Int64] = []
        for _ in 0..<8 {
            let due = try XCTUnwrap(bench.pipeline.store.parcel(ParcelID(rawValue: 1))).due
            waits.append((due.milliseconds - bench.pipeline.now.milliseconds + 999) / 1_000)
            try bench.set(due)
            try bench.send()
        }
        XCTAssertEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60])
        // The same reason is told once.
        XCTAssertEqual(bench.logged.with("parcel.held").count, 1)
        // Others of its folder wait with it by now; those of other folders do not.
        try bench.drop("phone1\n+14155550197\n", as: "bad/b.csv")
        try bench.drop("phone1\n+14155550198\n", as: "good/c.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("good").count, 2)
        XCTAssertEqual(bench.logged.with("parcel.held").count, 1)
        XCTAssertEqual(try bench.pipeline.store.holdings().map { "\($0.campaign) \($0.contacts)" }, ["bad 3"])
        try Files.remove(bench.root + "/outbox/dispatch/bad")
        try bench.advance(seconds: 61)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("bad").count, 3)
    }

    func testAContactOfAParcelThatCouldNotBeWrittenIsCheckedAgainBeforeItLeaves() throws {
        let bench = try PipelineBench("{campaigns: {bad: {}}}", standing: true)
        try Files.createFolder(bench.root + "/outbox/dispatch")
        try Files.writeAtomically([], to: bench.root + "/outbox/dispatch/bad")
        try bench.drop(two, as: "bad/a.csv")
        try bench.send()
        try bench.drop("+14155550101\n", as: "_suppress/stop.txt")
        try Files.remove(bench.root + "/outbox/dispatch/bad")
        try bench.advance(seconds: 5)
        try bench.send()
        XCTAssertEqual(try states(bench), [.handedOver: 1, .dncListed: 1])
    }
}
