import Foundation
import XCTest

@testable import Waybill

/// Mails of mail systems that write no report as the standards ask for, or an odd one.
final class BounceFormTests: XCTestCase {
    private func findings(_ mail: String) -> [MailReport.Finding] { MailReport(Array(mail.utf8)[...]).findings }

    private let reference = "bcdfgh-20261120-000001-7-mail-1"

    private func report(envelope: String = "x") -> String {
        """
        Return-Path: <>
        From: MAILER-DAEMON@mx.example
        To: desk@clinic.example
        Subject: Undelivered Mail Returned to Sender
        Date: Sat, 21 Nov 2026 10:00:00 +0100
        Content-Type: multipart/report; report-type=delivery-status; boundary="4E1B.1"

        --4E1B.1

        I'm sorry. <someone@else.example>: said 550
        --4E1B.1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example
        Original-Envelope-Id: \(envelope)

        Original-Recipient: rfc822;ann@b.example
        Final-Recipient: rfc822; ann.real@c.example
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 <ann@b.example>: unknown

        --4E1B.1--
        """
    }

    private func complaint(_ fields: String) -> String {
        """
        From: feedback@isp.example
        To: abuse@clinic.example
        Date: Sat, 21 Nov 2026 10:00:00 GMT
        Subject: FW: Hello
        Content-Type: multipart/report; boundary=b; report-type="feedback-report"

        --b
        Content-Type: message/feedback-report

        Version: 1
        \(fields)
        --b--
        """
    }

    /// A mail of a mail system's own, with its text.
    private func bounce(_ text: String, fields: String = "From: MAILER-DAEMON@mx.example\nSubject: Returned mail")
        -> String
    {
        "\(fields)\nTo: desk@clinic.example\nDate: Sat, 21 Nov 2026 10:00:00 GMT\n\n\(text)\n"
    }

    private func told(_ mail: String) -> [String] { findings(mail).map { "\($0.address) \($0.event)" } }

    func testARecipientThatStandsInTheWordsAloneIsFound() {
        for (text, expected) in [
            (
                "Your message\n  To: all@clinic.example\ndid not reach the following recipient(s):\n\nann@b.example on Fri\n  No such user",
                "ann@b.example bounced"
            ),
            (
                "Error: Invalid user\nMAIL FROM: desk@other.example\nRCPT TO: ann@b.example\n550 no such user",
                "ann@b.example bounced"
            ),
            ("[Status: Error, Address: <ann@b.example>, ResponseCode 550, User unknown]", "ann@b.example bounced"),
            (
                "The addresses did NOT receive a copy of your message:\n> ann@b.example\n550 user unknown",
                "ann@b.example bounced"
            ),
            ("Undeliverable: 'ann@b.example' has no account", "ann@b.example bounced"),
            ("not delivered: dda:SMTP=ann@b.example; no such user", "ann@b.example bounced"),
            // Only the mail that came back names them.
            (
                "Connection timed out\n\n----- Unsent message follows -----\nFrom: desk@clinic.example\nTo: ann@b.example",
                "ann@b.example failed"
            ),
            (
                "could not be sent\n\nOriginal Message:\nFrom: desk@clinic.example\nTo: ann@b.example\nSubject: x",
                "ann@b.example failed"
            ),
            // It was written to who gets the report, or to a postmaster.
            ("<desk@clinic.example>:\nRemote host said: 552 mailbox full", "desk@clinic.example bounced"),
            (
                "The following addresses had problems:\npostmaster@b.example\nmailbox full",
                "postmaster@b.example bounced"
            ),
            // It begins like a copy, and is none.
            (
                "The original message was received at Fri\nfrom desk\n\n<ann@b.example>\n    (reason: 550 5.1.1 user unknown)",
                "ann@b.example bounced"
            ),
            (
                "Message-ID:<1@mail.clinic.example>\nwas not sent\n<ann@b.example>: no such user",
                "ann@b.example bounced"
            ),
        ] { XCTAssertEqual(told(bounce(text)), [expected], text) }
    }

