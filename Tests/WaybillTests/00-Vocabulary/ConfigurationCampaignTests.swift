import Waybill
import XCTest

final class ConfigurationCampaignTests: XCTestCase {
    private func problems(_ campaign: String, name: String = "a") -> [String] {
        ConfigurationReader.read(Array("{campaigns: {\(name): \(campaign)}}".utf8), file: "w").problems.map(
            \.description)
    }

    private func configuration(_ text: String, line: UInt = #line) -> Configuration {
        let (configuration, problems) = ConfigurationReader.read(Array(text.utf8))
        XCTAssertEqual(problems, [], line: line)
        return configuration
    }

    // MARK: Merging

    func testCampaignsKeepFileOrderWithDefaultLast() {
        let read = configuration("{campaigns: {default: {}, b: {}, a: {}}}")
        XCTAssertEqual(read.campaigns.map(\.name), ["b", "a", "default"])
        XCTAssertEqual(read.campaigns.map(\.drops), [[], [], ["*"]])
    }

    func testOtherCampaignsStartFromDefaultWhereverItStands() {
        let read = configuration(
            """
            { campaigns: {
                a: { columns: { Tel: "phone1", "kd nr": "param1" }, require: ["email"], numbers: { vanity: false } },
                default: { drops: ["x*"], ready: "marker", quiet: "2s", columns: { KdNr: "id", Ort: "param2" },
                  require: ["phone1", "id"], numbers: { check: "syntax" }, params: { maxLength: 60 },
                  templates: { one: "1.txt", two: "2.txt" }, keywords: { stop: ["halt"] },
                  rejectLimit: "5%", timezone: "Europe/Berlin", trailer: { starts: "T", count: 2 } },
                b: { templates: { two: "b.txt", three: "3.txt" }, keywords: { help: ["hilfe"] }, rejectLimit: null,
                  trailer: { starts: "E" }, transports: { fax: "folder" } },
            } }
            """)
        let (a, b, fallback) = (read.campaigns[0], read.campaigns[1], read.campaigns[2])
        XCTAssertEqual(a.drops, [])
        XCTAssertEqual(a.ready, .marker)
        XCTAssertEqual(a.quiet, .seconds(2))
        XCTAssertEqual(a.require, ["email"], "lists replace")
        XCTAssertEqual(
            a.columns,
            [
                .init(sender: "kd nr", column: "param1"), .init(sender: "Ort", column: "param2"),
                .init(sender: "Tel", column: "phone1"),
            ], "objects merge, and the same name is told without case, spaces, _ and -")
        XCTAssertEqual(a.numbers.check, .syntax)
        XCTAssertEqual(a.paramMaxLength, 60)
        XCTAssertEqual(a.rejectLimit, .percent(5))
        XCTAssertEqual(a.timezone, "Europe/Berlin")
        XCTAssertEqual(b.templates.mapValues(\.base.text), ["one": "1.txt", "two": "b.txt", "three": "3.txt"])
        XCTAssertEqual(b.keywords, ["stop": ["halt"], "help": ["hilfe"]])
        XCTAssertNil(b.rejectLimit)
        XCTAssertEqual(b.trailer, .init(starts: "E", count: 2))
        XCTAssertEqual(b.transports, ["sms": "folder", "email": "folder", "voice": "folder", "fax": "folder"])
        XCTAssertEqual(fallback.drops, ["x*"])
        XCTAssertEqual(fallback.templates.mapValues(\.base.text), ["one": "1.txt", "two": "2.txt"])
    }

    func testAProblemOfDefaultIsReportedOnce() {
        let text = "{campaigns: {default: {policy: 'none'}, a: {}, b: {}}}"
        XCTAssertEqual(ConfigurationReader.read(Array(text.utf8)).problems.count, 1)
    }

    // MARK: Values

