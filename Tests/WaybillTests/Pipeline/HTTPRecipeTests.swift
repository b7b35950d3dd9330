import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// The recipes in `samples/transports`, each against a server that knows what its provider asks for, what it refuses
/// and how it says so.
final class HTTPRecipeTests: XCTestCase {
    /// A workspace with a recipe as it stands in the samples, but for where the server and the key are.
    static func bench(
        _ recipe: String, channel: String = "sms", contacts: Int = 3, campaign: String = "", template: String? = nil,
        _ reply: @escaping @Sendable (TestServer.Request) -> TestServer.Reply
    ) throws -> HTTPBench {
        let (name, text, _) = try HTTPSettingsTests.recipe(recipe)
        var own = text.replacing(/url: "[^"]*"/, with: "").replacing(/\/\/[^\n]*/, with: "")
        own = own.replacing(/key: \{[^}]*\}/, with: "")
        own = own.replacing(/,(\s*,)+/, with: ",").replacing(/\{\s*,/, with: "{")
        // Behind its comments: what is within the braces of `transports: { name: { … } }`.
        let inner = try XCTUnwrap(own.firstRange(of: /transports:\s*\{\s*"?[a-z-]+"?:\s*\{/), name).upperBound
        let end = try XCTUnwrap(own.range(of: "}", options: .backwards)?.lowerBound)
        let last = try XCTUnwrap(own[..<end].range(of: "}", options: .backwards)?.lowerBound)
        let close = try XCTUnwrap(own[..<last].range(of: "}", options: .backwards)?.lowerBound)
        return try HTTPBench(
            String(own[inner..<close]), contacts: contacts, campaign: campaign, channel: channel, template: template,
            files: [
                "templates/t.txt": Array("Dear {{name}}, {{number}}".utf8),
                "templates/t.html": Array("<p>Dear {{name}}, {{number}}</p>".utf8),
            ], reply)
    }

    struct Wrong: Error { let what: String }

    private static func object(_ request: TestServer.Request) throws -> [String: Any] {
        guard let object = try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any] else {
            throw Wrong(what: "no object")
        }
        return object
    }

    private static func form(_ request: TestServer.Request) -> [String: String] {
        var values: [String: String] = [:]
        for pair in request.body.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            values[String(parts[0])] = parts[1].removingPercentEncoding
        }
        return values
    }

    private static func basic(_ user: String) -> String {
        "Basic " + Data("\(user):\(HTTPBench.secret)".utf8).base64EncodedString()
    }

    /// What the server would not take, said with a status that makes the test fail.
    private static func checked(_ condition: Bool, _ what: String) throws {
        if !condition { throw Wrong(what: what) }
    }

    /// Answers by a check of the request; what it does not like is status 500, whose message is then `Dangling`.
    static func answering(
        _ body: @escaping @Sendable (TestServer.Request) throws -> TestServer.Reply
    ) -> @Sendable (TestServer.Request) -> TestServer.Reply {
        { request in
            do { return try body(request) } catch {
                print("the checking server: \(error)")
                return .answer(500, "{}")
            }
        }
    }

    // MARK: - SparkPost

    private static func sparkPost(_ answer: @escaping @Sendable (Int) -> TestServer.Reply)
        -> @Sendable (
            TestServer.Request
        ) -> TestServer.Reply
    {
        answering { request in
            let body = try object(request)
            try checked(request.path == "/api/v1/transmissions", request.path)
            try checked(request.headers["authorization"] == HTTPBench.secret, "authorization")
            try checked((body["campaign_id"] as? String ?? "").utf8.count <= 64, "campaign_id")
            let content = body["content"] as? [String: Any]
            try checked(content?["from"] as? String == "notices@example.com", "from")
            try checked(content?["text"] as? String == "{{{message}}}" && content?["html"] == nil, "content")
            let recipients = body["recipients"] as? [[String: Any]] ?? []
            for recipient in recipients {
                let address = recipient["address"] as? [String: String]
                let metadata = recipient["metadata"] as? [String: String]
                let data = recipient["substitution_data"] as? [String: String]
                try checked(address?["email"]?.contains("@") == true, "address")
                try checked(metadata?["reference"].flatMap { Reference($0) } != nil, "reference")
                try checked(data?["message"]?.hasPrefix("Hello") == true && data?["subject"] != nil, "data")
            }
            return answer(recipients.count)
        }
    }