    func testAnAccountThatWasClosedIsThePersonsWhicheverCommandWasAnswered() {
        for (words, expected) in [
            ("This account has been disabled or discontinued [#102]. (in reply to end of DATA command)", "bounced"),
            ("vdelivermail: account is locked email bounced", "bounced"),
            ("550 5.7.1 <ann@b.example>: Recipient address rejected: User temporary locked.", "bounced"),
            ("550 5.5.0 The recipient account is blocked. (in reply to RCPT TO command)", "bounced"),
            ("525 5.7.13 Disabled recipient address", "bounced"),
            // It speaks of the sender's domain.
            ("SMTP error after end of data: 553 mail.clinic.example does not exist", "failed"),
            // A relay refuses the sender's own login.
            ("525 5.7.13 User account disabled (in reply to MAIL FROM command)", "failed"),
            ("525 5.7.13 User account disabled", "failed"),
        ] { XCTAssertEqual(told(bounce("<ann@b.example>: \(words)")), ["ann@b.example \(expected)"], words) }
    }

    func testWordsInJapaneseAreReadInTheirOwnCharacterSet() throws {
        let fields = "From: MAILER-DAEMON@mx.example\nSubject: x\nContent-Type: text/plain; charset=ISO-2022-JP"
        let words = "------- Failure Reasons --------\nディレクトリのリストにありません\nann@b.example\n"
        let text = try XCTUnwrap(words.data(using: .iso2022JP))
        let mail = Array(bounce("", fields: fields).utf8) + text
        XCTAssertEqual(MailReport(mail[...]).findings.map { "\($0.address) \($0.event)" }, ["ann@b.example bounced"])
    }

    func testAReportWithoutAnAddressInItsFieldsIsAboutWhoItsWordsName() {
        let mail = report().replacing("Original-Recipient: rfc822;ann@b.example\n", with: "")
        for odd in ["rfc822;/var/spool/ann", "RFC822; @gateway.example", "x400; /S=ann/"] {
            let own = mail.replacing("rfc822; ann.real@c.example", with: odd)
                .replacing("I'm sorry. <someone@else.example>: said 550", with: "<ann@b.example>: unknown")
            XCTAssertEqual(told(own), ["ann@b.example bounced"], odd)
            let failed = own.replacing("<ann@b.example>: unknown", with: "See below.")
                .replacing("Subject: Und", with: "X-Failed-Recipients: bob@b.example\nSubject: Und")
            XCTAssertEqual(told(failed), ["bob@b.example bounced"], odd)
        }
    }

    func testRecipientsWithoutAnEmptyLineBetweenThemAreEachTold() {
        let mail = report().replacing(
            "Diagnostic-Code: smtp; 550 5.1.1 <ann@b.example>: unknown\n",
            with:
                "Diagnostic-Code: smtp; 550 unknown\nOriginal-Recipient: rfc822;bob@b.example\nAction: failed\nStatus: 5.7.1\n"
        )
        XCTAssertEqual(told(mail), ["ann@b.example bounced", "bob@b.example failed"])
    }

    func testWhereAReportGivesNoReasonItsWordsAboutThatPersonDo() {
        let group = "Final-Recipient: rfc822; ann@b.example\nAction: failed\nStatus: 5.0.0"
        func mail(_ text: String, _ groups: String) -> String {
            bounce(
                "--b\n\n\(text)\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n\(groups)\n--b--",
                fields: "From: MAILER-DAEMON@mx.example\nSubject: failed\nContent-Type: multipart/report; boundary=b")
        }
        XCTAssertEqual(told(mail("ann@b.example: 550 5.1.1 user unknown", group)), ["ann@b.example bounced"])
        XCTAssertEqual(told(mail("ann@b.example: 550 blocked", group)), ["ann@b.example failed"])
        XCTAssertEqual(
            told(mail("ann@b.example: the mailbox may be full, or the account inactive", group)),
            ["ann@b.example failed"])
        let two = group + "\n\n" + group.replacing("ann@", with: "bob@")
        XCTAssertEqual(
            told(mail("ann@b.example: user unknown\nbob@b.example: blocked as spam", two)),
            ["ann@b.example bounced", "bob@b.example failed"])
        // What the relay said goes before what is written around it.
        let stated = group + "\nDiagnostic-Code: smtp; 554 blocked"
        XCTAssertEqual(told(mail("ann@b.example: user unknown?", stated)), ["ann@b.example failed"])
        // Nor does the code that whoever reports it chose.
        let policy = group.replacing("5.0.0", with: "5.7.1") + "\nDiagnostic-Code: smtp; 553 Invalid recipient"
        XCTAssertEqual(told(mail("", policy)), ["ann@b.example bounced"])
        XCTAssertEqual(told(mail("", policy.replacing("553 I", with: "553 5.7.1 I"))), ["ann@b.example failed"])
        XCTAssertEqual(told(mail("", policy.replacing("Inv", with: "Blocked: inv"))), ["ann@b.example failed"])
        let illegal = group.replacing("5.0.0", with: "5.4.4 (Illegal host/domain name found)")
        XCTAssertEqual(told(mail("Reason: Illegal host/domain name found", illegal)), ["ann@b.example bounced"])
        // A program that cannot do its work knows nothing of the person.
        let broken =
            group.replacing("5.0.0", with: "5.1.1")
            + "\nDiagnostic-Code: x-unix; procmail: Couldn't create \"/var/spool/mail/ann\": No such user"
        XCTAssertEqual(told(mail("", broken)), ["ann@b.example failed"])
        // The kind of system that says so is no word of it.
        let typed = group.replacing("5.0.0", with: "5.4.4") + "\nDiagnostic-Code: X-Relay; Host not found"
        XCTAssertEqual(told(mail("", typed)), ["ann@b.example bounced"])
    }

