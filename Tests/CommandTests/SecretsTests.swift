import Foundation
import Support
import SystemIO
import XCTest

/// Runs of the real program with every kind of secret, and servers that give back what they were told: none of them is
/// in what any command says, or in any file.
final class SecretsTests: XCTestCase {
    private static let secrets = [
        "http": "Xk7-of-the-server-9QzP", "relay": "Xk7-of-the-relay-4LmW", "hook": "Xk7-of-the-webhook-2RtB",
        "link": "Xk7-of-the-links-8VyD-and-longer",
    ]

    /// As it is, and as it travels.
    private static let needles = secrets.values.flatMap { secret in
        let travelling = [
            secret, "\0u\0\(secret)", "u:\(secret)", "user=u\u{1}auth=Bearer \(secret)\u{1}\u{1}",
        ]
        return [secret] + travelling.map { Data($0.utf8).base64EncodedString() }
    }

    private static let configuration = """
        {log: {level: 'debug', format: 'FORMAT'},
         events: {contacts: true, webhooks: {w: {url: 'SERVER/hook', key: {env: 'HOOK'}, headers: {"X-Of": "us"}}}},
         campaigns: {default: {strategy: 's', require: [], transports: {sms: 'good', email: 'open'},
             from: {email: 'desk@clinic.example'}, templates: {text: 'text.txt', mail: {subject: 'Hello', text: 'text.txt'}},
             link: {url: 'https://s.example/{{token}}', key: {file: 'link.key'}, tokens: true},
             mail: {unsubscribe: ['https://s.example/{{token}}']},
             keywords: {stopText: 'You are off.', helpText: 'Call 1.'}},
           a: {}, b: {transports: {sms: 'bad'}}, c: {transports: {email: 'shut'}}, d: {transports: {sms: 'basic'}}},
         strategies: {s: {steps: [{name: 'text', channel: 'sms', to: 'phone1', template: 'text', expires: '1h',
             on: {failed: 'mail', responded: 'mail'}},
           {name: 'mail', channel: 'email', to: 'email', template: 'mail', expires: '1h'}]}},
         transports: {
           good: {kind: 'http', url: 'SERVER', resource: '/good', key: {file: 'http.key'}, BODY},
           bad: {kind: 'http', url: 'SERVER', resource: '/bad', key: {file: 'http.key'}, idempotencyHeader: 'Key', BODY},
           basic: {kind: 'http', url: 'SERVER', resource: '/basic', key: {file: 'http.key'}, authorization: {user: 'u'}, BODY},
           open: {kind: 'smtp', port: OPEN, auth: {user: 'u', password: {env: 'RELAY'}}},
           shut: {kind: 'smtp', port: SHUT, auth: {user: 'u', password: {env: 'RELAY'}, method: 'xoauth2'}}}}
        """

    private var workspace: TestWorkspace!
    private var environment: [String: String] = [:]
    private var seen = 0

    private func run(_ words: [String]) throws {
        let outcome = try Executable(workspace).run(words, environment: environment)
        for needle in Self.needles {
            XCTAssertFalse((outcome.output + outcome.errors).contains(needle), "\(words): \(needle)")
        }
        seen += outcome.output.utf8.count + outcome.errors.utf8.count
    }

    /// What each command is run with, at the least once.
    private static let commands: [String: [[String]]] = [
        "process": [["more.csv", "--campaign", "a"]], "drop": [["more.csv", "--campaign", "b"]],
        "run": [["--until-idle"]], "check": [["more.csv", "--campaign", "c"]], "status": [[]], "batches": [[]],
        "logs": [[]], "explain": [["+14155551000"], ["b@b.example"]], "preview": [["more.csv", "--campaign", "c"]],
        "simulate": [["more.csv", "--campaign", "a"]], "report": [[]], "number": [["+14155551000"]],
        "rules": [["US"]], "consent": [["+14155551000"]], "audit": [["verify"], ["list"]],
        "campaign": [["list"], ["pause", "a"], ["resume", "a"]], "suppress": [["add", "+14155559999"], ["list"]],
        "inbox": [["accept", "inbox"]], "backup": [["copy.tar"]], "restore": [["copy.tar", "--workspace", "other"]],
        "init": [["more.csv", "--workspace", "new"]], "config": [["check"], ["show"]], "doctor": [[]],
        "completions": [["bash"]], "manual": [[]], "version": [[]], "help": [[]],
    ]

    /// Those that are asked for JSON as well.
    private static let shown: Set<String> = ["status", "batches", "logs", "explain", "report", "config", "doctor"]