    static func sparkPost(rejected: Int, of count: Int) -> TestServer.Reply {
        .answer(
            200,
            "{\"results\": {\"total_rejected_recipients\": \(rejected), \"total_accepted_recipients\": \(count - rejected), "
                + "\"id\": \"7\"}, \"errors\": [{\"code\": \"1400\", \"message\": \"address\"}]}")
    }

    func testSparkPost() throws {
        let all = try Self.bench("sparkpost", channel: "email", Self.sparkPost { Self.sparkPost(rejected: 0, of: $0) })
        try all.send()
        XCTAssertEqual(try all.states(), [.emailSent: 3])
        XCTAssertEqual(all.server.requests.count, 1)
        // All rejected: made again in halves, until each is refused by itself.
        let none = try Self.bench(
            "sparkpost", channel: "email", Self.sparkPost { Self.sparkPost(rejected: $0, of: $0) })
        try none.send()
        XCTAssertEqual(try none.states(), [.failed: 3])
        // It does not say which: its events do.
        let taken = "bcdfgh-20261120-000001-2-text-1"
        let posts = Self.sparkPost { Self.sparkPost(rejected: 1, of: $0) }
        let some = try Self.bench("sparkpost", channel: "email") { request in
            guard request.method == "GET" else { return posts(request) }
            let wanted =
                "/api/v1/events/message?campaigns=20261120-000001-P000000001"
                + "&events=injection,policy_rejection,generation_failure,generation_rejection&from=2026-11-20T14%3A58&per_page=10000"
            guard request.path == wanted, request.headers["authorization"] == HTTPBench.secret, request.body.isEmpty
            else { return .answer(400, request.path) }
            return .answer(
                200,
                #"{"results": [{"type": "injection", "rcpt_meta": {"reference": "\#(taken)"}}], "total_count": 1, "links": []}"#
            )
        }
        try some.send()
        XCTAssertEqual(try some.states(), [.pending: 3])
        try some.bench.advance(seconds: 5)
        try some.send()
        XCTAssertEqual(try some.states(), [.pending: 2, .emailSent: 1])
        try some.bench.advance(seconds: 700)
        try some.send()
        XCTAssertEqual(try some.states(), [.dangling: 2, .emailSent: 1])
        XCTAssertEqual(some.server.requests.filter { $0.method == "POST" }.count, 1)
        for (status, code) in [(400, "7001"), (420, "2102"), (429, "429"), (401, "1")] {
            let later = try Self.bench(
                "sparkpost", channel: "email",
                Self.sparkPost { _ in
                    .answer(status, "{\"errors\": [{\"code\": \"\(code)\"}]}", ["Retry-After": "60"])
                })
            try later.send()
            XCTAssertEqual(try later.states(), [.pending: 3], code)
        }
    }

    // MARK: - Bird

