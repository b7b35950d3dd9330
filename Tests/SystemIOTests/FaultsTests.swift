import Foundation
import XCTest

@testable import SystemIO

final class FaultsTests: XCTestCase {
    override func tearDown() { Faults.takeBack() }

    /// Does something while a fault is in force; what it threw, and what came of the fault.
    private func during(_ fault: Fault, _ body: () throws -> Void) -> (thrown: (any Error)?, Faults.Report) {
        Faults.handIn(fault)
        let thrown = Result(catching: body)
        let report = Faults.takeBack()
        switch thrown {
        case .success: return (nil, report)
        case .failure(let error): return (error, report)
        }
    }

    func testEachKindOfCallFailsWithThePathAndTheCodeThatWereHandedIn() throws {
        let folder = try TemporaryFolder()
        let there = folder.file("there")
        try Files.writeAtomically([1, 2, 3], to: there)
        try Files.createFolder(folder.file("empty"))
        let made = folder.file("made")
        let cases: [(SystemCall, () throws -> Void)] = [
            (.open, { _ = try OpenFile(reading: there) }),
            (.create, { _ = try AppendingFile(path: made) }),
            (.close, { try AppendingFile(path: made).close() }),
            (.read, { _ = try Files.read(there, limit: 9) }),
            (.write, { try Files.writeAtomically([1], to: made) }),
            (.fsync, { try Files.syncFolder(folder.path) }),
            (.rename, { try Files.rename(there, to: made, replacing: true) }),
            (.rename, { try Files.rename(there, to: made, replacing: false) }),
            (.link, { try Files.renameByLinking(there, to: made) }),
            (.symlink, { try Files.makeLink(to: there, as: made) }),
            (.unlink, { try Files.remove(there) }),
            (.mkdir, { try Files.createFolder(made) }),
            (.rmdir, { try Files.removeTree(folder.file("empty")) }),
            (.readdir, { _ = try Files.list(folder.path) }),
            (.stat, { _ = try FileStatus.of(there) }),
            (.fchmod, { try Files.copyDurably(there, to: made) }),
            (.utimens, { try Files.touch(there) }),
            (.flock, { _ = try FileLock(path: made).tryLock() }),
            (.statfs, { _ = try Files.fileSystem(folder.path) }),
            (.statfs, { _ = try DiskRoom(of: folder.path) }),
        ]
        for (call, body) in cases {
            try? Files.remove(made)
            let (thrown, report) = during(Fault(.fails(EIO), of: [call], beneath: folder.path), body)
            let error = try XCTUnwrap(thrown as? SystemError, call.rawValue)
            XCTAssertEqual(error.code, EIO, call.rawValue)
            XCTAssertTrue(error.path.hasPrefix(folder.path), "\(error)")
            XCTAssertEqual(report.struck, 1, call.rawValue)
            XCTAssertTrue(report.firstStruck?.hasPrefix(call.rawValue + " " + folder.path) ?? false)
        }
        XCTAssertEqual(try Files.read(there, limit: 9), [1, 2, 3])
        // Only SQLite makes this one.
        XCTAssertEqual(Set(SystemCall.allCases).subtracting(cases.map(\.0)), [.ftruncate])
    }

    func testOnlyTheCallThatIsMeantIsStruckOrAllFromThereOn() throws {
        let folder = try TemporaryFolder()
        func writeFive() throws -> [Int] {
            (0..<5).filter { number in
                (try? Files.writeAtomically([1], to: folder.file("\(number)"))) == nil
            }
        }
        for (occurrence, lasts, lost) in [(1, false, [0]), (3, false, [2]), (3, true, [2, 3, 4]), (6, true, [])] {
            var found: [Int] = []
            let (_, report) = during(
                Fault(.fails(ENOSPC), of: [.write], beneath: folder.path, occurrence: occurrence, lasts: lasts)
            ) { found = try writeFive() }
            XCTAssertEqual(found, lost)
            XCTAssertEqual(report.calls, 5)
            XCTAssertEqual(report.struck, lost.count)
        }
        let elsewhere = Fault(.fails(EIO), of: [.write], beneath: folder.file("x/"), lasts: true)
        XCTAssertNil(during(elsewhere) { _ = try writeFive() }.thrown)
        let besides = Fault(.fails(EIO), of: [.write], beneath: folder.path, besides: folder.path, lasts: true)
        XCTAssertEqual(during(besides) { _ = try writeFive() }.1.calls, 0)
    }

