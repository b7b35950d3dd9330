import Waybill
import XCTest

final class ConfigurationReaderTests: XCTestCase {
    private func problems(_ text: String) -> [String] {
        ConfigurationReader.read(Array(text.utf8), file: "w").problems.map(\.description)
    }

    private func configuration(_ text: String, line: UInt = #line) -> Configuration {
        let (configuration, problems) = ConfigurationReader.read(Array(text.utf8))
        XCTAssertEqual(problems, [], line: line)
        return configuration
    }

    func testAnEmptyObjectIsTheDefaults() {
        XCTAssertEqual(configuration("{}"), Configuration())
        XCTAssertEqual(configuration("{campaigns: {default: {}}, policies: {}, strategies: {}}"), Configuration())
    }

    func testTheDefaultsOfTheDocumentationAreTheDefaults() {
        let text = """
            {
              inbox: "inbox", outbox: "outbox", state: "state", region: "US", timezone: "UTC", endOfDay: "24:00",
              keepDays: { archive: 90, notices: 90, reports: 365, contacts: 90, events: 30 },
              archive: { compress: false },
              limits: { dropBytes: "16 GiB", recordBytes: 65536, columns: 512, gzipRatio: 200 },
              reports: { addresses: "masked", splitBy: null },
              log: { format: "text", level: "info" },
              campaigns: {
                default: {
                  drops: ["*"], ready: "auto", quiet: "1s", marker: ".done",
                  format: "auto", delimiter: "auto", header: "auto", encoding: "auto", skipLines: 0, trailer: null,
                  columns: {}, quotes: "strict", require: ["phone1"], unknownColumns: "keep", duplicates: "reject",
                  params: { maxLength: 40 }, numbers: { check: "plan", accept: ["any"], vanity: false },
                  rejectLimit: null, region: null, timezone: null, sampling: [], seed: "waybill", policy: null,
                  strategy: null, transports: { sms: "folder", email: "folder", voice: "folder" },
                  templates: {}, from: {}, keywords: {},
                  subscribers: { failure: [], error: [], warning: [], information: [] },
                  residency: null, privacy: { outbound: "plain" },
                },
              },
              transports: { folder: { kind: "folder", layout: "csv", path: "outbox/dispatch" } },
            }
            """
        XCTAssertEqual(configuration(text), Configuration())
    }

    func testThreeTyposAreReportedAtOnceInFileOrder() {
        let text = """
            {
              inbux: "in",
              campaigns: {
                clinic: { redy: "auto",
                  polcy: "consumer" },
              },
            }
            """
        XCTAssertEqual(
            problems(text),
            [
                "w:2:3: unknown key \"inbux\", did you mean \"inbox\"?",
                "w:4:15: campaigns.clinic: unknown key \"redy\", did you mean \"ready\"?",
                "w:5:7: campaigns.clinic: unknown key \"polcy\", did you mean \"policy\"?",
            ])
    }

    func testATextThatIsNoJSON5IsOneProblem() {
        XCTAssertEqual(
            problems("{\n  inbox: \"a\"\n  outbox: 1}"),
            ["w:3:3: found \"o\" where a comma or } was expected (the bracket opened at 1:1)"])
        XCTAssertEqual(problems("[]"), ["w:1:1: expected an object in braces, found a list"])
    }

    func testAKeyThatStandsTwiceIsAnErrorEverywhere() {
        XCTAssertEqual(
            problems(
                "{ region: \"US\",\n  region: \"DE\",\n  campaigns: { a: { seed: \"1\", 'seed': \"2\" }, a: {} } }"),
            [
                "w:2:3: the key \"region\" stands twice, first in line 1: remove one of them",
                "w:3:32: campaigns.a: the key \"seed\" stands twice, first in line 3: remove one of them",
                "w:3:47: campaigns: the key \"a\" stands twice, first in line 3: remove one of them",
            ])
    }

