import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// The SQLite store against what every store promises.
final class SQLiteStoreTests: XCTestCase {
    func testItKeepsEveryContractOfTheStore() throws {
        for check in StoreSuite.checks {
            let workspace = try TestWorkspace()
            do {
                try check.run(StoreSuite { try SQLiteStore(path: workspace.path("\($0.prefix(8)).db")) })
            } catch {
                XCTFail("\(check.name): \(error)")
            }
        }
    }

    func testWhatWaitsIsToldFromAnIndexAlone() throws {
        let workspace = try TestWorkspace()
        let store = try SQLiteStore(path: workspace.path("plan.db"))
        let plan = try store.database.prepare("EXPLAIN QUERY PLAN " + ParcelSQL.seated)
        var steps: [String] = []
        while try plan.step() { steps.append(plan.text(3)) }
        XCTAssertTrue(steps.contains { $0.contains("USING COVERING INDEX parcel_due") }, "\(steps)")
        XCTAssertFalse(steps.contains { $0.contains("TEMP B-TREE") }, "\(steps)")
    }

    /// Each is one thing that an engine may do wrong, as a trigger in its database, and what has to find it.
    private static let faults: [(name: String, trigger: String, check: String)] = [
        (
            "a claim that does not hold",
            "AFTER UPDATE OF owner ON parcel BEGIN UPDATE parcel SET lease = 0 WHERE id = NEW.id; END",
            "nobody gets what another has claimed"
        ),
        (
            "a claim that nobody knows of",
            "AFTER UPDATE OF owner ON parcel BEGIN UPDATE parcel SET owner = '' WHERE id = NEW.id; END",
            "a parcel leaves only for who has claimed it"
        ),
        (
            "a claim that outlives what it was for",
            "AFTER UPDATE OF due ON parcel BEGIN UPDATE parcel SET owner = OLD.owner, lease = OLD.lease WHERE id = NEW.id; END",
            "who puts a parcel off gives up its claim"
        ),
        (
            "a priority that is lost",
            "AFTER INSERT ON parcel BEGIN UPDATE parcel SET priority = 5 WHERE id = NEW.id; END",
            "what is due is claimed by priority"
        ),
        (
            "rows that are seen too early",
            "AFTER INSERT ON batch BEGIN UPDATE batch SET status = 1 WHERE id = NEW.id; END",
            "what a batch that is being read has stored"
        ),
        (
            "totals that are counted twice",
            "AFTER INSERT ON batch_state BEGIN UPDATE batch_state SET count = 2 * count WHERE batch = NEW.batch; END",
            "a batch is finished once"
        ),
        (
            "a correction that is not written down",
            "AFTER UPDATE OF corrects ON batch WHEN NEW.corrects NOT NULL BEGIN UPDATE batch SET corrects = NULL WHERE id = NEW.id; END",
            "corrections are found"
        ),
        (
            "a parcel that is opened again",
            "AFTER UPDATE OF status ON parcel WHEN NEW.status = 4 BEGIN UPDATE parcel SET status = 3 WHERE id = NEW.id; END",
            "a parcel that left awaits its results"
        ),
        (
            "a list that shortens another",
            "AFTER UPDATE OF expires ON listing BEGIN UPDATE listing SET expires = 40 WHERE key = NEW.key; END",
            "a list never shortens"
        ),
        (
            "a list that lifts what a person said",
            "AFTER DELETE ON listing BEGIN DELETE FROM suppression WHERE key = OLD.key; END", "START lifts what"
        ),
        (
            "a change without its trail",
            "AFTER INSERT ON audit BEGIN DELETE FROM audit; END",
            "START lifts what"
        ),
        (
            "an open contact that is removed",
            "AFTER UPDATE OF open ON batch BEGIN UPDATE batch SET open = 0 WHERE id = NEW.id; END",
            "contacts are removed"
        ),
        (
            "receipts of other records",
            """
            AFTER INSERT ON receipt_page BEGIN
              UPDATE receipt_page SET first = 3, sum = row_sum(place, 3, last, data) WHERE id = NEW.id;
            END
            """,
            "receipts come in the order"
        ),
        (
            "a quota that adds up", "AFTER UPDATE ON quota BEGIN UPDATE quota SET used = used + OLD.used; END",
            "quotas are kept"
        ),
        (
            "a name that changes",
            "AFTER INSERT ON name BEGIN UPDATE name SET text = text || '!', sum = row_sum(text || '!') WHERE id = NEW.id; END",
            "others see what was committed"
        ),
    ]

    func testTheContractsFindWhatAnEngineDoesWrong() throws {
        for fault in Self.faults {
            let check = try XCTUnwrap(StoreSuite.checks.first { $0.name.hasPrefix(fault.check) }, fault.check)
            let workspace = try TestWorkspace()
            let suite = StoreSuite { name in
                let path = workspace.path("\(name.prefix(8)).db")
                let store = try SQLiteStore(path: path)
                try store.database.execute("CREATE TRIGGER IF NOT EXISTS fault \(fault.trigger)")
                return store
            }
            XCTAssertThrowsError(try check.run(suite), fault.name) {
                XCTAssertTrue($0 is BrokenContract || $0 is ClaimLost, "\(fault.name): \($0)")
            }
        }
    }

