import Support
import XCTest

@testable import Waybill

/// Infobip answers for each of many.
extension HTTPRecipeTests {
    func testInfobip() throws {
        let bench = try Self.bench(
            "infobip", contacts: 4,
            Self.answering { request in
                let body = try Self.object(request)
                try Self.checked(request.path == "/sms/3/messages", request.path)
                try Self.checked(request.headers["authorization"] == "App \(HTTPBench.secret)", "authorization")
                var answers: [String] = []
                for message in body["messages"] as? [[String: Any]] ?? [] {
                    let destination = (message["destinations"] as? [[String: String]])?.first ?? [:]
                    try Self.checked((message["content"] as? [String: String])?["text"] != nil, "content")
                    try Self.checked(message["sender"] as? String == "Example", "sender")
                    let options = message["options"] as? [String: [String: Any]]
                    try Self.checked(options?["validityPeriod"]?["amount"] is Int, "validity")
                    let id = destination["messageId"] ?? ""
                    try Self.checked(Reference(id) != nil, "messageId")
                    let group = destination["to"] == "+14155551001" ? "REJECTED" : "PENDING"
                    answers.append(
                        #"{"messageId": "\#(id)", "status": {"groupName": "\#(group)", "name": "\#(group)_X", "description": "d"}}"#
                    )
                }
                return .answer(200, "{\"messages\": [\(answers.reversed().joined(separator: ", "))]}")
            })
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 3, .failed: 1])
        XCTAssertEqual(bench.server.requests.count, 1)
        _ = try bench.bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertTrue(try bench.bench.report("failure", campaign: "a")[0].contains(",REJECTED_X,"))
    }

    func testWhatInfobipRejectsForTheAccountsSakeIsNobodysFault() throws {
        func states(_ name: String) throws -> [ContactState: Int] {
            let bench = try Self.bench("infobip", contacts: 2) { request in
                let answers = MailReport.references(in: request.body).map {
                    #"{"messageId": "\#($0)", "status": {"groupName": "REJECTED", "name": "\#(name)"}}"#
                }
                return .answer(200, "{\"messages\": [\(answers.joined(separator: ", "))]}")
            }
            try bench.send()
            return try bench.states()
        }
        for name in [
            "NOT_ENOUGH_CREDITS", "SENDER", "SOURCE", "SYSTEM_ERROR", "ROUTE_NOT_AVAILABLE", "PREPAID_PACKAGE_EXPIRED",
            "DESTINATION_NOT_REGISTERED", "FLOODING_FILTER", "SENDER_NOT_ALLOWED", "SOURCE_BLOCKED",
        ] {
            XCTAssertEqual(try states("REJECTED_" + name), [.pending: 2], name)
        }
        XCTAssertEqual(try states("REJECTED_DUPLICATE_MESSAGE_ID"), [.smsSent: 2], "an earlier one was taken")
        XCTAssertEqual(try states("REJECTED_NETWORK"), [.failed: 2])
        XCTAssertEqual(try states("REJECTED_DESTINATION"), [.failed: 2])
        XCTAssertEqual(try states("REJECTED_DND"), [.suppressed: 2])
    }
}
