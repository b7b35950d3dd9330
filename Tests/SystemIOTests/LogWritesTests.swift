import Foundation
import Support
import XCTest

@testable import SystemIO

/// SQLite's log is written by a call or a few for each commit; nobody sees anything else of that.
final class LogWritesTests: XCTestCase {
    private var folder: TemporaryFolder!
    private var path: String { folder.file("store.db") }

    override func setUpWithError() throws { folder = try TemporaryFolder() }
    override func tearDown() {
        Faults.takeBack()
        folder = nil
    }

    private func open(pageSize: Int = 4_096, cachePages: Int = 2_000) throws -> Database {
        let database = try Database(path: path)
        try database.execute("PRAGMA page_size = \(pageSize); PRAGMA journal_mode = WAL")
        try database.execute("PRAGMA cache_size = \(cachePages); PRAGMA synchronous = NORMAL")
        try database.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, b BLOB)")
        return database
    }

    /// Sets rows, each of which takes a page of its own.
    private func set(_ rows: Range<Int>, to value: UInt8, in database: Database, length: Int = 3_000) throws {
        let insert = try database.statement("INSERT OR REPLACE INTO t VALUES (:id, :b)")
        for id in rows {
            try insert.bind(":id", Int64(id))
            try insert.bind(":b", [UInt8](repeating: value, count: length))
            try insert.run()
        }
    }

    /// The first byte of each row, in order. Throws if the database is damaged.
    private func values(_ database: Database) throws -> [UInt8] {
        let check = try database.prepare("PRAGMA integrity_check")
        XCTAssertTrue(try check.step())
        XCTAssertEqual(check.text(0), "ok")
        let select = try database.prepare("SELECT b FROM t ORDER BY id")
        var found: [UInt8] = []
        while try select.step() {
            let blob = select.blob(0)
            XCTAssertEqual(Set(blob).count, 1)
            found.append(blob[0])
        }
        return found
    }

    /// What somebody finds who has only the files as they are, as after a crash.
    private func valuesAfterCrash() throws -> [UInt8] {
        let copy = try TemporaryFolder()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy.file("store.db") + suffix)
        }
        return try values(Database(path: copy.file("store.db")))
    }

    func testACommitOfManyPagesIsWrittenByAFewCalls() throws {
        let database = try open()
        Faults.handIn(Fault(.nothing, of: [.write], beneath: folder.path))
        try database.transaction { try set(0..<25, to: 1, in: database) }
        XCTAssertEqual(Faults.takeBack().calls, 1)
        Faults.handIn(Fault(.nothing, of: [.write], beneath: folder.path))
        try database.transaction { try set(100..<400, to: 2, in: database) }
        // 1.2 MB, in pieces of less than 128 KiB.
        XCTAssertLessThan(Faults.takeBack().calls, 13)
        XCTAssertEqual(try valuesAfterCrash().count, 325)
    }

    func testEachCommitIsInTheFilesAndSeenByOthersAtOnce() throws {
        for pageSize in [512, 4_096, 65_536] {
            folder = try TemporaryFolder()
            let database = try open(pageSize: pageSize)
            let other = try Database(path: path)
            for (round, rows) in [1, 2, 40, 3, 120, 1].enumerated() {
                let value = UInt8(round)
                try database.transaction { try set(0..<rows, to: value, in: database) }
                XCTAssertEqual(try values(other).prefix(rows), [UInt8](repeating: value, count: rows)[...])
                XCTAssertEqual(try values(other), try valuesAfterCrash())
            }
        }
    }

    func testWhatSpilledAndWasRolledBackNeverOverwritesWhatOthersWroteInItsPlace() throws {
        let database = try open(cachePages: 10)
        let other = try Database(path: path)
        try database.transaction { try set(0..<30, to: 1, in: database) }
        struct GivenUp: Error {}
        // From some pages that wait in memory to some that are in the file.
        for rows in [11, 14, 20, 30, 60, 120] {
            // Then rolling back reads nothing of the log either.
            try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            XCTAssertThrowsError(
                try database.transaction {
                    // New rows, so that nothing is read behind them.
                    try set(1_000..<1_000 + rows, to: 9, in: database)
                    throw GivenUp()
                })
            try other.transaction { try set(0..<30, to: UInt8(rows), in: other) }
            // Reads the log.
            XCTAssertEqual(try values(database), [UInt8](repeating: UInt8(rows), count: 30))
            XCTAssertEqual(try valuesAfterCrash(), try values(other))
        }
    }

    func testPagesThatSpilledAndChangedAgainAreWholeAfterACrash() throws {
        let database = try open(cachePages: 10)
        try database.transaction {
            for value in 1...4 as ClosedRange<UInt8> {
                try set(0..<60, to: value, in: database)
                let select = try database.prepare("SELECT count(*) FROM t WHERE substr(b, 1, 1) = :b")
                try select.bind(":b", [value] as [UInt8])
                XCTAssertTrue(try select.step())
                XCTAssertEqual(select.int(0), 60)
            }
        }
        XCTAssertEqual(try valuesAfterCrash(), [UInt8](repeating: 4, count: 60))
        try database.transaction { try set(10..<20, to: 5, in: database) }
        XCTAssertEqual(try valuesAfterCrash().filter { $0 == 5 }.count, 10)
    }

    func testAWriteThatFailsUndoesItsTransactionOnly() throws {
        for occurrence in 1...12 {
            folder = try TemporaryFolder()
            let database = try open(cachePages: 10)
            try database.transaction { try set(0..<20, to: 1, in: database) }
            Faults.handIn(Fault(.fails(ENOSPC), of: [.write], beneath: folder.path, occurrence: occurrence))
            let result = Result { try database.transaction { try set(0..<200, to: 2, in: database) } }
            let struck = Faults.takeBack().struck > 0
            switch result {
            case .success:
                XCTAssertFalse(struck)
                XCTAssertEqual(try values(database).count, 200)
            case .failure:
                XCTAssertTrue(struck)
                XCTAssertEqual(try values(database), [UInt8](repeating: 1, count: 20))
                XCTAssertEqual(try valuesAfterCrash(), [UInt8](repeating: 1, count: 20))
            }
            try database.transaction { try set(0..<5, to: 3, in: database) }
            XCTAssertEqual(try valuesAfterCrash().prefix(6).filter { $0 == 3 }.count, 5)
        }
    }

    func testTheLogIsMovedAndBegunAnewBetweenCommits() throws {
        let database = try open()
        for value in 1...6 as ClosedRange<UInt8> {
            try database.transaction { try set(0..<50, to: value, in: database) }
            try database.execute(value % 2 == 0 ? "PRAGMA wal_checkpoint(RESTART)" : "PRAGMA wal_checkpoint(TRUNCATE)")
            try database.transaction { try set(0..<3, to: value + 100, in: database) }
            let expected = [UInt8](repeating: value + 100, count: 3) + [UInt8](repeating: value, count: 47)
            XCTAssertEqual(try valuesAfterCrash(), expected)
        }
    }
}
