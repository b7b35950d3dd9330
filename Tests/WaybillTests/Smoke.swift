import XCTest
final class WaybillTestsSmoke: XCTestCase { func testOne() { XCTAssertTrue(true) } }
