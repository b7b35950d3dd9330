import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Links that are one message's own.
final class LinkTests: XCTestCase {
    private static func configuration(_ more: String) -> String {
        """
        {campaigns: {a: {strategy: 's', templates: {t: 't.txt'}, \(more)}},
         strategies: {s: {steps: [{name: 'text', channel: 'sms', template: 't', expires: '1d'}]}}}
        """
    }

    private static let link = "link: {url: 'https://s.example/a/{{token}}', key: {file: 'link.key'}, tokens: true}"
    private static let key = "0123456789abcdef0123456789abcdef"

    private func bench(_ more: String, key: String? = key) throws -> PipelineBench {
        var files = ["t.txt": Array("Hi {{name}}: {{link}}".utf8)]
        if let key { files["link.key"] = Array((key + "\n").utf8) }
        return try PipelineBench(Self.configuration(more), standing: true, files: files)
    }

    private func drop(_ bench: PipelineBench, as name: String = "a/1.csv") throws {
        try bench.drop("phone1,name\n+14155551000,Ann\n+14155551001,Bob\n", as: name)
        try bench.send()
    }

    private func tokens(_ bench: PipelineBench) throws -> [String] {
        try bench.dispatched("a").map { line in
            let message = line.split(separator: ",", omittingEmptySubsequences: false)[4]
            let token = String(try XCTUnwrap(message.split(separator: " ").last)).replacing(
                "https://s.example/a/", with: "")
            XCTAssertNotNil(token.wholeMatch(of: /[A-Za-z0-9_-]{22}/), token)
            return token
        }
    }

    func testEachMessageHasALinkOfItsOwnUnderItsKey() throws {
        let bench = try bench(Self.link)
        try drop(bench)
        try bench.drop("phone1,name\n+14155552000,Eva\n", as: "a/2.csv")
        try bench.send()
        let tokens = try tokens(bench)
        XCTAssertEqual(Set(tokens).count, 3)
        let reference = "bcdfgh-20261120-000001-1-text-1"
        let sum = Authenticator.sum(Array("link \(reference)".utf8), Array(Self.key.utf8))
        XCTAssertEqual(tokens[0], Base64.addressText(Array(sum.prefix(16))))
        XCTAssertEqual(
            try bench.text("outbox/tokens/a/P000000001.csv"),
            "token,reference,address\n\(tokens[0]),\(reference),+14155551000\n"
                + "\(tokens[1]),bcdfgh-20261120-000001-2-text-1,+14155551001\n")
        let other = try self.bench(Self.link, key: Self.key + "0")
        try drop(other)
        XCTAssertEqual(Set(try self.tokens(other)).intersection(tokens), [])
    }

    func testTheFilesOfTokensGoWithTheContacts() throws {
        let bench = try PipelineBench(
            "{keepDays: {contacts: 2}, "
                + Self.configuration(Self.link).replacing("expires: '1d'", with: "").dropFirst(),
            standing: true,
            files: ["t.txt": Array("{{link}}".utf8), "link.key": Array(Self.key.utf8)])
        try drop(bench)
        XCTAssertEqual(bench.files("outbox/tokens").count, 1)
        try bench.restart(at: "2026-11-21T08:00:00Z")
        XCTAssertEqual(bench.files("outbox/tokens").count, 1)
        try bench.restart(at: "2026-11-25T08:00:00Z")
        XCTAssertEqual(bench.files("outbox/tokens"), [])
    }

