import XCTest

@testable import Waybill

final class ColumnMapperTests: XCTestCase {
    private func mapper(_ change: (inout Campaign) -> Void = { _ in }) -> ColumnMapper {
        ColumnMapper(settings: ReadDrop.settings(change))
    }

    private func refusal(_ names: [String], _ mapper: ColumnMapper) -> RefusedDrop? {
        do throws(RefusedDrop) {
            _ = try mapper.schema(ofHeader: names)
            return nil
        } catch {
            return error
        }
    }

    func testEveryNameOfTheContractIsKnown() {
        let names: [(Field, String)] = [
            (.phone1, "phone1 phone mobile msisdn telephone cell phone_number Mobile-Phone Phone_1 PHONE-1 Mo-bile"),
            (.phone5, "phone5 Phone_5"),
            (.param1, "param1 bp1 businessparameter1 BusinessParameter_1"),
            (.param12, "param12 bp12 BusinessParameter12"),
            (.email, "email e-mail mail emailaddress E_Mail_Address"),
            (.id, "id contactid customerid uuid externalid Customer-ID"), (.name, "name"), (.firstname, "first_name"),
            (.lastname, "LastName"), (.language, "language"), (.country, "country countrycode country_code"),
            (.timezone, "timezone tz"),
            (.postcode, "postcode zip postalcode"), (.priority, "priority"), (.message, "message body text"),
            (.callbackat, "callbackAt"), (.notbefore, "not-before"), (.expiresat, "ExpiresAt"), (.agent, "agent"),
            (.skill, "skill"), (.consent, "consent"), (.consentat, "consent_at"), (.state, "State province"),
        ]
        let mapper = mapper()
        for (field, list) in names {
            for name in list.split(separator: " ") {
                XCTAssertEqual(mapper.field(named: String(name)), field, "\(name)")
            }
        }
        XCTAssertEqual(mapper.field(named: " Business Parameter 7 "), .param7)
        XCTAssertEqual(mapper.field(named: "phone\u{A0}1"), .phone1)
        for unknown in ["", "phone6", "param0", "param13", "bp01", "handy"] {
            XCTAssertNil(mapper.field(named: unknown))
        }
    }

    func testTheCampaignsMapComesFirst() throws {
        let mapper = mapper {
            $0.columns = [
                .init(sender: "Kunden-Nr", column: "id"), .init(sender: "Phone", column: "Phone 2"),
                .init(sender: "ÄRGER", column: "message"), .init(sender: "zip", column: "whatever"),
            ]
        }
        XCTAssertEqual(mapper.field(named: "kundennr"), .id)
        XCTAssertEqual(mapper.field(named: "phone"), .phone2)
        XCTAssertEqual(mapper.field(named: "ärger"), .message)
        XCTAssertEqual(try mapper.column(named: "ZIP"), Column(name: "ZIP", field: nil))
    }

    func testUnknownColumnsAreKeptIgnoredOrRefused() throws {
        XCTAssertEqual(try mapper().column(named: " Tier "), Column(name: "Tier", field: nil))
        XCTAssertEqual(
            try mapper { $0.unknownColumns = .ignore }.column(named: "Tier"),
            Column(name: "Tier", field: nil, isIgnored: true))
        let refused = refusal(["phone", "Tier"], mapper { $0.unknownColumns = .reject })
        XCTAssertEqual(refused?.code, .unknownHeader)
        XCTAssertTrue(refused?.detail.contains("\"Tier\"") ?? false)
    }

    func testTwoColumnsOnOneFieldNameBoth() {
        let refused = refusal(["id", "Phone1", "phone_1"], mapper())
        XCTAssertEqual(refused?.code, .duplicateHeader)
        XCTAssertTrue(refused?.detail.contains("\"Phone1\" and \"phone_1\"") ?? false)
        XCTAssertEqual(refusal(["phone", "mobile", "Phone"], mapper())?.code, .duplicateHeader)
        let mapped = refusal(
            ["Kundennr", "ID", "phone"], mapper { $0.columns = [.init(sender: "kundennr", column: "id")] })
        XCTAssertTrue(mapped?.detail.contains("{ \"ID\": \"attribute:ID\" }") ?? false, mapped?.detail ?? "")
        XCTAssertNil(refusal(["phone", "note", "note"], mapper()), "attributes are not fields")
    }

    func testOnlyARequiredPhoneRefusesTheHeader() {
        XCTAssertEqual(refusal(["phone2", "email"], mapper())?.code, .missingPhone)
        XCTAssertEqual(refusal(["email"], mapper { $0.require = ["Phone"] })?.code, .missingPhone)
        XCTAssertNil(refusal(["email"], mapper { $0.require = ["email"] }))
        XCTAssertNil(refusal(["phone"], mapper { $0.require = ["phone1", "email"] }))
        XCTAssertNil(refusal(["name"], mapper { $0.require = [] }))
    }

    func testMoreColumnsThanTheLimitAreTooLarge() {
        let names = ["phone"] + (0..<512).map { "a\($0)" }
        XCTAssertEqual(refusal(names, mapper())?.code, .tooLarge)
        XCTAssertNil(refusal(names.dropLast(), mapper()))
    }

    func testThePositionalLayoutHasFivePhonesAndTwelveParameters() {
        let schema = ColumnMapper.positional()
        XCTAssertEqual(schema.columns.count, 17)
        XCTAssertEqual(schema.position(of: .phone5), 4)
        XCTAssertEqual(schema.position(of: .param12), 16)
        XCTAssertEqual(schema.columns[5].name, "BusinessParameter1")
        XCTAssertEqual(ColumnMapper.positional(count: 2).columns.map(\.name), ["Phone1", "Phone2"])
    }
}
