import XCTest

@testable import Waybill

final class SidecarTests: XCTestCase {
    private let digest = "99f3ce889423c771f64ea2142f970ad785c3669d8e65dc4514208ecb81f5e8cc"

    private func read(_ text: String, of name: String = "a b.csv") throws -> String? {
        var sidecar = Sidecar()
        try sidecar.read(checksum: Array(text.utf8), of: name)
        return sidecar.sha256
    }

    func testEveryWayInWhichChecksumsAreWritten() throws {
        let other = String(repeating: "0", count: 64)
        for text in [
            digest, digest.uppercased() + "\r\n", "\u{FEFF}\(digest)\n", "  \(digest)  \n", "\(digest)  a b.csv\n",
            "\(digest) *a b.csv\n", "\(digest)  /srv/out/a b.csv\n", "\(digest) *C:\\out\\a b.csv\r\n",
            "SHA256 (a b.csv) = \(digest)\n", "\(other)  c.csv\n\(digest)  a b.csv\n",
        ] { XCTAssertEqual(try read(text), digest, text) }
        XCTAssertEqual(try read("\\\(digest)  a\\nb\\\\c.csv\n", of: "a\nb\\c.csv"), digest)
        XCTAssertEqual(try read("SHA256 (a (1).csv) = \(digest)", of: "a (1).csv"), digest)
    }

    func testAChecksumOfAnotherFileIsNone() {
        XCTAssertThrowsError(try read("\(digest)  other.csv\n")) { error in
            XCTAssertEqual("\(error)", "the .sha256 is of \"other.csv\", not of \"a b.csv\"")
        }
    }

    func testAKeyThatStandsTwiceIsRefusedWhateverItSays() {
        for text in [
            #"{"priority": 1, "priority": 9}"#, #"{"expiresAt":"2027-01-01T00:00:00Z","a":1,"expiresAt":null}"#,
        ] {
            var sidecar = Sidecar()
            XCTAssertThrowsError(try sidecar.read(meta: Array(text.utf8))) {
                XCTAssertTrue("\($0)".contains("twice"), "\($0)")
            }
        }
    }

    func testTrueIsNoNumber() throws {
        for key in ["priority", "records"] {
            var sidecar = Sidecar()
            XCTAssertThrowsError(try sidecar.read(meta: Array("{\"\(key)\": true}".utf8))) {
                XCTAssertTrue("\($0)".contains("is not a whole number"), "\($0)")
            }
        }
        var sidecar = Sidecar()
        try sidecar.read(meta: Array(#"{"priority": 1, "records": 0, "resend": true}"#.utf8))
        XCTAssertEqual(sidecar.priority, 1)
        XCTAssertTrue(sidecar.resend)
    }

    func testWhatIsNoChecksumIsSaid() {
        for text in ["", "\n\n", "99f3ce", "d41d8cd98f00b204e9800998ecf8427e  a b.csv"] {
            XCTAssertThrowsError(try read(text), text)
        }
    }
}
