import Foundation
import Support
import XCTest

@testable import Waybill

/// Mails that a provider is called for: all that the campaign's template has leaves.
final class HTTPRecipeMailTests: XCTestCase {
    private static let mails =
        ", templates: {t: {subject: 'Invoice {{number}}', text: 'templates/t.txt', "
        + "html: 'templates/t.html'}}, mail: {unsubscribe: ['https://example.com/u?r={{reference}}', "
        + "'mailto:u@example.com']}"

    private func invoices(
        _ recipe: String, campaign: String = HTTPRecipeMailTests.mails,
        _ rows: String = "email,name,number\na@example.com,A & B,{{{7}}}\n"
    ) throws -> HTTPBench {
        let bench = try HTTPRecipeTests.bench(
            recipe, channel: "email", contacts: 0, campaign: campaign, template: campaign.isEmpty ? nil : "t",
            recipe == "sparkpost"
                ? HTTPRecipeTests.answering { _ in HTTPRecipeTests.sparkPost(rejected: 0, of: 1) }
                : HTTPRecipeTests.bird("/v1/email/batches", Counter()))
        try bench.bench.drop(rows, as: "a/1.csv")
        try bench.send()
        return bench
    }

    func testAMailThatSparkPostSendsHasTheTemplatesSubjectAndHTMLAndSaysWhereOneUnsubscribes() throws {
        let body = try XCTUnwrap(invoices("sparkpost").objects().first)
        let content = try XCTUnwrap(body["content"] as? [String: Any])
        XCTAssertEqual(content["html"] as? String, "{{{html}}}")
        XCTAssertEqual(content["text"] as? String, "{{{message}}}")
        let headers = content["headers"] as? [String: String]
        XCTAssertEqual(
            headers,
            ["List-Unsubscribe": "{{{unsubscribe}}}", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"])
        let recipient = try XCTUnwrap((body["recipients"] as? [[String: Any]])?.first)
        let data = try XCTUnwrap(recipient["substitution_data"] as? [String: String])
        let reference = try XCTUnwrap((recipient["metadata"] as? [String: String])?["reference"])
        XCTAssertEqual(data["subject"], "Invoice {{{7}}}")
        XCTAssertEqual(data["message"], "Dear A & B, {{{7}}}")
        XCTAssertEqual(data["html"], "<p>Dear A &amp; B, {{{7}}}</p>")
        XCTAssertEqual(data["unsubscribe"], "<https://example.com/u?r=\(reference)>, <mailto:u@example.com>")
    }

    func testTheSenderIsTheCampaignsElseTheTransportsAndNeverAContacts() throws {
        func senders(_ campaign: String) throws -> [String?] {
            let rows = "email,name,number,from\na@example.com,A,1,boss@bank.example\n"
            let sparkPost = try invoices("sparkpost", campaign: Self.mails + campaign, rows).objects().first
            let bird = try invoices("bird-email", campaign: Self.mails + campaign, rows).bodies.first
            let sent = try JSONSerialization.jsonObject(with: Data((bird ?? "").utf8)) as? [[String: Any]]
            return [(sparkPost?["content"] as? [String: Any])?["from"] as? String, sent?.first?["from"] as? String]
        }
        let own = "Clinic <desk@clinic.example>"
        XCTAssertEqual(try senders(", from: {email: '\(own)'}"), [own, own])
        XCTAssertEqual(try senders(""), ["notices@example.com", "notices@example.com"])
    }

    func testACampaignThatNamesItsSenderNeedsNoneInTheTransport() {
        func problems(_ campaigns: String) -> [String] {
            ConfigurationReader.read(
                Array("{campaigns: {\(campaigns)}, transports: {web: {kind: 'sparkpost'}}}".utf8)
            ).problems.map(\.message)
        }
        let missing = ["the body has a place {{from}}: write values: { from: \"…\" }, since no drop says who sends"]
        let named = "a: {transports: {email: 'web'}, from: {email: 'desk@clinic.example'}}"
        XCTAssertEqual(problems(named), [])
        XCTAssertEqual(problems("a: {transports: {email: 'web'}}"), missing)
        XCTAssertEqual(problems(named + ", b: {transports: {email: 'web'}}"), missing)
        XCTAssertEqual(problems("a: {transports: {sms: 'web'}}"), missing)
        XCTAssertEqual(problems(""), missing)
    }

    func testSparkPostsAnswerThatDoesNotSayWhichWereRejectedIsNoErrorAndOneThatStaysSilentIs() throws {
        let bench = try HTTPRecipeTests.bench("sparkpost", channel: "email", contacts: 6) { request in
            if request.method == "POST" { return HTTPRecipeTests.sparkPost(rejected: 1, of: 6) }
            let taken = (1...5).map { #"{"rcpt_meta": {"reference": "bcdfgh-20261120-000001-\#($0)-text-1"}}"# }
            return .answer(200, "{\"results\": [\(taken.joined(separator: ", "))], \"links\": []}")
        }
        try bench.send()
        try bench.bench.advance(seconds: 5)
        try bench.send()
        XCTAssertEqual(try bench.states(), [.emailSent: 5, .pending: 1])
        XCTAssertEqual(bench.bench.logged.with("transport.stopped").filter { $0.contains("error") }, [])
        let silent = try HTTPRecipeTests.bench("bird-sms", contacts: 6) { _ in .answer(500, "{}") }
        for _ in 0..<8 {
            try silent.send()
            try silent.bench.advance(seconds: 70)
        }
        XCTAssertEqual(silent.bench.logged.with("transport.stopped").filter { $0.contains("error") }.count, 1)
    }

    func testSoHasOneThatBirdSends() throws {
        let bench = try invoices("bird-email")
        let sent = try JSONSerialization.jsonObject(with: Data(XCTUnwrap(bench.bodies.first).utf8)) as? [[String: Any]]
        let mail = try XCTUnwrap(sent?.first)
        XCTAssertEqual(mail["subject"] as? String, "Invoice {{{7}}}")
        XCTAssertEqual(mail["html"] as? String, "<p>Dear A &amp; B, {{{7}}}</p>")
        let headers = mail["headers"] as? [String: String]
        XCTAssertEqual(headers?["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        XCTAssertTrue(headers?["List-Unsubscribe"]?.hasSuffix(">, <mailto:u@example.com>") == true)
    }

    func testAContactsOwnSubjectGoesBeforeTheTransportsAndNoColumnIsMarkup() throws {
        let bench = try invoices(
            "sparkpost", campaign: "",
            "email,message,subject,html\na@example.com,Hello,Mine,<b>no</b>\nb@example.com,Hello,,\n")
        let data = try bench.objects().flatMap { $0["recipients"] as? [[String: Any]] ?? [] }.compactMap {
            $0["substitution_data"] as? [String: String]
        }
        XCTAssertEqual(data.compactMap { $0["subject"] }, ["Mine", "Your appointment"])
        XCTAssertEqual(data.compactMap { $0["html"] }, [])
        XCTAssertNil((try bench.objects().first?["content"] as? [String: Any])?["html"])
    }

    func testMailsWithAndWithoutHTMLTravelApart() throws {
        let bench = try invoices(
            "sparkpost", "email,name,number,message\na@example.com,A,1,\nb@example.com,B,2,Hello\n")
        let contents = try bench.objects().compactMap { $0["content"] as? [String: Any] }
        XCTAssertEqual(contents.count, 2)
        XCTAssertEqual(contents.filter { $0["html"] != nil }.count, 1)
    }

    func testAMailWithoutAnySubjectIsAnErrorOfTheConfiguration() {
        func problems(_ transport: String, _ campaign: String) -> [String] {
            ConfigurationReader.read(
                Array(
                    ("{campaigns: {a: {strategy: 's', transports: {email: 'web'} \(campaign)}}, strategies: {s: {steps: "
                        + "[{name: 'm', channel: 'email', to: 'email', template: 't'}]}}, transports: {web: \(transport)}}")
                        .utf8)
            ).problems.map(\.message)
        }
        let plain = ", templates: {t: 'templates/t.txt'}"
        let without = "{kind: 'sparkpost', values: {from: 'a@example.com'}}"
        XCTAssertEqual(
            problems(without, plain),
            [
                "the step \"m\" sends mails by web, and has no subject: write a template with one, values: { subject: "
                    + "\"…\" } in the transport, or require: [\"subject\"] where each contact has that column"
            ])
        XCTAssertEqual(problems("{kind: 'sparkpost', values: {from: 'a@example.com', subject: 'S'}}", plain), [])
        XCTAssertEqual(problems(without, Self.mails), [])
        XCTAssertEqual(problems(without, plain + ", require: ['email', 'subject']"), [])
        let own = "{kind: 'http', url: 'https://x.example', body: {to: '{{address}}', s: '{{subject|Hello}}'}}"
        XCTAssertEqual(problems(own, plain), [], "it has a default")
        let bare = "{kind: 'http', url: 'https://x.example', body: {to: '{{address}}', text: '{{message}}'}}"
        XCTAssertEqual(
            problems(bare, Self.mails),
            ["subject", "html"].map {
                "the step \"m\" sends mails by web, whose call has no place {{\($0)}}: the template's does not leave"
            })
    }
}
