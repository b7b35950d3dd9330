import Foundation
import Support
import SystemIO
import XCTest

import struct Synchronization.Atomic

@testable import Waybill

/// Kept lists that are sent again and again: once on each of their days, whatever happens on them.
final class RepeatTests: XCTestCase {
    private let list = "phone1,id\n+14155550123,7\n+14155550124,8\n"

    private func configuration(_ rule: String, start: String = "2026-11-20T09:00", more: String = "") -> String {
        "{timezone: 'Europe/Berlin', campaigns: {a: {repeats: {file: 'lists/weekly.csv', rule: '\(rule)', start: '\(start)'}\(more)}}}"
    }

    /// 2026-11-20 was a Friday; the clock of Berlin is an hour ahead.
    private func bench(_ configuration: String, at start: String = "2026-11-20T07:00:00Z") throws -> PipelineBench {
        let bench = try PipelineBench(configuration, at: start, standing: true)
        try keep(list, in: bench)
        return bench
    }

    private func keep(_ text: String, in bench: PipelineBench) throws {
        try Files.createFolder(bench.root + "/lists")
        try Files.writeAtomically(Array(text.utf8), to: bench.root + "/lists/weekly.csv")
        // Written long before any test's clock.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)],
            ofItemAtPath: bench.root + "/lists/weekly.csv")
    }

    /// Time enough for the next look.
    private func skip(_ bench: PipelineBench) {
        let ahead = bench.pipeline.context.monotonic() - MonotonicClock.nanoseconds() / 1_000_000 + 20_000
        bench.pipeline.context.monotonic = { MonotonicClock.nanoseconds() / 1_000_000 + ahead }
    }

    /// A pass of the daemon at a time.
    private func pass(_ bench: PipelineBench, at moment: String) throws {
        try bench.set(Timestamp(iso8601: Array(moment.utf8)[...])!)
        skip(bench)
        _ = try bench.pipeline.repeatLists()
        try bench.take()
        try bench.send()
    }

    private func drops(_ bench: PipelineBench) -> [String] {
        bench.files("outbox/acks").map { Files.name(of: $0) }
    }

    private func told(_ bench: PipelineBench) throws -> [String] {
        try bench.pipeline.tellOthers()
        guard bench.files("outbox/events").contains("events.jsonl") else { return [] }
        return try bench.text("outbox/events/events.jsonl").split(separator: "\n").compactMap { line in
            let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard event?["type"] as? String == "waybill.drop.missing" else { return nil }
            return (event?["data"] as? [String: Any])?["text"] as? String
        }
    }

    private func missing(_ bench: PipelineBench) throws -> [String] {
        try bench.pipeline.writeStatus()
        return try XCTUnwrap(bench.json("outbox/status.json")["attention"] as? [[String: Any]])
            .filter { $0["kind"] as? String == "missing" }.compactMap { $0["what"] as? String }
    }

    func testEachDayOfTheRuleMakesOneBatchOfTheListAsItIsThen() throws {
        let bench = try bench(configuration("FREQ=DAILY;INTERVAL=2"))
        try pass(bench, at: "2026-11-20T07:59:59Z")
        XCTAssertEqual(drops(bench), [])
        for moment in ["2026-11-20T08:00:00Z", "2026-11-20T08:00:10Z", "2026-11-20T22:00:00Z", "2026-11-21T12:00:00Z"] {
            try pass(bench, at: moment)
            XCTAssertEqual(drops(bench), ["repeat-20261120.csv.20261120-000001.ack.json"], moment)
        }
        XCTAssertEqual(try bench.acknowledgement(1)["accepted"] as? Int, 2)
        XCTAssertEqual(try bench.acknowledgement(1)["campaign"] as? String, "a")
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        // The same list again is no duplicate, and a changed one is taken as it is.
        try pass(bench, at: "2026-11-22T08:00:00Z")
        XCTAssertEqual(try bench.dispatched("a").count, 4)
        try keep(list + "+14155550125,9\n", in: bench)
        try pass(bench, at: "2026-11-24T09:30:00Z")
        XCTAssertEqual(try bench.dispatched("a").count, 7)
        XCTAssertEqual(drops(bench).count, 3)
        XCTAssertEqual(try told(bench), [])
        XCTAssertEqual(try bench.text("lists/weekly.csv"), list + "+14155550125,9\n", "the list stays as it is")
        XCTAssertEqual(bench.files("inbox"), [])
        XCTAssertEqual(bench.files("state/archive").filter { $0.contains("repeat-2026112") }.count, 6)
    }

    func testWhoSaidStopGetsNothingOfALaterDay() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try pass(bench, at: "2026-11-20T08:00:00Z")
        try bench.drop("action,kind,value\nadd,phone,+14155550123\n", as: "_suppress/stop.csv")
        try pass(bench, at: "2026-11-21T08:00:00Z")
        XCTAssertEqual(try bench.dispatched("a").count, 3)
    }

    func testCountAndUntilEndIt() throws {
        for rule in ["FREQ=DAILY;COUNT=2", "FREQ=DAILY;UNTIL=20261121"] {
            let bench = try bench(configuration(rule))
            for day in 20...26 { try pass(bench, at: "2026-11-\(day)T10:00:00Z") }
            XCTAssertEqual(
                drops(bench).map { $0.prefix(15) }, ["repeat-20261120", "repeat-20261121"], rule)
            XCTAssertEqual(try told(bench), [], rule)
            try bench.pipeline.writeStatus()
            let repeats = try XCTUnwrap(bench.json("outbox/status.json")["repeats"] as? [[String: Any]])
            XCTAssertTrue(repeats.first?["nextAt"] is NSNull, rule)
        }
    }

    func testADayIsNeverSentTwiceWhereverTheProcessIsKilled() throws {
        // Noted and not there; there and not taken; claimed and not done; taken.
        for place in 0...3 {
            let bench = try bench(configuration("FREQ=DAILY"))
            try pass(bench, at: "2026-11-20T07:00:00Z")
            try bench.set(Timestamp(iso8601: Array("2026-11-20T08:00:00Z".utf8)[...])!)
            skip(bench)
            XCTAssertEqual(try bench.pipeline.repeatLists(), 1)
            if place == 0 { try Files.remove(bench.root + "/inbox/a/repeat-20261120.csv") }
            if place >= 2 {
                let copy = try Files.read(bench.root + "/inbox/a/repeat-20261120.csv", limit: 1 << 20)
                let meta = try Files.read(bench.root + "/inbox/a/repeat-20261120.csv.meta.json", limit: 1 << 20)
                try bench.take()
                // What a crash may leave behind once more.
                if place == 3 {
                    try bench.put(meta, as: "a/repeat-20261120.csv.meta.json")
                    try bench.put(copy, as: "a/repeat-20261120.csv")
                }
            }
            try bench.restart(at: "2026-11-20T08:05:00Z")
            try pass(bench, at: "2026-11-20T08:05:00Z")
            try bench.settle()
            try pass(bench, at: "2026-11-20T09:05:00Z")
            XCTAssertEqual(try bench.dispatched("a").count, 2, "\(place)")
            XCTAssertEqual(
                try drops(bench).indices.map { try bench.acknowledgement($0 + 1)["status"] as? String },
                place == 3 ? ["accepted", "duplicate"] : ["accepted"], "\(place)")
            try pass(bench, at: "2026-11-21T08:00:00Z")
            XCTAssertEqual(try bench.dispatched("a").count, 4, "\(place)")
            XCTAssertEqual(try told(bench), [], "\(place)")
        }
    }

    func testAClaimLeftBehindByAKillIsFinishedAndNotRepeated() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try bench.set(Timestamp(iso8601: Array("2026-11-20T08:00:00Z".utf8)[...])!)
        XCTAssertEqual(try bench.pipeline.repeatLists(), 1)
        let scanner = bench.pipeline.claims.scanners[0]
        bench.pipeline.claims.ask()
        let ready = try XCTUnwrap(scanner.collect(waitingAtMost: 5_000, at: bench.pipeline.context.monotonic())).ready
        XCTAssertNotNil(try scanner.inbox.claim(XCTUnwrap(ready.first)))
        XCTAssertFalse(try Files.exists(bench.root + "/inbox/a/repeat-20261120.csv"))
        try bench.restartAfterCrash(at: "2026-11-20T08:01:00Z")
        try bench.pipeline.recover()
        for minute in 2...5 { try pass(bench, at: "2026-11-20T08:0\(minute):00Z") }
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        XCTAssertEqual(drops(bench).count, 1)
    }

    func testDaysThatWentByAreToldOnceAndNotMadeUpFor() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try pass(bench, at: "2026-11-20T08:00:00Z")
        // Down over the weekend, and up again on Monday at noon: within its day it is sent.
        try bench.restart(at: "2026-11-23T11:00:00Z")
        try pass(bench, at: "2026-11-23T11:00:00Z")
        try pass(bench, at: "2026-11-23T11:10:00Z")
        XCTAssertEqual(drops(bench).map { $0.prefix(15) }, ["repeat-20261120", "repeat-20261123"])
        XCTAssertEqual(
            try told(bench),
            [
                "lists/weekly.csv was not repeated for a on 2 days up to 2026-11-22, and is not made up for: Waybill did not run then, or the campaign was paused or had stopped"
            ])
    }

    func testAPausedCampaignRepeatsNothing() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try bench.drop(#"{"command": "pause", "campaign": "a"}"#, as: "_control/1.json")
        try pass(bench, at: "2026-11-20T08:00:00Z")
        try pass(bench, at: "2026-11-21T08:00:00Z")
        XCTAssertEqual(drops(bench).count, 1, "the command's")
        XCTAssertEqual(try told(bench).count, 1)
        try bench.drop(#"{"command": "resume", "campaign": "a"}"#, as: "_control/2.json")
        try pass(bench, at: "2026-11-21T12:00:00Z")
        XCTAssertEqual(try bench.dispatched("a").count, 2, "that of the day on which it goes on")
    }

    func testACampaignThatHasStoppedByItselfRepeatsNothing() throws {
        let steps = "strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '48h'}]}}, "
        let bench = try bench(
            "{" + steps
                + configuration("FREQ=DAILY", more: ", strategy: 's', stopWhen: {failed: '20%', least: 2}").dropFirst())
        try pass(bench, at: "2026-11-20T08:00:00Z")
        try bench.drop(
            "reference,event\nbcdfgh-20261120-000001-1-text-1,failed\nbcdfgh-20261120-000001-2-text-1,failed\n",
            as: "_receipts/1.csv")
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        try pass(bench, at: "2026-11-21T08:00:00Z")
        XCTAssertEqual(drops(bench).filter { $0.hasPrefix("repeat") }.count, 1)
        XCTAssertNotNil(
            try WorkspaceStatus(
                store: bench.pipeline.store, configuration: bench.configuration, now: bench.pipeline.now
            ).campaigns[0].stopped)
    }

    /// A share that is away: nothing in it is touched, and the list is sent once it is back.
    func testAnInboxThatDoesNotAnswerIsToldAndTheListSentWhenItIsBack() throws {
        let isAway = Mutex(false)
        let bench = try PipelineBench(
            configuration("FREQ=DAILY"), at: "2026-11-20T07:00:00Z", standing: true,
            listing: { folder in
                if isAway.withLock({ $0 }) { throw SystemError(operation: "list", path: folder, code: EIO) }
                return try Files.listing(folder)
            })
        try keep(list, in: bench)
        isAway.withLock { $0 = true }
        try pass(bench, at: "2026-11-20T07:30:00Z")
        try pass(bench, at: "2026-11-20T08:00:00Z")
        XCTAssertEqual(try told(bench).map { $0.contains("the inbox cannot be used") }, [true])
        XCTAssertEqual(bench.files("inbox").filter { $0.contains("repeat") }, [])
        isAway.withLock { $0 = false }
        try pass(bench, at: "2026-11-20T08:10:00Z")
        for minute in 11...13 { try pass(bench, at: "2026-11-20T08:\(minute):00Z") }
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        XCTAssertEqual(try missing(bench), [])
    }

    func testAListThatIsNotThereIsToldAndSentWhenItComesThatDay() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try Files.remove(bench.root + "/lists/weekly.csv")
        for minute in 0...2 { try pass(bench, at: "2026-11-20T08:0\(minute):00Z") }
        let words = "a has to repeat a list today and cannot: lists/weekly.csv: it is not there"
        XCTAssertEqual(try told(bench), [words])
        XCTAssertEqual(try missing(bench), [words])
        XCTAssertTrue(try bench.text("outbox/metrics.prom").contains("waybill_drops_missing 1\n"))
        XCTAssertEqual(bench.logged.with("campaign.repeats").count, 1)
        try keep("", in: bench)
        try pass(bench, at: "2026-11-20T08:10:00Z")
        XCTAssertEqual(
            try missing(bench), ["a has to repeat a list today and cannot: lists/weekly.csv: it has no bytes"])
        try keep(list, in: bench)
        try pass(bench, at: "2026-11-20T08:20:00Z")
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        XCTAssertEqual(try missing(bench), [])
        // Not there all the next day.
        try Files.remove(bench.root + "/lists/weekly.csv")
        try pass(bench, at: "2026-11-21T08:00:00Z")
        try keep(list, in: bench)
        try pass(bench, at: "2026-11-22T07:00:00Z")
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        XCTAssertEqual(
            try told(bench).last,
            "lists/weekly.csv was not repeated for a on 2026-11-21, and is not made up for: lists/weekly.csv: it is not there"
        )
    }

    func testAListThatIsRefusedIsNotTriedAgainThatDay() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try keep("phone1\n12\n", in: bench)
        try pass(bench, at: "2026-11-20T08:00:00Z")
        XCTAssertTrue(try bench.refusal(1).hasPrefix("drop.no-valid-records"))
        try keep(list, in: bench)
        try bench.restart(at: "2026-11-20T09:00:00Z")
        try pass(bench, at: "2026-11-20T10:00:00Z")
        XCTAssertEqual(drops(bench).count, 1)
        try pass(bench, at: "2026-11-21T10:00:00Z")
        XCTAssertEqual(try bench.dispatched("a").count, 2)
    }

    func testAListThatIsBeingWrittenIsWaitedFor() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: Double(bench.pipeline.now.seconds + 3_600))],
            ofItemAtPath: bench.root + "/lists/weekly.csv")
        try pass(bench, at: "2026-11-20T08:00:00Z")
        XCTAssertEqual(drops(bench), [])
        try pass(bench, at: "2026-11-20T08:00:10Z")
        XCTAssertEqual(drops(bench).count, 1)
    }

    func testDaysBeforeTheSettingCameAreNobodys() throws {
        let bench = try bench(configuration("FREQ=DAILY", start: "2026-01-01T09:00"), at: "2026-11-20T10:00:00Z")
        try pass(bench, at: "2026-11-20T11:00:00Z")
        XCTAssertEqual(drops(bench), [], "it began long ago, and today's time is past")
        try pass(bench, at: "2026-11-21T08:00:00Z")
        XCTAssertEqual(drops(bench).count, 1)
        XCTAssertEqual(try told(bench), [])
        // One that begins today is sent today, though the first look comes late.
        let first = try self.bench(configuration("FREQ=DAILY"), at: "2026-11-20T10:00:00Z")
        try pass(first, at: "2026-11-20T11:00:00Z")
        XCTAssertEqual(drops(first).count, 1)
    }

    func testAChangedTimeSendsNothingTwiceOnADay() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try pass(bench, at: "2026-11-20T08:00:00Z")
        try bench.restart(at: "2026-11-20T09:00:00Z", with: configuration("FREQ=DAILY", start: "2026-11-20T15:00"))
        try pass(bench, at: "2026-11-20T16:00:00Z")
        XCTAssertEqual(drops(bench).count, 1)
        try pass(bench, at: "2026-11-21T13:59:00Z")
        XCTAssertEqual(drops(bench).count, 1)
        try pass(bench, at: "2026-11-21T14:00:00Z")
        XCTAssertEqual(drops(bench).count, 2)
    }

    func testClockChangesMoveItByTheClockOfTheCampaign() throws {
        let bench = try bench(
            configuration("FREQ=DAILY", start: "2027-03-27T09:00"), at: "2027-03-27T07:00:00Z")
        try pass(bench, at: "2027-03-27T08:00:00Z")
        try pass(bench, at: "2027-03-28T06:59:59Z")
        XCTAssertEqual(drops(bench).count, 1)
        try pass(bench, at: "2027-03-28T07:00:00Z")
        XCTAssertEqual(drops(bench).count, 2)
    }

    func testASideCarOfSomebodyElseRepeatsNothing() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try pass(bench, at: "2026-11-20T08:00:00Z")
        for (number, day) in ["2026-11-19", "2026-11-21"].enumerated() {
            try bench.put(#"{"repeats": "\#(day)"}"#, as: "a/own-\(number).csv.meta.json")
            try bench.drop(list, as: "a/own-\(number).csv")
            XCTAssertTrue(try bench.refusal(number + 2).hasPrefix("drop.repeats-unknown"))
        }
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        try pass(bench, at: "2026-11-21T08:00:00Z")
        XCTAssertEqual(try bench.dispatched("a").count, 4)
    }

    func testADamagedNoteSendsNothing() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try bench.pipeline.store.durably { try bench.pipeline.store.set(.recurrence("a"), to: Array("{".utf8)) }
        try pass(bench, at: "2026-11-20T08:00:00Z")
        XCTAssertEqual(drops(bench), [])
        try pass(bench, at: "2026-11-20T09:00:00Z")
        XCTAssertEqual(bench.logged.with("campaign.repeats").count, 1)
        XCTAssertEqual(
            try missing(bench).map { $0.contains("how far a has repeated its list") }, [true], "and the rest is there")
    }

    /// As mending does with a note that cannot be read.
    func testANoteThatIsGoneSendsNothingTwiceOnItsDay() throws {
        let bench = try bench(configuration("FREQ=DAILY"))
        try pass(bench, at: "2026-11-20T08:00:00Z")
        try bench.pipeline.store.durably { try bench.pipeline.store.removeSetting(.recurrence("a")) }
        try bench.restart(at: "2026-11-20T09:00:00Z")
        try pass(bench, at: "2026-11-20T09:00:00Z")
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        try pass(bench, at: "2026-11-21T09:00:00Z")
        XCTAssertEqual(try bench.dispatched("a").count, 4)
    }

    func testNamesAndSettingsSayWhatIsRepeated() throws {
        XCTAssertEqual(Recurrences.ending("lists/weekly.csv.gz"), ".csv.gz")
        XCTAssertEqual(Recurrences.ending("lists/weekly-20261120-000001.jsonl"), ".jsonl")
        XCTAssertEqual(Recurrences.ending("lists.d/a.20261120-000001"), "")
        func problems(_ text: String) -> [String] {
            ConfigurationReader.read(Array(text.utf8), file: "w").problems.map(\.description)
        }
        XCTAssertEqual(problems(configuration("FREQ=WEEKLY;BYDAY=MO")), [])
        XCTAssertTrue(problems(configuration("FREQ=NEVER")).first?.contains("FREQ has to be one of") ?? false)
        XCTAssertTrue(
            problems("{campaigns: {a: {repeats: {file: 'x.csv'}}}}").contains { $0.contains("rule: \"FREQ=WEEKLY") })
        // The others do not send what `default` repeats.
        let read = ConfigurationReader.read(
            Array(
                "{campaigns: {default: {repeats: {file: 'x', rule: 'FREQ=DAILY', start: '2026-11-20T09:00'}}, b: {}}}"
                    .utf8), file: "w"
        ).configuration
        XCTAssertNotNil(read.campaign(named: "default")?.repeats)
        XCTAssertNil(read.campaign(named: "b")?.repeats)
    }
}
