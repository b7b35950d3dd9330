import SystemIO
import XCTest

@testable import Waybill

/// What providers post, dropped as files just as it came.
final class ProviderReceiptsTests: XCTestCase {
    private let start = "bcdfgh-20261120-000001-"

    /// Six contacts whose messages are out, `c1@example.com` and +14155551001 the first.
    private func bench() throws -> PipelineBench {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', require: []}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1h'}]}}}
            """, standing: true)
        try bench.drop(
            "phone1,email\n" + (1...6).map { "+1415555100\($0),c\($0)@example.com\n" }.joined(), as: "a/1.csv")
        try bench.send()
        return bench
    }

    /// What was noted of each record: event and time.
    private func noted(_ bench: PipelineBench) throws -> [UInt32: [String]] {
        let batch = BatchID("20261120-000001")!
        var found: [UInt32: [String]] = [:]
        for record in 1...6 as ClosedRange<UInt32> {
            let receipts = try bench.pipeline.store.receipts(ofBatch: batch, record: record)
            if !receipts.isEmpty { found[record] = receipts.map { "\($0.event) \($0.at)" } }
        }
        return found
    }

    private func check(
        _ name: String, _ text: String, _ expected: [UInt32: [String]], rejected: Int = 0, line: UInt = #line
    ) throws {
        let bench = try bench()
        try bench.drop(text, as: "_receipts/" + name)
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["rejected"] as? Int, rejected, "\(ack)", line: line)
        XCTAssertEqual(try bench.refusal(2), "", line: line)
        XCTAssertEqual(try noted(bench), expected, line: line)
    }

    func testSparkPostsEvents() throws {
        func event(_ kind: String, _ type: String, _ record: Int, _ more: String = "") -> String {
            """
            {"msys": {"\(kind)": {"type": "\(type)", "rcpt_to": "c\(record)@example.com", "timestamp": "1795186800",
              "rcpt_meta": {"reference": "\(start)\(record)-text-1"}, "event_id": "9" \(more)}}}
            """
        }
        let at = " 2026-11-20T15:00:00.000Z"
        let events = [
            event("message_event", "injection", 1), event("message_event", "delivery", 1),
            event("message_event", "delay", 2, ", \"reason\": \"later\""),
            event("message_event", "bounce", 3, ", \"error_code\": \"550\""),
            event("gen_event", "generation_failure", 4), event("track_event", "initial_open", 5),
            event("track_event", "click", 5),
            event("message_event", "out_of_band", 6), "{\"msys\": {}}",
        ]
        try check(
            "batch", "[" + events.joined(separator: ", ") + "]",
            [
                1: ["accepted" + at, "delivered" + at], 2: ["delayed" + at], 3: ["bounced" + at], 4: ["failed" + at],
                5: ["opened" + at, "clicked" + at], 6: ["bounced" + at],
            ], rejected: 1)
        let bench = try bench()
        try bench.drop("[" + event("unsubscribe_event", "list_unsubscribe", 1) + "]", as: "_receipts/u.json")
        try bench.drop(
            event("message_event", "spam_complaint", 2).replacingOccurrences(of: start, with: "of-somebody-else-"),
            as: "_receipts/s.json")
        try bench.drop("[{\"msys\": {}}]", as: "_receipts/ping.json")
        XCTAssertEqual(
            try bench.pipeline.store.states(of: BatchID("20261120-000001")!).filter { $0.value != 0 },
            [.suppressed: 2, .smsSent: 4])
        XCTAssertEqual(try bench.pipeline.store.listHolds().count, 0)
    }

    func testBirdsEvents() throws {
        func event(_ type: String, _ record: Int, _ data: String) -> String {
            """
            {"type": "\(type)", "timestamp": "2026-11-20T15:00:01Z", "data": {"sms_id": "x", "tags": [{"name": "a"}],
              "metadata": {"reference": "\(start)\(record)-text-1"}, \(data)}}
            """.replacingOccurrences(of: "\n", with: " ")
        }
        // The clock stands at 15:00:00, and nothing counts from later.
        let at = " 2026-11-20T15:00:00.000Z"
        let lines = [
            event("sms.sent", 1, #""to": "+14155551001""#), event("sms.delivered", 1, #""to": "+14155551001""#),
            event("sms.undelivered", 2, #""to": "+14155551002", "error": {"code": "X", "description": "off"}"#),
            event("email.deferred", 3, #""recipient": "c3@example.com""#),
            event("email.out_of_band_bounce", 4, #""recipient": "c4@example.com""#),
            event("email.opened", 5, #""recipient": "c5@example.com""#),
        ]
        let expected: [UInt32: [String]] = [
            1: ["accepted" + at, "delivered" + at], 2: ["failed" + at], 3: ["delayed" + at], 4: ["bounced" + at],
            5: ["opened" + at],
        ]
        try check("events.jsonl", lines.joined(separator: "\n") + "\n", expected)
        try check("one", lines[2], [2: ["failed" + at]])
        // By address, where the provider gives nothing back; an inbound message is no event.
        let bare =
            #"{"type": "sms.delivered", "timestamp": "2026-11-20T14:59:59Z", "data": {"to": "+14155551006", "metadata": null}}"#
        try check("bare", bare, [6: ["delivered 2026-11-20T14:59:59.000Z"]])
        try check("in", bare.replacingOccurrences(of: "delivered", with: "received"), [:], rejected: 1)
    }

    func testTwiliosCallbacksAreForms() throws {
        let body =
            "SmsSid=SM1&SmsStatus=STATUS&MessageStatus=STATUS&To=%2B1415555100N&MessageSid=SM1&AccountSid=AC1&From=%2B15555550100"
        func form(_ status: String, _ record: Int) -> String {
            body.replacingOccurrences(of: "STATUS", with: status).replacingOccurrences(of: "100N", with: "100\(record)")
        }
        let at = " 2026-11-20T15:00:00.000Z"
        try check("cb1", form("undelivered", 1) + "&ErrorCode=30003", [1: ["failed" + at]])
        try check(
            "cb2.txt", [form("sent", 1), form("delivered", 2), form("failed", 3)].joined(separator: "\r\n") + "\r\n",
            [1: ["accepted" + at], 2: ["delivered" + at], 3: ["failed" + at]])
        try check("cb3", form("invented", 1), [:], rejected: 1)
    }

    func testNotifysVonagesAndSinchsCallbacks() throws {
        try check(
            "notify.json",
            """
            {"id": "740e5834", "reference": "\(start)1-text-1", "to": "07700912345", "status": "permanent-failure",
             "created_at": "2026-11-20T14:00:00.0Z", "completed_at": "2026-11-20T14:30:00.0Z", "notification_type": "sms"}
            """, [1: ["failed 2026-11-20T14:30:00.000Z"]])
        try check(
            "vonage.json",
            """
            {"msisdn": "14155551002", "to": "Example", "messageId": "0A", "status": "expired", "err-code": "1",
             "client-ref": "\(start)2-text-1", "message-timestamp": "2026-11-20 14:30:00 +0000", "scts": "2611201430"}
            """, [2: ["failed 2026-11-20T14:30:00.000Z"]])
        try check(
            "vonage",
            "msisdn=14155551003&to=Example&messageId=0A&status=delivered&err-code=0&client-ref=&message-timestamp=2026-11-20+14%3A30%3A00",
            [3: ["delivered 2026-11-20T14:30:00.000Z"]])
        try check(
            "sinch.json",
            """
            {"type": "recipient_delivery_report_sms", "batch_id": "01", "recipient": "14155551004", "code": 0,
             "status": "Delivered", "at": "2026-11-20T14:30:00.000Z", "client_reference": "\(start)4-text-1"}
            """, [4: ["delivered 2026-11-20T14:30:00.000Z"]])
    }

    func testInfobipsReports() throws {
        func report(_ record: Int, _ group: String) -> String {
            """
            {"bulkId": "b", "messageId": "\(start)\(record)-text-1", "to": "1415555100\(record)", "sentAt": "2026-11-20T14:00:00.000+0000",
             "doneAt": "2026-11-20T14:30:00.000+0000", "price": {"pricePerMessage": 0.01, "currency": "EUR"},
             "status": {"groupId": 3, "groupName": "\(group)", "id": 5, "name": "\(group)_X", "description": "d"},
             "error": {"groupId": 0, "name": "NO_ERROR", "description": "No Error", "permanent": false}}
            """
        }
        let at = " 2026-11-20T14:30:00.000Z"
        try check(
            "infobip.json",
            "{\"results\": ["
                + [report(1, "DELIVERED"), report(2, "UNDELIVERABLE"), report(3, "EXPIRED"), report(4, "PENDING")]
                .joined(separator: ", ") + "]}",
            [1: ["delivered" + at], 2: ["failed" + at], 3: ["failed" + at], 4: ["accepted" + at]])
    }

    func testAFailureForTheRecipientsStopStopsTheAddressAndAnyOtherFailureDoesNot() throws {
        func isStopped(_ bench: PipelineBench) throws -> Bool {
            let key = RecipientKey.phone(E164Number(digits: 14_155_551_001))
            return try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now).contains {
                $0.state == .suppressed
            }
        }
        for (name, text) in [
            (
                "t.txt",
                "MessageSid=SM1&MessageStatus=undelivered&To=%2B14155551001&ErrorCode=21610&reference=\(start)1-text-1\n"
            ),
            ("t.txt", "MessageSid=SM1&MessageStatus=failed&To=%2B14155551001&ErrorCode=21610\n"),
            ("r.csv", "reference,event,detail\n\(start)1-text-1,rejected,Unsubscribed recipient\n"),
            ("r.csv", "address,status,reason,error code\n+14155551001,UNDELIV,,40300\n"),
            (
                "i.json",
                """
                {"results": [{"messageId": "\(start)1-text-1", "to": "14155551001",
                  "status": {"groupName": "REJECTED", "name": "REJECTED_DND", "description": "x"}}]}
                """
            ),
            (
                "b.json",
                "[{\"reference\": \"\(start)1-text-1\", \"event\": \"bounced\", \"reason\": \"Unsubscribed Address\"}]"
            ),
        ] {
            let bench = try bench()
            try bench.drop(text, as: "_receipts/" + name)
            XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "accepted", text)
            XCTAssertTrue(try isStopped(bench), text)
            let states = try bench.pipeline.store.states(of: BatchID("20261120-000001")!)
            XCTAssertEqual(states[.suppressed], 1, text)
        }
        for text in [
            "reference,event,detail\n\(start)1-text-1,failed,Unreachable handset\n",
            "reference,event,detail\n\(start)1-text-1,delivered,recipient once opted out\n",
            "reference,event,detail\n\(start)1-text-1,failed,Sender number blacklisted\n",
        ] {
            let bench = try bench()
            try bench.drop(text, as: "_receipts/r.csv")
            XCTAssertFalse(try isStopped(bench), text)
        }
    }

    func testAWordThatNobodyKnowsIsToldAndCountsAsNothing() throws {
        let bench = try bench()
        try bench.drop(
            #"{"reference": "\#(start)1-text-1", "status": "sms.teleported"}"#, as: "_receipts/x.json")
        XCTAssertEqual(try noted(bench), [:])
        XCTAssertTrue("\(try bench.acknowledgement(2))".contains("event.unknown"))
    }
}
