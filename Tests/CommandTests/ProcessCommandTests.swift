import Foundation
import Support
import SystemIO
import XCTest

/// `process` and `drop`, from the sender's file to the files that come back.
final class ProcessCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    /// Four records: two good ones, a bad number, and a recipient that stands twice.
    private static let clinic = """
        phone1,id,param1
        +14155550123,1,first
        (415) 555-0124,2,second
        12,3,third
        +14155550123,4,fourth

        """

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    func testASmallDropGoesAllTheWay() throws {
        let file = try workspace.file("clinic.csv", Self.clinic)
        let outcome = try waybill.run("process", file, "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let acknowledgement = try XCTUnwrap(try outcome.objects().first)
        let batch = try XCTUnwrap(acknowledgement["batch"] as? String)
        XCTAssertEqual(acknowledgement["drop"] as? String, "clinic.csv")
        XCTAssertEqual(acknowledgement["status"] as? String, "partial")
        XCTAssertEqual(acknowledgement["received"] as? Int, 4)
        XCTAssertEqual(acknowledgement["accepted"] as? Int, 2)
        XCTAssertEqual(acknowledgement["rejected"] as? Int, 1)
        XCTAssertEqual(acknowledgement["duplicates"] as? Int, 1)
        XCTAssertEqual(
            acknowledgement["sha256"] as? String, SHA256.hex(SHA256.hash(Array(Self.clinic.utf8))))

        let files = workspace.files(below: "outbox/acks", ending: "clinic.csv.\(batch).ack.json")
        XCTAssertEqual(files.count, 1)
        let stored = try JSONSerialization.jsonObject(with: Data(try workspace.read(files[0]).utf8)) as? NSDictionary
        XCTAssertEqual(stored, acknowledgement as NSDictionary)

        let notice = try XCTUnwrap(acknowledgement["notice"] as? String)
        XCTAssertEqual(try workspace.read(notice + "/rejects.csv"), "phone1,id,param1\n12,3,third\n")
        XCTAssertTrue(try workspace.read(notice + "/errors.csv").contains("\n3,4,"))
        XCTAssertTrue(workspace.exists(notice + "/notice.html"))

        let parcels = workspace.files(below: "outbox/dispatch/default", ending: ".csv")
        XCTAssertEqual(parcels.count, 1)
        let rows = try workspace.read(parcels[0]).split(separator: "\n")
        XCTAssertEqual(rows.count, 3)
        XCTAssertTrue(rows[0].hasPrefix("reference,channel,address,id,message"), String(rows[0]))
        XCTAssertTrue(
            rows[2].hasPrefix("\(try workspace.letters())\(batch)-2-handover-1,handover,+14155550124,2,"),
            String(rows[2]))
        XCTAssertEqual(workspace.files(below: "inbox").filter { !$0.contains("/.waybill/") }, [])
        XCTAssertEqual(workspace.files(below: "state/archive", ending: "clinic.csv").count, 1)
    }

    func testTheReportsOfTheDayCanBeUnpackedAndAddUp() throws {
        let file = try workspace.file("clinic.csv", Self.clinic)
        let outcome = try waybill.run("process", file, "--clock", "2026-03-04T12:00:00Z")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let folder = "outbox/reports/2026-03-04"
        XCTAssertTrue(outcome.output.contains(folder), outcome.output)
        let summary = try JSONSerialization.jsonObject(with: Data(try workspace.read(folder + "/summary.json").utf8))
        let campaign = try XCTUnwrap(((summary as? [String: Any])?["campaigns"] as? [[String: Any]])?.first)
        XCTAssertEqual(campaign["closed"] as? Bool, false)
        let parts = ["rejected", "duplicates", "skipped", "open", "success", "failure"]
        XCTAssertEqual(parts.compactMap { campaign[$0] as? Int }.reduce(0, +), campaign["received"] as? Int)
        XCTAssertEqual(campaign["received"] as? Int, 4)
        XCTAssertEqual(campaign["success"] as? Int, 2)
        var rows: [String: Int] = [:]
        for name in ["progress", "success", "failure", "skipped", "attempts"] {
            rows[name] = try lines(ofGzip: folder + "/default.\(name).csv.gz").count - 1
        }
        XCTAssertEqual(rows, ["progress": 0, "success": 2, "failure": 1, "skipped": 1, "attempts": 2])
    }

    func testTheSameContentIsADuplicateUnderAnyName() throws {
        let first = try workspace.file("clinic.csv", Self.clinic)
        let again = try workspace.file("other.csv", Self.clinic)
        let batch = try waybill.run("process", first, "--json").objects().first?["batch"] as? String
        let outcome = try waybill.run("process", again, "--json")
        XCTAssertEqual(outcome.status, 0)
        let acknowledgement = try outcome.objects().first
        XCTAssertEqual(acknowledgement?["status"] as? String, "duplicate")
        XCTAssertEqual(acknowledgement?["firstBatch"] as? String, batch)
        XCTAssertEqual(acknowledgement?["received"] as? Int, 0)
        XCTAssertEqual(workspace.files(below: "outbox/dispatch", ending: ".csv").count, 1)
    }

    func testSeveralFilesAreToldInTheirOrder() throws {
        let names = ["c.csv", "a.csv", "b.csv"]
        let files = try names.enumerated().map { index, name in
            try workspace.file(name, "phone1\n+1415555012\(index)\n")
        }
        let outcome = try waybill.run(["process", "--json"] + files)
        XCTAssertEqual(try outcome.objects().compactMap { $0["drop"] as? String }, names)
    }

    func testTheSummaryNamesWhatWasWritten() throws {
        let file = try workspace.file("clinic.csv", Self.clinic)
        let output = try waybill.run("process", file).output
        for path in ["outbox/acks/", "outbox/notices/", "outbox/dispatch/default/P000000001.csv", "outbox/reports/"] {
            XCTAssertTrue(output.contains(path), output)
        }
        XCTAssertFalse(output.contains("\u{1B}"), "there are colours where no terminal is")
    }

    func testASideCarGoesAlongWithItsFile() throws {
        let file = try workspace.file("clinic.csv", Self.clinic)
        let meta = try workspace.file("clinic.csv.meta.json", "{\"records\": 5, \"reply\": \"ours\"}")
        let outcome = try waybill.run("process", meta, file, "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let acknowledgement = try outcome.objects().first
        XCTAssertEqual(acknowledgement?["status"] as? String, "rejected")
        XCTAssertEqual(acknowledgement?["reply"] as? String, "ours")
        XCTAssertEqual((acknowledgement?["reason"] as? String)?.hasPrefix("drop.count-mismatch"), true)
        XCTAssertEqual(try waybill.run("drop", meta).status, 2, "a side-car without its file was dropped")
    }

    func testADamagedJSONDropIsNotWaitedFor() throws {
        let file = try workspace.file("cut.json", "[{\"phone1\": \"+14155550123\"}, {\"phone1\": \"+1415")
        let acknowledgement = try waybill.run("process", file, "--json").objects().first
        XCTAssertEqual(acknowledgement?["accepted"] as? Int, 1)
        XCTAssertEqual(acknowledgement?["rejected"] as? Int, 1)
    }

    /// Says in a configuration when the files of a campaign, or of an inbox, are ready.
    private enum ReadinessSetting: String, CaseIterable {
        case campaign, inbox, both

        func configuration(_ ready: String) -> String {
            let own = "ready: \"\(ready)\", marker: \".ok\""
            return switch self {
            case .campaign: "{ campaigns: { clinic: { \(own) } } }"
            case .inbox: "{ inbox: [{ path: \"inbox\", \(own) }], campaigns: { clinic: {} } }"
            case .both:
                """
                { inbox: [{ path: "inbox", \(own) }],
                  campaigns: { clinic: { ready: "\(ready == "marker" ? "sidecar" : "marker")", marker: ".other" } } }
                """
            }
        }
    }

    func testWhateverAnInboxOrACampaignWaitsForIsServed() throws {
        for setting in ReadinessSetting.allCases {
            for ready in ["auto", "marker", "sidecar"] {
                let name = "\(ready)-by-\(setting)"
                try workspace.write(setting.configuration(ready), to: "waybill.json5")
                let file = try workspace.file("\(name).csv", "phone1,id\n+14155550123,\(name)\n")
                let outcome = try waybill.run("process", file, "--campaign", "clinic", "--json")
                XCTAssertEqual(outcome.status, 0, "\(name): \(outcome.errors)")
                XCTAssertEqual(try outcome.objects().first?["status"] as? String, "accepted", name)
            }
        }
        XCTAssertEqual(workspace.files(below: "inbox").filter { !$0.contains("/.waybill/") }, [])
    }

    func testAMarkerIsKnownByTheCampaignOfItsFile() throws {
        try workspace.write(
            "{ campaigns: { clinic: { drops: [\"clinic*.csv\"], ready: \"marker\", marker: \".ok\" } } }",
            to: "waybill.json5")
        let file = try workspace.file("clinic.csv", "phone1\n+14155550123\n")
        let marker = try workspace.file("clinic.csv.ok", "1 record\n")
        let outcome = try waybill.run("process", file, marker, "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(try outcome.objects().map { $0["campaign"] as? String }, ["clinic"])
        XCTAssertEqual(workspace.files(below: "state/archive", ending: "clinic.csv.ok").count, 1)
    }

    func testACopyUnderANumberIsReadyByTheRuleOfItsNewName() throws {
        try workspace.write(
            "{ campaigns: { weekly: { drops: [\"list-?.csv\"], ready: \"marker\" } } }", to: "waybill.json5")
        let file = try workspace.file("list.csv", "phone1\n+14155550123\n")
        XCTAssertEqual(try waybill.run("drop", file).status, 0)
        XCTAssertEqual(try waybill.run("drop", file).output, "inbox/list-2.csv\n")
        XCTAssertEqual(
            workspace.files(below: "inbox"), ["inbox/list-2.csv", "inbox/list-2.csv.done", "inbox/list.csv"])
    }

    func testANameThatIsTakenGetsANumber() throws {
        let file = try workspace.file("a.csv", "phone1\n+14155550123\n")
        XCTAssertEqual(try waybill.run("drop", file).output, "inbox/a.csv\n")
        XCTAssertEqual(try waybill.run("drop", file).output, "inbox/a-2.csv\n")
        XCTAssertEqual(workspace.files(below: "inbox"), ["inbox/a-2.csv", "inbox/a.csv"])
    }

    func testWhatIsNeverTakenFromAnInboxIsNotDropped() throws {
        for name in ["README.csv", "a.tmp", ".hidden"] {
            let file = try workspace.file(name, "phone1\n+14155550123\n")
            XCTAssertEqual(try waybill.run("drop", file).status, 2, name)
        }
        XCTAssertEqual(try waybill.run("drop", try workspace.file("empty.csv", "")).status, 4)
        XCTAssertEqual(try waybill.run("drop", workspace.path).status, 4)
        XCTAssertFalse(workspace.exists("inbox"))
    }

    func testAnUnknownCampaignIsAMistakeBeforeAnythingIsDropped() throws {
        try workspace.write("{ campaigns: { clinic: {} } }", to: "waybill.json5")
        let file = try workspace.file("a.csv", "phone1\n+14155550123\n")
        let outcome = try waybill.run("process", file, "--campaign", "clinik")
        XCTAssertEqual(outcome.status, 2)
        XCTAssertTrue(outcome.errors.contains("did you mean \"clinic\"?"), outcome.errors)
        XCTAssertFalse(workspace.exists("inbox"))
    }

    private func lines(ofGzip path: String) throws -> [Substring] {
        let reader = GzipReader()
        let packed = try Files.read(workspace.path(path), limit: 1 << 20)
        var bytes: [UInt8] = []
        var position = 0
        while position < packed.count {
            position += try reader.decompress(packed[position...], into: &bytes, limit: 1 << 20)
        }
        try reader.finish()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    /// A share that is not mounted, a folder that was moved away: files would lie where nobody looks, and nobody would
    /// miss what lay in the inbox.
    func testAnInboxThatHasGoneIsNotMadeAnewByWhatIsDroppedIntoIt() throws {
        let file = try workspace.file("list.csv", "phone1\n+14155550123\n")
        XCTAssertEqual(try waybill.run("drop", file).status, 0, "a new workspace has none yet")
        XCTAssertEqual(try waybill.run("run", "--until-idle", "--quiet").status, 0)
        try FileManager.default.moveItem(atPath: workspace.path("inbox"), toPath: workspace.path("moved"))
        for arguments in [
            ["drop", file], ["process", file], ["suppress", "add", "+14155550142"], ["suppress", "import", file],
        ] {
            let outcome = try waybill.run(arguments)
            XCTAssertEqual(outcome.status, 4, "\(arguments): \(outcome.output)")
            XCTAssertTrue(outcome.errors.contains("was there before and has gone"), "\(arguments): \(outcome.errors)")
            XCTAssertFalse(workspace.exists("inbox"), "\(arguments)")
        }
        try FileManager.default.createDirectory(atPath: workspace.path("inbox"), withIntermediateDirectories: false)
        XCTAssertEqual(try waybill.run("drop", file).status, 0)
    }
}
