import XCTest

@testable import Waybill

/// What a relay answers, and what it means.
final class SMTPReplyTests: XCTestCase {
    private func replies(_ text: String, chop: Int = 1_000) throws -> [SMTPReply] {
        var reader = SMTPReplies()
        var found: [SMTPReply] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: chop) {
            reader.take(Array(bytes[start..<min(start + chop, bytes.count)]))
            while let reply = try reader.next() { found.append(reply) }
        }
        return found
    }

    func testRepliesOfAnyShapeAreReadWhereverTheyAreChopped() throws {
        let text =
            "220 a b\r\n250-mail.test\r\n250-SIZE 10\r\n250 DSN\r\n354\r\n550-5.1.1 No\r\n550 5.1.1 such user\n250 \r\n"
        for chop in [1, 2, 7, 1_000] {
            let found = try replies(text, chop: chop)
            XCTAssertEqual(found.map(\.code), [220, 250, 354, 550, 250])
            XCTAssertEqual(found[1].lines, ["mail.test", "SIZE 10", "DSN"])
            XCTAssertEqual(found[3].status?.description, "5.1.1")
            XCTAssertEqual(found[3].words, "No such user")
            XCTAssertNil(found[0].status)
        }
        XCTAssertEqual(try replies("550-5.1.1 no\r\n554 5.7.1 no\r\n").map(\.code), [554], "the last line counts")
        XCTAssertNil(try replies("550 4.1.1 no\r\n")[0].status, "a status of another class is none")
        XCTAssertNil(try replies("550 5.1 no\r\n")[0].status)
        XCTAssertEqual(try replies("550 5.7.515\r\n")[0].status?.detail, 515)
    }

    func testWhatIsNoReplyIsRefusedAndNothingGrowsWithoutEnd() {
        for text in [
            "250-2.1.5 ok\r\n550 5.7.1 no\r\n", "250-ok\r\n451 hm\r\n", "450-hm\r\n250 ok\r\n",
            "HTTP/1.1 400\r\n", "25\r\n", "\r\n", "150 a\r\n", "650 a\r\n", "250xa\r\n",
            String(repeating: "2", count: 70_000),
            "250 " + String(repeating: "a", count: 70_000) + "\r\n", String(repeating: "250-a\r\n", count: 600),
            String(repeating: "250-" + String(repeating: "a", count: 1_000) + "\r\n", count: 70),
        ] { XCTAssertThrowsError(try replies(text), String(text.prefix(20))) }
    }

    func testALongTextBehindACodeIsOne() throws {
        let long = String(repeating: "a", count: 5_000)
        for chop in [100, 4_096, 10_000] {
            let found = try replies("550-5.1.1 \(long)\r\n550 5.1.1 \(long)\r\n250 ok\r\n", chop: chop)
            XCTAssertEqual(found.map(\.code), [550, 250])
            XCTAssertEqual(found[0].status?.description, "5.1.1")
            XCTAssertEqual(found[0].detail(hiding: []).count, 200)
        }
    }

    private func judge(_ text: String, _ phase: SMTPJudgement.Phase = .recipient) throws -> String {
        switch try replies(text + "\r\n")[0].judgement(at: phase, hiding: Array("ann.lee@b.example".utf8)) {
        case .accepted: "accepted"
        case .refused(let code, _): "refused \(code)"
        case .later: "later"
        case .unknown: "unknown"
        case .stop(_, let isLasting): isLasting ? "stop for long" : "stop"
        }
    }

    func testARecipientsOwnFaultIsToldFromTheSendersAndTheSystems() throws {
        let cases: [(String, SMTPJudgement.Phase, String)] = [
            ("250 2.1.5 ok", .recipient, "accepted"), ("550 5.1.1 no such user", .recipient, "refused 5.1.1"),
            ("550 no such user", .recipient, "refused 550"), ("552 5.2.2 full", .content, "refused 5.2.2"),
            ("450 4.2.1 greylisted", .recipient, "later"), ("450 4.7.1 greylisted", .recipient, "later"),
            ("451 try again", .content, "later"), ("452 4.3.1 no space", .recipient, "stop"),
            ("421 4.3.2 going down", .content, "stop"), ("421 busy", .recipient, "stop"),
            ("550-5.7.26 unauthenticated\r\n550 5.7.26 mail", .content, "stop for long"),
            ("550 5.7.9 policy", .content, "stop for long"), ("550 5.7.515 access denied", .content, "stop for long"),
            ("554 5.7.1 relay access denied", .recipient, "stop for long"),
            ("550 5.1.8 bad sender", .recipient, "stop for long"),
            ("550 5.1.7 bad sender", .sender, "stop for long"), ("550 5.1.1 no", .sender, "stop for long"),
            ("554 5.3.0 system", .content, "stop for long"), ("552 5.3.4 too big", .content, "refused 5.3.4"),
            ("552 5.3.4 too big", .sender, "refused 5.3.4"), ("552 too big", .sender, "refused 552"),
            ("554 no reason", .content, "stop for long"), ("550 spam", .content, "stop for long"),
            ("500 what", .recipient, "stop for long"), ("530 login first", .sender, "stop for long"),
            ("550 5.5.0 mailbox unavailable", .recipient, "refused 5.5.0"),
            ("550 5.5.1 bad sequence", .recipient, "stop for long"),
            ("556 5.1.10 null MX", .recipient, "refused 5.1.10"),
            ("550 5.4.1 access denied", .recipient, "refused 5.4.1"),
            ("554 5.6.7 address", .recipient, "refused 5.6.7"), ("354 go on", .data, "accepted"),
            ("354 go on", .content, "unknown"), ("334 what", .content, "unknown"), ("354 go on", .recipient, "stop"),
            ("535 5.7.8 wrong password", .login, "stop for long"), ("554 no", .greeting, "stop for long"),
            ("550 5.7.17 owner changed", .recipient, "refused 5.7.17"),
        ]
        for (text, phase, expected) in cases { XCTAssertEqual(try judge(text, phase), expected, text) }
    }

    func testNoAddressAndNoSecretIsInTheWordsOfARelay() throws {
        let reply = try replies("550 5.1.1 <Ann.Lee@b.example>: user ann.lee is <bob@x.y> unknown\r\n")[0]
        guard case .refused(_, let detail) = reply.judgement(at: .recipient, hiding: Array("ann.lee@b.example".utf8))
        else {
            return XCTFail()
        }
        XCTAssertEqual(detail, "… user … is … unknown")
        guard case .stop(let words, _) = try replies("535 5.7.8 c2VjcmV0 wrong\r\n")[0].judgement(at: .login) else {
            return XCTFail()
        }
        XCTAssertEqual(words, "the relay answers AUTH with 535 5.7.8")
    }

    func testWhatARelayOffersIsReadInAnyLetters() {
        let features = SMTPConnection.Features([
            "mail.test Hello", "pipelining", "Size 1000", "8bitmime", "AUTH=LOGIN", "auth plain XOAUTH2", "dsn",
            "X-ODD 5",
            "SMTPUTF8", "",
        ])
        XCTAssertTrue(features.pipelining && features.eightBit && features.reports && features.utf8)
        XCTAssertFalse(features.chunking)
        XCTAssertEqual(features.largest, 1_000)
        XCTAssertEqual(features.logins, ["LOGIN", "PLAIN", "XOAUTH2"])
        XCTAssertNil(SMTPConnection.Features(["a", "SIZE 0"]).largest)
        XCTAssertFalse(SMTPConnection.Features(["PIPELINING is my name"]).pipelining, "the first line is a greeting")
    }
}