    func testWrongValuesOfTheWorkspaceAreReportedAtTheirPlaces() {
        let cases: [(String, String)] = [
            ("inbox: []", "w:1:10: inbox: expected at least one folder, found a list"),
            ("inbox: ['a', 'a']", "w:1:10: inbox: a folder stands twice in this list: remove it once"),
            ("inbox: ['a', 5]", "w:1:16: inbox[1]: expected a folder, found the number 5"),
            ("outbox: ''", "w:1:11: outbox: \"\" is not a folder"),
            ("outbox: 'a\\u0007'", "w:1:11: outbox: this text has a control character: remove it"),
            (
                "region: 'us'",
                "w:1:11: region: \"us\" is not a region of ISO 3166, two capital letters such as \"US\" or \"DE\", did you mean \"US\"?"
            ),
            (
                "timezone: 'Europe/Berlim'",
                "w:1:13: timezone: \"Europe/Berlim\" is not a time zone of the IANA database, such as \"Europe/Berlin\", did you mean \"Europe/Berlin\"?"
            ),
            (
                "timezone: 'EST'",
                "w:1:13: timezone: \"EST\" is an abbreviation or a fixed offset, which is wrong in summer or winter: write the name of a place such as \"America/New_York\", or \"UTC\""
            ),
            (
                "timezone: 'GMT+25'",
                "w:1:13: timezone: \"GMT+25\" is not a time zone of the IANA database, such as \"Europe/Berlin\""
            ),
            ("endOfDay: '24:01'", "w:1:13: endOfDay: \"24:01\" is not a clock time from \"00:00\" to \"24:00\""),
            ("endOfDay: '00:00'", "w:1:13: endOfDay: a day cannot end when it begins: write \"24:00\" for midnight"),
            (
                "keepDays: {archive: -1}",
                "w:1:23: keepDays.archive: expected a whole number from 0 to 36500, found the number -1"
            ),
            (
                "keepDays: {archive: 1.5}",
                "w:1:23: keepDays.archive: expected a whole number from 0 to 36500, found the number 1.5"
            ),
            ("keepDays: 90", "w:1:13: keepDays: expected an object in braces, found the number 90"),
            ("archive: {compress: 'no'}", "w:1:23: archive.compress: expected true or false, found a text"),
            (
                "limits: {dropBytes: '16 Gib'}",
                "w:1:23: limits.dropBytes: \"16 Gib\" is not a size in bytes such as 65536, \"64 KiB\" or \"16 GiB\""
            ),
            (
                "limits: {recordBytes: '1 GiB'}",
                "w:1:25: limits.recordBytes: 1073741824 bytes is out of range: write a size from 1 to 16777216 bytes"
            ),
            (
                "limits: {dropBytes: 9223372036854775808}",
                "w:1:23: limits.dropBytes: expected a size in bytes such as 65536, \"64 KiB\" or \"16 GiB\", found the number 9223372036854775808"
            ),
            (
                "reports: {addresses: 'maskd'}",
                "w:1:24: reports.addresses: unknown value \"maskd\", did you mean \"masked\"?"
            ),
            (
                "log: {level: 'loud'}",
                "w:1:16: log.level: unknown value \"loud\", it can be \"debug\", \"info\", \"warning\", \"error\""
            ),
            ("log: {format: null}", "w:1:17: log.format: expected one of \"text\", \"json\", found null"),
            (
                "archives: {}, frobnicate: 1",
                "w:1:3: unknown key \"archives\", did you mean \"archive\"?"
            ),
        ]
        for (text, first) in cases { XCTAssertEqual(problems("{ \(text) }").first, first, text) }
    }

    func testAnUnknownKeyThatResemblesNoneListsThemAll() {
        XCTAssertEqual(
            problems("{ archive: { zip: true } }"),
            ["w:1:14: archive: unknown key \"zip\"; the keys here are \"compress\""])
    }

    func testSizesAndTimes() {
        let read = configuration(
            "{limits: {dropBytes: '500 kB', recordBytes: '64KiB'}, endOfDay: '18:30', campaigns: {a: {quiet: '500ms'}}}"
        )
        XCTAssertEqual(read.limits.dropBytes, 500_000)
        XCTAssertEqual(read.limits.recordBytes, 65_536)
        XCTAssertEqual(read.endOfDay.minutes, 18 * 60 + 30)
        XCTAssertEqual(read.campaigns[0].quiet, TimeSpan(milliseconds: 500))
    }

