import Foundation
import SystemIO
import XCTest

@testable import Waybill

final class PipelineTests: XCTestCase {
    private let four = """
        phone1,id,name,email
        +14155550101,c1,Ann,ann@example.com
        4155550102,c2,Bob,
        +14155550101,c3,Ann again,
        12,c4,Short,

        """

    func testADropGivesAcknowledgementNoticeParcelAndArchive() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "clinic.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["status"] as? String, "partial")
        XCTAssertEqual(ack["received"] as? Int, 4)
        XCTAssertEqual(ack["accepted"] as? Int, 2)
        XCTAssertEqual(ack["rejected"] as? Int, 1)
        XCTAssertEqual(ack["duplicates"] as? Int, 1)
        XCTAssertEqual(ack["notice"] as? String, "outbox/notices/2026-11-20/20261120-000001")
        XCTAssertEqual(
            bench.files("outbox/notices/2026-11-20/20261120-000001"),
            ["errors.csv", "notice.html", "notice.txt", "rejects.csv"])
        XCTAssertEqual(
            try bench.text("outbox/notices/2026-11-20/20261120-000001/rejects.csv"),
            "phone1,id,name,email\n12,c4,Short,\n")
        XCTAssertEqual(bench.files("state/archive").count, 1)
        XCTAssertEqual(bench.files("inbox"), [])
        try bench.send()
        XCTAssertEqual(
            try bench.dispatched(),
            [
                "bcdfgh-20261120-000001-1-handover-1,handover,+14155550101,c1,,+14155550101,Ann,ann@example.com",
                "bcdfgh-20261120-000001-2-handover-1,handover,+14155550102,c2,,+14155550102,Bob,",
            ])
    }

    func testTheSameContentAgainIsADuplicateAndNothingIsQueued() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "clinic.csv")
        try bench.drop(four, as: "again.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["status"] as? String, "duplicate")
        XCTAssertEqual(ack["firstBatch"] as? String, "20261120-000001")
        XCTAssertEqual(ack["received"] as? Int, 0)
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 2)
    }

    func testARefusedDropRejectsEveryRecordAndGoesToQuarantine() throws {
        let bench = try PipelineBench("{campaigns: {default: {rejectLimit: 0}}}")
        try bench.drop(four, as: "clinic.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["status"] as? String, "rejected")
        XCTAssertEqual(ack["received"] as? Int, 4)
        XCTAssertEqual(ack["rejected"] as? Int, 4)
        XCTAssertEqual(ack["accepted"] as? Int, 0)
        XCTAssertTrue((ack["reason"] as? String ?? "").hasPrefix("drop.too-many-rejects"))
        let notice = "outbox/notices/2026-11-20/20261120-000001/"
        XCTAssertEqual(try bench.text(notice + "rejects.csv"), four)
        let codes = try bench.text(notice + "errors.csv").split(separator: "\n").dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false)[4] }
        XCTAssertEqual(
            codes, ["drop.too-many-rejects", "drop.too-many-rejects", "row.duplicate", "phone1.impossible-length"])
        XCTAssertEqual(bench.files("state/quarantine").count, 2)
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
    }

    func testTheReportsOfADayAddUpAndListEveryRecordOnce() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "clinic.csv")
        try bench.send()
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertEqual(try bench.report("success").count, 2)
        XCTAssertEqual(try bench.report("failure").count, 1)
        XCTAssertEqual(try bench.report("skipped").count, 1)
        XCTAssertEqual(try bench.report("progress").count, 0)
        XCTAssertEqual(try bench.report("attempts").count, 2)
        let summary = try bench.json("outbox/reports/2026-11-20/summary.json")
        let campaign = try XCTUnwrap((summary["campaigns"] as? [[String: Any]])?.first)
        XCTAssertEqual(campaign["received"] as? Int, 4)
        XCTAssertEqual(campaign["success"] as? Int, 2)
        XCTAssertEqual(campaign["closed"] as? Bool, false)
        XCTAssertTrue(bench.files("outbox/reports/2026-11-20").contains("SHA256SUMS"))
    }

    func testMissedDaysAreClosedAtTheNextStartBeforeAnythingElse() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "clinic.csv")
        try bench.send()
        try bench.restart(at: "2026-11-23T08:00:00Z")
        XCTAssertEqual(try bench.report("success").count, 2)
        for day in ["2026-11-20", "2026-11-21", "2026-11-22"] {
            let summary = try bench.json("outbox/reports/\(day)/summary.json")
            let campaign = try XCTUnwrap((summary["campaigns"] as? [[String: Any]])?.first)
            XCTAssertEqual(campaign["closed"] as? Bool, true, day)
        }
    }

    private let reminders = """
        {campaigns: {reminders: {strategy: "s", policy: "p"}},
         policies: {p: {windows: [{channels: ["sms", "voice"], from: "09:00", to: "20:00"}], unknownZone: "campaign"}},
         strategies: {s: {steps: [
           {name: "text", channel: "sms", to: "phone1", expires: "2h", on: {failed: "call", expired: "call", responded: "close"}},
           {name: "call", channel: "voice", to: "phone1", attempts: 2, on: {busy: {retry: "5m"}, connected: "close"}}]}}}
        """

    func testReceiptsMoveContactsThroughTheStrategy() throws {
        let bench = try PipelineBench(reminders)
        try bench.drop(
            "phone1,timezone\n+14155550101,UTC\n+14155550102,UTC\n+14155550103,UTC\n", as: "reminders/a.csv"
        )
        try bench.send()
        XCTAssertEqual(try bench.dispatched("reminders").count, 3)
        try bench.drop(
            """
            reference,event,at,detail
            bcdfgh-20261120-000001-1-text-1,responded,2026-11-20T15:00:01Z,
            bcdfgh-20261120-000001-2-text-1,failed,2026-11-20T15:00:01Z,30005
            bcdfgh-20261120-000001-9-text-1,failed,2026-11-20T15:00:01Z,

            """, as: "_receipts/r.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["accepted"] as? Int, 2)
        XCTAssertEqual(ack["rejected"] as? Int, 1)
        try bench.send()
        let calls = try bench.dispatched("reminders").filter { $0.contains("-call-") }
        XCTAssertEqual(calls.map { String($0.prefix { $0 != "," }) }, ["bcdfgh-20261120-000001-2-call-2"])
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertEqual(try bench.report("success", campaign: "reminders").count, 1)
        XCTAssertTrue(
            try bench.report("success", campaign: "reminders")[0].contains(",SMS responded,receipt,text,sms,"))
        XCTAssertEqual(
            try bench.report("progress", campaign: "reminders").map { $0.split(separator: ",")[4] },
            ["Sent to Dialer", "SMS sent"])
    }

    func testNobodyIsSentOutsideTheWindowAndTheWaitSaysWhy() throws {
        let bench = try PipelineBench(reminders, at: "2026-11-20T03:00:00Z")
        try bench.drop(
            "phone1,timezone\n+14155550101,America/New_York\n+4930231250101,Europe/Berlin\n", as: "reminders/a.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
        try bench.restart(at: "2026-11-20T08:30:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("reminders").count, 1)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let waiting = try bench.report("progress", campaign: "reminders").filter { $0.contains(",Pending,") }
        XCTAssertEqual(waiting.count, 1)
        XCTAssertTrue(waiting[0].contains("2026-11-20T14:00:00+00:00"), waiting[0])
        XCTAssertTrue(waiting[0].contains("America/New_York"), waiting[0])
    }

    func testAMessageToANumberThatTakesNoneFailsAndLeadsToTheNextStep() throws {
        let bench = try PipelineBench(reminders)
        try bench.drop(
            "phone1,timezone\n+4930231250101,Europe/Berlin\n+4915112345678,Europe/Berlin\n+18003569377,UTC\n",
            as: "reminders/a.csv")
        try bench.send()
        try bench.send()
        XCTAssertEqual(
            try bench.dispatched("reminders").map { String($0.prefix { $0 != "," }) }.sorted(),
            ["bcdfgh-20261120-000001-1-call-2", "bcdfgh-20261120-000001-2-text-1", "bcdfgh-20261120-000001-3-call-2"])
    }

    func testAStopWithoutPlusReachesWhoeverWasContacted() throws {
        let bench = try PipelineBench(
            "{region: 'DE', campaigns: {texts: {strategy: 's'}}, strategies: {s: {steps: [{name: 'text', channel: 'sms', to: 'phone1'}]}}}"
        )
        try bench.drop("phone1\n+491711234578\n", as: "texts/a.csv")
        try bench.send()
        try bench.drop("from,to,text,at\n491711234578,1,STOP,2026-11-20T15:00:00Z\n", as: "_replies/r.csv")
        try bench.drop("phone1,id\n+491711234578,again\n", as: "texts/b.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("texts").count, 1)
    }

    func testListsOfDomainsAndOfBeginningsOfNumbersKeepAllBeneathThemFromBeingContacted() throws {
        let bench = try PipelineBench("{campaigns: {default: {require: []}}}")
        // One is in before the list, the others come after it.
        try bench.put("phone1,email\n,early@mail.example.com\n", as: "early.csv")
        try bench.drop(
            "kind,value\ndomain,@Example.com.\nprefix,+44 (0)870\nprefix,0870\ndomain,ann@x.org\n",
            as: "_suppress/l.csv")
        try bench.drop(
            """
            phone1,phone2,email
            +448700000001,,
            +442079460123,,
            +14155550101,+448700000002,
            ,,bob@EXAMPLE.com
            ,,bob@notexample.com
            ,,bob@a.b.example.com

            """, as: "late.csv")
        try bench.send()
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["accepted"] as? Int, 2)
        XCTAssertEqual(ack["rejected"] as? Int, 2)
        XCTAssertEqual(try bench.dispatched("default").count, 2)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertEqual(try bench.report("skipped").count { $0.contains(",DNC Listed,") }, 5)
        try bench.drop("action,kind,value\nremove,domain,example.com\n", as: "_suppress/r.csv")
        try bench.drop("phone1,email,id\n,bob@example.com,2\n", as: "again.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("default").count, 3)
    }

    func testAListAndAPersonsOwnWordStandBesideEachOther() throws {
        let bench = try PipelineBench("{campaigns: {default: {numbers: {check: 'possible'}}}, region: 'US'}")
        func leaves() throws -> Bool {
            let before = bench.files("outbox/dispatch").count
            try bench.drop("phone1,id\n+14155550101,\(UUID().uuidString)\n", as: UUID().uuidString + ".csv")
            try bench.send()
            return bench.files("outbox/dispatch").count > before
        }
        func reply(_ text: String) throws {
            try bench.drop(
                "from,to,text,at\n+14155550101,1,\(text),2026-11-20T15:00:0\(text.count)Z\n", as: "_replies/\(text).csv"
            )
        }
        XCTAssertTrue(try leaves())
        try bench.drop("action,kind,value\nadd,phone,+14155550101\n", as: "_suppress/a.csv")
        XCTAssertFalse(try leaves())
        try reply("Yes")
        XCTAssertFalse(try leaves(), "who never said stop has nothing to take back, and a list stays a list")
        try reply("STOP")
        try bench.drop("action,kind,value\nremove,phone,+14155550101\n", as: "_suppress/r.csv")
        XCTAssertFalse(try leaves(), "a list takes back nobody's stop")
        try reply("START")
        XCTAssertTrue(try leaves())
    }

    func testAComplaintByAnAddressThatCanBeTwoCountsForBoth() throws {
        let bench = try PipelineBench(
            "{region: 'DE', campaigns: {texts: {strategy: 's'}}, strategies: {s: {steps: [{name: 'text', channel: 'sms', to: 'phone1', expires: '2d'}]}}}"
        )
        try bench.drop("phone1\n+491711234578\n+49491711234578\n", as: "texts/a.csv")
        try bench.send()
        try bench.drop("address,event,at\n491711234578,complained,2026-11-20T15:00:01Z\n", as: "_receipts/r.csv")
        for number in ["+491711234578", "+49491711234578"] {
            let key = RecipientKey.phone(E164Number(digits: UInt64(number.dropFirst())!))
            XCTAssertNotNil(try bench.pipeline.store.suppressions(of: key, at: bench.pipeline.now).first, number)
        }
    }

    func testAListEntryThatCanBeTwoNumbersKeepsBothFromBeingContacted() throws {
        let bench = try PipelineBench("{region: 'DE'}")
        try bench.drop("491711234578\n", as: "_suppress/l.csv")
        try bench.drop("phone1\n+491711234578\n+49491711234578\n+491711234579\n", as: "a.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("default").count, 1)
    }

    func testWithoutAnotherStepAContactThatTakesNoMessageFailsForThatReason() throws {
        let bench = try PipelineBench(
            "{campaigns: {texts: {strategy: 's'}}, strategies: {s: {steps: [{name: 'text', channel: 'sms', to: 'phone1'}]}}}"
        )
        try bench.drop("phone1\n+18003569377\n+14155550101\n", as: "texts/a.csv")
        try bench.send()
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let failures = try bench.report("failure", campaign: "texts")
        XCTAssertEqual(failures.count, 1)
        XCTAssertTrue(failures[0].contains(",Failed,dispatch,"), failures[0])
        XCTAssertTrue(
            failures[0].contains("address.no-sms")
                && failures[0].contains("the number is of type toll-free, which takes no SMS"), failures[0])
    }

    func testAStopReplySuppressesOpenContactsAndLaterDrops() throws {
        let bench = try PipelineBench(reminders)
        try bench.drop("phone1,timezone\n+14155550101,UTC\n", as: "reminders/a.csv")
        try bench.send()
        try bench.drop("from,to,text,at\n+14155550101,55555,Stop please,2026-11-20T15:00:02Z\n", as: "_replies/r.csv")
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertTrue(try bench.report("skipped", campaign: "reminders")[0].contains(",Suppressed,receipt,"))
        try bench.drop("phone1,timezone\n+14155550101,UTC\n+14155550102,UTC\n", as: "reminders/b.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("reminders").count, 2)
    }

    func testSilenceAfterAMessageLeadsToTheNextStepWhenItsTimeIsUp() throws {
        let bench = try PipelineBench(reminders, standing: true)
        try bench.drop("phone1,timezone\n+14155550101,UTC\n", as: "reminders/a.csv")
        try bench.send()
        try bench.restart(at: "2026-11-20T17:00:01Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("reminders").count, 2)
    }

    func testAPausedCampaignSendsNothingUntilItIsResumed() throws {
        let bench = try PipelineBench(reminders)
        try bench.drop("{\"command\": \"pause\", \"campaign\": \"reminders\"}", as: "_control/p.json")
        try bench.drop("phone1,timezone\n+14155550101,UTC\n", as: "reminders/a.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
        try bench.drop("{\"command\": \"resume\", \"campaign\": \"reminders\"}", as: "_control/r.json")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("reminders").count, 1)
    }

    func testWithdrawEndsContactsThatWaitAndThatAreOut() throws {
        let bench = try PipelineBench(reminders)
        try bench.drop("phone1,timezone\n+14155550101,UTC\n", as: "reminders/a.csv")
        try bench.send()
        try bench.drop("phone1,timezone\n+14155550102,UTC\n", as: "reminders/b.csv")
        try bench.drop("{\"command\": \"withdraw\", \"campaign\": \"reminders\"}", as: "_control/w.json")
        try bench.send()
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertEqual(
            try bench.report("failure", campaign: "reminders").map { $0.split(separator: ",")[4] },
            ["Withdrawn", "Withdrawn"])
        XCTAssertEqual(try bench.dispatched("reminders").count, 1)
    }

    func testAMendedDropIsLinkedToItsParentAndAcceptedRecordsAreNotSentTwice() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "clinic.csv")
        try bench.drop(
            "phone1,id,name,email\n+14155550109,c4,Short,\n+14155550101,c1,Ann,ann@example.com\n",
            as: "20261120-000001.rejects.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["corrects"] as? String, "20261120-000001")
        XCTAssertEqual(ack["accepted"] as? Int, 1)
        XCTAssertEqual(ack["duplicates"] as? Int, 1)
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 3)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let summary = try bench.json("outbox/reports/2026-11-20/summary.json")
        let campaign = try XCTUnwrap((summary["campaigns"] as? [[String: Any]])?.first)
        let batches = try XCTUnwrap(campaign["batches"] as? [[String: Any]])
        XCTAssertEqual(batches.map { $0["mended"] as? Int }, [1, 0])
    }

    func testAMendedDropIsKnownByItsColumnsAndIdsWhateverItsName() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "clinic.csv")
        try bench.drop("phone1,id,name,email\r\n\"+14155550109\",c4,Short,\r\n", as: "mended.csv")
        XCTAssertEqual(try bench.acknowledgement(2)["corrects"] as? String, "20261120-000001")
        try bench.drop("phone1,id,name,email\n+14155550108,c9,Other,\n", as: "other.csv")
        XCTAssertNil(try bench.acknowledgement(3)["corrects"] as? String)
    }

    func testSampledOutContactsAreSkippedWithTheirRule() throws {
        let bench = try PipelineBench("{campaigns: {default: {sampling: [{rule: 'random', take: 2, from: 'batch'}]}}}")
        try bench.drop("phone1\n" + (0..<9).map { "+1415555010\($0)\n" }.joined(), as: "a.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 2)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertEqual(try bench.report("skipped").count, 7)
        XCTAssertTrue(
            try bench.report("skipped").allSatisfy {
                $0.contains(",Sampled Out,sampling,") && $0.contains("random 2 from batch")
            })
    }

    func testAParcelsNumberIsNeverGivenTwice() throws {
        let bench = try PipelineBench("{keepDays: {contacts: 1}}")
        try bench.drop(four, as: "a.csv")
        try bench.send()
        let first = bench.files("outbox/dispatch")
        // The batch is done, and its contacts are removed with the next day that closes.
        try bench.restart(at: "2026-11-25T15:00:00Z")
        try bench.drop("phone1\n+14155550177\n", as: "b.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch").count, first.count + 1)
        XCTAssertTrue(Set(bench.files("outbox/dispatch")).isSuperset(of: first))
    }

    func testWhatWasKeptLongEnoughIsRemovedAndTheLedgerStillKnowsIt() throws {
        let bench = try PipelineBench("{keepDays: {archive: 2, notices: 2, reports: 30, contacts: 2}}")
        try bench.drop(four, as: "clinic.csv")
        try bench.send()
        try bench.restart(at: "2026-11-21T08:00:00Z")
        XCTAssertEqual(bench.files("state/archive").count, 1)
        try bench.restart(at: "2026-11-25T08:00:00Z")
        XCTAssertEqual(bench.files("state/archive"), [])
        XCTAssertEqual(bench.files("outbox/notices"), [])
        XCTAssertEqual(try bench.report("success").count, 2)
        XCTAssertNil(try bench.pipeline.store.segment(of: 1, batch: XCTUnwrap(BatchID("20261120-000001"))))
        try bench.drop(four, as: "clinic.csv")
        XCTAssertEqual(try bench.acknowledgement(1, day: "2026-11-25")["status"] as? String, "duplicate")
    }

    func testAHeaderThatCannotBeUsedRejectsEveryRecordWithItsCode() throws {
        let bench = try PipelineBench("{campaigns: {default: {header: true}}}")
        try bench.drop("phone1,Phone_1\n+14155550101,1\n+14155550102,2\n", as: "a.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertTrue((ack["reason"] as? String ?? "").hasPrefix("header.duplicate"), "\(ack)")
        XCTAssertEqual(ack["received"] as? Int, 2)
        XCTAssertEqual(ack["rejectsByCode"] as? [String: Int], ["header.duplicate": 2])
    }

    func testWhatAKilledProcessWasWritingIsRemovedAndWhatIsSomebodyElsesStays() throws {
        let bench = try PipelineBench()
        try bench.drop(four, as: "a.csv")
        try bench.send()
        let left = [
            "outbox/.status.json.abc.tmp", "outbox/acks/2026-11-20/.a.csv.ack.json.x1.tmp",
            "outbox/dispatch/default/.P000000077.csv.tmp",
        ]
        let theirs = [
            "outbox/dispatch/default/.upload.tmp", "inbox/.theirs.csv.tmp", "outbox/acks/2026-11-20/list.tmp",
        ]
        for name in left + theirs { try Files.writeAtomically([0x78], to: bench.root + "/" + name) }
        try bench.restart(at: "2026-11-20T16:00:00Z")
        for name in left { XCTAssertFalse(try Files.exists(bench.root + "/" + name), name) }
        for name in theirs { XCTAssertTrue(try Files.exists(bench.root + "/" + name), name) }
    }

    func testADropForAnUnknownCampaignIsRefused() throws {
        let bench = try PipelineBench(reminders)
        try bench.drop(four, as: "remindres/a.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertTrue((ack["reason"] as? String ?? "").hasPrefix("drop.no-campaign"), "\(ack)")
    }
}
