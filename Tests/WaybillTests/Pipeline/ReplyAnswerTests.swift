import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Texts that answer STOP, START and HELP.
final class ReplyAnswerTests: XCTestCase {
    private static let configuration = """
        {region: 'US', campaigns: {a: {strategy: 's', policy: 'p', conversation: '7d', keywords: {stopText: 'You are off.',
             startText: 'Welcome back.', helpText: 'Call 1.', help: ['wer da']}},
           b: {strategy: 's'}},
         policies: {p: {windows: [{from: '08:00', to: '16:00'}], zone: 'UTC'}},
         strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '30d', on: {responded: 'close'}}]}}}
        """

    private func bench() throws -> PipelineBench {
        let bench = try PipelineBench(Self.configuration, standing: true)
        try bench.drop("phone1,phone2\n+14155551000,\n+14155551001,+14155552001\n", as: "a/1.csv")
        try bench.drop("phone1\n+14155553000\n", as: "b/1.csv")
        try bench.send()
        return bench
    }

    private func reply(_ text: String, from number: String = "+14155551000", at: String = "", _ bench: PipelineBench)
        throws
    {
        let name = "_replies/\(bench.pipeline.now.milliseconds)-\(number.suffix(4)).csv"
        try bench.drop("from,text,at\n\(number),\(text),\(at)\n", as: name)
        try bench.send()
    }

    /// The answers that left, with their references' ends and their texts.
    private func answers(_ bench: PipelineBench) throws -> [String] {
        try (bench.dispatched("a") + bench.dispatched("b")).filter { !$0.contains("-text-") }.map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return cells[0].split(separator: "-").suffix(2).joined(separator: "-") + " " + cells[2] + " " + cells[4]
        }
    }

    func testEachIsAnsweredOnceOutsideOfHoursToo() throws {
        let bench = try bench()
        try bench.set(Timestamp(iso8601: Array("2026-11-20T22:00:00Z".utf8)[...])!)
        try reply("HELP", bench)
        XCTAssertEqual(try answers(bench), ["help-1 +14155551000 Call 1."])
        try reply("Wer da?", bench)
        XCTAssertEqual(try answers(bench).count, 1, "not again within the hour")
        try bench.advance(seconds: 60)
        try reply("STOP", bench)
        XCTAssertEqual(try answers(bench).last, "stop-1 +14155551000 You are off.")
        try bench.advance(seconds: 60)
        try reply("stop!", bench)
        try reply("help", bench)
        XCTAssertEqual(try answers(bench).count, 2, "who said stop is left alone")
        try bench.advance(seconds: 60)
        try reply("START", bench)
        XCTAssertEqual(try answers(bench).last, "start-1 +14155551000 Welcome back.")
        try reply("START", bench)
        XCTAssertEqual(try answers(bench).count, 3)
        // What comes back of them is about no contact, and no mistake.
        let reference = try XCTUnwrap(
            bench.dispatched("a").first { $0.contains("-stop-1") }?.split(separator: ",").first)
        try bench.drop("reference,event\n\(reference),delivered\n", as: "_receipts/1.csv")
        let batch = try XCTUnwrap(bench.files("outbox/acks/2026-11-20").last)
        XCTAssertEqual(try bench.json("outbox/acks/2026-11-20/" + batch)["rejected"] as? Int, 0)
    }

    func testNobodyElseIsAnswered() throws {
        let bench = try bench()
        try bench.drop("value\n+14155551001\n", as: "_suppress/1.csv")
        try reply("STOP", from: "+14155551001", bench)
        try reply("STOP", from: "+14155553000", bench)
        try reply("HELP", from: "+14155559999", bench)
        try reply("STOP", at: "2026-11-20T14:54:00Z", bench)
        try reply("good morning", from: "+14155553000", bench)
        XCTAssertEqual(try answers(bench), [])
    }

    func testAReplyFromAnotherNumberOfTheContactIsAnsweredThere() throws {
        let bench = try PipelineBench(
            Self.configuration.replacing("channel: 'sms',", with: "channel: 'sms', to: 'phone2',"), standing: true)
        try bench.drop("phone1,phone2\n+14155551001,+14155552001\n", as: "a/1.csv")
        try bench.send()
        try reply("STOP", from: "+14155551001", bench)
        XCTAssertEqual(try answers(bench), ["stop-1 +14155551001 You are off."])
    }

    func testWhatCannotLeaveInTimeNeverDoes() throws {
        let bench = try bench()
        try bench.drop("{\"command\": \"pause\", \"campaign\": \"a\"}\n", as: "_control/1.json")
        try reply("STOP", bench)
        XCTAssertEqual(try answers(bench), [])
        try bench.advance(seconds: 301)
        try bench.drop("{\"command\": \"resume\", \"campaign\": \"a\"}\n", as: "_control/2.json")
        try bench.send()
        XCTAssertEqual(try answers(bench), [])
        XCTAssertEqual(bench.logged.with("reply.unanswered").count, 1)
        XCTAssertNil(try bench.pipeline.store.setting(.answers(BatchID("20261120-000004")!)))
    }

    func testACrashAnswersNobodyTwice() throws {
        let bench = try bench()
        bench.pipeline.dispatcher.transports = [Dying<FolderTransport, AfterCommit>.self]
        try reply("STOP", bench)
        XCTAssertEqual(try answers(bench).count, 1)
        try bench.restart(at: "2026-11-20T15:01:00Z")
        try bench.send()
        XCTAssertEqual(try answers(bench).count, 1)
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 0)
    }

    func testAReplyLongAfterTheMessageIsNoResponse() throws {
        let bench = try bench()
        let batch = BatchID("20261120-000001")!
        try bench.advance(seconds: 8 * 86_400)
        try reply("thank you", bench)
        XCTAssertEqual(try bench.pipeline.store.states(of: batch).filter { $0.value > 0 }, [.smsSent: 2])
        XCTAssertEqual(try bench.pipeline.store.receipts(ofBatch: batch, record: 1).map(\.isLate), [true])
        try reply("STOP", bench)
        XCTAssertEqual(
            try bench.pipeline.store.states(of: batch).filter { $0.value > 0 }, [.smsSent: 1, .suppressed: 1])
    }

    func testAnAnswerGoesToAServerAsAnyMessageDoesAndOnlyOnce() throws {
        for (status, word) in [(200, "kept"), (503, "put off"), (500, "unknown")] {
            let bench = try HTTPBench(
                "body: {to: '{{address}}', text: '{{message}}', ref: '{{reference}}'}", contacts: 1,
                campaign: ", keywords: {stopText: 'You are off.'}"
            ) { request in
                request.body.contains("-stop-1") ? .answer(status, "", ["Retry-After": "60"]) : .answer(200, "")
            }
            try bench.send()
            try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
            for _ in 0..<3 {
                try bench.send()
                try bench.bench.advance(seconds: 61)
            }
            XCTAssertEqual(
                bench.bodies.dropFirst(),
                [#"{"to":"+14155551000","text":"You are off.","ref":"bcdfgh-20261120-000002-1-stop-1"}"#], word)
            XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 0, word)
        }
    }
}
