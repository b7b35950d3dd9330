import Foundation
import Support
import XCTest

@testable import Waybill

/// What mails say of messages of ours.
final class MailReportTests: XCTestCase {
    private func findings(_ mail: String, lineEnd: String = "\n") -> [MailReport.Finding] {
        MailReport(Array(mail.replacing("\n", with: lineEnd).utf8)[...]).findings
    }

    /// A report as Postfix writes it.
    private func report(
        action: String = "failed", status: String = "5.1.1",
        diagnosis: String = "smtp; 550 5.1.1 <ann@b.example>: unknown",
        envelope: String = "", original: String = "Message-ID: <x@y>", to: String = "bounces@clinic.example"
    ) -> String {
        """
        Return-Path: <>
        From: MAILER-DAEMON@mx.example (Mail Delivery System)
        To: \(to)
        Subject: Undelivered Mail Returned to Sender
        Date: Sat, 21 Nov 2026 10:00:00 +0100 (CET)
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status;
        \tboundary="4E1B.1/mx.example"

        --4E1B.1/mx.example
        Content-Type: text/plain

        I'm sorry. <someone@else.example>: said 550

        --4E1B.1/mx.example
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example
        \(envelope.isEmpty ? "X-Queue: 1" : "Original-Envelope-Id: \(envelope)")

        Original-Recipient: rfc822;ann@b.example
        Final-Recipient: rfc822; ann.real@c.example
        Action: \(action)
        Status: \(status)
        Diagnostic-Code: \(diagnosis)

        --4E1B.1/mx.example
        Content-Type: text/rfc822-headers

        From: desk@clinic.example
        To: ann@b.example
        \(original)

        --4E1B.1/mx.example--
        """
    }

    private let reference = "bcdfgh-20261120-000001-7-mail-1"

    func testAReportOfDeliveryNamesItsMessageByTheEnvelopeTheMailOrTheAddressItWentTo() {
        let cases = [
            report(envelope: reference), report(original: "Message-ID: <\(reference)@clinic.example>"),
            report(original: "Feedback-ID: \(reference):a:bcdfgh:waybill"),
            report(to: "bounces+\(reference)@clinic.example"),
            report(to: "<bounces+\(reference.uppercased())@clinic.example>"),
        ]
        for mail in cases {
            for lineEnd in ["\n", "\r\n", "\r"] {
                let found = findings(mail, lineEnd: lineEnd)
                XCTAssertEqual(found.count, 1)
                XCTAssertEqual(found.first?.reference.lowercased(), reference, mail)
                XCTAssertEqual(found.first?.address, "ann@b.example")
                XCTAssertEqual(found.first?.event, .bounced)
                XCTAssertEqual(found.first?.at, "2026-11-21T09:00:00+00:00")
                XCTAssertEqual(found.first?.detail, "5.1.1 … unknown")
            }
        }
        let token = findings(report(to: "bounces+bcdfgh-20261120-000001-7-1@clinic.example"))
        XCTAssertEqual(token.first?.reference, "bcdfgh-20261120-000001-7-1")
        XCTAssertEqual(findings(report()).first?.reference, "")
    }

    func testWhatAReportSaysIsTheEventAndNoSendersFaultIsBlamedOnThePerson() {
        let cases: [(String, String, String, Event?)] = [
            ("failed", "5.1.1", "smtp; 550 5.1.1 user unknown", .bounced),
            ("failed", "5.2.2", "smtp; 552 full", .bounced),
            ("failed (bad address)", "5.1.2", "", .bounced),
            ("failed", "4.2.2", "smtp; 452 4.2.2 over quota", .bounced),
            ("failed", "5.7.26", "smtp; 550-5.7.26 unauthenticated", .failed), ("failed", "5.7.9", "", .failed),
            ("failed", "5.0.0", "smtp; 550 5.7.515 access denied", .failed), ("failed", "5.1.8", "", .failed),
            ("failed", "5.3.0", "x-unix; out of memory", .failed), ("failed", "4.4.1", "X; timed out", .failed),
            ("failed", "5.0.0", "smtp; 550 no such user", .bounced),
            ("failed", "5.0.0", "smtp; 550 blocked as spam", .failed),
            ("failed", "5.1.1", "smtp; 550 5.1.1 blocked by policy", .failed), ("failed", "5.6.0", "", .failed),
            ("failed", "", "smtp; 554 rejected", .failed),
            ("failed", "4.0.0", "X; delivery temporarily suspended", .failed),
            ("failed", "5.0.0", "smtp; 501 5.0.0 Invalid domain name", .failed), ("delayed", "4.4.1", "", .delayed),
            ("delivered", "2.0.0", "", .delivered), ("expanded", "2.0.0", "", .delivered),
            ("relayed", "2.0.0", "", .accepted),
            ("", "4.4.1", "", .delayed), ("", "5.1.1", "", .bounced), ("", "2.1.5", "", .delivered),
        ]
        for (action, status, diagnosis, event) in cases {
            let found = findings(report(action: action, status: status, diagnosis: diagnosis))
            XCTAssertEqual(found.first?.event, event, "\(action) \(status) \(diagnosis)")
        }
    }