    func testNoFaultOfTheSendersIsBlamedOnThePersonWhateverTheWords() {
        for (said, event) in [
            ("550 5.1.0 user desk does not exist (in reply to MAIL FROM command)", Event.failed),
            ("SMTP error after MAIL FROM:<desk@clinic.example>:\n553 5.1.1 user does not exist", .failed),
            ("550 Unknown user (in reply to end of DATA command)", .failed),
            ("552 mailbox full (in reply to end of DATA command)", .bounced),
            ("550 the group may not exist, or you may not post", .failed),
            ("550 Recipient address rejected: Greylisted", .failed),
            ("550 Sender address rejected.", .failed), ("550 #5.1.0 Address rejected.", .bounced),
            ("550 5.4.1 [ann@b.example]: Recipient address rejected: Access denied", .bounced),
            ("554 5.7.1 Recipient address rejected: Access denied", .failed),
            ("550 5.3.0 No such user here", .bounced), ("550 5.3.0 local configuration error", .failed),
            ("452 4.3.0 quota exceeded", .bounced), ("450 4.1.1 User unknown", .bounced),
            ("450 4.1.1 greylisted, try later", .failed), ("550 5.4.4 Invalid domain", .bounced),
            ("550 5.4.4 relay: invalid domain", .failed),
            ("554 5.5.0 not delivered because the domain is not reachable. Please check the domain", .bounced),
            ("user doesn't have a mail.example account", .bounced),
        ] { XCTAssertEqual(findings(bounce("<ann@b.example>: \(said)")).map(\.event), [event], said) }
    }

    func testADomainThatTakesNoMailsIsTheAddresssAndTheSendersOwnIsNot() {
        for (said, event) in [
            ("The domain b.example doesn't receive email: returned Null MX", Event.bounced),
            ("550 Host does not accept mail", .bounced), ("an MX record indicated no SMTP service", .bounced),
            ("Sorry, I couldn't find a mail exchanger. (#5.4.4)", .bounced), ("No MX record found", .bounced),
            ("550 sender domain has no MX record", .failed), ("550 no MX record for MAIL FROM domain", .failed),
            ("550 5.7.27 Sender address has null MX", .failed), ("450 4.4.4 no MX found", .failed),
        ] { XCTAssertEqual(findings(bounce("<ann@b.example>: \(said)")).map(\.event), [event], said) }
        let group = "Final-Recipient: rfc822; ann@b.example\nAction: failed\nStatus: 4.0.0\nDiagnostic-Code: smtp; "
        let mail = bounce(
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n\(group)returned Null MX\n--b--",
            fields: "From: MAILER-DAEMON@mx.example\nSubject: x\nContent-Type: multipart/report; boundary=b")
        XCTAssertEqual(told(mail), ["ann@b.example bounced"])
        XCTAssertEqual(told(mail.replacing("returned Null MX", with: "no answer")), ["ann@b.example failed"])
    }

    func testWhatATranscriptSaysOfAnotherIsNoneOfTheirs() {
        let text = """
            >>> MAIL From:<desk@clinic.example>
            <<< 501 no entrance for mails from here
            554 <ann@b.example>... Remote protocol error
            550 c.example (smtp)... 550 Host unknown
            554 <bob@c.example>... 550 Host unknown
            """
        XCTAssertEqual(told(bounce(text)), ["ann@b.example failed", "bob@c.example bounced"])
        // All of them are meant, though the mail was for one.
        let copy = "\n\n----- Unsent message follows -----\nFrom: desk@clinic.example\nTo: ann@b.example"
        XCTAssertEqual(told(bounce(text + copy)), ["ann@b.example failed", "bob@c.example bounced"])
    }

