import Foundation
import SystemIO
import XCTest

@testable import Waybill

final class SamplingProgramTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    /// A workspace whose campaign asks `script`, a shell script, by its first rule or after `before`.
    private func bench(
        _ script: String, before: String = "", after: String = "", timeout: String = "60s", rest: String = ""
    ) throws -> PipelineBench {
        let bench = try PipelineBench(
            configuration(before: before, after: after, timeout: timeout, rest: rest))
        try write(script, bench)
        return bench
    }

    private func configuration(
        before: String = "", after: String = "", timeout: String = "60s", rest: String = ""
    ) -> String {
        "{campaigns: {a: {sampling: [\(before) {rule: 'command', run: ['./choose', 'x'], timeout: '\(timeout)'}, \(after)] \(rest)}}}"
    }

    private func write(_ script: String, _ bench: PipelineBench) throws {
        try Files.writeAtomically(Array("#!/bin/sh\n\(script)\n".utf8), to: bench.root + "/choose", mode: 0o755)
    }

    private func people(_ range: ClosedRange<Int>) -> String {
        "phone1,id,kind\n" + range.map { "+1415555\($0),C\($0),\($0 % 3 == 0 ? "vip" : "other")\n" }.joined()
    }

    /// Keeps those of kind vip.
    private let vips = "sed -u 's/.*\"kind\":\"vip\".*/keep/; t; s/.*/drop not a vip/'"

    private func askAll(_ bench: PipelineBench) throws { try bench.pipeline.askPrograms(waiting: true) }

    func testTheProgramDecidesAndItsReasonsAreReported() throws {
        let bench = try bench(vips)
        try bench.drop(people(1000...1008), as: "a/1.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["accepted"] as? Int, 9)
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
        try askAll(bench)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 3)
        XCTAssertTrue(try bench.dispatched("a").allSatisfy { $0.hasSuffix(",vip") })
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let skipped = try bench.report("skipped", campaign: "a")
        XCTAssertEqual(skipped.count, 6)
        XCTAssertTrue(
            skipped[0].hasSuffix(",\"rule 1: command ./choose, not a vip\"")
                && skipped[0].contains(",Sampled Out,sampling,"),
            skipped[0])
        XCTAssertEqual(try bench.pipeline.store.undecidedBatches(), [])
    }

    func testWhatItReadsIsTheLineOfAParcelAndItKnowsItsCampaign() throws {
        let bench = try bench("cat > seen; echo $1 $WAYBILL_CAMPAIGN $WAYBILL_BATCH $WAYBILL_RULE >> seen; echo keep")
        try bench.drop("phone1,id,name,reference\n+14155551000,C1,\"A \"\"B\"\"\",r\n", as: "a/1.csv")
        try askAll(bench)
        XCTAssertEqual(
            try bench.text("seen"),
            """
            {"reference":"bcdfgh-20261120-000001-1-handover-1","channel":"handover","address":"+14155551000","id":"C1",\
            "phone1":"+14155551000","name":"A \\"B\\"","reference_2":"r"}
            x a 20261120-000001 1

            """)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
    }

    func testRulesBeforeAndAfterItCountOnlyWhomTheySee() throws {
        // Of 60, 30 are every second; 10 of these are vips, of whom exactly 4 are drawn, and the first of every two of
        // those stay.
        let bench = try bench(
            vips, before: "{rule: 'every', n: 2},", after: "{rule: 'random', take: 4}, {rule: 'every', n: 2}")
        try bench.drop(people(1000...1059), as: "a/1.csv")
        try askAll(bench)
        try bench.send()
        let drawn = try bench.dispatched("a")
        XCTAssertEqual(drawn.count, 2)
        XCTAssertTrue(drawn.allSatisfy { $0.hasSuffix(",vip") })
        XCTAssertEqual(
            try bench.pipeline.store.states(of: bench.pipeline.store.batches(ofCampaign: "a")[0].id),
            [.handedOver: 2, .sampledOut: 58])
        // The same drop gives the same choice elsewhere, also when the program had to be asked twice.
        let other = try self.bench(
            "exit 7", before: "{rule: 'every', n: 2},", after: "{rule: 'random', take: 4}, {rule: 'every', n: 2}")
        try other.drop(people(1000...1059), as: "a/1.csv")
        try askAll(other)
        try write(vips, other)
        try other.restart(at: "2026-11-20T15:05:00Z")
        try askAll(other)
        try other.send()
        XCTAssertEqual(try other.dispatched("a"), drawn)
    }

    func testTwoProgramsAreAskedOneAfterTheOther() throws {
        let bench = try bench(
            "grep -c . > seen.$WAYBILL_RULE; yes keep | head -9", after: "{rule: 'command', run: ['./second']}")
        try Files.writeAtomically(
            Array("#!/bin/sh\n\(vips)\n".utf8), to: bench.root + "/second", mode: 0o755)
        try bench.drop(people(1000...1008), as: "a/1.csv")
        try askAll(bench)
        try bench.send()
        XCTAssertEqual(try bench.text("seen.1"), "9\n")
        XCTAssertEqual(try bench.dispatched("a").count, 3)
    }

    /// Nobody is kept by accident.
    func testAProgramThatFailsHoldsEverybodyWithAReasonAndIsAskedAgain() throws {
        let cases = [
            ("yes keep | head -9; exit 3", "ended with exit status 3"), ("kill -9 $$", "was killed by signal 9"),
            ("yes keep | head -8", "gave 8 answers to 9 questions"),
            ("yes keep | head -10", "gave 10 answers to 9 questions"),
            ("yes KEEP | head -9", "answer 1 is neither keep nor drop"),
            ("sleep 30", "neither read nor answered for 2s"),
        ]
        for (script, words) in cases {
            // Of the others none may be taken for one that hangs, however busy the machine is.
            let bench = try bench(script, timeout: script == "sleep 30" ? "2s" : "60s")
            try bench.drop(people(1000...1008), as: "a/1.csv")
            try askAll(bench)
            try bench.send()
            XCTAssertEqual(bench.files("outbox/dispatch"), [], script)
            XCTAssertTrue(
                bench.logged.with("sampling.failed").first?.contains(words) ?? false, "\(bench.logged.with("sampling"))"
            )
            XCTAssertFalse(bench.logged.with("sampling.failed").joined().contains("4155551"))
            _ = try bench.pipeline.report(day: nil, campaign: nil)
            let waiting = try bench.report("progress", campaign: "a")
            XCTAssertEqual(waiting.count, 9)
            XCTAssertTrue(waiting[0].contains(",Pending,sampling,") && waiting[0].contains(words), waiting[0])
            let held = try bench.pipeline.store.holdings()
            XCTAssertEqual(held.map(\.contacts), [9])
            XCTAssertEqual(held.map(\.kind), [.program])
            let explanation = try XCTUnwrap(
                Explanation.of(
                    record: 1, batch: bench.pipeline.store.batches(ofCampaign: "a")[0].id, store: bench.pipeline.store,
                    configuration: bench.configuration, at: bench.pipeline.now))
            XCTAssertTrue(explanation.present.contains(words), explanation.present)
            // Not before a minute is over, whatever else happens.
            try write("yes keep | head -9", bench)
            try askAll(bench)
            try bench.send()
            XCTAssertEqual(bench.files("outbox/dispatch"), [], script)
            let now = bench.pipeline.context.monotonic()
            bench.pipeline.context.monotonic = { now + 61_000 }
            try askAll(bench)
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a").count, 9, script)
        }
    }

    func testAProgramThatIsNotThereHoldsEverybody() throws {
        try skipWithoutVfork()
        let bench = try PipelineBench(configuration())
        try bench.drop(people(1000...1001), as: "a/1.csv")
        try askAll(bench)
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
        XCTAssertTrue(
            bench.logged.with("sampling.failed")[0].contains(
                "cannot be started: No such file or directory (ENOENT); put it at "),
            bench.logged.with("sampling.failed")[0])
    }

    func testWhoSaysStopOrIsWithdrawnMeanwhileIsNotSent() throws {
        let bench = try bench("yes keep | head -9")
        try bench.drop(people(1000...1008), as: "a/1.csv")
        try bench.drop("from,to,text,at\n+14155551003,,STOP,\n", as: "_replies/1.csv")
        try bench.drop("+14155551004\n", as: "_suppress/1.txt")
        try write("yes keep | head -8", bench)
        try askAll(bench)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 7)
        let batch = try bench.pipeline.store.batches(ofCampaign: "a")[0].id
        XCTAssertEqual(
            try bench.pipeline.store.states(of: batch), [.handedOver: 7, .suppressed: 1, .dncListed: 1])

        let other = try self.bench("yes keep | head -9")
        try other.drop(people(1000...1008), as: "a/1.csv")
        try other.drop("{\"command\": \"flush\", \"campaign\": \"a\"}", as: "_control/1.json")
        try askAll(other)
        try other.send()
        XCTAssertEqual(other.files("outbox/dispatch"), [])
        XCTAssertEqual(try other.pipeline.store.states(of: batch), [.withdrawn: 9])
    }

    func testWhenTheRuleIsTakenOutTheOthersDecideAnew() throws {
        let bench = try bench("exit 1", after: "{rule: 'where', field: 'kind', in: ['vip']}")
        try bench.drop(people(1000...1008), as: "a/1.csv")
        try askAll(bench)
        try bench.restart(
            at: "2026-11-20T15:05:00Z",
            with: "{campaigns: {a: {sampling: [{rule: 'where', field: 'kind', in: ['vip']}]}}}")
        try askAll(bench)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 3)
    }

    func testRulesThatHaveDecidedAreNotAskedTwice() throws {
        let quota = "{rule: 'quota', limit: 2}"
        let bench = try bench("exit 1", before: quota + ",")
        try bench.drop(people(1000...1002), as: "a/1.csv")
        try askAll(bench)
        try bench.restart(at: "2026-11-20T15:05:00Z", with: "{campaigns: {a: {sampling: [\(quota)]}}}")
        try askAll(bench)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
    }

    func testWhereEarlierRulesHaveChangedTheProgramIsAskedByThoseOfNow() throws {
        let bench = try bench("exit 1")
        try bench.drop(people(1000...1008), as: "a/1.csv")
        try askAll(bench)
        try write(vips, bench)
        try bench.restart(at: "2026-11-20T15:05:00Z", with: configuration(before: "{rule: 'every', n: 1},"))
        try askAll(bench)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 3)
    }

    func testAProgramThatNeverEndsAnsweringIsEnded() throws {
        let bench = try bench("exec yes keep", timeout: "60s")
        try bench.drop(people(1000...1008), as: "a/1.csv")
        try askAll(bench)
        XCTAssertTrue(bench.logged.with("sampling.failed")[0].contains("answers to"), bench.logged.with("sampling")[0])
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
    }

    func testTheAnswerOfManySegmentsIsTakenInOrder() throws {
        let bench = try bench("awk '{ print NR % 7 ? \"drop\" : \"keep\" }'")
        let rows = (0..<30_000).map { "+1415\(2_000_000 + $0 * 7),C\($0),\($0)\n" }.joined()
        try bench.drop("phone1,id,kind\n" + rows, as: "a/1.csv")
        let accepted = try XCTUnwrap(bench.acknowledgement(1)["accepted"] as? Int)
        XCTAssertGreaterThan(accepted, 20_000)
        XCTAssertGreaterThan(try bench.pipeline.store.batches(ofCampaign: "a")[0].segments, 1)
        try askAll(bench)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, accepted / 7)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertEqual(try bench.report("skipped", campaign: "a").count, accepted - accepted / 7)
    }
}
