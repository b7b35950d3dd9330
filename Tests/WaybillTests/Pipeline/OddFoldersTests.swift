import Glibc
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Something else in place of a folder that Waybill makes or uses, or one without rights: what needs it waits, with its
/// reason, and goes on once it is put right; nothing else does.
final class OddFoldersTests: XCTestCase {
    private enum Kind: CaseIterable {
        case file, fifo, link, denied
    }

    override func tearDown() { Faults.takeBack() }

    /// Puts it in the place of the folder; what was there lies beside it.
    private func spoil(_ bench: PipelineBench, _ folder: String, _ kind: Kind) throws {
        let path = bench.root + "/" + folder
        if kind == .denied {
            // Nobody is kept out who runs the tests as root.
            let calls: Set<SystemCall> = [.create, .mkdir, .open, .readdir, .rename, .unlink, .stat]
            return Faults.handIn(Fault(.fails(EACCES), of: calls, beneath: path + "/", lasts: true))
        }
        if try Files.exists(path) { try Files.rename(path, to: aside(bench, folder), replacing: false) }
        try Files.createFolder(Files.folder(of: path))
        // Safe: the paths live through the calls.
        switch kind {
        case .file: try Files.writeAtomically([0x78], to: path)
        case .fifo: XCTAssertEqual(unsafe mkfifo(path, 0o644), 0)
        case .link: try Files.makeLink(to: bench.root + "/nowhere/there", as: path)
        case .denied: break
        }
    }

    private func mend(_ bench: PipelineBench, _ folder: String, _ kind: Kind) throws {
        if kind == .denied { return _ = Faults.takeBack() }
        try Files.remove(bench.root + "/" + folder)
        if try Files.exists(aside(bench, folder)) {
            try Files.rename(aside(bench, folder), to: bench.root + "/" + folder, replacing: false)
        }
    }

    private func aside(_ bench: PipelineBench, _ folder: String) -> String {
        bench.root + "/aside-" + Files.name(of: folder)
    }

    private func isListed(_ bench: PipelineBench) throws -> Bool {
        let key = RecipientKey.phone(E164Number(digits: 14_155_550_101))
        return try !bench.pipeline.store.suppressions(ofAny: [key], at: bench.pipeline.now).isEmpty
    }

    private func jump(_ bench: PipelineBench, seconds: Int64) {
        let now = MonotonicClock.nanoseconds() / 1_000_000
        bench.pipeline.context.monotonic = { now + seconds * 1_000 }
    }