    func testAFullMailboxIsSoftWhateverItsCodeAndWhereverItIsSaid() throws {
        let columns = try ReceiptColumns(names: MailReceipts.columns)
        func isSoft(_ mail: String) -> [Bool?] {
            findings(mail).map { found in
                let values = ["", found.address, found.event.rawValue, "", found.detail, "1"]
                return columns.read(values.map { Array($0.utf8)[...] }).row.map { $0.event == .bounced && $0.isSoft }
            }
        }
        for text in [
            "Could not be delivered to:\n<ann@b.example>\nThe reason: their mailbox is full.",
            "<ann@b.example>: 552 5.1.1 over quota for now", "User mailbox exceeds allowed size: ann@b.example",
            "<ann@b.example>\nquota exceeded",
        ] { XCTAssertEqual(isSoft(bounce(text)), [true], text) }
        XCTAssertEqual(isSoft(bounce("<ann@b.example>: 550 5.1.1 user unknown")), [false])
        let bare = report().replacing(
            "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <ann@b.example>: unknown", with: "Status: 5.0.0")
        let told = bare.replacing("<someone@else.example>: said 550", with: "<ann@b.example>: 552 5.2.2 mailbox full")
        XCTAssertEqual(isSoft(told), [true])
        XCTAssertEqual(findings(told).map(\.detail), ["5.0.0 I'm sorry. … 552 5.2.2 mailbox full"])
    }

    func testOfSeveralAddressesWhomTheMailWasForIsMeant() {
        let copy = "\n\n------ copy of the message ------\nFrom: desk@clinic.example\nTo: "
        XCTAssertEqual(
            told(bounce("malformed: old@b.example <ann@b.example> is no address" + copy + "old <ann@b.example>")),
            ["ann@b.example failed"])
        // Who stands in the list is meant, even if it is who gets the report.
        XCTAssertEqual(
            told(
                bounce(
                    "The following addresses failed:\n\ndesk@clinic.example:\n  no such user" + copy + "ann@b.example")),
            ["desk@clinic.example bounced"])
        let mail =
            report() + "\n--4E1B.1\nContent-Type: text/rfc822-headers\n\nTo: Ann <ANN.real@c.example>\n--4E1B.1--"
        XCTAssertEqual(told(report()), ["ann@b.example bounced"])
        XCTAssertEqual(told(mail.replacing("--4E1B.1--\n", with: "")), ["ann.real@c.example bounced"])
    }

    func testAWarningIsNoFailure() {
        XCTAssertEqual(
            told(
                bounce(
                    "<ann@b.example>: timed out",
                    fields: "From: MAILER-DAEMON@mx.example\nSubject: Warning: could not send message for past 4 hours")
            ),
            ["ann@b.example delayed"])
        for text in [
            "THIS IS A WARNING MESSAGE ONLY.\n<ann@b.example>: 421 busy",
            "<ann@b.example>\nDelivery attempts will continue",
            "Message to <ann@b.example> has not yet been delivered: mailbox full",
            "<ann@b.example>: user unknown. We will continue to try to deliver your message",
        ] { XCTAssertEqual(told(bounce(text)), ["ann@b.example delayed"], text) }
        XCTAssertEqual(
            told(bounce("<ann@b.example>: no answer", fields: "From: postmaster@a.example\nSubject: Status (Delay)")),
            ["ann@b.example delayed"])
    }

    func testAReportThatSomebodyPassedOnIsRead() {
        let mail = bounce(
            "--o\n\nSee below.\n--o\nContent-Type: message/rfc822\n\n\(report(envelope: reference))\n--o--",
            fields:
                "From: Bob <bob@clinic.example>\nSubject: Fwd: Returned mail\nContent-Type: multipart/mixed; boundary=o"
        )
        XCTAssertEqual(told(mail), ["ann@b.example bounced"])
        XCTAssertEqual(findings(mail).first?.reference, reference)
    }

    func testAMailWhosePartsCannotBeToldApartIsReadAsText() {
        let mail = bounce(
            "boundary=\"b\"\n\n--b\n\n<ann@b.example>: no such user\n--b--",
            fields: "From: MAILER-DAEMON@mx.example\nSubject: x\nContent-Type: multipart/mixed;")
        XCTAssertEqual(told(mail), ["ann@b.example bounced"])
    }

