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
            ALTER TABLE segment DROP COLUMN place; ALTER TABLE segment DROP COLUMN size;
            ALTER TABLE parcel DROP COLUMN ticket; ALTER TABLE parcel DROP COLUMN owner; ALTER TABLE parcel DROP COLUMN lease;
            ALTER TABLE parcel DROP COLUMN hold; ALTER TABLE batch DROP COLUMN corrects;
            """)
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
}
