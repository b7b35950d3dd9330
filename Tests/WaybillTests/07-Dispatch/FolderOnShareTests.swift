import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What becomes of a parcel on its way to a share, wherever its process ends. No share is needed: an ordinary folder is
/// treated as one.
final class FolderOnShareTests: XCTestCase {
    private var root = ""
    private var folder: String { root + "/share/a" }
    private var hidden: String { folder + "/.P000000007.csv.tmp" }
    private var back: String { folder + "/.P000000007.csv.back.tmp" }
    private var final: String { folder + "/P000000007.csv" }
    private var takenAway: String {
        "neither .P000000007.csv.tmp nor P000000007.csv is in \(folder), which is the folder it was: "
            + "it counts as sent, and as taken away since"
    }
    private let reference = Reference(
        letters: StoreLetters("bcdfgh".utf8)!, batch: BatchID("20261120-000001")!, record: 1, step: "text", attempt: 1)

    override func setUpWithError() throws {
        root = FileManager.default.temporaryDirectory.path + "/waybill-" + UUID().uuidString
        try Files.createFolder(root + "/share")
    }

    override func tearDown() { try? Files.removeTree(root) }

    private func load(until: Timestamp? = nil) -> ParcelLoad {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        return ParcelLoad(
            parcel: ParcelID(rawValue: 7), batch: reference.batch, campaign: "a", step: "text", channel: "sms",
            bytes: Array("reference\nr1\n".utf8), references: [reference], at: now, until: [until])
    }

    private func ticket(control: Bool = false) throws -> Ticket {
        var settings = TransportSettings()
        (settings.path, settings.journals) = (root + "/share", root + "/flights")
        (settings.isOnShare, settings.hasControl) = (true, control)
        return try FolderTransport("far", settings, in: root).prepare(load())
    }

    private func journal() throws -> ShareJournal.Note? { try ShareJournal(path: root + "/flights/P000000007").read() }

    private func resolved(_ ticket: Ticket) throws -> String {
        switch try FolderTransport.resolve(ticket, [reference], StopSign()) {
        case .left(.accepted): "left"
        case .left: "in part"
        case .takenAway(let why): why
        case .notLeft: "not left"
        case .again: "again"
        case .unknown(let why): why
        }
    }

    private func outcome(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign = StopSign()) throws -> MessageOutcome {
        try FolderTransport.commit(ticket, load, stop).fate(of: 1)
    }

    func testNothingIsAskedOfTheShareBeforeTheParcelIsLeaving() throws {
        let ticket = try ticket()
        XCTAssertEqual(try Files.list(root + "/share"), [])
        XCTAssertEqual(FolderTransport.share(of: ticket), folder)
        XCTAssertFalse(FolderTransport.isImmediate(ticket))
    }

    func testTheNoteOfAnotherParcelOfTheSameNumberSaysNothingOfThisOne() throws {
        let earlier = try ticket()
        XCTAssertEqual(try outcome(earlier, load()), .accepted)
        try Files.remove(final)
        XCTAssertEqual(try resolved(ticket()), "not left")
    }

    func testAFileThatIsTakenAwayAtOnceHasLeft() throws {
        let ticket = try ticket(control: true)
        XCTAssertEqual(try outcome(ticket, load()), .accepted)
        XCTAssertTrue(try Files.exists(final) && Files.exists(final + ".meta.json"))
        XCTAssertEqual(try resolved(ticket), "left")
        try Files.remove(final)
        XCTAssertEqual(try resolved(ticket), takenAway)
        try Files.remove(folder + "/.waybill-folder")
        XCTAssertTrue(try resolved(ticket).contains("which is not the folder it was"))
        try FolderTransport.discard(ticket)
        XCTAssertNil(try journal())
    }

    func testWhatIsRecalledOrLateOrAbandonedIsNotRenamed() throws {
        let ticket = try ticket()
        let recalled = StopSign()
        recalled.recall(.all)
        XCTAssertEqual(try outcome(ticket, load(), recalled), .recalled)
        XCTAssertEqual(try outcome(ticket, load(until: load().at)), .recalled)
        let abandoned = StopSign()
        abandoned.abandon()
        XCTAssertEqual(try outcome(ticket, load(), abandoned), .later)
        XCTAssertEqual(try Files.list(folder), [".waybill-folder"])
        XCTAssertNil(try journal())
    }

    func testWhatCannotBeWrittenIsTriedLater() throws {
        let ticket = try ticket()
        try Files.writeAtomically([], to: root + "/share/a")
        guard case .resting(let outcomes, nil, let why) = try FolderTransport.commit(ticket, load(), StopSign()) else {
            return XCTFail()
        }
        XCTAssertEqual(outcomes, [1: .later])
        XCTAssertEqual(why, "\(folder) is a file, and a folder is needed there: move it away, or write another path")
    }

    /// The process ended there: by the note, and by what lies on the share.
    func testAfterACrashTheJournalAndTheShareSayWhatBecameOfIt() throws {
        let ticket = try ticket()
        let content = Array("reference\nr1\n".utf8)
        func crash(_ note: Bool, hidden: Bool = false, back: Bool = false, final: Bool = false) throws {
            try Files.removeTree(folder)
            let marker = try FolderTransport.makeFolder(folder)
            try ShareJournal(path: root + "/flights/P000000007").remove()
            if note { try ShareJournal(path: root + "/flights/P000000007").write(.renaming(marker: marker)) }
            if hidden { try Files.writeAtomically(content, to: self.hidden) }
            if back { try Files.writeAtomically(content, to: self.back) }
            if final { try Files.writeAtomically(content, to: self.final) }
        }
        try crash(false, hidden: true)
        XCTAssertEqual(try resolved(ticket), "not left")
        try crash(true, hidden: true)
        XCTAssertEqual(try resolved(ticket), "not left")
        XCTAssertEqual(try journal(), .back)
        // What a server does late that nobody waited for.
        XCTAssertThrowsError(try Files.rename(hidden, to: final, replacing: false))
        XCTAssertEqual(try resolved(ticket), "not left", "asked once more")
        try crash(true, back: true)
        XCTAssertEqual(try resolved(ticket), "not left")
        try crash(true, final: true)
        XCTAssertEqual(try resolved(ticket), "left")
        // Renamed by two steps, of which one was done.
        try crash(true, hidden: true, final: true)
        XCTAssertEqual(try resolved(ticket), "left")
        XCTAssertEqual(try Files.list(folder), [".waybill-folder", "P000000007.csv"])
        try crash(true, back: true, final: true)
        XCTAssertEqual(try resolved(ticket), "left")
        try crash(true)
        XCTAssertEqual(try resolved(ticket), takenAway)
        try crash(true)
        try Files.writeAtomically(Array("other".utf8), to: hidden)
        XCTAssertTrue(try resolved(ticket).contains("is not what waybill wrote"))
    }
}
