import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What lies in the wrong place, or under nearly the right name: it once was sent to, or passed over.
final class MisplacedTests: XCTestCase {
    private let ann = "+14155550142"
    private let people = "phone1,message\n+14155550142,hi\n+14155550143,hi\n"

    private func left(_ bench: PipelineBench) throws -> [String] {
        try bench.settle()
        try bench.send()
        return try ["default", "news"].flatMap { campaign in
            try bench.dispatched(campaign).map { String($0.split(separator: ",")[2]) }
        }.sorted()
    }

    // MARK: Lists among contacts

    func testAListInTheWrongPlaceIsLeftWhereItIsAndTold() throws {
        let bench = try PipelineBench(
            "{lists: {named: {dnc: {files: 'dnc*.csv'}, all: {files: '*.csv'}}}, campaigns: {news: {}}}", standing: true
        )
        for place in ["DNC-1124.csv", "news/dnc.csv", "_urgent/dnc-2.csv", "dnc-3.csv.gz"] {
            try bench.put("\(ann)\n", as: place)
        }
        try bench.put("phone1\n+14155550143\n", as: "people.csv")
        XCTAssertEqual(try left(bench), ["+14155550143"])
        XCTAssertEqual(bench.files("inbox"), ["DNC-1124.csv", "_urgent/dnc-2.csv", "dnc-3.csv.gz", "news/dnc.csv"])
        let told = bench.logged.with("file.left-alone")
        XCTAssertEqual(told.count, 4, "\(told)")
        XCTAssertTrue(told.allSatisfy { $0.contains("_suppress") && $0.contains(" error ") }, "\(told)")
        try bench.put("\(ann)\n", as: "_suppress/dnc-1124.csv")
        try bench.settle()
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "accepted")
    }

    func testAFolderOfListsWithoutItsUnderscoreIsLeftAloneUnlessACampaignHasItsName() throws {
        let places = ["suppress", "Replies", "receipts", "control", "consent", "dnc", "do-not-contact", "do_not_call"]
        let bench = try PipelineBench(standing: true)
        for place in places { try bench.put("phone,text\n\(ann),STOP\n", as: place + "/l.csv") }
        XCTAssertEqual(try left(bench), [])
        XCTAssertEqual(bench.files("inbox"), places.map { $0 + "/l.csv" }.sorted())
        XCTAssertEqual(bench.logged.with("folder.left-alone").count, places.count)
        try bench.restart(at: "2026-11-20T15:10:00Z", with: "{campaigns: {Control: {}}}")
        try bench.settle()
        XCTAssertFalse(bench.files("inbox").contains("control/l.csv"))
        XCTAssertTrue(bench.files("inbox").contains("suppress/l.csv"))
    }

    // MARK: Replies, receipts and lists among contacts

    private func reason(_ bench: PipelineBench, _ number: Int = 1) throws -> String {
        try bench.acknowledgement(number)["reason"] as? String ?? ""
    }

    func testAFileCalledAsRepliesReceiptsOrListsIsRefusedAmongContactsAndSaysWhereItBelongs() throws {
        for (name, folder) in [
            ("replies.csv", "_replies"), ("news/replies-2026-11-20.csv", "_replies"), ("Inbound SMS.csv", "_replies"),
            ("receipts.csv", "_receipts"), ("delivery_reports_20261120.csv", "_receipts"), ("dlr.csv", "_receipts"),
            ("call-results.csv", "_receipts"), ("dnc.csv", "_suppress"), ("DNC2026.csv", "_suppress"),
            ("news/optout.csv", "_suppress"), ("OptOuts.csv", "_suppress"), ("suppression_list.csv", "_suppress"),
            ("SuppressionList-v2.csv", "_suppress"), ("DoNotCall.csv", "_suppress"),
            ("do-not-contact (1).csv", "_suppress"),
            ("full unsubscribes export.csv", "_suppress"), ("unsubscribed_customers.csv", "_suppress"),
            ("_urgent/blacklist.csv", "_suppress"), ("Sperrliste.csv", "_suppress"), ("stop.csv", "_suppress"),
        ] {
            // Where there is no campaign but the one for everything, and where there are others.
            let bench = try PipelineBench(name.count % 2 == 0 ? "{}" : "{campaigns: {news: {}}}", standing: true)
            try bench.drop(people, as: name)
            XCTAssertEqual(try reason(bench), "drop.no-campaign", name)
            let detail = try XCTUnwrap(bench.acknowledgement(1)["detail"] as? String)
            XCTAssertTrue(detail.contains("put it into the folder \(folder)."), "\(name): \(detail)")
            XCTAssertEqual(try left(bench), [], name)
        }
    }

    func testNamesThatOnlySoundLikeThemAreContacts() throws {
        for name in [
            "stop-smoking.csv", "dnc_scrubbed.csv", "objects.csv", "bus-stops-north.csv", "control.csv", "results.csv",
            "responses.csv", "consent_2026.csv", "clinic-replies-followup.csv", "abuse-prevention.csv", "list.csv",
            "people.csv", "optimum.csv", "stopover guests.csv", "20261120.csv", "removed-teeth.csv", "export.csv",
        ] {
            let bench = try PipelineBench(standing: true)
            try bench.drop(people, as: name)
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted", name)
        }
    }

    func testACampaignThatNamesSuchDropsTakesThem() throws {
        for (configuration, name, sidecar) in [
            ("{campaigns: {news: {drops: ['dnc*.csv']}}}", "dnc-1.csv", nil),
            ("{campaigns: {news: {drops: ['replies.csv']}}}", "news/replies.csv", nil),
            ("{campaigns: {news: {}}}", "replies.csv", "{\"campaign\": \"news\"}"),
            ("{campaigns: {complaints: {}}}", "complaints/complaints.csv", nil),
            ("{campaigns: {default: {drops: ['stop*', '*']}}}", "stops.csv", nil),
        ] as [(String, String, String?)] {
            let bench = try PipelineBench(configuration, standing: true)
            if let sidecar { try bench.put(sidecar, as: name + ".meta.json") }
            try bench.drop(people, as: name)
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted", "\(configuration) \(name)")
        }
    }

    func testATableOfRepliesReceiptsOrAListIsRefusedAmongContactsByItsColumns() throws {
        for (text, folder) in [
            ("from,to,text,at,phone\n1,2,STOP,x,\(ann)\n", "_replies"),
            ("phone,from,body,to\n\(ann),1,STOP,2\n", "_replies"),
            ("action,kind,value,phone\nadd,phone,x,\(ann)\n", "_suppress"),
            ("reference,event,at,phone\nr,unsubscribed,x,\(ann)\n", "_receipts"),
            ("phone,message id,status\n\(ann),1,failed\n", "_receipts"),
            (
                #"[{"phone": "+14155550142"}, {"phone": "+14155550143", "action": "add", "value": "x", "kind": "phone"}]"#,
                "_suppress"
            ),
        ] {
            let bench = try PipelineBench(standing: true)
            try bench.drop(text, as: "data")
            XCTAssertEqual(try reason(bench), "drop.no-campaign", text)
            let detail = try XCTUnwrap(bench.acknowledgement(1)["detail"] as? String)
            XCTAssertTrue(detail.contains("put it into the folder \(folder)."), detail)
            XCTAssertEqual(try left(bench), [], text)
        }
        // Without a number they never were contacts; what is said then helps.
        for (text, folder) in [
            ("from,to,text,at\n1,2,STOP,x\n", "_replies"), ("action,kind,value\nadd,phone,x\n", "_suppress"),
            ("ref,status\nr,failed\n", "_receipts"),
        ] {
            let bench = try PipelineBench(standing: true)
            try bench.drop(text, as: "data.csv")
            XCTAssertTrue(["header.missing-phone", "drop.unknown-format"].contains(try reason(bench)), text)
            let detail = try XCTUnwrap(bench.acknowledgement(1)["detail"] as? String)
            XCTAssertTrue(detail.contains("belong into the folder \(folder)"), detail)
        }
    }

    func testContactsWithSomeSuchColumnsOrWhoseCampaignSaysWhatTheyAreAreTaken() throws {
        for (configuration, text) in [
            ("{}", "phone,text\n\(ann),hi\n"), ("{}", "phone,reference,status\n\(ann),1,open\n"),
            ("{}", "phone,event,at\n\(ann),concert,8 pm\n"), ("{}", "phone,sender,message,timestamp\n\(ann),a,hi,x\n"),
            ("{}", "phone,value,date\n\(ann),12,x\n"), ("{}", "phone,action\n\(ann),add\n"),
            (
                "{campaigns: {default: {columns: {value: 'attribute:value', action: 'attribute:action'}}}}",
                "phone,action,kind,value\n\(ann),a,x,1\n"
            ),
            ("{}", "phone,kind,value\n\(ann),x,1\n"),
            ("{campaigns: {default: {drops: ['data*', '*']}}}", "phone,action,kind,value\n\(ann),add,x,1\n"),
        ] {
            let bench = try PipelineBench(configuration, standing: true)
            try bench.drop(text, as: "data.csv")
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted", text)
        }
    }

    // MARK: Whose records say that they are

    private let hours = """
        {campaigns: {news: {policy: 'p'}, offers: {}}, policies: {p: {startAfter: '2030-01-01T00:00:00Z'}}}
        """

    func testRecordsThatNameAnotherCampaignRefuseTheirDrop() throws {
        for (name, text) in [
            ("a.csv", "phone,campaign\n\(ann),news\n"), ("a.jsonl", "{\"Campaign\":\" NEWS \",\"phone\":\"\(ann)\"}\n"),
            ("a.json", "[{\"phone\":\"+14155550143\"},{\"campaign\":\"news\",\"phone\":\"\(ann)\"}]"),
            ("offers/a.csv", "campaign;phone\nnews;\(ann)\n"),
        ] {
            let bench = try PipelineBench(hours, standing: true)
            try bench.drop(text, as: name)
            XCTAssertEqual(try bench.acknowledgement(1)["reason"] as? String, "drop.no-campaign", name)
            let detail = try XCTUnwrap(bench.acknowledgement(1)["detail"] as? String)
            for words in ["\"news\"", "attribute:campaign", name.hasPrefix("offers") ? "\"offers\"" : "\"default\""] {
                XCTAssertTrue(detail.contains(words), detail)
            }
            XCTAssertEqual(try left(bench), [])
        }
    }

    func testAColumnOfCampaignsThatNobodyIsOrThatIsAnAttributeRefusesNothing() throws {
        let text = "phone,campaign\n\(ann),spring\n"
        for (configuration, name, text) in [
            (hours, "a.csv", text), (hours, "offers/a.csv", "phone,campaign\n\(ann),Offers\n"),
            ("{campaigns: {default: {columns: {Campaign: 'attribute:campaign'}}, spring: {}}}", "a.csv", text),
            ("{}", "a.csv", "phone,campaign\n\(ann),default\n"),
        ] {
            let bench = try PipelineBench(configuration, standing: true)
            try bench.drop(text, as: name)
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted", configuration + name)
        }
    }

    // MARK: Side-cars

    func testASideCarUnderANaturalWrongNameHoldsItsDrop() throws {
        for (drop, sidecar) in [
            ("e.csv", "e.meta.json"), ("e.csv.gz", "e.csv.meta.json"), ("e.csv.gz", "e.meta.json"),
            ("e.csv", "E.sha256"),
        ] {
            let bench = try PipelineBench(standing: true)
            try bench.put("{\"notBefore\": \"2030-01-01T00:00:00Z\"}", as: sidecar)
            try bench.put(people, as: drop)
            XCTAssertEqual(try left(bench), [], drop)
            XCTAssertEqual(bench.files("inbox"), [drop, sidecar].sorted())
        }
        // Beside a file that it is of by its name it says nothing of another.
        let bench = try PipelineBench(standing: true)
        try bench.put("{\"notBefore\": \"2030-01-01T00:00:00Z\"}", as: "e.meta.json")
        try bench.put("phone1\n+14155550150\n", as: "e")
        try bench.put(people, as: "e.csv")
        XCTAssertEqual(try left(bench), [ann, "+14155550143"])
    }

    // MARK: The configuration

    func testAFileThatIsNearlyCalledAsTheConfigurationIsAnError() throws {
        let bench = try PipelineBench()
        for name in ["waybill.json", "Waybill.json5", "waybill.json5.txt"] {
            try Files.writeAtomically(Array("{}".utf8), to: bench.root + "/" + name)
            let problems = try bench.workspace.configuration().1
            XCTAssertEqual(problems.map(\.file), [name])
            XCTAssertTrue(problems.allSatisfy { $0.severity == .error && $0.message.contains("waybill.json5") })
            try Files.remove(bench.root + "/" + name)
        }
        for name in ["waybill.json5~", "waybill.json5.bak", "notes.json"] {
            try Files.writeAtomically(Array("{}".utf8), to: bench.root + "/" + name)
        }
        XCTAssertEqual(try bench.workspace.configuration().1, [])
        try Files.writeAtomically(Array("{}".utf8), to: bench.root + "/waybill.json5")
        try Files.writeAtomically(Array("{}".utf8), to: bench.root + "/waybill.json")
        XCTAssertEqual(try bench.workspace.configuration().1, [])
        try Files.createFolder(bench.root + "/Rules")
        XCTAssertEqual(try bench.workspace.configuration().1.map(\.file), ["Rules"])
    }

    // MARK: Folders that cannot be

    func testATransportWhoseFolderCannotBeHoldsItsParcelsAndNoOthers() throws {
        for path in ["f", "f/below", "/proc/nowhere", "gone"] {
            let bench = try PipelineBench(
                """
                {campaigns: {a: {strategy: 's', transports: {sms: 'bad'}}, b: {strategy: 's'}},
                 strategies: {s: {steps: [{name: 't', channel: 'sms', to: 'phone1'}]}},
                 transports: {bad: {kind: 'folder', path: '\(path)'}}}
                """, standing: true)
            try Files.writeAtomically([1], to: bench.root + "/f")
            try Files.makeLink(to: "/nowhere/at/all", as: bench.root + "/gone")
            try bench.restart(at: "2026-11-20T15:00:01Z")
            try bench.drop(people, as: "a/p.csv")
            try bench.drop(people, as: "b/p.csv")
            try bench.send()
            // On no disk of this machine: it is asked on a thread of its own.
            while !bench.pipeline.dispatcher.flights.isEmpty { _ = try bench.pipeline.dispatcher.land(waiting: true) }
            XCTAssertEqual(try bench.dispatched("b").count, 2, path)
            let held = try bench.pipeline.store.holdings()
            XCTAssertEqual(held.map(\.kind), [.transport], path)
            if path != "/proc/nowhere" {
                let words =
                    path == "gone" ? "is a link to something that is not there" : "is a file, and a folder is needed"
                XCTAssertTrue(held.allSatisfy { $0.words.contains(words) }, "\(path): \(held.map(\.words))")
                XCTAssertEqual(
                    TransportProblems.problems(bench.configuration, in: bench.workspace, file: "w", tree: nil).map(
                        \.path),
                    ["transports.bad.path"], path)
            }
            try bench.restart(at: "2026-11-20T15:00:02Z")
        }
        XCTAssertThrowsError(try Files.createFolder("/proc/nowhere/at/all"))
    }

    func testAnArchiveOrAWorkbookIsNotTakenForACopyUnderWay() {
        for head in ["PK\u{3}\u{4}", "PK\u{5}\u{6}", "%PDF-1.4"] {
            XCTAssertEqual(
                SettlingFile.Ending(head: Array(head.utf8) + [0, 0, 1], tail: Array(repeating: 0, count: 64)), .openLine
            )
        }
        XCTAssertEqual(SettlingFile.Ending(head: Array("phone1\n".utf8), tail: [0x0A, 0, 0]), .notWritten)
    }
}