    func testZonesArePlacesAndUTC() {
        for zone in ["UTC", "Japan", "America/Argentina/Buenos_Aires", "US/Eastern"] {
            XCTAssertEqual(configuration("{timezone: '\(zone)'}").timezone, zone)
        }
        for zone in ["EST", "MST", "HST", "GMT", "CET", "EST5EDT", "Etc/GMT+5"] {
            for place in [
                "timezone: '\(zone)'", "campaigns: {a: {timezone: '\(zone)'}}", "policies: {p: {zone: '\(zone)'}}",
            ] {
                let found = problems("{\(place)}")
                XCTAssertEqual(found.count, 1, place)
                XCTAssertTrue(found.first?.contains("is an abbreviation or a fixed offset") == true, "\(found)")
            }
        }
        for zone in ["PST", "GMT+5", "UTC+1", "Mars/Phobos", "europe/berlin", "", "../etc/passwd"] {
            XCTAssertEqual(problems("{timezone: '\(zone)'}").count, 1, zone)
        }
    }

    func testWhatIsNotBuiltIsAWarning() {
        let prefix = "is read but not carried out in this version: "
        XCTAssertEqual(
            problems("{ campaigns: {a: {from: {sms: 'X'}}} }"),
            [
                "w:1:31: warning: campaigns.a.from.sms: \(prefix)only mails by a transport of kind \"smtp\", "
                    + "or by a call with a place {{from}}, name their sender"
            ])
    }

    func testWhatHasToStayInARegionIsCarriedOnlyByTransportsThatSayTheyAreThere() {
        let strategy = "strategies: {s: {steps: [{name: 'call', channel: 'voice', expires: '1h'}]}}"
        func transports(_ voice: String, fallback: String = "") -> String {
            "transports: {folder: {region: 'eu'}, web: {kind: 'command', run: ['./a'] \(voice)}, other: {\(fallback)}}"
        }
        func found(_ campaign: String, _ transports: String, _ workspace: String = "") -> [String] {
            problems(
                "{ \(workspace) campaigns: {a: {strategy: 's', transports: {voice: 'web'}, \(campaign)}}, \(strategy), \(transports) }"
            )
            .map { String($0.drop { $0 != " " }.dropFirst()) }
        }
        let start =
            "what the campaign \"a\" sends has to stay in \"EU\", and the transport \"web\", which may carry its voice, "
        let silent = start + "does not say where it is: write region: \"EU\" there if that is so"
        for voice in [", region: 'us'", ", region: 'eu1'"] {
            let place = voice.contains("us") ? "us" : "eu1"
            XCTAssertEqual(
                found("residency: 'EU'", transports(voice)),
                ["campaigns.a.residency: \(start)is in \"\(place)\": name one that is there"])
        }
        XCTAssertEqual(found("residency: 'EU'", transports("")), ["campaigns.a.residency: " + silent])
        XCTAssertEqual(found("", transports(""), "residency: 'EU',"), ["residency: " + silent])
        XCTAssertEqual(found("residency: 'EU'", transports(", region: 'eu'")), [])
        XCTAssertEqual(found("", transports(", region: 'eu'"), "residency: 'EU',"), [])
        XCTAssertEqual(found("", transports("")), [])
        // What carries in its place, and what carries answers to replies.
        let fallback = ", region: 'eu', fallback: 'other'"
        XCTAssertEqual(found("residency: 'eu'", transports(fallback, fallback: "region: 'us'")).count, 1)
        XCTAssertEqual(found("residency: 'eu'", transports(fallback, fallback: "region: 'eu'")), [])
        let answers = "keywords: {stopText: 'Off.'}, transports: {voice: 'web', sms: 'other'}, residency: 'eu'"
        XCTAssertEqual(
            problems("{campaigns: {a: {strategy: 's', \(answers)}}, \(strategy), \(transports(", region: 'eu'"))}")
                .count, 1)
        // The one that takes whatever comes has no say of its own, and its values are those of all others.
        XCTAssertEqual(problems("{residency: 'eu'}").count, 1)
        XCTAssertEqual(problems("{residency: 'eu', transports: {folder: {region: 'EU'}}}"), [])
        XCTAssertEqual(problems("{campaigns: {default: {residency: 'eu'}, b: {}}}").count, 2)
        XCTAssertEqual(problems("{campaigns: {a: {residency: 3}}}").count, 1)
    }

