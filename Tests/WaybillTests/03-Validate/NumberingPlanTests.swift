import Support
import XCTest

@testable import Waybill

final class NumberingPlanTests: XCTestCase {
    private let plan = NumberingPlan.world
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func rows(_ url: URL) throws -> [[String]] {
        try String(contentsOf: url, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    }

    /// Region, text, error, E.164, validity, type, region, zones, international, national, extension: as libphonenumber
    /// has them.
    func testNumbersAreReadJudgedAndWrittenAsLibphonenumberDoes() throws {
        let rows = try rows(Self.tests.appending(path: "Fixtures/phone-numbers.tsv"))
        XCTAssertGreaterThan(rows.count, 3_900)
        for row in rows {
            let bytes = Array(row[1].utf8)
            var found = [row[0], row[1]]
            do throws(NumberFault) {
                let (number, digits) = try NumberParser().parseWithExtension(bytes.span, region: RegionCode(row[0]))
                let zones = plan.zoneNames(ofList: plan.publishedZones(of: number))
                found += [
                    "", number.e164Text, number.isValid ? "1" : "0", number.type.libphonenumberName,
                    number.region.map { plan.regions[Int($0)].name } ?? "",
                    zones.isEmpty ? "Etc/Unknown" : zones.joined(separator: "+"),
                    plan.international(number, extension: digits), plan.national(number, extension: digits), digits,
                ]
            } catch {
                found += [error.rawValue, "", "0", "UNKNOWN", "", "", "", "", ""]
            }
            XCTAssertEqual(found, row)
        }
    }

    func testTheQuickWaysAgreeWithTheWholeReading() throws {
        for row in try rows(Self.tests.appending(path: "Fixtures/phone-numbers.tsv")) {
            let bytes = Array(row[1].utf8)
            let region = RegionCode(row[0])
            let quick = Result { () throws(NumberFault) in try NumberParser().parse(bytes.span, region: region) }
            let whole = Result { () throws(NumberFault) in
                try NumberParser().parseWithExtension(bytes.span, region: region).number
            }
            XCTAssertEqual(quick, whole, row[1])
        }
        var random = SeededGenerator(seed: 4)
        var quickOnes = 0
        for _ in 0..<50_000 {
            let digits = UInt64.random(in: 10_000_000..<1_000_000_000_000_000, using: &random)
            let text = Array("+\(digits >> UInt64.random(in: 0...20, using: &random))".utf8)
            guard let quick = plan.quick(text.span) else { continue }
            quickOnes += 1
            XCTAssertEqual(quick, try? NumberParser().parseWithExtension(text.span, region: nil).number)
        }
        XCTAssertGreaterThan(quickOnes, 10_000)
    }

    func testANumberWhosePrefixIsWrittenAnewTwiceKeepsItsDigits() throws {
        for (text, expected) in [
            ("55022099933955865001", "+55933955865001"), ("5502209993395586500640315", "+5593395586500640315"),
        ] {
            let number = try NumberParser().parse(Array(text.utf8).span, region: RegionCode("BR"))
            XCTAssertEqual(number.e164Text, expected)
        }
    }

    /// Each correction of the published zones has its number here.
    func testContactHoursFollowTheCorrectedZones() throws {
        let folder = Self.tests.deletingLastPathComponent().appending(path: "Sources/Generate")
        let examples = try rows(folder.appending(path: "zone_corrections_examples.txt"))
        let corrections = try rows(folder.appending(path: "zone_corrections.txt"))
        XCTAssertEqual(examples.count, corrections.count)
        for example in examples {
            let number = try NumberParser().parse(Array(example[0].utf8).span, region: nil)
            XCTAssertTrue(number.isValid, example[0])
            XCTAssertEqual(
                plan.zoneNames(ofList: plan.zones(of: number)).joined(separator: "+"), example[1], example[0])
        }
        for correction in corrections {
            XCTAssertEqual(correction.count, 4, "prefix, zones, reason, source: \(correction)")
            XCTAssertTrue(examples.contains { $0[0].hasPrefix("+" + correction[0]) }, correction[0])
        }
    }

    func testANumberThatTellsNoPlaceCanBeAnywhereInItsOwnCountry() throws {
        let cases = [
            // A Jamaican mobile is in Jamaica, not in all of North America; a Kazakh one not in Russia.
            ("+18762101234", ["America/Jamaica"]), ("+77710009998", ["Asia/Aqtau", "Asia/Almaty", "Asia/Qostanay"]),
            ("+447400123456", ["Europe/London"]), ("+390612345678", ["Europe/Rome"]),
        ]
        for (text, expected) in cases {
            let number = try XCTUnwrap(plan.quick(Array(text.utf8).span))
            let zones = plan.zoneNames(ofList: plan.zones(of: number))
            XCTAssertTrue(Set(zones).isSuperset(of: expected.prefix(1)), "\(text): \(zones)")
            XCTAssertFalse(zones.contains("America/New_York") || zones.contains("Europe/Moscow"), "\(text): \(zones)")
        }
    }

    func testEveryZoneHasANameThatThisMachineKnows() {
        for list in 0..<plan.zoneLists.count {
            for name in plan.zoneNames(ofList: list, where: ZoneNames.isKnown) {
                XCTAssertTrue(ZoneNames.isKnown(name), name)
            }
        }
        XCTAssertEqual(plan.zoneNames(ofList: 1, where: { _ in false }).count, plan.zoneNames(ofList: 1).count)
    }

    func testANumberOfNorthAmericaIsKnownDownToItsState() throws {
        let cases = [
            ("+13055550123", ["US-FL"]), ("+14165550123", ["CA-ON"]), ("+12125550123", ["US-NY"]),
            ("+18676691234", ["CA-NT", "CA-NU", "CA-YT"]), ("+18762101234", []), ("+4930123456", []),
        ]
        for (text, states) in cases {
            let number = try XCTUnwrap(plan.quick(Array(text.utf8).span))
            XCTAssertEqual(plan.states(of: number).sorted(), states, text)
        }
    }

    func testAPostcodeNarrowsTheZones() {
        let cases = [
            ("US", "32501-1234", "America/Chicago"), ("US", "33101", "America/New_York"),
            ("CA", "v6b 1a1", "America/Vancouver"), ("ES", "35001", "Atlantic/Canary"),
            ("AU", "6000", "Australia/Perth"),
            ("DE", "10115", ""), ("US", "", ""), ("US", "3", ""),
        ]
        for (country, postcode, zone) in cases {
            let list = plan.zones(ofPostcode: Array(postcode.utf8)[...], country: Array(country.utf8)[...])
            let zones = plan.zoneNames(ofList: list)
            XCTAssertTrue(zone.isEmpty ? zones.isEmpty : zones.contains(zone), "\(postcode): \(zones)")
        }
    }

    func testAStateHasTheZonesOfItsNumbers() {
        func zones(_ state: String) -> String {
            plan.zoneNames(ofState: state) { _ in true }.sorted().joined(separator: " ")
        }
        for (state, expected) in [
            ("US-NY", "America/New_York"), ("US-RI", "America/New_York"), ("US-CA", "America/Los_Angeles"),
            ("US-UT", "America/Denver"), ("US-DC", "America/New_York"), ("US-GU", "Pacific/Guam"),
            ("US-TX", "America/Chicago America/Denver"), ("US-FL", "America/Chicago America/New_York"),
            // The Navajo Nation changes its clocks.
            ("US-AZ", "America/Denver America/Phoenix"),
            ("CA-NL", "America/Goose_Bay America/Halifax America/St_Johns"),
            ("CA-QC", "America/Blanc-Sablon America/Halifax America/Toronto"),
        ] { XCTAssertEqual(zones(state), expected, state) }
        // Of other countries the plan knows no states.
        XCTAssertEqual(zones("DE-BY"), "Europe/Berlin")
        XCTAssertEqual(zones("AU-WA"), zones("AU-NSW"))
        XCTAssertTrue(zones("AU-WA").contains("Australia/Perth"), zones("AU-WA"))
        XCTAssertEqual(zones("ZZ-A"), "")
    }
}
