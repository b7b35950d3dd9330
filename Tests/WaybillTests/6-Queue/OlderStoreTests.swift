import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// A store that an older program made.
final class OlderStoreTests: XCTestCase {
    func testAStoreWithoutTheLaterTablesCanBeReadAndGetsThemWhenItIsWritten() throws {
        let path = FileManager.default.temporaryDirectory.path + "/older-" + UUID().uuidString
        defer { for ending in ["", "-wal", "-shm"] { try? Files.remove(path + ending) } }
        let key = RecipientKey.phone(E164Number(digits: 14_155_550_101))
        do {
            let store = try Store(path: path)
            try store.durably {
                // As an older program noted a listing.
                try store.database.execute(
                    "INSERT INTO suppression VALUES (\(Store.signed(key)), 'phone', 33, 'old', 1, 1)")
            }
            try store.database.execute("DROP TABLE listed; DROP TABLE departure")
        }
        let reader = try Store(path: path, readOnly: true)
        XCTAssertEqual(try reader.suppression(of: key)?.reason, "old")
        let writer = try Store(path: path)
        XCTAssertEqual(try writer.suppression(of: key)?.reason, "old")
        try writer.durably {
            try writer.list(
                key, kind: "phone", reason: "new", source: BatchID(rawValue: 1), at: Timestamp(milliseconds: 1))
        }
        XCTAssertEqual(try writer.contacts(of: [key], after: Timestamp(milliseconds: 0)), [:])
    }
}
