import XCTest

@testable import Waybill

/// Rows of lists that were found to name nobody, or to take somebody off, since a part of them could not be read.
final class ListDoorTests: XCTestCase {
    private static let people = "phone,id\n+14155550142,ID4\n+14155550143,ID5\n+14155550149,ID9\n"

    /// The last digits of those who are contacted, of 2, 3 and 9.
    private func called(
        after list: [UInt8], as name: String = "l.csv", _ configuration: String = "{}", file: StaticString = #filePath,
        line: UInt = #line
    ) throws -> (digits: String, codes: [String: Int]) {
        let bench = try PipelineBench(configuration, standing: true)
        try bench.drop(list, as: "_suppress/" + name)
        try bench.drop(Self.people, as: "people.csv")
        try bench.send()
        let digits = try bench.dispatched().map { String($0.split(separator: ",")[2].last!) }.sorted().joined()
        return (digits, try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int] ?? [:])
    }

    private func called(after list: String, as name: String = "l.csv", _ configuration: String = "{}") throws
        -> (digits: String, codes: [String: Int])
    {
        try called(after: Array(list.utf8), as: name, configuration)
    }

    // MARK: Rows that cannot be read in whole

    func testARowWithTooManyOrTooFewFieldsListsAllWhoStandInIt() throws {
        for (list, codes) in [
            ("name,phone\nDoe, Ann,+14155550142\nBob,+14155550143\n", ["row.too-many-fields": 1]),
            ("name,reason,value\n+14155550142\nBob,x,+14155550143\n", ["row.too-few-fields": 1]),
            (
                "value,date,reason\n+14155550143,2026-11-01,x\nDoe,Ann,2026-11-01,(415) 555-0142\n",
                ["row.too-many-fields": 1]
            ),
            (
                "value,campaign,expires\n+14155550143,,\n+14155550142,default,2020-01-01,x\n",
                ["row.too-many-fields": 1]
            ),
        ] {
            let found = try called(after: list)
            XCTAssertEqual(found.digits, "9", list)
            XCTAssertEqual(found.codes, codes, list)
        }
    }

    func testDatesAndPostalCodesInADamagedRowAreNobody() throws {
        let rules = ListingRules(Configuration(), at: Timestamp(milliseconds: 1_795_255_200_000))
        let list =
            "value,since,zip,reason\n+14155550143,2026-11-01,94107,x,y,01.11.2026,20261101,94107-1234,2026-11-01\n"
        var decoder = DropDecoder(settings: ListColumns.settings(Configuration.Limits()))
        for chunk in try decoder.push(Array(list.utf8), isLast: true) {
            let columns = try ListColumns(chunk.schema, try XCTUnwrap(decoder.format))
            let reading = try XCTUnwrap(rules.read(chunk.records[0], in: chunk, columns))
            XCTAssertEqual(reading.listings.map(\.key), [RecipientKey.phone(E164Number(digits: 14_155_550_143))])
        }
    }

    func testRowsThatAllEndEarlyAndEmptyColumnsAtTheirEndAreWhole() throws {
        for list in [
            "value,reason,expires\n+14155550142,x\n+14155550143,y\n",
            "value,reason\n+14155550142,x,,\n+14155550143,y\n",
        ] {
            let found = try called(after: list)
            XCTAssertEqual(found.digits, "9", list)
            XCTAssertEqual(found.codes, [:], list)
        }
    }

    func testARowThatIsTooLargeOrNoJSONListsWhoStandsInIt() throws {
        for (list, name, code) in [
            ("{\"value\":\"+14155550142\"\n{\"value\":\"+14155550143\"}\n", "l.jsonl", "row.invalid-json"),
            (
                "value,reason\n+14155550142," + String(repeating: "x", count: 70_000) + "\n+14155550143,x\n", "l.csv",
                "row.too-large"
            ),
        ] {
            let found = try called(after: list, as: name)
            XCTAssertEqual(found.digits, "9", code)
            XCTAssertEqual(found.codes, [code: 1])
        }
    }

    func testADamagedRowCountsEverywhereAndByItsKind() throws {
        XCTAssertEqual(
            try called(
                after: "{\"kind\":\"id\",\"value\":\"ID4\"\n{\"kind\":\"id\",\"value\":\"ID5\"}\n", as: "l.jsonl"
            )
            .digits, "9")
        XCTAssertEqual(
            try called(after: "kind,value,reason\nid,ID4,said, no\nid,ID5,x\n").digits, "9")
    }

    func testADamagedRemovalTakesNobodyOffWhateverIsWrongWithIt() throws {
        for (text, name) in [
            ("action,value,reason\nremove,+14155550142,back, again\n", "r.csv"),
            ("action,value,reason\nremove,+14155550142\nadd,+14155550143,x\n", "r.csv"),
            ("reason,action,value\na, b,remove,+14155550142\n", "r.csv"),
            ("{\"action\":\"remove\",\"value\":\"+14155550142\"\n", "r.jsonl"),
            ("action,value,expires\nremove,+14155550142,soon\n", "r.csv"),
        ] {
            let bench = try PipelineBench(standing: true)
            try bench.drop("+14155550142\n", as: "_suppress/a.txt")
            try bench.drop(text, as: "_suppress/" + name)
            XCTAssertEqual(try bench.acknowledgement(2)["accepted"] as? Int, text.contains("add") ? 1 : 0, text)
            try bench.drop(Self.people, as: "people.csv")
            try bench.send()
            XCTAssertFalse(try bench.dispatched().contains { $0.contains("+14155550142") }, text)
        }
    }

    func testWhoStandsBesideAnEmptyOrUnreadableValueIsListed() throws {
        for (list, name) in [
            ("value,who\n,4155550142\n#REF!,4155550143\n", "l.csv"),
            ("{\"value\":\"+14155550143\"}\n{\"phone\":\"+14155550142\"}\n", "l.jsonl"),
            ("{\"value\":\"+14155550143\"}\n{\"contact\":{\"nummer\":\"+14155550142\"}}\n", "l.jsonl"),
        ] {
            XCTAssertEqual(try called(after: list, as: name).digits, "9", list)
        }
    }

    // MARK: Several numbers

    func testOfSeveralColumnsOfNumbersEachCounts() throws {
        for list in [
            "phone,Home Phone\n+14155550142,+14155550143\n",
            "value,phone\nann@example.com,+14155550142\n,+14155550143\n",
            "phone;Telefon privat\n+14155550142;(415) 555-0143\n", "phone,Festnetz\n+14155550142,+14155550143\n",
        ] {
            let found = try called(after: list)
            XCTAssertEqual(found.digits, "9", list)
            XCTAssertEqual(found.codes, [:], list)
        }
    }

    func testOfALineWithWordsBesideItsNumbersEachCountsAndIsTold() throws {
        for list in ["+14155550142 (mobile),+14155550143\n", "home +14155550142;+14155550143\n"] {
            let found = try called(after: list, as: "l.txt")
            XCTAssertEqual(found.digits, "9", list)
            XCTAssertEqual(found.codes, ["value.invalid": 1], list)
        }
        let remark = try called(after: "+14155550142;asked 2026-11-01 10:00\n+14155550143\n", as: "l.txt")
        XCTAssertEqual(remark.digits, "9")
        XCTAssertEqual(remark.codes, [:])
    }

    func testAMisspeltNumberIsListedForWhatItCanHaveBeenAndIsNoContact() throws {
        for value in [
            "\"4,155,550,142\"", "++14155550142", "+014155550142", "415 555 O142", "4155550142¹",
        ] {
            let found = try called(after: "value\n\(value)\n+14155550143\n")
            XCTAssertEqual(found.digits, "9", value)
            XCTAssertEqual(found.codes.values.reduce(0, +), 1, value)
        }
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone,name\n++14155550142,Ann\n415 555 O143,Bob\n+14155550149,Zoe\n", as: "people.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["accepted"] as? Int, 1)
    }

    func testAKindThatNobodyKnowsIsTakenForAnIdToo() throws {
        let found = try called(after: "kind,value\ncustomer,ID4\nid,ID5\n")
        XCTAssertEqual(found.digits, "9")
        XCTAssertEqual(found.codes, ["kind.unknown": 1])
    }

    // MARK: What databases and old systems write

    func testADatabasesWordForNoDateIsNoEnd() throws {
        for date in ["0001-01-01T00:00:00", "1970-01-01", "1900-01-01", "1899-12-30", "1753-01-01", "0000-00-00"] {
            let found = try called(after: "value,expires\n+14155550142,\(date)\n+14155550143,\n")
            XCTAssertEqual(found.digits, "9", date)
            XCTAssertEqual(found.codes, ["expires.invalid": 1], date)
        }
        let far = try called(after: "value,expires\n+14155550142,9999-12-31\n+14155550143,\n")
        XCTAssertEqual(far.digits, "9")
        XCTAssertEqual(far.codes, [:], "that is how they write for ever")
    }

    private let mails = """
        {campaigns: {default: {require: ['email'], strategy: 's', purpose: 'marketing'}},
         strategies: {s: {steps: [{name: 'm', channel: 'email', to: 'email'}]}}}
        """

    func testAListOrARevocationInWindows1252IsReadAsWhatItIs() throws {
        let mueller = [UInt8]("m".utf8) + [0xFC] + Array("ller@example.com".utf8)
        for (name, head, tail) in [
            ("_suppress/l.csv", "value\n", "\nx@example.com\n"), ("_suppress/l.txt", "", "\nx@example.com\n"),
            ("_consent/c.csv", "action,value\nrevoke,", "\nrevoke,x@example.com\n"),
        ] {
            let bench = try PipelineBench(mails, standing: true)
            try bench.drop(Array(head.utf8) + mueller + Array(tail.utf8), as: name)
            XCTAssertEqual(
                try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["row.invalid-encoding": 1], name)
            try bench.drop("email\nmüller@example.com\nzoe@example.org\n", as: "people.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["zoe@example.org"], name)
        }
    }

    func testARemovalInWindows1252TakesNobodyOff() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("+14155550142\n", as: "_suppress/a.txt")
        try bench.drop(
            Array("action,value,reason\nremove,+14155550142,M".utf8) + [0xFC] + Array("ller\n".utf8),
            as: "_suppress/r.csv")
        try bench.drop(Self.people, as: "people.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 2)
    }

    // MARK: Taking off

    func testARemovalOfDigitsThatAreTwoNumbersTakesNeitherOffAndNamesBoth() throws {
        let bench = try PipelineBench("{region: 'DE'}", standing: true)
        try bench.drop("value\n+441234567890\n+49441234567890\n", as: "_suppress/a.csv")
        try bench.drop("action,value\nremove,441234567890\n", as: "_suppress/b.csv")
        XCTAssertEqual(try bench.acknowledgement(2)["rejectsByCode"] as? [String: Int], ["value.invalid": 1])
        let notice = try XCTUnwrap(try bench.acknowledgement(2)["notice"] as? String)
        let errors = try bench.text(notice + "/errors.csv")
        XCTAssertTrue(
            errors.contains("+441234567890 or +49441234567890; nobody was removed."), errors)
        try bench.drop("phone\n+441234567890\n+49441234567890\n", as: "people.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched(), [])
        try bench.drop("action,value\nremove,+441234567890\n", as: "_suppress/c.csv")
        XCTAssertEqual(try bench.acknowledgement(4)["status"] as? String, "accepted")
    }

    func testARemovalWhoseEndIsNoDateSaysThatNobodyWasRemoved() {
        let rules = ListingRules(Configuration(), at: Timestamp(milliseconds: 1_795_255_200_000))
        var entry = ListEntry(Array("+14155550142".utf8)[...])
        (entry.action, entry.expires) = ("remove", "soon")
        XCTAssertEqual(
            rules.read(entry).violations.map(\.message), ["The end of the listing is no date; nobody was removed."])
    }

    private let federal = "{lists: {named: {federal: {files: 'fed*.txt'}}}}"

    func testARemovalByANamedListLeavesOtherListsAndStopsAsTheyAre() throws {
        let bench = try PipelineBench(federal, standing: true)
        try bench.drop("value,reason\n+14155550142,asked by letter\n", as: "_suppress/own.csv")
        try bench.drop("from,text\n+14155550149,STOP\n", as: "_replies/1.csv")
        try bench.drop("415,5550142\n415,5550143\n415,5550149\n", as: "_suppress/fed.txt")
        try bench.drop(
            "415,5550142,D,2026-11-24\n415,5550143,D,2026-11-24\n415,5550149,D,2026-11-24\n",
            as: "_suppress/fed-change.txt")
        try bench.drop(Self.people, as: "people.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550143"])
    }

    func testAWholeListThatNamesNobodySomewhereTakesNobodyOffAndHolds() throws {
        for (text, why) in [
            ("value\n#REF!\n+14155550143\n", "1 of 2 entries name nobody"),
            ("value,expires\n+14155550142,2020-01-01\n+14155550143,2020-01-01\n", "that lists nobody"),
            ("action,value\nremove,+14155550177\n", "that lists nobody"),
            ("action,value\nadd,+14155550143\nremove,+14155550177 x\n", "1 of 2 entries name nobody"),
        ] {
            let bench = try PipelineBench(
                "{lists: {named: {dnc: {files: 'dnc*.csv', required: true}}}}", standing: true)
            try bench.drop("value\n+14155550142\n+14155550143\n", as: "_suppress/dnc.csv")
            try bench.drop(text, as: "_suppress/dnc.full.csv")
            XCTAssertTrue(try bench.pipeline.store.listHolds().last?.problem.contains(why) ?? false, text)
            try bench.drop(Self.people, as: "people.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched(), [], text)
            try bench.drop("{\"command\": \"accept\", \"batch\": \"20261120-000002\"}", as: "_control/a.json")
            try bench.advance(seconds: 61)
            try bench.send()
            XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550149"], text)
        }
    }

    func testAListWithoutEntriesCorrectsNothing() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("BEGIN:VCARD\nTEL:+14155550142\n", as: "_suppress/l.csv")
        try bench.drop("value\n", as: "_suppress/l-20261120-000001.csv")
        XCTAssertEqual(try bench.pipeline.store.listHolds().map(\.drop), ["l.csv"])
        try bench.drop("value\n+14155550142\n", as: "_suppress/m-20261120-000001.csv")
        XCTAssertEqual(try bench.pipeline.store.listHolds(), [])
    }

    // MARK: Consents

    private let asking = """
        {campaigns: {default: {policy: 'p', purpose: 'marketing'}}, policies: {p: {require: 'consent'}}}
        """

    func testAConsentWithAFieldTooManyOrTooFewGrantsNothing() throws {
        for row in [
            "+14155550142,marketing,grant,2026-10-01,web form,,2026-12-10,shop",
            "+14155550142,marketing,grant,2026-10-01,web",
        ] {
            let bench = try PipelineBench(asking, standing: true)
            try bench.drop(
                "value,purpose,action,at,proof,expires,by\n\(row)\n+14155550143,marketing,grant,2026-10-01,web,2026-12-10,shop\n",
                as: "_consent/g.csv")
            XCTAssertEqual(try bench.acknowledgement(1)["rejected"] as? Int, 1, row)
            try bench.drop(Self.people, as: "people.csv")
            try bench.send()
            XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550143"], row)
        }
    }

    func testARevocationWithAFieldTooManyCountsForAllWhoStandInIt() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop(
            "by,value,action\nshop, Berlin,+14155550142,revoke\nshop,+14155550143,revoke\n", as: "_consent/r.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["row.too-many-fields": 1])
        try bench.drop(Self.people, as: "people.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550149"])
    }
}
