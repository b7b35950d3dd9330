import XCTest

@testable import Waybill

final class EmailAddressTests: XCTestCase {
    private func fault(_ text: String) -> EmailAddress.Fault? { EmailAddress.fault(of: Array(text.utf8).span) }

    func testGoodAddresses() {
        let label = String(repeating: "d", count: 63)
        for address in [
            "ann@example.com", "a@b.co", "Ann.Lee+tag@mail.example.co.uk", "!#$%&'*+-/=?^_`{|}~@example.com",
            "x@1a.2b", "x@xn--bcher-kva.example", "x@\(label).com", String(repeating: "l", count: 64) + "@example.com",
            "1@2.x3",
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
            ("änn@example.com", .notASCII), ("ann@exämple.com", .notASCII),
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
}
