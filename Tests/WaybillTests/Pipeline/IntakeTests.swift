import Foundation
import Support
import XCTest

@testable import SystemIO
@testable import Waybill

/// The inboxes of a whole workspace: what is taken when, and what becomes of drops whose files or shares misbehave.
final class IntakeTests: XCTestCase {
    /// A drop of more than 4 MiB, whose third record is bad.
    static func large(_ count: Int = 11_000) -> String {
        let remark = String(repeating: "Somebody of the crowd. ", count: 20)
        return "phone1,name,remark\n+14155550100,Ann,\n+14155550101,Bob,\n12,Bad,\n"
            + (0..<count).map { "+1415\(2_000_000 + $0),Cy,\(remark)\n" }.joined()
    }

    // MARK: Real time

    func testTheFirstRejectsAreReadableWhileTheDropIsRead() throws {
        let bench = try PipelineBench()
        try bench.put(Self.large(), as: "large.csv")
        var isFirst = true
        bench.pipeline.drops.onInterlude = { reading in
            guard isFirst, reading.records > 0 else { return }
            isFirst = false
            let folder = "outbox/notices/2026-11-20/20261120-000001.part/"
            XCTAssertEqual(try bench.text(folder + "rejects.csv"), "phone1,name,remark\n12,Bad,\n")
            let errors = try bench.text(folder + "errors.csv")
            XCTAssertTrue(errors.contains("\n3,4,"), errors)
            XCTAssertEqual(errors.last, "\n")
            try bench.pipeline.writeStatus()
            let status = try bench.json("outbox/status.json")
            let batch = try XCTUnwrap((status["batches"] as? [[String: Any]])?.first)
            XCTAssertEqual(batch["state"] as? String, "reading")
            XCTAssertEqual(batch["rejected"] as? Int, 1)
            XCTAssertGreaterThan(try XCTUnwrap(batch["bytesRead"] as? Int), 0)
            XCTAssertNotNil(batch["expectedEnd"] as? String)
        }
        try bench.take()
        XCTAssertFalse(isFirst)
    }

    // MARK: Files that misbehave