    static func bird(
        _ path: String, bad: String = "+1", _ seen: Counter, cuts: Int = 0
    ) -> @Sendable (TestServer.Request) -> TestServer.Reply {
        answering { request in
            try checked(request.path == path, request.path)
            try checked(request.headers["authorization"] == "Bearer \(HTTPBench.secret)", "authorization")
            try checked(request.headers["idempotency-key"]?.isEmpty == false, "key")
            try checked(request.headers["user-agent"]?.isEmpty == false, "user agent")
            guard let sends = try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [[String: Any]] else {
                throw Wrong(what: "no list")
            }
            try checked((1...100).contains(sends.count), "more than 100")
            for send in sends {
                let reference = (send["metadata"] as? [String: String])?["reference"]
                try checked(reference.flatMap { Reference($0) } != nil, "reference")
                try checked(send["from"] is String && send["text"] is String, "from, text")
                try checked(send["category"] as? String == "transactional", "category")
                try checked(send["validity_period"] == nil, "not available")
                try checked(path.contains("sms") ? send["to"] is String : send["to"] is [String], "to")
            }
            if seen.next() <= cuts { return .cut }
            if request.body.contains(bad) && bad != "+1" {
                return .answer(422, #"{"code": "SMSInvalidRecipient", "message": "to"}"#)
            }
            return .answer(202, "{\"data\": [], \"summary\": {\"accepted_count\": \(sends.count)}}")
        }
    }

    func testBirdInBatchesAndOnceEach() throws {
        let plain = try Self.bench("bird-sms", contacts: 250, Self.bird("/v1/sms/batches", Counter()))
        try plain.send()
        XCTAssertEqual(try plain.states(), [.smsSent: 250])
        XCTAssertEqual(plain.server.requests.count, 3)
        // All or nothing: the one that it refuses is found.
        let bad = try Self.bench("bird-sms", contacts: 8, Self.bird("/v1/sms/batches", bad: "+14155551005", Counter()))
        try bad.send()
        XCTAssertEqual(try bad.states(), [.smsSent: 7, .failed: 1])
        let cut = try Self.bench("bird-sms", contacts: 8, Self.bird("/v1/sms/batches", Counter(), cuts: 2))
        try cut.send()
        for seconds in [2, 3] as [Int64] {
            try cut.bench.advance(seconds: seconds)
            try cut.send()
        }
        XCTAssertEqual(try cut.states(), [.smsSent: 8])
        XCTAssertEqual(Set(cut.server.requests.map { $0.headers["idempotency-key"] }).count, 1)
        XCTAssertEqual(Set(cut.bodies).count, 1)
        let mail = try Self.bench(
            "bird-email", channel: "email", contacts: 3, Self.bird("/v1/email/batches", Counter()))
        try mail.send()
        XCTAssertEqual(try mail.states(), [.emailSent: 3])
    }

    // MARK: - All of them

    func testWhateverTheProviderItsLimitsAndTheAccountsFaultsAreNobodysAndWhatNobodyKnowsIsNotSentAgain() throws {
        let recipes = [
            "sparkpost", "bird-sms", "bird-email", "twilio", "vonage", "sinch", "notify", "infobip", "json-post",
        ]
        for recipe in recipes {
            let channel = ["sparkpost", "bird-email"].contains(recipe) ? "email" : "sms"
            let busy = try Self.bench(recipe, channel: channel) { _ in .answer(429, "{}", ["Retry-After": "30"]) }
            try busy.send()
            XCTAssertEqual(try busy.states(), [.pending: 3], "\(recipe) 429")
            let bench = try Self.bench(recipe, channel: channel) { _ in .answer(401, "{}") }
            try bench.send()
            XCTAssertEqual(try bench.states(), [.pending: 3], "\(recipe) 401")
            bench.server.set { _ in .answer(502, "<html>") }
            try bench.bench.advance(seconds: 120)
            try bench.send()
            // Some know a call again by its key, and one can be asked.
            let canTell = ["sparkpost", "bird-sms", "bird-email", "json-post"].contains(recipe)
            XCTAssertEqual(try bench.states(), [canTell ? .pending : .dangling: 3], "\(recipe) 502")
        }
    }

    /// Their limits (1,600, 2,000, twelve segments) are beyond what a column holds; a template may pass them.
    func testATextThatIsTooLongForTheProviderFailsAloneWithItsCode() throws {
        let long = String(repeating: "y", count: 900)
        for (recipe, code, status, answer) in [
            ("twilio", "21617", 400, #"{"code": 21617, "message": "The body exceeds the limit of 1600 characters"}"#),
            ("sinch", "syntax_constraint_violation", 400, #"{"code": "syntax_constraint_violation", "text": "body"}"#),
            ("bird-sms", "SMSMessageTooLong", 422, #"{"code": "SMSMessageTooLong", "message": "12 segments"}"#),
        ] {
            let bench = try Self.bench(recipe, contacts: 0) { request in
                request.body.contains(long) ? .answer(status, answer) : .answer(recipe == "bird-sms" ? 202 : 201, "{}")
            }
            let rows = ["Hello", long, "Hello"].enumerated().map { "+1415555100\($0),\($1)\n" }
            try bench.bench.drop("phone1,message\n" + rows.joined(), as: "a/1.csv")
            try bench.send()
            XCTAssertEqual(try bench.states(), [.smsSent: 2, .failed: 1], recipe)
            _ = try bench.bench.pipeline.report(day: nil, campaign: nil)
            let failures = try bench.bench.report("failure", campaign: "a")
            XCTAssertTrue(failures[0].contains(",\(code),"), "\(failures)")
        }
    }

    // MARK: - One recipient a call

    func testTwilio() throws {
        let user = "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        let bench = try Self.bench(
            "twilio", contacts: 4,
            Self.answering { request in
                let form = Self.form(request)
                try Self.checked(request.path == "/2010-04-01/Accounts/\(user)/Messages.json", request.path)
                try Self.checked(request.headers["authorization"] == Self.basic(user), "authorization")
                try Self.checked(
                    request.headers["content-type"] == "application/x-www-form-urlencoded", "content type")
                try Self.checked(form["From"] == "+15555550100" && form["Body"]?.hasPrefix("Hello") == true, "form")
                try Self.checked((1...36_000).contains(Int(form["ValidityPeriod"] ?? "") ?? 0), "validity")
                switch form["To"] {
                case "+14155551001": return .answer(400, #"{"code": 21211, "message": "Invalid 'To'", "status": 400}"#)
                case "+14155551002": return .answer(400, #"{"code": 21610, "message": "unsubscribed", "status": 400}"#)
                case "+14155551003": return .answer(400, #"{"code": 21408, "message": "region", "status": 400}"#)
                default: return .answer(201, #"{"sid": "SM1", "status": "queued"}"#)
                }
            })
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 1, .failed: 2, .suppressed: 1])
        for code in [21606, 21611, 21608, 21703, 21704] {
            let sender = try Self.bench("twilio") { _ in .answer(400, #"{"code": \#(code), "message": "From"}"#) }
            try sender.send()
            XCTAssertEqual(try sender.states(), [.pending: 3], "\(code)")
        }
    }

    func testVonage() throws {
        let bench = try Self.bench(
            "vonage", contacts: 4,
            Self.answering { request in
                let body = try Self.object(request)
                try Self.checked(request.path == "/sms/json", request.path)
                try Self.checked(request.headers["authorization"] == Self.basic("abcd1234"), "authorization")
                try Self.checked((body["client-ref"] as? String).flatMap { Reference($0) } != nil, "client-ref")
                try Self.checked((20_000...604_800_000).contains(body["ttl"] as? Int ?? 0), "ttl")
                let to = body["to"] as? String ?? ""
                try Self.checked(to.first?.isNumber == true, "to")
                let status = to == "14155551001" ? "6" : to == "14155551002" ? "99" : "0"
                return .answer(
                    200,
                    #"{"message-count": "1", "messages": [{"to": "\#(to)", "status": "\#(status)", "error-text": "x"}]}"#
                )
            })
        try bench.send()
        // A status that nobody knows says nothing.
        XCTAssertEqual(try bench.states(), [.smsSent: 2, .failed: 1, .dangling: 1])
        for status in ["1", "9", "10", "15", "29"] {
            let later = try Self.bench("vonage", contacts: 1) { _ in
                .answer(200, #"{"messages": [{"status": "\#(status)"}]}"#)
            }
            try later.send()
            XCTAssertEqual(try later.states(), [.pending: 1], status)
        }
    }

    func testSinch() throws {
        let bench = try Self.bench(
            "sinch",
            Self.answering { request in
                let body = try Self.object(request)
                try Self.checked(request.path == "/xms/v1/your-service-plan/batches", request.path)
                try Self.checked(request.headers["authorization"] == "Bearer \(HTTPBench.secret)", "authorization")
                try Self.checked((body["client_reference"] as? String).flatMap { Reference($0) } != nil, "reference")
                try Self.checked((body["to"] as? [String])?.count == 1 && body["body"] is String, "to, body")
                let until = (body["expire_at"] as? String).flatMap { Timestamp(iso8601: Array($0.utf8)[...]) }
                try Self.checked(until != nil, "expire_at")
                return request.body.contains("+14155551001")
                    ? .answer(400, #"{"code": "syntax_invalid_parameter_format", "text": "to"}"#)
                    : .answer(201, #"{"id": "01", "canceled": false}"#)
            })
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 2, .failed: 1])
    }

    func testNotify() throws {
        let bench = try Self.bench(
            "notify", contacts: 4,
            Self.answering { request in
                let body = try Self.object(request)
                try Self.checked(request.path == "/v2/notifications/sms", request.path)
                let parts = (request.headers["authorization"] ?? "").dropFirst(7).split(separator: ".").map(String.init)
                try Self.checked(parts.count == 3, "no token")
                let sum = Authenticator.sum(
                    Array("\(parts[0]).\(parts[1])".utf8), Array(HTTPBench.secret.utf8))
                let text = Data(sum).base64EncodedString().replacingOccurrences(of: "+", with: "-")
                    .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
                try Self.checked(parts[2] == text, "signature")
                try Self.checked(body["template_id"] is String && body["reference"] is String, "template, reference")
                try Self.checked(body["personalisation"] is [String: String], "personalisation")
                switch body["phone_number"] as? String {
                case "+14155551001":
                    return .answer(
                        400, #"{"status_code": 400, "errors": [{"error": "ValidationError", "message": "phone"}]}"#)
                default: return .answer(201, #"{"id": "1"}"#)
                }
            })
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 3, .failed: 1])
        for (status, error) in [(400, "BadRequestError"), (403, "AuthError"), (429, "RateLimitError")] {
            let later = try Self.bench("notify", contacts: 1) { _ in
                .answer(status, #"{"errors": [{"error": "\#(error)", "message": "x"}]}"#, ["Retry-After": "60"])
            }
            try later.send()
            XCTAssertEqual(try later.states(), [.pending: 1], error)
        }
        // The words of 2026 and of the years before.
        for words in [
            "Your message is too long. Text messages cannot be longer than 918 characters. Your message is 1029 characters long.",
            "Content for template has a character count greater than the limit of 918",
        ] {
            let long = try Self.bench("notify", contacts: 1) { _ in
                .answer(400, #"{"errors": [{"error": "BadRequestError", "message": "\#(words)"}]}"#)
            }
            try long.send()
            XCTAssertEqual(try long.states(), [.failed: 1], words)
            _ = try long.bench.pipeline.report(day: nil, campaign: nil)
            let row = try long.bench.report("attempts", campaign: "a").first ?? ""
            XCTAssertTrue(row.contains(",BadRequestError,") && row.contains(words.prefix(24)), row)
        }
    }

    // MARK: - Many, with an outcome for each

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
            "DESTINATION_NOT_REGISTERED", "SENDER_NOT_ALLOWED", "SOURCE_BLOCKED",
        ] {
            XCTAssertEqual(try states("REJECTED_" + name), [.pending: 2], name)
        }
        XCTAssertEqual(try states("REJECTED_DUPLICATE_MESSAGE_ID"), [.smsSent: 2], "an earlier one was taken")
        XCTAssertEqual(try states("REJECTED_NETWORK"), [.failed: 2])
        XCTAssertEqual(try states("REJECTED_DESTINATION"), [.failed: 2])
        XCTAssertEqual(try states("REJECTED_DND"), [.suppressed: 2])
    }

    func testAServerOfOnesOwn() throws {
        let bench = try Self.bench(
            "json-post", contacts: 5,
            Self.answering { request in
                let messages = try Self.object(request)["messages"] as? [[String: Any]] ?? []
                try Self.checked(messages.allSatisfy { $0["language"] as? String == "en" }, "language")
                let answers = messages.map { message in
                    let reference = message["reference"] as? String ?? ""
                    return reference.contains("-2-text")
                        ? #"{"reference": "\#(reference)", "outcome": "no", "code": "blocked"}"#
                        : #"{"reference": "\#(reference)", "outcome": "ok"}"#
                }
                return .answer(200, "{\"messages\": [\(answers.joined(separator: ", "))]}")
            })
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 4, .failed: 1])
        XCTAssertEqual(bench.server.requests.count, 1)
    }
}
