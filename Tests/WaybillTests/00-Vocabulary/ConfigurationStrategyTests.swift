import Waybill
import XCTest

final class ConfigurationStrategyTests: XCTestCase {
    private func problems(_ text: String) -> [String] {
        ConfigurationReader.read(Array(text.utf8), file: "w").problems.map(\.description)
    }

    func testTheStrategyOfTheDocumentation() throws {
        let (configuration, problems) = ConfigurationReader.read(
            Array(
                """
                { strategies: { s: { steps: [
                    { name: "text",  channel: "sms",   to: "phone1", template: "reminder", expires: "24h",
                      on: { failed: "call", expired: { to: "call", after: "10m" }, responded: "close" } },
                    { name: "call",  channel: "voice", attempts: 3, resultWithin: "12h",
                      on: { busy: { retry: "5m" }, "no-answer": { to: "second" }, connected: "close" } },
                    { name: "second", channel: "voice", to: "phone2", on: { other: "close" } },
                    { name: "mail", channel: "email" },
                ] } } }
                """.utf8))
        XCTAssertEqual(problems, [])
        let steps = try XCTUnwrap(configuration.strategies["s"]?.steps)
        XCTAssertEqual(steps.map(\.name), ["text", "call", "second", "mail"])
        XCTAssertEqual(steps.map(\.channel), ["sms", "voice", "voice", "email"])
        XCTAssertEqual(steps.map(\.to), [.phone1, .phone1, .phone2, .email])
        XCTAssertEqual(steps.map(\.template), ["reminder", nil, nil, nil])
        XCTAssertEqual(steps.map(\.expires), [.hours(24), nil, nil, nil])
        XCTAssertEqual(steps.map(\.attempts), [1, 3, 1, 1])
        XCTAssertEqual(steps.map(\.resultWithin), [.hours(24), .hours(12), .hours(24), .hours(24)])
        let now = TimeSpan(milliseconds: 0)
        XCTAssertEqual(
            steps[0].on,
            [.failed: .go(to: "call", after: now), .expired: .go(to: "call", after: .minutes(10)), .responded: .close])
        XCTAssertEqual(
            steps[1].on,
            [.busy: .retry(after: .minutes(5)), .noAnswer: .go(to: "second", after: now), .connected: .close])
    }

    func testWrongStepsAreReportedAtTheirPlaces() {
        let cases: [(String, String)] = [
            ("{channel: 'sms'}", "w:1:31: strategies.s.steps[0]: the key \"name\" is missing: write name: \"text\""),
            ("{name: 't'}", "w:1:31: strategies.s.steps[0]: the key \"channel\" is missing: write channel: \"sms\""),
            (
                "{name: 'a-b', channel: 'sms'}",
                "w:1:38: strategies.s.steps[0].name: \"a-b\" is not a step's name: 1 to 32 letters, digits and _"
            ),
            (
                "{name: 'close', channel: 'sms'}",
                "w:1:38: strategies.s.steps[0].name: \"close\" ends a contact and cannot be a step's name: write another name"
            ),
            (
                "{name: 't', channel: 'sms'}, {name: 't', channel: 'sms'}",
                "w:1:67: strategies.s.steps[1].name: the step \"t\" stands twice: write another name (case does not count)"
            ),
            (
                "{name: 't', channel: 'sms', to: 'email'}",
                "w:1:63: strategies.s.steps[0].to: unknown value \"email\", it can be \"phone1\", \"phone2\", \"phone3\", "
                    + "\"phone4\", \"phone5\""
            ),
            (
                "{name: 't', channel: 'email', to: 'phone1'}",
                "w:1:65: strategies.s.steps[0].to: unknown value \"phone1\", it can be \"email\""
            ),
            (
                "{name: 't', channel: 'sms', attempts: 0}",
                "w:1:69: strategies.s.steps[0].attempts: expected a whole number from 1 to 1000, found the number 0"
            ),
            (
                "{name: 't', channel: 'sms', expires: '0s'}",
                "w:1:68: strategies.s.steps[0].expires: \"0s\" is not a length of time from 1ms to 3650d"
            ),
            (
                "{name: 't', channel: 'sms', on: {bussy: 'close'}}",
                "w:1:64: strategies.s.steps[0].on: unknown key \"bussy\", did you mean \"busy\"?"
            ),
            (
                "{name: 'text', channel: 'sms', on: {busy: 'txet'}}",
                "w:1:73: strategies.s.steps[0].on.busy: there is no step \"txet\" in this strategy, did you mean \"text\"?"
            ),
            (
                "{name: 't', channel: 'sms', on: {busy: 'second'}}",
                "w:1:70: strategies.s.steps[0].on.busy: there is no step \"second\" in this strategy, it can be \"close\" or one of \"t\""
            ),
            (
                "{name: 't', channel: 'sms', on: {busy: {to: 'x1', after: '1h'}}}",
                "w:1:75: strategies.s.steps[0].on.busy.to: there is no step \"x1\" in this strategy, it can be \"close\" or one of \"t\""
            ),
            (
                "{name: 't', channel: 'sms', on: {busy: {to: 'close', after: '1h'}}}",
                "w:1:75: strategies.s.steps[0].on.busy.to: \"close\" waits for nothing: write \"close\" in place of the whole object"
            ),
            (
                "{name: 't', channel: 'sms', on: {busy: {retry: '5m', after: '1h'}}}",
                "w:1:84: strategies.s.steps[0].on.busy: the key \"after\" cannot stand beside retry, whose own value is the delay"
            ),
            (
                "{name: 't', channel: 'sms', on: {busy: {retry: '5 min'}}}",
                "w:1:78: strategies.s.steps[0].on.busy.retry: \"5 min\" is not a length of time such as \"30s\", \"10m\", \"24h\" or \"7d\""
            ),
            (
                "{name: 't', channel: 'sms', on: {busy: 5}}",
                "w:1:70: strategies.s.steps[0].on.busy: expected \"close\", a step's name, { retry: \"5m\" } or { to: \"step\", after: \"1h\" }, found the number 5"
            ),
        ]
        for (text, problem) in cases {
            XCTAssertEqual(problems("{strategies: {s: { steps: [   \(text)]}}}"), [problem], text)
        }
    }