    func testAFileThatIsWrittenToWhileItIsReadIsRefusedWithTheReason() throws {
        let bench = try PipelineBench("{campaigns: {default: {ready: 'quiet'}}}")
        try bench.put(Self.large(), as: "large.csv")
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: bench.root + "/inbox/large.csv"))
        try handle.seekToEnd()
        var isFirst = true
        bench.pipeline.drops.onInterlude = { _ in
            if isFirst { try handle.write(contentsOf: Data("+14155550188,Late\n".utf8)) }
            isFirst = false
        }
        try bench.take()
        try handle.close()
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["status"] as? String, "rejected")
        let reason = try bench.refusal(1)
        XCTAssertTrue(reason.hasPrefix("drop.changed: the file was written to while it was read"), reason)
        XCTAssertEqual(bench.files("state/quarantine").count, 2)
        try bench.send()
        XCTAssertEqual(try bench.dispatched(), [])
    }

    func testWhatASlowWriterAddsAfterItWasReadIsTold() throws {
        let bench = try PipelineBench("{campaigns: {default: {ready: 'quiet'}}}", standing: true)
        try bench.put("phone1\n+14155550101\n", as: "slow.csv")
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: bench.root + "/inbox/slow.csv"))
        try handle.seekToEnd()
        try bench.take()
        XCTAssertEqual(bench.logged.with("drop.changed"), [])
        try handle.write(contentsOf: Data("+14155550102\n".utf8))
        try handle.close()
        try bench.advance(seconds: 8 * 60)
        try ArchiveCheck(bench.pipeline.context).run()
        XCTAssertEqual(bench.logged.with("drop.changed"), [])
        // The first run after nine minutes finds it, and says it once.
        try bench.restart(at: "2026-11-20T15:09:01Z")
        try bench.take()
        try ArchiveCheck(bench.pipeline.context).run()
        let told = bench.logged.with("drop.changed")
        XCTAssertEqual(told.count, 1)
        XCTAssertTrue(told[0].contains("bytesRead=20 bytesThere=33"), told[0])
        try bench.pipeline.writeStatus()
        XCTAssertTrue(try bench.text("outbox/status.json").contains("20 bytes were read, 33 are there"))
    }

    func testAnArchivedFileIsNotTheOneThatItsSenderStillHolds() throws {
        let bench = try PipelineBench()
        try bench.put("phone1\n+14155550101\n", as: "a.csv")
        try FileManager.default.linkItem(atPath: bench.root + "/inbox/a.csv", toPath: bench.root + "/elsewhere.csv")
        try bench.settle()
        let archived = try XCTUnwrap(bench.files("state/archive").first)
        XCTAssertEqual(try XCTUnwrap(FileStatus.of("\(bench.root)/state/archive/\(archived)")).links, 1)
        XCTAssertEqual(try bench.text("state/archive/" + archived), "phone1\n+14155550101\n")
    }

    func testLinksAndFIFOsAreRefusedAndWhatTheyLeadToIsLeftAlone() throws {
        let bench = try PipelineBench()
        try Data("phone1\n+14155550101\n".utf8).write(to: URL(fileURLWithPath: bench.root + "/outside.csv"))
        try FileManager.default.createSymbolicLink(
            atPath: bench.root + "/inbox/link.csv", withDestinationPath: bench.root + "/outside.csv")
        try FileManager.default.createSymbolicLink(
            atPath: bench.root + "/inbox/nowhere.csv", withDestinationPath: "/does/not/exist")
        XCTAssertEqual(unsafe mkfifo(bench.root + "/inbox/pipe.csv", 0o600), 0)
        try bench.take()
        for number in 1...3 {
            let reason = try bench.refusal(number)
            XCTAssertTrue(reason.hasPrefix("drop.not-a-file: "), reason)
        }
        XCTAssertEqual(try bench.text("outside.csv"), "phone1\n+14155550101\n")
        XCTAssertEqual(bench.files("inbox"), [])
    }

    /// A list or a command that is a link would read what lies elsewhere.
    func testListsCommandsAndSideCarsAreNotReadThroughLinks() throws {
        let bench = try PipelineBench()
        try Data("{\"command\": \"pause\", \"campaign\": \"default\"}".utf8).write(
            to: URL(fileURLWithPath: bench.root + "/outside.json"))
        for folder in ["_control", "_suppress"] {
            try Files.createFolder(bench.root + "/inbox/" + folder)
            try FileManager.default.createSymbolicLink(
                atPath: bench.root + "/inbox/\(folder)/a.json", withDestinationPath: bench.root + "/outside.json")
        }
        try FileManager.default.createSymbolicLink(
            atPath: bench.root + "/inbox/b.csv.meta.json", withDestinationPath: bench.root + "/outside.json")
        try bench.put("phone1\n+14155550101\n", as: "b.csv")
        try bench.settle()
        for number in 1...3 {
            let ack = try bench.acknowledgement(number)
            XCTAssertEqual(ack["status"] as? String, "rejected", "\(ack)")
        }
        XCTAssertEqual(try bench.pipeline.store.pausedCampaigns(), [])
    }

    func testNamesOfAllKindsAreTakenAndAcknowledged() throws {
        let bench = try PipelineBench()
        let long = String(repeating: "x", count: 251) + ".csv"
        for (number, name) in ["line\nend.csv", " ..csv", "…ü.csv", "-rf.csv", "a;b|c.csv", "%2e%2e%2f.csv", long]
            .enumerated()
        { try bench.put("phone1\n+1415555010\(number)\n", as: name) }
        try bench.settle()
        XCTAssertEqual(bench.files("outbox/acks").count, 7)
        XCTAssertEqual(bench.files("state/archive").count, 7)
        XCTAssertEqual(bench.files("inbox"), [])
    }

    /// As in a folder where Waybill may read and not rename.
    func testAnInboxInWhichNothingCanBeClaimedIsToldOnceAndTakenUpWhenItCan() throws {
        let bench = try PipelineBench()
        try Data().write(to: URL(fileURLWithPath: bench.root + "/inbox/.waybill"))
        try bench.put("phone1\n+14155550101\n", as: "a.csv")
        for _ in 0..<3 { try bench.settle() }
        XCTAssertEqual(bench.logged.with("drop.unclaimable").count, 1)
        try bench.pipeline.writeStatus()
        let inbox = try XCTUnwrap((try bench.json("outbox/status.json")["inboxes"] as? [[String: Any]])?.first)
        let problem = try XCTUnwrap(inbox["problem"] as? String)
        XCTAssertTrue(problem.contains("/inbox/.waybill: "), problem)
        try Files.remove(bench.root + "/inbox/.waybill")
        try bench.settle()
        XCTAssertEqual(try bench.acknowledgement(1)["drop"] as? String, "a.csv")
        XCTAssertNil(bench.pipeline.claims.scanners[0].problem)
    }

    /// A share that hiccups between the moves of a file and of its companions.
    func testAClaimThatAnErrorInterruptsIsFinishedByTheProcessThatBeganIt() throws {
        let bench = try PipelineBench()
        Faults.handIn(Fault(.fails(ESTALE), of: [.rename], beneath: bench.root + "/inbox/_suppress/list.csv."))
        defer { Faults.takeBack() }
        try bench.put("action,kind,value\nadd,phone,+14155550101\n", as: "_suppress/list.csv")
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        try bench.send()
        XCTAssertEqual(Faults.takeBack().struck, 1)
        XCTAssertEqual(bench.logged.with("drop.unclaimable").count, 1)
        XCTAssertTrue(bench.files("outbox/acks").contains { $0.contains("list.csv.") })
        XCTAssertEqual(try bench.dispatched(), [])
    }

    func testALookAtTheInboxesDoesNotLeadToTheNext() throws {
        let bench = try PipelineBench()
        // The bell rings after a look only when its scan was slow, as any may be on a busy machine.
        let isSilent = try (0..<20).map { _ in
            try bench.take()
            var watched = pollfd(fd: bench.pipeline.claims.bell.descriptor, events: Int16(POLLIN), revents: 0)
            // Safe: one structure, valid for the call.
            defer { bench.pipeline.claims.wait(milliseconds: 0, waking: nil) }
            return unsafe poll(&watched, 1, 0) == 0
        }
        XCTAssertTrue(isSilent.contains(true))
    }

    // MARK: Stuck files

    func testAStuckFileIsNamedOnceAnHour() throws {
        let bench = try PipelineBench()
        var moment: Int64 = 1_000_000
        bench.pipeline.context.monotonic = { moment }
        try Files.createEmpty(bench.root + "/inbox/a.csv")
        try bench.take()
        moment += 599_000
        try bench.take()
        XCTAssertEqual(bench.logged.with("file.stuck").count, 0)
        for _ in 0..<120 {
            moment += 60_000
            try bench.take()
        }
        let told = bench.logged.with("file.stuck")
        XCTAssertEqual(told.count, 2, "\(told)")
        XCTAssertTrue(told[0].contains("it has no bytes"), told[0])
        try bench.pipeline.writeStatus()
        let stuck = try XCTUnwrap((try bench.json("outbox/status.json")["stuck"] as? [[String: Any]])?.first)
        XCTAssertEqual(stuck["file"] as? String, "inbox/a.csv")
        XCTAssertEqual(stuck["reason"] as? String, "it has no bytes")
    }

    // MARK: Shares

    private static let twoInboxes = "{ inbox: [\"inbox\", \"share\"] }"

    func testAnInboxThatHangsDoesNotHoldUpTheOthers() throws {
        let gate = DispatchSemaphore(value: 0)
        let hangs = Mutex(false)
        let bench = try PipelineBench(
            Self.twoInboxes, hanging: "share",
            listing: { folder in
                if folder.hasSuffix("/share"), hangs.withLock({ $0 }) {
                    gate.wait()
                    gate.signal()
                }
                return try Files.listing(folder)
            })
        try Data("phone1\n+14155550101\n".utf8).write(to: URL(fileURLWithPath: bench.root + "/share/a.csv"))
        hangs.withLock { $0 = true }
        try bench.put("phone1\n+14155550102\n", as: "b.csv")
        try bench.take()
        XCTAssertEqual(bench.files("outbox/acks").count, 1)
        // It is known to hang now: nobody waits for it any more.
        try bench.put("phone1\n+14155550103\n", as: "c.csv")
        try bench.take()
        XCTAssertEqual(bench.files("outbox/acks").count, 2)
        gate.signal()
        XCTAssertTrue(
            try eventually {
                try bench.settle()
                return bench.files("outbox/acks").count == 3
            })
    }

    /// A file system of its own that needs no rights to be had.
    private func share() throws -> String {
        let shm = "/dev/shm"
        guard let there = try FileStatus.of(shm),
            let here = try FileStatus.of(FileManager.default.temporaryDirectory.path),
            there.device != here.device, unsafe access(shm, W_OK) == 0
        else { throw XCTSkip("no second file system here") }
        let path = shm + "/waybill-" + UUID().uuidString
        try Files.createFolder(path)
        addTeardownBlock { for ending in ["", "-away"] { try? Files.removeTree(path + ending) } }
        return path
    }

    /// Puts a list under a name of bytes that are no text.
    private func putList(_ name: [UInt8], _ bench: PipelineBench) throws {
        let folder = bench.root + "/inbox/_suppress"
        try bench.put("value\n+14155550101\n", as: "_suppress/.list")
        let target = Array((folder + "/").utf8) + name + [0]
        // Safe: the bytes end with a zero.
        let code = unsafe target.withUnsafeBytes {
            unsafe rename(folder + "/.list", $0.bindMemory(to: CChar.self).baseAddress!)
        }
        XCTAssertEqual(code, 0)
    }

    func testAListWhoseLongNameIsNoTextIsTakenUnderAShorterOne() throws {
        for name in [[UInt8](repeating: 0xE9, count: 251), [UInt8](repeating: 0xFF, count: 103) + Array(".csv".utf8)] {
            let bench = try PipelineBench()
            try putList(name, bench)
            try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a.csv")
            try bench.settle()
            XCTAssertEqual(bench.files("inbox"), [])
            try bench.send()
            XCTAssertEqual(try bench.dispatched().count, 1)
        }
    }

    /// It was only told as a trouble of the inbox, and who stood in it was sent to.
    func testAListThatCannotBeGivenAReadableNameHolds() throws {
        let bench = try PipelineBench(standing: true)
        try bench.put("phone1\n+14155550101\n", as: "a.csv")
        try putList([0xE9, 0x2E, 0x63, 0x73, 0x76], bench)
        Faults.handIn(Fault(.fails(EACCES), of: [.rename], beneath: bench.root + "/inbox/_suppress", lasts: true))
        defer { Faults.takeBack() }
        try bench.settle()
        let start = MonotonicClock.nanoseconds() / 1_000_000
        bench.pipeline.context.monotonic = { start + 90_000 }
        try bench.take()
        XCTAssertTrue(try bench.pipeline.isCleared())
        XCTAssertEqual(bench.pipeline.context.holds.map(\.place), ["inbox/_suppress/%E9.csv"])
        try bench.send()
        XCTAssertEqual(try bench.dispatched(), [])
        Faults.takeBack()
        try bench.settle()
        XCTAssertTrue(try bench.pipeline.isCleared())
        XCTAssertEqual(bench.pipeline.context.holds, [])
    }

    func testAShareThatGoesIsNamedAndTakenUpAgainWhenItIsBack() throws {
        let share = try share()
        let bench = try PipelineBench("{ inbox: [\"inbox\", \"\(share)\"] }")
        try bench.take()
        // Unmounted, as it were: its mount point is empty.
        XCTAssertEqual(unsafe rename(share, share + "-away"), 0)
        try Files.createFolder(share)
        try bench.put("phone1\n+14155550101\n", as: "a.csv")
        try bench.take()
        XCTAssertEqual(bench.files("outbox/acks").count, 1)
        XCTAssertEqual(bench.logged.with("inbox.unreadable").count, 1)
        try bench.pipeline.writeStatus()
        let inboxes = try XCTUnwrap(try bench.json("outbox/status.json")["inboxes"] as? [[String: Any]])
        XCTAssertTrue(try XCTUnwrap(inboxes[1]["problem"] as? String).contains("not mounted"), "\(inboxes)")
        XCTAssertNotNil(inboxes[1]["lastScanAt"] as? String)
        // Also for a process that starts while it is away.
        try bench.restart(at: "2026-11-20T15:05:00Z")
        try bench.take()
        try Files.removeTree(share)
        XCTAssertEqual(unsafe rename(share + "-away", share), 0)
        try Data("phone1\n+14155550102\n".utf8).write(to: URL(fileURLWithPath: share + "/b.csv"))
        try bench.settle()
        XCTAssertEqual(bench.files("outbox/acks").count, 2)
        XCTAssertEqual(bench.files("outbox/acks/2026-11-20").last?.hasPrefix("b.csv."), true)
    }

    /// watchdog 802: absence is never deletion.
    func testADropWhoseShareGoesWhileItIsReadIsReadAgainWhenItIsBack() throws {
        let share = try share()
        let bench = try PipelineBench("{ inbox: \"\(share)\" }")
        try Data(Self.large().utf8).write(to: URL(fileURLWithPath: share + "/large.csv"))
        var isFirst = true
        bench.pipeline.drops.onInterlude = { _ in
            if isFirst { XCTAssertEqual(unsafe rename(share, share + "-away"), 0) }
            isFirst = false
        }
        try bench.settle()
        XCTAssertEqual(bench.files("outbox/acks"), [])
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
        XCTAssertEqual(bench.logged.with("drop.suspended").count, 1)
        XCTAssertEqual(unsafe rename(share + "-away", share), 0)
        try bench.settle()
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["rejected"] as? Int, 1)
        XCTAssertEqual(ack["received"] as? Int, 11_003)
        XCTAssertEqual(bench.files("outbox/acks").count, 1)
    }

    func testAClaimedDropIsNotForgottenWhileItsShareIsAway() throws {
        let share = try share()
        let bench = try PipelineBench("{ inbox: \"\(share)\" }")
        try bench.take()
        let dead = ProcessIdentity(
            host: ProcessIdentity.current.host, bootID: ProcessIdentity.current.bootID,
            pid: ProcessIdentity.current.pid,
            startTicks: 1)
        let token = dead.text + "-1~"
        let id = try bench.pipeline.store.recordClaim(
            token: token, purpose: .contacts, name: "a.csv", folder: "", size: 20, at: bench.pipeline.now)
        try Files.createFolder("\(share)/.waybill/\(dead.text)/\(token)")
        try Data("phone1\n+14155550101\n".utf8).write(
            to: URL(fileURLWithPath: "\(share)/.waybill/\(dead.text)/\(token)/a.csv"))
        XCTAssertEqual(unsafe rename(share, share + "-away"), 0)
        try bench.restart(at: "2026-11-20T15:05:00Z")
        XCTAssertNotNil(try bench.pipeline.store.batch(id))
        XCTAssertEqual(unsafe rename(share + "-away", share), 0)
        try bench.settle()
        XCTAssertEqual(try bench.acknowledgement(1)["accepted"] as? Int, 1)
    }
}
