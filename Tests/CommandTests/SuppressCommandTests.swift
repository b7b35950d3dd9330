import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// `waybill suppress`: who must not be contacted.
final class SuppressCommandTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var waybill: Executable!

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        waybill = Executable(workspace)
    }

    func testWhoIsAddedIsNotContactedUntilRemovedAndNothingElseIsDone() throws {
        try workspace.write("phone1\n+14155550123\n+14155550124\n", to: "inbox/default/a.csv")
        let added = try waybill.run(
            "suppress", "add", "+1 415 555 0123", "--reason", "asked, by letter", "--expires", "2099-01-31")
        XCTAssertEqual(added.status, 0)
        XCTAssertTrue(added.output.contains("accepted  _suppress"), added.output)
        XCTAssertTrue(workspace.exists("inbox/default/a.csv"), "drops of contacts wait")

        let look = try waybill.run("suppress", "list", "+14155550123", "--json")
        XCTAssertEqual(look.status, 0)
        let (found, change) = (try XCTUnwrap(look.objects().first), try XCTUnwrap(look.objects().last))
        XCTAssertEqual(found["suppressed"] as? String, "DNC Listed")
        XCTAssertEqual(found["reason"] as? String, "asked, by letter")
        XCTAssertEqual(found["expires"] as? String, "2099-02-01T12:00:00+00:00")
        XCTAssertEqual(change["change"] as? String, "listed")
        let text = try waybill.run("suppress", "list", "+14155550123").output
        XCTAssertTrue(text.contains("DNC Listed, reason: asked, by letter, for all campaigns until 2099-02-01"), text)
        XCTAssertTrue(try waybill.run("explain", "+14155550123").output.contains("must not be contacted: DNC Listed"))

        XCTAssertEqual(try waybill.run("run", "--until-idle").status, 0)
        let parcels = workspace.files(below: "outbox/dispatch", ending: ".csv")
        let sent = try workspace.read(XCTUnwrap(parcels.first))
        XCTAssertTrue(sent.contains("+14155550124") && !sent.contains("+14155550123"), sent)

        XCTAssertEqual(try waybill.run("suppress", "remove", "+14155550123").status, 0)
        let gone = try waybill.run("suppress", "list", "+14155550123")
        XCTAssertEqual(gone.status, 1)
        XCTAssertTrue(gone.output.contains("nothing speaks against contacting this one"), gone.output)
        XCTAssertTrue(gone.output.contains("taken off for all campaigns"), gone.output)
    }

    func testAReasonMayHoldQuotesAndLineBreaks() throws {
        // A quote with a mark above it is one Character, and a quote all the same.
        let reason = "said \"no\",\na\"\u{301},2020-01-01,"
        XCTAssertEqual(try waybill.run("suppress", "add", "+14155550123", "--reason", reason).status, 0)
        let look = try waybill.run("suppress", "list", "+14155550123", "--json")
        XCTAssertEqual(try look.objects().first?["reason"] as? String, reason)
        XCTAssertTrue(try XCTUnwrap(look.objects().first)["expires"] is NSNull)
    }

    func testOfValuesWithAWrongOneNobodyIsListedAndEachWrongOneIsNamed() throws {
        let wild = try waybill.run("suppress", "add", "*@example.org")
        XCTAssertEqual(wild.status, 2)
        XCTAssertTrue(wild.errors.contains("nobody was listed"), wild.errors)
        XCTAssertTrue(wild.errors.contains("waybill suppress add --kind domain example.org"), wild.errors)
        XCTAssertFalse(wild.errors.contains("it was listed"), wild.errors)
        let several = try waybill.run("suppress", "add", "+14155550142", "+1415555", "nobody")
        XCTAssertEqual(several.status, 2)
        XCTAssertTrue(several.errors.contains("+1415555: ") && several.errors.contains("nobody: "), several.errors)
        XCTAssertEqual(try waybill.run("suppress", "list", "+14155550142").status, 1)
        XCTAssertEqual(try waybill.run("suppress", "add", "example.org", "--kind", "domain").status, 0)
        XCTAssertEqual(try waybill.run("suppress", "list", "x@example.org").status, 0)
    }

    func testListsAreImportedAndTheirTotalsShown() throws {
        XCTAssertEqual(try waybill.run("suppress", "list").output, "")
        let list = try workspace.file(
            "l.csv",
            "kind,value,channel,reason\nphone,+14155550123,sms,no texts\nphone,+14155550124,sms,no texts\nid,7,,\nphone,1,,\n"
        )
        let outcome = try waybill.run("suppress", "import", list, "--json")
        XCTAssertEqual(try outcome.objects().first?["rejected"] as? Int, 1)
        let totals = try waybill.run("suppress", "list").output
        XCTAssertEqual(
            totals,
            """
            2           phone   listed for all campaigns over sms, reason: no texts
            1           id      listed for all campaigns

            """)
        XCTAssertEqual(try waybill.run("suppress", "list", "--json").objects().map { $0["count"] as? Int }, [2, 1])
    }

    func testANumberAndAnAddressAreFoundUnderWhatTheyBeginAndEndWith() throws {
        _ = try waybill.run("suppress", "add", "+44 870", "--kind", "prefix", "--reason", "dear")
        _ = try waybill.run("suppress", "add", "example.com", "--kind", "domain", "--channel", "email")
        for value in ["+448701234567", "ann@mail.Example.com"] {
            let look = try waybill.run("suppress", "list", value)
            XCTAssertEqual(look.status, 0)
            XCTAssertTrue(look.output.contains("listed for all campaigns"), look.output)
            XCTAssertEqual(try waybill.run("explain", value).status, 0)
        }
        for value in ["+448711234567", "ann@notexample.com"] {
            XCTAssertEqual(try waybill.run("suppress", "list", value).status, 1)
        }
    }

    func testWhoSaidStopIsToldToStaySoWhenTakenOffALine() throws {
        let replies = try workspace.file("r.csv", "from,text\n+14155550123,STOP\n")
        XCTAssertEqual(try waybill.run("process", replies, "--replies").status, 0)
        _ = try waybill.run("suppress", "add", "+14155550124")
        let removed = try waybill.run("suppress", "remove", "+14155550123", "+14155550124")
        XCTAssertEqual(removed.status, 0)
        XCTAssertTrue(
            removed.errors.contains("+14155550123 stays suppressed: the person said so themselves"), removed.errors)
        XCTAssertTrue(removed.errors.contains("START"), removed.errors)
        XCTAssertFalse(removed.errors.contains("+14155550124"), removed.errors)
        XCTAssertEqual(try waybill.run("suppress", "list", "+14155550123").status, 0)
    }

    func testAnIdIsLookedForWithoutItsKindWhereNoNumberIsMeant() throws {
        XCTAssertEqual(try waybill.run("suppress", "add", "007", "--kind", "id").status, 0)
        for value in ["007", "7"] {
            let look = try waybill.run("suppress", "list", value)
            XCTAssertEqual(look.status, 0, look.errors)
            XCTAssertTrue(look.output.contains("do-not-contact") || look.output.contains("listed"), look.output)
        }
        let nobody = try waybill.run("suppress", "list", "8")
        XCTAssertEqual(nobody.status, 2)
        XCTAssertTrue(nobody.errors.contains("No id that was ever listed is written so"), nobody.errors)
        XCTAssertEqual(try waybill.run("explain", "7").status, 0, "it is told that nobody contacts it")
    }

    func testMistakesOfTheSuppressCommandAreUsageAndChangeNothing() throws {
        for arguments in [
            ["suppress"], ["suppress", "ad", "+14155550123"], ["suppress", "add"], ["suppress", "add", "12"],
            ["suppress", "add", "+14155550123", "--kind", "phones"],
            ["suppress", "add", "+14155550123", "--campaign", "none"],
            ["suppress", "add", "+14155550123", "--expires", "soon"],
            ["suppress", "add", "+14155550123", "--expires", "2020-01-01"],
            ["suppress", "remove", "+14155550123", "--reason", "x"], ["suppress", "list", "12"],
            ["suppress", "import", "l.csv", "--channel", "sms"],
        ] {
            XCTAssertEqual(try waybill.run(arguments).status, 2, "\(arguments)")
        }
        XCTAssertEqual(workspace.files(below: "outbox/acks", ending: ".json"), [])
    }

    /// A list that was dropped listed them, since it goes by the earliest that it may be.
    func testAnEndIsJudgedByTheEarliestThatItMayBeWhileTheClockIsNotBelieved() throws {
        if ClockReading.now.isSynchronised { throw XCTSkip("a time service keeps this clock, so it is believed") }
        XCTAssertEqual(try waybill.run("suppress", "add", "+14155550122").status, 0)
        // Trusted last sixty days ago, before this boot.
        let day: Int64 = 86_400_000
        let (wall, end) = (ClockReading.now.wall - 60 * day, ClockReading.now.wall - 20 * day)
        let memory = ClockWitness.Memory(ClockReading(wall: wall, sinceBoot: 1_000, boot: "before"))
        let store = try SQLiteStore(path: workspace.path("state/waybill.db"))
        try store.durably { try store.set(.clockWitness, to: Array(try JSONEncoder().encode(memory))) }
        let expires = Timestamp(milliseconds: end).utcDay.description
        let added = try waybill.run("suppress", "add", "+14155550123", "--expires", expires)
        XCTAssertEqual(added.status, 0, added.errors)
        let look = try waybill.run("suppress", "list", "+14155550123")
        XCTAssertEqual(look.status, 0, look.output)
        XCTAssertTrue(look.output.contains("DNC Listed"), look.output)
        // Whoever sets the clock by hand knows the time.
        let clock = Timestamp(milliseconds: ClockReading.now.wall).description
        XCTAssertEqual(try waybill.run("suppress", "list", "+14155550123", "--clock", clock).status, 1)
    }

    /// Nobody was listed where the answer could not be read.
    func testWhoIsAddedIsListedWhereNoAcknowledgementCanBeWrittenOrRead() throws {
        XCTAssertEqual(try waybill.run("suppress", "add", "+14155550122").status, 0)
        try Files.removeTree(workspace.path("outbox/acks"))
        try Files.writeAtomically([], to: workspace.path("outbox/acks"))
        let alone = try waybill.run("suppress", "add", "+14155550123")
        let daemon = try waybill.start("run")
        XCTAssertTrue(eventually { daemon.errors.contains("run.started") })
        let beside = try waybill.run("suppress", "add", "+14155550124")
        for (added, number) in [(alone, "+14155550123"), (beside, "+14155550124")] {
            XCTAssertEqual(added.status, 4, number)
            XCTAssertTrue(added.errors.contains("was taken, and what came of it cannot be read"), added.errors)
            XCTAssertEqual(try waybill.run("suppress", "list", number).status, 0, number)
        }
        daemon.send(SIGTERM)
        XCTAssertEqual(daemon.finish().status, 0, daemon.errors)
    }
}
