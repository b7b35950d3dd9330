import SystemIO
import XCTest

@testable import Waybill

/// What people write, as providers post it, dropped as files just as it came; and what else comes in the same stream.
final class ProviderRepliesTests: XCTestCase {
    private let start = "bcdfgh-20261120-000001-"
    private let batch = BatchID("20261120-000001")!

    /// Four contacts whose texts are out, +14155551001 the first.
    private func bench() throws -> PipelineBench {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', require: []}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1h'}]}}}
            """, standing: true)
        try bench.drop("phone1,id\n" + (1...4).map { "+1415555100\($0),c\($0)\n" }.joined(), as: "a/1.csv")
        try bench.send()
        return bench
    }

    private func isStopped(_ bench: PipelineBench, _ last: Int) throws -> Bool {
        let key = RecipientKey.phone(E164Number(digits: UInt64(14_155_551_000 + last)))
        return try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now).contains {
            $0.state == .suppressed
        }
    }

    /// Drops what came, as the only thing, and with another line or element behind it.
    private func check(
        _ name: String, _ texts: [String], stops: Set<Int> = [1], answers: [UInt32: String] = [:], received: Int? = nil,
        rejected: Int = 0, in folder: String = "_replies", line: UInt = #line
    ) throws {
        for text in texts {
            let bench = try bench()
            try bench.drop(text, as: folder + "/" + name)
            let ack = try bench.acknowledgement(2)
            XCTAssertEqual(try bench.refusal(2), "", text, line: line)
            XCTAssertEqual(ack["rejected"] as? Int, rejected, "\(ack) \(text)", line: line)
            if let received { XCTAssertEqual(ack["received"] as? Int, received, text, line: line) }
            XCTAssertEqual(try bench.pipeline.store.listHolds().count, 0, text, line: line)
            XCTAssertEqual(Set(try (1...4).filter { try isStopped(bench, $0) }), stops, text, line: line)
            var found: [UInt32: String] = [:]
            for record in 1...4 as ClosedRange<UInt32> {
                for receipt in try bench.pipeline.store.receipts(ofBatch: batch, record: record)
                where receipt.event != Event.unsubscribed.rawValue {
                    found[record, default: ""] += "\(receipt.event) \(receipt.detail) \(receipt.at);"
                }
            }
            XCTAssertEqual(found, answers, text, line: line)
        }
    }

    /// One object, an array, and lines.
    private func forms(_ objects: [String]) -> [String] {
        let lines = objects.map { $0.replacingOccurrences(of: "\n", with: " ") }
        return ["[" + objects.joined(separator: ", ") + "]", lines.joined(separator: "\n") + "\n"]
            + (objects.count == 1 ? [objects[0], lines[0] + "\n" + lines[0] + "\n"] : [])
    }

    private func bird(_ type: String, _ data: String) -> String {
        """
        {"type": "\(type)", "timestamp": "2026-11-20T14:30:00Z", "data": {"sms_id": "sms_1", "workspace_id": "w", "tags": null,
          "metadata": null, \(data)}}
        """
    }

    func testBirdsMessages() throws {
        let stop = bird(
            "sms.received", #""from": "+14155551001", "to": "+14155550000", "text": "STOP", "segments": {"count": 1}"#)
        try check("one.json", forms([stop]))
        let yes = bird("sms.received", #""from": "+14155551002", "to": "+14155550000", "text": "Yes, at 9""#)
        try check("yes.json", [yes], stops: [], answers: [2: "responded Yes, at 9 2026-11-20T14:30:00.000Z;"])
        // A picture alone.
        let picture = bird("sms.received", #""from": "+14155551002", "to": "+14155550000""#)
        try check("picture.json", [picture], stops: [], answers: [2: "responded  2026-11-20T14:30:00.000Z;"])
        let mail = #"""
            {"type": "email.received", "timestamp": "2026-11-20T14:30:00Z", "data": {"from": "c1@example.com",
              "to": ["desk@clinic.example"], "subject": "unsubscribe"}}
            """#
        let bench = try bench()
        try bench.drop(mail, as: "_replies/mail.json")
        let readings = AddressReading.all(
            of: Array("c1@example.com".utf8), AddressRules(regions: [], takesAnyDigits: false))
        XCTAssertEqual(
            try bench.pipeline.store.suppressions(of: readings[0].key, at: bench.pipeline.now).map(\.state),
            [.suppressed])
    }

    func testAStartOfBirdsLiftsWhatWasSaidBefore() throws {
        let stop = bird("sms.received", #""from": "+14155551001", "to": "+14155550000", "text": "STOP""#)
        let start = stop.replacingOccurrences(of: "STOP", with: "START")
            .replacingOccurrences(of: "14:30:00Z", with: "14:40:00Z")
        try check(
            "both.json", forms([stop, start]) + forms([start, stop]), stops: [],
            answers: [1: "responded START 2026-11-20T14:40:00.000Z;"])
    }

    func testEventsOfOurMessagesInTheSameStreamAreReceipts() throws {
        let sent = #""from": "+14155550000", "to": "+14155551003", "text": "Hello. Reply STOP to end""#
        let named = sent + #", "metadata": {"reference": "\#(start)3-text-1"}"#
        let stop = bird("sms.received", #""from": "+14155551001", "to": "+14155550000", "text": "STOP""#)
        let delivered = bird("sms.delivered", named).replacingOccurrences(of: #""metadata": null, "#, with: "")
        let at = "2026-11-20T14:30:00.000Z"
        try check("both.json", forms([delivered, stop]) + forms([stop, delivered]), answers: [3: "delivered  \(at);"])
        try check("alone.json", [delivered], stops: [], answers: [3: "delivered  \(at);"])
        try check(
            "unknown.json", forms([bird("sms.delivered", sent.replacingOccurrences(of: "1003", with: "1999")), stop]),
            rejected: 1)
        // And in the other folder.
        try check(
            "both.json", forms([delivered, stop]), answers: [3: "delivered  \(at);"], in: "_receipts")
        let spark = """
            {"msys": {"message_event": {"type": "delivery", "rcpt_to": "c@example.com", "timestamp": "1795184999",
              "rcpt_meta": {"reference": "\(start)2-text-1"}}}}
            """
        let heard: [UInt32: String] = [2: "delivered  2026-11-20T14:29:59.000Z;"]
        try check("spark.json", [spark, "[" + spark + "]"], stops: [], answers: heard)
        try check("spark.json", forms([spark, stop]) + forms([stop, spark]), answers: heard)
    }

    func testAStopThatTheProviderHeardIsOfWhoeverWroteIt() throws {
        let stop = bird("sms.opted_out", #""from": "+14155551001", "to": "+14155550000""#)
        for folder in ["_replies", "_receipts"] { try check("out.json", [stop], in: folder) }
        let ours = bird(
            "sms.unsubscribed",
            #""from": "+14155550000", "to": "+14155551003", "x": {"reference": "\#(start)3-text-1"}"#)
        for folder in ["_replies", "_receipts"] { try check("out.json", [ours], stops: [3], in: folder) }
    }

    func testNotifysMessages() throws {
        let stop = """
            {"id": "d42d3c5e", "source_number": "14155551001", "destination_number": "447700900000", "message": "Stop!",
             "date_received": "2026-11-20T14:30:00.123456Z"}
            """
        try check("notify.json", forms([stop]))
        try check(
            "yes.json", [stop.replacingOccurrences(of: "Stop!", with: "Yes")], stops: [],
            answers: [1: "responded Yes 2026-11-20T14:30:00.123Z;"])
        try check(
            "api.json",
            [
                """
                {"received_text_messages": [{"id": "b51f", "user_number": "14155551001", "notify_number": "447700900000",
                  "content": "stop", "created_at": "2026-11-20T14:30:00.000000Z", "service_id": "a"}],
                 "links": {"current": "https://api.notifications.service.gov.uk/v2/received-text-messages"}}
                """
            ])
        let receipt = """
            {"id": "740e5834", "reference": "\(start)2-text-1", "to": "14155551002", "status": "delivered",
             "completed_at": "2026-11-20T14:30:00.0Z", "notification_type": "sms"}
            """
        let heard: [UInt32: String] = [2: "delivered  2026-11-20T14:30:00.000Z;"]
        try check("both.json", forms([stop, receipt]) + forms([receipt, stop]), answers: heard)
        try check("receipt.json", [receipt], stops: [], answers: heard)
    }

    func testTwiliosMessages() throws {
        let form =
            "ToCountry=US&SmsMessageSid=SM1&NumMedia=0&SmsSid=SM1&SmsStatus=received&Body=STOP&To=%2B14155550000"
            + "&NumSegments=1&MessageSid=SM1&AccountSid=AC1&From=%2B14155551001&ApiVersion=2010-04-01"
        let names = form.split(separator: "&").map { $0.split(separator: "=").map(String.init) }
        func value(_ text: String) -> String { text.replacingOccurrences(of: "%2B", with: "+") }
        let object = "{" + names.map { "\"\($0[0])\": \"\(value($0[1]))\"" }.joined(separator: ", ") + "}"
        let table =
            names.map { $0[0] }.joined(separator: ",") + "\n" + names.map { value($0[1]) }.joined(separator: ",")
        try check("twilio", [form, form + "\r\n" + form, table, table + "\n"] + forms([object]))
        let event =
            "SmsSid=SM1&SmsStatus=delivered&MessageStatus=delivered&To=%2B14155551002&MessageSid=SM1&From=%2B14155550000"
        let heard: [UInt32: String] = [2: "delivered  2026-11-20T15:00:00.000Z;"]
        try check("both", [form + "\n" + event, event + "\n" + form], answers: heard)
        try check("event", [event], stops: [], answers: heard)
        try check(
            "stream",
            forms([
                """
                {"specversion": "1.0", "type": "com.twilio.messaging.inbound-message.received", "id": "NO1", "data": {
                  "messageSid": "SM1", "timestamp": "2026-11-20T14:30:00.000Z", "from": "+14155551001", "to": "+14155550000",
                  "numMedia": 0, "body": "stop", "recipients": []}}
                """
            ]))
    }

    func testVonagesInfobipsAndSinchsMessages() throws {
        let vonage = """
            {"msisdn": "14155551001", "to": "14155550000", "messageId": "0A", "text": "STOP", "type": "text",
             "keyword": "STOP", "api-key": "abcd", "message-timestamp": "2026-11-20 14:30:00"}
            """
        try check("vonage.json", forms([vonage]))
        try check(
            "vonage",
            [
                "msisdn=14155551001&to=14155550000&messageId=0A&text=STOP&type=text"
                    + "&message-timestamp=2026-11-20+14%3A30%3A00"
            ])
        try check(
            "infobip.json",
            [
                """
                {"results": [{"messageId": "817790313235066447", "from": "14155551001", "to": "14155550000", "text": "STOP",
                  "cleanText": "", "keyword": "STOP", "receivedAt": "2026-11-20T14:30:00.000+0000", "smsCount": 1,
                  "price": {"pricePerMessage": 0, "currency": "EUR"}, "callbackData": "x"}],
                 "messageCount": 1, "pendingMessageCount": 0}
                """
            ])
        let sinch = """
            {"body": "STOP", "from": "14155551001", "id": "01XX", "operator_id": "1", "received_at": "2026-11-20T14:30:00Z",
             "sent_at": "2026-11-20T14:29:00Z", "to": "12345", "type": "mo_text"}
            """
        try check("sinch.json", forms([sinch]))
        let report = """
            {"type": "recipient_delivery_report_sms", "batch_id": "01", "recipient": "14155551004", "code": 0,
             "status": "Delivered", "at": "2026-11-20T14:30:00.000Z", "client_reference": "\(start)4-text-1"}
            """
        let heard: [UInt32: String] = [4: "delivered  2026-11-20T14:30:00.000Z;"]
        try check("both.json", forms([sinch, report]), answers: heard)
    }

    func testWhatMayBeAStopUnderANameThatNobodyKnowsIsHeardOrHolds() throws {
        // A word that is an event does not hide it.
        try check(
            "x.json", [#"{"from": "+14155551001", "to": "+14155550000", "status": "read", "msg": "STOP"}"#],
            rejected: 1)
        let bench = try bench()
        try bench.drop(#"{"from": "+14155551001", "type": "sms", "msg": "STOP"}"#, as: "_replies/x.json")
        XCTAssertTrue(try bench.refusal(2).contains("text"))
        XCTAssertEqual(try bench.pipeline.store.listHolds().count, 1)
    }
}
