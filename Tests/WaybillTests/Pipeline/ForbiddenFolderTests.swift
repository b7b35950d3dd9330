import Glibc
import SystemIO
import XCTest

@testable import Waybill

/// A folder of an inbox that Waybill may not use is told with what to do about it.
final class ForbiddenFolderTests: XCTestCase {
    override func tearDown() { Faults.takeBack() }

    private func words(_ path: String) -> String {
        path + ": Permission denied (EACCES); let the user that waybill runs as read and write there"
    }

    func testOneThatMayNotBeListedIsToldWithWhatToDo() throws {
        for folder in ["inbox", "inbox/_suppress", "inbox/default"] {
            let bench = try PipelineBench()
            let path = bench.root + "/" + folder
            try Files.createFolder(path)
            try bench.take()
            Faults.handIn(Fault(.fails(EACCES), of: [.readdir], beneath: path, lasts: true))
            try bench.take()
            XCTAssertEqual(bench.pipeline.claims.scanners.first?.problem, words(path))
            let holds = try bench.pipeline.claims.unheard(at: bench.pipeline.context.monotonic()).map(\.hold.problem)
            XCTAssertEqual(holds.count, folder == "inbox/default" ? 0 : 1)
            for hold in holds { XCTAssertTrue(hold.hasPrefix(words(path) + "; "), hold) }
            Faults.takeBack()
            try bench.take()
            XCTAssertNil(bench.pipeline.claims.scanners.first?.problem, folder)
        }
    }

    func testOneFromWhichNothingMayBeTakenIsToldWithWhatToDo() throws {
        let bench = try PipelineBench()
        let path = bench.root + "/inbox/default"
        try bench.put("phone1\n+14155550101\n", as: "default/a.csv")
        Faults.handIn(Fault(.fails(EACCES), of: [.rename], beneath: path, lasts: true))
        try bench.take()
        XCTAssertEqual(bench.pipeline.claims.scanners.first?.problem, words(path))
        Faults.takeBack()
        for _ in 1...20 where bench.files("outbox/acks").isEmpty { try bench.take() }
        XCTAssertEqual(bench.files("outbox/acks").count, 1)
    }
}
