import Waybill
import XCTest

final class AddressMaskTests: XCTestCase {
    /// The key 00 01 … 0f of the SipHash authors' test vectors.
    private let digest = AddressDigest(key0: 0x0706_0504_0302_0100, key1: 0x0f0e_0d0c_0b0a_0908)

    private func shown(_ address: String, _ style: Configuration.AddressStyle = .masked) -> String {
        var out: [UInt8] = []
        AddressMask(style: style, digest: digest).append(Array(address.utf8)[...], to: &out)
        return ReportSamples.text(out)
    }

    func testLongNumbersKeepFourDigitsAtBothEnds() {
        XCTAssertEqual(shown("+14155553012"), "+1415•••3012")
        XCTAssertEqual(shown("+447911123456"), "+4479•••3456")
        XCTAssertEqual(shown("14155553012"), "1415•••3012")
    }

    func testShortNumbersKeepHalfOfTheirDigitsAtMost() {
        XCTAssertEqual(shown("+2904123456"), "+29•••56")
        XCTAssertEqual(shown("+2904123"), "+2•••3")
        XCTAssertEqual(shown("112"), "•••")
        for length in 2...10 {
            let number = String("9876543210".prefix(length))
            XCTAssertLessThanOrEqual(shown(number).filter(\.isNumber).count * 2, length, number)
        }
    }

    func testMailAddressesKeepInitialsAndTopLevelDomain() {
        XCTAssertEqual(shown("jane.doe@example.com"), "j•••@e•••.com")
        XCTAssertEqual(shown("Jane@mail.example.co.uk"), "J•••@m•••.uk")
        XCTAssertEqual(shown("j@x.com"), "•••@•••.com")
        XCTAssertEqual(shown("jane@localhost"), "j•••@l•••")
    }

    func testOtherTextIsHiddenWhole() {
        for text in ["415-555-3012", "Jane Doe", "7", "+", "a,\"b", "\u{FFFD}"] { XCTAssertEqual(shown(text), "•••") }
        XCTAssertEqual(shown(""), "")
        XCTAssertEqual(shown("\",@\",.\"x"), "•••@•••")
    }

    func testPlainAddressesAreCells() {
        XCTAssertEqual(shown("+14155553012", .plain), "+14155553012")
        XCTAssertEqual(shown("a,b", .plain), "\"a,b\"")
    }

    func testHashIsSipHash128OfItsAuthors() {
        // vectors_sip128 of the reference implementation: messages of n bytes 00 01 …
        let vectors = [
            1: "da87c1d86b99af44347659119b22fc45", 2: "8177228da4a45dc7fca38bdef60affe4",
            7: "a1f1ebbed8dbc153c0b84aa61ff08239", 8: "3b62a9ba6258f5610f83e264f31497b4",
            15: "5493e99933b0a8117e08ec0f97cfc3d9",
        ]
        for (length, expected) in vectors {
            var out: [UInt8] = []
            digest.append((0..<UInt8(length)).map { $0 }[...], to: &out)
            XCTAssertEqual(ReportSamples.text(out), expected)
        }
    }

    func testHashDependsOnTheKeyAndOnNothingElse() {
        XCTAssertEqual(shown("+14155553012", .hashed), shown("+14155553012", .hashed))
        XCTAssertEqual(shown("+14155553012", .hashed).count, 32)
        var other: [UInt8] = []
        AddressDigest(key0: 1, key1: 2).append(Array("+14155553012".utf8)[...], to: &other)
        XCTAssertNotEqual(ReportSamples.text(other), shown("+14155553012", .hashed))
    }
}