    func testATextThatAnswersRepliesHasNoPlaces() {
        for name in ["stopText", "startText", "helpText"] {
            let found = problems("{campaigns: {a: {keywords: {\(name): 'Bye {{firstname}}.'}}}}")
            let message =
                "campaigns.a.keywords.\(name): the text is sent as it stands and has no places for values: "
                + "remove {{firstname}}"
            XCTAssertTrue(found.count == 1 && found[0].hasSuffix(message), "\(found)")
            XCTAssertEqual(problems("{campaigns: {a: {keywords: {\(name): 'Bye {you}.'}}}}"), [])
        }
        XCTAssertEqual(problems("{campaigns: {a: {keywords: {stopText: 'Bye {{'}}}}").count, 1)
    }

    func testWhereNoServerCanBeCalledConfigCheckSaysSoWhereverOneIsNamedAndTheConfigurationCanBeUsed() {
        let cases = [
            (
                "transports: {w: {kind: 'http', url: 'https://x.example', body: {to: '{{address}}', r: '{{reference}}'}}}",
                "kind: \"command\""
            ),
            ("transports: {w: {kind: 'sparkpost', values: {from: 'a@b.example'}}}", "kind: \"command\""),
            ("events: {webhooks: {a: {url: 'https://x.example/e'}}}", "let a program follow"),
            ("campaigns: {a: {subscribers: {error: ['https://x.example/e']}}}", "write to a file or an address"),
        ]
        for (text, instead) in cases {
            let found = transportProblems("{\(text)}") { "it is built without HTTP" }
            XCTAssertEqual(transportProblems("{\(text)}") { nil }, [], text)
            XCTAssertEqual(found.count, 1, text)
            XCTAssertTrue(found.first?.message.contains("built without HTTP") == true, "\(found)")
            XCTAssertTrue(found.first?.message.contains(instead) == true && found.first?.severity == .error, "\(found)")
        }
        XCTAssertEqual(
            transportProblems("{}") {
                XCTFail("nobody is called, and so nobody asks")
                return ""
            }, [])
    }

    private func transportProblems(_ text: String, obstacle: () -> String?) -> [ConfigurationProblem] {
        let (configuration, problems) = ConfigurationReader.read(Array(text.utf8))
        XCTAssertEqual(problems, [], text)
        return TransportProblems.problems(
            configuration, in: Workspace(root: "/nowhere"), file: "waybill.json5",
            tree: try? JSON5Reader.read(Array(text.utf8)), obstacleToCalls: obstacle
        ).filter { !$0.path.hasSuffix(".path") }
    }

    func testUnbuiltSettingsThatAskForNothingAreNoProblem() {
        _ = configuration(
            """
            { archive: {compress: false}, reports: {splitBy: null},
              campaigns: {a: {numbers: {accept: ["any"], vanity: false}, subscribers: {error: []}, residency: null,
                from: {}, keywords: {stopText: null}, privacy: {outbound: "plain"}}},
              policies: {p: {caps: [], rate: {perSecond: null}, region: {}}} }
            """)
    }

    func testTransportsAreReadByKind() {
        let (read, _) = ConfigurationReader.read(
            Array(
                """
                { transports: {
                  folder: { layout: "jsonl" },
                  own: { kind: "command", run: ["./adapter.py", "-v"], timeout: "5s", concurrency: 8, resolve: true },
                  plain: { kind: "command", run: ["./adapter.py"] } } }
                """.utf8))
        XCTAssertEqual(read.transports["folder"]?.layout, .jsonLines)
        XCTAssertEqual(read.transports["folder"]?.path, "outbox/dispatch")
        XCTAssertEqual(read.transports["own"]?.run, ["./adapter.py", "-v"])
        XCTAssertEqual(read.transports["own"]?.timeout, .seconds(5))
        XCTAssertEqual(read.transports["own"]?.concurrency, 8)
        XCTAssertEqual(read.transports["own"]?.resolves, true)
        XCTAssertEqual(read.transports["plain"]?.timeout, .seconds(30))
        XCTAssertEqual(read.transports["plain"]?.concurrency, 1)
        XCTAssertEqual(read.transports["plain"]?.resolves, false)
    }

