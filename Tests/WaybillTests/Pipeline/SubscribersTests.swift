import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Who is told of what, how soon, and how often.
final class SubscribersTests: XCTestCase {
    private let bad = "phone1\n12\n"

    private func configuration(_ port: Int, _ subscribers: String, _ more: String = "") -> String {
        """
        {campaigns: {a: {subscribers: {\(subscribers)}}, b: {subscribers: {\(subscribers)}}},
         transports: {relay: {kind: 'smtp', port: \(port), timeout: '20s'}},
         notify: {transport: 'relay', from: 'Waybill <waybill@clinic.example>'} \(more)}
        """
    }

    /// The mails to a recipient, in their order, with their soft line breaks taken out.
    private func mails(_ server: MailServer, to name: String = "") -> [String] {
        server.state.mails.filter { name.isEmpty || $0.recipient.contains(name) }
            .map { $0.content.replacingOccurrences(of: "=\r\n", with: "") }
    }

    private func tell(_ bench: PipelineBench) throws { try bench.pipeline.tellOthers(waiting: 60_000) }

    func testARefusedDropIsToldAtOnceAndWhatFollowsGatheredWithinAMinute() throws {
        let server = try MailServer()
        let bench = try PipelineBench(
            configuration(server.port, "error: ['Desk <desk@clinic.example>']"), standing: true)
        try tell(bench)
        try bench.drop(bad, as: "a/1.csv")
        try tell(bench)
        XCTAssertEqual(server.state.mails.count, 1)
        let mail = try XCTUnwrap(server.state.mails.first)
        XCTAssertEqual(mail.sender.prefix(35), "MAIL FROM:<waybill@clinic.example>".prefix(35))
        XCTAssertTrue(mail.recipient.hasPrefix("RCPT TO:<desk@clinic.example>"), mail.recipient)
        for part in [
            "From: Waybill <waybill@clinic.example>\r\n", "To: Desk <desk@clinic.example>\r\n",
            "Subject: Waybill: 1.csv was refused", "Auto-Submitted: auto-generated\r\n", "WHAT TO DO NOW",
        ] {
            XCTAssertTrue(mails(server)[0].contains(part), "\(part) in \(mail.content)")
        }
        for number in 2...14 {
            try bench.drop(bad + String(number), as: "\(number % 2 == 0 ? "a" : "b")/\(number).csv")
        }
        try tell(bench)
        try bench.advance(seconds: 59)
        try tell(bench)
        XCTAssertEqual(server.state.mails.count, 1, "never more than one a minute")
        try bench.advance(seconds: 2)
        try tell(bench)
        XCTAssertEqual(server.state.mails.count, 2)
        let second = mails(server)[1]
        XCTAssertTrue(second.contains("Subject: Waybill: 2.csv was refused: none of its 2 records is valid"), second)
        XCTAssertTrue(second.contains("13 messages, of which the first 10:"), second)
        XCTAssertTrue(second.contains("10. 11.csv was refused"), second)
        XCTAssertFalse(second.contains("12.csv was refused"), "the first ten")
        XCTAssertTrue(second.contains("And 3 more, in outbox/events/events.jsonl"), second)
        XCTAssertEqual(second.components(separatedBy: "WHAT TO DO NOW").count - 1, 2, "of the others where it stands")
        XCTAssertTrue(second.contains("outbox/notices/2026-11-20/20261120-000005/notice.txt"), second)
        XCTAssertTrue(second.contains("Waybill in \(bench.workspace.root) on "), second)
        try bench.advance(seconds: 100)
        try tell(bench)
        XCTAssertEqual(server.state.mails.count, 2)
        XCTAssertEqual(server.state.complaints, [])
    }

    func testWhatARelayDoesNotTakeIsToldAgainAlsoAfterARestart() throws {
        let server = try MailServer()
        server.behave { $0.answer = { $0.hasPrefix("RCPT") ? "451 4.3.0 later" : nil } }
        let text = configuration(server.port, "error: ['desk@clinic.example']")
        let bench = try PipelineBench(text, standing: true)
        try tell(bench)
        try bench.drop(bad, as: "a/1.csv")
        try tell(bench)
        XCTAssertEqual(server.state.mails.count, 0)
        XCTAssertEqual(bench.logged.with("subscriber.untold").count, 1)
        func attention() throws -> [String] {
            try bench.pipeline.writeStatus()
            let all = try bench.json("outbox/status.json")["attention"] as? [[String: Any]]
            return (all ?? []).filter { $0["kind"] as? String == "transport" }.compactMap { $0["what"] as? String }
        }
        XCTAssertEqual(try attention().map { $0.prefix(38) }, ["subscribers are not told what happens:"])
        XCTAssertEqual(bench.logged.with("desk@").count, 0)
        server.behave { $0.answer = { _ in nil } }
        try bench.restart(at: "2026-11-20T15:10:00Z")
        try tell(bench)
        XCTAssertEqual(server.state.mails.count, 1)
        try bench.restart(at: "2026-11-20T15:20:00Z")
        try tell(bench)
        XCTAssertEqual(server.state.mails.count, 1)
    }

