import Waybill
import XCTest

final class RejectsFileTests: XCTestCase {
    private func file(
        _ kind: DropKind, leading: String, trailing: String, _ records: [(String, String)]
    ) -> String {
        var file = RejectsFile(kind: kind, leading: Array(leading.utf8))
        var bytes: [UInt8] = []
        for (record, lineEnd) in records {
            file.append(Array(record.utf8)[...], lineEnd: Array(lineEnd.utf8), to: &bytes)
        }
        file.finish(trailing: Array(trailing.utf8), to: &bytes)
        XCTAssertEqual(file.count, records.count)
        return ReportSamples.text(bytes)
    }

    func testCSVKeepsHeaderBytesAndLineEnds() {
        XCTAssertEqual(
            file(.csv, leading: "\u{FEFF}Phone, Name\r\n", trailing: "", [("1,\"a\nb\"", "\r\n"), (" 2 ,", "\r\n")]),
            "\u{FEFF}Phone, Name\r\n1,\"a\nb\"\r\n 2 ,\r\n")
    }

    func testLastRecordWithoutLineEndGetsTheOneOfTheDrop() {
        XCTAssertEqual(file(.csv, leading: "h\r", trailing: "", [("1", "\r"), ("2", "")]), "h\r1\r2\r")
    }

    func testUnknownLineEndIsLF() {
        XCTAssertEqual(file(.csv, leading: "", trailing: "", [("1", "")]), "1\n")
        XCTAssertEqual(file(.jsonLines, leading: "", trailing: "", [("{}", "")]), "{}\n")
    }

    func testJSONElementsKeepTheirWrapper() throws {
        let text = file(
            .jsonContacts, leading: #"{"campaign": "c", "contacts": ["#, trailing: "] }\n",
            [(#"{"phone1": "1" }"#, ""), (#"{"phone1":"2"}"#, "")])
        XCTAssertEqual(
            text, "{\"campaign\": \"c\", \"contacts\": [{\"phone1\": \"1\" },\n{\"phone1\":\"2\"}] }\n")
    }

    func testFileWithoutRecordsIsWhole() {
        XCTAssertEqual(file(.jsonArray, leading: "[", trailing: "]", []), "[]")
        XCTAssertEqual(file(.csv, leading: "h\n", trailing: "", []), "h\n")
    }

    func testSeparatorsAreInTheDropsEncoding() {
        var file = RejectsFile(kind: .csv, leading: [0xFF, 0xFE], encoding: .utf16LE)
        var bytes: [UInt8] = []
        file.append([0x31, 0], to: &bytes)
        XCTAssertEqual(bytes, [0xFF, 0xFE, 0x31, 0, 0x0A, 0])
        var json = RejectsFile(kind: .jsonArray, leading: [0, 0x5B], encoding: .utf16BE)
        var text: [UInt8] = []
        json.append([0, 0x31], to: &text)
        json.append([0, 0x32], to: &text)
        XCTAssertEqual(text, [0, 0x5B, 0, 0x31, 0, 0x2C, 0, 0x0A, 0, 0x32])
    }

    func testFirstRecordIsWrittenAtOnce() {
        var file = RejectsFile(kind: .csv, leading: Array("h\n".utf8))
        var bytes: [UInt8] = []
        file.append(Array("1".utf8)[...], lineEnd: [0x0A], to: &bytes)
        XCTAssertEqual(ReportSamples.text(bytes), "h\n1\n")
    }

    func testFileNameFollowsTheDropsForm() {
        XCTAssertEqual(RejectsFile.fileName(for: .csv), "rejects.csv")
        XCTAssertEqual(RejectsFile.fileName(for: .jsonLines), "rejects.jsonl")
        for kind in [DropKind.jsonArray, .jsonContacts, .dispatchRequest] {
            XCTAssertEqual(RejectsFile.fileName(for: kind), "rejects.json")
        }
    }
}
