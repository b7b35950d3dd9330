import Waybill
import XCTest

/// Every code a record can get, what it is about, and what the sender is told.
final class ViolationTests: XCTestCase {
    /// The violations of one record with these columns and values; the campaign is the default one unless given.
    private func violations(
        _ columns: [String], _ row: [WrittenDrop.Value], campaign: Campaign = Campaign(name: "default"),
        kind: DropKind = .csv, encoding: TextEncoding = .utf8
    ) throws -> [Violation] {
        var drop = WrittenDrop(columns, [row])
        drop.format.kind = kind
        drop.encoding = encoding
        let verdicts = try drop.verdicts(campaign).verdicts
        XCTAssertEqual(verdicts.segment.count + verdicts.rejected.count, 1)
        return verdicts.rejected.first?.violations ?? []
    }

    private func assertOnly(
        _ found: [Violation], _ code: String, field: String, value: String, hint: String, line: UInt = #line
    ) {
        XCTAssertEqual(found.map(\.code), [code], line: line)
        guard let violation = found.first else { return }
        XCTAssertEqual(violation.field, field, line: line)
        XCTAssertEqual(String(decoding: violation.value, as: UTF8.self), value, line: line)
        XCTAssertTrue(violation.hint.contains(hint), violation.hint, line: line)
        XCTAssertFalse(violation.message.isEmpty, line: line)
    }

    /// One column beside a good phone 1.
    private func assertColumn(
        _ column: String, _ value: WrittenDrop.Value, _ code: String, hint: String, line: UInt = #line
    ) throws {
        let found = try violations(["phone1", column], ["+14155550100", value])
        assertOnly(
            found, code, field: column, value: String(decoding: value.bytes, as: UTF8.self), hint: hint, line: line)
    }

    func testPhoneOneIsMissing() throws {
        let found = try violations(["phone1", "name"], [" ", "Ann"])
        assertOnly(found, "phone1.missing", field: "phone1", value: "", hint: "first phone number")
    }

    func testEachPhoneColumnHasItsOwnCodes() throws {
        for column in ["phone2", "phone3", "phone4", "phone5"] {
            try assertColumn(column, "+14155550100 ext. 77", "\(column).invalid", hint: "extension")
            try assertColumn(column, "+1415555010", "\(column).impossible-length", hint: "missing digits")
            try assertColumn(column, "+999415555010", "\(column).unknown-country", hint: "+ or 00")
            try assertColumn(column, "+1 415 555 0100 (mobile number)", "\(column).too-long", hint: "without remarks")
        }
    }

    func testExponentsOfSpreadsheetsAreExplained() throws {
        try assertColumn(
            "phone2", "4.91512E+12", "phone2.invalid",
            hint: "The spreadsheet turned the number into 4.91512E+12: format the column as text and export again")
        try assertColumn(
            "phone2", WrittenDrop.Value("4.91512E+12", kind: .number), "phone2.invalid", hint: "4.91512E+12")
        try assertColumn("phone2", "4915112345678.0", "phone2.invalid", hint: "4915112345678.0")
        XCTAssertEqual(
            try violations(["phone1", "amount"], ["+14155550100", WrittenDrop.Value("1E9", kind: .number)]), [])
    }

    func testParametersHaveAGreatestLength() throws {
        for number in 1...12 {
            try assertColumn(
                "param\(number)", WrittenDrop.Value(String(repeating: "é", count: 41)), "param\(number).too-long",
                hint: "Shorten it by 1")
        }
        let most = WrittenDrop.Value(String(repeating: "é", count: 40))
        XCTAssertEqual(try violations(["phone1", "param1"], ["+14155550100", most]), [])
        var campaign = Campaign(name: "c")
        campaign.paramMaxLength = 3
        XCTAssertEqual(
            try violations(["phone1", "param1"], ["+14155550100", "four"], campaign: campaign).map(\.code),
            ["param1.too-long"])
    }

    func testEmailCodes() throws {
        try assertColumn("email", "ann.example.com", "email.invalid", hint: "name@example.com")
        XCTAssertEqual(try violations(["phone1", "email"], ["+14155550100", "änn@exämple.com"]), [])
        try assertColumn(
            "email", WrittenDrop.Value(String(repeating: "a", count: 65) + "@example.com"), "email.too-long",
            hint: "one")
        var campaign = Campaign(name: "c")
        campaign.require = ["email"]
        assertOnly(
            try violations(["phone1", "email"], ["+14155550100", ""], campaign: campaign), "email.missing",
            field: "email", value: "", hint: "require")
    }

