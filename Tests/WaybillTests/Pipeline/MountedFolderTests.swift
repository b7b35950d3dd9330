import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// A folder of words that is a file system of its own: a link to one stands for a mount.
final class MountedFolderTests: XCTestCase {
    private var other = ""

    override func setUpWithError() throws {
        other = "/dev/shm/waybill-" + UUID().uuidString
        try Files.createFolder(other)
        let here = try FileStatus.of(FileManager.default.temporaryDirectory.path, followLinks: true)
        if try FileStatus.of(other)?.device == here?.device { throw XCTSkip("no second file system") }
    }

    override func tearDown() { try? Files.removeTree(other) }

    /// A list in it could not be taken, and once it was unmounted nobody missed it.
    func testAFolderOfListsOnAFileSystemOfItsOwnHoldsAlsoWhenItIsGoneUntilSomebodyAcceptsIt() throws {
        let bench = try PipelineBench(standing: true)
        let folder = bench.root + "/inbox/_suppress"
        try FileManager.default.createSymbolicLink(atPath: folder, withDestinationPath: other)
        try Files.writeAtomically(Array("value\n+14155550101\n".utf8), to: other + "/l.csv")
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        try expectHold(bench, "is a file system of its own, and files can be taken only from that of the inbox")
        XCTAssertTrue(try Files.exists(other + "/l.csv"))
        // Unmounted: an empty folder is left, then none, and another process starts.
        try Files.remove(folder)
        try Files.createFolder(folder)
        try bench.take()
        try expectHold(bench, "was a file system of its own when last seen and is none now")
        try Files.removeTree(folder)
        try bench.restart(at: "2026-11-20T15:10:00Z")
        try bench.take()
        try expectHold(bench, "was a file system of its own when last seen and is none now")
        let store = bench.pipeline.store
        try store.durably { try store.accept(inbox: folder) }
        try bench.take()
        try bench.take()
        XCTAssertTrue(try bench.pipeline.isCleared())
        XCTAssertFalse(try store.isShare(folder))
        try bench.put("value\n+14155550101\n", as: "_suppress/l.csv")
        try bench.take()
        try bench.send()
        XCTAssertEqual(bench.files("outbox/acks").count, 2)
        XCTAssertEqual(try bench.dispatched(), [])
    }

    /// The same device has one number wherever it is mounted.
    func testAFolderThatIsMountedFromTheSameFileSystemIsOneOfItsOwnToo() throws {
        let bench = try PipelineBench(standing: true)
        let folder = bench.root + "/inbox/_suppress"
        for path in [folder, bench.root + "/elsewhere"] { try Files.createFolder(path) }
        guard geteuid() == 0, try mount(["--bind", bench.root + "/elsewhere", folder]) else {
            throw XCTSkip("nothing can be mounted here")
        }
        defer { _ = try? mount(["-l", folder], by: "umount") }
        try bench.take()
        try expectHold(bench, "is a file system of its own, and files can be taken only from that of the inbox")
        XCTAssertTrue(try mount([folder], by: "umount"))
        try bench.take()
        try expectHold(bench, "was a file system of its own when last seen and is none now")
    }

    private func mount(_ words: [String], by program: String = "mount") throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/" + program)
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    private func expectHold(_ bench: PipelineBench, _ words: String) throws {
        let now = MonotonicClock.nanoseconds() / 1_000_000
        XCTAssertFalse(try bench.pipeline.isCleared())
        bench.pipeline.context.monotonic = { now + 120_000 }
        XCTAssertTrue(try bench.pipeline.isCleared())
        let holds = bench.pipeline.context.holds
        XCTAssertEqual(holds.map(\.campaign), [nil])
        XCTAssertTrue(holds.allSatisfy { $0.problem.contains(words) }, "\(holds)")
        bench.pipeline.context.monotonic = { MonotonicClock.nanoseconds() / 1_000_000 }
    }
}