    func testEveryValueOfACampaign() {
        let read = configuration(
            """
            { campaigns: { a: {
                drops: ["*.csv", "?.txt"], ready: "sidecar", marker: ".ok", format: "json-lines", delimiter: "\\t", header: false,
                encoding: "Windows-1252", skipLines: 3, quotes: "lenient", require: [], unknownColumns: "reject",
                duplicates: "keep", rejectLimit: 500, region: "DE", seed: "s", keywords: { start: ["ja"] },
                sampling: [ { rule: "percent", percent: 2.5 }, { rule: "every", n: 5 },
                  { rule: "quota", limit: 500, by: "Param 4" }, { rule: "quota", limit: 1, per: "batch", by: null },
                  { rule: "random", take: 10, from: "batch" }, { rule: "where", field: "language", in: ["en", ""] },
                  { rule: "holdout", percent: 5, by: "Kunde" } ],
            } } }
            """
        ).campaigns[0]
        XCTAssertEqual(read.drops, ["*.csv", "?.txt"])
        XCTAssertEqual(read.ready, .sidecar)
        XCTAssertEqual(read.marker, ".ok")
        XCTAssertEqual(read.format, .set(.jsonLines))
        XCTAssertEqual(read.delimiter, .set(0x09))
        XCTAssertEqual(read.header, .set(false))
        XCTAssertEqual(read.encoding, .set(.windows1252))
        XCTAssertEqual(read.skipLines, 3)
        XCTAssertEqual(read.quotes, .lenient)
        XCTAssertEqual(read.require, [])
        XCTAssertEqual(read.unknownColumns, .reject)
        XCTAssertEqual(read.duplicates, .keep)
        XCTAssertEqual(read.rejectLimit, .count(500))
        XCTAssertEqual(read.region, "DE")
        XCTAssertEqual(read.seed, "s")
        XCTAssertEqual(read.keywords, ["start": ["ja"]])
        XCTAssertEqual(
            read.sampling,
            [
                .percent(percent: 2.5, by: "id"), .every(n: 5), .quota(limit: 500, per: .day, by: "param4"),
                .quota(limit: 1, per: .batch, by: nil), .random(take: 10), .among(field: "language", in: ["en", ""]),
                .holdout(percent: 5, by: "Kunde"),
            ])
    }

