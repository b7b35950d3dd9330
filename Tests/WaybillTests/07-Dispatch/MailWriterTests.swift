import Foundation
import XCTest

@testable import Waybill

/// Mails as they are written, and as a strict reader that is not ours reads them.
final class MailWriterTests: XCTestCase {
    private let schema = Schema([
        Column(name: "name", field: .name), Column(name: "language", field: .language),
        Column(name: "body", field: .message), Column(name: "town", field: nil),
    ])

    private func template(
        subject: String = "Hello {{name}}", text: String? = "Dear {{name}},\nhi.", html: String? = nil
    )
        throws -> StepTemplate
    {
        var template = StepTemplate()
        template.base.subject = try MessageTemplate(subject)
        template.base.text = try text.map { try MessageTemplate($0) }
        template.base.html = try html.map { try MessageTemplate($0) }
        return template
    }

    private func mail(
        _ template: StepTemplate, _ values: [String], to address: String = "ann@b.example",
        from sender: String = "Clinic <desk@clinic.example>", _ settings: MailSettings = MailSettings(),
        list: String? = nil
    ) throws -> [UInt8] {
        let writer = MailWriter(
            from: try XCTUnwrap(Mailbox(sender)), settings, campaign: "a b", list: list, template, schema,
            at: Timestamp(iso8601: ArraySlice("2026-11-20T15:00:09Z".utf8))!)
        let columns = ContactValues(values.map { Array($0.utf8)[...] })
        try writer.check(columns)
        return try writer.write(
            MailDraft(
                reference: try XCTUnwrap(Reference("bcdfgh-20261120-000001-7-mail-1")), address: Array(address.utf8),
                values: columns))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    func testAPlainMailIsWrittenPlainly() throws {
        XCTAssertEqual(
            text(try mail(try template(), ["Ann"])),
            """
            Date: Fri, 20 Nov 2026 15:00:09 +0000
            From: Clinic <desk@clinic.example>
            To: ann@b.example
            Subject: Hello Ann
            Message-ID: <bcdfgh-20261120-000001-7-mail-1@clinic.example>
            Feedback-ID: bcdfgh-20261120-000001-7-mail-1:a-b:bcdfgh:waybill
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 7bit

            Dear Ann,
            hi.

            """.replacing("\n", with: "\r\n"))
    }

    func testTheListFieldsAreThereWhereALinkIs() throws {
        var template = try template()
        var settings = MailSettings()
        settings.replyTo = Mailbox("Antworten <a@b.example>")
        settings.listID = "news.clinic.example"
        settings.unsubscribe = ["https://clinic.example/u?t={{town}}&r={{reference}}", "mailto:stop@clinic.example"]
        template.unsubscribe = try settings.unsubscribe.map { try MessageTemplate($0) }
        let lines = text(try mail(template, ["Ann", "", "", "a/b ä>\r\nBcc: x@y.example"], settings)).replacing(
            "\r\n ", with: " "
        ).components(separatedBy: "\r\n")
        for line in [
            "Reply-To: Antworten <a@b.example>", "List-Id: <news.clinic.example>",
            "List-Unsubscribe: <https://clinic.example/u?t=a%2Fb%20%C3%A4%3E%0D%0ABcc%3A%20x%40y.example&r=bcdfgh-20261120-000001-7-mail-1>, <mailto:stop@clinic.example>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ] { XCTAssertTrue(lines.contains(line), "\(line) in \(lines)") }
        for (list, field) in [("News", "news.clinic.example"), ("Süd", "xn--sd-xka.clinic.example"), ("a b", nil)] {
            template.unsubscribe = []
            let lines = text(try mail(template, ["Ann"], list: list)).components(separatedBy: "\r\n")
            XCTAssertEqual(lines.filter { $0.hasPrefix("List-Id:") }, field.map { ["List-Id: <\($0)>"] } ?? [], list)
        }
        settings.unsubscribe = ["mailto:stop@clinic.example"]
        template.unsubscribe = []
        XCTAssertFalse(text(try mail(template, ["Ann"], settings)).contains("One-Click"), "a mail takes no POST")
    }

    func testAMailWithoutAnyTextIsNone() throws {
        let bare = try template(text: nil)
        XCTAssertThrowsError(try mail(bare, ["Ann"])) {
            XCTAssertEqual(($0 as? MessageRenderer.MissingValue)?.column, "message")
        }
        XCTAssertTrue(text(try mail(bare, ["Ann", "", "My own."])).hasSuffix("\r\n\r\nMy own.\r\n"))
        XCTAssertThrowsError(try mail(try template(html: "{{town}}"), ["Ann"]))
        let long = String(repeating: "x", count: 1_000)
        var linked = try template()
        linked.unsubscribe = [try MessageTemplate("https://a.example/{{town}}")]
        XCTAssertThrowsError(try mail(linked, ["Ann", "", "", long]))
        XCTAssertThrowsError(try mail(try template(), ["Ann"], to: "ann@b.example>\r\nDATA"))
    }

    // MARK: - A reader that is not ours

    /// What Python's `email` reads of mails under its strictest policy: subject, sender, text and HTML of each, and the
    /// names of the fields; lines longer than they may be fail.
    private func read(_ mails: [[UInt8]]) throws -> [[String: Any]] {
        let script = """
            import email, email.policy, json, sys, base64
            out = []
            for line in sys.stdin.buffer.read().split(b'\\n'):
                raw = base64.b64decode(line)
                for part in raw.split(b'\\r\\n'):
                    assert len(part) <= 998 and b'\\n' not in part and b'\\r' not in part, part
                head = raw.split(b'\\r\\n\\r\\n')[0].split(b'\\r\\n')
                assert all(len(l) <= 78 or b' ' not in l.strip().split(b': ')[-1] for l in head), head
                mail = email.message_from_bytes(raw, policy=email.policy.strict)
                assert not mail.defects and all(not p.defects for p in mail.walk())
                for value in mail.values(): assert not value.defects, value
                plain, html = mail.get_body(('plain',)), mail.get_body(('html',))
                out.append({'subject': mail['Subject'], 'from': mail['From'].addresses[0].display_name,
                    'address': mail['From'].addresses[0].addr_spec, 'to': str(mail['To']), 'type': mail.get_content_type(),
                    'text': plain and plain.get_content().replace('\\r\\n', '\\n'),
                    'html': html and html.get_content().replace('\\r\\n', '\\n'), 'fields': mail.keys(),
                    'id': str(mail['Message-ID']), 'date': mail['Date'].datetime.isoformat()})
            sys.stdout.write(json.dumps(out))
            """
        let input = mails.map { Data($0).base64EncodedString() }.joined(separator: "\n")
        let answer = try Python.run(script, input: Array(input.utf8))
        return try XCTUnwrap(try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [[String: Any]])
    }

    private func reads(_ values: [(subject: String, text: String, html: String)], from sender: String) throws {
        let plain = try template(subject: "{{name}}", text: "{{town}}")
        let both = try template(subject: "{{name}}", text: "{{town}}", html: "<p>{{body}}{{town}}</p>")
        let name = try XCTUnwrap(Mailbox(sender)).name
        var mails: [[UInt8]] = []
        for value in values {
            mails.append(try mail(plain, [value.subject, "", "", value.text], from: sender))
            mails.append(
                try mail(try template(subject: "{{name}}", text: "t", html: value.html), [value.subject], from: sender))
        }
        mails.append(try mail(both, ["s", "", "own text"], from: sender))
        let found = try read(mails)
        for (place, value) in values.enumerated() {
            let (first, second) = (found[2 * place], found[2 * place + 1])
            let wanted = value.subject.unicodeScalars.map {
                $0.properties.generalCategory == .control ? " " : String($0)
            }.joined().trimmingCharacters(in: [" "])
            XCTAssertEqual(first["subject"] as? String, wanted)
            // It takes the space between two encoded words for one of the name.
            XCTAssertEqual((first["from"] as? String)?.replacing(" ", with: ""), name.replacing(" ", with: ""))
            var lines = value.text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
            if !lines.hasSuffix("\n"), !lines.isEmpty { lines += "\n" }
            XCTAssertEqual(first["text"] as? String, lines, "text of \(value)")
            XCTAssertEqual(second["type"] as? String, "multipart/alternative")
            XCTAssertEqual(second["text"] as? String, "t")
            XCTAssertEqual((second["html"] as? String)?.trimmingCharacters(in: .newlines), value.html)
            for message in [first, second] {
                XCTAssertEqual(
                    message["fields"] as? [String] ?? [],
                    [
                        "Date", "From", "To", "Subject", "Message-ID", "Feedback-ID",
                        "MIME-Version", "Content-Type",
                    ] + (message["type"] as? String == "text/plain" ? ["Content-Transfer-Encoding"] : []))
                XCTAssertEqual(message["id"] as? String, "<bcdfgh-20261120-000001-7-mail-1@clinic.example>")
                XCTAssertEqual(message["date"] as? String, "2026-11-20T15:00:09+00:00")
            }
        }
        XCTAssertEqual(found.last?["type"] as? String, "text/plain", "their own message has no HTML")
    }

    func testAStrictReaderReadsWhatWasMeant() throws {
        let long = String(repeating: "lang und länger ", count: 20)
        try reads(
            [
                ("Ann", "Hello", "<p>Hi</p>"), ("Änn Müller", "Grüße\nzwei", "<p>ü</p>"),
                (long, long, "<p>\(long)</p>"),
                (String(repeating: "x", count: 300), String(repeating: "y", count: 3_000), "<p>z</p>"),
                ("用户您好，这是一封很长的主题行，需要折叠成几个编码词才能传输。", "用户\r\n您好\r三", "<b>用户</b>"),
                ("a  b   c", "From me\n.\n..dot\n--=_waybill\n--\nend", "<p>--=_waybill--</p>"),
                ("=?utf-8?q?no?=", "a=3D \nb \t\n\n\nc", "<p>=</p>"), (" lead and trail ", "\n\nstart", "<p>e</p>"),
                ("👩‍👩‍👧 family 👩‍👩‍👧 family 👩‍👩‍👧 family 👩‍👩‍👧 family", "😀", "<p>😀</p>"),
                ("one\r\nBcc: evil@x.example", "two\r\n.\r\nMAIL FROM:<x>", "<p>x</p>"),
                ("a: b; c, d <e@f.g> \"q\"", "t", "<i>i</i>"),
            ], from: "Clinic <desk@clinic.example>")
    }

    func testAStrictReaderReadsSendersOfAnyName() throws {
        for sender in [
            "desk@clinic.example", "\"Clinic, Chicago (main)\" <desk@clinic.example>",
            "Klinik Süd <desk@clinic.example>",
            "Dr. A. Lee's Practice: 'day' @ night <desk@clinic.example>",
            "\(String(repeating: "Klinik für alles ", count: 8)) <desk@clinic.example>",
        ] { try reads([("s", "t", "<p>h</p>")], from: sender) }
    }

    func testALongestTextIsNeverParted() throws {
        // Every length around the widths, with characters of one to four bytes.
        var mails: [[UInt8]] = []
        var subjects: [String] = []
        for count in 50...90 {
            for unit in ["a", "ü", "用", "😀"] {
                let subject =
                    String(repeating: unit, count: count / 2) + String(repeating: " \(unit)", count: count % 7)
                subjects.append(subject)
                mails.append(try mail(try template(subject: "{{name}}", text: "{{name}}"), [subject]))
            }
        }
        let found = try read(mails)
        XCTAssertEqual(found.map { $0["subject"] as? String }, subjects)
        XCTAssertEqual(found.map { $0["text"] as? String }, subjects.map { $0 + "\n" })
    }
}