    func testOtherColumns() throws {
        try assertColumn("id", WrittenDrop.Value(String(repeating: "7", count: 65)), "id.too-long", hint: "by 1")
        try assertColumn("timezone", "Mars/Olympus", "timezone.unknown", hint: "America/New_York")
        try assertColumn("timezone", "europe/berlin", "timezone.unknown", hint: "Europe/Berlin")
        try assertColumn("timezone", "PST", "timezone.unknown", hint: "abbreviation")
        try assertColumn("country", "Nowhere", "country.unknown", hint: "two letters")
        try assertColumn("country", "UK", "country.unknown", hint: "GB")
        try assertColumn("priority", "10", "priority.invalid", hint: "9")
        try assertColumn("priority", "urgent", "priority.invalid", hint: "9")
        try assertColumn(
            "message", WrittenDrop.Value(String(repeating: "m", count: 1_531)), "message.too-long", hint: "by 1")
        for column in ["callbackat", "notbefore", "expiresat", "consentat"] {
            try assertColumn(column, "21.11.2026", "date.invalid", hint: "2026-11-21")
            try assertColumn(column, "2026-02-30", "date.invalid", hint: "2026-11-21")
        }
    }

    func testRequiredConsentMustBeGiven() throws {
        var campaign = Campaign(name: "c")
        campaign.require = ["phone1", "consent"]
        let columns = ["phone1", "consent"]
        XCTAssertEqual(
            try violations(columns, ["+14155550100", ""], campaign: campaign).map(\.code), ["consent.missing"])
        assertOnly(
            try violations(columns, ["+14155550100", "No"], campaign: campaign), "consent.missing", field: "consent",
            value: "No", hint: "agreed")
        assertOnly(
            try violations(columns, ["+14155550100", "web form, 2026"], campaign: campaign), "consent.invalid",
            field: "consent", value: "web form, 2026", hint: "consentWords: { other: \"evidence\" }")
        campaign.consentWords.other = .evidence
        XCTAssertEqual(try violations(columns, ["+14155550100", "web form, 2026"], campaign: campaign), [])
        XCTAssertEqual(
            try violations(["phone1"], ["+14155550100"], campaign: campaign).map(\.code), ["consent.missing"])
    }

    func testRequiredColumnsGoByOurNameOrTheSenders() throws {
        var campaign = Campaign(name: "c")
        campaign.require = ["First Name", "Vertrag_Nr"]
        let found = try violations(["firstname", "vertragnr"], ["", " "], campaign: campaign)
        XCTAssertEqual(found.map(\.code), ["firstname.missing", "row.missing"])
        XCTAssertTrue(found[1].message.contains("vertragnr"))
        XCTAssertEqual(
            try violations(["name"], ["x"], campaign: campaign).map(\.code), ["firstname.missing", "row.missing"])
        campaign.require = []
        XCTAssertEqual(try violations(["phone1"], [""], campaign: campaign), [])
    }

    /// `require: ["Kunden Nr"]` refused every record of a header that a spreadsheet had written with a no-break space.
    func testARequiredColumnIsFoundWhateverSpacesItsHeaderHas() throws {
        var campaign = Campaign(name: "c")
        campaign.require = ["Kunden Nr", "Größe"]
        for header in [["Kunden\u{A0}Nr", "gro\u{308}\u{DF}e"], ["\u{FEFF}KUNDEN\u{2009}NR", "GRÖSSE"]] {
            XCTAssertEqual(try violations(header, ["K1", "M"], campaign: campaign), [], "\(header)")
        }
    }

    func testFieldCountsMustAgreeWithTheHeader() throws {
        let few = try violations(["name", "phone1", "id"], ["Ann", "+14155550100"])
        XCTAssertEqual(few.map(\.code), ["row.too-few-fields"])
        XCTAssertEqual(few[0].message, "Found 2 fields, the header names 3.")
        let many = try violations(["phone1"], ["+14155550100", "x", "y"])
        XCTAssertEqual(many.map(\.code), ["row.too-many-fields"])
        XCTAssertEqual(many[0].message, "Found 3 fields, the header names 1.")
        XCTAssertTrue(many[0].hint.contains("quotes"))
    }

    func testWithoutAHeaderTrailingColumnsMayBeMissing() throws {
        var drop = WrittenDrop(["phone1", "phone2", "param1"], [["+14155550100"]])
        drop.format.hasHeader = false
        XCTAssertEqual(try drop.verdicts().verdicts.segment.count, 1)
        drop.rows = [["+14155550100", "", "", ""]]
        XCTAssertEqual(try drop.verdicts().verdicts.rejected[0].violations.map(\.code), ["row.too-many-fields"])
    }

