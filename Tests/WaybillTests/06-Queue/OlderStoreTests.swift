import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Stores that older programs wrote (`Tests/Fixtures/stores`): what they hold is there in this version, and work goes
/// on.
final class OlderStoreTests: XCTestCase {
    private static let versions = 1...11

    /// The stored file of a version, at a path of its own.
    private func older(_ version: Int, in workspace: TestWorkspace) throws -> String {
        let path = workspace.path("waybill.db")
        try Files.writeAtomically(OlderStores.bytes(ofVersion: version), to: path)
        return path
    }

    /// Every table's columns and every index, whatever the words were that made them.
    private func tables(_ path: String) throws -> [String] {
        let database = try Database(path: path, readOnly: true)
        func rows(_ sql: String, _ columns: Int32) throws -> [String] {
            let select = try database.prepare(sql)
            var rows: [String] = []
            while try select.step() { rows.append((0..<columns).map { select.text($0) }.joined(separator: " ")) }
            return rows
        }
        var found: [String] = []
        for table in try rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", 1) {
            found += try rows("SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('\(table)')", 5)
                .map { table + ": " + $0 }
            found += try rows("SELECT wr, strict FROM pragma_table_list('\(table)')", 2).map { table + " " + $0 }
            for index in try rows("SELECT name FROM pragma_index_list('\(table)') ORDER BY name", 1) {
                found += try rows(
                    "SELECT \"unique\", partial FROM pragma_index_list('\(table)') WHERE name = '\(index)'", 2
                )
                .map { "\(index) on \(table): \($0)" }
                found += try rows("SELECT seqno, name, desc, coll, key FROM pragma_index_xinfo('\(index)')", 5)
                    .map { "\(index): \($0)" }
                // What a partial index leaves out.
                found += try rows("SELECT sql FROM sqlite_schema WHERE name = '\(index)'", 1).map {
                    "\(index): " + ($0.split(separator: "WHERE").dropFirst().first ?? "")
                }
            }
        }
        return found
    }

    func testEachHasTheTablesOfANewStoreOnceItIsOpened() throws {
        let workspace = try TestWorkspace()
        _ = try SQLiteStore(path: workspace.path("new.db"))
        let new = try tables(workspace.path("new.db"))
        XCTAssertGreaterThan(new.count, 100)
        for version in Self.versions {
            let workspace = try TestWorkspace()
            let path = try older(version, in: workspace)
            XCTAssertNotEqual(try tables(path), new, "version \(version) is not that of today")
            _ = try SQLiteStore(path: path)
            XCTAssertEqual(try tables(path), new, "version \(version)")
        }
    }

    func testWhoOnlyReadsIsToldHowToBringItUpToDate() throws {
        for version in Self.versions {
            let workspace = try TestWorkspace()
            let path = try older(version, in: workspace)
            XCTAssertThrowsError(try SQLiteStore(path: path, readOnly: true)) { error in
                XCTAssertTrue("\(error)".contains("has version \(version)"), "\(error)")
                XCTAssertTrue("\(error)".contains("run \"waybill run --until-idle\" once"), "\(error)")
            }
            _ = try SQLiteStore(path: path)
            XCTAssertNoThrow(try SQLiteStore(path: path, readOnly: true))
        }
    }

    func testAStoreOfALaterVersionIsLeftAsItIs() throws {
        let workspace = try TestWorkspace()
        let path = workspace.path("later.db")
        let database = try Database(path: path)
        try database.execute("PRAGMA user_version = 99; CREATE TABLE unknown (id INTEGER)")
        XCTAssertThrowsError(try SQLiteStore(path: path)) {
            XCTAssertTrue("\($0)".contains("run the waybill that wrote it"), "\($0)")
        }
        XCTAssertEqual(try database.statement("SELECT count(*) FROM sqlite_schema").first { $0.int(0) }, 1)
    }

    private static func key(_ last: UInt64) -> UInt64 {
        RecipientKey.phone(E164Number(digits: 14_155_550_000 + last))
    }

    func testWhatEachHoldsIsThere() throws {
        let moment = Timestamp(iso8601: ArraySlice("2026-11-20T15:11:00Z".utf8))!
        for version in Self.versions {
            let workspace = try TestWorkspace()
            let store = try SQLiteStore(path: older(version, in: workspace))
            let batches = try store.batches(ofCampaign: "shop")
            XCTAssertEqual(batches.map(\.name), ["people.csv", "mended.csv"])
            let (people, mended) = (batches[0], batches[1])
            XCTAssertEqual([people.accepted, people.rejected, people.duplicates, people.mended], [4, 1, 1, 1])
            XCTAssertEqual(try store.corrections(of: people, limit: 9).map(\.id), [mended.id], "version \(version)")
            XCTAssertEqual(try store.corrections(of: mended, limit: 9).count, 0)
            // Ann and Di wait for a result, Cy for the next attempt, Bob has said stop, which is seen when he is
            // called again.
            XCTAssertEqual(try store.states(of: people.id).values.reduce(0, +), 4, "version \(version)")
            XCTAssertEqual(try store.states(of: people.id)[.pending], 1)
            let segment = try XCTUnwrap(try store.segment(of: 3, batch: people.id))
            XCTAssertEqual(String(decoding: segment.contacts.value(at: 2, column: 1), as: UTF8.self), "Cy")
            let standing = try XCTUnwrap(store.standings(of: segment.id))[2]
            XCTAssertEqual(standing.attempts, 1)
            XCTAssertEqual(try store.text(standing.step), "call")
            XCTAssertEqual(try store.text(standing.code), "no-answer")
            XCTAssertEqual(try store.receipts(ofBatch: people.id, record: 3).map(\.event), ["no-answer"])
            XCTAssertEqual(try store.records(ofRecipient: Self.key(103)).map(\.record), [3])
            var refusals: [String] = []
            try store.forEachRefusal(of: people.id) { refusals.append("\($0.record) \($0.code)") }
            XCTAssertEqual(refusals, ["5 phone1.impossible-length", "6 row.duplicate"], "version \(version)")

            func suppression(_ last: UInt64) throws -> ContactState? {
                try store.suppression(of: Self.key(last), campaign: "shop", channel: .voice, at: moment)?.state
            }
            XCTAssertEqual(try [101, 102, 109].map(suppression), [nil, .suppressed, .dncListed], "version \(version)")
            // Who said stop in one of them consents to nothing that was said before.
            let word = try XCTUnwrap(store.consents(of: [Self.key(102)])[Self.key(102)]?.first)
            XCTAssertEqual(word.entry.action, .revoke, "version \(version)")
            XCTAssertEqual(word.entry.scope, .all)
            XCTAssertTrue(try store.consents(of: [Self.key(101), Self.key(109)]).isEmpty)
            XCTAssertEqual(try store.pausedCampaigns(), ["rest"])
            var cap = Policy.Cap(limit: 1, within: .rolling(.hours(2)))
            for over in [Policy.CapScope.all, .campaign] {
                cap.over = over
                let recent = try store.recentContacts(after: Timestamp(milliseconds: 0), caps: [cap], sorts: [:])
                XCTAssertNotNil(recent.moment(for: cap, key: Self.key(101), campaign: "shop"), "version \(version)")
                XCTAssertNil(recent.moment(for: cap, key: Self.key(201), campaign: "shop"))
            }
            let parcels = try store.parcels(ofBatch: people.id)
            XCTAssertEqual(parcels.map(\.status), [.awaiting, .waiting])
            XCTAssertEqual(parcels[0].contacts.count, 4)
            XCTAssertEqual(parcels.map(\.owner), ["", ""])
        }
    }

    func testWorkGoesOnInEach() throws {
        for version in Self.versions {
            let workspace = try TestWorkspace()
            let stored = try Files.read(older(version, in: workspace), limit: 1 << 24)
            let bench = try PipelineBench(Self.configuration, at: "2026-11-21T06:30:00Z", store: stored)
            try bench.pipeline.recover()
            try bench.send()
            // Who waited for the morning leaves, and who is called again; the other campaign is paused.
            let sent = try ["shop", "later", "rest"].flatMap { try bench.dispatched($0) }.joined(separator: "\n")
            XCTAssertTrue(sent.contains("+14155550201"), "version \(version): \(sent)")
            XCTAssertTrue(sent.contains("+14155550103"), "version \(version): \(sent)")
            XCTAssertFalse(sent.contains("+14155550301"), "version \(version): \(sent)")
            try bench.restart(at: "2026-11-23T15:30:00Z")
            _ = try bench.pipeline.settleOverdue { false }
            try bench.drop("phone1,name\n+14155550102,Bob\n+14155550401,Ida\n", as: "shop/more.csv")
            try bench.send()
            let store = bench.pipeline.store
            let last = try XCTUnwrap(store.batches(ofCampaign: "shop").last)
            XCTAssertEqual(try store.states(of: last.id)[.suppressed], 1, "version \(version)")
            XCTAssertEqual(try store.states(of: last.id)[.sentToDialer], 1, "version \(version)")
            XCTAssertFalse(try bench.dispatched("shop").joined().contains("+14155550102"), "version \(version)")
        }
    }

    private static let configuration = """
        {
          campaigns: {
            shop: { strategy: "calls", policy: "capped" },
            later: { policy: "mornings" },
            rest: { policy: "mornings" },
          },
          policies: {
            capped: { caps: [{ limit: 9, within: "7d" }] },
            mornings: { windows: [{ from: "06:00", to: "07:00" }], zone: "campaign" },
          },
          strategies: {
            calls: { steps: [{ name: "call", channel: "voice", attempts: 2, resultWithin: "24h",
              on: { "no-answer": { retry: "1h" } } }] },
          },
        }
        """

    /// Stores of version 1 that were made before lists had a table of their own.
    func testListingsThatStoodAmongTheSuppressionsHoldOn() throws {
        let workspace = try TestWorkspace()
        let path = try older(1, in: workspace)
        try Database(path: path).execute(
            """
            INSERT INTO suppression SELECT key, kind, \(ContactState.dncListed.rawValue), 'asked', source, at FROM listed;
            INSERT INTO suppression VALUES (\(SQLiteStore.signed(5)), 'domain', \(ContactState.dncListed.rawValue), '', 7, 1);
            DROP TABLE listed; DROP TABLE departure;
            """)
        let store = try SQLiteStore(path: path)
        let now = Timestamp(milliseconds: 5)
        XCTAssertEqual(try store.suppressions(of: Self.key(109), at: now).map(\.reason), ["asked"])
        XCTAssertFalse(try store.wideListings(at: now).isEmpty)
        XCTAssertTrue(try store.hasStopped(Self.key(102)))
        XCTAssertEqual(try store.recentContacts(after: Timestamp(milliseconds: 0), caps: [], sorts: [:]).count, 0)
    }

    func testWordsOfVersion4AreKeptAsReasonsOfTheirKind() throws {
        let texts: [(words: String, kind: HoldReason.Kind)] = [
            ("", .due), ("rate of 5 an hour, of account x", .rate), ("the cap of 1 within 7d is reached", .cap),
            ("no window for channel fax in the policy", .window), ("the rules of US-FL leave no sms hours", .window),
            ("outside sms hours 08:00–21:00 in America/Chicago until 2026-11-22T08:00:00-06:00", .hours),
            ("no voice hours on Sunday in Europe/Berlin until 2026-11-23T08:00:00+01:00", .hours),
            ("holiday US 2026-12-25 in America/Chicago until 2026-12-26T08:00:00-06:00", .holiday),
            ("blackout until 2026-11-21T13:00:00+00:00", .blackout), ("time zone unknown", .zone),
            (
                "the contact can be in 9 zones, such as A and B, and they are never open together: send a timezone",
                .zone
            ),
            ("policy starts 2026-11-21T12:00:00+00:00", .policyStart),
            ("policy ended 2026-11-21T12:00:00+00:00", .policyEnd),
            ("callback at 2026-11-22T09:30:00+00:00", .callback),
            ("not before 2026-11-22T09:30:00+00:00", .notBefore), ("expired 2026-11-22T09:30:00+00:00", .expired),
            ("campaign a is not in the configuration", .campaign), ("template x cannot be used: gone", .template),
            ("the shared file of account x cannot be used: gone", .account),
            ("sampling rule 1, command ./keep: has not answered yet", .program), ("words of old", .other),
        ]
        let workspace = try TestWorkspace()
        let path = try older(4, in: workspace)
        for (number, text) in texts.enumerated() {
            try Database(path: path).execute(
                """
                INSERT INTO parcel (id, batch, campaign, step, channel, zone, priority, due, status, count, reason, contacts)
                VALUES (\(number + 101), 1, 'a', 's', 'sms', '', 5, 9000, 1, 0, '\(text.words)', x'');
                """)
        }
        let store = try SQLiteStore(path: path)
        for (number, text) in texts.enumerated() {
            let reason = try XCTUnwrap(store.parcel(ParcelID(rawValue: UInt32(number + 101)))?.reason)
            XCTAssertEqual(reason.kind, text.kind, text.words)
            XCTAssertEqual(reason.words, text.words.isEmpty ? "due" : text.words)
        }
        XCTAssertEqual(
            try store.nextDue(after: Timestamp(milliseconds: 0), before: Timestamp(milliseconds: 9_001))?.milliseconds,
            9_000)
        // Those that a new configuration wakes are found by their kind.
        let now = Timestamp(milliseconds: 5)
        try store.wakeHeld(ofCampaign: "a", exceptUnder: "new", at: now)
        let due = try store.claimDue(limit: 99, owner: "a", lease: now, now: now, except: [], behind: []).readable
        XCTAssertEqual(due.map(\.id.rawValue), [102, 103])
    }

    func testContentThatCameBeforeCompressedContentWasNotedIsStillKnown() throws {
        let workspace = try TestWorkspace()
        let store = try SQLiteStore(path: try older(4, in: workspace))
        try store.database.execute(
            """
            INSERT INTO batch (id, token, kind, status, name, folder, campaign, sha256, claimed_at)
            VALUES (7, 't', 0, 1, 'a.csv', '', 'a', x'0102', 1);
            """)
        let other = BatchID(rawValue: 8)
        for identity in [DropIdentity(sha256: [1, 2]), DropIdentity(sha256: [9], content: [1, 2])] {
            XCTAssertEqual(try store.batches(with: identity, campaign: "a", except: other).map(\.rawValue), [7])
            XCTAssertEqual(try store.batches(with: identity, campaign: "b", except: other), [])
        }
    }

    func testRowsOfReceiptsBecomePages() throws {
        let workspace = try TestWorkspace()
        let path = try older(9, in: workspace)
        let database = try Database(path: path)
        try database.execute(
            """
            WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 999)
            INSERT INTO receipt (batch, record, step, attempt, event, at, received_at, code, detail, late, source)
            SELECT 20261101000001 + n % 2, 1 + n * 7919 % 400 * 100, 'text', 1 + n % 3, 'failed', 1000 + n, 2000, 'c',
              'e\u{301} ' || n, n % 5 = 0, 20261101000003 + n / 500 FROM number;
            """)
        let select = try database.prepare(
            "SELECT batch, record, attempt, at, detail, late FROM receipt ORDER BY batch, record, id")
        var rows: [String] = []
        while try select.step() { rows.append((0..<6).map { select.text($0) }.joined(separator: " ")) }
        let store = try SQLiteStore(path: path)
        var found: [String] = []
        for batch in Set(rows.compactMap { Int64($0.prefix(14)) }).sorted() {
            for one in try store.receipts(ofBatch: BatchID(rawValue: batch)) {
                found.append(
                    "\(batch) \(one.record) \(one.attempt) \(one.at.milliseconds) \(one.detail) \(one.isLate ? 1 : 0)")
            }
        }
        XCTAssertGreaterThan(found.count, 1_000)
        XCTAssertEqual(found.map { Array($0.utf8) }, rows.map { Array($0.utf8) })
    }
}
