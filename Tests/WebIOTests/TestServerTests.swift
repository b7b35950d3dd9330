import Support
import XCTest

/// What other tests rely on in their server.
final class TestServerTests: XCTestCase {
    /// A server that wanted to be left alone was once followed by one at the same address, which was left alone, too.
    func testNoTwoServersOfAProcessHaveTheSameAddress() throws {
        // The kernel has some 14,000 to give, so that some of them came twice.
        let urls = try (0..<600).map { _ in
            let server = try TestServer { _ in .cut }
            server.stop()
            return server.url
        }
        XCTAssertEqual(Set(urls).count, urls.count)
    }
}
