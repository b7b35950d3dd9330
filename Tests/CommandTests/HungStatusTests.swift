import Support
import SystemIO
import XCTest

/// What can be told while a share does not answer.
final class HungStatusTests: XCTestCase {
    func testStatusDoesNotWaitForInboxAndOutboxOnAShareThatHangsAndSaysSo() throws {
        let share = try HungShare()
        let workspace = try TestWorkspace()
        let waybill = Executable(workspace)
        try workspace.write("{inbox: '\(share.folder)/in', outbox: '\(share.folder)/out'}", to: "waybill.json5")
        XCTAssertEqual(try waybill.run("process", workspace.file("people.csv", "phone1\n+14155550142\n")).status, 0)
        share.hang()
        let text = try share.withoutWaiting { try waybill.run("status") }
        XCTAssertEqual(text.status, 0, text.errors)
        let said = "\(share.folder)/out/status.json does not answer: see to "
        let words = text.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        XCTAssertTrue(words.contains("Whether Waybill is running cannot be told: " + said), text.output)
        XCTAssertFalse(words.contains("not running"), text.output)
        XCTAssertTrue(words.contains("default"), text.output)
        let json = try share.withoutWaiting { try waybill.run("status", "--json") }.output
        XCTAssertTrue(json.contains("\"not-running\""), json)
        share.answer()
        XCTAssertFalse(try waybill.run("status").output.contains("cannot be told"))
    }
}
