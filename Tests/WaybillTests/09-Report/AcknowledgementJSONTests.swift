import Waybill
import XCTest

final class AcknowledgementJSONTests: XCTestCase {
    private let compact = """
        {"batch":"20261121-000007","drop":"clinic.csv","sha256":"\(String(repeating: "ab", count: 32))",\
        "campaign":"clinic-reminders","status":"partial","reason":null,"detail":null,"received":1000,\
        "accepted":970,"rejected":20,"duplicates":10,"blank":0,"format":{"kind":"csv","delimiter":",","encoding":"utf-8","bom":false,"header":true,\
        "compressed":false,"quote":"\\"","lineEnd":"crlf","shortRecords":null},\
        "columns":{"Mobile":"phone1","Kunden\\"nr":"id"},\
        "rejectsByCode":{"phone1.invalid":12,"param3.too-long":8},\
        "notice":"outbox/notices/2026-11-21/20261121-000007","firstBatch":null,"corrects":null,"reply":null,\
        "normalised":31,"unknownStates":0,"startedAt":"2026-11-21T10:00:00.123Z","finishedAt":"2026-11-21T10:00:04.623Z"}
        """

    func testCompactAcknowledgementHasEveryKeyInOrder() {
        XCTAssertEqual(ReportSamples.text(ReportSamples.acknowledgement.json(pretty: false)), compact + "\n")
    }

    func testPrettyAcknowledgementSaysTheSame() throws {
        let pretty = ReportSamples.acknowledgement.json(pretty: true)
        XCTAssertTrue(ReportSamples.text(pretty).hasPrefix("{\n  \"batch\": \"20261121-000007\",\n  \"drop\": "))
        XCTAssertTrue(ReportSamples.text(pretty).contains("\n  \"format\": {\n    \"kind\": \"csv\",\n"))
        XCTAssertTrue(ReportSamples.text(pretty).hasSuffix("04.623Z\"\n}\n"))
        let read = try Python.roundTrip(json: pretty)
        XCTAssertEqual(read, compact)
    }

    func testRefusedDropHasNullsAndEmptyObjects() throws {
        var ack = Acknowledgement(
            batch: ReportSamples.batch, drop: "x", sha256: "", campaign: "c", status: .rejected,
            startedAt: ReportSamples.start, finishedAt: ReportSamples.end)
        ack.reason = "drop.empty: the file has no records"
        ack.corrects = BatchID("20261120-000001")
        let text = ReportSamples.text(ack.json(pretty: true))
        XCTAssertTrue(text.contains("\"format\": null,\n  \"columns\": {},\n  \"rejectsByCode\": {},\n"), text)
        XCTAssertTrue(text.contains("\"corrects\": \"20261120-000001\""))
        let read = try Python.roundTrip(json: Array(text.utf8))
        XCTAssertTrue(read.contains(#""reason":"drop.empty","detail":"the file has no records""#))
    }

    func testFileNameHasDropAndBatch() {
        XCTAssertEqual(ReportSamples.acknowledgement.fileName, "clinic.csv.20261121-000007.ack.json")
    }

    func testEveryCharacterSurvivesAnIndependentReader() throws {
        var text = ""
        for value in [UInt32](0...0x2FF) + [0x2028, 0xFFFD, 0x1F600] {
            text.unicodeScalars.append(Unicode.Scalar(value)!)
        }
        var json = ReportJSON(pretty: false)
        json.array([text]) { $0.string($1) }
        let read = try Python.run(
            "import json,sys; sys.stdout.buffer.write(json.loads(sys.stdin.buffer.read())[0].encode())",
            input: json.bytes)
        XCTAssertEqual(Array(read.utf8), Array(text.utf8))
    }

    func testControlCharactersAreEscaped() {
        var json = ReportJSON(pretty: false)
        json.string("\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F}\u{7F}/\\")
        XCTAssertEqual(ReportSamples.text(json.bytes), "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\u007f/\\\\\"")
    }
}
