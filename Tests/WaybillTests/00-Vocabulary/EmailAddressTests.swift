import XCTest

@testable import Waybill

final class EmailAddressTests: XCTestCase {
    private func fault(_ text: String) -> EmailAddress.Fault? { EmailAddress.fault(of: Array(text.utf8).span) }

    func testGoodAddresses() {
        let label = String(repeating: "d", count: 63)
        for address in [
            "ann@example.com", "a@b.co", "Ann.Lee+tag@mail.example.co.uk", "!#$%&'*+-/=?^_`{|}~@example.com",
            "x@1a.2b", "x@xn--bcher-kva.example", "x@\(label).com", String(repeating: "l", count: 64) + "@example.com",
            "1@2.x3", "änn@example.com", "ann@exämple.com", "用户@例子.广告", "ann@faß.de", "ann@ΒΌΛΟΣ.com", "ann@例え。jp",
        ] {
            XCTAssertNil(fault(address), address)
        }
    }

    func testBadAddresses() {
        let cases: [(String, EmailAddress.Fault)] = [
            ("ann", .noAt), ("@example.com", .localPart), ("ann@", .label), ("ann@example", .domainWithoutDot),
            (".ann@example.com", .localPart), ("ann.@example.com", .localPart), ("a..b@example.com", .localPart),
            ("a b@example.com", .space), ("ann@exam ple.com", .space), ("a@b@example.com", .manyAts),
            ("a@x.com,b@x.com", .manyAts), ("Ann <ann@example.com>", .angleBrackets), ("ann@-x.com", .label),
            ("ann@x-.com", .label), ("ann@x..com", .label), ("ann@x.com.", .label), ("ann@x_y.com", .label),
            ("ann@[10.0.0.1]", .label), ("ann@10.0.0.1", .numericDomain), ("\"ann\"@example.com", .localPart),
            ("ann\u{A0}lee@example.com", .oddCharacter), ("o’brien@example.com", .oddCharacter),
            ("ann\u{200B}@example.com", .oddCharacter), ("änn lee@example.com", .space),
            ("änn@example", .domainWithoutDot), ("änn@10.0.0.1", .numericDomain), ("änn@x_y.com", .label),
            ("ann@ex\u{200B}ample.com", .foreignDomain), ("ann@exämple..com", .foreignDomain),
            ("ann@exämple★.com", .foreignDomain), ("ä@b@example.com", .manyAts),
            ("Änn <ä@example.com>", .angleBrackets),
            (String(repeating: "ä", count: 33) + "@example.com", .localTooLong(66)),
            ("ann@" + String(repeating: "d", count: 64) + ".com", .label),
            (String(repeating: "l", count: 65) + "@example.com", .localTooLong(65)),
            ("a@" + String(repeating: "d.", count: 127) + "x", .tooLong(257)),
        ]
        for (address, expected) in cases { XCTAssertEqual(fault(address), expected, address) }
    }

    func testTheGreatestSizeIs254Bytes() {
        let domain = Array(repeating: String(repeating: "d", count: 62), count: 3).joined(separator: ".") + ".de"
        let local = String(repeating: "l", count: 254 - domain.count - 1)
        XCTAssertNil(fault(local + "@" + domain))
        XCTAssertEqual(fault("l" + local + "@" + domain), .tooLong(255))
    }

    func testADomainTravelsInASCIIWhateverScriptItIsIn() {
        // RFC 3492, section 7.1, and RFC 5891's own.
        let cases: [(String, String?)] = [
            ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.Example", "xn--bcher-kva.example"),
            ("bu\u{308}cher.example", "xn--bcher-kva.example"), ("faß.de", "xn--fa-hia.de"),
            ("ليهمابتكلموشعربي؟.x", nil), ("他们为什么不说中文.x", "xn--ihqwcrb4cv8a8dqg056pqjye.x"),
            ("なぜみんな日本語を話してくれないのか.x", "xn--n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa.x"),
            ("почемужеонинеговорятпорусски.x", "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l.x"),
            ("3年b組金八先生.x", "xn--3b-ww4c5e180e575a65lsy2b.x"), ("ｅｘ．example", "ex.example"),
            ("paral·lel.cat", "xn--parallel-koa.cat"), ("par·alel.cat", nil), ("xn--bcher-kva.de", "xn--bcher-kva.de"),
            ("-ü.de", nil), ("ü-.de", nil), ("ü..de", nil), ("", nil), ("\u{300}a.de", nil), ("a_ü.de", nil),
            ("EXample.COM", "example.com"), ("-a.de", nil), ("a-.de", nil), ("a..de", nil), ("a_b.de", nil),
            (String(repeating: "d", count: 64) + ".de", nil), (String(repeating: "d.", count: 127), nil),
            (String(repeating: "d.", count: 126) + "d", String(repeating: "d.", count: 126) + "d"),
            (String(repeating: "d.", count: 127) + "d", nil), ("xn--ü.de", nil), ("☃.net", nil),
            (String(repeating: "ü", count: 60) + ".de", nil),
        ]
        for (name, expected) in cases {
            XCTAssertEqual(
                DomainName.ascii(Array(name.utf8)).map { String(decoding: $0, as: UTF8.self) }, expected, name)
        }
    }

    func testARecipientIsOneHoweverTheDomainIsWritten() {
        let forms = [
            "Ann@bücher.example", "ann@BÜCHER.example", "ann@xn--bcher-kva.example", "ann@bu\u{308}cher。example",
        ]
        XCTAssertEqual(
            Set(forms.map { String(decoding: EmailAddress.recipient(Array($0.utf8)), as: UTF8.self) }),
            ["ann@xn--bcher-kva.example"])
        XCTAssertEqual(Set(forms.map { RecipientKey.email(Array($0.utf8).span) }).count, 1)
        XCTAssertEqual(
            Set(["ÄNN@a.de", "änn@a.de", "a\u{308}nn@A.de"].map { RecipientKey.email(Array($0.utf8).span) }).count, 1)
        XCTAssertNotEqual(
            RecipientKey.email(Array("änn@a.de".utf8).span), RecipientKey.email(Array("ann@a.de".utf8).span))
    }

    func testAMailboxHasANameAndAnAddress() throws {
        for (text, name, address) in [
            ("desk@clinic.example", "", "desk@clinic.example"),
            (" Clinic Süd <desk@bücher.example> ", "Clinic Süd", "desk@xn--bcher-kva.example"),
            ("\"Clinic, Chicago\" <desk@clinic.example>", "Clinic, Chicago", "desk@clinic.example"),
        ] {
            let mailbox = try XCTUnwrap(Mailbox(text), text)
            XCTAssertEqual(mailbox.name, name)
            XCTAssertEqual(String(decoding: mailbox.address.bytes, as: UTF8.self), address)
        }
        for text in [
            "", "CLINIC", "desk@clinic", "A <b@c.de", "A > <b@c.de>", "a@b.de, c@d.de", "A \"b\" <b@c.de>", "ü@b.de",
        ] {
            XCTAssertNil(Mailbox(text), text)
        }
    }
}
