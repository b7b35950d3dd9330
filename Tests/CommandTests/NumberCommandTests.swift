import Foundation
import Support
import XCTest

final class NumberCommandTests: XCTestCase {
    private var waybill: Executable!

    override func setUpWithError() throws {
        waybill = Executable(try TestWorkspace())
    }

    func testANumberIsShownWithAllThatIsKnownOfIt() throws {
        let outcome = try waybill.run("number", "(305) 555-0123 x9", "--region", "US")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(
            outcome.output,
            """
            (305) 555-0123 x9
              valid:         yes
              type:          fixed line or mobile
              region:        US (US-FL)
              E.164:         +13055550123
              international: +1 305-555-0123 ext. 9
              national:      (305) 555-0123 ext. 9
              extension:     9
              zones:         America/New_York

            """)
    }

    func testANumberThatNobodyHasIsExplainedAndTheStatusIsOne() throws {
        let outcome = try waybill.run("number", "+4479111234567", "banana")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(
            outcome.output.contains("valid:         no: It has 11 digits after +44, at most 10 are possible."),
            outcome.output)
        XCTAssertTrue(outcome.output.contains("parsed:        no: this is no phone number"), outcome.output)
    }

    func testJSONHasOneObjectANumber() throws {
        let objects = try waybill.run("number", "--json", "--region", "DE", "030 123456", "+1").objects()
        XCTAssertEqual(objects.count, 2)
        XCTAssertEqual(objects[0]["e164"] as? String, "+4930123456")
        XCTAssertEqual(objects[0]["type"] as? String, "FIXED_LINE")
        XCTAssertEqual(objects[0]["zones"] as? [String], ["Europe/Berlin"])
        XCTAssertEqual(objects[1]["parsed"] as? Bool, false)
        XCTAssertEqual(objects[1]["error"] as? String, "NOT_A_NUMBER")
    }

    func testLinesOfStandardInputAreAnsweredInOrder() throws {
        let outcome = try waybill.run(
            input: "US\t1-800-FLOWERS\nZZ\t+78455004627\r\nZZ\t030 123456", "number", "-", "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let objects = try outcome.objects()
        XCTAssertEqual(objects.map { $0["input"] as? String }, ["1-800-FLOWERS", "+78455004627", "030 123456"])
        XCTAssertEqual(objects.map { $0["e164"] as? String }, ["+18003569377", "+78455004627", nil])
        // Saratov left Moscow's time in 2016; the published table has not noticed.
        XCTAssertEqual(objects[1]["zones"] as? [String], ["Europe/Moscow"])
        XCTAssertNotEqual(objects[1]["callZones"] as? [String], ["Europe/Moscow"])
    }

    func testALineWithoutRegionIsReadInTheRegionAskedFor() throws {
        let outcome = try waybill.run(
            input: "\u{FEFF}US\t4155550123\n030 123456\n\nXXX\t030 123456\n", "number", "-", "--region", "DE")
        XCTAssertEqual(outcome.status, 0)
        XCTAssertEqual(
            try outcome.objects().map { $0["e164"] as? String }, ["+14155550123", "+4930123456", nil, nil])
    }

    func testARegionThatDoesNotExistIsAMistake() throws {
        let outcome = try waybill.run("number", "030", "--region", "XX")
        XCTAssertEqual(outcome.status, 2)
        XCTAssertTrue(outcome.errors.contains("\"XX\" is no country"), outcome.errors)
    }
}
