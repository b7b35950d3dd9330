import Support
import SystemIO
import XCTest

@testable import Waybill

/// The chain of what was asked for: what was done to its table shows.
final class AuditChainTests: XCTestCase {
    private var workspace: TestWorkspace!
    private var store: SQLiteStore!
    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    override func setUpWithError() throws {
        workspace = try TestWorkspace()
        store = try SQLiteStore(path: workspace.path("waybill.db"))
        try store.sealAudit(at: now)
        for number in 1...6 {
            var entry = AuditEntry(.paused, at: now)
            entry.subject = "campaign \(number)"
            entry.content.add("why", "a \"quoted\" reason")
            entry.keys = [1, 2, UInt64(number)]
            try store.durably { try store.note(entry) }
        }
        try store.sealAudit(at: now)
    }

    private func problems() throws -> [String] { try AuditChain.problems(of: store, sealedAs: store.auditSeal()) }

    private func problems(after sql: String) throws -> [String] {
        try setUpWithError()
        try Database(path: workspace.path("waybill.db")).execute(sql)
        return try problems()
    }

    func testAChainThatNobodyTouchedHasNoProblem() throws {
        XCTAssertEqual(try problems(), [])
        XCTAssertEqual(try store.auditEnd().count, 6)
        XCTAssertEqual(try store.auditSeal(), try store.auditEnd())
    }

    func testAnyValueThatIsAlteredIsFoundByItsRow() throws {
        let changes = [
            "at = at + 1", "kind = 'resumed'", "subject = 'campaign 4'", "source = 5", "record = 1",
            "content = '{\"why\":\"another\"}'", "keys = x'0000000000000001'", "hash = zeroblob(32)",
        ]
        for change in changes {
            let found = try problems(after: "UPDATE audit SET \(change) WHERE id = 3")
            XCTAssertTrue(found.first?.hasPrefix("row 3 ") ?? false, "\(change): \(found)")
        }
    }

    func testARowThatIsRemovedOrPutInIsFound() throws {
        XCTAssertEqual(try problems(after: "DELETE FROM audit WHERE id = 3").first, "row 3 is missing")
        XCTAssertEqual(try problems(after: "DELETE FROM audit WHERE id IN (1, 2)").first, "rows 1 to 2 are missing")
        let between = """
            DELETE FROM audit WHERE id = 6;
            INSERT INTO audit SELECT 6, at, kind, 'another', source, record, content, keys, hash FROM audit WHERE id = 5
            """
        XCTAssertTrue(try problems(after: between).first?.hasPrefix("row 6 ") ?? false)
        let behind =
            "INSERT INTO audit SELECT 7, at, kind, subject, source, record, content, keys, hash FROM audit WHERE id = 6"
        XCTAssertTrue(try problems(after: behind).first?.hasPrefix("row 7 ") ?? false)
    }

    func testRowsThatGoFromTheEndAreMissed() throws {
        XCTAssertEqual(
            try problems(after: "DELETE FROM audit WHERE id > 4"), ["rows 5 to 6 are missing, the last ones"])
        XCTAssertEqual(try problems(after: "DELETE FROM audit"), ["rows 1 to 6 are missing, the last ones"])
    }

    func testAChainThatGoesOnAfterItsEndWasTakenSaysSoForEver() throws {
        try Database(path: workspace.path("waybill.db")).execute("DELETE FROM audit WHERE id > 4")
        store = try SQLiteStore(path: workspace.path("waybill.db"))
        try store.durably { try store.note(AuditEntry(.resumed, at: now)) }
        try store.sealAudit(at: now)
        let found = try problems()
        XCTAssertEqual(found.count, 1)
        XCTAssertTrue(found[0].hasPrefix("row 6 ") && found[0].contains("not as they had been"), "\(found)")
        try store.durably { for _ in 1...5 { try store.note(AuditEntry(.resumed, at: now)) } }
        try store.sealAudit(at: now)
        XCTAssertEqual(try problems().count, 1)
    }

    func testAMissingLengthIsAProblemAndADamagedOneToo() throws {
        try Files.remove(workspace.path("waybill.db-audit"))
        XCTAssertEqual(try problems(), ["the file that has the chain's length is missing"])
        try workspace.write("6 abc\n", to: "waybill.db-audit")
        XCTAssertThrowsError(try store.auditSeal()) { XCTAssertTrue("\($0)".contains("waybill.db-audit"), "\($0)") }
    }

    func testWhereTheFileWasRemovedOrDamagedTheChainSaysSoForEver() throws {
        for text in [nil, "6 abc\n"] {
            try setUpWithError()
            try Files.remove(workspace.path("waybill.db-audit"))
            if let text { try workspace.write(text, to: "waybill.db-audit") }
            store = try SQLiteStore(path: workspace.path("waybill.db"))
            try store.sealAudit(at: now)
            try store.durably { try store.note(AuditEntry(.resumed, at: now)) }
            try store.sealAudit(at: now)
            let found = try problems()
            XCTAssertEqual(found.count, 1)
            XCTAssertTrue(found.first?.hasPrefix("row 7 ") ?? false, "\(found)")
        }
    }

    func testANewStoreHasTheFileBeforeItHasARow() throws {
        let path = workspace.path("new.db")
        try SQLiteStore(path: path).sealAudit(at: now)
        XCTAssertEqual(try SQLiteStore(path: path).auditSeal(), AuditEnd.none)
    }

    func testWhatIsTakenBackLeavesNoRow() throws {
        struct Undone: Error {}
        XCTAssertThrowsError(
            try store.durably {
                try store.note(AuditEntry(.resumed, at: now))
                throw Undone()
            })
        try store.sealAudit(at: now)
        XCTAssertEqual(try problems(), [])
        XCTAssertEqual(try store.auditEnd().count, 6)
    }
}