    func testACallThatASignalInterruptsIsMadeAgain() throws {
        let folder = try TemporaryFolder()
        let interrupted: Set<SystemCall> = [
            .open, .create, .read, .write, .fsync, .rename, .unlink, .mkdir, .readdir, .stat, .flock, .close,
        ]
        for call in interrupted {
            let fault = Fault(.fails(EINTR), of: [call], beneath: folder.path)
            let (thrown, report) = during(fault) {
                try Files.createFolder(folder.file("a"))
                let lock = try FileLock(path: folder.file("lock"))
                XCTAssertTrue(try lock.tryLock())
                try Files.writeAtomically([1, 2], to: folder.file("a/b"))
                XCTAssertEqual(try Files.read(folder.file("a/b"), limit: 9), [1, 2])
                XCTAssertEqual(try Files.list(folder.file("a")), ["b"])
                try Files.removeTree(folder.file("a"))
            }
            XCTAssertNil(thrown, call.rawValue)
            XCTAssertEqual(report.struck, 1, call.rawValue)
        }
    }

    func testWritesThatTakeLessThanTheyAreGivenLoseNothing() throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let fault = Fault(.writesHalf, of: [.write], beneath: folder.path, lasts: true)
        let (thrown, report) = during(fault) {
            try Files.writeAtomically(bytes, to: folder.file("a"))
            try Files.copyDurably(folder.file("a"), to: folder.file("b"))
        }
        XCTAssertNil(thrown)
        XCTAssertGreaterThan(report.struck, 30)
        XCTAssertEqual(try Files.read(folder.file("b"), limit: 4_000_000), bytes)
    }

    func testACallWhoseAnswerIsLostHasBeenMade() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1], to: folder.file("a"))
        let fault = Fault(.seemsToFail(EIO), of: [.rename, .create, .mkdir], beneath: folder.path, lasts: true)
        Faults.handIn(fault)
        XCTAssertThrowsError(try Files.rename(folder.file("a"), to: folder.file("b"), replacing: true))
        let descriptors = try Files.list("/proc/self/fd").count
        XCTAssertThrowsError(try Files.createEmpty(folder.file("c")))
        XCTAssertEqual(try Files.list("/proc/self/fd").count, descriptors)
        XCTAssertThrowsError(try Files.createFolder(folder.file("d")))
        Faults.takeBack()
        XCTAssertEqual(try folder.names(), ["b", "c", "d"])
    }

    func testAFailedCommitLeavesTheFileOfBeforeAndNoTemporaryOne() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([1], to: folder.file("a"))
        for call in [SystemCall.create, .write, .fsync, .close, .rename] {
            let fault = Fault(.fails(EIO), of: [call], beneath: folder.path)
            XCTAssertNotNil(during(fault) { try Files.writeAtomically([2], to: folder.file("a")) }.thrown)
            XCTAssertEqual(try folder.names(), ["a"], call.rawValue)
            XCTAssertEqual(try Files.read(folder.file("a"), limit: 9), [1])
        }
    }

    func testAllThreadsMeetAFault() throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        let fault = Fault(.fails(EIO), of: [.mkdir], beneath: path, occurrence: 11, lasts: true)
        let (_, report) = during(fault) {
            let workers = (0..<4).map { worker in
                Worker.start(name: "faults") {
                    (0..<5).filter { (try? Files.createFolder("\(path)/\(worker)-\($0)")) == nil }.count
                }
            }
            XCTAssertEqual(try workers.reduce(0) { try $0 + $1.join() }, 10)
        }
        XCTAssertEqual(report.calls, 20)
    }

    // MARK: - SQLite

    private func database(in folder: TemporaryFolder) throws -> Database {
        // Before it is opened, so that its syncs are reached.
        Faults.handIn(Fault(.nothing, of: []))
        Faults.takeBack()
        let database = try Database(path: folder.file("x.db"))
        try database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (i, b)")
        return database
    }

    private func count(_ database: Database) throws -> Int {
        try database.statement("SELECT count(*) FROM t").first { $0.int(0) } ?? -1
    }

    func testAFullDiskStopsACommitAndTheNextOneGoesWell() throws {
        let folder = try TemporaryFolder()
        let database = try database(in: folder)
        try database.transaction { try database.execute("INSERT INTO t VALUES (1, randomblob(300000))") }
        for (effect, isFull) in [(Fault.Effect.fails(ENOSPC), true), (.fails(EIO), false), (.seemsToFail(EIO), false)] {
            for occurrence in 1...3 {
                let (thrown, report) = during(
                    Fault(effect, of: [.write], beneath: folder.path, occurrence: occurrence)
                ) { try database.transaction { try database.execute("INSERT INTO t VALUES (2, randomblob(300000))") } }
                XCTAssertEqual((thrown as? SQLiteError)?.isFull, isFull, "\(effect) \(occurrence)")
                XCTAssertEqual(report.struck, 1)
                XCTAssertEqual(try count(database), 1)
            }
        }
        try database.transaction { try database.execute("INSERT INTO t VALUES (3, 1)") }
        XCTAssertEqual(try count(Database(path: folder.file("x.db"))), 2)
    }

    func testASyncThatFailsIsAFailureOfTheCommit() throws {
        let folder = try TemporaryFolder()
        let database = try database(in: folder)
        let (thrown, report) = during(Fault(.fails(EIO), of: [.fsync], beneath: folder.file("x.db-wal"))) {
            try database.transaction { try database.execute("INSERT INTO t VALUES (1, 1)") }
        }
        XCTAssertEqual(report.struck, 1)
        XCTAssertEqual((thrown as? SQLiteError)?.primaryCode, 10)
        try database.transaction { try database.execute("INSERT INTO t VALUES (2, 2)") }
        XCTAssertEqual(try count(database), 1)
    }

    func testAReadThatFailsIsAnErrorAndNotAnEmptyTable() throws {
        let folder = try TemporaryFolder()
        let database = try database(in: folder)
        try database.transaction { try database.execute("INSERT INTO t VALUES (1, randomblob(400000))") }
        try database.checkpoint()
        let (thrown, report) = during(Fault(.fails(EIO), of: [.read], beneath: folder.path, lasts: true)) {
            let other = try Database(path: folder.file("x.db"))
            _ = try count(other)
        }
        XCTAssertGreaterThan(report.struck, 0)
        XCTAssertNotNil(thrown as? SQLiteError)
        XCTAssertEqual(try count(database), 1)
    }

    func testHalfWritesOfADatabaseLoseNothing() throws {
        let folder = try TemporaryFolder()
        let database = try database(in: folder)
        let (thrown, report) = during(Fault(.writesHalf, of: [.write], beneath: folder.path, lasts: true)) {
            for _ in 0..<5 {
                try database.transaction { try database.execute("INSERT INTO t VALUES (1, randomblob(20000))") }
            }
            try database.checkpoint()
        }
        XCTAssertNil(thrown)
        XCTAssertGreaterThan(report.struck, 20)
        XCTAssertEqual(
            try Database(path: folder.file("x.db")).statement("PRAGMA integrity_check").first { $0.text(0) }, "ok")
    }

    // MARK: - The seam

    /// Calls that would go round the seam, in the source of a file.
    private static func calls(in source: String) throws -> [String] {
        let names =
            "open|openat|opendir|readdir|close|read|pread|write|pwrite|fsync|fdatasync|rename|renameat2|link|symlink|unlink|"
            + "mkdir|rmdir|stat|lstat|fstat|ftruncate|fchmod|chmod|futimens|utimensat|flock|statfs|statvfs|posix_fadvise"
        // Bare names only where no method of ours has the same.
        let bare = names.split(separator: "|").filter {
            !["open", "close", "read", "write", "stat", "rename", "link"].contains($0)
        }
        let pattern =
            #"Glibc\.("# + names + #")\(|(?<![\w.])("# + bare.joined(separator: "|")
            + #")\(|(?<!func )(?<![\w.])close\([a-z]\w*\)"#
            + "|waybill_(open|open_unnamed|rename_no_replace|room|file_system_magic|begin_writing)"
        let expression = try NSRegularExpression(pattern: pattern)
        return source.split(separator: "\n").filter { !$0.contains("///") && !$0.contains("static func ") }.compactMap {
            let line = String($0)
            let range = NSRange(line.startIndex..., in: line)
            return expression.firstMatch(in: line, range: range) == nil
                ? nil : line.trimmingCharacters(in: .whitespaces)
        }
    }

    func testNobodyGoesRoundTheSeam() throws {
        XCTAssertEqual(try Self.calls(in: "x = unsafe unlink(path)\nGlibc.close(d)\n_ = close(d)\nfsync(d)").count, 4)
        XCTAssertEqual(try Self.calls(in: "file.close()\ntry Files.rename(a, to: b)\ndeinit { close() }"), [])
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        let folders = ["SystemIO", "Waybill", "WaybillCommand"]
        var looked = 0
        for folder in folders {
            let root = sources.appendingPathComponent(folder).path
            for name in FileManager.default.enumerator(atPath: root)?.compactMap({ $0 as? String }) ?? []
            where name.hasSuffix(".swift") && name != "Calls/SystemCalls.swift" {
                looked += 1
                let source = try String(contentsOfFile: root + "/" + name, encoding: .utf8)
                XCTAssertEqual(try Self.calls(in: source), [], "\(folder)/\(name)")
            }
        }
        XCTAssertGreaterThan(looked, 100)
    }
}