    /// All folders but that of the day are there, and one contact waits.
    private func waiting() throws -> PipelineBench {
        let bench = try PipelineBench(#"{ lists: { tolerance: "90%" } }"#, standing: true)
        try bench.drop("phone1\nbad\n+14155550100\n", as: "default/before.csv")
        for part in ["outbox/acks", "outbox/notices", "state/archive"] {
            try Files.removeTree(bench.root + "/\(part)/2026-11-20")
        }
        try Files.createFolder(bench.root + "/state/quarantine")
        return bench
    }

    // MARK: What is said of a drop

    func testStopsAreInForceAndTheRestGoesOnWhereTheirFilesCannotBeAnsweredOrArchived() throws {
        for folder in ["state/archive", "outbox/acks"] {
            for kind in Kind.allCases {
                let bench = try waiting()
                try spoil(bench, folder, kind)
                try bench.drop("+14155550101\n", as: "_suppress/list.csv")
                try bench.drop("from,text\n+14155550102,STOP\n", as: "_replies/stop.csv")
                try bench.drop("phone1\n+14155550101\n+14155550102\n+14155550103\n", as: "default/a.csv")
                XCTAssertTrue(try bench.pipeline.isCleared(), "\(folder) \(kind)")
                XCTAssertEqual(bench.pipeline.context.holds.map(\.place), [], "\(folder) \(kind)")
                try bench.send()
                let sent = try bench.dispatched().joined()
                for (number, isSent) in [("0100", true), ("0103", true), ("0101", false), ("0102", false)] {
                    XCTAssertEqual(sent.contains("1415555" + number), isSent, "\(folder) \(kind) \(number)")
                }
                // It is said, once, and where to look.
                XCTAssertEqual(bench.logged.with("drop.postponed").count, 1, "\(folder) \(kind)")
                try bench.pipeline.writeStatus()
                let status = try bench.text("outbox/status.json")
                XCTAssertTrue(status.contains("3 drops that were taken wait"), "\(folder) \(kind): \(status)")
                XCTAssertTrue(status.contains(#""kind": "stuck""#), status)
                // Nobody is answered again with each try.
                let answers = bench.files("outbox/acks").count
                for name in bench.files("outbox/acks") { try Files.remove(bench.root + "/outbox/acks/" + name) }
                jump(bench, seconds: 30)
                try bench.take()
                XCTAssertEqual(bench.files("outbox/acks"), [], "\(folder) \(kind)")

                try mend(bench, folder, kind)
                jump(bench, seconds: 60)
                try bench.take()
                try bench.take()
                XCTAssertEqual(answers + bench.files("outbox/acks").count, 3, "\(folder) \(kind)")
                XCTAssertEqual(bench.files("state/archive").count, 3, "\(folder) \(kind)")
                XCTAssertEqual(bench.files("inbox/.waybill"), [], "\(folder) \(kind)")
                try bench.pipeline.writeStatus()
                XCTAssertFalse(try bench.text("outbox/status.json").contains("that were taken"), "\(folder) \(kind)")
            }
        }
    }

    func testARefusedDropWaitsForItsQuarantineAndNothingElseDoes() throws {
        for kind in Kind.allCases {
            let bench = try waiting()
            try spoil(bench, "state/quarantine", kind)
            try bench.drop("name\nBob\n", as: "default/none.csv")
            try bench.drop("phone1\n+14155550103\n", as: "default/a.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched().count, 2, "\(kind)")
            try mend(bench, "state/quarantine", kind)
            jump(bench, seconds: 60)
            try bench.take()
            XCTAssertEqual(bench.files("state/quarantine").count, 2, "\(kind)")
        }
    }

    func testWhoWasAnsweredIsNotAnsweredAgainByTheNextStart() throws {
        let bench = try waiting()
        try spoil(bench, "state/archive", .file)
        try bench.drop("phone1\n+14155550103\n", as: "default/a.csv")
        for name in bench.files("outbox/acks") { try Files.remove(bench.root + "/outbox/acks/" + name) }
        try bench.restartAfterCrash(at: "2026-11-20T15:10:00Z")
        try bench.pipeline.recover()
        try bench.take()
        XCTAssertEqual(bench.files("outbox/acks"), [])
        try mend(bench, "state/archive", .file)
        jump(bench, seconds: 60)
        try bench.take()
        XCTAssertEqual(bench.files("inbox/.waybill"), [])
        XCTAssertEqual(bench.files("outbox/acks"), [])
        let batch = try XCTUnwrap(try bench.pipeline.store.batches(ofCampaign: "default").last)
        XCTAssertTrue(batch.isPublished)
        XCTAssertNil(try bench.pipeline.store.setting(.answered(batch.id)))
    }

    /// The rows that are right waited with the others, and so did everybody's messages.
    func testWordsWithBadRowsAreInForceThoughTheirNoticeCannotBeWritten() throws {
        for kind in Kind.allCases {
            let bench = try waiting()
            try spoil(bench, "outbox/notices", kind)
            try bench.drop("kind,value\nphone,+14155550101\ncolour,red\n", as: "_suppress/list.csv")
            try bench.drop("from,text\n+14155550102,STOP\nnobody,STOP\n", as: "_replies/stop.csv")
            try bench.drop("phone1\n+14155550101\n+14155550102\n+14155550103\n", as: "default/a.csv")
            // One with a bad record needs a notice, and waits for it.
            try bench.drop("phone1\n+14155550104\nbad\n", as: "default/b.csv")
            let isCleared = try bench.pipeline.isCleared()
            let unheard = try bench.pipeline.claims.unheard(at: bench.pipeline.context.monotonic())
            XCTAssertTrue(isCleared, "\(kind): \(unheard)")
            try bench.send()
            let sent = try bench.dispatched().joined()
            XCTAssertTrue(sent.contains("14155550103"), "\(kind)")
            for number in ["0101", "0102", "0104"] {
                XCTAssertFalse(sent.contains("1415555" + number), "\(kind) \(number)")
            }
            try bench.pipeline.writeStatus()
            let status = try bench.text("outbox/status.json")
            XCTAssertTrue(status.contains("1 drop waits to be taken"), "\(kind): \(status)")
            try mend(bench, "outbox/notices", kind)
            for seconds in [60, 90] as [Int64] {
                jump(bench, seconds: seconds)
                try bench.take()
            }
            XCTAssertEqual(bench.files("inbox/.waybill"), [], "\(kind)")
            XCTAssertEqual(bench.files("outbox/notices").filter { $0.hasSuffix("errors.csv") }.count, 3, "\(kind)")
        }
    }

    /// With each try it took people off again, whoever had listed them since.
    func testAListWhoseNoticeWaitsIsCarriedOutOnce() throws {
        let bench = try waiting()
        try bench.drop("+14155550101\n", as: "_suppress/first.csv")
        try spoil(bench, "outbox/notices", .file)
        try bench.drop(
            "action,kind,value\nremove,phone,+14155550101\nremove,colour,red\n", as: "_suppress/lift.csv")
        XCTAssertFalse(try isListed(bench))
        try bench.drop("+14155550101\n", as: "_suppress/again.csv")
        XCTAssertTrue(try isListed(bench))
        for seconds in [60, 120] as [Int64] {
            jump(bench, seconds: seconds)
            try bench.take()
            XCTAssertTrue(try isListed(bench), "\(seconds)")
        }
        try mend(bench, "outbox/notices", .file)
        jump(bench, seconds: 180)
        try bench.take()
        XCTAssertEqual(bench.files("inbox/.waybill"), [])
        XCTAssertTrue(try isListed(bench))
        XCTAssertEqual(try bench.pipeline.store.setting(.carriedOut(BatchID("20261120-000003")!)), nil)
    }

    /// A revocation without a time was written again with each try, each time as of that moment.
    func testConsentsWhoseNoticeWaitsAreWrittenOnce() throws {
        let bench = try waiting()
        try spoil(bench, "outbox/notices", .file)
        try bench.drop("value,action\n+14155550101,revoke\n+14155550102,perhaps\n", as: "_consent/c.csv")
        let end = try bench.pipeline.store.auditEnd()
        for seconds in [60, 120] as [Int64] {
            try bench.advance(seconds: 60)
            jump(bench, seconds: seconds)
            try bench.take()
            XCTAssertEqual(try bench.pipeline.store.auditEnd(), end, "\(seconds)")
        }
        try mend(bench, "outbox/notices", .file)
        jump(bench, seconds: 180)
        try bench.take()
        XCTAssertEqual(bench.files("inbox/.waybill"), [])
        XCTAssertEqual(bench.files("outbox/notices").filter { $0.hasSuffix("errors.csv") }.count, 1)
    }

    /// Of contacts only lists and the like held sending, though these may say as well that somebody is not to be
    /// contacted.
    func testADropThatCancelsHoldsItsCampaignWhileItsNoticeCannotBeWritten() throws {
        let bench = try waiting()
        try bench.drop("phone1,id\n+14155550101,101\n+14155550102,102\n", as: "default/a.csv")
        try spoil(bench, "outbox/notices", .file)
        try bench.put(#"{"mode": "cancel"}"#, as: "default/c.csv.meta.json")
        try bench.drop("phone1,id\n+14155550101,101\n+14155550109,999\n", as: "default/c.csv")
        let holds = bench.pipeline.claims.left.unheard.map(\.hold)
        XCTAssertEqual(holds.map(\.campaign), ["default"])
        XCTAssertFalse(try bench.pipeline.isCleared())
        try mend(bench, "outbox/notices", .file)
        jump(bench, seconds: 60)
        try bench.take()
        XCTAssertTrue(try bench.pipeline.isCleared())
        try bench.send()
        let sent = try bench.dispatched().joined()
        XCTAssertFalse(sent.contains("+14155550101"))
        XCTAssertTrue(sent.contains("+14155550102"))
    }

    /// It was told with the answer only, though sending goes on.
    func testAStopOfWhichNobodyKnowsWhoSaidItIsToldThoughItsNoticeWaits() throws {
        let bench = try waiting()
        try spoil(bench, "outbox/notices", .file)
        try bench.drop("from,text\nnobody,STOP\n", as: "_replies/stop.csv")
        for seconds in [0, 60, 120] as [Int64] {
            jump(bench, seconds: seconds)
            try bench.take()
            XCTAssertEqual(bench.logged.with("stop.unheard").count, 1, "\(seconds)")
        }
        // Somebody has looked at it when the answer can be written.
        try bench.pipeline.store.durably {
            for hold in try bench.pipeline.store.listHolds() {
                _ = try bench.pipeline.store.releaseHold(of: hold.batch)
            }
        }
        try mend(bench, "outbox/notices", .file)
        jump(bench, seconds: 180)
        try bench.take()
        XCTAssertEqual(bench.files("inbox/.waybill"), [])
        XCTAssertEqual(bench.logged.with("stop.unheard").count, 1)
        XCTAssertEqual(try bench.pipeline.store.listHolds().count, 0)
    }

    private func large() throws -> PipelineBench {
        let bench = try PipelineBench(#"{ campaigns: { default: {}, large: {} } }"#, standing: true)
        let rows = (0..<30_000).map { "+1415\(2_000_000 + $0 * 7),\($0),a text that takes some room\n" }
        try bench.drop("phone1,id,param1\n" + rows.joined(), as: "large/a.csv")
        return bench
    }

    /// They were refused for good, and a stop among them was lost.
    func testReceiptsOfContactsThatCannotBeReadWaitAndHold() throws {
        let bench = try large()
        try bench.send()
        let line = try XCTUnwrap(try bench.dispatched("large").first { $0.contains("14152203000") })
        bench.pipeline.close()
        try spoil(bench, "state/waybill.db-segments", .file)
        try bench.restart(at: "2026-11-20T15:10:00Z")
        try bench.drop("reference,event\n\(line.prefix { $0 != "," }),unsubscribed\n", as: "_receipts/r.csv")
        XCTAssertFalse(try bench.pipeline.isCleared())
        try mend(bench, "state/waybill.db-segments", .file)
        jump(bench, seconds: 60)
        try bench.take()
        let key = RecipientKey.phone(E164Number(digits: 14_152_203_000))
        XCTAssertFalse(try bench.pipeline.store.suppressions(ofAny: [key], at: bench.pipeline.now).isEmpty)
        XCTAssertTrue(try bench.pipeline.isCleared())
    }

    /// It was written without them, and stayed so.
    func testTheReportOfADayWaitsForContactsThatCannotBeRead() throws {
        let bench = try large()
        bench.pipeline.close()
        try spoil(bench, "state/waybill.db-segments", .file)
        try bench.restart(at: "2026-11-21T06:00:00Z")
        _ = try bench.pipeline.writeMissedDays()
        XCTAssertFalse(bench.files("outbox/reports/2026-11-20").contains { $0.hasPrefix("large.") })
        try mend(bench, "state/waybill.db-segments", .file)
        try bench.restart(at: "2026-11-21T06:10:00Z")
        _ = try bench.pipeline.writeMissedDays()
        let rows = try ["progress", "success", "failure"].map { try bench.report($0, campaign: "large").count }
        XCTAssertEqual(rows.reduce(0, +), 30_000)
    }

    // MARK: Starts and ends of days

    func testAStartGoesOnWhateverIsInPlaceOfAFolder() throws {
        func check(_ folders: [String], _ kind: Kind) throws {
            let bench = try waiting()
            bench.pipeline.close()
            for folder in folders { try spoil(bench, folder, kind) }
            XCTAssertNoThrow(try bench.restart(at: "2026-11-20T15:10:00Z"), "\(folders) \(kind)")
            try bench.drop("+14155550101\n", as: "_suppress/list.csv")
            let isHeard = try eventually {
                try bench.take()
                return try isListed(bench)
            }
            XCTAssertTrue(isHeard, "\(folders) \(kind)")
            XCTAssertNoThrow(try bench.pipeline.writeStatus(), "\(folders) \(kind)")
            Faults.takeBack()
        }
        let state = ["state/archive", "state/quarantine", "state/flights", "state/waybill.db-segments"]
        let parts = ["acks", "notices", "reports", "events", "dispatch", "tokens"].map { "outbox/" + $0 }
        let inner = ["acks/2026-11-20", "notices/2026-11-20", "reports/2026-11-20", "dispatch/default"]
        for kind in [Kind.file, .fifo, .link] {
            try check(state + parts, kind)
            try check(inner.map { "outbox/" + $0 }, kind)
        }
        for folder in state + parts { try check([folder], .denied) }
    }

    /// Whoever needs what lies there waits, and no start and no other batch does.
    func testOnlyABatchWhoseContactsLieInAFolderThatCannotBeReadWaits() throws {
        let bench = try large()
        XCTAssertEqual(bench.files("state/waybill.db-segments").filter { !$0.hasSuffix(".keys") }.count, 1)
        for (number, kind) in [Kind.file, .link, .denied].enumerated() {
            bench.pipeline.close()
            try spoil(bench, "state/waybill.db-segments", kind)
            try bench.restart(at: "2026-11-20T15:1\(number):00Z")
            try bench.drop("phone1\n+1415555010\(number)\n", as: "default/b.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched().count, number + 1, "\(kind)")
            XCTAssertFalse(bench.logged.with("parcel.held").isEmpty, "\(kind)")
            try mend(bench, "state/waybill.db-segments", kind)
        }
        try bench.advance(seconds: 61)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("large").count, 30_000)
    }

    /// Neither stops anything; both were only in the log.
    func testEventsAndReportsThatCannotBeWrittenAreToldInTheStatus() throws {
        let bench = try waiting()
        try spoil(bench, "outbox/events", .file)
        try bench.pipeline.tellOthers()
        try spoil(bench, "outbox/reports", .file)
        try bench.set(Timestamp(iso8601: ArraySlice("2026-11-21T12:00:00Z".utf8))!)
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 0)
        try bench.pipeline.writeStatus()
        let status = try bench.text("outbox/status.json")
        for words in ["what happened cannot be written", "the report of default for 2026-11-20 cannot be written"] {
            XCTAssertTrue(status.contains(words), status)
        }
        for part in ["events", "reports"] { try Files.remove(bench.root + "/outbox/" + part) }
        try bench.advance(seconds: 61)
        jump(bench, seconds: 61)
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 1)
        try bench.pipeline.tellOthers()
        try bench.pipeline.writeStatus()
        XCTAssertFalse(try bench.text("outbox/status.json").contains("cannot be written"))
    }

    func testADayEndsWhereNothingCanBeRemoved() throws {
        for kind in [Kind.file, .link, .denied] {
            for folder in ["state/archive", "outbox/acks", "outbox/events", "state/waybill.db-segments"] {
                let bench = try waiting()
                try bench.send()
                try spoil(bench, folder, kind)
                try bench.set(Timestamp(iso8601: ArraySlice("2026-11-21T12:00:00Z".utf8))!)
                XCTAssertEqual(try bench.pipeline.writeMissedDays(), 1, "\(folder) \(kind)")
                Faults.takeBack()
            }
        }
    }

    func testDropsAreTakenWhereTheArchiveCannotBeLookedAt() throws {
        let bench = try waiting()
        try bench.drop("phone1\n+14155550101\n", as: "default/a.csv")
        try bench.advance(seconds: 900)
        try spoil(bench, "state/archive", .denied)
        jump(bench, seconds: 120)
        XCTAssertNoThrow(try bench.drop("+14155550102\n", as: "_suppress/list.csv"))
    }

    // MARK: Inboxes and the outbox

    func testAnInboxThatCannotBeMadeIsTheOnlyOneThatWaits() throws {
        let bench = try PipelineBench()
        bench.pipeline.close()
        try Files.makeLink(to: bench.root + "/nowhere", as: bench.root + "/other")
        try bench.restart(at: "2026-11-20T15:10:00Z", with: #"{ inbox: ["inbox", "other"] }"#)
        XCTAssertEqual(bench.logged.with("inbox.unmade").count, 1)
        try bench.drop("+14155550101\n", as: "_suppress/list.csv")
        XCTAssertEqual(bench.files("outbox/acks").count, 1)
        XCTAssertNotNil(bench.pipeline.claims.scanners.last?.problem)
        try Files.remove(bench.root + "/other")
        try bench.take()
        try bench.take()
        XCTAssertNil(bench.pipeline.claims.scanners.last?.problem)
        XCTAssertTrue(try bench.pipeline.store.isKnown(inbox: bench.root + "/other"))
    }

    func testStopsAreTakenWhereThereIsNoOutbox() throws {
        let bench = try PipelineBench()
        bench.pipeline.close()
        try spoil(bench, "outbox", .link)
        try bench.restart(at: "2026-11-20T15:10:00Z")
        XCTAssertEqual(bench.logged.with("outbox.unmade").count, 1)
        try bench.drop("+14155550101\n", as: "_suppress/list.csv")
        XCTAssertTrue(try isListed(bench))
        try mend(bench, "outbox", .link)
        jump(bench, seconds: 60)
        try bench.take()
        XCTAssertEqual(bench.files("outbox/acks").count, 1)
    }
}
