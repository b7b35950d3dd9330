import XCTest

@testable import SystemIO
@testable import Waybill

/// What users of other file processors complained of, and nobody shall have to say of this one: those that no test of a
/// single stage would show.
final class ComplaintTests: XCTestCase {
    /// "It knew the file by its inode and its beginning, and left the new one out."
    func testAFileRewrittenUnderTheSameNameAndInodeIsAnotherDrop() throws {
        let bench = try PipelineBench()
        let path = bench.root + "/inbox/a.csv"
        try bench.put("phone1,name\n+14155550101,Ann\n", as: "a.csv")
        let inode = try XCTUnwrap(FileStatus.of(path)).inode
        // The sender keeps the file by another name and writes the next export over it.
        try FileManager.default.linkItem(atPath: path, toPath: bench.root + "/kept.csv")
        try bench.settle()
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: bench.root + "/kept.csv"))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data("phone1,name\n+14155550102,Bob\n".utf8))
        try handle.close()
        try FileManager.default.linkItem(atPath: bench.root + "/kept.csv", toPath: path)
        XCTAssertEqual(try XCTUnwrap(FileStatus.of(path)).inode, inode)
        try bench.settle()
        XCTAssertEqual(try bench.acknowledgement(2)["accepted"] as? Int, 1)
        XCTAssertEqual(try bench.acknowledgement(2)["status"] as? String, "accepted")
    }

    /// "It took only what was newer than the last one."
    func testAFileOlderThanThoseAlreadyTakenIsTaken() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "new.csv")
        try bench.put("phone1\n+14155550102\n", as: "old.csv")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: bench.root + "/inbox/old.csv"
        )
        try bench.settle()
        XCTAssertEqual(try bench.acknowledgement(2)["drop"] as? String, "old.csv")
    }

    /// "The name was in the archive already, so it was processed for ever."
    func testTheSameNameEveryDayIsArchivedEachTime() throws {
        let bench = try PipelineBench()
        for number in 1...3 { try bench.drop("phone1\n+1415555010\(number)\n", as: "export.csv") }
        XCTAssertEqual(bench.files("state/archive").count, 3)
        XCTAssertEqual(bench.files("outbox/acks").count, 3)
        XCTAssertEqual(bench.files("inbox"), [])
    }

    /// "The lock could not be had, so it went on without."
    func testWithoutTheLockNothingIsDone() throws {
        let bench = try PipelineBench()
        try bench.put("phone1\n+14155550101\n", as: "a.csv")
        let clock = SystemIO.WallClock(startingAt: 0)
        let log = Log(level: .error, format: .text, clock: clock) { _ in }
        XCTAssertThrowsError(
            try Pipeline(workspace: bench.workspace, configuration: bench.configuration, clock: clock, log: log)
        ) { XCTAssertTrue($0 is WorkspaceBusy, "\($0)") }
        XCTAssertEqual(bench.files("inbox"), ["a.csv"])
        // Nor where the lock cannot even be asked for.
        let other = Workspace(root: bench.root + "/other")
        try Files.createFolder(other.root + "/state/waybill.lock")
        XCTAssertThrowsError(
            try Pipeline(workspace: other, configuration: bench.configuration, clock: clock, log: log))
    }

    /// "It listed the first thousand errors, and of each line the first."
    func testEveryProblemOfEveryRecordIsListedAndOnlyThePageIsShort() throws {
        let bench = try PipelineBench()
        try bench.drop(
            "phone1,email,country\n" + String(repeating: "12,nobody,XX\n", count: 1_500) + "+14155550101,,\n",
            as: "a.csv")
        let notice = try XCTUnwrap(try bench.acknowledgement(1)["notice"] as? String)
        let errors = try bench.text(notice + "/errors.csv").split(separator: "\n")
        XCTAssertEqual(errors.count, 1 + 3 * 1_500)
        XCTAssertEqual(errors.filter { $0.hasPrefix("1500,1501,") }.count, 3)
        XCTAssertEqual(try bench.text(notice + "/rejects.csv").split(separator: "\n").count, 1 + 1_500)
        let page = try bench.text(notice + "/notice.html")
        XCTAssertLessThan(page.utf8.count, 300_000)
        XCTAssertTrue(page.contains("errors.csv"))
    }

    /// "The mark at the beginning was glued to the first header."
    func testAByteOrderMarkIsTakenOffAndTold() throws {
        let bench = try PipelineBench()
        try bench.drop("\u{FEFF}phone1\n+14155550101\n", as: "mark.csv")
        let ack = try bench.acknowledgement(1)
        XCTAssertEqual(ack["accepted"] as? Int, 1)
        XCTAssertEqual((ack["format"] as? [String: Any])?["bom"] as? Bool, true)
    }
}
