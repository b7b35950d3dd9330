import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Hidden files that a killed process left go at the next start.
final class LeftoversTests: XCTestCase {
    func testWhatIsLeftOfTheMarkAndTheSealGoesOnceNobodyCanBeWritingIt() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        let folders = [
            (bench.root + "/outbox/.waybill-state/", ".0123."), (bench.root + "/state/", ".waybill.db-audit."),
        ]
        for (folder, name) in folders {
            for part in ["old", "new"] { try Files.writeAtomically([], to: folder + name + part + ".tmp") }
            try FileManager.default.setAttributes(
                [.modificationDate: Date().addingTimeInterval(-600)], ofItemAtPath: folder + name + "old.tmp")
        }
        try bench.restart(at: "2026-11-20T15:10:00Z")
        for (folder, name) in folders {
            XCTAssertEqual(try Files.list(folder).filter { $0.hasSuffix(".tmp") }, [name + "new.tmp"])
        }
    }

    func testTheHiddenFileOfAFoldersMarkerGoesOnceNobodyCanBeWritingIt() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        try bench.send()
        let folder = bench.root + "/outbox/dispatch/default/"
        for name in ["..waybill-folder.0123.tmp", "..waybill-folder.4567.tmp", ".of-another-program.tmp"] {
            try Files.writeAtomically([], to: folder + name)
        }
        for name in ["..waybill-folder.0123.tmp", ".of-another-program.tmp"] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date().addingTimeInterval(-600)], ofItemAtPath: folder + name)
        }
        try bench.restart(at: "2026-11-20T15:10:00Z")
        let left = try Files.list(folder).filter { $0.hasPrefix(".") }.sorted()
        XCTAssertEqual(left, ["..waybill-folder.4567.tmp", ".of-another-program.tmp", ".waybill-folder"])
    }
}