    func testAStrategyHasSteps() {
        XCTAssertEqual(
            problems("{strategies: {s: {}}}"),
            ["w:1:18: strategies.s: a strategy has steps: write { steps: [{ name: \"text\", channel: \"sms\" }] }"])
        XCTAssertEqual(
            problems("{strategies: {s: {steps: []}}}"),
            [
                "w:1:26: strategies.s.steps: expected a list of steps such as [{ name: \"text\", channel: \"sms\" }], found a list"
            ])
    }

    func testACampaignNeedsTheTemplatesAndTransportsOfItsStrategy() {
        let text = """
            {
              strategies: { s: { steps: [{ name: "t", channel: "chat", template: "hello" }] } },
              campaigns: {
                a: { strategy: "s" },
                b: { strategy: "s", templates: { helo: "x.txt" }, transports: { chat: "folder" } },
                c: { strategy: "s", templates: { hello: "x.txt" }, transports: { chat: "folder" } },
              },
            }
            """
        XCTAssertEqual(
            problems(text),
            [
                "w:4:20: campaigns.a.strategy: the step \"t\" uses the template \"hello\", which this campaign's templates do not name: name its file there",
                "w:4:20: campaigns.a.strategy: the step \"t\" uses the channel \"chat\", for which this campaign has no transport: name one in its transports",
                "w:5:20: campaigns.b.strategy: the step \"t\" uses the template \"hello\", which this campaign's templates do not name, did you mean \"helo\"?",
            ])
    }

    func testMailsNeedASenderASubjectAndAnAddressToGoTo() {
        func found(_ campaign: String, steps: String = "template: 't'") -> [String] {
            problems(
                """
                {transports: {r: {kind: 'smtp'}}, strategies: {s: {steps: [{name: 'm', channel: 'email', \(steps)}]}},
                 campaigns: {a: {strategy: 's', transports: {email: 'r'}, \(campaign)}}}
                """)
        }
        let whole = "from: {email: 'Clinic <desk@clinic.example>'}, templates: {t: {subject: 'Hi', text: 't.txt'}}"
        XCTAssertEqual(found(whole), [])
        for (campaign, steps, words) in [
            (
                whole.replacing("from: {email", with: "from: {sms"), "template: 't'",
                "the campaign names no sender: write from: { email:"
            ),
            (
                whole.replacing("Clinic <desk@clinic.example>", with: "CLINIC"), "template: 't'",
                "\"CLINIC\" is not a mailbox such as"
            ),
            (whole.replacing("subject: 'Hi', ", with: ""), "template: 't'", "needs a template with a subject"),
            (whole, "attempts: 1", "needs a template with a subject"),
            (whole, "template: 't', to: 'phone1'", "phone1"),
        ] {
            let problems = found(campaign, steps: steps)
            XCTAssertTrue(problems.contains { $0.contains(words) }, "\(words) in \(problems)")
            XCTAssertFalse(problems.isEmpty)
        }
        XCTAssertTrue(found(whole + ", mail: {returnPath: 'A <a@b.example>'}")[0].contains("is not a bare address"))
        XCTAssertTrue(
            found(whole + ", mail: {unsubscribe: ['http://a.example/{{id}}']}")[0].contains("is not a link that"))
        XCTAssertTrue(
            found(whole + ", mail: {unsubscribe: ['https://a.example/{{id']}")[0].contains("is not a link that"))
        XCTAssertTrue(found(whole + ", mail: {listId: 'Clinic news'}")[0].contains("is not a name such as"))
    }

    func testASecretStandsInNoConfigurationAndGoesToThisMachineOnly() {
        func found(_ relay: String) -> [String] { problems("{transports: {r: {kind: 'smtp', \(relay)}}}") }
        let login = "auth: {user: 'u', password: {env: 'P'}}"
        for host in ["127.0.0.1", "127.1.2.3", "localhost", "::1", "/run/relay.sock"] {
            XCTAssertEqual(found("host: '\(host)', \(login)"), [], host)
        }
        for host in ["smtp.provider.example", "10.0.0.1", "127.0.0.1.example", "::2"] {
            XCTAssertTrue(
                found("host: '\(host)', \(login)").first?.contains("goes to this machine only") ?? false, host)
            XCTAssertEqual(found("host: '\(host)'"), [])
        }
        for auth in [
            "{user: 'u', password: 'secret'}", "{user: 'u', password: {env: 'A', file: 'b'}}",
            "{user: 'u', password: {}}",
        ] {
            let problems = found("auth: \(auth)")
            XCTAssertTrue(problems.first?.contains("a secret stands in no configuration") ?? false, "\(problems)")
            XCTAssertFalse(problems.contains { $0.contains("secret\"") })
        }
        XCTAssertEqual(found("auth: {user: 'u'}").count, 1)
        XCTAssertEqual(found("host: 'a b'").count, 1)
    }
}
