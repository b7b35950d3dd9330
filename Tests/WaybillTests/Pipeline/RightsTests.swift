import Glibc
import SystemIO
import XCTest

@testable import Waybill

/// Who may read what Waybill writes.
final class RightsTests: XCTestCase {
    private func mode(_ path: String) throws -> UInt32 { try XCTUnwrap(FileStatus.of(path)).mode & 0o7777 }

    func testWhatHasContactsInItIsNeverEverybodysWhateverTheUmask() throws {
        let before = umask(0)
        defer { umask(before) }
        let bench = try PipelineBench()
        try bench.drop("phone1,id\n+14155550101,a\n12,b\n", as: "default/a.csv")
        try bench.drop("phone1\n\"", as: "default/b.csv")
        try bench.send()
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        var seen = 0
        for folder in ["outbox/dispatch", "outbox/notices", "outbox/reports", "state"] {
            for path in bench.files(folder) where !path.hasSuffix(".lock") {
                // Sums say nothing of anybody.
                if path.hasSuffix("SHA256SUMS") || path.hasPrefix("archive") || path.hasPrefix("quarantine") {
                    continue
                }
                let mode = try mode("\(bench.root)/\(folder)/\(path)")
                XCTAssertEqual(mode & 0o007, 0, "\(folder)/\(path) has \(String(mode, radix: 8))")
                seen += 1
            }
        }
        XCTAssertGreaterThan(seen, 10)
        XCTAssertEqual(try mode(bench.root + "/state") & 0o077, 0)
        for folder in ["dispatch/default", "notices/2026-11-20", "reports/2026-11-20"] {
            XCTAssertEqual(try mode("\(bench.root)/outbox/\(folder)") & 0o007, 0, folder)
        }
    }

    func testTheFolderOfClaimsHasTheRightsOfItsInbox() throws {
        let before = umask(0o077)
        defer { umask(before) }
        for rights: UInt32 in [0o2775, 0o770, 0o755, 0o1777] {
            let bench = try PipelineBench()
            let inbox = bench.root + "/inbox"
            bench.pipeline.close()
            try Files.removeTree(inbox + "/.waybill")
            try Files.setRights(of: inbox, rights)
            try bench.restart(at: "2026-11-20T15:00:10Z")
            try bench.drop("phone1\n+14155550101\n", as: "a.csv")
            XCTAssertEqual(try mode(inbox + "/.waybill"), rights)
            let owners = try Files.list(inbox + "/.waybill").filter { !$0.hasPrefix(".") }
            for owner in owners { XCTAssertEqual(try mode(inbox + "/.waybill/" + owner) & 0o077, 0) }
        }
    }
}
