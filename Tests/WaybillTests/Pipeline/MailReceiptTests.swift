import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Mails in `_receipts`: reports of delivery, complaints and unsubscriptions, one in a file or many.
final class MailReceiptTests: XCTestCase {
    private func bench() throws -> PipelineBench {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {require: ['email'], strategy: 's'}},
             strategies: {s: {steps: [{name: 'mail', channel: 'email', expires: '1d'}]}}}
            """, standing: true)
        try bench.drop(
            "email\n" + ["ann", "bob", "eva", "ian", "zoe"].map { "\($0)@b.example\n" }.joined(), as: "a/1.csv")
        try bench.send()
        try bench.advance(seconds: 60)
        return bench
    }

    private func states(_ bench: PipelineBench) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: BatchID("20261120-000001")!).filter { $0.value != 0 }
    }

    private func reference(_ record: Int) -> String { "bcdfgh-20261120-000001-\(record)-mail-1" }

    private func report(_ envelope: String, _ address: String, _ action: String, _ status: String) -> String {
        """
        Return-Path: <>
        From: MAILER-DAEMON@mx.example
        To: desk@clinic.example
        Date: Fri, 20 Nov 2026 15:00:30 +0000
        Subject: Undelivered Mail Returned to Sender
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: message/delivery-status

        Original-Envelope-Id: \(envelope)

        Final-Recipient: rfc822;\(address)
        Action: \(action)
        Status: \(status)

        --b--

        """
    }

    func testAReportIsKnownByItsContentAndEndsItsContact() throws {
        let bench = try bench()
        try bench.drop(report(reference(1), "ann@b.example", "failed", "5.1.1"), as: "_receipts/1.eml")
        try bench.drop(report("", "bob@b.example", "failed", "5.2.1"), as: "_receipts/report")
        try bench.drop(report(reference(3), "eva@b.example", "delayed", "4.4.1"), as: "_receipts/3.txt")
        XCTAssertEqual(try states(bench), [.emailSent: 3, .failed: 2])
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let attempts = try bench.report("attempts", campaign: "a")
        for word in [",bounced,2026-11-20T15:00:30", ",delayed,2026-11-20T15:00:30"] {
            XCTAssertTrue(attempts.contains { $0.contains(word) }, "\(word) in \(attempts)")
        }
        // The same once more changes nothing.
        try bench.drop(report(reference(1), "ann@b.example", "failed", "5.1.1"), as: "_receipts/again.eml")
        XCTAssertEqual(try states(bench), [.emailSent: 3, .failed: 2])
        XCTAssertEqual(bench.logged.with("list.holds"), [])
    }

    func testAFileOfMailsIsReadOneByOne() throws {
        let bench = try bench()
        let stop =
            "From: zoe@b.example\r\nTo: stop@clinic.example\r\nSubject: unsubscribe\r\nDate: Fri, 20 Nov 2026 15:00:40 +0000\r\n\r\n>From now on nothing.\r\n"
        let mbox =
            "From MAILER-DAEMON Fri Nov 20 15:00:30 2026\n" + report(reference(1), "ann@b.example", "failed", "5.1.1")
            + "\nFrom zoe@b.example Fri Nov 20 15:00:40 2026\n" + stop
            + "\nFrom MAILER-DAEMON Fri Nov 20 15:00:50 2026\n"
            + report(reference(2), "bob@b.example", "failed", "5.7.26")
        try bench.drop(mbox, as: "_receipts/mbox")
        XCTAssertEqual(try states(bench), [.emailSent: 2, .failed: 2, .suppressed: 1])
        XCTAssertEqual(try bench.acknowledgement(2)["received"] as? Int, 3)
    }

    func testAComplaintCountsForItsAddressWhetherOrNotTheMessageIsKnown() throws {
        let bench = try bench()
        let complaint = """
            From: fbl@isp.example
            To: abuse@clinic.example
            Subject: complaint
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=feedback-report; boundary=b

            --b
            Content-Type: message/feedback-report

            Feedback-Type: abuse
            Original-Rcpt-To: NAME
            --b
            Content-Type: message/rfc822

            Message-ID: <ID@clinic.example>

            --b--

            """
        func drop(_ id: String, _ name: String, as file: String) throws {
            try bench.drop(complaint.replacing("ID@", with: id + "@").replacing("NAME", with: name), as: file)
        }
        try drop(reference(1), "", as: "_receipts/1.eml")
        try drop("someone-elses", "bob@b.example", as: "_receipts/2.eml")
        try drop("bcdfgh-20991120-000009-1-mail-1", "stranger@b.example", as: "_receipts/3.eml")
        XCTAssertEqual(try states(bench), [.emailSent: 3, .suppressed: 2])
        try bench.drop("email\nstranger@b.example\nnew@b.example\n", as: "a/2.csv")
        XCTAssertEqual(
            try bench.pipeline.store.states(of: BatchID("20261120-000005")!).filter { $0.value != 0 },
            [.suppressed: 1, .pending: 1])
    }

    func testATokenLeadsToItsMessageAndAMailThatSaysNothingIsTold() throws {
        let bench = try bench()
        let token = report("x", "nobody@b.example", "failed", "5.1.1").replacing(
            "To: desk@", with: "To: bounces+bcdfgh-20261120-000001-4-1@")
        try bench.drop(token, as: "_receipts/1.eml")
        XCTAssertEqual(try states(bench), [.emailSent: 4, .failed: 1])
        try bench.drop(
            "From: ann@b.example\nTo: desk@clinic.example\nSubject: Re: Hello\nDate: Fri, 20 Nov 2026 15:00:40 +0000\n\nThank you.\n",
            as: "_receipts/2.eml")
        XCTAssertEqual(try states(bench), [.emailSent: 4, .failed: 1])
        XCTAssertEqual((try bench.acknowledgement(3)["rejectsByCode"] as? [String: Int]), ["event.missing": 1])
        XCTAssertEqual(bench.logged.with("list.holds"), [])
    }

    func testATableOfReceiptsIsNotTakenForAMail() throws {
        for text in [
            "reference,event\nbcdfgh-20261120-000001-1-mail-1,bounced\n",
            "event;to;subject;from\nbounced;ann@b.example;Re: x;y\n",
            "{\"from\": \"a\", \"to\": \"ann@b.example\", \"subject\": \"x: y\", \"event\": \"bounced\"}\n",
        ] {
            XCTAssertNil(MailReceipts(beginning: Array(text.utf8)), text)
            let bench = try bench()
            try bench.drop(text, as: "_receipts/1")
            XCTAssertEqual(try states(bench), [.emailSent: 4, .failed: 1], text)
        }
    }

    func testMailsAreReadTheSameHoweverTheirBytesCome() {
        let text =
            "From a Fri Nov 20\n" + report(reference(1), "ann@b.example", "failed", "5.1.1") + "\nFrom b Fri Nov 20\n"
            + report(reference(2), "bob@b.example", "delayed", "4.4.1")
        let bytes = Array(text.utf8)
        func rows(_ bytes: [UInt8], _ size: Int) -> String {
            guard var mails = MailReceipts(beginning: bytes) else { return "" }
            var rows: [UInt8] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                let end = min(start + size, bytes.count)
                rows += mails.push(Array(bytes[start..<end]), isLast: end == bytes.count)
            }
            return String(decoding: rows, as: UTF8.self)
        }
        let whole = rows(bytes, bytes.count)
        XCTAssertEqual(whole.split(separator: "\n").count, 3, whole)
        for lineEnd in ["\n", "\r\n", "\r"] {
            let same = Array(text.replacing("\n", with: lineEnd).utf8)
            for size in [1, 7, 100, 1_000] { XCTAssertEqual(rows(same, size), whole, lineEnd.debugDescription) }
        }
    }
}
