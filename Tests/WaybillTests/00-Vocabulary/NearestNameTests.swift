import Waybill
import XCTest

final class NearestNameTests: XCTestCase {
    func testANameWithinAThirdOfTheLengthIsNear() {
        let names = ["policy", "strategy", "sampling", "seed", "to"]
        XCTAssertEqual(NearestName.of("polcy", in: names), "policy")
        XCTAssertEqual(NearestName.of("poliyc", in: names), "policy", "neighbours swapped are one step")
        XCTAssertEqual(NearestName.of("stratgey", in: names), "strategy")
        XCTAssertEqual(NearestName.of("sed", in: names), "seed")
        XCTAssertNil(NearestName.of("tp", in: names), "one step of two letters is too much")
        XCTAssertNil(NearestName.of("xyz", in: names))
        XCTAssertNil(NearestName.of("", in: names))
        XCTAssertNil(NearestName.of(String(repeating: "policy", count: 1_000), in: names))
    }

    func testCaseSpacesAndDashesDoNotCount() {
        XCTAssertEqual(NearestName.of("End_Of-Day", in: ["endOfDay"]), "endOfDay")
        XCTAssertEqual(NearestName.of("TO", in: ["to"]), "to")
    }

    func testTheNearestWinsAndOfEqualsTheFirst() {
        XCTAssertEqual(NearestName.of("phone3", in: ["phone1", "phone2"]), "phone1")
        XCTAssertEqual(NearestName.of("phones", in: ["phone10", "phone"]), "phone")
    }
}