    func testALibraryThatCannotReturnRowsIsNamed() throws {
        XCTAssertNoThrow(try SQLiteStore.check(libraryVersion: 3_035_000))
        XCTAssertThrowsError(try SQLiteStore.check(libraryVersion: 3_034_001)) {
            XCTAssertEqual(
                "\($0)",
                "this machine's SQLite is 3.34.1, and waybill needs 3.35.0 or later: install a newer libsqlite3")
        }
        XCTAssertGreaterThanOrEqual(Database.libraryVersion, 3_035_000)
    }

    /// The writer of a row need not decode it again, so what it remembers must be what the row says.
    func testWhatTheWriterOfABatchRemembersIsWhatOthersReadInItsRow() throws {
        let workspace = try TestWorkspace()
        let path = workspace.path("rows.db")
        let writer = try SQLiteStore(path: path)
        let moment = Timestamp(milliseconds: 1_795_000_000_123)
        let people = Schema([
            Column(name: "Téléphone / \"1\"", field: .phone1), Column(name: "note", field: nil, isIgnored: true),
        ])
        let mails = Schema([Column(name: "mail\n", field: .email)])
        for (name, schema) in [("a", people), ("b", people), ("c", mails), ("d", Schema()), ("e", people)] {
            let batch = try writer.recordClaim(
                token: "owner~\(name)", purpose: .contacts, name: name, folder: "", size: 1, at: moment)
            XCTAssertEqual(try writer.batch(batch)?.schema, Schema(), "while it is read")
            var acknowledgement = Acknowledgement(
                batch: batch, drop: "\(name)/\u{1F600}\u{7}.csv", sha256: "00ff", campaign: "shop", status: .partial,
                startedAt: moment, finishedAt: moment.adding(.seconds(1)))
            acknowledgement.received = 3
            acknowledgement.blank = name == "a" ? 0 : 2
            acknowledgement.format = DropFormat(kind: .csv, delimiter: 0x3B, quote: 0x22, lineEnd: [0x0D, 0x0A])
            acknowledgement.columns = schema.outcomes
            acknowledgement.rejectsByCode = [.init(code: "phone1.invalid", count: 1)]
            acknowledgement.corrects = name == "b" ? BatchID(rawValue: 20_261_120_000_001) : nil
            acknowledgement.held = name == "c" ? ["it is the first"] : nil
            try writer.durably {
                try writer.finish(
                    batch,
                    BatchOutcome(
                        status: .visible, campaign: "shop", identity: DropIdentity(sha256: [UInt8](name.utf8)),
                        visibleAt: moment, schema: schema, acknowledgement: acknowledgement))
            }
            let (known, read) = (try writer.batch(batch), try SQLiteStore(path: path, readOnly: true).batch(batch))
            XCTAssertEqual(known?.acknowledgement, acknowledgement)
            XCTAssertEqual(read?.acknowledgement, acknowledgement)
            XCTAssertEqual(known?.schema, schema)
            XCTAssertEqual(read?.schema, schema)
            let bare = try XCTUnwrap(try writer.bareBatch(batch))
            XCTAssertNil(bare.acknowledgement)
            XCTAssertEqual([bare.id.description, bare.campaign, bare.name], [batch.description, "shop", name])
            XCTAssertEqual(bare.schema, schema)
        }
    }

    func testOnceANumberIsUndoneNoContactHasTheTextThatWasMeant() throws {
        struct Failed: Error {}
        let workspace = try TestWorkspace()
        let store = try SQLiteStore(path: workspace.path("names.db"))
        let lost = try? store.durably { () -> NameID in
            _ = try store.name("the first reason")
            throw Failed()
        }
        XCTAssertNil(lost)
        let name = try store.durably { try store.name("the second reason") }
        XCTAssertEqual(try store.text(name), "the second reason")
        XCTAssertEqual(
            try SQLiteStore(path: workspace.path("names.db"), readOnly: true).text(name), "the second reason")
    }

    /// Names are compared, values are not: with the configuration of 10,000 campaigns each look-up read megabytes.
    func testWhoLooksForASettingReadsNoOthersValue() throws {
        let workspace = try TestWorkspace()
        let store = try SQLiteStore(path: workspace.path("waybill.db"))
        let keys = (1...40).map { SettingKey.event(Int64($0)) }
        try store.durably { for key in keys { try store.set(key, to: [1]) } }
        let ends = [keys[0], keys[39]]
        func look() throws -> Int64 {
            let start = MonotonicClock.nanoseconds()
            for _ in 1...200 { for key in ends { _ = try store.setting(key) } }
            return MonotonicClock.nanoseconds() - start
        }
        let small = try (0..<5).map { _ in try look() }.min()!
        try store.durably {
            for key in keys.dropFirst().dropLast() { try store.set(key, to: Array(repeating: 7, count: 1 << 20)) }
        }
        let large = try (0..<5).map { _ in try look() }.min()!
        XCTAssertLessThan(large, small * 20, "\(small) ns and \(large) ns for 400 look-ups")
    }
}
