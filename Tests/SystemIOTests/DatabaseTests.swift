import Glibc
import Support
import XCTest

@testable import SystemIO

final class DatabaseTests: XCTestCase {
    private func memory() throws -> Database {
        let database = try Database(path: ":memory:")
        try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, d REAL, s TEXT, b BLOB)")
        return database
    }

    func testEveryKindOfValueComesBack() throws {
        let database = try memory()
        let insert = try database.statement("INSERT INTO t (i, d, s, b) VALUES (:i, :d, :s, :b)")
        try insert.bind(":i", Int64.min)
        try insert.bind(":d", 0.1)
        try insert.bind(":s", "ä\u{0}👍")
        try insert.bind(":b", [0, 255, 1] as [UInt8])
        try insert.run()
        XCTAssertEqual(database.changes, 1)
        XCTAssertEqual(database.lastRowID, 1)
        let select = try database.statement("SELECT i, d, s, b FROM t")
        XCTAssertTrue(try select.step())
        XCTAssertEqual(select.int64(0), .min)
        XCTAssertEqual(select.text(1), "0.1")
        XCTAssertEqual(select.text(2), "ä\u{0}👍")
        XCTAssertEqual(select.blob(3), [0, 255, 1])
        XCTAssertFalse(try select.step())
    }

    func testEmptyIsNotNull() throws {
        let database = try memory()
        let insert = try database.statement("INSERT INTO t (s, b) VALUES (?1, ?2)")
        try insert.bind(1, "")
        try insert.bind(2, [UInt8]())
        try insert.run()
        try insert.bind(1, String?.none)
        try insert.bind(2, nil)
        try insert.run()
        let select = try database.statement("SELECT s, b FROM t ORDER BY id")
        XCTAssertTrue(try select.step())
        XCTAssertFalse(select.isNull(0))
        XCTAssertEqual(select.optionalText(0), "")
        XCTAssertFalse(select.isNull(1))
        XCTAssertTrue(try select.step())
        XCTAssertTrue(select.isNull(0))
        XCTAssertNil(select.optionalText(0))
        XCTAssertTrue(select.isNull(1))
        XCTAssertNil(select.optionalInt64(1))
        XCTAssertEqual(select.text(0), "")
        XCTAssertEqual(select.blob(1), [])
        select.reset()
    }

    func testBlobThatIsNotCopiedComesBack() throws {
        let database = try memory()
        let insert = try database.statement("INSERT INTO t (i, b) VALUES (:i, :b)")
        var numbers = SeededGenerator(seed: 1)
        let blobs = [[], numbers.bytes(1), numbers.bytes(70_000)]
        for (index, blob) in blobs.enumerated() {
            try insert.bind(":i", index)
            try insert.run(withBlob: blob, at: ":b")
        }
        let select = try database.statement("SELECT i, b FROM t ORDER BY i")
        var found: [[UInt8]] = []
        while try select.step() {
            XCTAssertEqual(select.int(0), found.count)
            found.append(select.blob(1))
        }
        XCTAssertEqual(found, blobs)
        // The values were forgotten: NULL, not the last blob.
        try insert.run()
        XCTAssertEqual(try database.statement("SELECT count(*) FROM t WHERE b IS NULL").first { $0.int(0) }, 1)
    }

    func testRunForgetsValuesAndStepKeepsThem() throws {
        let database = try memory()
        let select = try database.statement("SELECT :x")
        try select.bind(":x", 5)
        XCTAssertEqual(try database.statement("SELECT 1 WHERE 0").first { $0.int(0) }, nil)
        XCTAssertTrue(try select.step())
        XCTAssertEqual(select.int(0), 5)
        XCTAssertFalse(try select.step())
        XCTAssertTrue(try select.step(), "the end makes it ready to run again")
        XCTAssertEqual(select.int(0), 5)
        try select.run()
        XCTAssertTrue(try select.step())
        XCTAssertTrue(select.isNull(0))
        select.reset()
    }

    func testTheSameTextIsPreparedOnceUnlessItStandsOnARow() throws {
        let database = try memory()
        let sql = "SELECT value FROM (SELECT 1 AS value UNION SELECT 2)"
        let outer = try database.statement(sql)
        XCTAssertTrue(try database.statement(sql) === outer)
        var seen: [Int] = []
        while try outer.step() {
            let inner = try database.statement(sql)
            XCTAssertFalse(inner === outer)
            while try inner.step() { seen.append(outer.int(0) * 10 + inner.int(0)) }
        }
        XCTAssertEqual(seen, [11, 12, 21, 22])
        XCTAssertTrue(try database.statement(sql) === outer)
    }

    func testSeveralStatementsWithComments() throws {
        let database = try memory()
        try database.execute("INSERT INTO t (i) VALUES (1); -- ä\n SELECT 1; INSERT INTO t (i) VALUES (2); /* end */ ")
        XCTAssertEqual(try database.statement("SELECT sum(i) FROM t").first { $0.int(0) }, 3)
        XCTAssertThrowsError(try database.execute("INSERT INTO t (i) VALUES (3); NONSENSE")) {
            XCTAssertTrue("\($0)".contains("NONSENSE"), "\($0)")
        }
        XCTAssertThrowsError(try database.prepare(" -- nothing"))
    }

    func testErrorsHaveTheTextAndNeverTheValues() throws {
        let database = try memory()
        try database.execute("CREATE UNIQUE INDEX u ON t (s)")
        let insert = try database.statement("INSERT INTO t (s) VALUES (:secret)")
        try insert.bind(":secret", "+4930123")
        try insert.run()
        try insert.bind(":secret", "+4930123")
        XCTAssertThrowsError(try insert.run()) {
            let failure = $0 as? SQLiteError
            XCTAssertEqual(failure?.code, 2067, "SQLITE_CONSTRAINT_UNIQUE, an extended code")
            XCTAssertEqual(failure?.primaryCode, 19, "SQLITE_CONSTRAINT")
            XCTAssertEqual(failure?.sql, "INSERT INTO t (s) VALUES (:secret)")
            XCTAssertFalse("\($0)".contains("4930123"), "\($0)")
        }
        XCTAssertThrowsError(try insert.bind(":other", 1)) { XCTAssertTrue("\($0)".contains(":other"), "\($0)") }
        XCTAssertThrowsError(try insert.bind(2, 1))
        // After a failure the statement can be used again.
        try insert.bind(":secret", "x")
        try insert.run()
    }

    func testATransactionThatThrowsChangesNothing() throws {
        struct Stop: Error {}
        let database = try memory()
        let value = try database.transaction {
            try database.execute("INSERT INTO t (i) VALUES (1)")
            return 7
        }
        XCTAssertEqual(value, 7)
        XCTAssertThrowsError(
            try database.transaction {
                try database.execute("INSERT INTO t (i) VALUES (2)")
                throw Stop()
            }
        ) { XCTAssertTrue($0 is Stop) }
        XCTAssertEqual(try database.statement("SELECT count(*) FROM t").first { $0.int(0) }, 1)
        // The next one begins afresh.
        try database.transaction { try database.execute("INSERT INTO t (i) VALUES (3)") }
    }

    func testForeignKeysAreEnforced() throws {
        let database = try memory()
        try database.execute("CREATE TABLE child (t INTEGER REFERENCES t (id))")
        XCTAssertThrowsError(try database.execute("INSERT INTO child VALUES (99)"))
    }

    func testFilesAreForThisUserOnly() throws {
        let folder = try TemporaryFolder()
        let database = try Database(path: folder.file("db"))
        try database.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (i); INSERT INTO t VALUES (1)")
        XCTAssertEqual(try folder.names(), ["db", "db-shm", "db-wal"])
        for name in try folder.names() { XCTAssertEqual(try FileStatus.of(folder.file(name))?.mode, 0o600, name) }
    }

    func testAReaderSeesCommitsAndCannotWrite() throws {
        let folder = try TemporaryFolder()
        let writer = try Database(path: folder.file("db"))
        try writer.execute("PRAGMA journal_mode = WAL")
        try writer.synchronous(.normal)
        XCTAssertEqual(try writer.statement("PRAGMA synchronous").first { $0.int(0) }, 1)
        try writer.synchronous(.full)
        XCTAssertEqual(try writer.statement("PRAGMA synchronous").first { $0.int(0) }, 2)
        try writer.execute("CREATE TABLE t (i); INSERT INTO t VALUES (1)")
        let reader = try Database(path: folder.file("db"), readOnly: true)
        XCTAssertEqual(try reader.statement("SELECT i FROM t").first { $0.int(0) }, 1)
        XCTAssertThrowsError(try reader.execute("INSERT INTO t VALUES (2)"))
        try writer.transaction {
            try writer.execute("UPDATE t SET i = 2")
            XCTAssertEqual(try reader.statement("SELECT i FROM t").first { $0.int(0) }, 1, "not committed yet")
        }
        XCTAssertEqual(try reader.statement("SELECT i FROM t").first { $0.int(0) }, 2)
        XCTAssertThrowsError(try Database(path: folder.file("none"), readOnly: true))
        XCTAssertFalse(try Files.exists(folder.file("none")))
    }

    func testCheckpointEmptiesTheLog() throws {
        let folder = try TemporaryFolder()
        let database = try Database(path: folder.file("db"))
        try database.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (i); INSERT INTO t VALUES (1)")
        XCTAssertGreaterThan(try XCTUnwrap(FileStatus.of(folder.file("db-wal"))).size, 0)
        try database.checkpoint()
        XCTAssertEqual(try XCTUnwrap(FileStatus.of(folder.file("db-wal"))).size, 0)
    }

    func testBackupIsADatabaseOfItsOwn() throws {
        let folder = try TemporaryFolder()
        let copies = try TemporaryFolder()
        let database = try Database(path: folder.file("db"))
        try database.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (i); INSERT INTO t VALUES (41)")
        try database.backup(to: copies.file("copy"))
        XCTAssertEqual(try copies.names(), ["copy"])
        XCTAssertEqual(try FileStatus.of(copies.file("copy"))?.mode, 0o600)
        try database.execute("UPDATE t SET i = 42")
        XCTAssertThrowsError(try database.backup(to: copies.file("copy")), "a file that is there is not replaced")
        XCTAssertEqual(try copies.names(), ["copy"])
        let copy = try Database(path: copies.file("copy"))
        XCTAssertEqual(try copy.statement("SELECT i FROM t").first { $0.int(0) }, 41)
    }

    func testWhatIsNoDatabaseIsCalledDamaged() throws {
        let folder = try TemporaryFolder()
        try Files.writeAtomically([UInt8](repeating: 65, count: 5000), to: folder.file("db"))
        XCTAssertThrowsError(try Database(path: folder.file("db")).execute("SELECT * FROM sqlite_master")) {
            XCTAssertEqual(($0 as? SQLiteError)?.primaryCode, 26, "SQLITE_NOTADB: \($0)")
        }
    }

    func testAStatementOutlivesItsDatabase() throws {
        let statement = try Database(path: ":memory:").prepare("SELECT 5")
        XCTAssertEqual(try statement.first { $0.int(0) }, 5)
    }

    private func toBeFilled(
        _ path: String, movingEvery pages: Int, most: Int, patience: Int32 = 10_000
    ) throws -> Database {
        let database = try Database(path: path, patience: patience)
        try database.execute("PRAGMA journal_mode = WAL; CREATE TABLE filled (data BLOB)")
        try database.moveLogInBackground(everyBytes: 4_096 * pages, most: 4_096 * most)
        return database
    }

    /// Commits of one page of 4 KiB and more each.
    private func fill(_ database: Database, commits: Int) throws {
        for _ in 0..<commits {
            try database.transaction { try database.execute("INSERT INTO filled VALUES (randomblob(20000))") }
        }
    }

    private func size(_ path: String) throws -> Int64 { try FileStatus.of(path)?.size ?? 0 }

    func testTheLogIsMovedIntoTheDatabaseWhileTheWriterGoesOn() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("moved.db")
        let database = try toBeFilled(path, movingEvery: 20, most: 10_000)
        try fill(database, commits: 50)
        XCTAssertTrue(try eventually { try size(path) > 200_000 })
        let count = try database.statement("SELECT count(*) FROM filled")
        _ = try count.step()
        XCTAssertEqual(count.int(0), 50)
    }

    func testALogUnderASteadyLoadBeginsAnewLongBeforeItsBound() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("steady.db")
        let database = try toBeFilled(path, movingEvery: 400, most: 1_000_000)
        // Whoever moves it may come late on a busy machine, and has to come long before the bound, which is at 4 GB.
        var commits = 0
        repeat {
            try fill(database, commits: 300)
            commits += 300
        } while try commits < 15_000 && 2 * size(path + "-wal") > commits * 24_000
        XCTAssertLessThan(commits, 15_000, "360 MB")
        XCTAssertEqual(try database.statement("SELECT count(*) FROM filled").first { $0.int(0) }, commits)
    }

    func testAWriterThatIsFasterThanTheDiskKeepsItsLogBounded() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("bounded.db")
        let database = try toBeFilled(path, movingEvery: 30, most: 60)
        try fill(database, commits: 300)
        // 60 pages, and what one commit adds.
        XCTAssertLessThan(try size(path + "-wal"), 80 * 4_200)
        XCTAssertGreaterThan(try size(path), 5_000_000)
    }

    func testAWriterOfMuchLetsOthersWriteWhileALongLogIsEmptied() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("relieved.db")
        let database = try toBeFilled(path, movingEvery: 10_000, most: 200)
        XCTAssertTrue(database.relieveLog(waitingAtMost: 0), "a short log is left alone")
        try fill(database, commits: 25)
        let long = try size(path + "-wal")
        XCTAssertGreaterThan(long, 150 * 4_000)
        XCTAssertLessThan(long, 200 * 4_200)
        while !database.relieveLog(waitingAtMost: 10) { try fill(database, commits: 1) }
        // All of it is in the database, and the next commits begin at the front of the file.
        XCTAssertGreaterThan(try size(path), 25 * 20_000)
        let grown = try size(path + "-wal")
        try fill(database, commits: 20)
        XCTAssertEqual(try size(path + "-wal"), grown)
        try database.shortenLog(longerThan: 4_096 * 10_000)
        XCTAssertEqual(try size(path + "-wal"), grown)
        try database.shortenLog(longerThan: 4_096 * 100)
        XCTAssertEqual(try size(path + "-wal"), 0)
    }

    func testALogThatAReaderNeedsIsShortenedLaterAndNotWaitedFor() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("read.db")
        let database = try toBeFilled(path, movingEvery: 10_000, most: 20_000, patience: .max)
        try fill(database, commits: 5)
        let reader = try Database(path: path, readOnly: true)
        try reader.snapshot {
            let count = try reader.statement("SELECT count(*) FROM filled")
            _ = try count.step()
            count.reset()
            try fill(database, commits: 5)
            // Were the reader waited for, this would not end.
            try database.shortenLog(longerThan: 4_096 * 10)
            XCTAssertGreaterThan(try size(path + "-wal"), 0)
        }
        try database.shortenLog(longerThan: 4_096 * 10)
        XCTAssertEqual(try size(path + "-wal"), 0)
    }
}