    private func echo() throws -> TestServer {
        try TestServer { request in
            let said =
                "{\"message\": \"\(request.headers["authorization"] ?? "") \(request.body.prefix(40).filter { $0 != "\"" })\"}"
            switch request.path {
            case "/good": return .answer(200, said)
            case "/bad": return .answer(401, said, ["Location": said])
            case "/basic": return .answer(400, said)
            default: return .answer(500, said)
            }
        }
    }

    private func relay(shut: Bool) throws -> MailServer {
        var behaviour = MailServer.Behaviour()
        behaviour.answer = { command in
            guard shut, command.hasPrefix("AUTH") else { return nil }
            return "535 5.7.8 \(command) is wrong, so is \(Self.secrets["relay"] ?? "")"
        }
        return try MailServer(behaviour)
    }

    func testNoCommandAndNoFileShowsASecret() throws {
        let (server, open, shut) = (try echo(), try relay(shut: false), try relay(shut: true))
        environment = ["HOOK": Self.secrets["hook"] ?? "", "RELAY": Self.secrets["relay"] ?? ""]
        for format in ["text", "json"] {
            workspace = try TestWorkspace()
            try workspace.write((Self.secrets["http"] ?? "") + "\n", to: "http.key")
            try workspace.write((Self.secrets["link"] ?? "") + "\n", to: "link.key")
            try workspace.write("Hello {{name|you}} {{link}}\n", to: "text.txt")
            try workspace.write("phone1,email\n+14155558001,x@b.example\n", to: "more.csv")
            try workspace.write(
                Self.configuration.replacing("SERVER", with: server.url).replacing("OPEN", with: "\(open.port)")
                    .replacing("SHUT", with: "\(shut.port)").replacing("FORMAT", with: format)
                    .replacing("BODY", with: "detail: 'message', body: {to: '{{address}}', text: '{{message}}'}"),
                to: "waybill.json5")
            for (number, campaign) in ["a", "b", "c", "d"].enumerated() {
                let digits = (format == "text" ? 1_000 : 2_000) + 10 * number
                try workspace.write(
                    "phone1,email\n+1415555\(digits),\(campaign)@b.example\n+1415555\(digits + 1),\n,\(format)@b.example\n",
                    to: "inbox/\(campaign)/\(format).csv")
            }
            try run(["run", "--until-idle", "--verbose"])
            // What could not be handed over is waited for, but of a campaign that is paused.
            for campaign in ["a", "b", "c", "d"] { try run(["campaign", "pause", campaign]) }
            try workspace.write("from,text\n+14155551000,HELP\n+14155551001,STOP\n", to: "inbox/_replies/\(format).csv")
            try run(["run", "--until-idle", "--verbose"])
            let isText = format == "text"
            for (name, all) in Self.commands.sorted(by: { $0.key < $1.key }) where isText || Self.shown.contains(name) {
                for words in all { try run([name] + words + [isText ? "--verbose" : "--json"]) }
            }
            try checkFiles()
        }
        // It is as it should be only where the secrets were used, and much was said.
        let told = server.requests.compactMap { $0.headers["authorization"] }
        XCTAssertEqual(Set(server.requests.map(\.path)), ["/good", "/bad", "/basic", "/hook"])
        XCTAssertTrue(told.allSatisfy { told in Self.needles.contains { told.contains($0) } })
        XCTAssertGreaterThan(open.state.mails.count, 0)
        XCTAssertTrue([open, shut].allSatisfy { $0.state.commands.contains { $0.hasPrefix("AUTH") } })
        XCTAssertGreaterThan(seen, 50_000)
        server.stop()
    }

    func testTheDoctorSaysWhichSecretsItCannotRead() throws {
        workspace = try TestWorkspace()
        try workspace.write(
            """
            {events: {webhooks: {w: {url: 'http://127.0.0.1:9', key: {env: 'HOOK'}}}},
             campaigns: {a: {transports: {sms: 'one'}, link: {url: 'https://s.example/{{token}}', key: {file: 'link.key'}}}},
             transports: {one: {kind: 'bird', key: {file: 'one.key'}, values: {from: '+1'}, fallback: 'two'},
               two: {kind: 'http', url: 'http://127.0.0.1:9', key: {env: 'TWO'}, body: {to: '{{address}}'}},
               idle: {kind: 'http', url: 'http://127.0.0.1:9', key: {env: 'IDLE'}, body: {to: '{{address}}'}}}}
            """, to: "waybill.json5")
        let waybill = Executable(workspace)
        let ill = try waybill.run("doctor")
        XCTAssertEqual(ill.status, 1, "nothing can be sent without them")
        let told = ill.output
        for (about, what) in [
            ("one", "the file one.key, which should hold the key, cannot be read"), ("a", "the file link.key"),
            ("two", "the variable TWO, which should hold the key, is empty or not set"),
            ("webhook w", "the variable HOOK"),
        ] {
            XCTAssertTrue(
                told.split(separator: "\n").contains { $0.hasPrefix("problem  \(about) ") && $0.contains(what) },
                "\(about) in \(told)")
        }
        XCTAssertFalse(told.contains("IDLE"), told)
        try workspace.write("Xk7-1", to: "one.key")
        try workspace.write("Xk7-2-and-so-on-and-on", to: "link.key")
        let well = try waybill.run("doctor", environment: ["HOOK": "Xk7-3", "TWO": "Xk7-4"])
        XCTAssertFalse(well.output.contains("should hold") || well.output.contains("Xk7"), well.output)
        // Who runs Waybill may have the variables where who asks has not; a file is there for both or for neither.
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        try FileManager.default.removeItem(atPath: workspace.path("one.key"))
        let after = try waybill.run("doctor").output.split(separator: "\n")
        XCTAssertTrue(after.contains { $0.hasPrefix("note     two ") && $0.contains("the variable TWO") }, "\(after)")
        XCTAssertTrue(after.contains { $0.hasPrefix("problem  one ") && $0.contains("one.key") }, "\(after)")
    }

    func testConfigCheckAndTheStartOfARunSayWhichSecretsAreMissing() throws {
        workspace = try TestWorkspace()
        func write(_ key: String) throws {
            try workspace.write(
                """
                {campaigns: {a: {transports: {sms: 'one'}}}, transports: {
                   one: {kind: 'bird', key: {\(key)}, values: {from: '+1'}},
                   idle: {kind: 'bird', key: {env: 'IDLE'}, values: {from: '+1'}}}}
                """, to: "waybill.json5")
        }
        let waybill = Executable(workspace)
        for (key, status, words) in [
            ("file: 'one.key'", 1, "the file one.key, which should hold the key, cannot be read"),
            ("file: 'empty.key'", 1, "empty.key, which should hold the key, is empty"),
            ("file: '/run/credentials/waybill.service/none'", 0, "it may be there once Waybill is started"),
            ("env: 'ONE'", 0, "the variable ONE, which should hold the key, is empty or not set"),
        ] as [(String, Int32, String)] {
            try write(key)
            try workspace.write("\n", to: "empty.key")
            let check = try waybill.run("config", "check")
            XCTAssertEqual(check.status, status, check.output)
            XCTAssertTrue(
                check.output.contains("waybill.json5:2:") && check.output.contains("transports.one.key: ")
                    && check.output.contains(words), check.output)
            XCTAssertFalse(check.output.contains("IDLE"), check.output)
            let run = try waybill.run("run", "--until-idle")
            XCTAssertEqual(run.status, 0, run.errors)
            XCTAssertTrue(run.errors.contains("secret.missing") && run.errors.contains("one"), run.errors)
        }
        XCTAssertTrue(
            try waybill.run("config", "check", environment: ["ONE": "Xk7-1"]).output.hasSuffix("no problems\n"))
        XCTAssertFalse(
            try waybill.run("run", "--until-idle", environment: ["ONE": "Xk7-1"]).errors.contains("secret.missing"))
    }

    func testEveryCommandIsAmongThem() throws {
        let help = try Executable(try TestWorkspace()).run("help").output
        let names = help.split(separator: "\n").compactMap {
            $0.firstMatch(of: #/^  ([a-z]+)  /#).map { String($0.output.1) }
        }
        XCTAssertGreaterThan(names.count, 20)
        XCTAssertEqual(Set(names), Set(Self.commands.keys))
    }

    private func checkFiles() throws {
        var count = 0
        for case let path as String in try XCTUnwrap(FileManager.default.enumerator(atPath: workspace.path)) {
            let file = workspace.path(path)
            guard try FileStatus.of(file)?.kind == .regular, !path.hasSuffix(".key") else { continue }
            count += 1
            let bytes = path.hasSuffix(".gz") ? try unpacked(file) : try Data(contentsOf: URL(fileURLWithPath: file))
            for needle in Self.needles { XCTAssertNil(bytes.range(of: Data(needle.utf8)), "\(path): \(needle)") }
        }
        XCTAssertGreaterThan(count, 50)
    }

    private func unpacked(_ file: String) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-dc", file]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        return pipe.fileHandleForReading.readDataToEndOfFile()
    }
}