    func testAComplaintAboutSeveralIsOneOfEach() {
        let found = findings(
            complaint("Feedback-Type: abuse\nOriginal-Rcpt-To: <ann@b.example>\nOriginal-Rcpt-To: <bob@b.example>"))
        XCTAssertEqual(found.map(\.address), ["ann@b.example", "bob@b.example"])
        XCTAssertEqual(found.map(\.event), [.complained, .complained])
    }

    func testSomebodyWhoIsAwayHasTheMailThoughTheReportHasNoSender() {
        let away = "Return-Path: <>\nFrom: Ann <ann@b.example>\nSubject: Automatic reply: Hello"
        XCTAssertEqual(told(bounce("Please stop by. Ask bob@b.example", fields: away)), ["ann@b.example delivered"])
        // In whatever words, where it answers a mail.
        let words =
            "Return-Path: <>\nFrom: Ann <ann@b.example>\nSubject: x\nAuto-Submitted: auto-replied\nIn-Reply-To: <x@y>"
        XCTAssertEqual(told(bounce("From now on: bob@b.example", fields: words)), ["ann@b.example delivered"])
        let daemon = away.replacing("Ann <ann@b.example>", with: "MAILER-DAEMON@mx.example")
        XCTAssertEqual(told(bounce("<ann@b.example>: no such user", fields: daemon)), ["ann@b.example bounced"])
    }

    func testThatSomebodyReadAMailIsNoFailure() {
        for (sender, disposition, event) in [
            ("", "displayed", "read"), ("Return-Path: <>\n", "displayed", "read"),
            ("Return-Path: <>\n", "deleted", "delivered"), ("Return-Path: <>\n", "", "delivered"),
        ] {
            let fields =
                "\(sender)From: Ann <ann@b.example>\nSubject: Read: Hello\n"
                + "Content-Type: multipart/report; report-type=disposition-notification; boundary=b"
            let text =
                "--b\n\nYour message could not be delivered to bob@b.example, STOP\n--b\n"
                + "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;ann@b.example\n"
                + "Original-Message-ID: <\(reference)@clinic.example>\nDisposition: manual-action/MDN-sent; \(disposition)\n--b--"
            XCTAssertEqual(told(bounce(text, fields: fields)), ["ann@b.example \(event)"])
            XCTAssertEqual(findings(bounce(text, fields: fields)).first?.reference, reference)
            // Some systems send one about what they refuse.
            let refused = text.replacing(
                "could not be delivered to bob@b.example, STOP",
                with: "to <ann@b.example> was automatically rejected:\nQuota exceeded")
            XCTAssertEqual(
                told(bounce(refused, fields: fields)), ["ann@b.example \(event == "read" ? event : "bounced")"])
            XCTAssertEqual(findings(bounce(refused, fields: fields)).first?.reference, reference)
        }
    }

    func testNoticesOfSESAreReadAsTheyAreMailed() {
        let mail = #""mail":{"headers":[{"name":"Message-ID","value":"<\#(reference)@clinic.example>"}]}"#
        let cases = [
            (
                #"{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"ann@b.example","status":"5.1.1","#
                    + #""diagnosticCode":"smtp; 550 5.1.1 user unknown"},{"emailAddress":"<bob@b.example>"}],"#
                    + #""timestamp":"2026-11-20T00:06:40.502Z"},\#(mail)}"#,
                ["ann@b.example bounced", "bob@b.example failed"]
            ),
            (
                #"{"complaint":{"complainedRecipients":[{"emailAddress":"ann@b.example"}]},\#(mail)}"#,
                ["ann@b.example complained"]
            ),
            (#"{"delivery":{"recipients":["ann@b.example"]},\#(mail)}"#, ["ann@b.example delivered"]),
        ]
        let fields = "From: Notices <no-reply@notices.example>\nSubject: Notification"
        for (object, expected) in cases {
            let footer = "\n\n--\nTo stop these, unsubscribe here."
            let within =
                "{\"Message\" : \(String(decoding: (try? JSONEncoder().encode(object)) ?? Data(), as: UTF8.self))}"
            let cut = object.prefix(40) + "!\n " + object.dropFirst(40)
            for text in [object + footer, within + footer, cut + footer] {
                XCTAssertEqual(told(bounce(String(text), fields: fields)), expected, String(text))
                XCTAssertEqual(findings(bounce(String(text), fields: fields)).first?.reference, reference)
            }
        }
        XCTAssertEqual(told(bounce(#"{"bounce": 3}"#, fields: fields)), [])
    }
}
