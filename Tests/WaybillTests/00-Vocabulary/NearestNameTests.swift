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

    func testWhatMeansTheOppositeIsNeverNear() {
        let events = ["delivered", "undelivered", "failed"]
        XCTAssertEqual(NearestName.of("delivred", in: events), "delivered")
        XCTAssertEqual(NearestName.of("undeliverd", in: events), "undelivered")
        XCTAssertNil(NearestName.of("undelivered", in: ["delivered", "read"]))
        XCTAssertNil(NearestName.of("undeliverd", in: ["delivered", "read"]))
        XCTAssertNil(NearestName.of("not delivered", in: ["delivered"]))
        XCTAssertNil(NearestName.of("delivered", in: ["undelivered"]))
        XCTAssertNil(NearestName.of("udelivered", in: events), "nobody knows which of the two is meant")
        XCTAssertNil(NearestName.of("disconnected", in: ["connected"]))
        XCTAssertNil(NearestName.of("non-consent", in: ["consent"]))
        XCTAssertEqual(NearestName.of("xclude", in: ["include", "exclude"]), "exclude")
        XCTAssertEqual(NearestName.of("unkownColumns", in: ["unknownColumns", "columns"]), "unknownColumns")
        XCTAssertEqual(NearestName.of("inbx", in: ["inbox", "outbox"]), "inbox")
        XCTAssertEqual(NearestName.of("deafult", in: ["default"]), "default")
        XCTAssertEqual(NearestName.of("resme", in: ["pause", "resume", "publish", "flush", "withdraw"]), "resume")
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