    func testWrongValuesOfACampaignAreReportedAtTheirPlaces() {
        let cases: [(String, String)] = [
            (
                "drops: '*.csv'",
                "w:1:25: campaigns.a.drops: expected a list of patterns such as [\"*.csv\"], found a text"
            ),
            ("ready: 'marked'", "w:1:25: campaigns.a.ready: unknown value \"marked\", did you mean \"marker\"?"),
            (
                "quiet: '1 s'",
                "w:1:25: campaigns.a.quiet: \"1 s\" is not a length of time such as \"30s\", \"10m\", \"24h\" or \"7d\""
            ),
            ("quiet: '2d'", "w:1:25: campaigns.a.quiet: \"2d\" is not a length of time from 0ms to 1d"),
            (
                "quiet: 5",
                "w:1:25: campaigns.a.quiet: expected a length of time such as \"30s\", \"10m\", \"24h\" or \"7d\", found the number 5"
            ),
            ("marker: 'a/b'", "w:1:26: campaigns.a.marker: \"a/b\" is not an ending without /"),
            (
                "format: 'json'",
                "w:1:26: campaigns.a.format: unknown value \"json\", it can be \"auto\", \"csv\", \"json-array\", \"json-lines\", "
                    + "\"json-contacts\", \"dispatch-request\""
            ),
            (
                "delimiter: ',,'",
                "w:1:29: campaigns.a.delimiter: \",,\" is not \"auto\" or one character such as \",\", \";\", \"\\t\" or \"|\""
            ),
            (
                "delimiter: 'x'",
                "w:1:29: campaigns.a.delimiter: \"x\" is not \"auto\" or one character such as \",\", \";\", \"\\t\" or \"|\""
            ),
            ("header: 'yes'", "w:1:26: campaigns.a.header: expected \"auto\", true or false, found a text"),
            ("encoding: 'utf-9'", "w:1:28: campaigns.a.encoding: unknown value \"utf-9\", did you mean \"utf-8\"?"),
            (
                "skipLines: -1",
                "w:1:29: campaigns.a.skipLines: expected a whole number from 0 to 1000000, found the number -1"
            ),
            (
                "trailer: {count: 1}",
                "w:1:27: campaigns.a.trailer: the key \"starts\" is missing: write { starts: \"T\", count: 2 }"
            ),
            (
                "columns: {Tel: 'phnoe1'}",
                "w:1:33: campaigns.a.columns.Tel: unknown column \"phnoe1\", did you mean \"phone1\"?"
            ),
            (
                "columns: {Tel: 'phone1', t_el: 'phone2'}",
                "w:1:49: campaigns.a.columns.t_el: the same name, written differently, is already mapped to \"phone1\": remove one of them"
            ),
            (
                "columns: {'': 'phone1'}",
                "w:1:28: campaigns.a.columns: a name has at least one character, and no control characters"
            ),
            (
                "require: ['emial']",
                "w:1:28: warning: campaigns.a.require[0]: \"emial\" is taken as a column of the sender's own, did you mean \"email\"?"
            ),
            ("duplicates: 'kep'", "w:1:30: campaigns.a.duplicates: unknown value \"kep\", did you mean \"keep\"?"),
            (
                "params: {maxLength: 256}",
                "w:1:38: campaigns.a.params.maxLength: expected a whole number from 1 to 255, found the number 256"
            ),
            (
                "numbers: {check: 'plans'}",
                "w:1:35: campaigns.a.numbers.check: unknown value \"plans\", did you mean \"plan\"?"
            ),
            (
                "rejectLimit: '101%'",
                "w:1:31: campaigns.a.rejectLimit: \"101%\" is not null, a number of records such as 500, or a share such as \"5%\""
            ),
            (
                "rejectLimit: -5",
                "w:1:31: campaigns.a.rejectLimit: expected null, a number of records such as 500, or a share such as \"5%\", found the number -5"
            ),
            ("seed: 42", "w:1:24: campaigns.a.seed: expected a text in quotes, found the number 42"),
            (
                "keywords: {stopp: ['x']}",
                "w:1:29: campaigns.a.keywords: unknown key \"stopp\", did you mean \"stop\"?"
            ),
        ]
        for (text, problem) in cases { XCTAssertEqual(problems("{\(text)}"), [problem], text) }
    }

    func testRejectLimitsAreNumbersOrPlainPercentages() {
        for text in ["'0%'", "'2.5%'", "'100%'", "0", "500", "null"] {
            XCTAssertEqual(problems("{rejectLimit: \(text)}"), [])
        }
        for text in ["'%'", "'5'", "'-1%'", "'1e1%'", "'0x5%'", "'5.%'", "'0.0001%'", "'5 %'", "true", "1.5", "NaN"] {
            XCTAssertEqual(problems("{rejectLimit: \(text)}").count, 1, text)
        }
    }