    func testAKindThatIsNotBuiltIsAnErrorThatSaysWhatIsAndNothingElseOfItIsJudged() {
        for kind in ["smpp"] {
            XCTAssertEqual(
                problems("{transports: {t: {kind: '\(kind)', host: 'x', key: {env: 'K'}}}}"),
                [
                    "w:1:25: transports.t.kind: \"\(kind)\" is not built in this version: \"folder\", \"command\", \"smtp\" and \"http\" are; "
                        + "use kind: \"command\" with a program that sends that way"
                ])
        }
    }

    func testWrongTransports() {
        let cases: [(String, String)] = [
            (
                "{run: ['x']}",
                "w:1:18: transports.t: the key \"run\" belongs to transports of kind \"command\"; this one is of kind \"folder\""
            ),
            ("{kind: 'foldr'}", "w:1:24: transports.t.kind: unknown value \"foldr\", did you mean \"folder\"?"),
            (
                "{layout: 'dialler'}",
                "w:1:26: transports.t.layout: unknown value \"dialler\", did you mean \"dialer\"?"
            ),
            (
                "{kind: 'command', run: []}",
                "w:1:40: transports.t.run: expected a program and its arguments such as [\"./adapter.py\"], found a list"
            ),
            (
                "{kind: 'command', run: ['x'], concurrency: 0}",
                "w:1:60: transports.t.concurrency: expected a whole number from 1 to 64, found the number 0"
            ),
            (
                "{kind: 'command'}",
                "w:1:17: transports.t: the key \"run\" is missing: write run: [\"./adapter.py\"]"
            ),
        ]
        for (text, problem) in cases {
            XCTAssertTrue(
                problems("{transports: {t:\(text)}}").contains(problem), "\(problems("{transports: {t:\(text)}}"))")
        }
    }

    func testNamesThatNobodyDefinedAreReportedWhereTheyAreUsed() {
        let text = """
            {
              campaigns: {
                a: { policy: "consumr", strategy: "call", transports: { sms: "foldr" } },
                b: { policy: "consumer", strategy: "calls", transports: { voice: "mail" } },
              },
              policies: { consumer: { zone: 5 } },
              strategies: { calls: { steps: [{ name: "c", channel: "voice" }] } },
            }
            """
        XCTAssertEqual(
            problems(text),
            [
                "w:3:18: campaigns.a.policy: there is no \"consumr\" in policies, did you mean \"consumer\"?",
                "w:3:39: campaigns.a.strategy: there is no \"call\" in strategies, did you mean \"calls\"?",
                "w:3:66: campaigns.a.transports.sms: there is no \"foldr\" in transports, did you mean \"folder\"?",
                "w:4:70: campaigns.b.transports.voice: there is no \"mail\" in transports: it can be \"folder\"",
                "w:6:33: policies.consumer.zone: expected \"recipient\", \"campaign\" or a time zone, found the number 5",
            ])
        XCTAssertEqual(
            problems("{campaigns: {a: {policy: 'x'}}}"),
            ["w:1:26: campaigns.a.policy: there is no \"x\" in policies: write it there"])
    }

    func testPathsQuoteNamesThatAreNotPlain() {
        XCTAssertEqual(
            problems("{policies: {'a.b c': {windows: [{}, {from: 8}]}}}"),
            [
                "w:1:44: policies[\"a.b c\"].windows[1].from: expected a clock time from \"00:00\" to \"24:00\", found the number 8"
            ])
    }

    func testAnErrorKeepsTheDefaultOfThatSettingOnly() {
        let (read, problems) = ConfigurationReader.read(
            Array("{region: 'XX', outbox: 'o', keepDays: {notices: 1}}".utf8))
        XCTAssertEqual(problems.map(\.path), ["region"])
        XCTAssertEqual(problems.map(\.severity), [.error])
        XCTAssertEqual(read.region, "US")
        XCTAssertEqual(read.outbox, "o")
        XCTAssertEqual(read.keepDays.notices, 1)
    }
}
