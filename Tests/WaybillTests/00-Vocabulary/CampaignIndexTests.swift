import Support
import XCTest

@testable import Waybill

/// What is looked up among the campaigns, beside going over all of them.
final class CampaignIndexTests: XCTestCase {
    func testTheFirstPatternInFileOrderThatANameMatchesDecides() throws {
        var random = SeededGenerator(seed: 20_261_201)
        func text(_ letters: String, _ count: Int) -> String {
            String((0..<count).map { _ in letters.randomElement(using: &random)! })
        }
        for round in 0..<400 {
            let campaigns = (0..<Int.random(in: 1...12, using: &random)).map { number in
                var campaign = Campaign(name: "c\(number)")
                campaign.drops = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    text("aA*?é", Int.random(in: 0...4, using: &random))
                }
                return campaign
            }
            let index = CampaignIndex(campaigns)
            for _ in 0..<20 {
                let name = text("aAbé", Int.random(in: 0...4, using: &random))
                let wanted = campaigns.firstIndex { campaign in
                    campaign.drops.contains { DropPattern($0).matches(DropPattern(name)) }
                }
                XCTAssertEqual(index.place(ofFile: name), wanted, "round \(round): \(name), \(campaigns.map(\.drops))")
            }
        }
    }

    func testNamesAreFoundAsFoldersAreCompared() {
        var configuration = Configuration()
        configuration.campaigns = ["Straße", "clinic", "default"].map { Campaign(name: $0) }
        XCTAssertEqual(configuration.campaign(named: "STRASSE")?.name, "Straße")
        XCTAssertEqual(configuration.campaign(named: "Clinic")?.name, "clinic")
        XCTAssertNil(configuration.campaign(named: "clinics"))
        configuration.campaigns[1].name = "ward"
        XCTAssertNil(configuration.campaign(named: "clinic"))
        XCTAssertEqual(configuration.campaign(named: "WARD")?.name, "ward")
    }

    func testARegionCountsOnce() {
        var configuration = Configuration()
        configuration.campaigns = ["a", "b", "c", "d"].map { Campaign(name: $0) }
        for (place, region) in ["DE", "US", "DE", nil].enumerated() { configuration.campaigns[place].region = region }
        XCTAssertEqual(configuration.addressRules.regions, ["US", "DE"])
    }
}
