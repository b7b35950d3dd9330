import XCTest

@testable import Waybill

/// What a record's columns say of its country, and what they do not.
final class CountryColumnTests: XCTestCase {
    /// The first phone of each record, or its codes.
    private func phones(
        _ text: String, region: String = "US", _ change: (inout Campaign) -> Void = { _ in }
    ) throws -> [String] {
        var campaign = Campaign(name: "c")
        campaign.duplicates = .keep
        change(&campaign)
        let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let mapper = ColumnMapper(settings: DecodeSettings(campaign: campaign, limits: Configuration.Limits()))
        var drop = WrittenDrop(lines[0].map(String.init), lines.dropFirst().map { $0.map { .init(String($0)) } })
        drop.mapped = try mapper.schema(ofHeader: lines[0].map(String.init))
        let verdict = try drop.verdicts(campaign, region: region).verdicts
        let phone = try XCTUnwrap(drop.schema.position(of: .phone1))
        let segment = verdict.segment
        var rows = (0..<segment.count).map {
            (segment.record(at: $0), String(decoding: segment.value(at: $0, column: phone), as: UTF8.self))
        }
        // Duplicates would leave rows out, so a campaign that keeps them is asked.
        rows += verdict.rejected.map { ($0.number, $0.violations.map(\.code).joined(separator: " ")) }
        return rows.sorted { $0.0 < $1.0 }.map(\.1)
    }

    func testACountryMayBeACodeANameOrACallingCode() throws {
        XCTAssertEqual(
            try phones(
                """
                phone,country
                030 23125100,DE
                030 23125100,DEU
                030 23125100,Germany
                030 23125100,49
                030 23125100,+49
                020 7946 0958,United Kingdom
                020 7946 0958,GBR
                030 23125100,Nowhere
                030 23125100,UK
                """),
            Array(repeating: "+493023125100", count: 5) + ["+442079460958", "+442079460958"]
                + Array(repeating: "phone1.impossible-length country.unknown", count: 2))
    }

    func testACallingCodeBesideANumberIsItsCountry() throws {
        XCTAssertEqual(
            try phones("phone,country_code,name\n2079460018,44,Ann\n3023125123,49,Bob\n4155550142,1,Cy\n"),
            ["+442079460018", "+493023125123", "+14155550142"])
        XCTAssertEqual(try phones("phone,country_code\n491711234578,49\n"), ["phone1.invalid"])
    }

    func testAColumnOfStatesDecidesNoCountry() throws {
        let list = """
            phone,name,region
            3035550142,Ann,CO
            3025550142,Bob,DE
            4155550142,Di,CA
            +12085550142,Ed,ID
            """
        XCTAssertEqual(try phones(list), ["phone1.invalid", "phone1.invalid", "+14155550142", "+12085550142"])
        XCTAssertEqual(
            try phones(list) { $0.columns = [.init(sender: "region", column: "attribute:region")] },
            ["+13035550142", "+13025550142", "+14155550142", "+12085550142"])
        XCTAssertEqual(
            try phones("phone,region,country\n4155550142,CA,US\n"), ["+14155550142"])
        XCTAssertEqual(
            try phones("phone,region\n030 23125100,DE\n") { $0.columns = [.init(sender: "region", column: "country")] },
            ["+493023125100"])
    }

    func testAnMSISDNColumnIsInternational() throws {
        XCTAssertEqual(
            try phones("msisdn\n441234567890\n4915112345678\n", region: "DE"), ["+441234567890", "+4915112345678"])
        XCTAssertEqual(
            try phones("phone\n441234567890\n", region: "DE"), ["phone1.invalid"])
        // A mobile with a digit missing is nobody's line in Leer: digits without the trunk prefix are not national.
        XCTAssertEqual(
            try phones("msisdn\n491574279348\n015112345678\n03023125100\n", region: "DE"),
            ["phone1.invalid", "+4915112345678", "+493023125100"])
        XCTAssertEqual(try phones("msisdn\n14155550143\n", region: "US"), ["+14155550143"])
    }
}
