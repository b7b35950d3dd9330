import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What a transport of kind `http` declares, and what is wrong with it.
final class HTTPSettingsTests: XCTestCase {
    private func problems(_ text: String) -> [String] {
        ConfigurationReader.read(Array("{transports: {t: {\(text)}}}".utf8), file: "w").problems.map(\.message)
    }

    private static let samples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "samples/transports").path

    /// The one transport of a recipe.
    static func recipe(_ name: String) throws -> (name: String, text: String, settings: TransportSettings) {
        let bytes = try Files.read("\(samples)/\(name).json5", limit: 1 << 20)
        let (configuration, problems) = ConfigurationReader.read(bytes)
        XCTAssertEqual(problems.map(\.description), [], name)
        let found = try XCTUnwrap(configuration.transports.first { $0.key != "folder" }, name)
        return (found.key, String(decoding: bytes, as: UTF8.self), found.value)
    }

    func testEveryRecipeReadsAndIsWrittenAgain() throws {
        let names = try Files.list(Self.samples).filter { $0.hasSuffix(".json5") }.map { String($0.dropLast(6)) }
        XCTAssertEqual(names.count, 9)
        for name in names {
            let recipe = try Self.recipe(name)
            XCTAssertEqual(recipe.settings.kind, .http, name)
            let text = "{transports: {x: \(ConfigurationWriter.tree(of: recipe.settings).text)}}"
            let (read, problems) = ConfigurationReader.read(Array(text.utf8))
            XCTAssertEqual(problems.map(\.description), [], name)
            XCTAssertEqual(read.transports["x"], recipe.settings, name)
        }
    }

    func testOnlyWhatIsWantedLaterHasATimeAfterWhichItIs() {
        func found(_ answer: String) -> [String] {
            problems(
                "kind: 'http', url: 'https://x.example', body: {to: '{{address}}'}, "
                    + "perRecipient: {list: 'm', answers: [{at: 's', is: ['x'], \(answer)}]}")
        }
        XCTAssertEqual(found("outcome: 'later', after: '60m'"), [])
        XCTAssertEqual(found("outcome: 'later', after: null"), [])
        XCTAssertEqual(
            found("outcome: 'refused', after: '60m'"),
            ["\"after\" says when a message is wanted that is wanted later: write it beside outcome: \"later\""])
        XCTAssertEqual(found("outcome: 'later', after: '25h'").count, 1)
    }

    func testTheKindsOfProvidersAreTheirRecipes() throws {
        for (kind, name) in [("sparkpost", "sparkpost"), ("bird", "bird-sms")] {
            var sample = try Self.recipe(name).settings
            let values = sample.http.values.map { "\($0.key): '\($0.value)'" }.joined(separator: ", ")
            let text = "{transports: {x: {kind: '\(kind)', values: {\(values)}}}}"
            let (read, problems) = ConfigurationReader.read(Array(text.utf8))
            XCTAssertEqual(problems.map(\.description), [], kind)
            XCTAssertEqual(read.transports["x"], sample, kind)
            // What stands beside the kind goes before the recipe.
            sample.http.url = "https://api.eu.example.com"
            sample.concurrency = 2
            let own = text.replacingOccurrences(
                of: "kind:", with: "url: 'https://api.eu.example.com', concurrency: 2, kind:")
            XCTAssertEqual(ConfigurationReader.read(Array(own.utf8)).configuration.transports["x"], sample, kind)
        }
    }

    func testAnAPIThatEndsNamesWhatComesAfterIt() {
        XCTAssertEqual(
            problems("kind: 'messagebird', key: {env: 'K'}"),
            ["the API of MessageBird ends on 2026-12-31: use kind: \"bird\", with a key of Bird's"])
    }

    private static let withoutPassword =
        "expected a web address such as \"https://api.example.com\", without a user or password in it: a secret comes "
        + "from the environment or a file, as key: { env: \"…\" }"

    func testWhatIsWrongIsSaid() {
        let start = "kind: 'http', url: 'https://x.example', body: {to: '{{address}}'}"
        XCTAssertEqual(problems(start), [])
        let cases: [(String, String)] = [
            ("kind: 'http'", "the key \"url\" is missing: write url: \"https://…\""),
            ("kind: 'http', url: 'http://x.example'", "without TLS only this machine is called: write https://"),
            // No password is shown, however its address is written.
            ("kind: 'http', url: 'https://user:pass@x.example'", Self.withoutPassword),
            ("kind: 'http', url: 'https://user:p[a s%s@x.example'", Self.withoutPassword),
            ("kind: 'http', url: 'ftp://user:pass@x.example'", Self.withoutPassword),
            (
                start + ", batch: 2",
                "\"batch\" is 2, and the body has no place for several messages: write one as { each: … } in a list, or batch: 1"
            ),
            (
                start.replacingOccurrences(of: "{to:", with: "{each:"),
                "{ each: … } stands in a list: write [{ each: … }]"
            ),
            (
                start.replacingOccurrences(of: "{to: ", with: "{a: [{each: 1}], b: [{each: 2}], to: "),
                "\"each\" stands in the body more than once: a message has one place there"
            ),
            (
                start.replacingOccurrences(of: "{to: ", with: "{a: {b: 1}, to: ") + ", form: 'urlencoded'",
                "a body of form \"urlencoded\" is an object of texts and numbers"
            ),
            (
                start.replacingOccurrences(of: "}}'", with: "'"),
                "a place is not closed: write }} behind it, or { literal: … } around the text"
            ),
            (
                start.replacingOccurrences(of: "address", with: "from"),
                "the body has a place {{from}}: write values: { from: \"…\" }, since no drop says who sends"
            ),
            (
                start + ", headers: {Authorization: 'Bearer abc'}",
                "a secret does not stand in the configuration: write key: { env: \"…\" }, and "
                    + "authorization: { header: \"Authorization\" } where it is another header than Authorization"
            ),
            (start + ", headers: {'A b': 'x'}", "\"A b\" cannot be the name of a header"),
            (
                start + ", headers: {'X-Name': 'to {{firstname}}'}",
                "the header is sent as it stands and has no places for values: remove {{firstname}}"
            ),
            (
                start + ", key: 'abc'",
                "expected { env: \"NAME\" } or { file: \"/path\" }: a secret stands in no configuration, found a text"
            ),
            (
                start + ", answers: [{status: '2x', outcome: 'accepted'}]",
                "\"2x\" is not statuses such as \"200\", \"2xx\", \"500-504\" or \"429, 503\""
            ),
            (start + ", answers: [{status: '200'}]", "the key \"outcome\" is missing: write outcome: \"accepted\""),
            (start + ", resolve: true", "belongs to transports of kind \"command\"; this one is of kind \"http\""),
            (
                start + ", authorization: {user: 'x'}",
                "\"authorization\" says how a key travels, and there is none: write key: { env: \"…\" }"
            ),
            (
                start + ", validity: {minimum: '2h', maximum: '1h'}",
                "the validity's minimum is longer than its maximum"
            ),
            (
                start + ", perRecipient: {list: 'm', reference: 'id', answers: [{outcome: 'accepted'}]}",
                "what became of a message is found by its reference, which no call gives the server: write {{reference}} into "
                    + "the body"
            ),
            (
                start + ", events: {resource: '/e'}",
                "what became of a message is found by its reference, which no call gives the server: write {{reference}} into "
                    + "the body"
            ),
            (
                start.replacing(".example", with: ".example/send?a=1") + ", resource: '/b'",
                "\"resource\" is appended to the url, behind its query: write the query into resource"
            ),
            (
                start.replacing(".example", with: ".example/?a=1").replacing("{to:", with: "{r: '{{reference}}', to:")
                    + ", events: {resource: '/e'}",
                "\"resource\" is appended to the url, behind its query: write the query into resource"
            ),
            (
                start + ", resource: 'send'",
                "\"resource\" is appended to the url as it stands, which makes another host of it: write \"/send\""
            ),
            (
                start.replacing(".example", with: ".example:99999"),
                "\"https://x.example:99999\" is not a web address such as \"https://api.example.com\": ports are 1 to 65535"
            ),
        ]
        for (text, message) in cases {
            let found = problems(text)
            XCTAssertEqual(found.count, 1, "\(text): \(found)")
            XCTAssertTrue(found.first?.hasSuffix(message) == true, "\(text): \(found)")
        }
    }

    func testAPortThatThereIsAndAResourceThatFitsAreNoMistakes() {
        for address in [
            "url: 'https://x.example:65535', resource: '/a?b={{c}}'", "url: 'https://x.example/a/', resource: 'b'",
            "url: 'https://x.example/a', resource: '?b=1'", "url: 'https://x.example/a?b=1'",
            "url: 'https://x.example/a', resource: '-b'",
        ] {
            XCTAssertEqual(problems("kind: 'http', \(address), body: {to: '{{address}}'}"), [], address)
        }
        for port in ["0", "65536", "99999999999999999999", "http"] {
            XCTAssertEqual(
                problems("kind: 'http', url: 'https://x.example:\(port)', body: {to: '{{address}}'}").count, 1, port)
            let hook = "{events: {webhooks: {w: {url: 'https://x.example:\(port)/e'}}}}"
            XCTAssertEqual(ConfigurationReader.read(Array(hook.utf8)).problems.count, 1, port)
        }
    }
}
