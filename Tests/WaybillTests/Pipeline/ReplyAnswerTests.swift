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
        try bench.drop("%PDF-1.7\n", as: "_suppress/1.csv")
        let list = BatchID("20261120-000003")!
        try reply("STOP", bench)
        XCTAssertEqual(try answers(bench), [], "a list that cannot be read holds all")
        try bench.advance(seconds: 301)
        try bench.drop("{\"command\": \"accept\", \"batch\": \"\(list)\"}\n", as: "_control/2.json")
        try bench.send()
        XCTAssertEqual(try answers(bench), [])
        XCTAssertEqual(bench.logged.with("reply.unanswered").count, 1)
        XCTAssertNil(try bench.pipeline.store.setting(.answers(BatchID("20261120-000004")!)))
    }

    /// They are no messages of the campaign: the person asked, and waits for no resumption.
    func testAPausedCampaignAnswersAllTheSame() throws {
        let bench = try bench()
        try bench.drop("{\"command\": \"pause\", \"campaign\": \"a\"}\n", as: "_control/1.json")
        try bench.drop("phone1\n+14155551002\n", as: "a/2.csv")
        try reply("HELP", bench)
        try bench.advance(seconds: 5)
        try reply("STOP", bench)
        XCTAssertEqual(
            try answers(bench), ["help-1 +14155551000 Call 1.", "stop-1 +14155551000 You are off."])
        try bench.advance(seconds: 301)
        try bench.drop("{\"command\": \"resume\", \"campaign\": \"a\"}\n", as: "_control/2.json")
        XCTAssertEqual(try bench.dispatched("a").filter { $0.contains("+14155551002") }, [], "it is paused")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").filter { $0.contains("+14155551002") }.count, 1)
        XCTAssertEqual(try answers(bench).count, 2)
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

    /// A campaign that sends by HTTP, and whose answers the server takes with these statuses, one after the other.
    private func server(_ statuses: [Int], _ more: String = "", wait: String? = nil) throws -> HTTPBench {
        let calls = Mutex(0)
        let bench = try HTTPBench(
            "body: {to: '{{address}}', text: '{{message}}', ref: '{{reference}}'} \(more)", contacts: 1,
            campaign: ", keywords: {stopText: 'You are off.', helpText: 'Call 1.'}"
        ) { request in
            guard request.body.contains("-stop-1") || request.body.contains("-help-1") else { return .answer(200, "") }
            let call = calls.withLock { count in
                defer { count += 1 }
                return count
            }
            return .answer(statuses[min(call, statuses.count - 1)], "", wait.map { ["Retry-After": $0] } ?? [:])
        }
        try bench.send()
        return bench
    }

    private let off = #"{"to":"+14155551000","text":"You are off.","ref":"bcdfgh-20261120-000002-1-stop-1"}"#

    private func go(_ bench: HTTPBench, steps: Int, seconds: Int) throws {
        for _ in 0..<steps {
            try bench.send()
            try bench.bench.advance(seconds: Int64(seconds))
        }
    }

    func testAnAnswerGoesToAServerAsAnyMessageDoesAndOnlyOnce() throws {
        for (status, word) in [(200, "kept"), (400, "refused"), (500, "unknown")] {
            let bench = try server([status])
            try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
            try go(bench, steps: 6, seconds: 61)
            XCTAssertEqual(Array(bench.bodies.dropFirst()), [off], word)
            XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 0, word)
            XCTAssertEqual(
                bench.bench.logged.with("reply.unanswered").count, status == 200 ? 0 : 1, "\(word) is told")
            XCTAssertNil(try bench.bench.pipeline.store.setting(.answers(BatchID("20261120-000002")!)), word)
        }
    }

    func testAnAnswerThatIsPutOffLeavesOnceTheServerTakesIt() throws {
        let bench = try server([401, 401, 200])
        try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
        try go(bench, steps: 6, seconds: 61)
        XCTAssertEqual(Array(bench.bodies.dropFirst()), [off, off, off])
        XCTAssertEqual(bench.bench.logged.with("reply.unanswered").count, 0)
        XCTAssertNil(try bench.bench.pipeline.store.setting(.answers(BatchID("20261120-000002")!)))
    }

    func testAnAnswerThatIsPutOffSurvivesARestart() throws {
        let bench = try server([401, 200])
        try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
        try bench.send()
        XCTAssertEqual(bench.bodies.count, 2)
        try bench.bench.restart(at: "2026-11-20T15:02:00Z")
        try go(bench, steps: 3, seconds: 61)
        XCTAssertEqual(Array(bench.bodies.dropFirst()), [off, off])
    }

    func testAnAnswerThatIsPutOffBeyondItsFiveMinutesIsGivenUpAndTold() throws {
        for (status, wait, calls) in [(401, nil, 5), (503, "400", 1)] {
            let bench = try server([status], wait: wait)
            try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
            try go(bench, steps: 12, seconds: 61)
            XCTAssertEqual(bench.bodies.count, 1 + calls, "\(status)")
            XCTAssertEqual(bench.bench.logged.with("reply.unanswered").count, 1, "\(status)")
            XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 0)
            XCTAssertNil(try bench.bench.pipeline.store.setting(.answers(BatchID("20261120-000002")!)), "\(status)")
            try bench.bench.pipeline.tellOthers()
            let told = try bench.bench.text("outbox/events/events.jsonl").split(separator: "\n")
            XCTAssertEqual(told.count { $0.contains("waybill.reply.unanswered") }, 1, "\(status)")
        }
    }

    func testAnAnswerThatWaitsDoesNotOutliveWhatThePersonSaysNext() throws {
        let bench = try server([401, 200])
        try bench.bench.drop("from,text\n+14155551000,HELP\n", as: "_replies/1.csv")
        try bench.send()
        try bench.bench.advance(seconds: 30)
        try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/2.csv")
        try go(bench, steps: 4, seconds: 61)
        XCTAssertEqual(
            bench.bodies.dropFirst(2).map { $0.contains("You are off.") }, [true], "no help for who said stop")
        XCTAssertEqual(bench.bench.logged.with("reply.unanswered").count, 1)
    }

    func testACrashBeforeAnAnswerLeftSendsItAndOneBehindItDoesNot() throws {
        for (moment, calls) in [(false, 1), (true, 1)] {
            let bench = try server([200])
            bench.bench.pipeline.dispatcher.transports =
                moment ? [Dying<HTTPTransport, AfterCommit>.self] : [Dying<HTTPTransport, BeforeCommit>.self]
            try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
            try bench.send()
            XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 1)
            try bench.bench.restart(at: "2026-11-20T15:01:00Z")
            try go(bench, steps: 3, seconds: 61)
            XCTAssertEqual(bench.bodies.dropFirst().count, calls, "\(moment)")
            XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 0)
        }
        let late = try server([200])
        late.bench.pipeline.dispatcher.transports = [Dying<HTTPTransport, BeforeCommit>.self]
        try late.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
        try late.send()
        try late.bench.restart(at: "2026-11-20T15:06:00Z")
        try go(late, steps: 3, seconds: 61)
        XCTAssertEqual(late.bodies.count, 1)
        XCTAssertEqual(late.bench.logged.with("reply.unanswered").count, 1)
    }

    func testAnAnswerThatMayHaveLeftIsRepeatedWithItsKeyOnlyWithinItsTime() throws {
        for (moment, calls) in [("2026-11-20T15:01:00Z", 2), ("2026-11-20T15:06:00Z", 1)] {
            let bench = try server([500, 200], ", idempotencyHeader: 'Idempotency-Key'")
            try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
            try bench.send()
            try bench.bench.restart(at: moment)
            try go(bench, steps: 3, seconds: 61)
            XCTAssertEqual(bench.bodies.dropFirst().count, calls, moment)
            XCTAssertEqual(bench.bench.logged.with("reply.unanswered").count, calls == 2 ? 0 : 1, moment)
            XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 0)
        }
    }

    func testAnAnswerThatMayHaveLeftIsRepeatedThoughItsCampaignWasPaused() throws {
        let bench = try server([500, 200], ", idempotencyHeader: 'Idempotency-Key'")
        try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
        try bench.send()
        try bench.bench.drop("{\"command\": \"pause\", \"campaign\": \"a\"}\n", as: "_control/1.json")
        try bench.bench.restart(at: "2026-11-20T15:01:00Z")
        try go(bench, steps: 3, seconds: 61)
        XCTAssertEqual(Array(bench.bodies.dropFirst()), [off, off])
        XCTAssertEqual(bench.bench.logged.with("reply.unanswered"), [])
    }
}
