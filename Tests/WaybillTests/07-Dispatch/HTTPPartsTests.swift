import Foundation
import XCTest

@testable import Waybill

/// The small parts of calls: keys that sign, and times that servers ask for.
final class HTTPPartsTests: XCTestCase {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    func testTheAuthenticatorIsThatOfTheStandard() {
        // RFC 4231, cases 1, 2 and 6.
        XCTAssertEqual(
            hex(Authenticator.sum(Array("Hi There".utf8), Array(repeating: 0x0B, count: 20))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        XCTAssertEqual(
            hex(Authenticator.sum(Array("what do ya want for nothing?".utf8), Array("Jefe".utf8))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        XCTAssertEqual(
            hex(
                Authenticator.sum(
                    Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                    Array(repeating: 0xAA, count: 131))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    func testATokenSaysWhoSignedItAndWhen() {
        let token = HTTPSecret.token("some\"one", "secret", at: Timestamp(milliseconds: 1_764_000_000_999))
        let parts = token.split(separator: ".").map(String.init)
        XCTAssertEqual(parts.count, 3)
        func text(_ part: String) -> String {
            var base = part.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
            while base.count % 4 > 0 { base += "=" }
            return Data(base64Encoded: base).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
        XCTAssertEqual(text(parts[0]), #"{"typ":"JWT","alg":"HS256"}"#)
        XCTAssertEqual(text(parts[1]), #"{"iss":"some\"one","iat":1764000000}"#)
        XCTAssertFalse(token.contains("="))
    }

    func testFromALineTheWantedValuesAreTakenAsTheyWereWritten() throws {
        let schema = Schema([
            Column(name: "phone", field: .phone1), Column(name: "First Name", field: .firstname),
            Column(name: "note", field: nil), Column(name: "city", field: nil),
        ])
        let file = ParcelFile(layout: .jsonLines, schema: schema, channel: "sms")
        let texts = ["", "plain", "ü€😀", "say \"hi\"", "a\\b", "two\nlines", "{\"address\":\"+1\"}", ",:"]
        var bytes: [UInt8] = []
        var expected: [[FoldedName: String]] = []
        let reference = try XCTUnwrap(Reference("bcdfgh-20261121-000007-12-text-1"))
        for message in texts {
            for note in texts {
                file.append(
                    reference: reference, address: ArraySlice("+14155550100".utf8), message: ArraySlice(message.utf8),
                    values: ContactValues(["+14155550100", "Ann", note, message].map { ArraySlice($0.utf8) }),
                    to: &bytes)
                var row = [FoldedName("address"): "+14155550100"]
                if !message.isEmpty { row[FoldedName("message")] = message }
                if !note.isEmpty { row[FoldedName("note")] = note }
                expected.append(row)
            }
        }
        let wanted = Set(["address", "message", "note", "missing"].map { FoldedName($0) })
        var lines = HTTPLines(wanted)
        XCTAssertEqual(try lines.rows(bytes), expected)
        for line in ["x", "{", "{\"a\":1}", "{\"a\"}", "{\"a\":\"b\"", "{\"a\":\"b\",}x", "[]"] {
            var lines = HTTPLines(wanted)
            XCTAssertThrowsError(try lines.rows(Array(line.utf8)), line)
        }
        XCTAssertEqual(try lines.rows(Array("{}\n".utf8)), [[:]])
    }

    func testHowLongAServerAsksToBeLeftAlone() {
        let now = Timestamp(iso8601: Array("2026-11-20T15:00:00Z".utf8)[...])!
        let cases: [([String: String], Int64?)] = [
            ([:], nil), (["retry-after": "0"], 0), (["retry-after": " 7 "], 7_000),
            (["retry-after": "86400"], 3_600_000),
            (["retry-after": "99999999999999999999"], 3_600_000), (["retry-after": "-1"], nil),
            (["retry-after": "soon"], nil),
            (["retry-after": "Fri, 20 Nov 2026 15:00:20 GMT"], 20_000),
            (["retry-after": "Fri, 20 Nov 2026 14:00:20 GMT"], 0),
            // By the server's own clock, which is wrong by an hour.
            (["retry-after": "Fri, 20 Nov 2026 16:00:20 GMT", "date": "Fri, 20 Nov 2026 16:00:00 GMT"], 20_000),
        ]
        for (headers, milliseconds) in cases {
            XCTAssertEqual(RetryAfter.milliseconds(headers, now: now), milliseconds, "\(headers)")
        }
    }
}
