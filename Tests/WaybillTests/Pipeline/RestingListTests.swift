import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What lies in a folder of lists, consents or commands holds until it is read, also for the time that it has to rest.
final class RestingListTests: XCTestCase {
    private let list = "+14155550142\n"

    private let start = MonotonicClock.nanoseconds() / 1_000_000

    /// A bench that has looked at its inbox, and has two people due.
    private func bench() throws -> PipelineBench {
        let bench = try PipelineBench()
        jump(bench, milliseconds: 0)
        try bench.take()
        try bench.drop("phone\n+14155550142\n+14155550143\n", as: "people.csv")
        XCTAssertTrue(try bench.pipeline.isCleared())
        return bench
    }

    /// Lets the monotonic clock stand so long after the start.
    private func jump(_ bench: PipelineBench, milliseconds: Int64) {
        bench.pipeline.context.monotonic = { [start] in start + milliseconds }
    }

    private func people(_ bench: PipelineBench) throws -> [String] {
        if try bench.pipeline.isCleared() { try bench.send() }
        return try bench.dispatched().map { String($0.split(separator: ",")[2]) }.sorted()
    }

    /// Moved into a folder that was made a moment before, so that nothing told that it is whole.
    private func move(_ text: String, to name: String, _ bench: PipelineBench) throws {
        let path = bench.root + "/inbox/" + name
        try Files.createFolder(Files.folder(of: path))
        try Files.writeAtomically(Array(text.utf8), to: path)
    }

    func testTheFirstFileOfANewFolderHoldsUntilItIsRead() throws {
        for (name, text, left) in [
            ("_suppress/list.csv", list, ["+14155550143"]),
            ("_replies/r.csv", "from,text\n+14155550142,STOP\n", ["+14155550143"]),
            ("_receipts/r.csv", "address,event\n+14155550142,unsubscribed\n", ["+14155550143"]),
            ("_consent/c.csv", "value,action\n+14155550142,revoke\n", ["+14155550143"]),
            ("_control/c.json", #"{"command": "pause", "campaign": "default"}"#, []),
        ] {
            let bench = try bench()
            try move(text, to: name, bench)
            try bench.take()
            XCTAssertEqual(try people(bench), [], "\(name): it rests")
            jump(bench, milliseconds: 2_500)
            try bench.take()
            XCTAssertEqual(bench.files("outbox/acks").count, 2, name)
            XCTAssertEqual(try people(bench), left, name)
            XCTAssertEqual(bench.logged.with("sending.held"), [], name)
        }
    }

    func testAListThatIsCopiedHoldsOnceItsWriterHasClosedIt() throws {
        let bench = try bench()
        try bench.drop("+14155550150\n", as: "_suppress/earlier.csv")
        let path = bench.root + "/inbox/_suppress/list.csv"
        let writer = try AppendingFile(path: path)
        try bench.take()
        XCTAssertTrue(try bench.pipeline.isCleared(), "nobody has handed it over yet")
        try writer.write(Array(list.utf8))
        try writer.flush()
        try bench.take()
        XCTAssertTrue(try bench.pipeline.isCleared(), "a long upload holds nothing")
        try writer.close()
        try bench.take()
        XCTAssertEqual(try people(bench), [], "it rests")
        jump(bench, milliseconds: 2_500)
        try bench.take()
        XCTAssertEqual(try people(bench), ["+14155550143"])
    }

    /// They come all the time: what rests would never be over.
    func testReceiptsAndRepliesThatComeWithoutARenameHoldOnceTheyAreReady() throws {
        for (name, text) in [
            ("_replies/r.csv", "from,text\n+14155550142,Hello\n"),
            ("_receipts/r.csv", "address,event\n+14155550142,delivered\n"),
        ] {
            let bench = try bench()
            try move(text, to: name, bench)
            try bench.take()
            jump(bench, milliseconds: 2_500)
            try bench.take()
            try Data(text.utf8).write(to: URL(fileURLWithPath: bench.root + "/inbox/\(name)2.csv"))
            try bench.take()
            XCTAssertTrue(try bench.pipeline.isCleared(), name)
        }
    }

    func testAListThatIsNeverReadyHoldsByNameAfterAMinute() throws {
        let bench = try bench()
        try bench.drop("+14155550150\n", as: "_suppress/earlier.csv")
        try Data().write(to: URL(fileURLWithPath: bench.root + "/inbox/_suppress/list.csv"))
        try bench.take()
        XCTAssertEqual(try people(bench), [])
        XCTAssertEqual(bench.logged.with("sending.held"), [])
        jump(bench, milliseconds: 61_000)
        try bench.take()
        XCTAssertEqual(try people(bench), [])
        let held = bench.logged.with("sending.held")
        XCTAssertTrue(held.count == 1 && held[0].contains("inbox/_suppress/list.csv"), "\(held)")
    }

    func testANewFolderOfListsInterruptsSending() throws {
        for isMoved in [false, true] {
            let bench = try PipelineBench()
            try bench.take()
            let (made, folder) = (bench.root + "/made", bench.root + "/inbox/_suppress")
            if isMoved {
                try Files.createFolder(made)
                try Files.rename(made, to: folder, replacing: false)
            } else {
                try Files.createFolder(folder)
            }
            if (try? Inotify().watch(bench.root)) == nil {
                throw XCTSkip("the kernel gives no inotify here")
            }
            XCTAssertEqual(bench.pipeline.claims.wait(milliseconds: 5_000, waking: nil), .words)
        }
    }
}
