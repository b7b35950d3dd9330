import XCTest
final class CommandTestsSmoke: XCTestCase { func testOne() { XCTAssertTrue(true) } }
