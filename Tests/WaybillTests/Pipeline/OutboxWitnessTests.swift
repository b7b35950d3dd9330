import Foundation
import Glibc
import SystemIO
import XCTest

@testable import Waybill

/// A state folder that is not the one that the outbox was written from.
final class OutboxWitnessTests: XCTestCase {
    /// A bench with two batches acknowledged, whose store is then the one of before them, or none.
    private func bench(older: Bool) throws -> PipelineBench {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "default/a.csv")
        bench.pipeline.close()
        let store = try Files.read(bench.root + "/state/waybill.db", limit: 1 << 24)
        try bench.restart(at: "2026-11-20T15:01:00Z")
        try bench.drop("phone1\n+14155550102\n", as: "default/b.csv")
        bench.pipeline.close()
        for name in try Files.list(bench.root + "/state") where name.hasPrefix("waybill.db") {
            try Files.removeTree(bench.root + "/state/" + name)
        }
        if older { try Files.writeAtomically(store, to: bench.root + "/state/waybill.db") }
        return bench
    }

    func testAnEmptyOrOlderStateFolderBesideAFullerOutboxIsRefusedWithWhatToDo() throws {
        for older in [false, true] {
            let bench = try bench(older: older)
            XCTAssertThrowsError(try bench.restart(at: "2026-11-21T15:00:00Z")) { error in
                let words = "\(error)"
                XCTAssertTrue(words.contains("20261120-000002"), words)
                XCTAssertTrue(words.contains("Put back the state folder"), words)
                XCTAssertTrue(words.contains("--state-is-right"), words)
            }
            XCTAssertEqual(try bench.dispatched().count, 0)
        }
    }

    func testItGoesOnWhereSomebodySaysThatItIsRight() throws {
        let bench = try bench(older: true)
        let letters = try bench.pipeline.store.referenceLetters()?.current
        try bench.restart(at: "2026-11-21T15:00:00Z", stateIsRight: true)
        try bench.drop("phone1\n+14155550103\n", as: "default/c.csv")
        XCTAssertNotEqual(try bench.pipeline.store.referenceLetters()?.current, letters)
        try bench.restart(at: "2026-11-21T15:01:00Z")
    }

    func testWhoSaysOnceThatItIsRightNeedNotSayItAgainAndNoIDComesTwice() throws {
        for older in [false, true] {
            let bench = try bench(older: older)
            let day = "2026-11-20T16:00:00Z"
            try bench.restart(at: day, stateIsRight: true)
            try bench.drop("phone1\n+14155550103\n", as: "default/c.csv")
            let given = try bench.pipeline.store.batches(ofCampaign: "default").map(\.id)
            XCTAssertEqual(given.count, older ? 2 : 1)
            XCTAssertFalse(given.contains(try XCTUnwrap(BatchID("20261120-000002"))), "older \(older)")
            try bench.restart(at: day)
            try bench.restart(at: day, stateIsRight: true)
            try bench.restart(at: day)
        }
    }

    func testAStateFolderThatKnowsTheOutboxGoesOn() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "default/20991231-000001.csv")
        try bench.restart(at: "2026-11-20T15:01:00Z")
        try bench.restart(at: "2026-12-20T15:01:00Z")
    }

    // MARK: The mark in the outbox

    private static let day = "2026-11-21T15:00:00Z"

    /// A bench from whose outbox everything was collected, with the state of before `what`; nil: with none.
    private func collected(after what: (PipelineBench) throws -> Void, older: Bool = true) throws -> PipelineBench {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "default/a.csv")
        bench.pipeline.close()
        let store = try Files.read(bench.root + "/state/waybill.db", limit: 1 << 24)
        let seal = try Files.read(bench.root + "/state/waybill.db-audit", limit: 4_096)
        try bench.restart(at: "2026-11-20T15:01:00Z")
        try what(bench)
        bench.pipeline.close()
        for name in ["acks", "dispatch"] { try Files.removeTree(bench.root + "/outbox/" + name) }
        try Files.removeTree(bench.root + "/state")
        guard older else { return bench }
        try Files.createFolder(bench.root + "/state", mode: 0o700)
        try Files.writeAtomically(store, to: bench.root + "/state/waybill.db")
        try Files.writeAtomically(seal, to: bench.root + "/state/waybill.db-audit")
        return bench
    }

    func testAnOlderOrEmptyStateIsRefusedThoughEverythingWasCollected() throws {
        let benches = [
            try collected { try $0.send() },
            try collected { try $0.drop("phone1\n+14155550102\n", as: "default/b.csv") },
            try collected { try $0.drop("from,text\n+14155550101,STOP\n", as: "_replies/a.csv") },
            try collected(after: { try $0.send() }, older: false),
        ]
        for (number, bench) in benches.enumerated() {
            for _ in 1...2 {
                XCTAssertThrowsError(try bench.restart(at: Self.day), "\(number)") { error in
                    XCTAssertTrue(error is StateBehind, "\(error)")
                    for part in ["outbox/.waybill-state/", "Put back the state folder", "--state-is-right"] {
                        XCTAssertTrue("\(error)".contains(part), "\(error)")
                    }
                }
            }
            XCTAssertEqual(try bench.dispatched(), [])
            try bench.restart(at: Self.day, stateIsRight: true)
            try bench.restart(at: "2026-11-21T15:01:00Z")
            try bench.drop("phone1\n+14155550103\n", as: "default/c.csv")
            try bench.send()
            XCTAssertTrue(try bench.dispatched().joined().contains("+14155550103"), "\(number)")
            try bench.restart(at: "2026-11-21T15:02:00Z")
        }
    }

    /// Puts a mark with a right sum into the outbox.
    private func mark(_ bench: PipelineBench, of state: String, store: String = "0123", steps: Int = 900) throws {
        let content = Array("\(steps)\nbbbbbb\n\(state)\n".utf8)
        let folder = bench.root + "/outbox/.waybill-state"
        try Files.createFolder(folder)
        try Files.writeAtomically(content + Array("\(Checksum.of(content))\n".utf8), to: folder + "/" + store)
    }

    /// Its acknowledgements once replaced those of the other, and it was refused as an older state.
    func testAnotherWorkspaceWithTheSameOutboxIsRefusedAndNamed() throws {
        let other = try PipelineBench()
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "default/a.csv")
        try mark(bench, of: other.root + "/state")
        func assertRefused(stateIsRight: Bool = false, line: UInt = #line) {
            XCTAssertThrowsError(try bench.restart(at: Self.day, stateIsRight: stateIsRight), line: line) { error in
                XCTAssertTrue(error is OutboxShared, "\(error)", line: line)
                XCTAssertTrue("\(error)".contains(other.root + "/state"), "\(error)", line: line)
                XCTAssertTrue("\(error)".contains("outbox of its own"), "\(error)", line: line)
            }
        }
        assertRefused()
        assertRefused(stateIsRight: true)
        // Another user's, as this one sees it.
        defer { Faults.takeBack() }
        Faults.handIn(Fault(.fails(EACCES), of: [.stat], beneath: other.root + "/state/waybill.db", lasts: true))
        assertRefused()
        try Files.remove(bench.root + "/outbox/.waybill-state/0123")
        try bench.restart(at: Self.day)
    }

    func testAStartLeavesItsMarkBeforeAnythingComes() throws {
        let bench = try PipelineBench()
        try bench.restart(at: Self.day)
        let store = try bench.pipeline.store.identity()
        XCTAssertEqual(try Files.list(bench.root + "/outbox/.waybill-state"), [store])
    }

    func testAWorkspaceThatWasMovedOrCopiedWithItsOutboxIsNoOther() throws {
        let copy = try PipelineBench()
        let bench = try PipelineBench()
        try bench.restart(at: Self.day)
        let store = try bench.pipeline.store.identity()
        for place in [copy.root + "/state", copy.root + "/gone"] {
            try mark(bench, of: place, store: store, steps: 0)
            try bench.restart(at: Self.day)
        }
    }

    /// A single command in a workspace that was refused once kept the other from starting.
    func testNothingIsWrittenIntoAnOutboxThatIsAnothers() throws {
        let other = try PipelineBench()
        let bench = try PipelineBench(standing: true)
        try mark(bench, of: other.root + "/state")
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "default/a.csv")
        try bench.drop("+14155550102\n", as: "_suppress/list.csv")
        try bench.send()
        XCTAssertEqual(try Files.list(bench.root + "/outbox/.waybill-state"), ["0123"])
        XCTAssertEqual(bench.files("outbox/acks") + (try bench.dispatched()), [])
        try Files.remove(bench.root + "/outbox/.waybill-state/0123")
        try bench.advance(seconds: 61)
        try bench.restart(at: Self.day)
        try bench.take()
        try bench.send()
        XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550101"])
        // Nor does a new configuration lead there.
        let wrong = "{ outbox: \"\(other.root)/outbox\" }"
        try mark(other, of: other.root + "/state")
        XCTAssertThrowsError(try bench.reload(wrong)) { XCTAssertTrue($0 is OutboxShared, "\($0)") }
    }

    func testAMarkWhoseStateIsGoneIsOfALostState() throws {
        let other = try PipelineBench()
        let bench = try PipelineBench()
        try mark(bench, of: other.root + "/state")
        defer { Faults.takeBack() }
        Faults.handIn(Fault(.fails(EIO), of: [.stat], beneath: other.root + "/state/waybill.db", lasts: true))
        XCTAssertThrowsError(try bench.restart(at: Self.day)) { XCTAssertTrue($0 is StateBehind, "\($0)") }
        Faults.takeBack()
        try mark(bench, of: other.root + "/gone")
        XCTAssertThrowsError(try bench.restart(at: Self.day)) { XCTAssertTrue($0 is StateBehind, "\($0)") }
        try bench.restart(at: Self.day, stateIsRight: true)
        try bench.restart(at: Self.day)
    }

    func testAMarkThatCannotBeReadCountsAsMissingAndIsTold() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "default/a.csv")
        let folder = bench.root + "/outbox/.waybill-state"
        let name = try XCTUnwrap(try Files.list(folder).first)
        try Files.writeAtomically(Array("900\n\n".utf8), to: folder + "/" + name)
        // Safe: the path lives through the call.
        XCTAssertEqual(unsafe mkfifo(folder + "/pipe", 0o644), 0)
        try bench.restart(at: Self.day)
        XCTAssertEqual(bench.logged.with("outbox.passed-over").count, 2)
    }

    func testWhereTheMarkCannotBeWrittenNothingLeavesAndStopsAreTaken() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "default/a.csv")
        let folder = bench.root + "/outbox/.waybill-state"
        try Files.removeTree(folder)
        try Files.writeAtomically([], to: folder)
        try? bench.drop("from,text\n+14155550102,STOP\n", as: "_replies/a.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch/default").filter { !$0.hasPrefix(".") }, [])
        try Files.remove(folder)
        try bench.restart(at: "2026-11-20T15:10:00Z")
        try bench.send()
        let sent = try bench.dispatched()
        XCTAssertEqual(sent.count, 1)
        XCTAssertTrue(sent.joined().contains("+14155550101"))
    }

    func testAMarkThatCannotBeWrittenIsTriedLessAndLessOftenAndSaysWhatToDo() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "default/a.csv")
        let folder = bench.root + "/outbox/.waybill-state"
        // As another process finds it: nothing was written by this one.
        try bench.restart(at: "2026-11-20T15:01:00Z")
        try Files.removeTree(folder)
        try Files.writeAtomically([], to: folder)
        for _ in 0..<120 {
            try bench.advance(seconds: 1)
            try bench.send()
        }
        XCTAssertEqual(bench.logged.with("parcel.taken-back").count, 0)
        XCTAssertEqual(bench.logged.with("parcel.held").count, 1)
        let held = try XCTUnwrap(bench.logged.with("parcel.held").first)
        XCTAssertTrue("\(held)".contains("remove what is in its place"), "\(held)")
        try Files.remove(folder)
        try bench.advance(seconds: 60)
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 1)
    }

    func testWhereTheConfigurationNamesAnotherOutboxTheMarkGoesThere() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "default/a.csv")
        try bench.send()
        try bench.reload("{ outbox: \"elsewhere\" }")
        try bench.drop("phone1\n+14155550102\n", as: "default/b.csv")
        try bench.send()
        XCTAssertEqual(try Files.list(bench.root + "/elsewhere/.waybill-state").count, 1)
    }

    // MARK: What others leave among the acknowledgements

    func testNothingThatOthersLeaveAmongTheAcknowledgementsKeepsWaybillFromStarting() throws {
        // Safe: the paths live through the calls.
        let plants: [(String, (String) throws -> Void)] = [
            (
                "a file in place of all",
                {
                    try Files.removeTree($0); try Files.writeAtomically([], to: $0)
                }
            ),
            ("a day that is a file", { try Files.writeAtomically([], to: $0 + "/2026-11-21") }),
            ("a day that is a pipe", { XCTAssertEqual(unsafe mkfifo($0 + "/2026-11-21", 0o644), 0) }),
            ("a link to nowhere", { XCTAssertEqual(unsafe symlink("/nowhere", $0 + "/2026-11-19"), 0) }),
            ("a day that has not come", { try Files.createFolder($0 + "/2027-01-01") }),
            (
                "a batch that has not come",
                { try Files.writeAtomically([], to: $0 + "/2026-11-20/x.99991231-999999.ack.json") }
            ),
        ]
        for (what, plant) in plants {
            let bench = try PipelineBench()
            try bench.drop("phone1\n+14155550101\n", as: "default/a.csv")
            try plant(bench.root + "/outbox/acks")
            XCTAssertNoThrow(try bench.restart(at: Self.day), what)
            XCTAssertEqual(bench.logged.with("outbox.passed-over").count, 1, what)
        }
    }
}
