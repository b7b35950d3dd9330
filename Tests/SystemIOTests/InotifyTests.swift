import Glibc
import XCTest

@testable import SystemIO

final class InotifyTests: XCTestCase {
    /// Longer than an event takes on a busy machine.
    private let long = 20_000

    private func available() throws -> Inotify {
        do throws(SystemError) {
            _ = try Inotify().watch("/")
        } catch {
            if error.code == ENOSYS { throw XCTSkip("the kernel gives no inotify here") }
            throw error
        }
        return Inotify()
    }

    func testCreatingWritingMovingAndRemovingAreTold() throws {
        let folder = try TemporaryFolder()
        let outside = try TemporaryFolder()
        let inotify = try available()
        let watch = try inotify.watch(folder.path)
        XCTAssertEqual(try inotify.watch(folder.path), watch)
        let file = try AppendingFile(path: folder.file("ä.csv"))
        try file.close()
        XCTAssertEqual(
            try inotify.wait(milliseconds: long, waking: nil),
            [
                .init(watch: watch, name: "ä.csv", kind: .created),
                .init(watch: watch, name: "ä.csv", kind: .closedAfterWriting),
            ])
        try Files.rename(folder.file("ä.csv"), to: outside.file("b"), replacing: true)
        XCTAssertEqual(
            try inotify.wait(milliseconds: long, waking: nil), [.init(watch: watch, name: "ä.csv", kind: .gone)])
        try Files.rename(outside.file("b"), to: folder.file("c"), replacing: true)
        XCTAssertEqual(
            try inotify.wait(milliseconds: long, waking: nil), [.init(watch: watch, name: "c", kind: .movedIn)])
        try Files.remove(folder.file("c"))
        XCTAssertEqual(
            try inotify.wait(milliseconds: long, waking: nil), [.init(watch: watch, name: "c", kind: .gone)])
    }

    func testTimeRunsOutWithoutEvents() throws {
        for inotify in [Inotify(), Inotify(enabled: false)] {
            XCTAssertEqual(try inotify.wait(milliseconds: 5, waking: nil), [])
        }
    }

    func testWhatIsNotAFolderCannotBeWatched() throws {
        let folder = try TemporaryFolder()
        let inotify = try available()
        XCTAssertThrowsError(try inotify.watch(folder.file("none"))) {
            XCTAssertEqual(($0 as? SystemError)?.code, ENOENT)
        }
        XCTAssertThrowsError(try Inotify(enabled: false).watch(folder.path)) {
            XCTAssertEqual(($0 as? SystemError)?.code, ENOSYS)
        }
    }

    func testRecordsOfTheKernelAreTakenApart() {
        func word(_ value: UInt32) -> [UInt8] { unsafe withUnsafeBytes(of: value) { unsafe Array($0) } }
        let record = word(3) + word(UInt32(IN_MOVED_TO)) + word(0) + word(4) + [0x61, 0x62, 0, 0]
        let overflow = word(UInt32.max) + word(UInt32(IN_Q_OVERFLOW)) + word(0) + word(0)
        XCTAssertEqual(
            Inotify.decode(record + overflow + [1, 2, 3]),
            [.init(watch: 3, name: "ab", kind: .movedIn), .init(watch: -1, name: "", kind: .overflow)])
        XCTAssertEqual(Inotify.decode(Array(record.dropLast(3))), [.init(watch: 3, name: "a", kind: .movedIn)])
    }

    func testASignalWakesAndWaitsToBeAskedFor() throws {
        let receiver = try SignalReceiver([SIGUSR2, SIGWINCH])
        XCTAssertEqual(try receiver.pending(), [])
        for inotify in [Inotify(), Inotify(enabled: false)] {
            // To this thread, which has it blocked now; other threads of the test runner have not.
            XCTAssertEqual(pthread_kill(pthread_self(), SIGUSR2), 0)
            // It has no end of its own.
            XCTAssertEqual(try inotify.wait(milliseconds: -1, waking: receiver), [])
            XCTAssertEqual(try receiver.pending(), [SIGUSR2])
            XCTAssertEqual(try receiver.pending(), [])
        }
    }
}