    func testWrongSamplingRules() {
        let cases: [(String, String)] = [
            ("{percent: 5}", "w:1:29: campaigns.a.sampling[0]: the key \"rule\" is missing: write rule: \"percent\""),
            (
                "{rule: 'percnt'}",
                "w:1:36: campaigns.a.sampling[0].rule: unknown value \"percnt\", did you mean \"percent\"?"
            ),
            ("{rule: 'percent'}", "w:1:29: campaigns.a.sampling[0]: the key \"percent\" is missing: write percent: 20"),
            (
                "{rule: 'percent', percent: 120}",
                "w:1:56: campaigns.a.sampling[0].percent: expected a number from 0 to 100, found the number 120"
            ),
            (
                "{rule: 'every', n: 0}",
                "w:1:48: campaigns.a.sampling[0].n: expected a whole number from 1 to 1000000000, found the number 0"
            ),
            (
                "{rule: 'quota', limit: 5, per: 'week'}",
                "w:1:60: campaigns.a.sampling[0].per: unknown value \"week\", it can be \"day\", \"batch\""
            ),
            (
                "{rule: 'random', take: 5, from: 'day'}",
                "w:1:61: campaigns.a.sampling[0].from: unknown value \"day\", it can be \"batch\""
            ),
            (
                "{rule: 'where', field: 'a', in: [1]}",
                "w:1:62: campaigns.a.sampling[0].in[0]: expected a text in quotes, found the number 1"
            ),
            (
                "{rule: 'every', n: 2, m: 3}",
                "w:1:51: campaigns.a.sampling[0]: unknown key \"m\"; the keys here are \"rule\", \"n\""
            ),
        ]
        for (text, problem) in cases { XCTAssertEqual(problems("{sampling: [\(text)]}"), [problem], text) }
    }

    func testCampaignNamesMustMakeFoldersEverywhere() {
        for name in ["a", "'clinic-reminders'", "'Kampagne Süd'", "'a.b'", "'2026'"] {
            XCTAssertEqual(problems("{}", name: name), [], name)
        }
        let cases: [(String, String)] = [
            ("_a", "w:1:14: campaigns._a: a campaign's name cannot begin with _ or ., which mark what is no campaign"),
            (
                "'.a'",
                "w:1:14: campaigns[\".a\"]: a campaign's name cannot begin with _ or ., which mark what is no campaign"
            ),
            ("'a/b'", "w:1:14: campaigns[\"a/b\"]: a campaign's name cannot contain /, as it is the name of a folder"),
            ("'a:b'", "w:1:14: campaigns[\"a:b\"]: a campaign's name cannot contain :, as it is the name of a folder"),
            (
                "'a '",
                "w:1:14: campaigns[\"a \"]: a campaign's name cannot begin or end with a space, or end with a dot, as some file systems drop them"
            ),
            ("''", "w:1:14: campaigns: a name has at least one character, and no control characters"),
        ]
        for (name, problem) in cases { XCTAssertEqual(problems("{}", name: name), [problem], name) }
        XCTAssertEqual(
            problems("{}, A: {}"),
            [
                "w:1:21: campaigns.A: this name differs from the campaign \"a\" in capitals only, and folders and files are compared without them"
            ])
    }

    func testATemplateHasTheSamePartsInEachLanguage() {
        func problems(_ template: String) -> [String] {
            ConfigurationReader.read(Array("{campaigns: {a: {templates: {t: \(template)}}}}".utf8), file: "w").problems
                .map(
                    \.description)
        }
        XCTAssertEqual(problems("{subject: 'a', text: 't', languages: {'de-AT': {subject: 'b', text: 'u'}}}"), [])
        XCTAssertEqual(
            problems("{subject: 'a', text: 't', languages: {de: {text: 'u', html: 'h'}}}"),
            [
                "w:1:75: campaigns.a.templates.t.languages.de: the subject is missing in this language: write it, as the template has one",
                "w:1:75: campaigns.a.templates.t.languages.de: the template has no html but in this language: write one there too",
            ])
        for (template, words) in [
            ("{}", "has neither a subject nor a text"),
            ("5", "expected the name of a file in templates/, or an object"),
            ("{text: 't', languages: {'German language': {text: 'u'}}}", "is no language: write it as \"de\""),
            ("{txt: 't'}", "unknown key \"txt\", did you mean \"text\"?"), ("{subject: 'a\\nb', text: 't'}", "control"),
        ] {
            let found = problems(template)
            XCTAssertTrue(found.contains { $0.contains(words) }, "\(template): \(found)")
        }
    }
}
