import SystemIO
import XCTest

@testable import Waybill

/// Later drops update and cancel contacts that wait, by their `id`.
final class ChangedContactsTests: XCTestCase {
    private let configuration = """
        {campaigns: {a: {strategy: "s", policy: "night"}, b: {strategy: "s", policy: "night"}},
         policies: {night: {zone: "UTC", windows: [{from: "22:00", to: "23:00"}]}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "24h"}]}}}
        """
    private let list = "phone1,id,message\n+14155550101,ann,at nine\n+14155550102,bob,at ten\n"
    private let night = "2026-11-20T22:10:00Z"

    private func batch(_ number: Int) -> BatchID { BatchID(day: CalendarDay("2026-11-20")!, number: number) }

    private func states(_ bench: PipelineBench, _ number: Int) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: batch(number))
    }

    private func explained(_ bench: PipelineBench, _ number: Int, _ record: UInt32) throws -> String {
        try XCTUnwrap(
            Explanation.of(
                record: record, batch: batch(number), store: bench.pipeline.store, configuration: bench.configuration,
                at: bench.pipeline.now)
        ).text
    }

    /// A drop whose side-car says what it asks for.
    private func drop(_ text: String, as name: String, mode: String, in bench: PipelineBench) throws {
        try bench.put("{\"mode\": \"\(mode)\"}", as: name + ".meta.json")
        try bench.drop(text, as: name)
    }

    /// What leaves in the night.
    private func sent(_ bench: PipelineBench, _ campaign: String = "a") throws -> [String] {
        try bench.restart(at: night)
        try bench.send()
        return try bench.dispatched(campaign)
    }

    private func codes(_ ack: [String: Any]) -> [String: Int] { ack["rejectsByCode"] as? [String: Int] ?? [:] }

    func testADropThatIsRefusedTellsHowManyContactsItCancelled() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try bench.drop("phone1,id,action\n+14155550101,ann,remind\n+14155550102,bob,call\n", as: "a/2.csv")
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2])
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["status"] as? String, "rejected")
        XCTAssertEqual(ack["contacts"] as? Int, 2)
    }

    func testACancelledContactIsNotSentAndCountsAsSkippedAndTheOthersOfItsParcelGo() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try bench.drop(list, as: "b/1.csv")
        try drop("id\nann\n", as: "a/2.csv", mode: "cancel", in: bench)
        XCTAssertEqual(try states(bench, 1), [.cancelled: 1, .pending: 1])
        XCTAssertEqual(try states(bench, 2), [.pending: 2], "another campaign has ids of its own")
        XCTAssertEqual(try states(bench, 3), [.cancelled: 1])
        let ack = try bench.acknowledgement(3)
        XCTAssertEqual(ack["status"] as? String, "accepted")
        XCTAssertEqual(ack["mode"] as? String, "cancel")
        XCTAssertEqual(ack["contacts"] as? Int, 1)
        let ann = try explained(bench, 1, 1)
        XCTAssertTrue(ann.contains("contact.cancelled, batch 20261120-000003 cancelled it"), ann)
        XCTAssertTrue(try explained(bench, 3, 1).contains("it cancels what waited under its id"))
        let sent = try sent(bench)
        XCTAssertEqual(sent.count, 1)
        XCTAssertTrue(sent[0].contains("+14155550102"))
    }

    func testAnUpdateTakesThePlaceOfWhatWaitsWithWhatItSaysNow() throws {
        for (name, text, mode) in [
            ("2.csv", "phone1,id,message\n+14155550109,ann,at noon\n", "update"),
            ("2.jsonl", #"{"phone1":"+14155550109","id":"ann","message":"at noon","action":"Update"}"# + "\n", ""),
        ] {
            let bench = try PipelineBench(configuration)
            try bench.drop(list, as: "a/1.csv")
            if mode.isEmpty {
                try bench.drop(text, as: "a/" + name)
            } else {
                try drop(text, as: "a/" + name, mode: mode, in: bench)
            }
            XCTAssertEqual(try states(bench, 1), [.cancelled: 1, .pending: 1], name)
            XCTAssertEqual(try states(bench, 2), [.pending: 1], name)
            XCTAssertTrue(
                try explained(bench, 1, 1).contains("contact.replaced, batch 20261120-000002 took its place"), name)
            let sent = try sent(bench).joined(separator: "\n")
            XCTAssertTrue(sent.contains("+14155550109") && sent.contains("at noon"), sent)
            XCTAssertFalse(sent.contains("at nine"), sent)
        }
    }

    func testEachRecordMaySayWhatItAsksFor() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try bench.drop(
            "id,phone1,message,action\nann,,,cancel\nbob,+14155550102,at five,update\ncem,+14155550103,at six,\ndan,+14155550104,at six,add\n",
            as: "a/2.csv")
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2])
        XCTAssertEqual(try states(bench, 2), [.cancelled: 1, .pending: 3])
        XCTAssertEqual(try sent(bench).count, 3)
    }

    func testAnIdUnderWhichNobodyWaitsIsRejectedAndNothingIsSentForIt() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try bench.drop(
            "id,phone1,action\nann,+14155550101,update\nzoe,+14155550109,update\nyan,,cancel\n", as: "a/2.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(ack["accepted"] as? Int, 1)
        XCTAssertEqual(codes(ack), ["id.unknown": 2])
        XCTAssertEqual(try states(bench, 2), [.pending: 1])
        let errors = try bench.text("outbox/notices/2026-11-20/20261120-000002/errors.csv")
        XCTAssertTrue(errors.contains("id.unknown,zoe,"), errors)
        XCTAssertTrue(errors.contains("with the action add"), errors)
        XCTAssertFalse(try sent(bench).joined().contains("+14155550109"))
    }

    func testADropOfUnknownIdsAloneNamesEach() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try drop("id\nzoe\nyan\n", as: "a/2.csv", mode: "cancel", in: bench)
        XCTAssertEqual(codes(try bench.acknowledgement(2)), ["id.unknown": 2])
        XCTAssertEqual(try states(bench, 1), [.pending: 2])
    }

    func testWhatHasLeftIsToldAndNothingMoreIsSent() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: "s"}},
             strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1", expires: "24h", on: {failed: "again"}},
                                      {name: "again", channel: "sms", to: "phone1", expires: "24h"}]}}}
            """)
        try bench.drop(list, as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try states(bench, 1), [.smsSent: 2])
        try bench.drop("id,phone1,action\nann,,cancel\nbob,+14155550102,update\ncem,+14155550103,add\n", as: "a/2.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(codes(ack), ["id.under-way": 2])
        XCTAssertEqual(try states(bench, 1), [.smsSentAndClosed: 1, .smsSent: 1])
        let errors = try bench.text("outbox/notices/2026-11-20/20261120-000002/errors.csv")
        XCTAssertTrue(errors.contains("nothing more is sent"), errors)
        XCTAssertTrue(errors.contains("this record is not sent"), errors)
        // Nothing follows for who was cancelled.
        let references = try bench.dispatched("a").compactMap { $0.split(separator: ",").first.map(String.init) }
        let failed = references.map { "\($0),failed,2026-11-20T15:00:30Z" }.joined(separator: "\n")
        try bench.drop("reference,event,at\n" + failed + "\n", as: "_receipts/r.csv")
        try bench.send()
        let again = try bench.dispatched("a").filter { $0.contains("-again-") }
        XCTAssertEqual(again.count, 1)
        XCTAssertTrue(again[0].contains("+14155550102"), again[0])
    }

    func testAWholeListTakesThePlaceOfAllThatWaits() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try bench.drop("phone1\n+14155550105\n", as: "a/2.csv")
        try drop(
            "phone1,id,message\n+14155550101,ann,at noon\n+14155550103,cem,at one\n", as: "a/3.csv", mode: "replace",
            in: bench)
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2])
        XCTAssertEqual(try states(bench, 2), [.cancelled: 1])
        XCTAssertEqual(try states(bench, 3), [.pending: 2])
        XCTAssertEqual(try bench.acknowledgement(3)["contacts"] as? Int, 3)
        XCTAssertEqual(try sent(bench).count, 2)
    }

    func testAWordThatNobodyKnowsSendsNothingAndCancels() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try bench.drop(
            "id,phone1,action\nann,+14155550109,cancle\nzoe,+14155550108,add\n", as: "a/2.csv")
        XCTAssertEqual(codes(try bench.acknowledgement(2)), ["action.invalid": 1])
        XCTAssertEqual(try states(bench, 1), [.cancelled: 1, .pending: 1])
        try drop("id\nbob\n", as: "a/3.csv", mode: "udpate", in: bench)
        XCTAssertTrue(try bench.refusal(3).hasPrefix("drop.mode-unknown: its side-car's \"mode\" is \"udpate\""))
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2])
        XCTAssertEqual(try sent(bench).count, 1)
    }

    func testACancelCountsWhateverElseIsWrongWithItsRecordOrItsDrop() throws {
        for (name, text, mode) in [
            ("number.csv", "id,phone1,action\nann,12,cancel\n", nil),
            ("twice.csv", "id,phone1,action\nzoe,+14155550109,add\nann,+14155550109,cancel\nann,,cancel\n", nil),
            ("quote.csv", "id,phone1,action\n\"ann,+14155550109,cancel\nzoe,+14155550108,add\n", nil),
            ("few.csv", "id,name,phone1,action\nann,cancel\nzoe,Zoe,+14155550108,add\n", nil),
            ("noid.csv", "id,phone1,action\n,(415) 555-0101,cancel\nzoe,+14155550108,add\n", nil),
            ("refused.csv", "id\nann\n", "{\"mode\": \"cancel\", \"records\": 7}"),
            ("word.csv", "id\nann\n", "{\"mode\": \"Delete\"}"),
            ("wrapper.json", #"{"mode": "cancel", "contacts": [{"id": "ann"}]}"#, nil),
            ("action.json", #"{"campaign": "a", "action": "Cancelled", "contacts": [{"id": "ann"}]}"#, nil),
        ] as [(String, String, String?)] {
            let bench = try PipelineBench(configuration)
            try bench.drop(list, as: "a/1.csv")
            if let mode { try bench.put(mode, as: "a/\(name).meta.json") }
            try bench.drop(text, as: "a/" + name)
            XCTAssertEqual(try states(bench, 1), [.cancelled: 1, .pending: 1], name)
        }
    }

    func testAWordThatNobodyKnowsBesideTheContactsOfAnObjectRefusesTheDrop() throws {
        for (member, said) in [
            (#""mode": "udpate""#, #"drop.mode-unknown: its "mode" is "udpate""#),
            (#""action": "remind""#, #"drop.mode-unknown: its "action" is "remind""#),
            (#""mode": 7"#, #"drop.mode-unknown: its "mode" is "7""#),
            (#""Mode": ["cancel"]"#, #"drop.mode-unknown: its "mode" is "["cancel"]""#),
        ] {
            let bench = try PipelineBench(configuration)
            try bench.drop(list, as: "a/1.csv")
            try bench.drop(
                #"{\#(member), "contacts": [{"id": "ann", "phone1": "+14155550109"}]}"#, as: "a/2.json")
            let refusal = try bench.refusal(2)
            XCTAssertTrue(refusal.hasPrefix(said), refusal)
            XCTAssertEqual(try states(bench, 1), [.cancelled: 1, .pending: 1], member)
        }
        for member in [#""mode": null"#, #""action": "", "mode": " ""#] {
            let bench = try PipelineBench(configuration)
            try bench.drop(
                #"{\#(member), "contacts": [{"id": "ann", "phone1": "+14155550109"}]}"#, as: "a/2.json")
            XCTAssertEqual(try states(bench, 1), [.pending: 1], member)
        }
    }

    func testCancelsWithoutAnIdAreCountedAndNamed() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try bench.drop(
            "id,phone1,action\n,(415) 555-0101,cancel\n,+14155550999,cancel\n\"bob,+14155550108,cancel\nzoe,+14155550107,add\n",
            as: "a/2.csv")
        let ack = try bench.acknowledgement(2)
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2])
        XCTAssertEqual(ack["contacts"] as? Int, 2)
        XCTAssertEqual(ack["missedCancels"] as? Int, 1)
        let told = try XCTUnwrap(ack["cancelsWithoutId"] as? [[String: Int]])
        XCTAssertEqual(told.map { $0["record"] }, [1, 2, 3])
        XCTAssertEqual(told.map { $0["contacts"] }, [1, 0, 1])
    }

    func testAnUpdateThatIsRejectedChangesNothing() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try bench.drop("id,phone1,action\nann,12,update\n,+14155550101,update\nzoe,+14155550108,add\n", as: "a/2.csv")
        XCTAssertEqual(codes(try bench.acknowledgement(2)), ["phone1.impossible-length": 1, "id.missing": 1])
        XCTAssertEqual(try states(bench, 1), [.pending: 2])
    }

    func testOfRecordsWithOneIdTheLastCounts() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try bench.drop(
            "id,phone1,message,action\nann,+14155550101,first,update\nann,+14155550111,second,update\nbob,+14155550102,moved,update\n"
                + "bob,,,cancel\ncem,+14155550103,new,add\ncem,,,cancel\n", as: "a/2.csv")
        let sent = try sent(bench).joined(separator: "\n")
        XCTAssertTrue(sent.contains("second"), sent)
        for gone in ["first", "moved", "new", "at nine", "at ten"] { XCTAssertFalse(sent.contains(gone), sent) }
    }

    func testTheSameContentCancelsWhatItBroughtAndACancelIsNeverADuplicate() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try drop(list, as: "a/2.csv", mode: "cancel", in: bench)
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2])
        try bench.put("{\"resend\": true}", as: "a/3.csv.meta.json")
        try bench.drop(list, as: "a/3.csv")
        XCTAssertEqual(try states(bench, 3), [.pending: 2])
        try drop(list, as: "a/4.csv", mode: "cancel", in: bench)
        XCTAssertEqual(try states(bench, 3), [.cancelled: 2])
        XCTAssertEqual(try sent(bench), [])
    }

    func testTheSameUpdateTwiceIsADuplicate() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        let update = "phone1,id,message\n+14155550101,ann,at noon\n"
        try drop(update, as: "a/2.csv", mode: "update", in: bench)
        try drop(update, as: "a/3.csv", mode: "update", in: bench)
        XCTAssertEqual(try bench.acknowledgement(3)["status"] as? String, "duplicate")
        XCTAssertEqual(try states(bench, 2), [.pending: 1])
    }

    func testAContactOfABatchThatWaitsForApprovalIsCancelledAndStaysSo() throws {
        let bench = try PipelineBench("{campaigns: {a: {approve: {above: 1}}}}")
        try bench.drop(list, as: "a/1.csv")
        XCTAssertNotNil(try bench.acknowledgement(1)["held"])
        try drop("id\nann\nbob\n", as: "a/2.csv", mode: "cancel", in: bench)
        XCTAssertNil(try bench.acknowledgement(2)["held"], "nothing of a cancel is sent")
        try bench.drop("{\"command\": \"approve\", \"batch\": \"20261120-000001\"}", as: "_control/c.json")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a"), [])
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2])
    }

    func testACorrectionOfAnUpdateIsOneToo() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try drop(
            "phone1,id,message\n12,ann,at noon\n+14155550102,bob,at one\n", as: "a/2.csv", mode: "update", in: bench)
        try bench.drop("phone1,id,message\n+14155550101,ann,at noon\n", as: "a/2-20261120-000002.csv")
        XCTAssertEqual(try bench.acknowledgement(3)["mode"] as? String, "update")
        XCTAssertEqual(try states(bench, 1), [.cancelled: 2])
        let sent = try sent(bench).joined(separator: "\n")
        XCTAssertTrue(sent.contains("at noon") && sent.contains("at one"), sent)
        XCTAssertFalse(sent.contains("at nine"), sent)
    }

    func testTheDaysFilesAddUpAndNameWhoWasCancelled() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try drop("id\nann\n", as: "a/2.csv", mode: "cancel", in: bench)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let skipped = try bench.report("skipped", campaign: "a")
        XCTAssertEqual(skipped.count, 2)
        XCTAssertTrue(skipped.allSatisfy { $0.contains(",Cancelled,validation,") }, "\(skipped)")
        XCTAssertEqual(try bench.report("progress", campaign: "a").count, 1)
    }

    func testACancelInTheMiddleOfADropWaitsForItAndEndsWhatItBrings() throws {
        let bench = try PipelineBench(configuration)
        try bench.put(IntakeTests.large(), as: "a/large.csv")
        var begun = 0
        bench.pipeline.drops.onInterlude = { reading in
            guard reading.drop == "large.csv", begun == 0 else { return }
            try bench.put("{\"mode\": \"cancel\"}", as: "a/2.csv.meta.json")
            try bench.put("phone1,id\n+14155550101,\n", as: "a/2.csv")
            bench.pipeline.claims.ask()
            begun = try OvertakingTests.overtake(bench.pipeline)
        }
        try bench.take()
        XCTAssertEqual(begun, 1)
        XCTAssertEqual(try states(bench, 1)[.cancelled], 1)
        XCTAssertLessThan(
            try XCTUnwrap(bench.acknowledgement(1)["finishedAt"] as? String),
            try XCTUnwrap(bench.acknowledgement(2)["finishedAt"] as? String))
    }

    func testACancelThatIsTakenBeforeAnOlderFileLetsThatOneGoFirst() throws {
        for (name, text) in [("2.csv", "id,action\nann,cancel\n"), ("3.csv", "action,id,phone1\ncancel,ann,\n")] {
            let bench = try PipelineBench(configuration)
            try bench.put(list, as: "a/1.csv")
            // Small files are taken first.
            try bench.put(text, as: "a/" + name)
            try bench.settle()
            let added = try XCTUnwrap(try bench.pipeline.store.batches(ofCampaign: "a").first { $0.name == "1.csv" })
            XCTAssertEqual(added.id, batch(2), "the cancel was claimed first")
            XCTAssertEqual(try bench.pipeline.store.states(of: added.id), [.cancelled: 1, .pending: 1])
        }
    }

    func testNothingIsSentWhileADropIsReadThatMayCancel() {
        var reading = Scheduler.Reading(
            purpose: .contacts, campaign: "a", priority: 5, size: 1 << 30, isAlone: true, isSlow: true, isWaiting: false
        )
        XCTAssertTrue(Scheduler.maySend(amid: [reading], isScanNearlyDone: false))
        reading.mayForbid = true
        XCTAssertFalse(Scheduler.maySend(amid: [reading], isScanNearlyDone: false))
    }

    func testACancelThatWasBeingReadAtACrashIsReadAgain() throws {
        struct Cut: Error {}
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try bench.put("{\"mode\": \"cancel\"}", as: "a/2.csv.meta.json")
        try bench.put("id\nann\n", as: "a/2.csv")
        bench.pipeline.drops.onProgress = { _ in throw Cut() }
        XCTAssertThrowsError(try bench.take())
        XCTAssertEqual(try states(bench, 1), [.pending: 2])
        try bench.restartAfterCrash(at: "2026-11-20T15:00:05Z")
        try bench.pipeline.recover()
        XCTAssertEqual(try states(bench, 1), [.cancelled: 1, .pending: 1])
        XCTAssertEqual(try bench.acknowledgement(2)["contacts"] as? Int, 1)
    }

    func testACheckSaysWhatBecomesOfEachRecordAndChangesNothing() throws {
        let bench = try PipelineBench(configuration)
        try bench.drop(list, as: "a/1.csv")
        try Files.createFolder(bench.root + "/a")
        try Files.writeAtomically(
            Array("id,phone1,action\nann,,cancel\nzoe,,cancel\n".utf8), to: bench.root + "/a/2.csv")
        let run = DropCheckRun(
            path: bench.root + "/a/2.csv", campaign: "a", configuration: bench.configuration,
            store: bench.pipeline.store,
            spillFolder: bench.root, now: { bench.pipeline.now })
        let outcome = try run.run(into: nil) { _, _ in }
        XCTAssertEqual(outcome.acknowledgement.accepted, 1)
        XCTAssertEqual(outcome.acknowledgement.rejectsByCode.map(\.code), ["id.unknown"])
        XCTAssertEqual(try states(bench, 1), [.pending: 2])
    }
}
