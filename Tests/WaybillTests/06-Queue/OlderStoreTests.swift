import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// A store that an older program made.
final class OlderStoreTests: XCTestCase {
    /// A store of an earlier version, without what came later.
    private func older(_ version: Int, _ make: (Store) throws -> Void) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/older-" + UUID().uuidString
        addTeardownBlock { for ending in ["", "-wal", "-shm"] { try? Files.remove(path + ending) } }
        let store = try Store(path: path)
        try store.database.execute(
            """
            PRAGMA user_version = \(version);
            ALTER TABLE parcel DROP COLUMN ticket; ALTER TABLE parcel DROP COLUMN owner; ALTER TABLE parcel DROP COLUMN lease;
            ALTER TABLE parcel DROP COLUMN hold; ALTER TABLE batch DROP COLUMN corrects;
            DROP INDEX batch_content; ALTER TABLE batch DROP COLUMN content;
            """)
        if version <= 3 {
            try store.database.execute("ALTER TABLE segment DROP COLUMN place; ALTER TABLE segment DROP COLUMN size")
        }
        if version <= 2 {
            try store.database.execute("DROP TABLE response; ALTER TABLE departure DROP COLUMN campaign")
        }
        if version == 1 { try store.database.execute("DROP TABLE listing; DROP TABLE suppression_change") }
        try store.durably { try make(store) }
        return path
    }

    func testItsListingsHoldOnInThisVersion() throws {
        let keys = (1...5).map { RecipientKey.phone(E164Number(digits: 14_155_550_100 + UInt64($0))) }
        let path = try older(1) { store in
            try store.database.execute(
                """
                CREATE TABLE listed (key INTEGER PRIMARY KEY, kind TEXT NOT NULL, reason TEXT NOT NULL, source INTEGER NOT NULL,
                  at INTEGER NOT NULL);
                INSERT INTO listed VALUES (\(Store.signed(keys[0])), 'phone', 'asked', 7, 1);
                INSERT INTO listed VALUES (\(Store.signed(keys[1])), 'domain', '', 7, 1);
                INSERT INTO suppression VALUES (\(Store.signed(keys[2])), 'phone', 33, 'old', 8, 1);
                INSERT INTO suppression VALUES (\(Store.signed(keys[3])), 'phone', 32, 'reply', 9, 1);
                DROP TABLE departure;
                """)
        }
        XCTAssertThrowsError(try Store(path: path, readOnly: true)) { error in
            XCTAssertTrue("\(error)".contains("run \"waybill run --until-idle\" once"), "\(error)")
        }
        for _ in 1...2 {
            let store = try Store(path: path)
            let found = try keys.map {
                try store.suppression(of: $0, campaign: "a", channel: "sms", at: Timestamp(milliseconds: 5))
            }
            XCTAssertEqual(found.map(\.?.state), [.dncListed, .dncListed, .dncListed, .suppressed, nil])
            XCTAssertEqual(found.map(\.?.reason), ["asked", "", "old", "reply", nil])
            XCTAssertEqual(found.map(\.?.source.rawValue), [7, 7, 8, 9, nil])
            XCTAssertFalse(try store.wideListings(at: Timestamp(milliseconds: 5)).isEmpty)
            XCTAssertEqual(try store.recentContacts(after: Timestamp(milliseconds: 0), caps: []).count, 0)
        }
        XCTAssertEqual(try Store(path: path, readOnly: true).suppressionFilter().count, 4)
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
        let path = try older(4) { store in
            for (number, text) in texts.enumerated() {
                try store.database.execute(
                    """
                    INSERT INTO parcel
                      (id, batch, campaign, step, channel, zone, priority, due, status, count, reason, contacts)
                    VALUES (\(number + 1), 1, 'a', 's', 'sms', '', 5, 9000, 1, 1, '\(text.words)', x'');
                    """)
            }
        }
        let store = try Store(path: path)
        for (number, text) in texts.enumerated() {
            let reason = try XCTUnwrap(store.parcel(ParcelID(rawValue: UInt32(number + 1)))?.reason)
            XCTAssertEqual(reason.kind, text.kind, text.words)
            XCTAssertEqual(reason.words, text.words.isEmpty ? "due" : text.words)
        }
        XCTAssertEqual(try store.nextPaced(before: Timestamp(milliseconds: 9_001))?.milliseconds, 9_000)
        // Those that a new configuration wakes are found by their kind.
        try store.wakeHeld(ofCampaign: "a", exceptUnder: "new", at: Timestamp(milliseconds: 5))
        XCTAssertEqual(try store.dueParcels(at: Timestamp(milliseconds: 5), limit: 99).map(\.rawValue), [2, 3])
    }

    func testWhoWasContactedUnderVersion2StillCounts() throws {
        for version in 1...2 {
            let path = try older(version) { store in
                try store.database.execute(
                    """
                    INSERT INTO departure (parcel, at, channel, keys) VALUES (1, 1000, 'sms', x'0000000000000007');
                    INSERT INTO parcel (id, batch, campaign, step, channel, zone, priority, due, status, count, contacts)
                    VALUES (1, 1, 'a', 's', 'sms', '', 5, 0, 4, 1, x'');
                    """)
            }
            var cap = Policy.Cap(limit: 1, within: .rolling(.hours(1)))
            var caps = [cap]
            cap.over = .campaign
            caps.append(cap)
            let recent = try Store(path: path).recentContacts(after: Timestamp(milliseconds: 0), caps: caps)
            for cap in caps {
                XCTAssertEqual(recent.moment(for: cap, key: 7, campaign: "a")?.milliseconds, 1_000, "\(cap.over)")
            }
            XCTAssertNil(recent.moment(for: cap, key: 7, campaign: "b"))
        }
    }
    func testContentThatCameUnderVersion5IsStillKnown() throws {
        let path = try older(5) { store in
            try store.database.execute(
                """
                INSERT INTO batch (id, token, kind, status, name, folder, campaign, sha256, claimed_at)
                VALUES (7, 't', 0, 1, 'a.csv', '', 'a', x'0102', 1);
                """)
        }
        let store = try Store(path: path)
        let other = BatchID(rawValue: 8)
        for identity in [DropIdentity(sha256: [1, 2]), DropIdentity(sha256: [9], content: [1, 2])] {
            XCTAssertEqual(try store.firstBatch(identity, campaign: "a", except: other)?.rawValue, 7)
            XCTAssertNil(try store.firstBatch(identity, campaign: "b", except: other))
        }
    }
}
