import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Ways around a list or a stop that were found by trying: each had people contacted who must not be.
final class SideDoorTests: XCTestCase {
    private let ann = "+14155550142"
    fileprivate let people = "phone,email,name\n+14155550142,ann@example.com,Ann\n+14155550150,zoe@example.org,Zoe\n"

    private func called(_ bench: PipelineBench) throws -> [String] {
        try bench.send()
        return try bench.dispatched().map { String($0.split(separator: ",")[2]) }.sorted()
    }

    /// Of the refusal.
    private func code(_ bench: PipelineBench, _ number: Int) throws -> String {
        String((try bench.acknowledgement(number)["reason"] as? String ?? "").prefix { $0 != ":" })
    }

    // MARK: Names of columns

    /// As forms and spreadsheets write them: the answers of people who said no were once an attribute.
    func testMarksAroundAColumnsNameDoNotCountInAnyDoor() throws {
        for text in [
            "Phone:*,Consent?\n\(ann),no\n+14155550150,yes\n",
            #"[{"Phone:": "+14155550142", "Consent?": "no"}, {"Phone:": "+14155550150", "Consent?": "yes"}]"#,
        ] {
            let bench = try PipelineBench(standing: true)
            try bench.drop(text, as: "people")
            XCTAssertEqual(try called(bench), ["+14155550150"])
            XCTAssertEqual(try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["consent.missing": 1])
        }
        for (name, text) in [
            ("_suppress/l.csv", "Value:,Action*\n\(ann),add\n"), ("_replies/r.csv", "From:,Text?\n\(ann),STOP\n"),
            ("_receipts/r.csv", "Address*,Event:\n\(ann),complained\n"),
            ("_consent/c.csv", "Value:,Action?,At*\n\(ann),revoke,2026-11-19T10:00:00Z\n"),
        ] {
            let bench = try PipelineBench(standing: true)
            try bench.drop(text, as: name)
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted", name)
            try bench.drop(people, as: "people.csv")
            XCTAssertEqual(try called(bench), ["+14155550150"], name)
        }
    }

    // MARK: Lists that say nothing

