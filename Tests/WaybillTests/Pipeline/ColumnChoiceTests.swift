import SystemIO
import XCTest

@testable import Waybill

/// Which of a sender's columns is which of ours, through the whole way of a drop.
final class ColumnChoiceTests: XCTestCase {
    private func columns(_ bench: PipelineBench, _ number: Int = 1) throws -> [String: String] {
        try bench.acknowledgement(number)["columns"] as? [String: String] ?? [:]
    }

    private func contact(_ record: UInt32, _ bench: PipelineBench, _ field: Field) throws -> String {
        let batch = BatchID(day: CalendarDay("2026-11-20")!, number: 1)
        let row = try XCTUnwrap(bench.pipeline.store.batch(batch))
        let stored = try XCTUnwrap(bench.pipeline.store.segment(of: record, batch: batch)).contacts
        let values = stored.values(at: try XCTUnwrap(stored.index(of: record)), columns: row.schema.columns.count)
        return row.schema.position(of: field).map { String(decoding: values[$0], as: UTF8.self) } ?? ""
    }

    func testMobileGoesBeforePhoneAndBothAreKept() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        try bench.drop(
            "Record Id,First Name,Email,Phone,Mobile,Zip Code\nz1,Ann,ann@example.com,415-555-0142,415-555-0143,94103\n",
            as: "a/zoho.csv")
        XCTAssertEqual(try contact(1, bench, .phone1), "+14155550143")
        XCTAssertEqual(try contact(1, bench, .phone2), "+14155550142")
        XCTAssertEqual(
            try columns(bench),
            [
                "Record Id": "attribute:Record Id", "First Name": "firstname", "Email": "email", "Phone": "phone2",
                "Mobile": "phone1", "Zip Code": "attribute:Zip Code",
            ])
    }

    func testAFieldsOwnNameGoesBeforeOthers() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        try bench.drop(
            "mobile,phone1,mail,email,cell\n4155550143,4155550142,x@example.com,ann@example.com,4155550144\n",
            as: "a/list.csv")
        XCTAssertEqual(
            try columns(bench),
            [
                "mobile": "phone2", "phone1": "phone1", "mail": "attribute:mail", "email": "email", "cell": "phone3",
            ])
        XCTAssertEqual(try contact(1, bench, .email), "ann@example.com")
    }

    func testMoreNumbersThanFieldsAreAttributes() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        let names = ["telephone", "phone number", "phone", "msisdn", "cell", "mobile phone", "mobile"]
        try bench.drop(
            names.joined(separator: ",") + "\n" + names.map { _ in "+14155550142" }.joined(separator: ",") + "\n",
            as: "a/list.csv")
        XCTAssertEqual(
            try columns(bench),
            [
                "mobile": "phone1", "mobile phone": "phone2", "cell": "phone3", "msisdn": "phone4", "phone": "phone5",
                "phone number": "attribute:phone number", "telephone": "attribute:telephone",
            ])
    }

    func testInJSONEachRecordFillsItsOwnFields() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        try bench.drop(
            """
            {"phone":"+14155550142","mobile":"+14155550143","name":"Ann"}
            {"phone":"+14155550144","name":"Bob"}
            {"mobile":"","name":"Cid","telephone":"+14155550145"}
            {"phone1":"+14155550146","mobile":"+1415555\\u0030147"}
            {"mobile":"+14155550148","phone":null}

            """, as: "a/people.jsonl")
        XCTAssertEqual(try bench.acknowledgement(1)["accepted"] as? Int, 5)
        XCTAssertEqual(
            try (1...5).map { try contact($0, bench, .phone1) },
            ["+14155550143", "+14155550144", "+14155550145", "+14155550146", "+14155550148"])
        XCTAssertEqual(
            try (1...5).map { try contact($0, bench, .phone2) }, ["+14155550142", "", "", "+14155550147", ""])
    }

    func testTheAnswersOfADispatchRequestFillTheirRecordsFields() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        func answers(_ pairs: KeyValuePairs<String, String>) -> String {
            "[" + pairs.map { #"{"QuestionId":"\#($0)","Input":"\#($1)"}"# }.joined(separator: ",") + "]"
        }
        let first = answers(["Phone": "+14155550142", "Mobile": "+14155550143"])
        try bench.drop(
            #"[{"DispatchID":"a","PreFill":[\#(first),\#(answers(["Phone": "+14155550144"]))]}]"#, as: "a/request.json")
        XCTAssertEqual(try (1...2).map { try contact($0, bench, .phone1) }, ["+14155550143", "+14155550144"])
        XCTAssertEqual(try (1...2).map { try contact($0, bench, .phone2) }, ["+14155550142", ""])
    }

    func testAJSONRecordWithoutAKnownNumberIsToldWhichKeyHasIt() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        try bench.drop(
            #"{"number1":"+14155550142","when":"2026"}"# + "\n" + #"{"phone":"+14155550143"}"# + "\n",
            as: "a/list.jsonl")
        let errors = try bench.text("outbox/notices/2026-11-20/20261120-000001/errors.csv")
        XCTAssertTrue(errors.contains(#"{ ""number1"": ""phone1"" }"#), errors)
    }

    func testWhatItsNameSaysOfANumberStaysWithItsRecord() throws {
        let (msisdn, phone) = (#"{"msisdn":"441234567890"}"#, #"{"phone":"441234567890"}"#)
        for (order, accepted) in [([msisdn, phone], UInt32(1)), ([phone, msisdn], 2)] {
            let bench = try PipelineBench("{region: 'DE', campaigns: {a: {}}}")
            try bench.drop(order.joined(separator: "\n") + "\n", as: "a/people.jsonl")
            XCTAssertEqual(
                try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["phone1.invalid": 1], "\(order)")
            XCTAssertEqual(try contact(accepted, bench, .phone1), "+441234567890")
        }
        let bench = try PipelineBench("{region: 'DE', campaigns: {a: {phones: 'first-filled'}}}")
        try bench.drop("phone1,msisdn,name\n,441234567890,Ann\n441234567890,,Bob\n", as: "a/list.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["accepted"] as? Int, 1)
        XCTAssertEqual(try contact(1, bench, .phone1), "+441234567890")
    }

    func testTwoOtherNamesOfOneFieldAreRefusedWithTheLineThatMendsIt() throws {
        for (name, drop) in [
            ("ids.csv", "Customer ID,External ID,phone\n1,2,+14155550142\n"),
            ("ids.jsonl", #"{"Customer ID":"1","External ID":"2","phone":"+14155550142"}"# + "\n"),
        ] {
            let bench = try PipelineBench("{campaigns: {a: {}}}")
            try bench.drop(drop, as: "a/" + name)
            let reason = try bench.refusal(1)
            XCTAssertTrue(reason.hasPrefix("header.duplicate: "), reason)
            XCTAssertTrue(reason.contains(#"columns: { "External ID": "attribute:External ID" }"#), reason)
            let mended = try PipelineBench(#"{campaigns: {a: {columns: { "External ID": "attribute:External ID" }}}}"#)
            try mended.drop(drop, as: "a/" + name)
            XCTAssertEqual(try mended.acknowledgement(1)["status"] as? String, "accepted", name)
        }
    }

    func testEveryColumnOfOursCanBeKeptAsAnAttribute() throws {
        let names = Field.allCases.filter { $0 != .phone1 }.map(\.label.capitalized)
        let columns = names.map { "\"\($0)\": \"attribute:\($0)\"" }.joined(separator: ", ")
        let csv =
            (["phone1"] + names).joined(separator: ",") + "\n+14155550142,"
            + names.map { "\"of \($0), not ours\"" }.joined(separator: ",")
        let json = "{\"phone1\":\"+14155550142\"" + names.map { ",\"\($0)\":[\"of \($0), not ours\"]" }.joined() + "}"
        for (file, text) in [("list.csv", csv), ("list.jsonl", json)] {
            let bench = try PipelineBench(
                """
                {campaigns: {a: {columns: {\(columns)}, templates: {t: "t.txt"}, strategy: "s"}},
                 strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", template: "t"}]}}}
                """)
            let template = names.map { "{{\($0)}}" }.joined(separator: ";")
            try Files.writeAtomically(Array(template.utf8), to: bench.root + "/t.txt")
            try bench.drop(text + "\n", as: "a/" + file)
            try bench.send()
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted", file)
            let sent = try bench.dispatched("a").joined()
            for name in names { XCTAssertTrue(sent.contains("of \(name), not ours"), "\(name) \(file)") }
        }
    }

    func testTheRefusalOfAValueSaysHowToKeepTheColumn() throws {
        for (column, value) in [
            ("Country", "Nowhere"), ("Priority", "urgent"), ("TZ", "EST"), ("Consent", "maybe"),
            ("Message", String(repeating: "x", count: 2_000)), ("UUID", String(repeating: "x", count: 65)),
        ] {
            let bench = try PipelineBench("{campaigns: {a: {}}}")
            try bench.drop("phone1,\(column)\n+14155550142,\(value)\n+14155550143,\n", as: "a/list.csv")
            let errors = try bench.text("outbox/notices/2026-11-20/20261120-000001/errors.csv")
            let line = #"columns: { "\#(column)": "attribute:\#(column)" }"#
            XCTAssertTrue(errors.replacingOccurrences(of: "\"\"", with: "\"").contains(line), errors)
        }
    }

    func testPrioritiesInWordsAreTheirDigits() throws {
        let bench = try PipelineBench("{campaigns: {a: {columns: {\"Mobile Phone\": \"phone1\"}}}}")
        try bench.drop(
            "Mobile Phone,Priority,Sensitivity\n(415) 555-0142,Normal,Normal\n(415) 555-0143,HIGH,x\n(415) 555-0144,low ,x\n"
                + "(415) 555-0145,3,x\n", as: "a/outlook.csv")
        XCTAssertEqual(try (1...4).map { try contact($0, bench, .priority) }, ["5", "9", "1", "3"])
    }

    func testAHeaderWithoutAKnownPhoneColumnIsToldWhichHasTheNumbers() throws {
        for (header, row, name) in [
            ("Phone No.,Name", "+14155550142,Ann", "Phone No."),
            ("Name,Phone 1 - Value", "Ann,+14155550142", "Phone 1 - Value"),
            ("number1,who", "4155550142,Ann", "number1"), ("Kunde;Rufnummer", "Ann;0301234567", "Rufnummer"),
        ] {
            let bench = try PipelineBench("{campaigns: {a: {}}}")
            try bench.drop(header + "\n" + row + "\n", as: "a/list.csv")
            let reason = try bench.refusal(1)
            XCTAssertTrue(reason.contains("{ \"\(name)\": \"phone1\" }"), reason)
        }
        for header in ["Phone Number", "phone_number", "Cell", "mobile phone"] {
            let bench = try PipelineBench("{campaigns: {a: {}}}")
            try bench.drop(header + "\n+14155550142\n", as: "a/list.csv")
            XCTAssertEqual(try columns(bench), [header: "phone1"])
        }
    }

    func testValuesWithinValuesAreFoundByTheirPaths() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {columns: {"address.mobile": "phone1", "address.home.Zip-Code": "postcode", "extra.note": "attribute:n"}}}}
            """)
        try bench.drop(
            """
            {"name":"Ann","address":{"home":{"street":"x","zip code":"94\\u0031 03"},"mobile":"+14155550142"},"extra":{"note":7}}
            {"name":"Bob","address": { "mobile" : "+14155550143" , "home" : null }}
            {"name":"Cid","address":"none"}

            """, as: "a/people.jsonl")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["accepted"] as? Int, 2, "\(ack)")
        XCTAssertEqual(ack["rejectsByCode"] as? [String: Int], ["phone1.missing": 1])
        XCTAssertEqual(try (1...2).map { try contact($0, bench, .phone1) }, ["+14155550142", "+14155550143"])
        XCTAssertEqual(try contact(1, bench, .postcode), "941 03")
    }

    func testTheWrappersOfDatabasesAreTakenOffAFieldsValue() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        try bench.drop(
            """
            {"_id":{"$oid":"60f6d845caa1861dcf1631ae"},"phone":"+14155550142","n":{"$numberInt":"1"}}
            {"_id" : { "$oid" : "60f6d845caa1861dcf1631af" },"phone":{"$numberLong":"14155550143"}}
            {"_id":{"$oid":"60f6d845caa1861dcf1631b0","x":1},"phone":"+14155550144"}

            """, as: "a/export.jsonl")
        XCTAssertEqual(
            try (1...2).map { try contact($0, bench, .id) }, ["60f6d845caa1861dcf1631ae", "60f6d845caa1861dcf1631af"])
        XCTAssertEqual(try contact(2, bench, .phone1), "+14155550143")
        XCTAssertEqual(try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["id.invalid": 1])
    }

    func testNumbersMoveUpWhereTheCampaignSaysSo() throws {
        let drop = "phone1,name,phone2,phone3\n,Ann,(415) 555-0142,\n+14155550143,Bob,,+14155550144\n , Cid,,\n"
        let asWritten = try PipelineBench("{campaigns: {a: {}}}")
        try asWritten.drop(drop, as: "a/list.csv")
        XCTAssertEqual(try asWritten.acknowledgement(1)["accepted"] as? Int, 1)
        let bench = try PipelineBench("{campaigns: {a: {phones: \"first-filled\"}}}")
        try bench.drop(drop, as: "a/list.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["accepted"] as? Int, 2)
        XCTAssertEqual(try contact(1, bench, .phone1), "+14155550142")
        XCTAssertEqual(try contact(2, bench, .phone2), "+14155550144")
        XCTAssertEqual(try contact(2, bench, .phone3), "")
    }

    func testOneOfSeveralColumnsIsEnoughWhereTheCampaignSaysSo() throws {
        let bench = try PipelineBench("{campaigns: {a: {require: [[\"phone1\", \"email\"], \"name\"]}}}")
        try bench.drop(
            "phone1,email,name\n+14155550142,,Ann\n,bob@example.com,Bob\n,,Cid\n+14155550143,,\n", as: "a/list.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["accepted"] as? Int, 2)
        XCTAssertEqual(ack["rejectsByCode"] as? [String: Int], ["phone1.missing": 1, "name.missing": 1])
        let errors = try bench.text("outbox/notices/2026-11-20/20261120-000001/errors.csv")
        XCTAssertTrue(errors.contains("None of the columns phone1, email has a value."), errors)
    }

    func testDatesAreReadInTheCampaignsForm() throws {
        let bench = try PipelineBench("{campaigns: {a: {dates: \"dd.MM.yyyy HH:mm\"}}}")
        try bench.drop(
            "phone1,callbackat\n+14155550142,21.11.2026 10:00\n+14155550143,2026-11-21 10:00:00\n+14155550144,11/21/2026\n"
                + "+14155550145,31.02.2026 10:00\n", as: "a/list.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["rejectsByCode"] as? [String: Int], ["date.invalid": 2])
        XCTAssertEqual(try contact(1, bench, .callbackat), "2026-11-21T10:00:00")
        XCTAssertEqual(try contact(2, bench, .callbackat), "2026-11-21 10:00:00")
        XCTAssertEqual(ack["normalised"] as? Int, 1)
    }

    func testABlankInPlaceOfTheTIsReadAndHoldsTheContact() throws {
        let bench = try PipelineBench("{campaigns: {a: {}}}")
        try bench.drop(
            "phone,callbackat\n+14155550142,2026-11-21 10:00:00\n+14155550143,2026-11-20T24:00\n+14155550144,0000-00-00 00:00:00\n"
                + "+14155550145,11/21/2026 10:00\n+14155550146,21.11.2026\n", as: "a/list.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["date.invalid": 3])
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a"), [])
        let errors = try bench.text("outbox/notices/2026-11-20/20261120-000001/errors.csv")
        XCTAssertTrue(errors.contains(#"dates: ""MM/dd/yyyy HH:mm"""#), errors)
        XCTAssertTrue(errors.contains(#"dates: ""dd.MM.yyyy"""#), errors)
        XCTAssertTrue(errors.contains("Leave the field empty where there is no date."), errors)
    }

    func testTheStatesOwnRulesHoldBesideThoseOfTheNumber() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {policy: "p"}}, policies: {p: {zone: "UTC", windows: [{from: "08:00", to: "21:00"}],
             region: {"US-FL": {from: "18:00"}}}}}
            """)
        try bench.drop(
            "phone,State\n+12125550142,NY\n+12125550143,FL\n+12125550144,Florida\n+12125550145,us-fl\n+12125550146,Ruritania\n",
            as: "a/list.csv")
        try bench.send()
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["accepted"] as? Int, 5)
        XCTAssertEqual(ack["unknownStates"] as? Int, 1)
        let sent = try bench.dispatched("a").joined()
        for (number, isSent) in [("142", true), ("143", false), ("144", false), ("145", false), ("146", true)] {
            XCTAssertEqual(sent.contains("+12125550" + number), isSent, number)
        }
    }
}
