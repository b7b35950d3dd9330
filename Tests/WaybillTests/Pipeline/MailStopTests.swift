import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Mails by which somebody wants no more mails: whose stop it is, and in which words.
final class MailStopTests: XCTestCase {
    private let reference = "bcdfgh-20261120-000001-1-mail-1"

    private func findings(_ mail: String) -> [MailReport.Finding] {
        MailReport(Array(mail.replacing("\n", with: "\r\n").utf8)[...]).findings
    }

    private func mail(
        from: String = "ann@b.example", _ subject: String = "STOP", fields: String = "", _ text: String = ""
    ) -> String {
        "From: \(from)\nTo: desk@clinic.example\nSubject: \(subject)\nDate: Fri, 20 Nov 2026 15:00:40 +0000\n\(fields)\n\(text)\n"
    }

    private func stopped(_ mail: String) -> [String] {
        findings(mail).filter { $0.event == .unsubscribed }.map(\.address)
    }

    // MARK: - Who says it

    func testTheSenderIsTheLastAddressInAngleBracketsAndNoneThatIsOnlyTheName() {
        for from in [
            #""bob@corp.example" <ann@b.example>"#, #""Ann <x@y.example>" <ann@b.example>"#,
            "bob@corp.example <ann@b.example>", "(bob@corp.example) ann@b.example", "ann@b.example (bob@corp.example)",
            #""a \" <x@y.example>, b" <ann@b.example>"#, "Ann <x@y.example> <ann@b.example>", #"<"ann"@b.example>"#,
            "Friends: Ann <ann@b.example>;", "(a (b@c.example) c) Ann <ann@b.example>",
        ] { XCTAssertEqual(stopped(mail(from: from)), ["ann@b.example"], from) }
        // Of what nobody can part, all counts.
        XCTAssertEqual(Set(stopped(mail(from: #""Ann <ann@b.example>"#))), ["ann@b.example"])
    }

    func testAllWhoSentItAreLeftAlone() {
        XCTAssertEqual(stopped(mail(from: "bob@b.example, Ann <ann@b.example>")), ["bob@b.example", "ann@b.example"])
        XCTAssertEqual(
            stopped(mail(from: "list@x.example", fields: "Sender: ann@b.example\nReply-To: Eva <eva@b.example>\n")),
            ["list@x.example", "ann@b.example", "eva@b.example"])
        XCTAssertEqual(stopped(mail(fields: "Reply-To: ANN@b.example\n")), ["ann@b.example"], "one person, once")
        XCTAssertEqual(stopped(mail(fields: "From: bob@b.example\n")), ["ann@b.example", "bob@b.example"])
    }

    func testTheMessageThatIsAnsweredSaysWhoseItIs() {
        for fields in [
            "In-Reply-To: <\(reference)@clinic.example>\n",
            "References: <a@b>\n <\(reference.uppercased())@clinic.example>\n",
        ] {
            let found = findings(mail(from: "ann.private@d.example", "Re: Hello", fields: fields, "STOP"))
            XCTAssertEqual(found.map { $0.reference.lowercased() }, [reference], fields)
            XCTAssertEqual(found.map(\.address), ["ann.private@d.example"])
        }
        let named = findings(mail(from: "x@d.example", "unsubscribe", "my reference: \(reference)."))
        XCTAssertEqual(named.map(\.reference), [reference])
        let two = findings(
            mail(
                from: "x@d.example, y@d.example",
                fields: "In-Reply-To: <\(reference)@c.example>\n"
                    + "References: <bcdfgh-20261120-000001-2-mail-1@c.example>\n"))
        XCTAssertEqual(two.map(\.reference), [reference, "bcdfgh-20261120-000001-2-mail-1"])
        XCTAssertEqual(two.map(\.address), ["x@d.example", "y@d.example"])
        XCTAssertEqual(
            findings(mail("Re: Hello", fields: "In-Reply-To: <\(reference)@clinic.example>\n", "Thank you.")), [],
            "an answer is no stop")
    }

    func testAStopToEverythingIsNotOnlyForTheListThatIsAnswered() {
        let found = findings(mail("Re: Hello", fields: "In-Reply-To: <\(reference)@clinic.example>\n", "STOP ALL"))
        XCTAssertEqual(Set(found.map(\.reference)), [reference, ""])
        XCTAssertEqual(Set(found.map(\.address)), ["ann@b.example"])
    }

    // MARK: - Passed on

    private func attached(_ inner: String, _ subject: String = "Fwd: from a patient", fields: String = "") -> String {
        mail(
            from: "desk@clinic.example", subject,
            fields: "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\(fields)",
            "--x\nContent-Type: text/plain\n\nfyi\n--x\nContent-Type: message/rfc822\n\n\(inner)\n--x--\n")
    }

    func testAStopThatSomebodyPassedOnAsAnAttachmentIsOfWhoWroteIt() {
        XCTAssertEqual(stopped(attached(mail())), ["ann@b.example"])
        XCTAssertEqual(stopped(attached(mail(), "Fwd: STOP")), ["desk@clinic.example", "ann@b.example"])
        XCTAssertEqual(
            stopped(attached(mail(), fields: "Auto-Submitted: auto-forwarded\n")), ["ann@b.example"])
        XCTAssertEqual(stopped(attached(attached(mail()))), ["ann@b.example"])
        XCTAssertEqual(stopped(attached(mail("Re: Hello", "Thank you."))), [])
        let ours =
            mail(
                from: "desk@clinic.example", "Hello", fields: "Message-ID: <\(reference)@clinic.example>\n",
                "unsubscribe")
        XCTAssertEqual(stopped(attached(ours, "Re: Hello")), [], "our own message says nothing of a person")
    }

    func testAStopThatSomebodyPassedOnInTheirMailIsOfWhoWroteIt() {
        for (subject, block) in [
            (
                "Fwd: STOP",
                "---------- Forwarded message ----------\nFrom: Ann <ann@b.example>\nDate: x\nSubject: STOP\n\nstop\n"
            ),
            (
                "WG: Hallo",
                "Von: Ann <ann@b.example>\nGesendet: x\nAn: Desk\nBetreff: AW: Hallo\n\nBitte keine Mails mehr.\n"
            ),
            ("TR: x", "De : Ann [mailto:ann@b.example]\nEnvoyé : x\nObjet : Re: x\n\nPlus de mails svp\n"),
            ("I: x", "> Da: ann@b.example\n> Inviato: x\n> Oggetto: x\n>\n> Stop\n"),
        ] {
            let passed = mail(from: "desk@clinic.example", subject, "fyi\n\n\(block)")
            let found = stopped(passed.replacing("To: desk@", with: "To: b@"))
            XCTAssertEqual(found, ["desk@clinic.example", "ann@b.example"], subject)
        }
        // What they answer is ours.
        XCTAssertEqual(
            stopped(mail("AW: Hallo", "Stop.\n\nVon: Desk <desk@clinic.example>\nGesendet: x\nAn: Ann\n\nhello")),
            ["ann@b.example"])
        let unknown = findings(
            mail(from: "desk@clinic.example", "WG: Hallo", "Von: Ann\nGesendet: x\nAn: Desk\n\nSTOP"))
        XCTAssertEqual(unknown.map(\.address), ["desk@clinic.example", ""], "nobody can tell who it is: that is told")
    }

    func testAProgramThatUnsubscribesForAPersonIsHeardAndAnAnswerOfOneWhoIsAwayIsNone() {
        let automatic = "Auto-Submitted: auto-generated\n"
        XCTAssertEqual(stopped(mail(reference, fields: automatic)), ["ann@b.example"])
        let to = mail("hello", fields: automatic).replacing("To: desk@", with: "To: unsubscribe+\(reference)@")
        XCTAssertEqual(findings(to).map(\.event), [.unsubscribed])
        XCTAssertEqual(findings(to).map(\.reference), [reference])
        // Some call it an answer.
        let answer = "Auto-Submitted: auto-replied\n"
        XCTAssertEqual(stopped(mail(reference, fields: answer)), ["ann@b.example"])
        XCTAssertEqual(
            findings(to.replacing("generated", with: "replied")).map { "\($0.event) \($0.reference)" },
            ["unsubscribed \(reference)"])
        let apple = mail("unsubscribe", fields: answer + "X-Apple-Unsubscribe: true\n", "Sent to unsubscribe.")
        XCTAssertEqual(stopped(apple), ["ann@b.example"])
        for (subject, kind) in [
            ("Away", "auto-generated"), ("Re: \(reference)", "auto-replied"), ("Re: \(reference)", "auto-generated"),
            ("Away", "auto-replied"), ("unsubscribe", "auto-replied"),
        ] {
            let found = findings(mail(subject, fields: "Auto-Submitted: \(kind)\n", "stop by"))
            XCTAssertEqual(found.map(\.event), [.delivered], "\(subject) \(kind)")
        }
    }

    // MARK: - Its words

    func testAStopIsOneInWhateverAlphabetItIsEncoded() {
        let text = "Please stop"
        for (name, encoding, mark) in [
            ("utf-16", String.Encoding.utf16LittleEndian, [UInt8]([0xFF, 0xFE])),
            ("UTF-16", .utf16BigEndian, [0xFE, 0xFF]),
            ("utf-16", .utf16BigEndian, []), ("utf-16", .utf16LittleEndian, []), ("utf-16le", .utf16LittleEndian, []),
            ("utf-32", .utf32LittleEndian, [0xFF, 0xFE, 0, 0]), ("utf-32be", .utf32BigEndian, []),
        ] {
            let bytes = Data(mark) + (text.data(using: encoding) ?? Data())
            let found = stopped(
                mail(
                    "Re: Hello",
                    fields: "Content-Type: text/plain; charset=\(name)\nContent-Transfer-Encoding: base64\n",
                    bytes.base64EncodedString()))
            XCTAssertEqual(found, ["ann@b.example"], "\(name) \(mark)")
        }
    }

    func testAStopIsReadInTheCharacterSetsOfOtherLanguages() {
        for (name, word) in [
            ("koi8-r", "8/Tv8A=="), ("windows-1251", "0dLOzw=="), ("iso-8859-5", "wcK+vw=="),
            ("iso-2022-jp", "GyRCRGQ7XxsoQg=="), ("shift_jis", "kuKOfg=="), ("euc-jp", "xOS73w=="),
            ("gb2312", "zaPWuQ=="), ("big5", "sLGk7g=="), ("euc-kr", "wd/B9g=="),
        ] {
            XCTAssertEqual(
                stopped(
                    mail(
                        "Re: Hello",
                        fields: "Content-Type: text/plain; charset=\(name)\nContent-Transfer-Encoding: base64\n", word)),
                ["ann@b.example"], name)
            XCTAssertEqual(stopped(mail("=?\(name)?B?\(word)?=", fields: "", "")), ["ann@b.example"], name)
        }
    }

    /// Without a word of how it is written: a stop in any of the usual ways is one.
    func testAStopWithoutACharacterSetIsHeardAndOtherTextsAreLeftAsTheyAre() {
        func found(_ words: String, _ name: String) -> [String] {
            let number: UInt =
                ["koi8-r": 0xA02, "windows-1251": 0x502, "iso-8859-5": 0x205, "gb18030": 0x632][name] ?? 0
            let encoding = name == "latin1" ? String.Encoding.windowsCP1252 : .init(rawValue: 1 << 31 | number)
            return stopped(
                mail(
                    "Re: Hello", fields: "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n",
                    (words.data(using: encoding) ?? Data()).base64EncodedString()))
        }
        for name in ["koi8-r", "windows-1251", "iso-8859-5"] {
            for words in [
                "\u{421}\u{422}\u{41E}\u{41F}",
                "\u{41E}\u{442}\u{43F}\u{438}\u{448}\u{438}\u{442}\u{435} \u{43C}\u{435}\u{43D}\u{44F}\n\n> Hello\n",
            ] {
                XCTAssertEqual(found(words, name), ["ann@b.example"], "\(name) \(words)")
            }
            XCTAssertEqual(
                found(
                    "\u{421}\u{43F}\u{430}\u{441}\u{438}\u{431}\u{43E}, \u{434}\u{43E} \u{432}\u{441}\u{442}\u{440}\u{435}\u{447}\u{438}",
                    name), [], name)
        }
        XCTAssertEqual(found("\u{9000}\u{8BA2}", "gb18030"), ["ann@b.example"])
        for words in [
            "Schöne Grüße aus Köln", "Déjà vu à l'hôtel, très bien", "Año nuevo, ¡qué día!", "Smørrebrød på øen",
        ] {
            XCTAssertEqual(found(words, "latin1"), [], words)
        }
        XCTAssertEqual(found("arrêt", "latin1"), ["ann@b.example"])
    }

    func testOrdinaryWordsStopMailsInTheirOwnParagraph() {
        for text in [
            "Bitte keine Mails mehr.\n\nVon: Desk\nGesendet: x\nAn: Ann\n\nhello", "Bitte keine E-Mails mehr. Danke!",
            "Guten Tag,\n\nbitte keine Mails mehr schicken.\n\nMit freundlichen Grüßen\nAnn", "Plus d'e-mails, merci.",
            "No más correos, por favor", "Basta email!", "Geen e-mails meer aub.", "No more mails please.\n\nAnn Lee",
            "Não quero mais e-mails", "Hello,\n\nSTOP\n\nKind regards from Ann Lee of the clinic",
        ] { XCTAssertEqual(stopped(mail("Re: Hello", text)), ["ann@b.example"], text) }
        for text in [
            "Ich habe keine Mails bekommen.", "Thank you for all the mails, I will stop by on Monday at ten o'clock.",
            "Leider habe ich die E-Mails nicht gelesen.",
        ] { XCTAssertEqual(stopped(mail("Re: Hello", text)), [], text) }
    }

    func testAPageOfMarkUpIsReadAsItShows() {
        let style = String(repeating: ".x{color:red}\n", count: 400)
        let html =
            "<html><head><style>\(style)</style></head><body><div>Hello,</div><p>stop&nbsp;mailing me</p><p>Ann</p></body></html>"
        XCTAssertEqual(
            stopped(mail("Re: Hello", fields: "Content-Type: text/html; charset=utf-8\n", html)), ["ann@b.example"])
        let passed =
            "<p>fyi</p><b>From:</b> Ann &lt;ann@b.example&gt;<br><b>Sent:</b> x<br><b>Subject:</b> Hi<br><p>STOP</p>"
        XCTAssertEqual(
            stopped(
                mail(from: "desk@clinic.example", "FW: Hi", fields: "Content-Type: text/html\n", passed)
                    .replacing("To: desk@", with: "To: b@")), ["desk@clinic.example", "ann@b.example"])
    }

    // MARK: - What comes of it

    private func bench() throws -> PipelineBench {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {require: ['email'], strategy: 's'}},
             strategies: {s: {steps: [{name: 'mail', channel: 'email', expires: '1d'}]}}}
            """, standing: true)
        try bench.drop("email\nann@b.example\nbob@b.example\n", as: "a/1.csv")
        try bench.send()
        try bench.advance(seconds: 60)
        return bench
    }

    private func isStopped(_ name: String, _ bench: PipelineBench) throws -> Bool {
        try bench.drop("email\n\(name)\n", as: "a/2.csv")
        let batch = try XCTUnwrap(BatchID("20261120-000003"))
        return try bench.pipeline.store.states(of: batch)[.suppressed, default: 0] == 1
    }

    func testWhoWasWrittenToIsLeftAloneWhenTheirOtherMailboxAnswers() throws {
        for name in ["ann@b.example", "ann.private@d.example"] {
            let bench = try bench()
            try bench.drop(
                mail(
                    from: "ann.private@d.example", "Re: Hello",
                    fields: "In-Reply-To: <\(reference)@clinic.example>\n", "STOP"), as: "_receipts/1.eml")
            XCTAssertEqual(try bench.acknowledgement(2)["rejected"] as? Int, 0)
            XCTAssertTrue(try isStopped(name, bench), name)
        }
    }

    func testAStopOfNobodyKnowsWhomIsToldAndHolds() throws {
        let bench = try bench()
        try bench.drop(mail(from: "Ann", "STOP"), as: "_receipts/1.eml")
        XCTAssertEqual(bench.logged.with("stop.unheard").count, 1)
        XCTAssertEqual((try bench.acknowledgement(2)["rejectsByCode"] as? [String: Int]), ["address.invalid": 1])
    }
}