    func testAListWithNothingThatIsANumberAnywhereHolds() throws {
        for value in ["5550142", "+14155", "+999123", "4155550142.50"] {
            let bench = try PipelineBench(standing: true)
            let rows = (0..<20).map { "\(value),row \($0)\n" }.joined()
            try bench.drop("value,reason\n" + rows, as: "_suppress/l.csv")
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "rejected", value)
            try bench.drop(people, as: "people.csv")
            XCTAssertEqual(try called(bench), [], value)
        }
    }

    func testEverybodyAtADomainIsLeftAloneHoweverItIsWritten() throws {
        let bench = try PipelineBench("{campaigns: {default: {strategy: 'mail'}}, \(mail)}", standing: true)
        try bench.drop("value\n*@example.com\n", as: "_suppress/l.csv")
        try bench.drop(people, as: "people.csv")
        XCTAssertEqual(try called(bench), ["zoe@example.org"])
    }

    private let mail = "strategies: {mail: {steps: [{name: 'mail', channel: 'email', to: 'email'}]}}"

    func testAListThatIsNotWhatItsSideCarSaysHolds() throws {
        for sidecar in ["{\"records\": 2}", "{\"sha256\": \"\(String(repeating: "0", count: 64))\"}", "no JSON"] {
            for folder in ["_suppress/l.csv", "_replies/l.csv"] {
                let bench = try PipelineBench(standing: true)
                let text = folder.hasPrefix("_s") ? "value\n+14155550143\n" : "from,text\n+14155550143,STOP\n"
                try bench.put(sidecar, as: folder + ".meta.json")
                try bench.drop(text, as: folder)
                try bench.drop(people, as: "people.csv")
                XCTAssertEqual(try called(bench), [], "\(folder) \(sidecar)")
            }
        }
    }

    func testACorrectionOfNoListIsToldToItsSender() throws {
        let bench = try PipelineBench(standing: true)
        try bench.put("{\"corrects\": \"20261119-000009\"}", as: "_suppress/l.csv.meta.json")
        try bench.drop("value\n+14155550143\n", as: "_suppress/l.csv")
        XCTAssertEqual(try code(bench, 1), "drop.corrects-unknown")
    }

    // MARK: What has the name of a folder

    func testAFileOrLinkWhereAFolderOfWordsShouldBeHoldsAndStaysWhereItIs() throws {
        for name in ["_suppress", "_replies", "_Suppress"] {
            for target in [nil, "/nowhere/dnc"] as [String?] {
                let bench = try PipelineBench()
                let path = bench.root + "/inbox/" + name
                if let target {
                    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
                } else {
                    try Files.writeAtomically(Array("\(ann)\n".utf8), to: path)
                }
                try bench.put(people, as: "people.csv")
                bench.hurry(300)
                try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
                XCTAssertEqual(try bench.dispatched(), [], "\(name) \(target ?? "")")
                XCTAssertNotNil(try FileStatus.of(path))
                XCTAssertFalse(bench.logged.with("folder.left-alone").isEmpty)
            }
        }
    }

    func testAListInAFolderThatALinkLeadsToIsRead() throws {
        let bench = try PipelineBench(standing: true)
        let lists = bench.root + "/lists"
        try Files.createFolder(lists)
        try Files.writeAtomically(Array("\(ann)\n".utf8), to: lists + "/l.txt")
        try FileManager.default.createSymbolicLink(
            atPath: bench.root + "/inbox/_suppress", withDestinationPath: lists)
        try bench.put(people, as: "people.csv")
        try bench.settle()
        XCTAssertEqual(try called(bench), ["+14155550150"])
    }

    func testAFolderAmongListsIsToldAtOnce() throws {
        let bench = try PipelineBench()
        try bench.drop("\(ann)\n", as: "_suppress/2026/l.csv")
        try bench.settle()
        XCTAssertFalse(bench.logged.with("folder.left-alone").isEmpty)
    }

    func testANameThatBeginsWithAnUnderscoreIsNoCampaignsThroughAnyDoor() throws {
        for (name, text, sidecar) in [
            ("_suppress.csv", people, nil), ("_dnc.csv", people, nil),
            ("a.csv", people, "{\"campaign\": \"_suppress\"}"), ("b.csv", people, "{\"campaign\": \"_dnc\"}"),
            ("c.json", "{\"campaign\": \"_suppress\", \"contacts\": [{\"phone\": \"\(ann)\"}]}", nil),
            (
                "d.json",
                "[{\"DispatchID\": \"_suppress\", \"PreFill\": [[{\"QuestionId\": \"phone\", \"Input\": \"\(ann)\"}]]}]",
                nil
            ),
        ] as [(String, String, String?)] {
            for configuration in ["{}", "{campaigns: {news: {drops: ['news*']}}}"] {
                let bench = try PipelineBench(configuration, standing: true)
                if let sidecar { try bench.put(sidecar, as: name + ".meta.json") }
                try bench.drop(text, as: name)
                XCTAssertEqual(try code(bench, 1), "drop.no-campaign", "\(name) \(configuration)")
                XCTAssertEqual(try called(bench), [], name)
            }
        }
        // A folder called so but for a blank is left alone.
        let blank = try PipelineBench(standing: true)
        try blank.put(people, as: " _suppress/l.csv")
        try blank.settle()
        XCTAssertFalse(blank.logged.with("folder.left-alone").isEmpty)
        XCTAssertEqual(try called(blank), [])
        let bench = try PipelineBench("{campaigns: {news: {drops: ['_news*']}}}")
        try bench.drop(people, as: "_news-1.csv")
        XCTAssertEqual(try bench.acknowledgement(1)["campaign"] as? String, "news")
        try bench.drop(people + "+14155550151,,X\n", as: "news/_suppress")
        XCTAssertEqual(try code(bench, 2), "drop.no-campaign")
    }

    // MARK: Whose a drop is

    private let clinic = """
        {campaigns: {clinic: {drops: ['clinic*.csv'], policy: 'closed'}},
         policies: {closed: {startAfter: '2030-01-01T00:00:00Z'}}}
        """

    func testADropIsItsCampaignsThoughItsNameSaysThatItIsCompressedOrHasBlanks() throws {
        for name in ["clinic1.csv.gz", "clinic1.csv ", " clinic1.csv"] {
            let bench = try PipelineBench(clinic)
            try bench.drop(people, as: name)
            XCTAssertEqual(try bench.acknowledgement(1)["campaign"] as? String, "clinic", name)
        }
    }

    func testACampaignThatIsNoTextIsNone() throws {
        let bench = try PipelineBench(clinic)
        try bench.drop("{\"campaign\": [\"clinic\"], \"contacts\": [{\"phone\": \"\(ann)\"}]}", as: "x.json")
        XCTAssertEqual(try code(bench, 1), "drop.no-campaign")
        XCTAssertEqual(try called(bench), [])
    }

    func testMendedRecordsOfACampaignAreNotSentByTheOneThatTakesEverything() throws {
        let bench = try PipelineBench(clinic, standing: true)
        try bench.drop("phone,id,name\n+14155550142,1,Ann\n12,2,Bob\n", as: "clinic/a.csv")
        try bench.drop("phone,id,name\n+14155550143,2,Bob\n", as: "mended.csv")
        XCTAssertEqual(try code(bench, 2), "drop.corrects-unknown")
        XCTAssertEqual(try called(bench), [])
        try bench.drop("phone,id,name\n+14155550143,2,Bob\n", as: "clinic/mended.csv")
        XCTAssertEqual(try bench.acknowledgement(3)["corrects"] as? String, "20261120-000001")
    }

    // MARK: Stops

    func testAStartOfNoKnownTimeDoesNotKeepALaterStopFromBeingHeard() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop(
            "from,text,at\n\(ann),START,\n\(ann),STOP,2026-11-20T14:30:00Z\n", as: "_replies/r.csv")
        try bench.drop(people, as: "people.csv")
        XCTAssertEqual(try called(bench), ["+14155550150"])
        let other = try PipelineBench(standing: true)
        try other.drop("from,text\n\(ann),STOP\n\(ann),START\n\(ann),STOP\n", as: "_replies/r.csv")
        try other.drop(people, as: "people.csv")
        XCTAssertEqual(try called(other), ["+14155550150"])
        try other.drop("from,text\n\(ann),START\n", as: "_replies/s.csv")
        try other.drop(people + "+14155550151,,X\n", as: "more.csv")
        XCTAssertTrue(try called(other).contains(ann))
    }

    func testAStopThatIsNotInUTF8IsHeardAndTold() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop(Array("from,text\n\(ann),ARR".utf8) + [0xCA] + Array("T\n".utf8), as: "_replies/r.csv")
        XCTAssertEqual(
            try bench.acknowledgement(1)["rejectsByCode"] as? [String: Int], ["row.invalid-encoding": 1])
        try bench.drop(people, as: "people.csv")
        XCTAssertEqual(try called(bench), ["+14155550150"])
    }

    func testAMessageThatIsOutWhileItsStepIsRenamedIsNotClosedWithoutWhatFollows() throws {
        func strategy(_ name: String, _ renamed: String = "") -> String {
            """
            {campaigns: {default: {strategy: 's'}}, strategies: {s: {\(renamed) steps: [
              {name: '\(name)', channel: 'sms', to: 'phone1', expires: '1h', on: {expired: 'call'}},
              {name: 'call', channel: 'voice', to: 'phone1'}]}}}
            """
        }
        let bench = try PipelineBench(strategy("text"), standing: true)
        try bench.drop(people, as: "people.csv")
        XCTAssertEqual(try called(bench).count, 2)
        try bench.restart(at: "2026-11-20T17:00:00Z", with: strategy("message"))
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 2)
        XCTAssertFalse(bench.logged.with("renamed").isEmpty)
        try bench.restart(at: "2026-11-20T17:02:00Z", with: strategy("message", "renamed: {text: 'message'},"))
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 4)
    }

    // MARK: One thing does not stop another

    func testAFileWhereACampaignsParcelsGoHoldsThoseAlone() throws {
        let bench = try PipelineBench("{campaigns: {default: {}, news: {}}}", standing: true)
        try Files.createFolder(bench.root + "/outbox/dispatch")
        try Files.writeAtomically([1], to: bench.root + "/outbox/dispatch/default")
        try bench.restart(at: "2026-11-20T15:00:01Z")
        try bench.drop(people, as: "people.csv")
        try bench.drop(people, as: "news/people.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch").filter { $0.hasPrefix("news/P") }.count, 1)
        XCTAssertEqual(try bench.pipeline.store.holdings().map(\.kind), [.transport])
    }

    func testAProgramThatLiesInAnInboxIsAConfigurationError() throws {
        let workspace = Workspace(root: "/tmp/somewhere")
        let (configuration, _) = ConfigurationReader.read(
            Array("{transports: {x: {kind: 'command', run: ['inbox/x.sh']}}}".utf8), file: "waybill.json5")
        let problems = WorkspacePlaces(workspace, configuration).problems(file: "waybill.json5", tree: nil)
        XCTAssertEqual(problems.map { $0.message.contains("transports.x.run") }, [true])
    }

    func testAPathIsMadeAbsoluteByItsLettersAlone() {
        for (path, wanted) in [
            ("inbox", "/a/b/inbox"), ("./x//y/", "/a/b/x/y"), ("../x", "/a/x"), ("/srv/../x/.", "/x"), ("..", "/a"),
            ("../../..", "/"), ("", "/a/b"), ("/srv/x.csv", "/srv/x.csv"), ("/srv//x", "/srv/x"), ("/", "/"),
            (".x/..y/z.", "/a/b/.x/..y/z."),
        ] {
            XCTAssertEqual(Workspace.absolute(path, from: "/a/b"), wanted, path)
        }
    }
}

extension SideDoorTests {
    // MARK: cron

    func testARunUntilIdleWaitsForHoursThatOpenWithinAMinuteAndForNothingThatCannotLeave() throws {
        let policy = "policies: {p: {startAfter: '2026-11-20T15:00:01Z'}}"
        let bench = try PipelineBench("{campaigns: {default: {policy: 'p'}}, \(policy)}")
        try bench.drop(people, as: "people.csv")
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        XCTAssertEqual(try bench.dispatched().count, 2)
        let paused = try PipelineBench("{campaigns: {default: {policy: 'p'}}, \(policy)}", at: "2026-11-20T15:00:05Z")
        try paused.pipeline.store.durably { try paused.pipeline.store.pause("default", at: paused.pipeline.now) }
        try paused.drop(people, as: "people.csv")
        try paused.pipeline.service(signals: try SignalReceiver([])) { paused.configuration }.untilIdle()
        XCTAssertEqual(try paused.dispatched(), [])
    }
}
