import Glibc
import Support
import XCTest

/// Steering campaigns, and asking what became of contacts.
final class CampaignCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    func testAPausedCampaignWaitsUntilItIsResumed() throws {
        XCTAssertEqual(try waybill.run("campaign", "pause", "default").status, 0)
        let file = try workspace.file("a.csv", "phone1,id\n+14155550123,x1\n")
        let outcome = try waybill.run("process", file)
        XCTAssertTrue(outcome.output.contains("the campaign is paused"), outcome.output)
        XCTAssertEqual(workspace.files(below: "outbox/dispatch", ending: ".csv"), [])
        XCTAssertTrue(try waybill.run("status").output.contains("default  UTC  paused"))
        let listed = try waybill.run("campaign", "list", "--json").objects().first
        XCTAssertEqual(listed?["paused"] as? Bool, true)
        XCTAssertEqual(listed?["open"] as? Int, 1)
        let waiting = try XCTUnwrap(try waybill.run("explain", "+1 415 555 0123", "--json").objects().first)
        XCTAssertEqual(waiting["state"] as? String, "Pending")
        XCTAssertEqual((waiting["present"] as? String)?.contains("the campaign is paused"), true)

        XCTAssertEqual(try waybill.run("campaign", "resume", "default").status, 0)
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        XCTAssertEqual(workspace.files(below: "outbox/dispatch", ending: ".csv").count, 1)
        let done = try waybill.run("explain", "+14155550123", "--json").objects().first
        XCTAssertEqual(done?["state"] as? String, "Handed Over")
        XCTAssertEqual(done?["id"] as? String, "x1")
        XCTAssertEqual(done?["address"] as? String, "+1415•••0123")
    }

    func testWhatWaitsCanBeWithdrawn() throws {
        _ = try waybill.run("campaign", "pause", "default")
        _ = try waybill.run("process", try workspace.file("a.csv", "phone1\n+14155550123\n+14155550124\n"))
        let outcome = try waybill.run("campaign", "flush", "default", "--json")
        XCTAssertEqual(try outcome.objects().first?["withdrawn"] as? Int, 2)
        let state = try waybill.run("explain", "+14155550124", "--json").objects().first?["state"]
        XCTAssertEqual(state as? String, "Withdrawn")
    }

    func testWhatWaitsForApprovalLeavesOnceSomebodyApproves() throws {
        try workspace.write("{campaigns: {default: {approve: {above: 1}}}}", to: "waybill.json5")
        _ = try waybill.run("process", try workspace.file("a.csv", "phone1\n+14155550123\n+14155550124\n"))
        XCTAssertEqual(workspace.files(below: "outbox/dispatch", ending: ".csv"), [])
        let status = try waybill.run("status", "--json").output
        XCTAssertTrue(status.contains("2 contacts, and more than 1 need approval"), status)
        let outcome = try waybill.run("campaign", "approve", "default")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertTrue(outcome.output.contains("what waited for approval leaves"), outcome.output)
        XCTAssertEqual(try waybill.run("campaign", "approve", "default").status, 1, "nothing waits any more")
        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        XCTAssertEqual(workspace.files(below: "outbox/dispatch", ending: ".csv").count, 1)
        let requeue = try waybill.run("campaign", "requeue", "default", "--where", "state=Failed")
        XCTAssertEqual(requeue.status, 1)
        XCTAssertTrue(requeue.errors.contains("no contact comes again"), requeue.errors)
    }

    func testMistakesOfTheCampaignCommandAreUsage() throws {
        for arguments in [
            ["campaign"], ["campaign", "pase", "default"], ["campaign", "pause"], ["campaign", "pause", "none"],
            ["campaign", "pause", "default", "--batch", "20261121-000001"],
            ["campaign", "flush", "default", "--batch", "7"], ["campaign", "requeue", "default"],
            ["campaign", "requeue", "default", "--where", "state=Dangling"],
            ["campaign", "flush", "default", "--where", "state=Failed"],
        ] {
            XCTAssertEqual(try waybill.run(arguments).status, 2, "\(arguments)")
        }
    }

    func testARefusedCommandIsANoAndDoesNothing() throws {
        let outcome = try waybill.run("campaign", "flush", "default", "--batch", "20261121-000001")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(outcome.errors.contains("nothing was done: there is no batch 20261121-000001"), outcome.errors)
    }

    func testMoreThanAThousandContactsAreNotWithdrawnUnasked() throws {
        _ = try waybill.run("campaign", "pause", "default")
        let numbers = (0..<1_001).map { "+1415555\(1_000 + $0)\n" }.joined()
        _ = try waybill.run("process", try workspace.file("a.csv", "phone1\n" + numbers))
        for words in [["flush"], ["withdraw"]] {
            let outcome = try waybill.run(["campaign"] + words + ["default"])
            XCTAssertEqual(outcome.status, 1)
            XCTAssertTrue(outcome.errors.contains("ends 1,001 contacts of default for good; say --yes"), outcome.errors)
        }
        XCTAssertEqual(try waybill.run("campaign", "list", "--json").objects().first?["open"] as? Int, 1_001)
        let outcome = try waybill.run("campaign", "flush", "default", "--yes")
        XCTAssertEqual(outcome.output, "1,001 contacts of default withdrawn\n", outcome.errors)
    }

    func testACommandHandedToAnotherWaybillAnswersWhenItIsDone() throws {
        try workspace.write(
            "{policies: {later: {startAfter: '2030-01-01T00:00:00Z'}}, campaigns: {default: {policy: 'later'}}}",
            to: "waybill.json5")
        _ = try waybill.run("process", try workspace.file("a.csv", "phone1\n+14155550123\n+14155550124\n"))
        let daemon = try waybill.start("run")
        XCTAssertTrue(eventually { daemon.errors.contains("run.started") })
        let paused = try waybill.run("campaign", "pause", "default")
        XCTAssertEqual(paused.status, 0, paused.errors)
        XCTAssertTrue(paused.output.hasPrefix("default is paused: "), paused.output)
        XCTAssertTrue(paused.output.hasSuffix("; 2 contacts wait\n"), paused.output)
        let refused = try waybill.run("campaign", "flush", "default", "--batch", "20010101-000001")
        XCTAssertEqual(refused.status, 1, refused.errors)
        XCTAssertTrue(refused.errors.contains("there is no batch 20010101-000001"), refused.errors)
        let flushed = try waybill.run("campaign", "flush", "default", "--json")
        XCTAssertEqual(try flushed.objects().first?["withdrawn"] as? Int, 2, flushed.errors)
        XCTAssertEqual(try flushed.objects().first?["handedOver"] as? Bool, true)
        daemon.send(SIGTERM)
        XCTAssertEqual(daemon.finish().status, 0)
    }

    func testExplainTellsOfRejectedRecordsAndDuplicates() throws {
        let file = try workspace.file("a.csv", "phone1\n12\n+14155550123\n+14155550123\n")
        let batch = try XCTUnwrap(
            try waybill.run("process", file, "--json").objects().first?["batch"] as? String)
        func state(_ record: Int) throws -> String? {
            try waybill.run("explain", "\(batch):\(record)", "--json").objects().first?["state"] as? String
        }
        XCTAssertEqual(try state(1), "Rejected")
        XCTAssertEqual(try state(2), "Handed Over")
        XCTAssertEqual(try state(3), "Duplicate")
        let text = try waybill.run("explain", "\(batch):1").output
        XCTAssertTrue(text.contains("phone1.impossible-length"), text)
    }

    func testExplainFindsNobody() throws {
        XCTAssertEqual(try waybill.run("explain", "+14155550123").status, 1)
        _ = try waybill.run("process", try workspace.file("a.csv", "phone1\n+14155550123\n"))
        XCTAssertEqual(try waybill.run("explain", "+14155550199").status, 1)
        XCTAssertEqual(try waybill.run("explain", "20010101-000001:1").status, 1)
        XCTAssertEqual(try waybill.run("explain", "who?").status, 1)
    }

    func testReceiptsMoveStates() throws {
        try workspace.write(
            """
            {
              strategies: { calls: { steps: [
                { name: "call", channel: "voice", to: "phone1", attempts: 2,
                  on: { busy: { retry: "5m" }, connected: "close", other: "close" } },
              ] } },
              campaigns: { clinic: { strategy: "calls" } },
            }
            """, to: "waybill.json5")
        let file = try workspace.file("a.csv", "phone1\n+14155550123\n+14155550124\n+14155550125\n")
        let batch = try XCTUnwrap(
            try waybill.run("process", file, "--campaign", "clinic", "--json").objects().first?["batch"] as? String)
        func states() throws -> [String] {
            try (1...3).map { record in
                try waybill.run("explain", "\(batch):\(record)", "--json").objects().first?["state"] as? String ?? ""
            }
        }
        XCTAssertEqual(try states(), ["Sent to Dialer", "Sent to Dialer", "Sent to Dialer"])
        let letters = try workspace.letters()
        let receipts = try workspace.file(
            "results.csv", "reference,event\n\(letters)\(batch)-1-call-1,connected\n\(letters)\(batch)-2-call-1,busy\n")
        let outcome = try waybill.run("process", receipts, "--receipts", "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        XCTAssertEqual(try outcome.objects().first?["accepted"] as? Int, 2)
        XCTAssertEqual(try states(), ["Connected", "Pending", "Sent to Dialer"])
        let busy = try waybill.run("explain", "\(letters)\(batch)-2-call-1").output
        XCTAssertEqual(try waybill.run("explain", "qqqqqq-\(batch)-2-call-1").status, 1)
        XCTAssertTrue(busy.contains("came back busy"), busy)
    }

    func testTheRowsOfADayThatFitArePrinted() throws {
        let people = "phone1,id\n+14155550123,\"a,\"\"b\"\"\"\n12,x\n+14155550124,y\n+14155550124,z\n"
        _ = try waybill.run("process", try workspace.file("a.csv", people))
        let done = try waybill.run("report", "--where", "state=Handed Over")
        XCTAssertEqual(done.status, 0, done.errors)
        let lines = done.output.split(separator: "\n")
        XCTAssertEqual(lines.count, 3, done.output)
        XCTAssertTrue(lines[0].hasPrefix("day,campaign,batch,"))
        let one = try waybill.run("report", "--where", "id=a,\"b\"", "--campaign", "default")
        XCTAssertEqual(one.output.split(separator: "\n").count, 2, one.errors)
        let code = try waybill.run("report", "--where", "state=Rejected,code=phone1.impossible-length")
        XCTAssertTrue(code.output.contains(",x,Rejected,"), code.output)
        XCTAssertEqual(try waybill.run("report", "--where", "state=Failed").status, 1)
        XCTAssertTrue(try waybill.run("report", "--where", "stat=Failed").errors.contains("did you mean \"state\"?"))
    }

    func testReportWritesTheSameBytesAgain() throws {
        XCTAssertEqual(try waybill.run("report").status, 0)
        XCTAssertFalse(workspace.exists("state"), "a report of nothing made a store")
        let file = try workspace.file("a.csv", "phone1\n+14155550123\n")
        _ = try waybill.run("process", file, "--clock", "2026-03-04T12:00:00Z")
        func write() throws -> String {
            let outcome = try waybill.run("report", "--day", "2026-03-04", "--clock", "2026-03-06T12:00:00Z")
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            XCTAssertEqual(outcome.output, "outbox/reports/2026-03-04\n")
            return try workspace.read("outbox/reports/2026-03-04/SHA256SUMS")
        }
        XCTAssertEqual(try write(), try write())
        XCTAssertEqual(try waybill.run("report", "--day", "2026-02-30").status, 2)
    }
}
