import Support
import XCTest

@testable import Waybill

/// Whom an address in results, replies and lists can mean.
final class AddressReadingTests: XCTestCase {
    private func numbers(_ text: String, _ regions: [String]) -> [String] {
        let readings = AddressReading.all(of: Array(text.utf8), regions: regions).map(\.key)
        let candidates = [
            "+491711234578", "+49491711234578", "+4155551234", "+14155551234", "+491711234567", "+4912", "+6582345678",
            "+16582345678", "+999123456789",
        ]
        return candidates.filter { candidate in
            readings.contains(RecipientKey.phone(E164Number(digits: UInt64(candidate.dropFirst())!)))
        }
    }

    func testANumberWithAPlusIsItself() {
        XCTAssertEqual(numbers("+491711234578", ["DE"]), ["+491711234578"])
        XCTAssertEqual(numbers("+49 171 1234578", ["US"]), ["+491711234578"])
    }

    func testDigitsAreEveryNumberThatTheyCanBe() {
        XCTAssertEqual(numbers("491711234578", ["DE"]), ["+491711234578", "+49491711234578"])
        XCTAssertEqual(numbers("4155551234", ["US"]), ["+4155551234", "+14155551234"])
        XCTAssertEqual(numbers("6582345678", ["US"]), ["+6582345678", "+16582345678"])
        XCTAssertEqual(numbers("01711234578", ["US", "DE"]), ["+491711234578"])
        XCTAssertEqual(numbers("00491711234578", ["US"]), ["+491711234578"])
    }

    func testWhatWasAcceptedWithoutAPlanIsFoundAgain() {
        XCTAssertEqual(numbers("+999123456789", ["US"]), ["+999123456789"])
        XCTAssertEqual(numbers("999123456789", ["US"]), ["+999123456789"])
        XCTAssertEqual(numbers("+4912", ["DE"]), ["+4912"])
    }

    /// Whatever a campaign accepts must be reachable by a stop.
    func testEveryNumberThatAnyCheckAcceptsHasItsOwnKeyAmongItsReadings() {
        var random = SeededGenerator(seed: 12)
        for check in Campaign.NumberCheck.allCases {
            let judge = NumberJudge(rule: Campaign.NumberRule(check: check), defaultRegion: "DE")
            var accepted = 0
            for _ in 0..<20_000 {
                let digits = String(UInt64.random(in: 1_000..<1_000_000_000_000_000, using: &random))
                let text = ["+", "", "0", "00", "+49"].randomElement(using: &random)! + digits
                guard case .valid(let number, _) = judge.judge(Array(text.utf8).span, region: nil) else { continue }
                accepted += 1
                let own = RecipientKey.phone(number)
                for written in ["+\(number.digits)", "\(number.digits)"] {
                    let readings = AddressReading.all(of: Array(written.utf8), regions: ["DE"])
                    XCTAssertTrue(readings.contains { $0.key == own }, "\(check) \(text) \(written)")
                }
            }
            XCTAssertGreaterThan(accepted, 1_000)
        }
    }

    func testNeitherNumberNorAddressIsNobody() {
        XCTAssertEqual(AddressReading.all(of: Array("nobody".utf8), regions: ["US"]), [])
        XCTAssertEqual(AddressReading.all(of: [], regions: ["US"]), [])
        XCTAssertEqual(
            AddressReading.all(of: Array("Ann@Example.com".utf8), regions: ["US"]).map(\.kind.label), ["email"])
    }
}
