import Foundation
import Support
import Waybill
import XCTest

final class ConfigurationWriterTests: XCTestCase {
    private func sample() throws -> [UInt8] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: root.appending(path: "samples/waybill.json5")))
    }

    /// Everything that can be said, the unfinished settings too.
    private let everything = """
        { inbox: ["a", "b c"], region: "DE", timezone: "Europe/Berlin", endOfDay: "18:30", residency: "Eu", archive: { compress: true },
          limits: { dropBytes: 1000, recordBytes: "1 MiB" }, reports: { addresses: "hashed", splitBy: "agent" },
          campaigns: {
            "Kampagne Süd": { columns: { "E-Mail": "email", "a\\"b\\\\c\\u2028": "id" }, delimiter: "\\t", header: true,
              encoding: "utf-16le", format: "dispatch-request", trailer: { starts: "T" }, rejectLimit: "2.5%",
              region: "AT", timezone: "Europe/Vienna", numbers: { accept: ["mobile", "voip"], vanity: true },
              sampling: [{ rule: "percent", percent: 0.001 }, { rule: "every", n: 5 }, { rule: "quota", limit: 2 },
                { rule: "random", take: 3 }, { rule: "where", field: "x", in: [] }, { rule: "holdout", percent: 100 },
                { rule: "command", run: ["./x", "-y"] }],
              policy: "p", strategy: "s", templates: { t: "t.txt", m: { subject: "Hi {{name}}", text: "m.txt", html: "m.html",
                languages: { "pt-BR": { subject: "Oi", text: "m.pt.txt", html: "m.pt.html" } } } },
              from: { post: "Klinik <k@example.com>", sms: "X" }, transports: { post: "r" },
              mail: { replyTo: "a@b.example", returnPath: "c@d.example", listId: "x.y", unsubscribe: ["mailto:a@b.example"] },
              keywords: { stop: ["halt"], helpText: "Ruf an." },
              subscribers: { error: ["X <x@example.com>", "file:a.txt"], debug: ["https://x.example/h"] },
              expect: { by: "09:00", days: ["mon-fri"], records: "±12.5%" }, approve: { above: 10000 },
              repeats: { file: "lists/w.csv", rule: "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", start: "2026-12-01T09:00" },
              capacity: [{ days: ["mon-fri"], from: "09:00", to: "12:00", perHour: 200 }], spread: "window", ramp: [500, 1000],
              rate: { perHour: 3 }, residency: "EU", privacy: { outbound: "hash" },
              stopWhen: { failed: "20%", declined: 7, within: "3d", least: 2, sameCause: null }, countries: ["DE", "AT"],
              budget: { segments: 5, per: "month" }, smart: true, conversation: "7d",
              link: { url: "https://s.example/{{token}}?a=b", key: { env: "K" }, tokens: true } },
            default: { header: false, trailer: { starts: "X", count: 3 }, rejectLimit: 5, quiet: "1500ms" },
          },
          policies: { p: { windows: [{ channels: ["sms"], days: "fri-mon", from: "22:00", to: "06:00" }],
              zone: "campaign", region: { "US-FL": { from: "08:00", to: "20:00", days: ["sat"] } }, holidays: { "*": ["2026-12-25"] },
              blackouts: [{ from: "2026-12-24T12:00", to: "2026-12-27" }], startAfter: "2026-01-01T00:00:00.123+01:00",
              caps: [{ limit: 1, within: "90s", channels: ["sms"], then: "drop" },
                     { limit: 2, within: "day", by: "Household", over: "campaign", counts: "responses" }], rate: { perHour: 5 }, late: "send" } },
          strategies: { s: { steps: [{ name: "one", channel: "sms", to: "phone3", template: "t", expires: "36h",
              attempts: 4, resultWithin: "90m", on: { busy: { retry: "5m" }, failed: "two", expired: "close",
              "no-answer": { to: "two", after: "1500ms" } } }, { name: "two", channel: "email" }] } },
          transports: { folder: { region: "eu" }, r: { kind: "smtp", host: "/run/relay", hello: "mail.example", perConnection: 5, timeout: "9s",
              auth: { user: "u", password: { file: "/x" }, method: "xoauth2" } }, c: { kind: "command", run: ["./c"], timeout: "90s", concurrency: 3, resolve: true },
            f: { layout: "dialer", path: "elsewhere", rate: { perSecond: 7 }, account: "mine", fallback: "g", countries: ["FR"] },
            g: { kind: "folder", control: true, validity: { maximum: "1h" }, columns: { "A b": "{{reference}}", C: "x {{id|y}}" } } },
          accounts: { mine: { rate: { perDay: 9 }, shared: "/srv/rates.db" } },
          notify: { transport: "r", from: "W <w@example.com>" },
          events: { contacts: true, most: "2 MiB", webhooks: { ops: { url: "https://x.example/e", headers: { "X-A": "b" },
            key: { env: "K" }, authorization: { scheme: null }, timeout: "3s", campaigns: ["default"], kinds: ["day.closed"] } } } }
        """

    private func errors(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
        problems.filter { !$0.message.contains("not carried out") }
    }

    func testWhatIsWrittenReadsBackEqual() throws {
        for bytes in [Array("{}".utf8), try sample(), Array(everything.utf8)] {
            let (configuration, problems) = ConfigurationReader.read(bytes)
            XCTAssertEqual(errors(problems), [])
            let text = ConfigurationWriter.text(of: configuration)
            let (again, newProblems) = ConfigurationReader.read(Array(text.utf8))
            XCTAssertEqual(errors(newProblems), [])
            XCTAssertEqual(again, configuration)
            XCTAssertEqual(ConfigurationWriter.text(of: again), text)
        }
    }

    func testTheTextOfTheDefaults() {
        let text = ConfigurationWriter.text(of: Configuration())
        XCTAssertTrue(
            text.hasPrefix(
                """
                // The effective configuration: every setting, with defaults and inherited values filled in.
                {
                  inbox: ["inbox"],
                  outbox: "outbox",
                  state: "state",
                  region: "US",
                  timezone: "UTC",
                  residency: null,
                  endOfDay: "24:00",
                  keepDays: { archive: 90, notices: 90, reports: 365, contacts: 90, events: 30 },
                  archive: { compress: false },
                  limits: { dropBytes: "16 GiB", recordBytes: "64 KiB", columns: 512, gzipRatio: 200 },
                  lists: { tolerance: "1%", named: {}, bounces: { hard: 1, soft: 3, within: "30d", lasts: null } },
                  reports: { addresses: "masked", splitBy: null },
                  log: { format: "text", level: "info" },
                  events: { contacts: false, most: "1 GiB", webhooks: {} },
                  notify: { transport: null, from: null },
                  campaigns: {
                    default: {
                      drops: ["*"],
                """), text)
        XCTAssertTrue(
            text.hasSuffix(
                """
                  policies: {},
                  strategies: {},
                  transports: {
                    folder: {
                      kind: "folder",
                      layout: "csv",
                      path: "outbox/dispatch",
                      columns: null,
                      control: false,
                      validity: null,
                      rate: { perSecond: null, perHour: null, perDay: null },
                      countries: [],
                      region: null,
                      fallback: null,
                      account: null,
                    },
                  },
                  accounts: {},
                }

                """), text)
    }

    func testTheFingerprintFollowsWhatACampaignDoes() throws {
        func fingerprint(_ text: String) -> String {
            let configuration = ConfigurationReader.read(Array(text.utf8)).configuration
            return ConfigurationWriter.fingerprint(of: configuration.campaigns[0], in: configuration)
        }
        func text(campaign: String = "", steps: String = "", policy: String = "", rest: String = "") -> String {
            """
            { campaigns: { a: { policy: "p", strategy: "s", \(campaign) } }, policies: { p: { \(policy) } },
              strategies: { s: { steps: [{ name: "x", channel: "voice", \(steps) }] } }, \(rest) }
            """
        }
        let plain = fingerprint(text())
        XCTAssertNotNil(plain.wholeMatch(of: /[0-9a-f]{8}/))
        let others = [
            text(campaign: "seed: 'x'"), text(steps: "attempts: 2"), text(policy: "late: 'send'"),
            text(rest: "region: 'DE'"), text(campaign: "rate: {perHour: 1}"),
            text(rest: "transports: {folder: {rate: {perHour: 1}}}"),
            text(rest: "transports: {folder: {account: 'x'}}, accounts: {x: {rate: {perHour: 1}}}"),
            text(rest: "timezone: 'Europe/Berlin'"),
        ].map(fingerprint)
        XCTAssertEqual(Set(others + [plain]).count, 9)
        // Neither the form of the text nor another campaign's settings matter.
        XCTAssertEqual(
            fingerprint("// a comment\n" + text(campaign: "seed: 'waybill'", rest: "keepDays: {archive: 1}")), plain)
    }

    func testFingerprintsStayAsTheyAre() {
        // They stand in reports of earlier days, and what is held is looked at anew when they change.
        let cases = [
            ("{}", "bcc34b79"),
            (
                """
                { campaigns: { default: { policy: "p", strategy: "s" } }, policies: { p: {} },
                  strategies: { s: { steps: [{ name: "x", channel: "voice" }] } } }
                """, "0788a128"
            ),
            (
                """
                { campaigns: { default: { policy: "p", strategy: "s", rate: { perHour: 3 }, trailer: { starts: "T" },
                    rejectLimit: "2.5%", columns: { A: "phone1" }, keywords: { stop: ["halt"] }, transports: { fax: "folder" },
                    sampling: [{ rule: "percent", percent: 2.5 }], numbers: { vanity: true }, params: { maxLength: 80 } } },
                  policies: { p: {
                    windows: [{ channels: ["sms"], days: "fri-mon", from: "22:00", to: "06:00" }], zone: "campaign",
                    region: { "US-FL": { from: "08:00", to: "20:00", days: ["sat"] } }, holidays: { "*": ["2026-12-25"] },
                    blackouts: [{ from: "2026-12-24T12:00", to: "2026-12-27" }],
                    caps: [{ limit: 2, within: "day", by: "Household", over: "campaign", counts: "responses" }],
                    rate: { perHour: 5 } } },
                  strategies: { s: { steps: [{ name: "x", channel: "voice", expires: "36h", attempts: 4, on: { busy: { retry: "5m" } } }] } },
                  accounts: { x: { rate: { perDay: 9 } } }, transports: { folder: { account: "x", rate: { perSecond: 7 } } },
                  endOfDay: "18:00" }
                """, "13cfd8f5"
            ),
        ]
        for (text, digits) in cases {
            let (configuration, problems) = ConfigurationReader.read(Array(text.utf8))
            XCTAssertEqual(problems, [])
            XCTAssertEqual(ConfigurationWriter.fingerprint(of: configuration.campaigns[0], in: configuration), digits)
        }
    }

    func testAnUnbuiltSettingIsInNoFingerprint() {
        func fingerprint(_ text: String) -> String {
            let configuration = ConfigurationReader.read(Array("{campaigns: {a: {\(text)}}}".utf8)).configuration
            return ConfigurationWriter.fingerprint(of: configuration.campaigns[0], in: configuration)
        }
        XCTAssertEqual(fingerprint("residency: 'EU', subscribers: {error: ['x@example.com']}"), fingerprint(""))
    }

    // MARK: The sample

    func testTheSampleHasNoProblems() throws {
        let (configuration, problems) = ConfigurationReader.read(try sample())
        XCTAssertEqual(problems.map(\.description), [])
        XCTAssertEqual(
            configuration.campaigns.map(\.name),
            [
                "clinic-reminders", "telefon-service", "billing-notices", "survey-2026", "collections", "mistakes",
                "default",
            ])
        XCTAssertEqual(configuration.campaigns.last, Campaign(name: "default"), "the sample shows default's own values")
        let german = try XCTUnwrap(configuration.campaign(named: "telefon-service"))
        XCTAssertEqual(
            german.columns.map(\.column), ["phone1", "phone2", "id", "firstname", "lastname", "language", "email"])
        XCTAssertEqual(german.delimiter, .set(UInt8(ascii: ";")))
    }

    func testTheSampleShowsEverySetting() throws {
        let text = String(decoding: try sample(), as: UTF8.self)
        let (everything, _) = ConfigurationReader.read(Array(self.everything.utf8))
        guard
            case .object(let members) = try JSON5Reader.read(Array(ConfigurationWriter.text(of: everything).utf8))
                .content
        else { return XCTFail() }
        for key in Self.settings(of: members) { XCTAssertTrue(text.contains("\(key):"), "\(key) is not in the sample") }
    }

    /// The keys that are ours, at any depth, and not names of the user's own.
    private static func settings(of members: [JSON5Member]) -> Set<String> {
        let named: Set = ["campaigns", "policies", "strategies", "transports", "accounts"]
        let own: Set = ["columns", "templates", "from", "region", "holidays", "on", "transports", "webhooks"]
        var keys: Set<String> = []
        for member in members {
            keys.insert(member.key)
            switch member.value.content {
            case .object(let inner) where named.contains(member.key):
                for entry in inner {
                    if case .object(let settings) = entry.value.content { keys.formUnion(self.settings(of: settings)) }
                }
            case .object(let inner) where !own.contains(member.key):
                keys.formUnion(settings(of: inner))
            case .array(let values):
                for value in values {
                    if case .object(let inner) = value.content { keys.formUnion(settings(of: inner)) }
                }
            case .object, .null, .boolean, .number, .string:
                break
            }
        }
        return keys
    }

    // MARK: Any bytes

    func testNoBytesTrapTheReader() throws {
        let sources = [try sample(), Array(everything.utf8)]
        let pieces = [
            "null", "-1", "1e999", "NaN", "-0", "0xFFFFFFFFFFFFFFFFFFFF", "\"\"", "[]", "{}", "[[[[", "}}", "'", "\"",
            "\\", "/*", "//", ",,",
            "9223372036854775807", "\"99999999999999999999d\"", "\"9999-12-31T23:59:59-18:00\"", "\"0000-01-01\"",
            "\"16777216 TiB\"",
            "\"9223372036854775807 TiB\"", "\"mon-\"", "\",\"", "\"-\"", "\"24:00\"", "\"100%\"", "\"%\"", "\u{0}",
            "\u{2028}", "é", "😀", "a\u{301}",
        ].map { Array($0.utf8) }
        let seed: UInt64 = 1_186_429
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var unread = 0
        for round in 0..<1_500 {
            var bytes = sources[round % 2]
            // A window of the text keeps the mutations dense, and the rounds fast.
            if round % 2 == 0 {
                let start = Int.random(in: 0..<bytes.count, using: &random)
                bytes = Array("{".utf8) + bytes[start..<min(bytes.count, start + 2_000)]
            }
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.replaceSubrange(place..<end, with: [])
                case 1: bytes.replaceSubrange(place..<end, with: pieces.randomElement(using: &random)!)
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
                default:
                    bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
                }
            }
            let (configuration, problems) = ConfigurationReader.read(bytes)
            for problem in problems { XCTAssertTrue(problem.line >= 1 && problem.column >= 1) }
            if problems.isEmpty {
                let text = ConfigurationWriter.text(of: configuration)
                XCTAssertEqual(ConfigurationReader.read(Array(text.utf8)).configuration, configuration)
            } else {
                unread += 1
            }
        }
        XCTAssertGreaterThan(unread, 500)
    }

    /// Values of the right form are replaced by values of every other form, so that what stands behind the form is
    /// reached.
    func testNoValueInAnyPlaceTrapsTheReader() throws {
        let values = [
            "null", "true", "-1", "0", "1e999", "NaN", "9223372036854775807", "\"\"", "\"x\"", "\"-\"", "\",\"",
            "\"0ms\"", "\"9999999999d\"",
            "\"2026-12-24T10:00\"", "\"9999-12-31T23:59:59.999-18:00\"", "\"0000-01-01T00:00+18:00\"",
            "\"mon-mon-mon\"", "\"100.000%\"", "[]",
            "{}", "[null]", "[[]]", "[{}]", "{x: 1}", "{x: {}}", "[\"mon-\"]", "{steps: [{name: 5}]}",
        ]
        let text = Array(everything.utf8)
        var places: [Range<Int>] = []
        collect(try JSON5Reader.read(text), in: text, to: &places)
        XCTAssertGreaterThan(places.count, 90)
        let seed: UInt64 = 77_003
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for place in places {
            for value in values.shuffled(using: &random).prefix(8) {
                let mutated = text[..<place.lowerBound] + Array(value.utf8) + text[place.upperBound...]
                let (_, problems) = ConfigurationReader.read(Array(mutated))
                XCTAssertFalse(problems.isEmpty)
            }
        }
    }

    /// Where the values stand that are no lists or objects.
    private func collect(_ value: JSON5Value, in text: [UInt8], to places: inout [Range<Int>]) {
        switch value.content {
        case .array(let values):
            for value in values { collect(value, in: text, to: &places) }
        case .object(let members):
            for member in members { collect(member.value, in: text, to: &places) }
        case .null, .boolean, .number, .string:
            let start = value.position.offset
            let isText = text[start] == UInt8(ascii: "\"")
            var end = start + 1
            while isText ? text[end] != UInt8(ascii: "\"") : !",]} \n".utf8.contains(text[end]) {
                end += isText && text[end] == UInt8(ascii: "\\") ? 2 : 1
            }
            places.append(start..<(isText ? end + 1 : end))
        }
    }
}
