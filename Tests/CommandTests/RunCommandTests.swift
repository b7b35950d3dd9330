import Foundation
import Support
import XCTest

/// The daemon, and commands beside it.
final class RunCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    private func started() throws -> Executable.Running {
        let running = try waybill.start("run")
        XCTAssertTrue(eventually { running.errors.contains(" info run.started ") }, running.errors)
        return running
    }

    /// It once ended with 0, and nobody heard of it.
    func testARunWhoseSamplingProgramFailsNamesItAndEndsWithAFailure() throws {
        try workspace.write(
            "{campaigns: {default: {sampling: [{rule: 'command', run: ['./keep.sh'], timeout: '5s'}]}}}",
            to: "waybill.json5")
        try workspace.write("phone1\n+14155550123\n+14155550124\n", to: "inbox/a.csv")
        let failed = try waybill.run("run", "--until-idle", "--clock", "2031-02-03T09:00:00Z")
        XCTAssertEqual(failed.status, 4, failed.errors)
        XCTAssertTrue(failed.errors.contains("2 contacts of default did not leave: sampling rule 1"), failed.errors)
        try workspace.write("#!/bin/sh\nexec sed s/.*/keep/\n", to: "keep.sh")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: workspace.path("keep.sh"))
        let mended = try waybill.run("run", "--until-idle", "--clock", "2031-02-03T09:10:00Z")
        XCTAssertEqual(mended.status, 0, mended.errors)
    }

    func testAStartThatIsRefusedForItsOutboxLeavesAllThatIsThere() throws {
        let other = try TestWorkspace()
        try other.write("{outbox: \"\(workspace.path("outbox"))\"}", to: "waybill.json5")
        try workspace.write("phone1\n+14155550123\n", to: "inbox/a.csv")
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        let told = try Data(contentsOf: URL(fileURLWithPath: workspace.path("outbox/status.json")))
        let refused = try Executable(other).run("run", "--until-idle")
        XCTAssertEqual(refused.status, 4)
        XCTAssertTrue(refused.errors.contains("give each an outbox of its own"), refused.errors)
        let stop = try Executable(other).run("suppress", "add", "+14155550124")
        XCTAssertEqual(stop.status, 4, stop.errors)
        let doctor = try Executable(other).run("doctor")
        XCTAssertEqual(doctor.status, 1)
        XCTAssertTrue(doctor.output.contains("give each an outbox of its own"), doctor.output)
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: workspace.path("outbox/status.json"))), told)
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
    }

    /// As cron does it.
    func testAListThatIsRepeatedIsSentOnceADayByRunsThatEnd() throws {
        try workspace.write(
            """
            {campaigns: {news: {repeats: {file: "lists/people.csv", rule: "FREQ=DAILY", start: "2031-02-03T09:00"}}}}
            """, to: "waybill.json5")
        try workspace.write("phone1\n+14155550123\n", to: "lists/people.csv")
        for (clock, count) in [("03T08:59", 0), ("03T09:05", 1), ("03T09:20", 1), ("04T10:00", 2), ("04T23:00", 2)] {
            let outcome = try waybill.run("run", "--until-idle", "--clock", "2031-02-\(clock):00Z")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertEqual(
                workspace.files(below: "outbox/dispatch/news").filter { $0.hasSuffix(".csv") }.count, count, clock)
        }
        let status = try waybill.run("status", "--clock", "2031-02-04T23:00:10Z").output
        XCTAssertTrue(status.contains("news  lists/people.csv  next 2031-02-05 09:00, in 10 h"), status)
    }

    func testARunThatEndsWhileContactsWaitSaysHowManyAndUntilWhen() throws {
        try workspace.write(
            """
            {campaigns: {default: {policy: 'p'}},
             policies: {p: {windows: [{from: '08:00', to: '21:00'}], zone: 'UTC'}}}
            """, to: "waybill.json5")
        try workspace.write("phone1\n+14155550123\n+14155550124\n", to: "inbox/a.csv")
        let clock = "2031-02-03T03:00:00Z"
        let outcome = try waybill.run("run", "--until-idle", "--clock", clock)
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(
            outcome.errors.contains("run.stopped waiting=2 next=2031-02-03T08:00:00.000Z"), outcome.errors)
        let status = try waybill.run("status", "--clock", "2031-02-03T03:00:10Z").output
        let words = status.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        XCTAssertTrue(words.contains("2 contacts wait, the first until 2031-02-03 08:00 UTC"), status)
        XCTAssertFalse(words.contains("nothing was left to do"), status)
        let doctor = try waybill.run("doctor", "--clock", "2031-02-03T03:00:10Z").output
        XCTAssertTrue(doctor.contains("when nothing more could leave: 2 contacts wait, the first until"), doctor)
        let late = try waybill.run("run", "--until-idle", "--clock", "2031-02-03T09:00:00Z")
        XCTAssertTrue(late.errors.contains(" info run.stopped\n"), late.errors)
        let idle = try waybill.run("status", "--clock", "2031-02-03T09:00:10Z").output
        XCTAssertTrue(idle.contains("nothing was left to do"), idle)
    }

    func testWhatIsRemovedAfterItsTimeIsTold() throws {
        try workspace.write("{keepDays: {archive: 2, contacts: 2, notices: 2}}", to: "waybill.json5")
        try workspace.write("phone1\n+14155550123\n", to: "inbox/a.csv")
        XCTAssertEqual(try waybill.run("run", "--until-idle", "--clock", "2031-02-03T09:00:00Z").status, 0)
        let told = try waybill.run("run", "--until-idle", "--clock", "2031-02-08T09:00:00Z").errors
        for line in [
            "days.removed folder=\(workspace.path("state/archive")) days=1 last=2031-02-03",
            "days.removed folder=\(workspace.path("outbox/acks")) days=1 last=2031-02-03",
            "batch.removed batch=20310203-000001",
        ] { XCTAssertTrue(told.contains(line), "\(line) in \(told)") }
        // Rows that SQLite has removed stand in its file on, where it is not told to write over them.
        for file in workspace.files(below: "state") {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: workspace.path(file)))
            XCTAssertNil(bytes.range(of: Data("4155550123".utf8)), file)
        }
    }

    func testASignalStopsTheDaemonCleanly() throws {
        for signal in [SIGTERM, SIGINT] {
            let running = try started()
            running.send(signal)
            let outcome = running.finish()
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertTrue(outcome.errors.contains(" info run.stopped"), outcome.errors)
            XCTAssertEqual(outcome.output, "")
        }
    }

    func testASignalDoesNotWaitForTheEndOfALargeDrop() throws {
        // Paused, so that reading is all there is to do.
        XCTAssertEqual(try waybill.run("campaign", "pause", "default").status, 0)
        let running = try started()
        let count = 100_000
        let rows = (0..<count).map { "+1415\(2_000_000 + $0)\n" }.joined()
        _ = try waybill.run("drop", try workspace.file("large.csv", "phone1\n12\n" + rows))
        // The first rejected record is on disk while the rest is still being read.
        XCTAssertTrue(
            eventually { !workspace.files(below: "outbox/notices", ending: "rejects.csv").isEmpty }, running.errors)
        running.send(SIGTERM)
        let stopped = running.finish()
        XCTAssertEqual(stopped.status, 0, stopped.errors)
        XCTAssertFalse(stopped.errors.contains("batch.visible"), "it was read to its end; make it larger")
        XCTAssertEqual(try waybill.run("run", "--until-idle", "--quiet").status, 0)
        let totals = try XCTUnwrap(try waybill.run("campaign", "list", "--json").objects().first)
        XCTAssertEqual(totals["received"] as? Int, count + 1)
        XCTAssertEqual(totals["open"] as? Int, count - (totals["rejected"] as? Int ?? 0) + 1)
        XCTAssertEqual(workspace.files(below: "outbox/notices", ending: ".part"), [])
    }

    func testTheDaemonTakesWhatIsDroppedWithoutWaitingForItToSettle() throws {
        try workspace.write("{ campaigns: { default: { quiet: \"10m\" } } }", to: "waybill.json5")
        let running = try started()
        XCTAssertEqual(try waybill.run("drop", try workspace.file("a.csv", "phone1\n+14155550123\n")).status, 0)
        XCTAssertTrue(
            eventually { !workspace.files(below: "outbox/dispatch/default", ending: ".csv").isEmpty }, running.errors)
        running.send(SIGTERM)
        XCTAssertEqual(running.finish().status, 0)
    }

    func testProcessWaitsForTheDaemon() throws {
        let running = try started()
        let file = try workspace.file("a.csv", "phone1\n+14155550123\n12\n")
        let outcome = try waybill.run("process", file, "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(try outcome.objects().first?["accepted"] as? Int, 1)
        XCTAssertTrue(outcome.errors.contains("another waybill runs"), outcome.errors)
        running.send(SIGTERM)
        XCTAssertEqual(running.finish().status, 0)
    }

    func testCampaignCommandsReachTheDaemonAsFiles() throws {
        let running = try started()
        let outcome = try waybill.run("campaign", "pause", "default", "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(try outcome.objects().first?["handedOver"] as? Bool, true)
        XCTAssertTrue(
            try eventually {
                try waybill.run("campaign", "list", "--json").objects().first?["paused"] as? Bool == true
            }, running.errors)
        XCTAssertEqual(try waybill.run("report").status, 0)
        XCTAssertEqual(try waybill.run("run").status, 4)
        running.send(SIGTERM)
        XCTAssertEqual(running.finish().status, 0)
    }

    func testTheConfigurationIsReadAgainOnHangup() throws {
        let running = try started()
        try workspace.write("{ campaigns: { clinic: { drops: [\"clinic*\"] } } }", to: "waybill.json5")
        running.send(SIGHUP)
        XCTAssertTrue(eventually { running.errors.contains("configuration.reloaded") }, running.errors)
        try workspace.write("{ campains: {} }", to: "waybill.json5")
        running.send(SIGHUP)
        XCTAssertTrue(eventually { running.errors.contains("configuration.kept") }, running.errors)
        running.send(SIGTERM)
        XCTAssertEqual(running.finish().status, 0)
    }

    func testADropThatLiesInTheInboxIsNotMissing() throws {
        try workspace.write(
            "{campaigns: {a: {expect: {by: \"00:01\"}}, b: {expect: {by: \"00:01\"}}}}", to: "waybill.json5")
        try workspace.write("phone1\n+14155550123\n", to: "inbox/a/1.csv")
        XCTAssertEqual(try waybill.run("run", "--until-idle", "--clock", "2026-11-20T12:00:00Z").status, 0)
        let told = try workspace.read("outbox/events/events.jsonl").split(separator: "\n")
            .filter { $0.contains("waybill.drop.missing") }
        XCTAssertEqual(told.count, 1)
        XCTAssertTrue(told.first?.contains("\"campaign\":\"b\"") == true, "\(told)")
    }

    func testUntilIdleTakesWhatLiesInTheInbox() throws {
        try workspace.write("phone1\n+14155550123\n", to: "inbox/a.csv")
        let outcome = try waybill.run("run", "--until-idle")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(workspace.files(below: "outbox/acks", ending: ".ack.json").count, 1)
        XCTAssertTrue(outcome.errors.contains(" info batch.visible "), outcome.errors)
        XCTAssertEqual(try waybill.run("run", "--until-idle", "--quiet").errors, "")
    }

    /// Cron would hear nothing of it for ten minutes, or ever.
    func testUntilIdleSaysWhichContactsWaitAndThatNotAllWasTaken() throws {
        try workspace.write(
            "{campaigns: {default: {quiet: \"20ms\"}, b: {ready: \"marker\"}}}", to: "waybill.json5")
        try workspace.write("phone1\n+14155550123\n", to: "inbox/whole.csv")
        try workspace.write("[{\"phone1\": \"+14155550124\"},", to: "inbox/cut.json")
        try workspace.write("", to: "inbox/empty.csv")
        try workspace.write("phone1\n+14155550125\n", to: "inbox/b/unmarked.csv")
        let outcome = try waybill.run("run", "--until-idle", "--quiet")
        XCTAssertEqual(outcome.status, 4, outcome.errors)
        XCTAssertEqual(
            outcome.errors.split(separator: "\n").map(String.init).sorted(),
            [
                "waybill: inbox/b/unmarked.csv was not taken: its marker unmarked.csv.done has not come; the next run looks again",
                "waybill: inbox/cut.json was not taken: its end is missing, as if it were still being written; the next run "
                    + "looks again",
                "waybill: inbox/empty.csv was not taken: it has no bytes; the next run looks again",
            ])
        XCTAssertEqual(workspace.files(below: "outbox/acks", ending: ".ack.json").count, 1)
        try workspace.write("[{\"phone1\": \"+14155550124\"}]", to: "inbox/cut.json")
        try workspace.write("phone1\n+14155550126\n", to: "inbox/empty.csv")
        try workspace.write("", to: "inbox/b/unmarked.csv.done")
        let later = try waybill.run("run", "--until-idle", "--quiet")
        XCTAssertEqual(later.status, 0, later.errors)
        XCTAssertEqual(later.errors, "")
    }

    func testUntilIdleSaysWhichListHoldsCampaignsUntilItIsAccepted() throws {
        try workspace.write("[\"+14155550142\"]", to: "inbox/_suppress/dnc.json")
        try workspace.write("phone1\n+14155550143\n", to: "inbox/people.csv")
        for _ in 1...2 {
            let outcome = try waybill.run("run", "--until-idle", "--quiet")
            XCTAssertEqual(outcome.status, 4, outcome.errors)
            XCTAssertTrue(
                outcome.errors.contains("waybill: all campaigns held, since dnc.json (batch "), outcome.errors)
            XCTAssertTrue(outcome.errors.contains("or waybill suppress accept "), outcome.errors)
        }
        let batch = try XCTUnwrap(
            workspace.files(below: "outbox/acks", ending: ".ack.json").first { $0.contains("dnc.json.") }?
                .split(separator: ".").dropLast(2).last)
        XCTAssertEqual(try waybill.run("suppress", "accept", String(batch)).status, 0)
        XCTAssertEqual(try waybill.run("run", "--until-idle", "--quiet").status, 0)
    }
}

/// Two daemons, each with a workspace of its own, on one inbox.
final class SharedInboxTests: XCTestCase {
    func testTwoDaemonsOnOneInboxTakeEachFileOnce() throws {
        let workspaces = [try TestWorkspace(), try TestWorkspace()]
        let share = workspaces[0].path + "/share"
        try FileManager.default.createDirectory(atPath: share, withIntermediateDirectories: true)
        let daemons = try workspaces.map { workspace in
            try workspace.write("{ inbox: \"\(share)\" }", to: "waybill.json5")
            return try Executable(workspace).start("run")
        }
        for daemon in daemons { XCTAssertTrue(eventually { daemon.errors.contains("run.started") }, daemon.errors) }
        let count = 120
        for number in 100..<100 + count {
            let hidden = "\(share)/.\(number).tmp"
            try Data("phone1\n+14155550\(number)\n".utf8).write(to: URL(fileURLWithPath: hidden))
            try FileManager.default.moveItem(atPath: hidden, toPath: "\(share)/\(number).csv")
        }
        func drops() -> [String] {
            workspaces.flatMap { workspace in
                workspace.files(below: "outbox/acks", ending: ".ack.json").map { path in
                    String(path.split(separator: "/").last?.prefix { $0 != "." } ?? "")
                }
            }
        }
        XCTAssertTrue(eventually { drops().count >= count }, daemons.map(\.errors).joined())
        for daemon in daemons {
            daemon.send(SIGTERM)
            XCTAssertEqual(daemon.finish().status, 0)
        }
        XCTAssertEqual(drops().sorted(), (100..<100 + count).map(String.init))
    }

    func testAWorkspaceWithAnotherStoreIsNoNeighbourOfItselfOnceSomebodySaysThatItIsRight() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        try FileManager.default.removeItem(atPath: workspace.path("state"))
        try workspace.write("+14155550142\n", to: "inbox/_suppress/list.csv")
        let outcome = try waybill.run("run", "--until-idle", "--state-is-right")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertFalse(outcome.errors.contains("inbox.shared"), outcome.errors)
        XCTAssertEqual(try waybill.run("suppress", "list", "+14155550142").status, 0)
    }

    func testARunThatIsStoppedSaysSo() throws {
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        // It is waited for: nothing is in it yet.
        try workspace.write("", to: "inbox/_suppress/list.csv")
        let run = try waybill.start("run", "--until-idle")
        XCTAssertTrue(eventually { workspace.exists("outbox/status.json") })
        run.send(SIGTERM)
        XCTAssertEqual(run.finish().status, 0, run.errors)
        let status = try waybill.run("status")
        XCTAssertTrue(status.output.contains("when it was stopped"), status.output)
    }

    /// A list that one of two workspaces took was once unknown to the other, which contacted those on it.
    func testAListInASharedInboxIsNobodysAndHoldsBothUntilEachHasItAlone() throws {
        let workspaces = [try TestWorkspace(), try TestWorkspace()]
        let share = workspaces[0].path + "/share"
        let waybills = try workspaces.map { workspace in
            try workspace.write("{ inbox: [\"\(share)\", \"inbox\"] }", to: "waybill.json5")
            return Executable(workspace)
        }
        for waybill in waybills { XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0) }
        let list = share + "/_suppress/list.csv"
        try FileManager.default.createDirectory(atPath: share + "/_suppress", withIntermediateDirectories: true)
        try Data("+14155550142\n".utf8).write(to: URL(fileURLWithPath: list))
        for (workspace, waybill) in zip(workspaces, waybills) {
            try workspace.write("phone1\n+14155550150\n", to: "inbox/a.csv")
            let outcome = try waybill.run("run", "--until-idle")
            XCTAssertEqual(outcome.status, 4, outcome.errors)
            XCTAssertTrue(outcome.errors.contains("give each an inbox of its own"), outcome.errors)
            XCTAssertTrue(outcome.errors.contains(" warning inbox.shared "), outcome.errors)
            XCTAssertEqual(workspace.files(below: "outbox/dispatch", ending: ".csv"), [])
            XCTAssertTrue(FileManager.default.fileExists(atPath: list))
        }
        // Commands are for the workspace that they were given in.
        let added = try waybills[0].run("suppress", "add", "+14155550160")
        XCTAssertEqual(added.status, 0, added.errors)
        XCTAssertEqual(try waybills[0].run("suppress", "list", "+14155550160").status, 0)
        XCTAssertEqual(try waybills[1].run("suppress", "list", "+14155550160").status, 1)
        // One that has given no sign for a day is gone.
        let mark = try XCTUnwrap(
            FileManager.default.contentsOfDirectory(atPath: share + "/.waybill/.workspaces").first { name in
                try String(contentsOfFile: share + "/.waybill/.workspaces/" + name, encoding: .utf8).contains(
                    workspaces[1].path)
            })
        try FileManager.default.removeItem(atPath: share + "/.waybill/.workspaces/" + mark)
        let outcome = try waybills[0].run("run", "--until-idle")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertFalse(FileManager.default.fileExists(atPath: list))
        XCTAssertEqual(workspaces[0].files(below: "outbox/dispatch", ending: ".csv").count, 1)
    }
}
