import SystemIO
import XCTest

@testable import Waybill

/// A list or a reply that lies in a folder which is not looked into: what it says is not known, so it holds.
final class FolderOfWordsTests: XCTestCase {
    private let people = "phone\n+14155550142\n"

    /// Who is contacted by campaigns a and b when cron runs over these files.
    private func contacted(beside files: [String: String], _ body: (PipelineBench) throws -> Void = { _ in }) throws
        -> [String]
    {
        let bench = try PipelineBench("{campaigns: {a: {}, b: {}}}")
        for (path, text) in files {
            let full = bench.root + "/inbox/" + path
            try Files.createFolder(Files.folder(of: full))
            if !path.hasSuffix("/") { try Files.writeAtomically(Array(text.utf8), to: full) }
        }
        try bench.put(people, as: "a/people.csv")
        try bench.put(people, as: "b/people.csv")
        bench.hurry(300)
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        try body(bench)
        return try ["a", "b"].filter { try !bench.dispatched($0).isEmpty }
    }

    func testAFileInAFolderAmongWordsHoldsWhateverItSays() throws {
        for path in [
            "_suppress/2026/list.csv", "_suppress/2026/11/list.csv", "_replies/today/r.csv", "_receipts/x/r.json",
            "_consent/x/c.csv", "_control/x/pause.json", "_suppress/_urgent/l.csv", "_replies/_urgent/r.csv",
            "_control/_urgent/p.json", "_suppress/_in/l.csv", "_suppress/upload.tmp/l.csv",
        ] {
            let left = try contacted(beside: [path: "+14155550199\n"]) { bench in
                XCTAssertNotNil(try FileStatus.of(bench.root + "/inbox/" + path), "it stays where it is")
                XCTAssertFalse(bench.logged.with("left-alone").contains { $0.contains("move do-not-contact") }, path)
                XCTAssertTrue(
                    bench.logged.with("sending.held").contains { $0.contains(path.split(separator: "/")[1]) }, path)
            }
            XCTAssertEqual(left, [], path)
        }
    }

    func testOneThatComesWhileWaybillRunsHoldsAtTheLookThatSeesIt() throws {
        for (path, left) in [
            ("_suppress/2026/list.csv", []), ("_replies/today/r.csv", []), ("_control/x/pause.json", []),
            ("a/_suppress/list.csv", ["b"]), ("others/_replies/r.csv", []), ("_consent", []),
        ] {
            let bench = try PipelineBench("{campaigns: {a: {}, b: {}}}")
            let service = bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }
            try service.untilIdle()
            let full = bench.root + "/inbox/" + path
            try Files.createFolder(Files.folder(of: full))
            try Files.writeAtomically(Array("+14155550199\n".utf8), to: full)
            try bench.put(people, as: "a/people.csv")
            try bench.put(people, as: "b/people.csv")
            try service.untilIdle()
            XCTAssertEqual(try ["a", "b"].filter { try !bench.dispatched($0).isEmpty }, left, path)
            XCTAssertEqual(bench.logged.with("sending.held").count, 1, path)
        }
    }

    func testOneBesideThousandsOfFilesIsFoundByTheFirstScan() throws {
        let inbox = try InboxBench()
        for number in 0..<2_100 { try inbox.write("", to: "a/\(number).csv") }
        try inbox.write("x", to: "a/_suppress/list.csv")
        let scan = try inbox.scan()
        XCTAssertFalse(scan.isWhole, "not all of the others were looked at")
        XCTAssertEqual(scan.words.map(\.path), ["a/_suppress"])
    }

    func testAFolderWithoutAFileThatCouldBeReadHoldsNothing() throws {
        for path in ["_suppress/old/", "_suppress/old/.keep", "_replies/old/README.txt", "_suppress/old/list.csv.tmp"] {
            XCTAssertEqual(try contacted(beside: [path: "x"]), ["a", "b"], path)
        }
    }

    func testAFolderOfWordsInACampaignsFolderHoldsThatCampaign() throws {
        XCTAssertEqual(try contacted(beside: ["a/_suppress/list.csv": "+14155550199\n"]), ["b"])
        XCTAssertEqual(try contacted(beside: ["B/_replies/r.csv": "from,text\n"]), ["a"])
        XCTAssertEqual(try contacted(beside: ["others/_suppress/list.csv": "+14155550199\n"]), [])
    }

    func testOnceItsFilesLieBesideItTheyCountAndTheRestLeaves() throws {
        let left = try contacted(beside: ["_suppress/2026/list.csv": "+14155550142,a\n"]) { bench in
            let lists = bench.root + "/inbox/_suppress/"
            try Files.rename(lists + "2026/list.csv", to: lists + "list.csv", replacing: false)
            try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
            let key = RecipientKey.phone(E164Number(digits: 14_155_550_142))
            XCTAssertEqual(try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now).count, 1)
            try bench.put("phone\n+14155550150\n", as: "b/more.csv")
            try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        }
        XCTAssertEqual(left, ["b"])
    }
}
