import Support
import XCTest

@testable import Waybill

final class ParcelFileTests: XCTestCase {
    private let reference = Reference(
        letters: StoreLetters("bcdfgh".utf8)!, batch: BatchID("20261121-000007")!, record: 12, step: "text", attempt: 1)
    private let schema = Schema([
        Column(name: "Mobile", field: .phone1), Column(name: "Kundennr", field: .id), Column(name: "Note", field: nil),
        Column(name: "text", field: .message), Column(name: "internal", field: nil, isIgnored: true),
        Column(name: "Vorname", field: .firstname),
    ])

    private func file(
        _ layout: TransportSettings.Layout, _ schema: Schema, channel: Channel = "sms",
        address: String = "+14155550100",
        message: String = "", rows: [[String]]
    ) -> String {
        let file = ParcelFile(layout: layout, schema: schema, channel: channel)
        var bytes = file.header()
        for row in rows {
            file.append(
                reference: reference, address: Array(address.utf8)[...], message: Array(message.utf8)[...],
                values: ContactValues(row.map { Array($0.utf8)[...] }), to: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - CSV

    func testCSVHasTheFixedColumnsAndThenTheContacts() {
        XCTAssertEqual(
            file(
                .csv, schema, message: "Hi Ann",
                rows: [["+14155550100", "K1", "n", "own", "secret", "Ann"], ["+14155550100"]]),
            """
            reference,channel,address,id,message,phone1,Note,firstname
            bcdfgh-20261121-000007-12-text-1,sms,+14155550100,K1,Hi Ann,+14155550100,n,Ann
            bcdfgh-20261121-000007-12-text-1,sms,+14155550100,,Hi Ann,+14155550100,,

            """)
    }

    func testCSVQuotesOnlyWhatNeedsIt() {
        let schema = Schema([Column(name: "a,b", field: nil), Column(name: "c", field: nil)])
        XCTAssertEqual(
            file(
                .csv, schema, channel: "x,y", message: "say \"hi\"\r\nbye",
                rows: [["=1+1", " plain; 'text'\t"], ["\n", "ü€"]]),
            "reference,channel,address,id,message,\"a,b\",c\n"
                + "bcdfgh-20261121-000007-12-text-1,\"x,y\",+14155550100,,\"say \"\"hi\"\"\r\nbye\",=1+1, plain; 'text'\t\n"
                + "bcdfgh-20261121-000007-12-text-1,\"x,y\",+14155550100,,\"say \"\"hi\"\"\r\nbye\",\"\n\",ü€\n")
    }

    /// Values that lie beside each other in a segment are copied in one piece.
    func testALineIsTheSameWhetherItsValuesLieBesideEachOtherOrNot() throws {
        var random = SeededGenerator(seed: TestSeed.next())
        let schema = Schema(
            (0..<12).map { number in
                Column(name: "c\(number)", field: number == 3 ? .id : nil, isIgnored: number == 7)
            })
        let texts = ["", "", "plain", "a,b", "say \"hi\"", "two\nlines", "cr\r", "ü€😀", "0123456789abcdef", ",,"]
        var builder = ContactSegment.Builder()
        var rows: [[String]] = []
        for record in 1...400 {
            var row = (0..<12).map { _ in
                random.next() % 40 == 0
                    ? String(repeating: "long, ", count: 60) : texts[Int(random.next() % UInt64(texts.count))]
            }
            if record % 3 == 0 { for column in Int(random.next() % 12)..<12 { row[column] = "" } }
            if record % 2 == 0 { row = row.map { $0.filter { !",\"\n\r".contains($0) } } }
            for value in row { builder.append(Array(value.utf8).span) }
            builder.finish(record: UInt32(record))
            rows.append(row)
        }
        let segment = builder.build()
        for layout in TransportSettings.Layout.allCases {
            let file = ParcelFile(layout: layout, schema: schema, channel: "sms")
            for (index, row) in rows.enumerated() {
                let lines = [
                    segment.values(at: index, columns: 12), ContactValues(row.map { Array($0.utf8)[...] }),
                ].map { values in
                    var bytes: [UInt8] = []
                    file.append(reference: reference, address: [0x2B], message: [], values: values, to: &bytes)
                    return String(decoding: bytes, as: UTF8.self)
                }
                XCTAssertEqual(lines[0], lines[1], "\(layout), row \(index)")
            }
        }
    }

    func testColumnWhoseNameIsTakenGetsANumber() {
        let schema = Schema([
            Column(name: "Address", field: nil), Column(name: "channel", field: nil), Column(name: "note", field: nil),
            Column(name: "note_2", field: nil), Column(name: "Note", field: nil),
        ])
        XCTAssertEqual(
            String(decoding: ParcelFile(layout: .csv, schema: schema, channel: "sms").header(), as: UTF8.self),
            "reference,channel,address,id,message,Address_2,channel_2,note,note_2,Note_3\n")
    }

    // MARK: - JSON Lines

    func testJSONLinesLeaveEmptyValuesOut() throws {
        let text = file(
            .jsonLines, schema, message: "Hi",
            rows: [["+14155550100", "K1", "", "own", "secret", "Ann"], ["+14155550100"]])
        XCTAssertEqual(
            text,
            """
            {"reference":"bcdfgh-20261121-000007-12-text-1","channel":"sms","address":"+14155550100","id":"K1","message":"Hi","phone1":"+14155550100","firstname":"Ann"}
            {"reference":"bcdfgh-20261121-000007-12-text-1","channel":"sms","address":"+14155550100","message":"Hi","phone1":"+14155550100"}

            """)
    }

    func testJSONStringsComeBackAsTheyWere() throws {
        let awkward = (0..<0x20).map { String(Unicode.Scalar(UInt8($0))) }.joined() + "\"\\/ü€😀\u{2028}\u{7F}"
        let schema = Schema([Column(name: awkward, field: nil)])
        let text = file(.jsonLines, schema, message: awkward, rows: [[awkward]])
        XCTAssertEqual(text.utf8.count { $0 == 0x0A }, 1)
        let object = try XCTUnwrap(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String])
        XCTAssertEqual(object["message"], awkward)
        XCTAssertEqual(object[awkward], awkward)
    }

    // MARK: - Dialer

    private let dialerSchema = Schema([
        Column(name: "id", field: .id), Column(name: "name", field: .name), Column(name: "fn", field: .firstname),
        Column(name: "ln", field: .lastname), Column(name: "p1", field: .phone1), Column(name: "p2", field: .phone2),
        Column(name: "p3", field: .phone3), Column(name: "p4", field: .phone4), Column(name: "cb", field: .callbackat),
    ])

    func testTheDialersLayoutMayHaveTheReferenceBehindItsColumns() {
        let text = file(
            .dialerWithReference, dialerSchema, channel: "voice", address: "+1", rows: [["K1", "", "Ann", "Lee", "+1"]])
        XCTAssertEqual(
            text,
            "Account Number,First Name,Last Name,Phone1,Phone2,Phone3,Dial Time,Reference\n"
                + "K1,Ann,Lee,+1,,,,bcdfgh-20261121-000007-12-text-1\n")
    }

    private func dialer(_ row: [String], address: String = "+1") -> String {
        let lines = file(.dialer, dialerSchema, channel: "voice", address: address, rows: [row]).split(separator: "\n")
        XCTAssertEqual(lines.count, 2)
        XCTAssertEqual(lines.first, "Account Number,First Name,Last Name,Phone1,Phone2,Phone3,Dial Time")
        return String(lines.last ?? "")
    }

    func testDialerLayout() {
        XCTAssertEqual(
            dialer(["K1", "Ignored Name", "Ann", "O'Neil, Jr", "+1", "+2", "+3", "+4", "2026-11-21T10:00:00Z"]),
            "K1,Ann,\"O'Neil, Jr\",+1,+2,+3,2026-11-21T10:00:00Z")
    }

    func testAccountNumberFallsBackToTheReference() {
        XCTAssertEqual(dialer(["", "", "Ann", "", "+1"]), "bcdfgh-20261121-000007-12-text-1,Ann,,+1,,,")
    }

    func testNameIsPartedAtItsLastSpace() {
        XCTAssertEqual(dialer(["K", "Ann Mary Lee", "", "", "+1"]), "K,Ann Mary,Lee,+1,,,")
        XCTAssertEqual(dialer(["K", "Ann  Lee", "", "", "+1"]), "K,Ann,Lee,+1,,,")
        XCTAssertEqual(dialer(["K", "Cher", "", "", "+1"]), "K,,Cher,+1,,,")
        XCTAssertEqual(dialer(["K", " Cher", "", "", "+1"]), "K,,Cher,+1,,,")
    }

    func testNumberToCallStandsFirst() {
        XCTAssertEqual(dialer(["K", "", "", "", "+1", "+2", "+3", "+4"], address: "+2"), "K,,,+2,+1,+3,")
        XCTAssertEqual(dialer(["K", "", "", "", "+1", "+2", "+3", "+4"], address: "+4"), "K,,,+4,+2,+3,")
        XCTAssertEqual(dialer(["K", "", "", "", "+1", "", "+3"], address: "+1"), "K,,,+1,,+3,")
    }

    // MARK: - Around it

    func testFileNamesEndByLayout() {
        XCTAssertEqual(ParcelFile(layout: .csv, schema: schema, channel: "sms").suffix, ".csv")
        XCTAssertEqual(ParcelFile(layout: .jsonLines, schema: schema, channel: "sms").suffix, ".jsonl")
        XCTAssertEqual(ParcelFile(layout: .dialer, schema: schema, channel: "voice").suffix, ".csv")
    }

    func testAddressOfAStep() {
        let schema = Schema([
            Column(name: "p1", field: .phone1), Column(name: "p2", field: .phone2), Column(name: "e", field: .email),
            Column(name: "id", field: .id),
        ])
        func address(_ step: Strategy.Step, _ values: [String]) -> String? {
            AddressChoice(step: step, schema: schema).address(in: ContactValues(values.map { Array($0.utf8)[...] })).map
            {
                String(decoding: $0, as: UTF8.self)
            }
        }
        func to(_ field: Field) -> Strategy.Step { Strategy.Step(name: "s", channel: "sms", to: field) }
        XCTAssertEqual(address(to(.phone1), ["+1", "+2", "a@b.c", "K"]), "+1")
        XCTAssertEqual(address(to(.phone2), ["+1", "+2", "a@b.c", "K"]), "+2")
        XCTAssertEqual(address(to(.phone2), ["+1", "", "a@b.c", "K"]), "+1")
        XCTAssertEqual(address(to(.phone5), ["+1"]), "+1")
        XCTAssertEqual(address(to(.email), ["+1", "+2", "a@b.c", "K"]), "a@b.c")
        XCTAssertNil(address(to(.phone1), ["", "+2", "a@b.c", "K"]))
        XCTAssertNil(address(to(.email), ["+1", "+2"]))
        XCTAssertNil(address(to(.phone5), []))
        let handover = Strategy.handover.steps[0]
        XCTAssertEqual(address(handover, ["+1", "+2", "a@b.c", "K"]), "+1")
        XCTAssertEqual(address(handover, ["", "+2", "a@b.c", "K"]), "a@b.c")
        XCTAssertEqual(address(handover, ["", "", "", "K"]), "K")
        XCTAssertEqual(address(handover, []), "")
    }
}