    func testAReportOfSeveralRecipientsHasARowForEach() {
        let mail = report().replacing(
            "Diagnostic-Code: smtp; 550 5.1.1 <ann@b.example>: unknown\n",
            with: "\n  \nFinal-Recipient: RFC822; <bob@b.example>\nAction: delayed\nStatus: 4.4.7\n\n"
                + #"Original-Recipient: utf-8; \x{7528}\x{6237}@b.example"# + "\nAction: delivered\nStatus: 2.0.0\n")
        XCTAssertEqual(findings(mail).map(\.address), ["ann@b.example", "bob@b.example", "用户@b.example"])
        XCTAssertEqual(findings(mail).map(\.event), [.bounced, .delayed, .delivered])
    }

    private func complaint(
        _ fields: String, original: String = "Message-ID: <bcdfgh-20261120-000001-7-mail-1@clinic.example>"
    )
        -> String
    {
        """
        From: feedback@isp.example
        To: abuse@clinic.example
        Date: Sat, 21 Nov 2026 10:00:00 GMT
        Subject: FW: Hello
        MIME-Version: 1.0
        Content-Type: multipart/report; boundary=b; report-type="feedback-report"

        --b
        Content-Type: text/plain

        This is an email abuse report.
        --b
        Content-Type: message/feedback-report

        Version: 1
        \(fields)

        --b
        Content-Type: message/rfc822
        Content-Disposition: inline

        To: <redacted>
        \(original)

        Hello
        --b--
        """
    }

    func testAComplaintIsOneAlsoWhereTheAddressIsLeftOut() {
        for (fields, event) in [
            ("Feedback-Type: abuse", Event.complained), ("Feedback-Type: fraud", .complained),
            ("Feedback-Type: virus", .complained), ("Feedback-Type: other", .complained), ("X: y", .complained),
            ("Feedback-Type: opt-out", .unsubscribed), ("Feedback-Type: not-spam", .accepted),
            ("Feedback-Type: auth-failure", .accepted),
        ] {
            let found = findings(complaint(fields))
            XCTAssertEqual(found.map(\.event), [event], fields)
            XCTAssertEqual(found.first?.reference, reference)
            XCTAssertEqual(found.first?.address, "")
        }
        let named = findings(
            complaint(
                "Feedback-Type: abuse\nOriginal-Rcpt-To: <ann@b.example>\nReceived-Date: Fri, 20 Nov 2026 23:00:00 -0500",
                original: "X: y"))
        XCTAssertEqual(named.first?.address, "ann@b.example")
        XCTAssertEqual(named.first?.reference, "")
        XCTAssertEqual(named.first?.at, "2026-11-21T04:00:00+00:00")
    }

    func testMailSystemsThatWriteNoReportAreUnderstood() {
        let qmail = """
            Return-Path: <>
            From: MAILER-DAEMON@mx.example
            To: desk@clinic.example
            Subject: failure notice

            Hi. This is the qmail-send program at mx.example.
            I'm afraid I wasn't able to deliver your message to the following addresses.

            <ann@b.example>:
            192.0.2.1 does not like recipient.
            Remote host said: 550 5.1.1 <ann@b.example>... User unknown
            <bob@b.example>:
            Sorry, no mailbox here by that name.

            --- Below this line is a copy of the message.

            Return-Path: <desk@clinic.example>
            Message-ID: <\(reference)@clinic.example>
            To: third@b.example
            """
        let found = findings(qmail)
        XCTAssertEqual(found.map(\.address), ["ann@b.example", "bob@b.example"])
        XCTAssertEqual(found.map(\.event), [.bounced, .bounced])
        XCTAssertEqual(Set(found.map(\.reference)), [reference])
        XCTAssertTrue(found[0].detail.hasPrefix("5.1.1") && !found[0].detail.contains("@"), found[0].detail)
        let exim =
            "From: Mail Delivery System <Mailer-Daemon@mx.example>\nTo: desk@clinic.example\nDate: x\n"
            + "X-Failed-Recipients: ann@b.example\nSubject: Mail delivery failed\n\nrejected as spam 550 5.7.1\n"
        XCTAssertEqual(findings(exim).map(\.event), [.failed])
        XCTAssertEqual(findings(exim).map(\.address), ["ann@b.example"])
    }

    func testAMailToTheUnsubscribingAddressIsARefusalAndAnAutomaticAnswerIsNone() {
        func from(_ fields: String, _ text: String = "Thanks") -> [MailReport.Finding] {
            findings(
                "From: Ann <ann@b.example>\nTo: stop@clinic.example\nDate: Sat, 21 Nov 2026 10:00:00 GMT\n\(fields)\n\n\(text)\n"
            )
        }
        for (fields, text) in [
            ("Subject: unsubscribe", ""), ("Subject: \(reference)", ""), ("Subject: Re: Hello", "STOP"),
            ("Subject: =?utf-8?q?un-subscribe=20me?=", ""), ("Subject: =?UTF-8?B?U1RPUA==?=", ""),
        ] {
            XCTAssertEqual(from(fields, text).map(\.event), [.unsubscribed], fields)
            XCTAssertEqual(from(fields, text).map(\.address), ["ann@b.example"])
        }
        XCTAssertEqual(from("Subject: \(reference)").first?.reference, reference)
        XCTAssertEqual(from("Subject: Re: Hello"), [])
        XCTAssertEqual(from("Subject: Away\nAuto-Submitted: auto-replied", "stop by").map(\.event), [.delivered])
    }

    func testEncodedPartsAreDecodedAndNestedOnesFound() {
        let status = "Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; ann@b.example\nAction: failed\nStatus: 5.1.1\n"
        let mail = """
            From: postmaster@a.example
            To: desk@clinic.example
            Subject: Undeliverable
            Content-Type: multipart/mixed; boundary=outer

            --outer
            Content-Type: multipart/report; boundary=inner

            --inner
            Content-Type: message/delivery-status
            Content-Transfer-Encoding: base64

            \(Data(status.utf8).base64EncodedString())
            --inner
            Content-Type: message/rfc822
            Content-Transfer-Encoding: quoted-printable

            Message-ID: <=\n\(reference)=40clinic.example>
            --inner--
            --outer--
            """
        XCTAssertEqual(findings(mail).map(\.reference), [reference])
        XCTAssertEqual(findings(mail).map(\.address), ["ann@b.example"])
    }

    func testNothingThatAMailHoldsCanHurt() {
        var deep = "From: postmaster@a.example\nTo: b@c.example\nSubject: Undeliverable\n"
        for depth in 0..<50 { deep += "Content-Type: multipart/mixed; boundary=b\(depth)\n\n--b\(depth)\n" }
        XCTAssertLessThanOrEqual(findings(deep).count, 1)
        let many = "From: postmaster@a.example\n" + String(repeating: "X-Field: y\n", count: 20_000) + "\n"
        XCTAssertLessThanOrEqual(findings(many).count, 1)
        let parts =
            "Content-Type: multipart/mixed; boundary=b\nFrom: postmaster@a.example\n\n"
            + String(repeating: "--b\n\nx\n", count: 5_000)
        XCTAssertLessThanOrEqual(findings(parts).count, 1)
        // Whatever is cut off or changed of a report, it is read to an end.
        let whole = Array(report(envelope: reference).utf8)
        var random = SeededGenerator(seed: TestSeed.next())
        for _ in 0..<400 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = MailReport(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))).findings
        }
    }

    func testDatesOfMailsInAnyFormThatIsOne() {
        for (text, expected) in [
            ("Fri, 20 Nov 2026 15:00:09 +0000", "2026-11-20T15:00:09+00:00"),
            ("20 Nov 2026 15:00 -0530", "2026-11-20T20:30:00+00:00"),
            ("Fri, 20 Nov 99 15:00:00 EST (remark)", "1999-11-20T20:00:00+00:00"),
            ("fri,  1 dec 2026 0:0:0 GMT", "2026-12-01T00:00:00+00:00"),
            ("Fri, 31 Feb 2026 15:00:00 GMT", ""), ("Fri, 20 Nov 2026 15:00:00", ""), ("", ""), ("yesterday", ""),
            ("Tue, 1 Dec 2026 00:00:00 z", "2026-12-01T00:00:00+00:00"),
        ] { XCTAssertEqual(MailDate.iso8601(text), expected, text) }
    }
}
