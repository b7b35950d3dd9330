import XCTest

@testable import Waybill

final class ControlCommandTests: XCTestCase {
    private func read(_ json: String) throws -> ControlCommand { try ControlCommand(json: Array(json.utf8)) }

    private func mistake(_ json: String) -> String {
        do {
            return "read as \(try read(json))"
        } catch {
            return "\(error)"
        }
    }

    func testEveryCommandForACampaign() throws {
        for action in ControlCommand.Action.allCases {
            let condition = action == .requeue ? "\"state=Failed\"" : "null"
            let command = try read(
                "{\"command\": \"\(action.rawValue)\", \"campaign\": \"clinic\", \"batch\": null, \"where\": \(condition)}"
            )
            XCTAssertEqual(command.action, action)
            XCTAssertEqual(command.scope, .campaign("clinic"))
        }
    }

    func testCommandForABatch() throws {
        let batch = try XCTUnwrap(BatchID("20261121-000007"))
        XCTAssertEqual(
            try read(#"{"command":"Withdraw","batch":"20261121-000007"}"#).scope, .batch(batch, campaign: nil))
        XCTAssertEqual(
            try read("\u{FEFF}{\"command\":\"flush\",\"batch\":\"20261121-000007\",\"campaign\":\" clinic \"}\r\n")
                .scope,
            .batch(batch, campaign: "clinic"))
    }

    func testMistakesSayWhatToDo() {
        XCTAssertTrue(mistake("").contains("not JSON"))
        XCTAssertTrue(mistake("pause").contains("not JSON"))
        XCTAssertTrue(mistake(#"[{"command": "pause"}]"#).contains("something other than one JSON object"))
        XCTAssertTrue(mistake("3").contains("something other than one JSON object"))
        XCTAssertTrue(mistake("{}").contains("no \"command\"; give it one of: pause, resume, publish, flush, withdraw"))
        XCTAssertTrue(mistake(#"{"command": "stop", "campaign": "a"}"#).contains("\"stop\" is unknown"))
        XCTAssertTrue(mistake(#"{"command": 1}"#).contains("\"command\" is not text"))
        XCTAssertTrue(mistake(#"{"command": "pause"}"#).contains("neither a campaign nor a batch; say what to pause"))
        XCTAssertTrue(mistake(#"{"command": "pause", "campaign": " "}"#).contains("neither a campaign nor a batch"))
        XCTAssertTrue(mistake(#"{"command": "pause", "batch": "7"}"#).contains("\"7\" is no batch id"))
        XCTAssertTrue(mistake(#"{"command": "pause", "campain": "a"}"#).contains("unknown key \"campain\""))
    }
}