    func testWarningsAndInformationComeWithTheDay() throws {
        let server = try MailServer()
        let bench = try PipelineBench(
            configuration(server.port, "warning: ['w@clinic.example'], information: ['i@clinic.example']"),
            standing: true)
        try tell(bench)
        try bench.drop("phone1\n+14155550100\n+1415555010\n", as: "a/1.csv")
        try bench.drop("phone1\n+14155550101\n", as: "b/1.csv")
        try bench.send()
        try tell(bench)
        XCTAssertEqual(server.state.mails.count, 0)
        try bench.set(Timestamp(iso8601: Array("2026-11-21T00:00:01Z".utf8)[...])!)
        try bench.pipeline.writeMissedDays()
        try tell(bench)
        XCTAssertEqual(mails(server, to: "w@").count, 1)
        XCTAssertTrue(
            mails(server, to: "w@")[0].contains("1.csv: 1 of 2 records rejected (phone1.impossible-length 1)"),
            mails(server, to: "w@")[0])
        XCTAssertFalse(mails(server, to: "w@")[0].contains("b, 2026-11-20"), "nothing was wrong there")
        XCTAssertEqual(mails(server, to: "i@").count, 1)
        XCTAssertTrue(mails(server, to: "i@")[0].contains("a, 2026-11-20: of 2 records"), mails(server, to: "i@")[0])
        XCTAssertTrue(
            mails(server, to: "i@")[0].contains("b, 2026-11-20: of 1 record 1 ended well"), mails(server, to: "i@")[0])
    }

    func testWhatConcernsTheWorkspaceIsToldToWhoeverWantsItOfAnyCampaign() throws {
        let server = try MailServer()
        let bench = try PipelineBench(configuration(server.port, "failure: ['f@clinic.example']"), standing: true)
        try tell(bench)
        bench.pipeline.context.log.error("store.full", ["error": "no room"])
        bench.pipeline.context.log.error("transport.stopped", ["transport": "relay"])
        try tell(bench)
        XCTAssertEqual(server.state.mails.count, 1)
        XCTAssertTrue(
            mails(server)[0].contains(
                "The disk of the state folder is full, and nothing is taken or sent until there is room: no room"))
        XCTAssertFalse(server.state.mails[0].content.contains("transport.stopped"), "that is an error")
    }

    func testWebAddressesAndFilesAreToldTheSame() throws {
        let server = try TestServer { _ in .answer(200, "") }
        let bench = try PipelineBench(
            "{campaigns: {a: {subscribers: {error: ['\(server.url)/hook', 'file:alerts.txt']}}}}", standing: true)
        try tell(bench)
        try bench.drop(bad, as: "a/1.csv")
        try tell(bench)
        XCTAssertEqual(server.requests.count, 1)
        let told = try XCTUnwrap(
            try JSONSerialization.jsonObject(with: Data(server.requests[0].body.utf8)) as? [String: Any])
        XCTAssertTrue((told["text"] as? String)?.hasPrefix("Waybill: 1.csv was refused") == true, "\(told)")
        XCTAssertEqual(((told["events"] as? [[String: Any]])?.first?["type"]) as? String, "waybill.batch.rejected")
        XCTAssertEqual(told["count"] as? Int, 1)
        XCTAssertTrue(
            try bench.text("alerts.txt").contains(
                "1.csv was refused: its only record is not valid; see errors.csv for the reasons (drop.no-valid-records)\nerror, a, 2026-11-20 15:00 UTC\n"
            ))
        try bench.advance(seconds: 61)
        try bench.drop(bad + "2", as: "a/2.csv")
        try tell(bench)
        let text = try bench.text("alerts.txt")
        XCTAssertTrue(text.contains("1.csv was refused") && text.contains("2.csv was refused"), text)
    }

    func testSubscribersAreReadAndChangeNothingOfWhatBecomesOfContacts() {
        func problems(_ text: String) -> [String] {
            ConfigurationReader.read(Array(text.utf8), file: "w").problems.map(\.description)
        }
        XCTAssertEqual(
            problems("{campaigns: {a: {subscribers: {error: ['x@example.com', 'nobody', 'http://far.example/']}}}}"),
            [
                "w:1:40: warning: campaigns.a.subscribers.error[0]: nobody is told by mail: write notify: { transport: "
                    + "\"relay\", from: \"Waybill <waybill@clinic.example>\" }, with a transport of kind \"smtp\"",
                "w:1:57: campaigns.a.subscribers.error[1]: \"nobody\" is not an address of a mail, a web address, or "
                    + "file: and a path",
                "w:1:67: campaigns.a.subscribers.error[2]: without TLS only this machine is called: write https://",
            ])
        XCTAssertEqual(problems(configuration(25, "error: ['x@example.com'], debug: ['file:all.txt']")), [])
        func fingerprint(_ text: String) -> String {
            let read = ConfigurationReader.read(Array(text.utf8)).configuration
            return ConfigurationWriter.fingerprint(of: read.campaigns[0], in: read)
        }
        XCTAssertEqual(
            fingerprint("{campaigns: {a: {subscribers: {error: ['x@example.com']}}}}"),
            fingerprint("{campaigns: {a: {}}}"))
    }
}
