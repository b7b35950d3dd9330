import XCTest
final class SystemIOTestsSmoke: XCTestCase { func testOne() { XCTAssertTrue(true) } }