    func testWhoIsToldOfTokensIsToldThoseThatUnsubscribeToo() throws {
        let server = try MailServer()
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', require: [], from: {email: 'desk@c.example'}, transports: {email: 'relay'},
               templates: {t: {subject: 'x', text: 't.txt'}}, mail: {unsubscribe: ['https://x.example/{{token}}']},
               \(Self.link)}},
             strategies: {s: {steps: [{name: 'text', channel: 'email', to: 'email', template: 't', expires: '1d'}]}},
             transports: {relay: {kind: 'smtp', port: \(server.port)}}}
            """, standing: true, files: ["t.txt": Array("Hi".utf8), "link.key": Array(Self.key.utf8)])
        try bench.drop("email\nann@b.example\n", as: "a/1.csv")
        try bench.send()
        XCTAssertTrue(eventually { server.state.mails.count == 1 })
        let lines = try bench.text("outbox/tokens/a/P000000001.csv").split(separator: "\n").map(String.init)
        XCTAssertEqual(lines[0], "token,reference,address,unsubscribe")
        let token = try XCTUnwrap(lines[1].split(separator: ",").last)
        XCTAssertTrue(token.hasPrefix("post-"))
        XCTAssertTrue(server.state.mails[0].content.contains("List-Unsubscribe: <https://x.example/\(token)>"))
        // As the documentation says they are made.
        let sum = Authenticator.sum(
            Array("unsubscribe bcdfgh-20261120-000001-1-text-1".utf8), Array(Self.key.utf8))
        XCTAssertEqual(String(token), "post-" + Base64.addressText(Array(sum.prefix(16))))
    }

    func testNoAddressGoesToWhomTheLinksLeadTo() throws {
        let bench = try bench(Self.link + ", privacy: {outbound: 'hash'}")
        try drop(bench)
        let text = try bench.text("outbox/tokens/a/P000000001.csv")
        XCTAssertFalse(text.contains("4155551"), text)
        XCTAssertFalse(text.contains("Ann"), text)
        let hashes = text.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[2] }
        XCTAssertTrue(hashes.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{32}/) != nil }, text)
        XCTAssertEqual(Set(hashes).count, 2)
    }

    func testWithoutAGoodKeyNothingLeaves() throws {
        for (key, words) in [(nil, "link.key"), ("short", "has 5 characters"), ("", "empty")] {
            let bench = try bench(Self.link, key: key)
            try drop(bench)
            XCTAssertEqual(try bench.dispatched("a"), [])
            XCTAssertEqual(bench.files("outbox/tokens"), [])
            XCTAssertEqual(bench.logged.with(words).count, 1, words)
            try Files.writeAtomically(Array(Self.key.utf8), to: bench.root + "/link.key")
            try bench.advance(seconds: 61)
            try bench.send()
            XCTAssertEqual(try tokens(bench).count, 2)
        }
    }

    func testWithoutLinksItIsAColumnOfTheDrop() throws {
        let bench = try bench("timezone: null")
        try bench.drop("phone1,name,Link\n+14155551000,Ann,https://x.example\n", as: "a/1.csv")
        try bench.send()
        XCTAssertTrue(try bench.dispatched("a")[0].contains("Hi Ann: https://x.example"))
    }

    func testATokenThatUnsubscribesIsAnotherOneAndSaysThatItTakesAPost() throws {
        let settings = LinkSettings()
        let folder = FileManager.default.temporaryDirectory.path + "/waybill-" + UUID().uuidString
        try Files.createFolder(folder)
        defer { try? Files.removeTree(folder) }
        try Files.writeAtomically(Array(Self.key.utf8), to: folder + "/k")
        var own = settings
        own.key = .file("k")
        let maker = try LinkMaker(own, in: folder)
        let reference = Reference(utf8: Array("bcdfgh-20261120-000001-1-text-1".utf8)[...])
        let (link, unsubscribe) = (
            maker.token(.link, of: reference), maker.token(.unsubscribe, of: reference)
        )
        XCTAssertTrue(unsubscribe.hasPrefix("post-"))
        XCTAssertNotEqual(unsubscribe.dropFirst(5)[...], link[...])
        var template = StepTemplate(text: try MessageTemplate("x {{link}}"))
        template.unsubscribe = [try MessageTemplate("https://x.example/u/{{reference}}/{{token}}")]
        let renderer = MessageRenderer(template: template, schema: Schema([]), links: maker)
        XCTAssertEqual(
            try renderer.links(ContactValues(), reference).map { String(decoding: $0, as: UTF8.self) },
            ["https://x.example/u/bcdfgh-20261120-000001-1-text-1/\(unsubscribe)"])
        // Without a key there is none, and the mail cannot be made.
        XCTAssertThrowsError(
            try MessageRenderer(template: template, schema: Schema([])).links(ContactValues(), reference))
    }
}