    func testInvalidUTF8IsFoundAnywhereInTheRecord() throws {
        let faults: [(bytes: [UInt8], shown: String)] = [
            ([0x41, 0xE9], "0xE9"), ([0xC0, 0xAF], "0xC0"), ([0xED, 0xA0, 0x80], "0xED"), ([0xF5], "0xF5"),
            ([0x80], "0x80"), ([0xF0, 0x9F, 0x98], "0xF0"),
        ]
        for fault in faults {
            let found = try violations(["phone1", "name"], ["+14155550100", WrittenDrop.Value(fault.bytes)])
            assertOnly(found, "row.invalid-encoding", field: "", value: "", hint: "windows-1252")
            XCTAssertTrue(found[0].message.contains(fault.shown), found[0].message)
            XCTAssertTrue(found[0].message.contains("\"name\""), found[0].message)
        }
        let found = try violations(["phone1", "name"], ["+14155550100", WrittenDrop.Value([0x41, 0xE9])])
        XCTAssertTrue(found[0].message.contains("byte 15 of the record"), found[0].message)
    }

    func testInvalidBytesOfOtherEncodingsAreNamedAsTheyStood() throws {
        let marked = WrittenDrop.Value([0xED, 0xB2, 0x81])
        var found = try violations(["phone1", "name"], ["+14155550100", marked], encoding: .windows1252)
        XCTAssertTrue(found[0].message.contains("0x81"), found[0].message)
        let surrogate = WrittenDrop.Value([0xED, 0xA0, 0xBD])
        found = try violations(["phone1", "name"], ["+14155550100", surrogate], encoding: .utf16LE)
        XCTAssertTrue(found[0].message.contains("U+D83D"), found[0].message)
    }

    func testControlCharactersAreFoundRawAndUnescaped() throws {
        for control in UInt8(0)..<0x20 {
            let isAllowed = [0x09, 0x0A, 0x0D].contains(control)
            for isUnescaped in [false, true] {
                let value = WrittenDrop.Value([0x41, control, 0x42], isUnescaped: isUnescaped)
                let found = try violations(["phone1", "name"], ["+14155550100", value], kind: .jsonLines)
                XCTAssertEqual(found.map(\.code), isAllowed ? [] : ["row.control-character"], "\(control)")
                if let violation = found.first { XCTAssertTrue(violation.message.contains("U+00"), violation.message) }
            }
        }
    }

    func testNestedValuesAreForAttributesOnly() throws {
        let nested = WrittenDrop.Value("[1,2]", kind: .nested)
        assertOnly(
            try violations(["phone1", "name"], ["+14155550100", nested], kind: .jsonLines), "name.invalid",
            field: "name", value: "[1,2]", hint: "string")
        XCTAssertEqual(try violations(["phone1", "tags"], ["+14155550100", nested], kind: .jsonLines), [])
    }

    func testDamagedRecordsHaveThatViolationOnly() throws {
        let problems: [Problem] = [
            .unterminatedQuote, .strayQuote, .tooLarge, .invalidEncoding, .controlCharacter, .notAnObject, .invalidJSON,
        ]
        for problem in problems {
            let drop = WrittenDrop(["phone1"], [["abc\u{1}"]])
            var chunk = drop.chunks()[0]
            chunk.records[0].damage = RecordSpan.Damage(problem, position: 0, lastLine: 9)
            var validator = drop.validator()
            let found = try validator.validate(chunk).rejected[0].violations
            XCTAssertEqual(found.map(\.code), ["row." + problem.rawValue])
            XCTAssertFalse(found[0].hint.isEmpty)
            XCTAssertTrue(found[0].message.contains("lines 2 to 9; reading went on at line 3"), found[0].message)
        }
    }

    func testAllViolationsOfARecordAreListed() throws {
        let columns = ["phone1", "phone2", "param3", "email", "country", "timezone", "priority", "expiresat"]
        let row: [WrittenDrop.Value] = [
            "12", "abc", WrittenDrop.Value(String(repeating: "x", count: 41)), "a@b", "ZZ", "X", "x", "x\u{1}", "extra",
        ]
        XCTAssertEqual(
            try violations(columns, row).map(\.code),
            [
                "row.too-many-fields", "row.control-character", "phone1.impossible-length", "phone2.invalid",
                "param3.too-long", "email.invalid", "country.unknown", "timezone.unknown", "priority.invalid",
                "date.invalid",
            ])
    }

    func testValuesOfViolationsAreTheSendersAsUTF8() throws {
        let found = try violations(["phone1"], [WrittenDrop.Value([0x20, 0x61, 0xE9])])
        XCTAssertEqual(found.map(\.code), ["row.invalid-encoding", "phone1.invalid"])
        XCTAssertEqual(String(decoding: found[1].value, as: UTF8.self), " a\u{FFFD}")
    }
}
